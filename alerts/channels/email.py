"""E-mail by SMTP with TLS and login.

What a server's answer means follows RFC 5321 section 4.2.1: 4yz is transient, 5yz is permanent. Reasons are stable
words of the catalogue ("reason.mail-…") with the three digits at most: no server text, no password, no address.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import smtplib
import ssl
from contextlib import suppress
from email.errors import HeaderParseError, MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final

from core.clock import Clock, local
from core.errors import ConfigError
from core.records import Delivered, DeliveryResult, Message, Refused, Retry
from core.roles import Role, refusal
from core.settings import SmtpSettings
from core.text import clean

_POLICY: Final = SMTP.clone(max_line_length=78)


class EmailNotifier:
    """Sends one message over one connection."""

    def __init__(self, settings: SmtpSettings, clock: Clock) -> None:
        """Raises ConfigError where the sender or the certificate authority's file can't be used."""
        self._settings, self._clock = settings, clock
        self._sender = _sender(settings.sender)
        self._tls = _context(settings)

    def send(self, message: Message, address: str) -> DeliveryResult:
        """Delivered once the server has taken it; Retry for what may pass; Refused for what won't."""
        if not address:
            return Refused(reason="no-address")
        if why := refusal(role=Role.INFORMATION_OFFICE, address=address):
            return Refused(reason=why)
        try:
            mail = self.build(message, address)
        except (MessageError, HeaderParseError, ValueError, UnicodeError):
            return Refused(reason="bad-message")
        try:
            self._hand_over(mail, address)
        except (smtplib.SMTPException, OSError) as error:
            return outcome_of(error)
        return Delivered()

    def close(self) -> None:
        """Nothing is kept open between two messages."""

    def build(self, message: Message, address: str) -> EmailMessage:
        """The mail with a text and an HTML part. Its Message-ID follows from the key: a repeat is seen as one."""
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = self._sender
        mail["To"] = Address(addr_spec=address)
        mail["Subject"] = clean(message.subject)
        mail["Date"] = format_datetime(local(self._clock.now()))
        mail["Message-ID"] = message_id(message.key, self._sender.domain)
        mail["Auto-Submitted"] = "auto-generated"
        mail["List-Id"] = f"<{hashlib.sha256(message.desk.encode()).hexdigest()[:12]}.diembao.{self._sender.domain}>"
        mail["List-Unsubscribe"] = f"<mailto:{self._sender.addr_spec}?subject=dung>"
        mail.set_content(message.text, cte="quoted-printable")
        if message.html:
            mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        return mail

    def probe(self) -> None:
        """Connect, encrypt and log in as for a message. Raises SMTPException or OSError."""
        server = self._connect()
        try:
            self._log_in(server)
            server.noop()
        finally:
            server.close()

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._settings.security == "starttls":
            server.starttls(context=self._tls)
        if self._settings.username:
            log_in(server, self._settings.username, self._settings.password.get_secret_value())

    def _hand_over(self, mail: EmailMessage, address: str) -> None:
        server = self._connect()
        try:
            self._log_in(server)
            server.sendmail(self._sender.addr_spec, [address], wire_bytes(mail))
        except BaseException:
            server.close()
            raise
        # The server has taken it; whatever happens to the farewell must not make us send it again.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()

    def _connect(self) -> smtplib.SMTP:
        where, timeout = (self._settings.host, self._settings.port), self._settings.timeout
        named = self._sender.domain  # asking for this machine's own name may take a name server's time-out
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(*where, local_hostname=named, timeout=timeout, context=self._tls)
        return smtplib.SMTP(*where, local_hostname=named, timeout=timeout)


def log_in(server: smtplib.SMTP, username: str, password: str) -> None:
    """Authenticate. Raises SMTPException.

    smtplib knows ASCII only and would raise an error that holds the password; RFC 4616 gives PLAIN in UTF-8.
    """
    if username.isascii() and password.isascii():
        server.login(username, password)
        return
    server.ehlo_or_helo_if_needed()
    token = base64.b64encode(f"\0{username}\0{password}".encode()).decode("ascii")
    code, answer = server.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def wire_bytes(mail: EmailMessage) -> bytes:
    """The mail as it is sent. Its subject is encoded by email.header.

    EmailMessage's own folding drops the space between two encoded words (seen with Python 3.11: "xuất huyết" came as
    "xuấthuyết"). Reads the subject from `mail` and leaves `mail` as it is.
    """
    rest = copy.copy(mail)
    rest._headers = [pair for pair in mail._headers if pair[0].lower() != "subject"]  # type: ignore[attr-defined]
    subject = Header(str(mail["Subject"]), "utf-8", header_name="Subject", maxlinelen=75).encode(linesep="\r\n")
    return f"Subject: {subject}\r\n".encode("ascii") + rest.as_bytes(policy=_POLICY)


def message_id(key: str, domain: str) -> str:
    """The same for the same key, for ever."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def outcome_of(error: Exception) -> DeliveryResult:
    """What an SMTP or network error means for the message.

    Only an answer to the recipient or to the text itself can refuse a message. All else (greeting, TLS, login,
    sender) is about the connection or our settings, which somebody can mend meanwhile.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _by_code(max(code for code, _ in error.recipients.values()), "mail-refused")
        case smtplib.SMTPDataError():
            return _by_code(error.smtp_code, "mail-message-refused")
        case _:
            return Retry(reason=_trouble(error))


def _trouble(error: Exception) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            reason = f"mail-login {error.smtp_code}"
        case smtplib.SMTPResponseException():
            by_code = {530: "mail-login", 535: "mail-login"}
            sender = "mail-sender" if isinstance(error, smtplib.SMTPSenderRefused) else "mail-protocol"
            word = by_code.get(error.smtp_code, sender) if error.smtp_code >= 500 else "mail-busy"
            reason = f"{word} {error.smtp_code}" if error.smtp_code >= 400 else "mail-protocol"
        case smtplib.SMTPNotSupportedError() | ssl.SSLError():
            reason = "mail-tls"
        case TimeoutError():
            reason = "mail-timeout"
        case smtplib.SMTPServerDisconnected():  # smtplib makes one of a read that timed out
            reason = "mail-timeout" if isinstance(error.__context__, TimeoutError) else "mail-connection"
        case smtplib.SMTPException():
            reason = "mail-protocol"
        case _:
            reason = "mail-connection"
    return reason


def _by_code(code: int, refused: str) -> DeliveryResult:
    if 500 <= code < 600:
        return Refused(reason=f"{refused} {code}")
    return Retry(reason=f"mail-busy {code}" if 400 <= code < 500 else "mail-protocol")


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    whole = text.strip() == address or text.strip().endswith(f"<{address}>")
    if not (whole and text.isprintable()) or _bad_address(address):
        raise ConfigError(f"smtp.sender = {text!r}: not an address; write it as name@office.gov.vn")
    return Address(display_name=name or "Điểm báo", addr_spec=address)


def _bad_address(address: str) -> bool:
    return not address or refusal(role=Role.INFORMATION_OFFICE, address=address) == "recipient.bad_address"


def _context(settings: SmtpSettings) -> ssl.SSLContext | None:
    if settings.security == "none":
        return None
    if settings.ca_file and not Path(settings.ca_file).is_file():
        raise ConfigError(f"smtp.ca_file = {settings.ca_file!r}: no such file")
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"smtp.ca_file = {settings.ca_file!r}: no certificates can be read from it ({error})"
        ) from None
