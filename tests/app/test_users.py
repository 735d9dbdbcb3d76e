"""`diembao user ...` as an operator types it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import program
from core.clock import SystemClock
from core.errors import ConfigError
from core.people import PeopleError, hashed
from core.settings import KeepSettings
from store.sqlite.record import open_record
from tests.fakes.records import NOON, make_desk


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record with one desk."""
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "diembao.sqlite3"
    with open_record(path, clock=SystemClock(), keep=KeepSettings()) as opened:
        opened.desks.apply_desk(make_desk(), NOON, "test")
    return path


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(program(), ["user", *words], input=typed)


def link_of(said: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8765/dat-mat-khau/([\w-]+)", said)
    assert found, said
    return found[1]


def test_the_first_administrator_of_a_headless_server(record: Path) -> None:
    assert "Add the first" in run("list").output
    said = run("add", " Lan@BinhSon.gov.vn", "--name", "Lan").output
    with open_record(record, clock=SystemClock(), keep=KeepSettings()) as opened:
        user = opened.people.link(hashed(link_of(said)), SystemClock().now())
    assert user and user.email == "lan@binhson.gov.vn"
    assert "administrator@binh_son" in run("list").output
    assert '"binh_son": "administrator"' in run("list", "--json").output


def test_a_password_can_be_typed_instead(record: Path) -> None:
    typed = "một câu dễ nhớ\n" * 2
    assert "may sign in" in run("add", "lan@binhson.gov.vn", "--name", "Lan", "--password", typed=typed).output
    short = run("add", "minh@binhson.gov.vn", "--name", "Minh", "--password", typed="ngắn\nngắn\n")
    assert isinstance(short.exception, PeopleError) and "minh" not in run("list").output


def test_a_lost_phone_and_a_forgotten_password(record: Path) -> None:
    run("add", "lan@binhson.gov.vn", "--name", "Lan")
    first, second = (link_of(run("reset", "lan@binhson.gov.vn", "--second-factor").output) for _ in range(2))
    with open_record(record, clock=SystemClock(), keep=KeepSettings()) as opened:
        assert opened.people.link(hashed(first), SystemClock().now()) is None
        assert opened.people.link(hashed(second), SystemClock().now())


@pytest.mark.parametrize(
    ("words", "said"),
    [(("add", "lan@congan.gov.vn", "--name", "Lan"), "police"), (("reset", "nobody@x.vn"), "no user nobody@x.vn"),
     (("add", "a@b.vn", "--name", "A", "--desk", "other"), "no desk other"),
     (("add", "a@b.vn", "--name", "A", "--level", "operator", "--desk", "binh_son"), "leave --desk out"),
     (("import", "no.csv"), "no.csv")],
)  # fmt: skip
def test_what_can_not_be_done_says_why(record: Path, words: tuple[str, ...], said: str) -> None:
    error = run(*words).exception
    assert isinstance(error, ConfigError | PeopleError) and said in str(error)


def test_a_sheet_is_shown_first(record: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "users.csv"
    sheet.write_text(
        "email;họ tên;vai trò\nlan@x.gov.vn;Lan;quản trị\nthu@x.gov.vn;Thu;Chuyên viên\n", encoding="utf-16"
    )
    assert "2 accounts would be taken" in run("import", str(sheet)).output
    assert "Add the first" in run("list").output
    taken = run("import", str(sheet), "--apply").output
    assert "2 accounts taken" in taken and taken.count("/dat-mat-khau/") == 2
    assert "officer@binh_son" in run("list").output


@pytest.mark.parametrize("data", [b"PK\x03\x04 of a workbook", "email\n".encode("utf-16-le")])
def test_a_workbook_in_place_of_a_table_says_what_to_save(record: Path, tmp_path: Path, data: bytes) -> None:
    sheet = tmp_path / "users.csv"
    sheet.write_bytes(data)
    error = run("import", str(sheet)).exception
    assert isinstance(error, ConfigError)
    assert str(sheet) in str(error) and "save it in the spreadsheet as CSV" in str(error)


def test_one_wrong_row_and_nothing_is_taken(record: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "users.csv"
    sheet.write_text("email,name,level,desk\na@x.vn,A,viewer,\nb@x.vn,B,viewer,my_hao\n", encoding="utf-8")
    result = run("import", str(sheet), "--apply")
    assert isinstance(result.exception, ConfigError) and "no desk my_hao" in result.output
    assert "Add the first" in run("list").output


def test_disabling_enabling_deleting(record: Path) -> None:
    for name in ("lan", "minh"):
        run("add", f"{name}@x.gov.vn", "--name", name)
    assert run("disable", "lan@x.gov.vn").exit_code == 0 and "[disabled]" in run("list").output
    assert "is disabled" in str(run("reset", "lan@x.gov.vn").exception)
    assert run("enable", "lan@x.gov.vn").exit_code == 0
    assert run("delete", "lan@x.gov.vn", "--yes").exit_code == 0 and "lan@" not in run("list").output
    assert isinstance(run("delete", "minh@x.gov.vn", "--yes").exception, PeopleError), "the last one stays"
