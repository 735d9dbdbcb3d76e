"""What an operator is told on the command line and by doctor, with the real server and without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import program
from app.engine_check import engine_findings
from core import settings as settings_module
from core.errors import ConfigError, StoreError
from core.settings import ElasticSettings
from store.elastic.client import connect
from tests.elastic.server import Node, free_port
from tests.elastic.shared import worker

ALIAS = f"cua-huyen-{worker()}"


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "var"))
    return monkeypatch


def diembao(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(program(), ["index", *words])
    said = str(done.exception) if isinstance(done.exception, StoreError | ConfigError) else ""
    return done.exit_code, done.output + said


def findings() -> list[tuple[str, str, str]]:
    return [*engine_findings(settings_module.load())]


def test_from_nothing_to_an_index_and_back(named: pytest.MonkeyPatch, node: Node) -> None:
    named.setenv("DIEMBAO_ELASTIC__HOSTS", f'["{node.url}"]')
    named.setenv("DIEMBAO_ELASTIC__ALIAS", ALIAS)
    assert diembao("status") == (1, f"no index has the alias {ALIAS} yet: diembao index rebuild\n")
    assert findings()[0][2] == "diembao index rebuild"
    assert diembao("setup")[0] == 0
    code, said = diembao("status")
    assert code == 0
    assert "0 articles in 0 months" in said
    assert findings()[0][0] == "ok"
    assert diembao("rebuild")[0] == 0
    assert diembao("drop", "--yes")[0] == 0
    assert diembao("status")[0] == 1


@pytest.mark.parametrize("command", ["setup", "rebuild", "drop"])
def test_without_an_engine_it_says_how_to_name_one(named: pytest.MonkeyPatch, command: str) -> None:
    code, said = diembao(command, *(["--yes"] if command == "drop" else []))
    del named
    if command == "rebuild":
        assert code == 0, "the record's own index"
    else:
        assert code == 1
        assert "[elastic] hosts" in said
    assert findings()[0][0] == "ok"


def test_nobody_listens(named: pytest.MonkeyPatch) -> None:
    named.setenv("DIEMBAO_ELASTIC__HOSTS", f'["http://127.0.0.1:{free_port()}"]')
    code, said = diembao("status")
    assert code == 1
    assert "nobody listens there" in said
    assert "the record's own search answers" in said
    assert findings()[0][0] == "!!"


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    wrong = tmp_path / "ca.pem"
    wrong.write_text("không phải chứng thư", encoding="utf-8")
    for file, says in ((wrong, "no certificate"), (tmp_path / "khac.pem", "can't be read")):
        with pytest.raises(ConfigError, match=says):
            connect(ElasticSettings(hosts=("https://127.0.0.1:9200",), ca_file=str(file)))
