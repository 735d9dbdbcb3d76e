"""The house: which way imports run, and that our names are ours alone."""

from __future__ import annotations

import ast
import importlib.metadata as metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("core", "crawlers", "nlp", "store", "alerts", "answers", "dashboard", "reports", "kibana", "sample", "app")
MAY_IMPORT_ALL = {"app"}


def _imports(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: relative import"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("part", [p for p in PARTS if (ROOT / p).is_dir() and p not in MAY_IMPORT_ALL])
def test_imports_run_one_way(part: str) -> None:
    allowed = {part, "core"}
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in (ROOT / part).rglob("*.py")
        for name in _imports(file)
        if name.split(".")[0] in PARTS and name.split(".")[0] not in allowed
    }
    assert not wrong


def test_only_the_clock_asks_the_time() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for part in PARTS
        for file in (ROOT / part).rglob("*.py")
        if file != ROOT / "core" / "clock.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and (node.attr in {"utcnow", "today"} or (node.attr == "now" and _is_datetime(node.value)))
        and _is_datetime(node.value)
    ]
    assert not wrong


def _is_datetime(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id in {"datetime", "date", "dt"}) or (
        isinstance(node, ast.Attribute) and node.attr in {"datetime", "date"}
    )


def test_nothing_is_pickled_and_no_shell_is_opened() -> None:
    for part in PARTS:
        for file in (ROOT / part).rglob("*.py"):
            names = {name.split(".")[0] for name in _imports(file)}
            assert not names & {"pickle", "dill", "joblib", "marshal", "shelve"}, file
            assert "shell=True" not in file.read_text(encoding="utf-8"), file


def test_no_dependency_brings_a_top_level_name_of_ours() -> None:
    ours = {p for p in (*PARTS, "tests", "bench") if (ROOT / p).is_dir()}
    theirs = {
        (name, dist.metadata["Name"])
        for dist in metadata.distributions()
        if dist.metadata["Name"] != "diembao"
        for name in _top_level(dist)
        if name in ours
    }
    assert not theirs


def _top_level(dist: metadata.Distribution) -> set[str]:
    return {Path(file).parts[0].removesuffix(".py") for file in dist.files or () if ".." not in Path(file).parts}
