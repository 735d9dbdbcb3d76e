"""A mail server's connection that carries many messages, and what its answers mean (RFC 5321, section 4.2.1)."""

from __future__ import annotations

import base64
import smtplib
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from core.records import DeliveryResult, Refused, Retry
from core.settings import SmtpSettings

MOST_MESSAGES: Final = 100
"""Sent over one connection: common servers close one after this many or more (Postfix, Exchange, Gmail)."""
IDLE_SECONDS: Final = 20.0
"""After which a kept connection is not trusted any more."""
_FAREWELL_SECONDS: Final = 2.0


class SmtpSession:
    """Connects when it must, keeps the connection, and gives messages away one after the other."""

    def __init__(self, settings: SmtpSettings, own_name: str) -> None:
        """`own_name` for the greeting: asking for this machine's own may take a name server's time-out.

        Raises ConfigError where the certificate authority's file can't be used.
        """
        self._settings, self._own_name = settings, own_name
        self._tls = _context(settings)
        self._server: smtplib.SMTP | None = None
        self._given, self._last = 0, 0.0
        self._lock = threading.Lock()

    def give(self, sender: str, to: str, wire: bytes) -> None:
        """Return once the server has taken the message. Raises SMTPException or OSError.

        A kept connection that turns out to be closed before the message itself was begun is made anew, once: the
        server can't have taken anything.
        """
        with self._lock:
            if self._server is not None and not self._worn():
                with suppress(_Gone):
                    self._try(self._server, sender, to, wire, kept=True)
                    return
            self._try(self._open(), sender, to, wire, kept=False)

    def probe(self) -> None:
        """Connect, encrypt and log in as for a message. Raises SMTPException or OSError."""
        server = self._connect()
        try:
            self._log_in(server)
            server.noop()
        finally:
            server.close()

    def close(self) -> None:
        """Say farewell and hang up. Whatever goes wrong with that concerns no message."""
        with self._lock:
            self._hang_up()

    def _try(self, server: smtplib.SMTP, sender: str, to: str, wire: bytes, *, kept: bool) -> None:
        try:
            _begin(server, sender, to, kept=kept)
            _hand_over(server, wire)
        except smtplib.SMTPServerDisconnected:
            self._drop()
            raise
        except (smtplib.SMTPException, _Gone, OSError) as error:
            if not _still_good(error) or not _reset(server):
                self._drop()
            raise
        self._given, self._last = self._given + 1, time.monotonic()

    def _worn(self) -> bool:
        return self._given >= MOST_MESSAGES or time.monotonic() - self._last > IDLE_SECONDS

    def _open(self) -> smtplib.SMTP:
        self._hang_up()
        server = self._connect()
        try:
            self._log_in(server)
        except BaseException:
            server.close()
            raise
        self._server, self._given, self._last = server, 0, time.monotonic()
        return server

    def _hang_up(self) -> None:
        server = self._server
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                if server.sock is not None:
                    server.sock.settimeout(min(_FAREWELL_SECONDS, self._settings.timeout))
                server.quit()
        self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._settings.security == "starttls":
            server.starttls(context=self._tls)
        if self._settings.username:
            log_in(server, self._settings.username, self._settings.password.get_secret_value())
        else:
            server.ehlo_or_helo_if_needed()

    def _connect(self) -> smtplib.SMTP:
        where, timeout = (self._settings.host, self._settings.port), self._settings.timeout
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(*where, local_hostname=self._own_name, timeout=timeout, context=self._tls)
        return smtplib.SMTP(*where, local_hostname=self._own_name, timeout=timeout)


class _Gone(Exception):  # noqa: N818 - an outcome with a name
    """A kept connection had been closed meanwhile; no message was begun."""


def _begin(server: smtplib.SMTP, sender: str, to: str, *, kept: bool) -> None:
    """MAIL and RCPT."""
    try:
        code, said = server.mail(sender)
        if code == 250:
            code, said = server.rcpt(to)
            if code in (250, 251):
                return
            refused: smtplib.SMTPException = smtplib.SMTPRecipientsRefused({to: (code, said)})
        else:
            refused = smtplib.SMTPSenderRefused(code, said, sender)
    except (smtplib.SMTPServerDisconnected, ConnectionError) as error:
        if kept and not isinstance(error.__context__, TimeoutError):
            raise _Gone from error
        raise
    if kept and code == 421:
        raise _Gone
    raise refused


def _hand_over(server: smtplib.SMTP, wire: bytes) -> None:
    """DATA: from here on only the server's answer says whether it has the message."""
    code, said = server.data(wire)
    if code != 250:
        raise smtplib.SMTPDataError(code, said)


def _still_good(error: Exception) -> bool:
    """Whether the connection can carry another message after this."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return all(code != 421 for code, _ in error.recipients.values())
        case smtplib.SMTPResponseException():
            return 400 <= error.smtp_code < 600 and error.smtp_code != 421
        case _:
            return False


def _reset(server: smtplib.SMTP) -> bool:
    try:
        return server.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


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


def outcome_of(error: Exception) -> DeliveryResult:
    """What an SMTP or network error means for the message: 4yz is transient, 5yz permanent.

    Only an answer to the recipient or to the text itself can refuse a message. All else (greeting, TLS, login,
    sender) is about the connection or our settings, which somebody can mend meanwhile. What can't go now may go by
    another channel, where the recipient has one.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _by_code(max(code for code, _ in error.recipients.values()), "mail-refused")
        case smtplib.SMTPDataError():
            return _by_code(error.smtp_code, "mail-message-refused")
        case _:
            return Retry(reason=_trouble(error), fall_back=True)


def concerns_all(result: DeliveryResult) -> bool:
    """Whether this is about the connection or our settings, and so about every message."""
    return isinstance(result, Retry) and not result.reason.startswith("mail-busy")


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
        return Refused(reason=f"{refused} {code}", fall_back=True)
    return Retry(reason=f"mail-busy {code}" if 400 <= code < 500 else "mail-protocol", fall_back=True)


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
