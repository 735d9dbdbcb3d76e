"""Where the record may be moved: a mistyped place is told, and nothing is made or changed there."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import moving, wiring
from core.errors import ConfigError, StoreError
from core.settings import RecordSettings, Settings
from tests.command_line import run_here
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


def test_a_file_to_which_it_did_not_move_is_gone(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("not the same")

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="not the same"):
        patch.setattr("store.postgres.moving.move", broken)
        list(moving.migrate_to(here, "other.sqlite3"))
    assert not list(Path().iterdir())
    with pytest.raises(ConfigError, match="already"):
        list(moving.migrate_to(here, str(here.database)))
    assert list(moving.migrate_to(here, "other.sqlite3"))
