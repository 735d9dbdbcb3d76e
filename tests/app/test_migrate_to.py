"""Where the record may be moved: a mistyped place is told, and nothing is made or changed there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app import moving, wiring
from core.clock import SystemClock
from core.errors import ConfigError, StoreError
from core.settings import RecordSettings, Settings
from store.sql import Connection
from store.sqlite import meta
from tests.command_line import run_here
from tests.data import ROOT
from tests.fakes.records import NOON, make_desk


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A record in a folder of its own, in which the program is also started."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "var"))
    settings = Settings()
    with wiring.record(settings) as kept:
        kept.desks.apply_desk(make_desk(), NOON, "test")
    return settings


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("postgres", "write postgresql://"),
        ("postgresql:/host/diembao", "write postgresql://"),
        ("", "write postgresql://"),
        (" ", "write postgresql://"),
        ("db.example.gov.vn/diembao", "write postgresql://"),
        ("folder", "ends in .sqlite3"),
        ("postgresql://", "user and database"),
        ("nodir/x.sqlite3", "there is no folder"),
        ("full.sqlite3", "it exists"),
        ("empty.db", "it exists"),
    ],
)
def test_a_wrong_place_is_told_and_nothing_is_made(here: Settings, place: str, said: str) -> None:
    Path("full.sqlite3").write_text("somebody's")
    Path("empty.db").touch()
    Path("folder").mkdir()
    lying = sorted(Path().rglob("*"))
    done = run_here(["migrate", "--to", place])
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr, done
    assert sorted(Path().rglob("*")) == lying and not Path("empty.db").stat().st_size
    assert run_here(["desk", "list"]).returncode == 0, "the record is where it was"


@pytest.mark.parametrize("name", ["other.sqlite3", "other.db"])
def test_to_a_new_file(here: Settings, name: str) -> None:
    done = run_here(["migrate", "--to", name])
    assert done.returncode == 0 and "counted and compared" in done.stdout, done
    moved = here.model_copy(update={"record": RecordSettings(url=str(Path(name).absolute()))})
    with wiring.record(moved) as kept:
        assert kept.desks.desks() == (make_desk(),)


def _not_marked(con: Connection, name: str, value: str) -> None:
    if name == meta.MOVED:
        raise StoreError("not marked")
    con.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING", (name, value))


def test_one_that_is_killed_leaves_the_place_free_and_what_it_made_goes_later(here: Settings) -> None:
    killed = (
        "import os, signal; from store.sqlite.search import Search;"
        "Search.rebuild = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        "from app.cli import main; main()"
    )
    command = [sys.executable, "-c", killed, "migrate", "--to", "other.sqlite3"]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done
    (left,) = Path().iterdir()
    assert left.is_dir()
    assert run_here(["migrate", "--to", "other.sqlite3"]).returncode == 0
    moved = here.model_copy(update={"record": RecordSettings(url=str(Path("other.sqlite3").absolute()))})
    with wiring.record(moved) as kept:
        kept.retention.tidy(SystemClock().now() + timedelta(days=2))
        assert kept.desks.desks() == (make_desk(),)
    assert not left.exists()


def test_a_file_to_which_it_did_not_move_is_gone(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("not the same")

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="not the same"):
        patch.setattr("store.postgres.moving.move", broken)
        list(moving.migrate_to(here, "other.sqlite3"))
    assert not list(Path().iterdir())
    with monkeypatch.context() as patch, pytest.raises(StoreError, match="not marked"):
        patch.setattr("store.sqlite.meta.put", _not_marked)
        list(moving.migrate_to(here, "other.sqlite3"))
    assert not list(Path().iterdir())
    with pytest.raises(ConfigError, match="already"):
        list(moving.migrate_to(here, str(here.database)))
    assert list(moving.migrate_to(here, "other.sqlite3"))
