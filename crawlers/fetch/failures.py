"""What a network can do wrong, as FetchError with stable words for counting."""

from __future__ import annotations

from typing import Any

from OpenSSL.SSL import Error as TlsError
from twisted.internet import error as net
from twisted.web.client import ResponseFailed
from twisted.web.client import ResponseNeverReceived as NeverReceived

from core.errors import FetchError

PERMANENT = frozenset({"address-refused", "off-publisher", "door", "too-large", "coding", "headers", "redirects",
                       "robots", "gone", "blocked", "scheme"})  # fmt: skip
"""Reasons for which asking again soon would bring the same."""


def reason_of(error: BaseException) -> FetchError | None:
    """The expected failure behind an exception of Twisted's; None where it is none (then it is a bug)."""
    inner = _innermost(error)
    if isinstance(inner, FetchError):
        return inner
    for kinds, reason in _REASONS:
        if isinstance(inner, kinds):
            return FetchError(f"{reason}: {inner}"[:300], reason=reason)
    if isinstance(error, NeverReceived | ResponseFailed):  # what came could not be read as HTTP
        return FetchError(f"not HTTP: {inner!r}"[:300], reason="malformed")
    return None


_REASONS: tuple[tuple[Any, str], ...] = (
    (net.DNSLookupError, "dns"),
    (net.ConnectionRefusedError, "refused"),
    (net.TimeoutError, "timeout"),
    (net.UserError, "cancelled"),
    (TlsError, "tls"),
    (net.ConnectError, "unreachable"),
    ((net.ConnectionClosed, ConnectionError), "reset"),
)


def _innermost(error: BaseException) -> BaseException:
    """The most telling cause: Twisted wraps a list of failures."""
    reasons = getattr(error, "reasons", None)
    while reasons:
        found = [_innermost(failure.value) for failure in reasons]
        telling = [cause for cause in found if isinstance(cause, FetchError | TlsError)]
        return telling[0] if telling else found[-1]
    return error
