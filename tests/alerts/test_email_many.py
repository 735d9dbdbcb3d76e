"""Many mails over one connection, threads, unsubscribing, attachments: against a server with a real one's habits."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels import smtp
from alerts.channels.email import EmailNotifier
from alerts.channels.mail import message_id
from core.clock import FixedClock
from core.records import Attachment, Delivered, Message, Refused, Retry
from core.settings import KeepSettings, SmtpSettings
from store.sqlite.record import open_record
from tests.fakes.records import make_message
from tests.standins.mail import Mail, running

MORNING = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
TO = "vanphong@binhson.gov.vn"


@pytest.fixture
def server() -> Iterator[Mail]:
    with running(Mail(clock=FixedClock(MORNING))) as mail:
        yield mail


def notifier(server: Mail, **over: Any) -> EmailNotifier:
    values: dict[str, Any] = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout": 5,
                              "sender": "Điểm báo <diembao@binhson.gov.vn>"}  # fmt: skip
    return EmailNotifier(SmtpSettings(**values | over), server.clock)


def numbered(number: int, **over: Any) -> Message:
    return make_message(key=f"k{number}", **over)


class TestOneConnection:
    def test_carries_many_messages(self, server: Mail) -> None:
        one = notifier(server)
        assert all(isinstance(one.send(numbered(n), TO), Delivered) for n in range(30))
        one.close()
        assert (server.connections, server.count) == (1, 30)

    def test_is_replaced_after_a_hundred(self, server: Mail) -> None:
        one = notifier(server)
        for n in range(smtp.MOST_MESSAGES + 1):
            one.send(numbered(n), TO)
        assert (server.connections, server.count) == (2, smtp.MOST_MESSAGES + 1)

    def test_is_replaced_after_idling(self, server: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
        one = notifier(server)
        one.send(numbered(1), TO)
        monkeypatch.setattr(smtp, "IDLE_SECONDS", -1.0)
        one.send(numbered(2), TO)
        assert (server.connections, server.count) == (2, 2)

    def test_may_be_used_again_after_close(self, server: Mail) -> None:
        one = notifier(server)
        for n in range(3):
            assert isinstance(one.send(numbered(n), TO), Delivered)
            one.close()
            one.close()
        assert (server.connections, server.count) == (3, 3)

    def test_a_server_that_closes_it_after_a_few_costs_no_try(self, server: Mail) -> None:
        server.close_after = 4
        one = notifier(server)
        assert all(isinstance(one.send(numbered(n), TO), Delivered) for n in range(20))
        assert server.count == 20 and server.connections == 5

    def test_a_connection_that_was_cut_meanwhile_costs_no_try(self, server: Mail) -> None:
        one = notifier(server)
        one.send(numbered(1), TO)
        kept = one._session._server
        assert kept and kept.sock
        kept.sock.shutdown(socket.SHUT_RDWR)
        assert isinstance(one.send(numbered(2), TO), Delivered)
        assert [mail["Message-ID"] for mail in server.mails] == [message_id(f"k{n}", "binhson.gov.vn") for n in (1, 2)]

    def test_goes_on_after_a_refused_recipient(self, server: Mail) -> None:
        server.greylist = True
        one = notifier(server)
        first = one.send(numbered(1), TO)
        assert isinstance(first, Retry) and first.reason == "mail-busy 451"
        assert isinstance(one.send(numbered(1), TO), Delivered) and server.connections == 1

    def test_is_shared_by_threads_one_message_at_a_time(self, server: Mail) -> None:
        one = notifier(server)
        threads = [threading.Thread(target=one.send, args=(numbered(n), TO)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({mail["Message-ID"] for mail in server.mails}) == 12 == server.count

    def test_a_server_that_is_gone_in_the_middle_of_a_message_is_not_asked_twice(self, server: Mail) -> None:
        seen: list[int] = []

        def drop(mail: Mail) -> None:
            original = mail.handle_DATA

            async def cut(server: Any, session: Any, envelope: Any) -> str:
                seen.append(1)
                if len(seen) == 2:
                    await original(server, session, envelope)
                    server.transport.abort()
                return await original(server, session, envelope) if len(seen) != 2 else "250 OK"

            mail.handle_DATA = cut  # type: ignore[method-assign]

        drop(server)
        one = notifier(server)
        one.send(numbered(1), TO)
        result = one.send(numbered(2), TO)  # taken, and nobody said so
        assert result == Retry(reason="mail-connection", fall_back=True) and server.count == 2
        assert isinstance(one.send(numbered(2), TO), Delivered)
        assert len({mail["Message-ID"] for mail in server.mails}) == 2  # the repeat is seen as one

    def test_an_outage_is_noted_and_forgotten_with_the_next_mail(self, server: Mail, tmp_path: Path) -> None:
        clock = server.clock
        assert isinstance(clock, FixedClock)
        with open_record(tmp_path / "d.sqlite3", clock=clock, keep=KeepSettings()) as record:
            values = {"host": "127.0.0.1", "port": 9, "security": "none", "sender": "a@b.vn", "timeout": 2}
            dead = EmailNotifier(SmtpSettings.model_validate(values), clock, record.channels)
            dead.send(numbered(1), TO)
            clock.move(timedelta(minutes=5))
            dead.send(numbered(1), TO)
            (trouble,) = record.channels.troubles()
            assert (trouble.reason, trouble.since, trouble.last) == ("mail-connection", MORNING, clock.now())
            EmailNotifier(SmtpSettings.model_validate(values | {"port": server.port}), clock, record.channels).send(
                numbered(1), TO
            )
            assert record.channels.troubles() == ()


class TestHeaders:
    def sent(self, server: Mail, message: Message) -> EmailMessage:
        result = notifier(server).send(message, TO)
        assert isinstance(result, Delivered), result
        assert result.reference == server.mails[-1]["Message-ID"]
        return server.mails[-1]

    def test_messages_of_a_story_refer_to_one_root(self, server: Mail) -> None:
        mails = [self.sent(server, numbered(n, thread=thread)) for n, thread in enumerate(("a", "a", "b", ""))]
        roots = [mail["References"] for mail in mails]
        assert roots[0] == roots[1] == mails[0]["In-Reply-To"] and roots[2] not in (None, roots[0]) and roots[3] is None
        assert len({mail["Message-ID"] for mail in mails}) == 4

    def test_attachments_arrive_whole(self, server: Mail) -> None:
        files = (
            Attachment(name="tin-21-11.csv", media_type="text/csv", content="tiêu đề\r\nBình Sơn\r\n".encode()),
            Attachment(name="bao-cao.pdf", media_type="application/pdf", content=bytes(range(256)) * 100),
        )
        mail = self.sent(server, numbered(1, html="<p>x</p>", attachments=files))
        found = [(part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
                 for part in mail.iter_attachments()]  # fmt: skip
        assert found == [(one.name, one.media_type, one.content) for one in files]
        body = mail.get_body(("html",))
        assert body and body.get_content().strip() == "<p>x</p>"

    @pytest.mark.parametrize(
        ("name", "media_type"),
        [
            ("../../etc/passwd", "text/plain"),
            ("a\r\nBcc: x@y.vn", "text/plain\r\nX: y"),
            ("", ""),
            ("tệp tin.pdf", "x/y/z"),
        ],
    )
    def test_a_name_or_type_becomes_no_header(self, server: Mail, name: str, media_type: str) -> None:
        mail = self.sent(server, numbered(1, attachments=(Attachment(name=name, media_type=media_type, content=b"x"),)))
        (part,) = mail.iter_attachments()
        assert set(part.get_filename() or "") <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
        assert mail["Bcc"] is None and mail["X"] is None and part["X"] is None

    @given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
    def test_whatever_a_message_holds_there_are_our_headers_only(self, key: str, desk: str, thread: str) -> None:
        one = EmailNotifier(SmtpSettings(host="x", sender="a@b.vn"), FixedClock(MORNING))
        mail = one.build(make_message(key=key, desk=desk, thread=thread), TO)
        head, _, _ = mail.partition(b"\r\n\r\n")
        names = {line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"}
        assert names <= {
            b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"List-Id", b"List-Unsubscribe",
            b"In-Reply-To", b"References", b"Content-Type", b"Content-Transfer-Encoding", b"MIME-Version",
        }  # fmt: skip

    def test_a_mail_that_can_not_be_built_may_go_another_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        one = EmailNotifier(SmtpSettings(host="x", sender="a@b.vn"), FixedClock(MORNING))

        def broken(*_: object) -> bytes:
            raise ValueError

        monkeypatch.setattr(one, "build", broken)
        assert one.send(make_message(), TO) == Refused(reason="bad-message", fall_back=True)
