"""An article is saved with its alerts, which go by a real mail server to those whose roles cover it, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from alerts.channels.email import EmailNotifier
from alerts.drain import drain_once
from alerts.rules import messages_for
from core.clock import FixedClock
from core.records import Recipient, TaggedArticle
from core.roles import Role
from core.settings import KeepSettings, SmtpSettings
from store.sqlite.record import Record, open_record
from tests.dashboard.conftest import client
from tests.fakes.reading import FakePress, publisher
from tests.fakes.records import NOON, make_article, make_desk, make_tagged
from tests.fakes.smtp import PASSWORD, USER, MailRoom, mail_server

DESK = make_desk(
    recipients=(
        Recipient(id="office", name="Bộ phận thông tin", roles=(Role.INFORMATION_OFFICE,), email="tin@xa.gov.vn"),
        Recipient(id="roads", name="Phòng Kinh tế", roles=(Role.TRANSPORT_CONSTRUCTION,), email="kinhte@xa.gov.vn"),
        Recipient(id="health", name="Trạm Y tế", roles=(Role.HEALTH,), email="yte@xa.gov.vn"),
        Recipient(id="head", name="Lãnh đạo", roles=(Role.LEADERSHIP,)),
    )
)


def save(record: Record, tagged: TaggedArticle) -> None:
    paper = publisher("bao_mau", "Báo Mẫu")
    record.articles.save(tagged, messages_for(tagged, record.desks.desks(), paper, now=NOON, mail=True))


def notifier(room: MailRoom, clock: FixedClock) -> EmailNotifier:
    settings = SmtpSettings(
        host="127.0.0.1", port=room.port, username=USER, password=SecretStr(PASSWORD), sender="diembao@xa.gov.vn",
        ca_file=room.ca_file, timeout=5,
    )  # fmt: skip
    return EmailNotifier(settings, clock)


def test_once_to_each_whose_roles_cover_it(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    with (
        mail_server(tmp_path) as room,
        open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record,
    ):
        record.desks.apply_desk(DESK, NOON, "test")
        article = make_article()
        save(record, make_tagged(article))
        save(record, make_tagged(article))
        save(record, make_tagged(replace(article, lead="Sáng nay, xã Bình Sơn thông xe cầu mới, dài hơn dự kiến.")))
        room.on_rcpt = ["451 4.7.1 Greylisted"]
        for _ in range(4):
            drain_once(record.outbox, {"email": notifier(room, clock)}, record.desks, clock)
            clock.move(timedelta(minutes=5))
        assert sorted(address for to in room.recipients for address in to) == ["kinhte@xa.gov.vn", "tin@xa.gov.vn"]
        assert {mail["Subject"] for mail in room.mails} == {
            "[Điểm báo Bình Sơn] Bình Sơn khánh thành cầu mới (Báo Mẫu)"
        }
        rows = {row.message.recipient: row.state for row in record.reading.messages("binh_son")}
        assert rows == {"office": "delivered", "roads": "delivered", "head": "page"}
        shown = client(FakePress(book=[DESK], outbox={"binh_son": list(record.reading.messages("binh_son"))}))
        page = shown.get("/canh-bao").text
        assert "Lãnh đạo" in page and "đọc trên trang" in page and page.count("đã gửi") == 2


def test_a_day_without_the_mail_server_loses_nothing(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
        record.desks.apply_desk(DESK, NOON, "test")
        for number in range(5):
            save(record, make_tagged(make_article(f"tin-{number}.html")))
        with mail_server(tmp_path) as gone:
            pass
        for _ in range(30):
            drain_once(record.outbox, {"email": notifier(gone, clock)}, record.desks, clock)
            clock.move(timedelta(minutes=50))
        with mail_server(tmp_path) as room:
            clock.move(timedelta(hours=1))
            drain_once(record.outbox, {"email": notifier(room, clock)}, record.desks, clock)
            assert len(room.mails) == 10
            assert len({mail["Message-ID"] for mail in room.mails}) == 10
