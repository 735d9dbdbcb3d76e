"""A province: a desk for each of its hundred communes, from two sheets to the morning's digest in each mail box."""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from app import delivering, wiring
from app.cli import program
from app.world import World
from core.access import Level
from core.clock import FixedClock
from core.records import Published
from core.settings import Settings, SmtpSettings
from nlp.tagger import load as load_tagger
from tests.fakes.records import NOON, make_article
from tests.fakes.smtp import PASSWORD, USER, mail_server

PROVINCE = "Đắk Lắk"
Row = list[str]
Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(program(), ["desk", "new", "--province", PROVINCE, "--all", *words])


def filled(tmp_path: Path, command: Command) -> list[str]:
    """Both sheets as the command gives them, filled in: an officer and the information office of each commune."""
    assert command("--sheets", str(tmp_path)).exit_code == 0
    names = [row[0] for row in rows_of(tmp_path / "users.csv")[1:]]
    people = [[name, f"tin{n}@daklak.gov.vn", f"Cán bộ {n}", "officer"] for n, name in enumerate(names)]
    write(tmp_path / "users.csv", [rows_of(tmp_path / "users.csv")[0], *people])
    to = [[name, "Bộ phận thông tin", "information_office", f"ttn{n}@daklak.gov.vn"] for n, name in enumerate(names)]
    write(tmp_path / "recipients.csv", [rows_of(tmp_path / "recipients.csv")[0], *to])
    return names


def rows_of(file: Path) -> list[Row]:
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def write(file: Path, rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)


def sheets(tmp_path: Path) -> tuple[str, ...]:
    return ("--users", str(tmp_path / "users.csv"), "--recipients", str(tmp_path / "recipients.csv"))


def test_a_hundred_desks_from_making_to_digest(tmp_path: Path, command: Command) -> None:
    names = filled(tmp_path, command)
    assert len(names) > 100
    seen = command(*sheets(tmp_path))
    assert seen.exit_code == 0 and f"{len(names)} desks and {len(names)} accounts would be made" in seen.stdout
    with wiring.record(Settings()) as kept:
        assert kept.desks.desks() == () and kept.people.users() == (), "a preview takes nothing"
    done = command(*sheets(tmp_path), "--apply")
    assert done.exit_code == 0 and f"{len(names)} desks and {len(names)} accounts made" in done.stdout
    assert done.stdout.count("/dat-mat-khau/") == len(names), "each gets a link to choose a password"

    clock = FixedClock(NOON)
    with mail_server(tmp_path) as room:
        smtp = SmtpSettings(
            host="127.0.0.1", port=room.port, username=USER, password=SecretStr(PASSWORD),
            sender="diembao@daklak.gov.vn", ca_file=room.ca_file,
        )  # fmt: skip
        settings = Settings(smtp=smtp)
        world = World(kind="replay", publishers={}, clock=clock)
        with wiring.record(settings, clock) as kept:
            desks = kept.desks.desks()
            assert len(desks) == len(names) == len({desk.id for desk in desks})
            held = [user.memberships for user in kept.people.users()]
            assert sorted(m.desk for (m,) in held) == sorted(desk.id for desk in desks)
            assert {m.level for (m,) in held} == {Level.OFFICER}
            locator, tagger = wiring.locator(desks), load_tagger()
            for number, name in enumerate(names):
                at = NOON - timedelta(minutes=number)
                article = make_article(
                    f"tin-{number}.html", title=f"{name}, tỉnh Đắk Lắk làm đường đến trường",
                    lead=f"Người dân {name}, tỉnh Đắk Lắk góp {number + 3} ngày công.", at=at,
                    published=Published(at=at, provenance="meta"),
                )  # fmt: skip
                found = locator.locate(article)
                kept.articles.save(tagger.tag(found))
        for _ in range(24):
            delivering.deliver(settings, world, stop=threading.Event(), forever=False)
            clock.move(timedelta(hours=1))
        told = {address for to in room.recipients for address in to}
        assert told == {f"ttn{n}@daklak.gov.vn" for n in range(len(names))}


def test_a_wrong_row_is_named_and_nothing_is_taken(tmp_path: Path, command: Command) -> None:
    filled(tmp_path, command)
    rows = rows_of(tmp_path / "recipients.csv")
    rows[3][1:4] = ["Công an xã", "information_office", "a@congan.gov.vn"]
    rows[5][2] = "theo dõi dư luận"
    rows[7][0] = "xã Không Có"
    write(tmp_path / "recipients.csv", rows)
    users = rows_of(tmp_path / "users.csv")
    users[9][3] = "ông chủ"
    write(tmp_path / "users.csv", users)
    done = command(*sheets(tmp_path), "--apply")
    assert done.exit_code == 1
    for row, said in ((4, "police"), (6, "theo dõi dư luận"), (8, "xã Không Có"), (10, "ông chủ")):
        assert any(f"row {row:4} " in line and said in line for line in done.stdout.splitlines()), (row, said)
    assert "phòng chống thiên tai" in done.stdout and "chuyên viên; biên tập" in done.stdout, "what there is"
    with wiring.record(Settings()) as kept:
        assert kept.desks.desks() == () and kept.people.users() == ()


def test_a_sheet_without_communes_is_named(tmp_path: Path, command: Command) -> None:
    (tmp_path / "users.csv").write_text("email,name,level\nlan@daklak.gov.vn,Lan,officer\n", encoding="utf-8")
    done = command("--users", str(tmp_path / "users.csv"), "--apply")
    assert done.exit_code == 1 and re.search("sheet of users.*--sheets", str(done.exception))


def test_a_province_of_before_is_told_what_it_became(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(program(), ["desk", "new", "--province", "Bình Định", "--all"])
    assert done.exit_code == 1 and "now in tỉnh Gia Lai" in str(done.exception)
    done = CliRunner().invoke(program(), ["desk", "new", "--province", "Bình Điịnh", "--all"])
    assert done.exit_code == 1 and "no province of today" in str(done.exception)


def test_once_more_changes_nothing(tmp_path: Path, command: Command) -> None:
    names = filled(tmp_path, command)
    assert command(*sheets(tmp_path), "--apply").exit_code == 0
    again = command(*sheets(tmp_path), "--apply")
    assert f"{len(names)} desks stay as they are" in again.stdout and "0 desks and 0 accounts made" in again.stdout
