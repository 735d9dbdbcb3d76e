"""Recipients are one closed list with one check at every door: desk file, record, message, mail, page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.channels.email import EmailNotifier
from alerts.drain import drain_once
from alerts.planner import Planner
from alerts.recipients import receivers, refused
from core.clock import FixedClock
from core.errors import ConfigError
from core.records import Delivered, DeliveryResult, Desk, Label, Message, Recipient, Refused
from core.roles import Role, refusal
from core.settings import KeepSettings, SmtpSettings
from nlp.desks import parse_desk
from nlp.gazetteer.units import Gazetteer
from store.sqlite.record import open_record
from tests.dashboard.conftest import client
from tests.fakes.alerting import office
from tests.fakes.reading import FakePress
from tests.fakes.records import NOON, make_desk, make_message, make_tagged

BODIES = (
    ("Công an xã Bình Sơn", "truc@binhson.gov.vn"),
    ("CÔNG AN TỈNH", "a@binhson.gov.vn"),
    ("Ban Chỉ huy Quân sự xã", "b@binhson.gov.vn"),
    ("Đồn Biên phòng Bình Hải", "c@binhson.gov.vn"),
    ("Phòng An ninh nội địa", "d@binhson.gov.vn"),
    ("Cơ quan điều tra", "e@binhson.gov.vn"),
    ("Phòng Văn hóa", "truc@congan.quangngai.gov.vn"),
    ("Phòng Văn hóa", "x@bocongan.gov.vn"),
    ("Phòng Văn hóa", "congan.binhson@quangngai.gov.vn"),
    ("Phòng Văn hóa", "y@mod.gov.vn"),
    ("Phòng Văn hóa", "z@bienphongquangngai.vn"),
)
"""Names and addresses of police, security and military bodies."""


class Taken:
    """A channel that takes whatever reaches it."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def send(self, message: Message, address: str) -> DeliveryResult:
        self.addresses.append(address)
        return Delivered()

    def close(self) -> None:
        """Nothing to close."""


def desk_with(name: str, address: str) -> Desk:
    one = Recipient(id="r", name=name, roles=(Role.INFORMATION_OFFICE,), email=address)
    return make_desk(recipients=(one,))


def test_the_list_is_closed_and_holds_no_security_function() -> None:
    assert {role.value for role in Role} == {
        "information_office", "disaster_prevention", "health", "education", "agriculture_environment",
        "transport_construction", "culture_tourism", "consumer_protection", "leadership",
    }  # fmt: skip
    for role in ("police", "security", "military", "cong_an", "", "admin", "INFORMATION_OFFICE"):
        assert refusal(role=role) == "recipient.unknown_role"


