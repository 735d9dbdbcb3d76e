"""A stand-in for a mail server with the faults of a real one: greylisting, busy hours, an outage, stalls.

    python -m tests.standins.mail [--port N] [--faults 0.05]

starts it by hand on loopback, without TLS, and says how many messages it holds whenever Enter is pressed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from core.clock import Clock, SystemClock

FAULTS = ("451 4.7.1 Greylisted, come back later", "452 4.3.1 Insufficient system storage", "421 4.3.2 Closing")
"""What goes wrong by chance, before a message is taken: none leaves open whether it was."""


@dataclass
class Taken:
    """One message that was taken."""

    to: str
    at: datetime
    message_id: str
    subject: str


@dataclass
class Mail:
    """The server's state; `now` of the clock decides about the outage."""

    clock: Clock = field(default_factory=SystemClock)
    fault_rate: float = 0.0
    outage: tuple[datetime, datetime] | None = None
    greylist: bool = False  # the first try to each address is put off
    close_after: int = 0  # messages over one connection before the server hangs up; 0: never
    keep: bool = True  # the messages themselves; else only their number
    taken: list[Taken] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    count: int = 0
    connections: int = 0
    port: int = 0
    random: random.Random = field(default_factory=lambda: random.Random(6))
    _seen: set[str] = field(default_factory=set)
    _on_this: Counter[int] = field(default_factory=Counter)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        spent = bool(self.close_after) and self._on_this[id(session)] >= self.close_after
        if self._out() or spent:
            assert server.transport
            asyncio.get_running_loop().call_soon(server.transport.close)
            return "421 4.3.2 Service not available"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.greylist and address not in self._seen:
            self._seen.add(address)
            return FAULTS[0]
        if self.random.random() < self.fault_rate:
            return self.random.choice(FAULTS[:2])
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._on_this[id(session)] += 1
        self.count += 1
        if self.keep:
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            to, at = envelope.rcpt_tos[0], self.clock.now()
            self.taken.append(Taken(to=to, at=at, message_id=str(mail["Message-ID"]), subject=str(mail["Subject"])))
        return "250 OK"

    def _out(self) -> bool:
        return bool(self.outage) and self.outage[0] <= self.clock.now() < self.outage[1]  # type: ignore[index]


class _AnyPort(Controller):
    """A controller whose port is given by the system."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def running(mail: Mail, *, port: int = 0, **how: Any) -> Iterator[Mail]:
    """The stand-in while the block lasts; its port is `mail.port`. `how`: what aiosmtpd's Controller takes."""
    controller = _AnyPort(mail, hostname="127.0.0.1", port=port, **how)
    controller.start()
    mail.port = controller.port
    try:
        yield mail
    finally:
        controller.stop()


def main() -> None:
    """Start by hand."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--faults", type=float, default=0.0)
    arguments.add_argument("--count-only", action="store_true")
    given = arguments.parse_args()
    with running(Mail(fault_rate=given.faults, keep=not given.count_only), port=given.port) as mail:
        sys.stdout.write(f'[smtp]\nhost = "127.0.0.1"\nport = {mail.port}\nsecurity = "none"\n')
        sys.stdout.flush()
        for _ in sys.stdin:
            sys.stdout.write(f"{mail.count} messages, {mail.connections} connections\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
