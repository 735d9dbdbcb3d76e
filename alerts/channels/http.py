"""One POST to a service: no redirect followed, one deadline for the whole, a bounded answer, no secret in an error.

Each request has a connection of its own. One that was kept could turn out to be closed after the request was written,
and nobody would know whether it was read: a message might go twice.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from core.errors import ConfigError

MOST_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service said."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Nothing usable came."""

    why: str  # timeout, connection, tls, protocol
    sent: bool  # the request may have arrived


class Http:
    """POST with a deadline. May be used from several threads."""

    def __init__(self, *, timeout: float, ca_file: str = "", setting: str = "ca_file") -> None:
        """`timeout` in seconds for a request as a whole. Raises ConfigError naming `setting` for an unusable CA."""
        self._timeout = timeout
        if ca_file and not Path(ca_file).is_file():
            raise ConfigError(f"{setting} = {ca_file!r}: no such file")
        try:
            self._tls = ssl.create_default_context(cafile=ca_file or None)
        except (ssl.SSLError, OSError) as error:
            raise ConfigError(f"{setting} = {ca_file!r}: no certificates can be read from it ({error})") from None

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer | NoAnswer:
        """The answer, whatever its status; NoAnswer for a network failure, the deadline or an oversized answer."""
        until = time.monotonic() + self._timeout
        connection = self._connection(url)
        try:
            connection.connect()
        except (OSError, HTTPException) as error:
            connection.close()
            return NoAnswer(why=_why(error), sent=False)
        try:
            connection.request("POST", urlsplit(url).path, body, {**headers, "Connection": "close"})
            return _read(connection.sock, until)
        except (OSError, HTTPException) as error:
            return NoAnswer(why=_why(error), sent=True)
        finally:
            connection.close()

    def _connection(self, url: str) -> HTTPConnection:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return HTTPSConnection(host, parts.port, timeout=self._timeout, context=self._tls)
        return HTTPConnection(host, parts.port, timeout=self._timeout)


class _Timed(io.RawIOBase):
    """Reads a socket until a moment: a server that sends a byte now and then gains no time by it."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As HTTPResponse asks for it."""
        return io.BufferedReader(self)


def _read(sock: socket.socket, until: float) -> Answer | NoAnswer:
    response = HTTPResponse(cast(socket.socket, _Timed(sock, until)), method="POST")
    try:
        response.begin()
        body = response.read(MOST_BYTES + 1)
    finally:
        response.close()
    if len(body) > MOST_BYTES:
        return NoAnswer(why="protocol", sent=True)
    return Answer(status=response.status, body=body)


def _why(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "timeout"
        case ssl.SSLError():
            return "tls"
        case ConnectionError():  # http.client's RemoteDisconnected too
            return "connection"
        case HTTPException():
            return "protocol"
        case _:
            return "connection"
