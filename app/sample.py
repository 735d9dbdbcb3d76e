"""The sample press as a process of its own, for `diembao run` with no desk configured."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from types import TracebackType

from core.errors import ConfigError
from core.urls import is_web, parse

_START_SECONDS = 60


class SampleProcess:
    """Context manager: starts `python -m sample.server`, which prints its publishers' homes, and ends it."""

    def __init__(self) -> None:
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> SampleProcess:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sample.server", "--port", "0"],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        out = self._process.stdout
        ready = out and select.select([out], [], [], _START_SECONDS)[0]
        home = (out.readline().split() or [""])[0] if out and ready else ""
        if not is_web(home):
            self._process.kill()
            raise ConfigError("the sample press did not start; what it said stands above")
        self.port = parse(home).port or 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=15)
