"""The file of a record that nothing has happened in, copied: making one anew runs every migration, some 20 ms."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from core.clock import FixedClock
from core.settings import KeepSettings
from store.sqlite.record import open_record

_MADE = datetime(2026, 1, 1, tzinfo=UTC)


def blank(path: Path) -> Path:
    """The path, with a new record's file at it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(_template())
    return path


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.sqlite3"
        open_record(path, clock=FixedClock(_MADE), keep=KeepSettings()).close()
        return path.read_bytes()
