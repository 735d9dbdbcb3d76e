"""A record as the program makes it, made once in a process and copied: the schema's steps cost more than most tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from core.clock import Clock, FixedClock
from core.settings import KeepSettings
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON


def fresh_record(path: Path, clock: Clock) -> Record:
    """An empty record at the path, open."""
    path.touch(mode=0o600)
    path.write_bytes(_made())
    return open_record(path, clock=clock, keep=KeepSettings())


@cache
def _made() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "made.sqlite3"
        open_record(file, clock=FixedClock(NOON), keep=KeepSettings()).close()
        return file.read_bytes()
