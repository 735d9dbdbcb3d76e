"""`diembao zalo` against a stand-in: signing in without showing a token, how it stands, disconnecting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import doctor
from app.cli import program
from core.clock import SystemClock
from core.records import Recipient, ZaloEvent
from core.roles import Role
from core.settings import KeepSettings, load
from core.zalo import HOOK
from store.sqlite.record import Record, open_record
from store.sqlite.tokens import TokenVault
from tests.alerts.zalo import PHONE, USER
from tests.fakes.records import make_desk
from tests.standins.zalo import Zalo, running


@dataclass
class Terminal:
    """An operator's terminal, in the folder of an installation."""

    folder: Path
    zalo: Zalo

    def run(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(program(), list(words), input=typed)

    def connect(self) -> Result:
        return self.run("zalo", "connect", typed=self.zalo.new_pair()[1] + "\n")

    def record(self) -> Record:
        return open_record(self.folder / "diembao.sqlite3", clock=SystemClock(), keep=KeepSettings())

    def signed_in(self, account: str = "") -> bool:
        return TokenVault(self.folder / "keys.sqlite3").state(account or self.zalo.app_id) is not None


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    with running(Zalo()) as zalo:
        for name, value in {"APP_ID": zalo.app_id, "APP_SECRET": zalo.app_secret, "OA_SECRET": zalo.oa_secret,
                            "OAUTH_URL": zalo.url, "OA_URL": zalo.url, "ZNS_URL": zalo.url}.items():  # fmt: skip
            monkeypatch.setenv(f"DIEMBAO_ZALO__{name}", value)
        monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        one = Terminal(tmp_path, zalo)
        with one.record() as record:
            person = Recipient(id="van-phong", name="Văn phòng", roles=(Role.INFORMATION_OFFICE,))
            record.desks.apply_desk(make_desk(recipients=(person,)), SystemClock().now(), "test")
        yield one


def follower(terminal: Terminal) -> None:
    now = SystemClock().now()
    with terminal.record() as record:
        code = record.channels.invite("binh_son", "van-phong", now, "test")
        assert record.channels.take(ZaloEvent(kind="wrote", user=USER, at=now, receipt="r" + code, code=code), now)


def followers(terminal: Terminal) -> int:
    with terminal.record() as record:
        return len(record.channels.followers())


def test_signing_in_spends_the_pasted_token_and_shows_no_other(terminal: Terminal) -> None:
    done = terminal.connect()
    assert done.exit_code == 0 and terminal.signed_in() and terminal.zalo.refreshes == 1
    assert not [token for token in terminal.zalo.spent | terminal.zalo.refresh if token in done.output]


def test_a_token_that_zalo_does_not_take_leaves_the_sign_in_as_it_is(terminal: Terminal) -> None:
    terminal.connect()
    refused = terminal.run("zalo", "connect", typed=next(iter(terminal.zalo.spent)) + "\n")
    assert refused.exit_code == 1 and "not taken" in str(refused.exception)
    assert next(iter(terminal.zalo.spent)) not in refused.output + str(refused.exception)
    assert terminal.signed_in()


@pytest.mark.parametrize("typed", ["", "\n", "two words\n", "ngữ\n"])
def test_what_is_no_token_is_not_sent(terminal: Terminal, typed: str) -> None:
    assert terminal.run("zalo", "connect", typed=typed).exit_code == 2
    assert terminal.zalo.seen == []


def test_followers_stay_with_a_new_sign_in_and_go_with_another_account(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.connect()
    follower(terminal)
    terminal.connect()
    assert followers(terminal) == 1
    terminal.zalo.app_id = "99"
    monkeypatch.setenv("DIEMBAO_ZALO__APP_ID", "99")
    terminal.connect()
    assert followers(terminal) == 0 and terminal.signed_in("99") and not terminal.signed_in("4512345678901234567")


def test_disconnecting_forgets_everything(terminal: Terminal) -> None:
    terminal.connect()
    follower(terminal)
    assert terminal.run("zalo", "disconnect").output == "disconnected\n"
    assert not terminal.signed_in() and followers(terminal) == 0
    assert terminal.run("zalo", "disconnect").output == "nobody was signed in\n"


def test_status_says_what_to_do_and_fails_where_there_is_trouble(terminal: Terminal) -> None:
    before = {row["channel"]: row for row in json.loads(terminal.run("zalo", "status", "--json").output)}
    assert before["zalo_oa"]["sign"] == "off" and "diembao zalo connect" in before["zalo_oa"]["todo"]
    assert before["email"]["sign"] == "off" and before["page"]["sign"] == "ready"
    terminal.connect()
    assert terminal.run("zalo", "status").exit_code == 0
    now = SystemClock().now()
    TokenVault(terminal.folder / "keys.sqlite3").failed(terminal.zalo.app_id, now, "200 spent", unsure=False)
    trouble = terminal.run("zalo", "status")
    assert trouble.exit_code == 1 and "200 spent" in trouble.output


def test_an_invitation_is_for_a_recipient_of_the_desk(terminal: Terminal) -> None:
    assert terminal.run("zalo", "invite", "binh_son", "van-phong").output.startswith("DB")
    assert terminal.run("zalo", "invite", "binh_son", "ai-do").exit_code == 1


def test_doctor_tells_how_zalo_stands(terminal: Terminal) -> None:
    rows = {row.part: row for row in doctor._zalo(load())}  # the other checks load models
    assert rows["zalo"].sign == "--" and "diembao zalo connect" in rows["zalo"].todo
    assert rows["webhook"].sign == "--" and HOOK in rows["webhook"].todo


def test_a_test_message_by_telephone_number_arrives(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.connect()
    terminal.zalo.night = False
    terminal.zalo.phones.add(PHONE)
    monkeypatch.setenv("DIEMBAO_ZALO__ZNS_TEMPLATE", terminal.zalo.template)
    with terminal.record() as record:
        person = Recipient(id="truc-ban", name="Trực ban", roles=(Role.DISASTER_PREVENTION,), phone=PHONE)
        record.desks.apply_desk(make_desk(recipients=(person,)), SystemClock().now(), "test")
    assert "zns      delivered" in terminal.run("alerts", "test", "truc-ban").output
    (sent,) = terminal.zalo.sent
    values = sent.body["template_data"]
    assert "Tin thử" in values["noi_dung"] and values["dia_ban"] == "Bình Sơn" and "ngày" in values["thoi_gian"]
