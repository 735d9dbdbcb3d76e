"""Where the record's server is: postgresql://user@host:port/database, and how a session with it begins."""

from __future__ import annotations

import os
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from pg8000.exceptions import DatabaseError
from pg8000.native import Connection as Driver

from core.errors import ConfigError

SCHEMA: Final = "diembao"
"""The schema in which the record's tables are."""
PORT: Final = 5432
_MODES: Final = ("disable", "require", "verify-full")
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_SESSION: Final = {
    "search_path": SCHEMA,
    "client_encoding": "UTF8",
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
    "client_connection_check_interval": "10s",
    "idle_in_transaction_session_timeout": "5min",
}
"""A machine that falls silent loses what it has locked within a minute, one that hangs within five."""
_WATCHED: Final = {"TCP_KEEPIDLE": 20, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 40_000}
"""The same from this side: a server's machine that falls silent is given up within a minute, and the next one asked.
By the system's own rule whoever waits for an answer waits two hours. The last is in ms."""
_TEXTS: Final = "UTF8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server, or several of which one takes writes. Shown without any secret."""

    user: str
    database: str
    hosts: tuple[tuple[str, int], ...]  # a host that begins with / is a folder with a Unix socket
    tls: str
    ca_file: str = ""
    password: str = field(default="", repr=False)
    connections: int = 8
    timeout: float = 10.0

    def __str__(self) -> str:
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"postgresql://{self.user}@{hosts}/{self.database}"


def read(url: str, *, password: str = "", ca_file: str = "", connections: int = 8, timeout: float = 10.0) -> Address:
    """The address that is written so. Raises ConfigError.

    Several hosts are separated by commas; the one that takes writes is used. `?host=/folder` names a Unix socket's
    folder. `?sslmode=` disable, require or verify-full; without it another machine is always verified.
    The password is `password`, else $PGPASSWORD, else what ~/.pgpass ($PGPASSFILE) has; never part of the address.
    """
    parts = urlsplit(url)
    login, _, places = parts.netloc.rpartition("@")
    if ":" in login:
        raise ConfigError("[record] url: no password in the address; use password_file, $PGPASSWORD or ~/.pgpass")
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = asked.keys() - {"host", "sslmode", "sslrootcert"}
    user, database = unquote(login) or os.environ.get("PGUSER", ""), unquote(parts.path.lstrip("/"))
    if not user or not database or unknown:
        wrong = f"{', '.join(sorted(unknown))} is not known" if unknown else "user and database must be named"
        raise ConfigError(f"[record] url: {wrong}; write postgresql://user@host:5432/database")
    try:
        hosts = tuple(_host(place) for place in (asked.get("host") or places or "localhost").split(","))
    except ValueError:
        raise ConfigError("[record] url: a port must be a number") from None
    near = all(host.startswith("/") or host in _LOCAL for host, _ in hosts)
    tls = asked.get("sslmode", "disable" if near else "verify-full")
    if tls not in _MODES:
        raise ConfigError(f"[record] url: sslmode must be one of {', '.join(_MODES)}")
    return Address(
        user=user, database=database, hosts=hosts, tls=tls, ca_file=ca_file or asked.get("sslrootcert", ""),
        password=password or os.environ.get("PGPASSWORD", "") or _from_passfile(hosts, database, user),
        connections=connections, timeout=timeout,
    )  # fmt: skip


def connect(address: Address, *, lock_seconds: float) -> Driver:
    """A session with the first server of the address that takes writes. Raises the driver's errors."""
    missed: Exception | None = None
    for host, port in address.hosts:
        try:
            driver = _session(address, host, port, lock_seconds)
            if len(address.hosts) == 1 or driver.run("SELECT pg_is_in_recovery()") == [[False]]:
                return driver
            driver.close()
            missed = OSError("no server of the address takes writes: all are standbys")
        except Exception as error:  # noqa: BLE001 - whatever it is, the next server may answer; the last one is raised
            missed = error
    assert missed is not None
    raise missed


def _session(address: Address, host: str, port: int, lock_seconds: float) -> Driver:
    where: dict[str, Any] = (
        {"unix_sock": f"{host}/.s.PGSQL.{port}"}
        if host.startswith("/")
        else {"host": host, "port": port, "ssl_context": _tls(address)}
    )
    try:
        driver = Driver(
            address.user, database=address.database, password=address.password or None, timeout=address.timeout,
            application_name="diembao", startup_params={**_SESSION, "lock_timeout": f"{lock_seconds * 1000:.0f}"},
            **where,
        )  # fmt: skip
    except AttributeError:  # the driver's, where the server asks for a password and none is set
        if address.password:
            raise
        missing = "no password is set: [record] password_file, $PGPASSWORD or ~/.pgpass"
        raise DatabaseError({"C": "28P01", "M": missing}) from None
    if driver.parameter_statuses["server_encoding"] != _TEXTS:
        driver.close()
        stored = f"its encoding is {driver.parameter_statuses['server_encoding']}"
        raise DatabaseError({"C": "22P05", "M": stored})
    _watch(driver._usock)
    return driver


def _watch(sock: socket.socket) -> None:
    """A query may take as long as it needs (the driver's time-out is for connecting), a server that is gone not."""
    sock.settimeout(None)
    if sock.family == socket.AF_UNIX:
        return
    for name, value in _WATCHED.items():
        if hasattr(socket, name):  # as far as this system has them
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _tls(address: Address) -> ssl.SSLContext | bool:
    if address.tls == "disable":
        return False
    context = ssl.create_default_context(cafile=address.ca_file or None)
    if address.tls == "require":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _host(place: str) -> tuple[str, int]:
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        return host, int(port.lstrip(":") or PORT)
    host, _, port = place.rpartition(":") if ":" in place else (place, "", "")
    return unquote(host), int(port or PORT)


def _from_passfile(hosts: tuple[tuple[str, int], ...], database: str, user: str) -> str:
    """The password of a line host:port:database:user:password (* for any), as PostgreSQL's own tools read it."""
    file = Path(os.environ.get("PGPASSFILE") or Path.home() / ".pgpass")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    for line in lines:
        fields = line.replace("\\:", "\0").split(":")
        if len(fields) != 5 or line.startswith("#"):
            continue
        *named, password = (one.replace("\0", ":") for one in fields)
        for host, port in hosts:
            wanted = ("localhost" if host.startswith("/") else host, str(port), database, user)
            if all(given in ("*", want) for given, want in zip(named, wanted, strict=True)):
                return password
    return ""
