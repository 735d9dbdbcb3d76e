"""A process that refreshes the token and dies at a given step."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alerts.channels.http import Answer, Http, NoAnswer
from alerts.channels.zalo_tokens import TokenKeeper
from core.clock import FixedClock
from core.records import TokenPair
from core.settings import ZaloSettings
from store.sqlite.tokens import TokenVault

STEPS = ("before the mark", "mark not committed", "after the mark", "answered", "not committed", "after the commit")
"""Besides "asked": the stand-in kills while the process waits for the answer."""


class DyingVault(TokenVault):
    """Dies at its step."""

    def __init__(self, path: Path, step: str) -> None:
        super().__init__(path)
        self._step, self._writing = step, ""

    def begin(self, account: str, at: datetime) -> None:
        die_if(self._step == "before the mark")
        self._writing = "mark not committed"
        super().begin(account, at)
        die_if(self._step == "after the mark")

    def renewed(self, account: str, number: int, pair: TokenPair, at: datetime) -> bool:
        die_if(self._step == "answered")
        self._writing = "not committed"
        kept = super().renewed(account, number, pair, at)
        die_if(self._step == "after the commit")
        return kept

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with super()._write() as con:
            yield con
            die_if(self._step == self._writing)


class TellingHttp(Http):
    """Tells its process's number, so that the other side can kill it."""

    def post(self, url: str, headers: object, body: bytes) -> Answer | NoAnswer:
        return super().post(url, {**headers, "X-Process": str(os.getpid())}, body)  # type: ignore[dict-item]


def die_if(now: bool) -> None:
    if now:
        os.kill(os.getpid(), signal.SIGKILL)


def refresh(path: str, settings: ZaloSettings, at: datetime, step: str) -> None:
    """Ask for a token at that moment, and die at the step."""
    keeper = TokenKeeper(DyingVault(Path(path), step), TellingHttp(timeout=10), settings, FixedClock(at))
    keeper.token()
