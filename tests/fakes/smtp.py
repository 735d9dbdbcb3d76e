"""A real SMTP server on loopback, with whatever goes wrong with one."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from core.settings import SmtpSettings

USER, PASSWORD = "diembao", "bí-mật-thật-sự-42"


@dataclass
class MailRoom:
    """What came in, and what the server answers meanwhile (an SMTP reply line, or "stall")."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    on_rcpt: list[str] = field(default_factory=list)  # answers to be given once each, then all is well
    on_data: list[str] = field(default_factory=list)
    stall_after: set[int] = field(default_factory=set)  # so many mails were taken: the next gets no answer, once
    stalled: threading.Event = field(default_factory=threading.Event)
    password: str = PASSWORD
    port: int = 0
    ca_file: str = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.on_rcpt:
            return await self._answer(self.on_rcpt.pop(0))
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.on_data:
            return await self._answer(self.on_data.pop(0))
        if len(self.mails) in self.stall_after:
            self.stall_after.remove(len(self.mails))
            self.stalled.set()
            return await self._answer("stall")
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """aiosmtpd's authenticator."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        right = data.login == USER.encode() and data.password == self.password.encode()
        return AuthResult(success=right, handled=False)

    @staticmethod
    async def _answer(line: str) -> str:
        if line == "stall":
            await asyncio.Event().wait()
        return line


class _AnyPort(Controller):
    """A controller whose port is given by the system."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def settings_of(room: MailRoom) -> SmtpSettings:
    """Those with which an office sends by it."""
    return SmtpSettings(
        host="127.0.0.1", port=room.port, username=USER, password=SecretStr(room.password),
        sender="diembao@daklak.gov.vn", ca_file=room.ca_file,
    )  # fmt: skip


@contextmanager
def mail_server(
    folder: Path,
    *,
    security: str = "starttls",
    login: bool = True,
    name: str = "127.0.0.1",
    password: str = PASSWORD,
) -> Iterator[MailRoom]:
    """A server that asks for the encryption and login stated; its authority's certificate is at `ca_file`."""
    room = MailRoom(password=password)
    authority = trustme.CA()
    room.ca_file = str(folder / "ca.pem")
    authority.cert_pem.write_to_path(room.ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    how: dict[str, Any] = {"authenticator": room.check, "auth_required": True} if login else {}
    if security == "starttls":
        how |= {"tls_context": context, "require_starttls": True}
    elif security == "tls":
        how |= {"ssl_context": context, "auth_require_tls": False}
    else:
        how |= {"auth_require_tls": False}
    controller = _AnyPort(room, hostname="127.0.0.1", port=0, **how)
    controller.start()
    room.port = controller.port
    try:
        yield room
    finally:
        controller.stop()
