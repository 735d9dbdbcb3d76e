"""A real PostgreSQL for tests: the system's own, started by an unprivileged user in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pg8000.native import Connection as Driver

from store.postgres.address import Address, read
from tests.elastic.server import free_port
from tests.parts import missing

OWNER = "diembao"
PASSWORD = "mat-khau-cua-may-chu"
_NOBODY = "nobody"
_QUICK = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0"
    " -c autovacuum=off -c shared_buffers=64MB -c max_connections=60"
)
"""For tests only: nothing has to outlast a power cut here."""


def programs() -> Path:
    """The folder with initdb and pg_ctl. Skips the test with the reason printed where there is none."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3]))
    return versions[-1].parent if versions else missing("PostgreSQL is not on this machine (install postgresql)")


@dataclass(kw_only=True)
class Server:
    """A server on loopback and on a Unix socket in its folder. Logins need the password."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Address without a database."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}"

    def address(self, database: str, *, password: str = PASSWORD, connections: int = 8) -> Address:
        return read(f"{self.url}/{database}", password=password, connections=connections)

    def run(self, sql: str, database: str = "postgres") -> list[list[object]]:
        """A statement by the owner, outside the program."""
        with Driver(
            OWNER, host="127.0.0.1", port=self.port, database=database, password=PASSWORD, ssl_context=False
        ) as con:
            return con.run(sql) or []

    def ctl(self, *command: str) -> None:
        """pg_ctl: start, stop, restart."""
        told = [
            str(programs() / "pg_ctl"),
            "-D",
            str(self.folder / "data"),
            "-l",
            str(self.folder / "log"),
            "-w",
            "-t",
            "240",
        ]
        done = subprocess.run([*_unprivileged(), *told, *command], capture_output=True, text=True, check=False)
        log = self.folder / "log"
        assert done.returncode == 0, done.stdout + done.stderr + (log.read_text()[-1500:] if log.exists() else "")


@contextmanager
def running() -> Iterator[Server]:
    """A new server with nothing in it, gone afterwards."""
    where, folder = programs(), Path(tempfile.mkdtemp(prefix="diembao-postgres-"))
    folder.chmod(0o755)
    (folder / "password").write_text(PASSWORD)
    if os.getuid() == 0:  # the server refuses to run as root
        user = pwd.getpwnam(_NOBODY)
        for path in (folder, folder / "password"):
            os.chown(path, user.pw_uid, user.pw_gid)
    server = Server(folder=folder, port=free_port())
    try:
        made = [
            str(where / "initdb"), "-D", str(folder / "data"), "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "-N",
            "-A", "scram-sha-256", "--pwfile", str(folder / "password"),
        ]  # fmt: skip
        done = subprocess.run([*_unprivileged(), *made], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        server.ctl("-o", f"{_QUICK} -p {server.port} -c listen_addresses=127.0.0.1 -k {folder}", "start")
        try:
            yield server
        finally:
            server.ctl("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> list[str]:
    return ["setpriv", "--reuid", _NOBODY, "--clear-groups"] if os.getuid() == 0 else []
