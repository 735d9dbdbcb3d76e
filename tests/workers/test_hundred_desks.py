"""A province: a desk for each of its hundred communes, from wizard and sheets to the digest in each mail box."""

from __future__ import annotations

import csv
import re
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from app import delivering, serving, wiring
from app.cli import program
from app.world import World
from core import receivers
from core.access import Level
from core.clock import FixedClock
from core.errors import ConfigError
from core.records import Membership, Published
from core.settings import Settings
from nlp.tagger import load as load_tagger
from tests.dashboard.test_people import PASSWORD, send
from tests.fakes.records import NOON, make_article
from tests.fakes.smtp import MailRoom, mail_server, settings_of

PROVINCE = "Đắk Lắk"
Row = list[str]
Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_for(PROVINCE, tmp_path, monkeypatch)


@pytest.fixture
def in_quang_ngai(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same for a province with communes that differ in diacritics alone: Sơn Hà and Sơn Hạ, Ba Tơ and Ba Tô."""
    return command_for("Quảng Ngãi", tmp_path, monkeypatch)


def command_for(province: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(program(), ["desk", "new", "--province", province, "--all", *words])


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


def test_a_hundred_desks_from_wizard_to_digest(tmp_path: Path, command: Command) -> None:
    clock = FixedClock(NOON)
    begun_by_wizard(clock)
    names = filled(tmp_path, command)
    assert len(names) > 100 and FIRST in names
    made_from_sheets(tmp_path, command, len(names))
    with mail_server(tmp_path) as room:
        settings = Settings(smtp=settings_of(room))
        read_about_each(settings, clock, names)
        for _ in range(24):
            delivering.deliver(
                settings, World(kind="replay", publishers={}, clock=clock), stop=threading.Event(), forever=False
            )
            clock.move(timedelta(hours=1))
    boxes = boxes_of(room)
    assert sorted(boxes) == sorted(f"ttn{n}@daklak.gov.vn" for n in range(len(names)))
    for number, name in enumerate(names):
        (mail,) = boxes[f"ttn{number}@daklak.gov.vn"]
        one_digest_of_its_own(mail, number, name)


FIRST = "xã Buôn Đôn"
"""The commune of the desk that the wizard makes; a district of before has the same name."""


def begun_by_wizard(clock: FixedClock) -> None:
    """The first desk and its administrator, as the page makes them of a record that holds nothing."""
    settings = Settings()
    with wiring.record(settings, clock) as kept:
        app = serving.application(settings, World(kind="replay", publishers={}, clock=clock), kept)
        browser = TestClient(app, base_url="http://127.0.0.1:8765", client=("127.0.0.1", 50000))
        opened = "/bat-dau?ten=Buôn Đôn"
        choice = re.search(rf'value="([\w:]+)" required> {FIRST}, tỉnh {PROVINCE}', browser.get(opened).text)
        assert choice, "it is among the namesakes"
        form = {"ten": "Buôn Đôn", "don-vi": choice[1], "co-quan": f"UBND {FIRST}, tỉnh {PROVINCE}", "ho-ten": "Lan",
                "thu": "lan@daklak.gov.vn", "mat-khau": PASSWORD}  # fmt: skip
        assert send(browser, "/bat-dau", form, opened=opened).status_code == 303
        (desk,) = kept.desks.desks()
        (lan,) = kept.people.users()
        assert desk.name == FIRST and lan.memberships == (Membership(desk=desk.id, level=Level.ADMINISTRATOR),)


def made_from_sheets(tmp_path: Path, command: Command, count: int) -> None:
    """The other desks, and an officer and a recipient for each; the wizard's desk stays and gets its own."""
    with wiring.record(Settings()) as kept:
        before = kept.desks.desks(), kept.people.users()
        seen = command(*sheets(tmp_path))
        assert seen.exit_code == 0 and f"{count} desks and {count} accounts would be made or changed" in seen.stdout
        assert (kept.desks.desks(), kept.people.users()) == before, "a preview takes nothing"
        done = command(*sheets(tmp_path), "--apply")
        assert done.exit_code == 0 and f"{count} desks and {count} accounts made or changed" in done.stdout
        assert done.stdout.count("/dat-mat-khau/") == count, "each gets a link to choose a password"
        desks, users = kept.desks.desks(), kept.people.users()
    assert len(desks) == count == len({desk.id for desk in desks})
    held = [membership for user in users if user not in before[1] for membership in user.memberships]
    assert sorted(m.desk for m in held) == sorted(desk.id for desk in desks)
    assert {m.level for m in held} == {Level.OFFICER}


def read_about_each(settings: Settings, clock: FixedClock, names: list[str]) -> None:
    """An article about each commune, found by its own words."""
    with wiring.record(settings, clock) as kept:
        locator, tagger = wiring.locator(kept.desks.desks()), load_tagger()
        for number, name in enumerate(names):
            at = NOON - timedelta(minutes=number)
            article = make_article(
                f"tin-{number}.html", title=title_about(name), at=at, published=Published(at=at, provenance="meta"),
                lead=f"Người dân {name}, tỉnh Đắk Lắk góp {number + 3} ngày công.",
            )  # fmt: skip
            kept.articles.save(tagger.tag(locator.locate(article)))


def title_about(name: str) -> str:
    return f"{name}, tỉnh Đắk Lắk làm đường đến trường"


def boxes_of(room: MailRoom) -> dict[str, list[EmailMessage]]:
    boxes: dict[str, list[EmailMessage]] = defaultdict(list)
    for mail, recipients in zip(room.mails, room.recipients, strict=True):
        for address in recipients:
            boxes[address].append(mail)
    return boxes


def one_digest_of_its_own(mail: EmailMessage, number: int, name: str) -> None:
    """The morning's digest, not an alert, with the article about its commune and nothing of a neighbour's."""
    assert str(mail["Subject"]).startswith(f"[Điểm báo {name}] Bản tin buổi sáng 11/03/2026: 1 câu chuyện")
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part, kind
        text = unescape(part.get_content())
        titles = re.findall(r"[^\n<>.]+ làm đường đến trường", text)
        assert {title.strip() for title in titles} == {title_about(name)}
        assert set(re.findall(r"https://bao_mau\.vn/[\w.-]+", text)) == {f"https://bao_mau.vn/tin-{number}.html"}


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
    assert f"{len(names)} desks stay as they are" in again.stdout and "nothing changes" in again.stdout


ALIKE = ("xã Sơn Hà", "xã Sơn Hạ", "xã Ba Tơ", "xã Ba Tô")


def given(tmp_path: Path, users: list[Row], recipients: list[Row]) -> tuple[str, ...]:
    write(tmp_path / "users.csv", [["xã phường", "email", "họ tên", "vai trò"], *users])
    write(tmp_path / "recipients.csv", [["xã phường", "nơi nhận", "phần việc", "email"], *recipients])
    return sheets(tmp_path)


def line_of(done: Result, *words: str) -> str:
    (line,) = [line for line in done.stdout.splitlines() if all(word in line for word in words)]
    return line


def test_communes_that_differ_in_diacritics_alone_are_told_apart(tmp_path: Path, in_quang_ngai: Command) -> None:
    users = [[name, f"tin{n}@quangngai.gov.vn", f"Cán bộ {n}", "officer"] for n, name in enumerate(ALIKE)]
    to = [[name, "Bộ phận thông tin", "information_office", f"ttn{n}@quangngai.gov.vn"] for n, name in enumerate(ALIKE)]
    both = given(tmp_path, users, to)
    seen = in_quang_ngai(*both)
    assert all(name in line_of(seen, "users", f"tin{n}@") for n, name in enumerate(ALIKE)), seen.stdout
    assert in_quang_ngai(*both, "--apply").exit_code == 0
    with wiring.record(Settings()) as kept:
        desks = {desk.name: desk for desk in kept.desks.desks()}
        held = {user.email: [m.desk for m in user.memberships] for user in kept.people.users()}
    for n, name in enumerate(ALIKE):
        assert held[f"tin{n}@quangngai.gov.vn"] == [desks[name].id]
        assert [to.email for to in desks[name].recipients] == [f"ttn{n}@quangngai.gov.vn"]
    again = in_quang_ngai(*both, "--apply")
    assert again.exit_code == 0 and "nothing changes" in again.stdout
    assert "same" in line_of(again, "users", "tin1@")


def test_a_commune_that_may_be_two_is_refused_with_both(tmp_path: Path, in_quang_ngai: Command) -> None:
    def row(name: str) -> Row:
        return [name, "lan@quangngai.gov.vn", "Lan", "officer"]

    done = in_quang_ngai(*given(tmp_path, [row("xa Son Ha"), row("binh son"), row("Ba Tơ"), row("XÃ BA TÔ")], [])[:2])
    assert done.exit_code == 1 and "1 wrong rows" in str(done.exception)
    assert "may be xã Sơn Hà (son_ha) or xã Sơn Hạ (son_ha_" in line_of(done, "row    2")
    assert "xã Bình Sơn" in line_of(done, "row    3")
    assert "xã Ba Tơ" in line_of(done, "row    4") and "xã Ba Tô" in line_of(done, "row    5")
    assert in_quang_ngai(*given(tmp_path, [row("son_ha")], [])[:2]).exit_code == 0, "a desk's id tells one"


def test_a_commune_whose_desk_has_another_name_is_not_its_neighbour(tmp_path: Path, in_quang_ngai: Command) -> None:
    assert in_quang_ngai("--apply").exit_code == 0
    with wiring.record(Settings()) as kept:
        desks = {desk.name: desk for desk in kept.desks.desks()}
        kept.desks.apply_desk(replace(desks["xã Sơn Hà"], name="Văn phòng xã"), NOON, "operator")
    done = in_quang_ngai(*given(tmp_path, [["xã Sơn Hà", "lan@quangngai.gov.vn", "Lan", "officer"]], [])[:2])
    assert done.exit_code == 0 and "Văn phòng xã (son_ha)" in line_of(done, "row    2")


def test_sheets_as_they_are_written_may_be_given_back(tmp_path: Path, in_quang_ngai: Command) -> None:
    """Nobody fills in every row: a commune without anything is left out, and said to be without an account."""
    assert in_quang_ngai("--sheets", str(tmp_path)).exit_code == 0
    done = in_quang_ngai(*sheets(tmp_path))
    count = len(rows_of(tmp_path / "users.csv")) - 1
    assert done.exit_code == 0 and f"{count} communes without an account" in done.stdout
    assert f"{2 * count} rows skipped" in done.stdout and "row " not in done.stdout
    rows = rows_of(tmp_path / "users.csv")
    rows[4][1:] = ["lan@quangngai.gov.vn", "Lan", "officer"]
    write(tmp_path / "users.csv", rows)
    done = in_quang_ngai(*sheets(tmp_path))
    assert f"{count - 1} communes without an account" in done.stdout and rows[4][0] in line_of(done, "row    5")


@pytest.mark.parametrize("which", ["users", "recipients"])
@pytest.mark.parametrize(("text", "said"), [("", "empty"), ("\r\n,,\n", "empty"), ("a,b\n", "Missing column")])
def test_an_empty_sheet_is_not_none(
    tmp_path: Path, in_quang_ngai: Command, which: str, text: str, said: str
) -> None:  # fmt: skip
    (tmp_path / "sheet.csv").write_text(text)
    done = in_quang_ngai(f"--{which}", str(tmp_path / "sheet.csv"), "--apply")
    assert done.exit_code == 1 and isinstance(done.exception, ConfigError)
    assert f"sheet of {which}" in str(done.exception) and said in str(done.exception)


def test_sheets_that_cannot_be_written_or_read_are_named(tmp_path: Path, in_quang_ngai: Command) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        done = in_quang_ngai("--sheets", str(folder))
        assert isinstance(done.exception, ConfigError) and str(folder) in str(done.exception)
    (tmp_path / "recipients.csv").write_text("mine")
    done = in_quang_ngai("--sheets", str(tmp_path))
    assert isinstance(done.exception, ConfigError) and not (tmp_path / "users.csv").exists(), "both or none"
    both = given(tmp_path, [["xã Sơn Hà", "lan@quangngai.gov.vn", "L" * 140_000, "officer"]], [])
    done = in_quang_ngai(*both)
    assert isinstance(done.exception, ConfigError) and "sheet of users: This sheet can't be read" in str(done.exception)


def test_recipients_that_differ_in_diacritics_alone_are_told_apart() -> None:
    head = "nơi nhận,phần việc,email\n"
    _, planned = receivers.plan(f"{head}Kim Lân,y tế,a@x.vn\nKim Lan,y tế,b@x.vn\n", ())
    both = receivers.outcome((), planned)
    assert [(one.name, one.email) for one in both] == [("Kim Lân", "a@x.vn"), ("Kim Lan", "b@x.vn")]
    _, again = receivers.plan(f"{head}KIM LÂN,y tế,a@x.vn\nKim  Lan,y tế,b@x.vn\n", both)
    assert [row.action for row in again] == ["same", "same"]
    _, other = receivers.plan(f"{head}Phòng Hòa,y tế,\nPhòng Hóa,y tế,\n", ())
    known = receivers.outcome((), other)
    _, (wrong,) = receivers.plan(f"{head}phong hoa,y tế,\n", known)
    assert wrong.problem and wrong.problem.values["names"] == "Phòng Hòa; Phòng Hóa"
    _, (one,) = receivers.plan(f"{head}phong hoa,y tế,c@x.vn\n", known[:1])
    assert (one.action, one.shown) == ("change", "Phòng Hòa")
