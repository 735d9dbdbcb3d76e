"""`diembao run`: the crawl, the deliveries and the pages as processes side by side, watched by this one.

They share nothing but the record. One that ends by itself is started again after a pause that grows. Should this one be
killed, they end too: each reads a pipe that nobody writes to, and that breaks.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.clock import Clock, SystemClock
from core.errors import ConfigError
from core.settings import Settings

ROLES = ("serve", "crawl", "deliver")
"""What one machine runs by itself."""
MORE_ROLES = (*ROLES, "tag")
"""What `--role` may name: with a worker that labels, crawls hand it what they have read."""
COMMANDS = {"tag": "label"}
"""Commands of roles whose own name is another command's (`tag` is a filter)."""
_WATCHED: Final = "STARTED_BY_DIEMBAO_RUN"
"""Variable of a role whose standard input is such a pipe."""
_LOG = logging.getLogger(__name__)
_TICK = 0.25
_LONGEST_PAUSE = 60.0
_SETTLED = 600.0
"""Seconds after which a role that ends counts as sound: it is started again after a second, as at first."""
_ASK_AGAIN = 2.0
_REFUSES_WITHIN = 30.0
"""Seconds within which a first end with status 1 or 2 means that the settings are wrong, not that it fell over."""


@dataclass(slots=True)
class Child:
    """One role's process and how often it had to be started."""

    role: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    started: float = 0.0
    wait_until: float = 0.0
    ready: Callable[[], bool] | None = None  # asked until it says so; then the role begins

    def start(self, now: float) -> None:
        self.process = subprocess.Popen(self.command, env=self.environment | {_WATCHED: "1"}, stdin=subprocess.PIPE)
        self.starts, self.started = self.starts + 1, now

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass(slots=True)
class Supervisor:
    """Starts the children, keeps them running until it is told to stop, ends them cleanly."""

    children: list[Child]
    stop: threading.Event = field(default_factory=threading.Event)
    clock: Clock = field(default_factory=SystemClock)
    announce: Callable[[], str] | None = None  # asked now and then until it has something to say

    def run(self) -> None:
        """Blocks until SIGINT or SIGTERM. Raises ConfigError where a role refuses to start at all."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: self.stop.set())
        for child in self.children:
            if child.ready is None:
                child.start(self.clock.now().timestamp())
        try:
            while not self.stop.wait(_TICK):
                self._say()
                for child in self.children:
                    self._watch(child)
        finally:
            self._end()

    def _say(self) -> None:
        said = self.announce() if self.announce else ""
        if said:
            sys.stdout.write(said + "\n")
            sys.stdout.flush()
            self.announce = None

    def _watch(self, child: Child) -> None:
        now = self.clock.now().timestamp()
        if child.alive or self._waits(child, now):
            return
        code = child.process.returncode if child.process else 0
        if child.starts == 1 and code in (1, 2) and now - child.started < _REFUSES_WITHIN:
            raise ConfigError(f"{child.role} could not start; what it said stands above")
        if not child.wait_until:
            child.starts = 1 if now - child.started >= _SETTLED else child.starts
            pause = min(2.0 ** (child.starts - 1), _LONGEST_PAUSE)
            child.wait_until = now + pause
            _LOG.error(
                "%s ended and is started again in %d s", child.role, pause,
                extra={"role": child.role, "status": code, "pause": pause},
            )  # fmt: skip
        elif now >= child.wait_until:
            child.wait_until = 0.0
            child.start(now)

    def _waits(self, child: Child, now: float) -> bool:
        """Whether the role has still to wait for what it needs; starts it where that has come."""
        if child.ready is None:
            return False
        if now >= child.wait_until:
            child.wait_until = now + _ASK_AGAIN
            if child.ready():
                child.ready, child.wait_until = None, 0.0
                child.start(now)
        return True

    def _end(self) -> None:
        alive = [child.process for child in self.children if child.process and child.alive]
        for process in alive:
            process.send_signal(signal.SIGTERM)
        for process in alive:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


def supervisor(
    roles: Sequence[str], options: Sequence[str], data_dir: Path, announce: Callable[[], str] | None = None,
    desk_there: Callable[[], bool] | None = None,
) -> Supervisor:  # fmt: skip
    """A supervisor of the roles; `options` name the press (--replay URL, --sample-port N).

    With `desk_there`, everything but the pages waits until it says that there is a desk.
    """
    environment = os.environ | {"DIEMBAO_DATA_DIR": str(data_dir)}
    forever = {"crawl": ["--forever"], "tag": ["--forever"], "deliver": ["--forever"], "serve": []}
    children = [
        Child(
            role, [sys.executable, "-m", "app.cli", COMMANDS.get(role, role), *forever[role], *options], environment,
            ready=None if role == "serve" else desk_there,
        )
        for role in roles
    ]  # fmt: skip
    return Supervisor(children, announce=announce)


def end_with_run() -> None:
    """In a role's process: be told to end where the `run` that has started it is gone without a word.

    Roles that go on would hold the port and read the press beside those of the next `run`.
    """
    if not os.environ.pop(_WATCHED, ""):
        return
    pipe, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def wait() -> None:
        os.read(pipe, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="end-with-run", daemon=True).start()


def check_port(settings: Settings) -> None:
    """Raises ConfigError where the page's port is taken."""
    family = socket.AF_INET6 if ":" in settings.serve.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.serve.host, settings.serve.port))
        except OSError as error:
            raise ConfigError(
                f"port {settings.serve.port} of {settings.serve.host} can't be had ({error.strerror}); "
                "end what uses it, or set another: DIEMBAO_SERVE__PORT=8766"
            ) from None


def fresh_folder(folder: Path) -> Path:
    """An empty folder for a trial that begins anew each time (the sample's dates move with the day)."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
