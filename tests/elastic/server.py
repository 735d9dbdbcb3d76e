"""A real Elasticsearch for tests: fetched once with Maven, started by an unprivileged user on loopback.

The server is a test tool under its own licence: it is fetched, never part of the project. See docs/operate.md.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from core.settings import ElasticSettings
from tests.elastic.launch import HEAP, command, opening
from tests.parts import missing

VERSION = "8.19.7"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "diembao-tests"
_NOBODY = "nobody"
_GUARD = ("x-pack-core", "x-pack-security")
"""Modules that only a server with logins needs; they double the time of a start."""


def installed() -> Path:
    """The unpacked server.

    Skips the test with the reason printed without Java or Maven; fails where all parts are required.
    """
    home = _CACHE / f"elasticsearch-{VERSION}"
    if java_home() is None:
        missing("Java 17 or newer is not on this machine (install openjdk-17-jre-headless)")
    if not home.is_dir():
        _fetch(home)
    return home


def java_home() -> Path | None:
    """Folder of the Java that is on the path; None without one."""
    found = shutil.which("java")
    return Path(found).resolve().parent.parent if found else None


def _fetch(home: Path) -> None:
    if shutil.which("mvn") is None:
        missing("Maven is not on this machine (install maven): the server can't be fetched")
    _CACHE.mkdir(parents=True, exist_ok=True)
    maven = ["mvn", "-q", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={_CACHE}"]
    done = subprocess.run(maven, capture_output=True, text=True, check=False, cwd=_CACHE)
    archive = _CACHE / f"elasticsearch-{VERSION}.zip"
    if done.returncode or not archive.is_file():
        missing(f"Maven could not fetch the server: {(done.stdout + done.stderr)[-300:]}")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(_CACHE / "unpacked")
    (_CACHE / "unpacked" / f"elasticsearch-{VERSION}").rename(home)
    archive.unlink()


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def patient(*urls: str, **over: object) -> ElasticSettings:
    """Settings that give a slow machine the time it needs."""
    return ElasticSettings.model_validate({"hosts": urls, "timeout": 90} | over)


def new_room() -> Path:
    """A folder that an unprivileged user may reach."""
    folder = Path(tempfile.mkdtemp(prefix="diembao-elastic-"))
    folder.chmod(0o711)
    return folder


@contextmanager
def room() -> Iterator[Path]:
    """A folder that an unprivileged user may reach, gone afterwards."""
    folder = new_room()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(kw_only=True)
class Node:
    """One server of a cluster, in a folder of its own. It lives as long as somebody holds `hold` open, no longer."""

    folder: Path
    name: str = "node"
    settings: dict[str, Any] = field(default_factory=dict)
    heap: str = HEAP
    quick: bool = False  # started as soon as can be; not where the server's own speed is measured
    port: int = field(default_factory=free_port)
    transport: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    hold: int | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self.settings.get('xpack.security.http.ssl.enabled') else ''}://127.0.0.1:{self.port}"

    @property
    def guarded(self) -> bool:
        return bool(self.settings.get("xpack.security.enabled"))

    def prepare(self) -> None:
        """A copy of the server: its libraries are shared, its settings are its own."""
        source = installed()
        for part in ("config", "data", "logs", "tmp", "modules", "plugins"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        shutil.copytree(source / "config", self.folder / "config", dirs_exist_ok=True)
        modules = ("transport-netty4", *(_GUARD if self.guarded else ()))
        for part in (Path("lib"), *(Path("modules") / name for name in modules)):
            shutil.copytree(source / part, self.folder / part, copy_function=_shared)

    def start(self) -> None:
        """Start the server; `wait` says when it answers."""
        values = {
            "cluster.name": "diembao-test", "node.name": self.name, "network.host": "127.0.0.1",
            "http.port": self.port, "transport.port": self.transport, "path.home": self.folder,
            "path.data": self.folder / "data", "path.logs": self.folder / "logs", "discovery.type": "single-node",
            "cluster.routing.allocation.disk.threshold_enabled": False, **self.settings,
        }  # fmt: skip
        words = command(self.folder, VERSION, heap=self.heap, quick=self.quick)
        if os.getuid() == 0:
            _give_away(self.folder)
            words = ["setpriv", "--reuid", _NOBODY, "--clear-groups", *words]
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LIBFFI_TMPDIR": str(self.folder / "tmp")}
        os.mkfifo(self.pipe)
        inner = os.open(self.pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.hold = os.open(self.pipe, os.O_WRONLY)
        os.set_blocking(inner, True)
        with (self.folder / "out.log").open("wb") as log:
            self.process = subprocess.Popen(
                words, env=env, stdin=inner, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        os.close(inner)
        os.write(self.hold, opening(values, self.folder))

    @property
    def pipe(self) -> Path:
        """What the server reads: it ends itself when the last writer has closed it, even by being killed."""
        return self.folder / "alive"

    @retry(retry=retry_if_exception_type(OSError), stop=stop_after_delay(280), wait=wait_fixed(0.2), reraise=True)
    def wait(self) -> None:
        """Until it answers; with logins until it answers at all, whatever it says."""
        if self.process is not None and self.process.poll() is not None:
            pytest.fail(f"the server ended: {(self.folder / 'out.log').read_text(errors='replace')[-1500:]}")
        with socket.create_connection(("127.0.0.1", self.port), timeout=2):
            pass
        if not self.guarded:
            urllib.request.urlopen(f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=60s", timeout=90).read()

    def kill(self) -> None:
        """At once, as a power cut would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
        self.leave()
        self.pipe.unlink(missing_ok=True)

    stop = kill

    def leave(self) -> None:
        """Leave the server to those who still hold it."""
        if self.hold is not None:
            os.close(self.hold)
            self.hold = None


def _shared(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy(source, target)


def _give_away(folder: Path) -> None:
    """The server refuses to run as root: the folder is an unprivileged user's."""
    user = pwd.getpwnam(_NOBODY)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
