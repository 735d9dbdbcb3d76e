"""An article is saved; what is told of it goes by a real mail server to those whose roles cover it, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from alerts.channels.email import EmailNotifier
from alerts.drain import drain_once
from core.clock import FixedClock
from core.records import Recipient
from core.roles import Role
from core.settings import SmtpSettings
from store.sqlite.record import Record
from tests.fakes.alerting import DIGEST, URGENT, newsroom
from tests.fakes.records import make_desk, make_tagged
from tests.fakes.smtp import PASSWORD, USER, MailRoom, mail_server

DESK = make_desk(
    recipients=(
        Recipient(id="office", name="Bộ phận thông tin", roles=(Role.INFORMATION_OFFICE,), email="tin@xa.gov.vn"),
        Recipient(id="roads", name="Phòng Kinh tế", roles=(Role.TRANSPORT_CONSTRUCTION,), email="kinhte@xa.gov.vn"),
        Recipient(id="health", name="Trạm Y tế", roles=(Role.HEALTH,), email="yte@xa.gov.vn"),
        Recipient(id="head", name="Lãnh đạo", roles=(Role.LEADERSHIP,)),
    )
)
ROADS = replace(URGENT, topics=("transport_infrastructure",))


def notifier(room: MailRoom, clock: FixedClock) -> EmailNotifier:
    settings = SmtpSettings(
        host="127.0.0.1", port=room.port, username=USER, password=SecretStr(PASSWORD), sender="diembao@xa.gov.vn",
        ca_file=room.ca_file, timeout=5,
    )  # fmt: skip
    return EmailNotifier(settings, clock)


def test_once_to_each_whose_roles_cover_it(tmp_path: Path, record: Record, clock: FixedClock) -> None:
    desk = newsroom(record, clock, ROADS, desk=DESK, channels=("email",))
    with mail_server(tmp_path) as room:
        article = desk.prints("transport_infrastructure", source="bao_mau")
        record.articles.save(make_tagged(article))
        room.on_rcpt = ["451 4.7.1 Greylisted"]
        for _ in range(6):
            desk.round(5)
            drain_once(record.outbox, {"email": notifier(room, clock)}, record.desks, clock)
        assert sorted(address for to in room.recipients for address in to) == ["kinhte@xa.gov.vn", "tin@xa.gov.vn"]
        assert {mail["Subject"] for mail in room.mails} == {
            "[Điểm báo Bình Sơn] KHẨN: Bình Sơn khánh thành cầu mới (Báo Mẫu)"
        }
    rows = {row.message.recipient: row.state for row in desk.rows()}
    assert rows == {"office": "delivered", "roads": "delivered", "head": "page"}


def test_a_day_without_the_mail_server_loses_nothing(tmp_path: Path, record: Record, clock: FixedClock) -> None:
    desk = newsroom(record, clock, ROADS, desk=DESK, channels=("email",))
    for _ in range(5):
        desk.prints("transport_infrastructure")
    with mail_server(tmp_path) as gone:
        pass
    for _ in range(30):
        desk.round(50)
        drain_once(record.outbox, {"email": notifier(gone, clock)}, record.desks, clock)
    with mail_server(tmp_path) as room:
        clock.move(timedelta(hours=1))
        drain_once(record.outbox, {"email": notifier(room, clock)}, record.desks, clock)
        made = [row.message.key for row in desk.rows() if row.message.channel == "email"]
        assert len(room.mails) == len(made) >= 10
        assert len({mail["Message-ID"] for mail in room.mails}) == len(made)


def test_a_digest_that_failed_in_the_evening_does_not_ring_at_night(
    tmp_path: Path, record: Record, clock: FixedClock
) -> None:
    late = tuple(replace(one, evening=True) for one in DESK.recipients)
    desk = newsroom(record, clock, DIGEST, desk=replace(DESK, recipients=late), channels=("email",))
    desk.prints("transport_infrastructure")
    desk.round()
    with mail_server(tmp_path) as gone:
        pass
    for _ in range(12):  # 17:10 to 22:00
        clock.move(timedelta(minutes=310 if not desk.rows() else 25))
        desk.round()
        drain_once(record.outbox, {"email": notifier(gone, clock)}, record.desks, clock)
    with mail_server(tmp_path) as room:
        for _ in range(14):
            drain_once(record.outbox, {"email": notifier(room, clock)}, record.desks, clock)
            clock.move(timedelta(minutes=30))
            hour = (clock.now() + timedelta(hours=7)).hour
            if hour < 6 or hour >= 22:
                assert room.mails == []
        clock.move(timedelta(hours=2))
        drain_once(record.outbox, {"email": notifier(room, clock)}, record.desks, clock)
        assert sorted(to[0] for to in room.recipients) == ["kinhte@xa.gov.vn", "tin@xa.gov.vn"]
