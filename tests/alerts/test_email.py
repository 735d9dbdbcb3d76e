"""Mail to a real SMTP server: what arrives, and what is made of each thing that goes wrong."""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from alerts.channels.email import EmailNotifier
from alerts.channels.mail import message_id
from core.clock import FixedClock
from core.errors import ConfigError
from core.records import Delivered, DeliveryResult, Message, Refused, Retry
from core.settings import SmtpSettings
from tests.fakes.records import make_message
from tests.fakes.smtp import PASSWORD, USER, MailRoom, mail_server

# the test server is asked for a login without TLS on purpose
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")

MORNING = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
TO = "vanphong@binhson.gov.vn"


def settings(room: MailRoom, **over: Any) -> SmtpSettings:
    values: dict[str, Any] = {
        "host": "127.0.0.1", "port": room.port, "security": "starttls", "username": USER,
        "password": SecretStr(PASSWORD), "sender": "Điểm báo Bình Sơn <diembao@binhson.gov.vn>", "timeout": 5,
        "ca_file": room.ca_file,
    }  # fmt: skip
    return SmtpSettings(**values | over)


def send(room: MailRoom, message: Message | None = None, to: str = TO, **over: Any) -> DeliveryResult:
    notifier = EmailNotifier(settings(room, **over), FixedClock(MORNING))
    try:
        return notifier.send(message or make_message(html="<p>Bình Sơn</p>"), to)
    finally:
        notifier.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[MailRoom]:
    with mail_server(tmp_path) as one:
        yield one


class TestWhatArrives:
    def test_text_and_html_over_tls_with_login(self, room: MailRoom) -> None:
        assert isinstance(send(room), Delivered)
        (mail,) = room.mails
        assert room.recipients == [[TO]] and room.logins == [USER]
        assert mail["Subject"] == "Bình Sơn khánh thành cầu mới"
        assert mail["To"] == TO
        assert mail["From"] == "Điểm báo Bình Sơn <diembao@binhson.gov.vn>"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain and "Báo Mẫu, 12:00" in plain.get_content()
        assert rich and "<p>Bình Sơn</p>" in rich.get_content()

    def test_time_is_vietnamese_and_the_mail_says_it_is_a_machines(self, room: MailRoom) -> None:
        send(room)
        (mail,) = room.mails
        assert mail["Date"] == "Sat, 21 Nov 2026 07:30:00 +0700"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe"].strip().startswith("<mailto:diembao@binhson.gov.vn?")

    def test_a_repeat_has_the_same_message_id(self, room: MailRoom) -> None:
        send(room)
        send(room)
        send(room, make_message(key="other"))
        first, second, other = (mail["Message-ID"] for mail in room.mails)
        assert first == second == message_id("article:1:office", "binhson.gov.vn")
        assert other != first

    def test_without_html_there_is_one_part(self, room: MailRoom) -> None:
        send(room, make_message())
        assert room.mails[0].get_content_type() == "text/plain"

    def test_implicit_tls(self, tmp_path: Path) -> None:
        with mail_server(tmp_path, security="tls") as room:
            assert isinstance(send(room, security="tls"), Delivered)

    def test_a_server_that_wants_neither(self, tmp_path: Path) -> None:
        with mail_server(tmp_path, security="none", login=False) as room:
            assert isinstance(send(room, security="none", username=""), Delivered)


