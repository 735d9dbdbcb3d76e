"""No police, security or military body comes in as recipient, user or office: pages, pasted sheets, commands, files.

Each is asked through the door that a person uses, and the record is looked at afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from alerts.channels.zns import ZnsNotifier
from app.cli import program
from core.access import Level
from core.clock import FixedClock
from core.errors import ConfigError
from core.people import PeopleError
from core.records import Recipient, Refused, UnitChoice
from core.roles import Role
from core.settings import KeepSettings, Settings
from store.sqlite.record import Record, open_record
from tests.contracts.people import make_user
from tests.dashboard.conftest import MORNING, client
from tests.dashboard.conftest import make_user as account
from tests.dashboard.test_people import PASSWORD, send
from tests.dashboard.test_people_oidc import through
from tests.fakes.blank import blank
from tests.fakes.reading import FakePress, sample_press
from tests.fakes.records import NOON, make_desk, make_message
from tests.standins.oidc import CLIENT, SECRET, Provider, serving

BODIES = (
    ("Công an xã Bình Sơn", "truc@binhson.gov.vn"), ("C.A. xã", "truc@binhson.gov.vn"),
    ("Ban CHQS xã", "truc@binhson.gov.vn"), ("Đồn Biên phòng", "truc@binhson.gov.vn"),
    ("Phòng Văn hóa", "truc@congan.quangngai.gov.vn"), ("Phòng Văn hóa", "ca.binhson@quangngai.gov.vn"),
    ("Phòng Văn hóa", "bchqs@binhson.gov.vn"), ("Phòng Văn hóa", "x@mps.gov.vn"),
)  # fmt: skip
UNITS = (UnitChoice(id="new:2", name="xã Bình Sơn", label="xã Bình Sơn, tỉnh Quảng Ngãi"),)


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with open_record(blank(tmp_path / "diembao.sqlite3"), clock=FixedClock(MORNING), keep=KeepSettings()) as opened:
        for desk in sample_press(MORNING).book:
            opened.desks.apply_desk(desk, MORNING, "test")
        yield opened


@pytest.fixture
def admin(record: Record) -> TestClient:
    """This machine, before there is any user: nothing but the checks stands in the way."""
    return client(sample_press(MORNING), record=record, parts={"desks": record.desks}, client=("127.0.0.1", 50000))


def everybody(record: Record) -> str:
    return f"{record.desks.desks()} {record.people.users()}"


@pytest.fixture
def unchanged(record: Record) -> Iterator[Callable[[], None]]:
    """To be asked afterwards: neither recipients nor users are others than before."""
    before = everybody(record)

    def check() -> None:
        assert everybody(record) == before

    yield check
    check()


@pytest.mark.parametrize(("name", "address"), BODIES)
@pytest.mark.usefixtures("unchanged")
class TestPages:
    def test_recipients(self, admin: TestClient, name: str, address: str) -> None:
        form = {"ten": name, "thu": address, "vai-health": "1"}
        assert send(admin, "/nguoi-nhan", form, opened="/nguoi-nhan").status_code == 422

    def test_a_pasted_sheet_of_recipients(self, admin: TestClient, name: str, address: str) -> None:
        sheet = f"Nơi nhận\tPhần việc\tThư điện tử\nTrạm y tế\ty tế\tyte@binhson.gov.vn\n{name}\ty tế\t{address}\n"
        page = send(admin, "/nguoi-nhan/bang", {"bang": sheet, "lam": "1"}, opened="/nguoi-nhan/bang")
        assert page.status_code == 200 and "công an" in page.text

    def test_users(self, admin: TestClient, name: str, address: str) -> None:
        form = {"ten": name, "thu": address, "vai-tro": "viewer"}
        assert send(admin, "/nguoi-dung", form, opened="/nguoi-dung").status_code == 422

    def test_a_pasted_sheet_of_users(self, admin: TestClient, name: str, address: str) -> None:
        sheet = f"Email\tHọ tên\tVai trò\nlan@binhson.gov.vn\tLan\tviewer\n{address}\t{name}\tviewer\n"
        page = send(admin, "/nguoi-dung/bang", {"bang": sheet, "lam": "1"}, opened="/nguoi-dung/bang")
        assert page.status_code == 200 and "công an" in page.text

    def test_the_first_run(self, record: Record, name: str, address: str) -> None:
        browser = client(
            FakePress(), record=record, client=("127.0.0.1", 50000),
            parts={"units": lambda _: UNITS, "desks": record.desks},
        )  # fmt: skip
        form = {"ten": "Bình Sơn", "don-vi": "new:2", "co-quan": "UBND xã Bình Sơn", "ho-ten": name, "thu": address,
                "mat-khau": PASSWORD}  # fmt: skip
        assert send(browser, "/bat-dau", form, opened="/bat-dau").status_code == 422

    def test_the_provinces_provider(self, record: Record, name: str, address: str) -> None:
        """Who signs in there and has no account here gets none by it."""
        provider = Provider(email=address, now=MORNING.timestamp())
        with serving(provider):
            oidc = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "name": name}
            browser = client(sample_press(MORNING), record=record, client=("203.0.113.7", 1), settings={"oidc": oidc})
            assert browser.get(through(browser)).status_code in (403, 502)


@pytest.mark.parametrize("name", [name for name, _ in BODIES[:4]])
class TestOffices:
    def test_the_first_run(self, record: Record, name: str) -> None:
        with record.database.write() as con:
            con.execute("DELETE FROM desks")
        parts = {"units": lambda _: UNITS, "desks": record.desks}
        browser = client(FakePress(), record=record, client=("127.0.0.1", 50000), parts=parts)
        form = {"ten": "Bình Sơn", "don-vi": "new:2", "co-quan": name, "ho-ten": "Lan", "thu": "lan@binhson.gov.vn",
                "mat-khau": PASSWORD}  # fmt: skip
        opened = "/bat-dau?ten=B%C3%ACnh+S%C6%A1n"
        assert send(browser, "/bat-dau", form, opened=opened).status_code == 422
        assert record.desks.desks() == () and not record.people.any()

    def test_a_new_desk_file(self, record: Record, tmp_path: Path, name: str) -> None:
        done = run("desk", "new", "xã Vạn Tường", "--out", str(tmp_path / "x.toml"), typed=f"{name}\nvan_tuong\n")
        assert isinstance(done.exception, ConfigError) and not (tmp_path / "x.toml").exists()


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(program(), list(words), input=typed)


@pytest.mark.parametrize(("name", "address"), BODIES)
@pytest.mark.usefixtures("unchanged")
class TestCommands:
    def test_a_user(self, name: str, address: str) -> None:
        assert isinstance(run("user", "add", address, "--name", name).exception, PeopleError)

    def test_a_sheet_of_users(self, tmp_path: Path, name: str, address: str) -> None:
        sheet = tmp_path / "u.csv"
        sheet.write_text(f"email;họ tên;vai trò\nlan@x.gov.vn;Lan;quản trị\n{address};{name};xem\n", encoding="utf-8")
        assert isinstance(run("user", "import", str(sheet), "--apply").exception, ConfigError)

    def test_a_desk_file(self, tmp_path: Path, name: str, address: str) -> None:
        file = tmp_path / "desk.toml"
        file.write_text(
            'id = "binh_son"\nname = "Bình Sơn"\noffice = "UBND xã Bình Sơn"\nunits = ["old:524"]\n[[recipients]]\n'
            f'id = "r"\nname = {json.dumps(name)}\nroles = ["health"]\nemail = "{address}"\n', encoding="utf-8",
        )  # fmt: skip
        assert isinstance(run("desk", "apply", str(file), "--yes").exception, ConfigError)


@pytest.mark.parametrize(("name", "address"), [BODIES[0], BODIES[4]])
@pytest.mark.parametrize("kind", ["recipients", "users"])
@pytest.mark.usefixtures("unchanged")
def test_the_sheets_of_a_province(tmp_path: Path, kind: str, name: str, address: str) -> None:
    heading = {"recipients": "xã phường;nơi nhận;phần việc;email", "users": "xã phường;email;họ tên;vai trò"}[kind]
    row = f"{name};y tế;{address}" if kind == "recipients" else f"{address};{name};xem"
    sheet = tmp_path / "s.csv"
    sheet.write_text(f"{heading}\nxã Vạn Tường;{row}\n", encoding="utf-8")
    done = run("desk", "new", "--province", "Quảng Ngãi", "--all", f"--{kind}", str(sheet), "--apply")
    assert isinstance(done.exception, ConfigError)
    assert "wrong rows" in str(done.exception)


@pytest.mark.parametrize(("name", "address"), BODIES)
def test_the_record_itself_whoever_changes_a_desk_or_a_user(record: Record, name: str, address: str) -> None:
    one = Recipient(id="r", name=name, roles=(Role.HEALTH,), email=address)
    before = everybody(record)
    changes: tuple[Callable[[], object], ...] = (
        lambda: record.desks.apply_desk(make_desk(recipients=(one,)), NOON, "u1"),
        lambda: record.desks.change_desk("binh_son", lambda now: replace(now, recipients=(one,)), NOON, "u1"),
    )
    for change in changes:
        with pytest.raises(ConfigError, match="police, security or military"):
            change()
    with pytest.raises(PeopleError):
        record.people.add(make_user(name, email=address), "u1")
    assert everybody(record) == before


@pytest.mark.parametrize("name", [name for name, _ in BODIES[:4]])
def test_an_account_is_not_renamed_into_one(record: Record, name: str) -> None:
    record.people.add(make_user("Lan"), "operator")
    with pytest.raises(PeopleError):
        record.people.change("ulan", name=name, at=NOON, by="u1")
    assert record.people.user("ulan").name == "Lan"  # type: ignore[union-attr]


@pytest.mark.parametrize("phone", ["", "0912345678", "84٩12345678", "84912345678\n"])
def test_the_channel_takes_numbers_of_one_form_only(phone: str) -> None:
    class Never:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    notifier = ZnsNotifier(Never(), Settings().zalo, Never(), FixedClock(NOON))  # type: ignore[arg-type]
    said = notifier.send(make_message(), phone)
    assert isinstance(said, Refused)


def test_an_ordinary_office_passes_every_door(record: Record, admin: TestClient, tmp_path: Path) -> None:
    """The control: what is refused above is so for the body alone."""
    health = {"ten": "Trạm y tế", "thu": "yte@binhson.gov.vn", "vai-health": "1"}
    assert send(admin, "/nguoi-nhan", health, opened="/nguoi-nhan").status_code == 303
    sheet = "Nơi nhận\tPhần việc\tThư điện tử\nVăn hóa\tvăn hóa, du lịch\tvh@binhson.gov.vn\n"
    assert send(admin, "/nguoi-nhan/bang", {"bang": sheet, "lam": "1"}, opened="/nguoi-nhan/bang").status_code == 303
    file = tmp_path / "u.csv"
    file.write_text("email;họ tên;vai trò;bàn tin\nlan@binhson.gov.vn;Lan;xem;binh_son\n", encoding="utf-8")
    assert "1 accounts taken" in run("user", "import", str(file), "--apply").output
    assert account(record, Level.VIEWER, "binh_son").name
    assert {"Trạm y tế", "Văn hóa"} <= {one.name for desk in record.desks.desks() for one in desk.recipients}
