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

from tests.parts import missing

VERSION = "8.19.7"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
HEAP = "-Xms512m -Xmx512m"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "diembao-tests"
_NOBODY = "nobody"


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
    command = ["mvn", "-q", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={_CACHE}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_CACHE)
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


@contextmanager
def room() -> Iterator[Path]:
    """A folder that an unprivileged user may reach, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="diembao-elastic-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(kw_only=True)
class Node:
    """One server of a cluster, in a folder of its own."""

    folder: Path
    name: str = "node"
    settings: dict[str, Any] = field(default_factory=dict)
    heap: str = HEAP
    port: int = field(default_factory=free_port)
    transport: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self.settings.get('xpack.security.http.ssl.enabled') else ''}://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """A copy of the server (its libraries are shared) with this node's settings."""
        source = installed()
        self.folder.mkdir(parents=True, exist_ok=True)
        for part in source.iterdir():
            if part.name in ("config", "bin"):
                shutil.copytree(part, self.folder / part.name, dirs_exist_ok=True)
            elif part.name in ("lib", "modules", "plugins") and not (self.folder / part.name).exists():
                shutil.copytree(part, self.folder / part.name, copy_function=os.link)
        for tool in (self.folder / "bin").iterdir():
            tool.chmod(0o755)
        values = {
            "cluster.name": "diembao-test", "node.name": self.name, "network.host": "127.0.0.1",
            "http.port": self.port, "transport.port": self.transport, "path.data": str(self.folder / "data"),
            "discovery.type": "single-node", "xpack.security.enabled": False,
            "cluster.routing.allocation.disk.threshold_enabled": False, **self.settings,
        }  # fmt: skip
        lines = [f"{key}: {_yaml(value)}" for key, value in values.items() if value is not None]
        (self.folder / "config" / "elasticsearch.yml").write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        """Start the server; `wait` says when it answers."""
        home = java_home()
        assert home is not None
        java = {"ES_JAVA_HOME": str(home), "ES_JAVA_OPTS": self.heap}
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **java}
        command = [str(self.folder / "bin" / "elasticsearch")]
        if os.getuid() == 0:
            _give_away(self.folder)
            command = ["setpriv", "--reuid", _NOBODY, "--clear-groups", *command]
        log = (self.folder / "out.log").open("wb")
        self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)

    @retry(retry=retry_if_exception_type(OSError), stop=stop_after_delay(300), wait=wait_fixed(0.3), reraise=True)
    def wait(self) -> None:
        """Until it answers at all, whatever it says."""
        if self.process is not None and self.process.poll() is not None:
            pytest.fail(f"the server ended: {(self.folder / 'out.log').read_text()[-1500:]}")
        with socket.create_connection(("127.0.0.1", self.port), timeout=2):
            pass
        if not self.settings.get("xpack.security.enabled"):
            urllib.request.urlopen(f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=5s", timeout=10).read()

    def kill(self) -> None:
        """At once, as a power cut would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    stop = kill


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _give_away(folder: Path) -> None:
    """The server refuses to run as root: the folder is an unprivileged user's."""
    user = pwd.getpwnam(_NOBODY)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