@pytest.mark.parametrize(("name", "address"), BODIES)
class TestEveryDoor:
    def test_desk_file(self, name: str, address: str) -> None:
        text = (
            'id = "binh_son"\nname = "Bình Sơn"\noffice = "UBND xã Bình Sơn"\nunits = ["old:524"]\n'
            f'[[recipients]]\nid = "r"\nname = "{name}"\nroles = ["information_office"]\nemail = "{address}"\n'
        )
        with pytest.raises(ConfigError, match="police, security or military"):
            parse_desk(text, Gazetteer.load())

    def test_record(self, name: str, address: str, tmp_path: Path) -> None:
        with (
            open_record(tmp_path / "r.sqlite3", clock=FixedClock(NOON), keep=KeepSettings()) as record,
            pytest.raises(ConfigError, match="police, security or military"),
        ):
            record.desks.apply_desk(desk_with(name, address), NOON, "test")

    def test_message(self, name: str, address: str, tmp_path: Path) -> None:
        """A desk that came to hold such a body by another way than the doors above."""
        clock = FixedClock(NOON)
        with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
            book = FakePress(book=[desk_with(name, address)])
            planner = Planner(office(record, clock, desks=book))
            record.articles.save(make_tagged(topics=(Label(topic="disaster", score=0.9),)))
            for _ in range(50):
                planner.round()
                clock.move(timedelta(minutes=30))
            assert record.outbox.counts() == {}

    def test_made_before_the_desk_changed(self, name: str, address: str, tmp_path: Path) -> None:
        """An alert that waits for the digest when its recipient becomes such a body."""
        clock = FixedClock(NOON)
        with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
            record.articles.save(make_tagged())
            Planner(office(record, clock, desks=FakePress(book=[desk_with("Phòng Văn hóa", "")]))).round()
            assert record.alerts.alerts("binh_son")
            clock.move(timedelta(hours=21))
            Planner(office(record, clock, desks=FakePress(book=[desk_with(name, address)]))).round()
            assert record.outbox.counts() == {}

    def test_test_message(self, name: str, address: str) -> None:
        assert refused(desk_with(name, address).recipients[0]) == "recipient.security_body"

    def test_drain(self, name: str, address: str, tmp_path: Path) -> None:
        """A message that was written before, for a recipient who has since become such a body."""
        clock = FixedClock(NOON)
        with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
            record.desks.apply_desk(desk_with("Phòng Văn hóa", "vanhoa@binhson.gov.vn"), NOON, "test")
            record.outbox.add([make_message("k", recipient="r")], NOON)
            channel = Taken()
            book = FakePress(book=[desk_with(name, address)])
            assert drain_once(record.outbox, {"email": channel}, book, clock).refused == 1
            assert channel.addresses == []

    def test_page_tells_that_nothing_is_sent(self, name: str, address: str) -> None:
        page = client(FakePress(book=[desk_with(name, address)])).get("/canh-bao").text
        assert "Chương trình không gửi tin và không mở tài khoản cho cơ quan công an, an ninh hoặc quân sự." in page


@pytest.mark.parametrize("address", [address for _, address in BODIES[6:]])
def test_mail_refuses_such_an_address_whoever_asks(address: str) -> None:
    notifier = EmailNotifier(SmtpSettings(host="127.0.0.1", port=9, sender="a@b.vn"), FixedClock(NOON))
    assert notifier.send(make_message(), address) == Refused(reason="recipient.security_body")


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "ca.binhson@quangngai.gov.vn\n"), ("email", "vanhoa@binhson.gov.vn\n"), ("phone", "84912345678\n"),
     ("phone", "84٩12345678")],
)  # fmt: skip
def test_nothing_hides_behind_the_end_of_a_line(field: str, value: str) -> None:
    """A desk file can hold one; it ended a mail's head and hid the host from the check for security bodies."""
    address, phone = (value, "") if field == "email" else ("", value)
    assert refusal(role="information_office", address=address, phone=phone)
    text = (
        'id = "binh_son"\nname = "Bình Sơn"\noffice = "UBND xã Bình Sơn"\nunits = ["old:524"]\n'
        f'[[recipients]]\nid = "r"\nname = "Văn hóa"\nroles = ["information_office"]\n{field} = {json.dumps(value)}\n'
    )
    with pytest.raises(ConfigError, match=r"recipients|recipient"):
        parse_desk(text, Gazetteer.load())


def test_offices_with_similar_names_are_not_refused() -> None:
    for name in ("Phòng Công thương", "Trung tâm An sinh", "Phòng Quản lý đô thị", "Ban Công tác mặt trận"):
        assert refusal(role="information_office", name=name, address="phong@binhson.gov.vn") is None


def test_a_department_gets_its_own_topics_only() -> None:
    health = Recipient(id="yt", name="Trạm Y tế", roles=(Role.HEALTH,), email="yte@binhson.gov.vn")
    desk = make_desk(recipients=(health, replace(health, id="ld", name="Lãnh đạo", roles=(Role.LEADERSHIP,), email="")))
    told = receivers(desk, tuple(Role), {"transport_infrastructure"})
    assert [recipient.id for recipient in told] == ["ld"]
