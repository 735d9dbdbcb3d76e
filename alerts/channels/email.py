"""E-mail by SMTP with TLS and login.

Reasons are stable words of the catalogue ("reason.mail-…") with the three digits at most: no server text, no
password, no address.
"""

from __future__ import annotations

import smtplib
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr

from alerts.channels import mail
from alerts.channels.notes import Notes
from alerts.channels.smtp import SmtpSession, concerns_all, outcome_of
from core.clock import Clock
from core.errors import ConfigError
from core.ports import ChannelBook
from core.records import Delivered, DeliveryResult, Message, Refused
from core.roles import Role, refusal
from core.settings import SmtpSettings


class EmailNotifier:
    """Sends messages over a connection that is kept from one to the next."""

    def __init__(self, settings: SmtpSettings, clock: Clock, book: ChannelBook | None = None) -> None:
        """Raises ConfigError where the sender or the certificate authority's file can't be used."""
        self._clock = clock
        self._sender = _sender(settings.sender)
        self._session = SmtpSession(settings, self._sender.domain)
        self._notes = Notes(book, "email", clock)

    def send(self, message: Message, address: str) -> DeliveryResult:
        """Delivered once the server has taken it; Retry for what may pass; Refused for what won't."""
        if not address:
            return Refused(reason="no-address", fall_back=True)
        if why := refusal(role=Role.INFORMATION_OFFICE, address=address):
            return Refused(reason=why, fall_back=why == "recipient.bad_address")
        try:
            wire = self.build(message, address)
        except (ValueError, HeaderParseError):
            return Refused(reason="bad-message", fall_back=True)
        try:
            self._session.give(self._sender.addr_spec, address, wire)
        except (smtplib.SMTPException, OSError) as error:
            result = outcome_of(error)
            if concerns_all(result):
                self._notes.trouble(result)
            return result
        self._notes.well()
        return Delivered(reference=mail.message_id(message.key, self._sender.domain))

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def build(self, message: Message, address: str) -> bytes:
        """The mail that would be sent."""
        return mail.build(message, address, self._sender, self._clock.now())

    def probe(self) -> None:
        """Connect, encrypt and log in as for a message. Raises SMTPException or OSError."""
        self._session.probe()


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    whole = text.strip() == address or text.strip().endswith(f"<{address}>")
    if not (whole and text.isprintable()) or _bad_address(address):
        raise ConfigError(f"smtp.sender = {text!r}: not an address; write it as name@office.gov.vn")
    return Address(display_name=name or "Điểm báo", addr_spec=address)


def _bad_address(address: str) -> bool:
    return not address or refusal(role=Role.INFORMATION_OFFICE, address=address) == "recipient.bad_address"