class TestHostileText:
    """Nothing in a headline becomes a header."""

    @pytest.mark.parametrize(
        "subject",
        ["Bình Sơn\r\nBcc: ai-do@example.org", "Bình Sơn\nX-Spam: no\n\nthân thư giả",
         "Bình Sơn\x00\x0b\x0c\x85\u2028x", "Bình Sơn \u202eđảo chiều\u202c", "=?utf-8?q?Bcc=3A_x?=\r\n\r\n",
         "\ud800 lẻ", "x" * 5000],
    )  # fmt: skip
    def test_a_subject_is_one_line(self, room: MailRoom, subject: str) -> None:
        assert isinstance(send(room, make_message(subject=subject)), Delivered)
        (mail,) = room.mails
        assert room.recipients == [[TO]]
        assert mail["Bcc"] is None and mail["X-Spam"] is None
        assert not set(mail["Subject"]) & set("\r\n\x00\u202e")
        assert "thân thư giả" not in mail.get_content()

    @given(st.text(max_size=300))
    @given_settings(max_examples=40, deadline=None)
    def test_any_subject_makes_a_mail_with_our_headers_only(self, subject: str) -> None:
        notifier = EmailNotifier(SmtpSettings(host="x", sender="a@b.vn"), FixedClock(MORNING))
        mail = notifier.build(make_message(subject=subject), TO)
        head, _, _ = mail.partition(b"\r\n\r\n")
        names = {line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"}
        assert names == {
            b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"List-Id", b"List-Unsubscribe",
            b"Content-Type", b"Content-Transfer-Encoding", b"MIME-Version",
        }  # fmt: skip

    @pytest.mark.parametrize(
        "address", ["a@b.vn\r\nRCPT TO:<x@y.vn>", "a@b.vn, x@y.vn", "<a@b.vn>", "a b@c.vn", "a@b", '"a"@b.vn']
    )
    def test_an_address_is_one_address(self, room: MailRoom, address: str) -> None:
        assert send(room, to=address) == Refused(reason="recipient.bad_address", fall_back=True)
        assert room.recipients == []

    def test_a_security_body_is_refused_at_the_last_door_too(self, room: MailRoom) -> None:
        assert send(room, to="truc-ban@congan.quangngai.gov.vn") == Refused(reason="recipient.security_body")
        assert room.mails == []

    def test_lone_surrogates_in_the_text_do_not_stop_the_drain(self, room: MailRoom) -> None:
        assert isinstance(send(room, make_message(text="thân \ud800 thư")), Delivered | Refused)


class TestWhatGoesWrong:
    def test_greylisting_is_tried_again_and_then_taken(self, room: MailRoom) -> None:
        room.on_rcpt = ["451 4.7.1 Greylisted, come back later"]
        assert send(room) == Retry(reason="mail-busy 451", fall_back=True)
        assert isinstance(send(room), Delivered)

    def test_an_unknown_mail_box_is_refused(self, room: MailRoom) -> None:
        room.on_rcpt = ["550 5.1.1 No such user"]
        assert send(room) == Refused(reason="mail-refused 550", fall_back=True)

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            ("554 5.7.1 Spam", Refused(reason="mail-message-refused 554", fall_back=True)),
            ("452 4.3.1 Full", Retry(reason="mail-busy 452", fall_back=True)),
        ],
    )
    def test_answers_to_the_text(self, room: MailRoom, answer: str, outcome: DeliveryResult) -> None:
        room.on_data = [answer]
        assert send(room) == outcome

    @pytest.mark.parametrize("where", ["on_rcpt", "on_data"])
    def test_a_stalling_server_costs_the_time_out_only(self, room: MailRoom, where: str) -> None:
        setattr(room, where, ["stall"])
        assert send(room, timeout=0.3) == Retry(reason="mail-timeout", fall_back=True)

    def test_a_certificate_of_an_unknown_authority(self, room: MailRoom) -> None:
        assert send(room, ca_file="") == Retry(reason="mail-tls", fall_back=True)
        assert room.mails == []

    def test_a_certificate_for_another_name(self, tmp_path: Path) -> None:
        with mail_server(tmp_path, name="mail.example") as room:
            assert send(room) == Retry(reason="mail-tls", fall_back=True)
            assert room.logins == []

    def test_a_server_without_starttls_gets_neither_password_nor_mail(self, tmp_path: Path) -> None:
        with mail_server(tmp_path, security="none") as room:
            assert send(room) == Retry(reason="mail-tls", fall_back=True)
            assert room.logins == [] and room.mails == []

    def test_a_wrong_password_waits_for_the_operator_and_is_nowhere_told(
        self, room: MailRoom, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        result = send(room, password=SecretStr("sai-mat-khau"))
        assert result == Retry(reason="mail-login 535", fall_back=True)
        assert "sai-mat-khau" not in caplog.text + repr(result) + repr(settings(room))
        assert PASSWORD not in repr(settings(room))

    def test_a_wrong_password_with_marks_is_not_told_either(
        self, room: MailRoom, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        assert send(room, password=SecretStr("mật-khẩu-sai")) == Retry(reason="mail-login 535", fall_back=True)
        assert "mật-khẩu-sai" not in caplog.text

    def test_a_plain_password_logs_in_too(self, tmp_path: Path) -> None:
        with mail_server(tmp_path, password="mat-khau-42") as room:
            assert isinstance(send(room, password=SecretStr("mat-khau-42")), Delivered)

    def test_a_login_that_is_missing(self, room: MailRoom) -> None:
        assert send(room, username="") == Retry(reason="mail-login 530", fall_back=True)

    def test_nobody_listens(self, room: MailRoom) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            assert send(room, port=unused.getsockname()[1]) == Retry(reason="mail-connection", fall_back=True)

    @pytest.mark.parametrize(
        ("greeting", "reason"),
        [(b"554 no service for you\r\n", "mail-protocol 554"), (b"421 busy\r\n", "mail-busy 421"),
         (b"", "mail-connection"), (b"HTTP/1.1 200 OK\r\n\r\n", "mail-protocol"), (b"\x00" * 20_000, "mail-")],
    )  # fmt: skip
    def test_a_greeting_that_is_none_refuses_no_message(self, room: MailRoom, greeting: bytes, reason: str) -> None:
        with greeter(greeting) as port:
            result = send(room, port=port)
        assert isinstance(result, Retry) and result.reason.startswith(reason)

    def test_an_address_that_is_gone(self, room: MailRoom) -> None:
        assert send(room, to="") == Refused(reason="no-address", fall_back=True)


class TestSettings:
    @pytest.mark.parametrize("sender", ["", "Điểm báo", "a@b.vn\r\nBcc: x@y.vn", "a@b"])
    def test_a_sender_that_is_no_address_is_named(self, sender: str) -> None:
        with pytest.raises(ConfigError, match=r"smtp\.sender"):
            EmailNotifier(SmtpSettings(host="x", sender=sender), FixedClock(MORNING))

    def test_a_missing_or_empty_authority_file_is_named(self, tmp_path: Path) -> None:
        empty = tmp_path / "empty.pem"
        empty.write_text("")
        for file in (tmp_path / "none.pem", empty):
            with pytest.raises(ConfigError, match=r"smtp\.ca_file"):
                EmailNotifier(SmtpSettings(host="x", sender="a@b.vn", ca_file=str(file)), FixedClock(MORNING))


@contextmanager
def greeter(greeting: bytes) -> Iterator[int]:
    """A server that says one thing and hangs up."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def serve() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.sendall(greeting)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=5)


class TestWire:
    """What is written here is read by the standard library as it was meant."""

    def read(self, **over: Any) -> tuple[EmailMessage, bytes]:
        notifier = EmailNotifier(SmtpSettings(host="x", sender="a@b.vn"), FixedClock(MORNING))
        raw = notifier.build(make_message(**over), TO)
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage) and not mail.defects
        return mail, raw

    @given(
        st.lists(st.sampled_from(["Ổ", "sốt", "xuất", "huyết", "ở", "Bình", "Châu", "giá", "12%", "tăng"]), min_size=1)
    )
    def test_words_of_a_long_subject_keep_their_spaces(self, words: list[str]) -> None:
        mail, raw = self.read(subject=" ".join(words))
        assert str(make_header(decode_header(message_from_bytes(raw)["Subject"]))) == " ".join(words)
        assert mail["Subject"] == " ".join(words)

    @given(st.text(max_size=400), st.text(min_size=1, max_size=400))
    def test_any_text_comes_out_as_it_went_in(self, text: str, html: str) -> None:
        mail, raw = self.read(text=text, html=html)
        parts = [part.get_payload(decode=True) for part in mail.iter_parts()]
        wanted = [re.sub("\r\n?|\n", "\r\n", one).removesuffix("\r\n") + "\r\n" for one in (text, html)]
        assert [part for part in parts if isinstance(part, bytes)] == [one.encode() for one in wanted]
        assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")

    @given(st.text(max_size=3000))
    @given_settings(max_examples=30)
    def test_no_line_is_too_long_for_a_server(self, text: str) -> None:
        _, raw = self.read(subject=text, text=text, html=text)
        assert max(len(line) for line in raw.split(b"\r\n")) <= 78 and raw.isascii()

    @pytest.mark.parametrize("name", ["Điểm báo Bình Sơn", 'A "quoted", name', "Bàn tin " * 20])
    def test_the_senders_name_arrives(self, name: str) -> None:
        display = name.strip().replace('"', '\\"')
        sender = f'"{display}" <a@b.vn>'
        raw = EmailNotifier(SmtpSettings(host="x", sender=sender), FixedClock(MORNING)).build(make_message(), TO)
        header = str(make_header(decode_header(message_from_bytes(raw)["From"])))
        assert parseaddr(header) == (name.strip(), "a@b.vn")
