"""What the documentation names exists: commands, options, make targets, files, and settings with their defaults."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer.main

from app.cli import program
from app.commands.upkeep import masked
from core.roles import Role
from core.settings import Settings, load
from tests.data import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")),
         *sorted((ROOT / "nlp" / "models").glob("*.md"))]  # fmt: skip
EXAMPLE = ROOT / "docs" / "diembao.example.toml"
COMMAND = re.compile(r"(?:^ *|`|/bin/|\n)diembao ([^`\n#]+)")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
COMMENTED = re.compile(r"^# (?=\w+ = )", re.MULTILINE)


def commands() -> list[list[str]]:
    """The words of each `diembao ...` in the documentation."""
    return [found.split() for page in PAGES for found in COMMAND.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_each_command_with_its_options_exists(words: list[str]) -> None:
    command: Any = typer.main.get_command(program())
    rest = iter(words)
    while group := getattr(command, "commands", None):
        command = group[next(rest)]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_commands_are_found_in_the_documentation() -> None:
    assert ["desk", "list", "--shipped"] in commands() and len(commands()) > 12


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_file_target_and_module_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    assert [name for name in re.findall(r"python -m ([a-z_.]+)", text) if find_spec(name) is None] == []
    assert [
        name for name in re.findall(r"`((?:desks|docs|nlp|core|crawlers)/[^`<>]*)`", text) if not (ROOT / name).exists()
    ] == []


def test_the_page_on_alerts_names_every_role() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    roles = re.search(r"The roles are (.*?)\.", text, re.DOTALL)
    assert roles and re.findall(r"`(\w+)`", roles[1]) == [role.value for role in Role]


def test_the_example_names_every_setting_with_its_default(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    named = tomllib.loads(COMMENTED.sub("", text))
    default = masked(Settings())
    assert leaves(named).keys() == leaves(default).keys()
    assert leaves(named) | {"data_dir": "", "crawl.contact": ""} == leaves(default) | {"data_dir": ""}
    assert Path(named["data_dir"]).absolute() == Settings().data_dir


def test_the_example_is_read_as_it_stands() -> None:
    assert not load(EXAMPLE).crawl.contact  # who copies it asks nobody in the name of an example
    assert masked(load(EXAMPLE))["smtp"] == masked(Settings())["smtp"]


def leaves(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted name -> value."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found
