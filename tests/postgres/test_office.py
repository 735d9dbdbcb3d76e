"""An office whose record is on a server: the commands of an operator."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app import moving
from core.settings import Settings
from store.postgres.address import Address
from store.sqlite.record import Record
from tests.command_line import run_here
from tests.data import ROOT
from tests.fakes.full import full_record
from tests.fakes.records import NOON
from tests.postgres.server import PASSWORD, Server

Diembao = Callable[..., str]


@pytest.fixture
def diembao(tmp_path: Path, address: Address, monkeypatch: pytest.MonkeyPatch) -> Diembao:
    """The program's entry point in a folder of its own (`alone`: as a process); the password comes from a file."""
    (tmp_path / "password").write_text(PASSWORD + "\n")
    for name in [name for name in os.environ if name.startswith(("DIEMBAO_", "PG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DIEMBAO_RECORD__PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)

    def run(*words: str, place: str = str(address), good: bool = True, alone: bool = False) -> str:
        monkeypatch.setenv("DIEMBAO_RECORD__URL", place)
        done = _in_a_process(words) if alone else run_here(words)
        said = done.stdout + done.stderr
        assert (done.returncode == 0) == good, said
        assert PASSWORD not in said
        return said

    return run


def _in_a_process(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app.cli", *words], capture_output=True, text=True, check=False)


def test_a_record_goes_to_the_server_is_backed_up_there_and_comes_back(
    diembao: Diembao, server: Server, address: Address, tmp_path: Path
) -> None:
    with full_record(tmp_path / "var" / "diembao.sqlite3", NOON):
        pass
    assert "counted and compared" in diembao("migrate", "--to", str(address), place="", alone=True)
    assert "has moved to" in diembao("desk", "list", place="", good=False)
    assert "binh_son" in diembao("desk", "list")
    assert "fsync or full_page_writes is off" in diembao("doctor", good=False)  # as this server of a test has them
    archive = diembao("backup").split()[-1]
    server.run("CREATE DATABASE other_place TEMPLATE blank STRATEGY file_copy")
    other = f"{server.url}/other_place"
    assert "restored" in diembao("restore", "--yes", archive, place=other)
    assert "binh_son" in diembao("desk", "list", place=other)
    lying = sorted(file.name for file in (tmp_path / "var").iterdir())
    assert "holds something already" in diembao("restore", "--yes", archive, place=other, good=False)
    assert sorted(file.name for file in (tmp_path / "var").iterdir()) == lying, "nothing in clear is left behind"
    assert "has moved to" in diembao("desk", "list", place="", good=False), "the earlier file lies where it lay"
    assert "counted and compared" in diembao("migrate", "--to", str(tmp_path / "back.sqlite3"))
    assert "binh_son" in diembao("desk", "list", place=str(tmp_path / "back.sqlite3"))


def test_a_restore_that_is_killed_leaves_no_record_but_in_a_folder_that_goes(
    diembao: Diembao, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with full_record(tmp_path / "var" / "diembao.sqlite3", NOON):
        pass
    archive = diembao("backup", place="").split()[-1]
    (tmp_path / "var" / "diembao.sqlite3").unlink()
    server.run("CREATE DATABASE fresh TEMPLATE blank STRATEGY file_copy")
    move, seen = moving.from_file, list[str]()

    def moved(settings: Settings, file: Path) -> None:
        seen.extend(path.parent.name for path in (tmp_path / "var").rglob("diembao.sqlite3"))
        move(settings, file)

    monkeypatch.setattr(moving, "from_file", moved)
    assert "restored" in diembao("restore", "--yes", archive, place=f"{server.url}/fresh")
    assert [name.partition("-")[0] for name in seen] == [".restore"], "the purge takes those away"
    assert not list((tmp_path / "var").rglob("*.sqlite3*"))


def test_wrong_places_are_told_with_what_to_do(diembao: Diembao, server: Server) -> None:
    assert "make it: createdb" in diembao("desk", "list", place=f"{server.url}/nowhere", good=False)
    assert "no password in the address" in diembao(
        "desk", "list", place=f"postgresql://diembao:geheim@127.0.0.1:{server.port}/x", good=False
    )
    assert "can't be reached" in diembao("desk", "list", place="postgresql://diembao@127.0.0.1:1/x", good=False)
    assert "refuses this login" in diembao(
        "desk", "list", place=f"{server.url.replace('diembao@', 'other@')}/x", good=False
    )


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("default_transaction_read_only = on", "takes no writes"),
        ("statement_timeout = 1", "ALTER ROLE USER SET statement_timeout = 0"),
    ],
)
def test_what_the_server_was_set_to_is_told_with_what_to_do(
    diembao: Diembao, server: Server, address: Address, setting: str, said: str
) -> None:
    server.run(f"ALTER DATABASE {address.database} SET {setting}")
    told = diembao("desk", "apply", "--yes", str(ROOT / "desks" / "binh_son.toml"), good=False)
    assert said in told and "unexpected" not in told


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_can_t_hold_vietnamese_is_refused_before_anything_is_made_there(
    diembao: Diembao, server: Server, encoding: str
) -> None:
    name = f"in_{encoding.lower()}"
    server.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'")
    for command in (["desk", "list"], ["doctor"]):
        said = diembao(*command, place=f"{server.url}/{name}", good=False)
        assert "--encoding UTF8" in said and f"its encoding is {encoding}" in said
    assert server.run("SELECT nspname FROM pg_namespace WHERE nspname = 'diembao'", name) == []


def test_a_login_s_own_encoding_changes_nothing(
    diembao: Diembao, server: Server, address: Address, desked: Record
) -> None:
    del desked
    server.run(f"ALTER DATABASE {address.database} SET client_encoding = 'LATIN1'")
    assert "Bình Sơn" in diembao("desk", "list")


def test_a_login_without_a_password_is_told_where_it_belongs(
    diembao: Diembao, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMBAO_RECORD__PASSWORD_FILE", "")
    monkeypatch.setenv("PGPASSFILE", "/nowhere")
    assert "no password is set: [record] password_file" in diembao("desk", "list", place=str(address), good=False)


def test_an_address_of_another_kind_is_no_files_name(diembao: Diembao, tmp_path: Path) -> None:
    with full_record(tmp_path / "var" / "diembao.sqlite3", NOON):
        pass
    assert "write postgresql://" in diembao("migrate", "--to", "mysql://db/diembao", place="", good=False)
    assert "write postgresql://" in diembao("desk", "list", place="mysql://db/diembao", good=False)
    assert "binh_son" in diembao("desk", "list", place=""), "the record has not moved"
