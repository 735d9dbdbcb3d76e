"""The record moves: to a server, back to a file, and for a server's backups into a file and out of one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from app import wiring
from app.progress import progress
from core import files
from core.clock import Clock, SystemClock
from core.errors import ConfigError
from core.explained import explain
from core.settings import RecordSettings, Settings
from store.postgres import moving
from store.sqlite import stones
from store.sqlite.record import Record, open_record

_HEARD: Final = timedelta(minutes=1)

_FILES: Final = (".sqlite3", ".db")


def migrate_to(settings: Settings, place: str) -> Iterator[str]:
    """Move the record to a PostgreSQL database or a file; yields what was done, a line each.

    What was erased is noted there too, so that a backup from before forgets it again. Raises StoreError where the
    place is not empty or the copy is not the same, ConfigError for a wrong place and while anybody works on the record.
    """
    there = _at(settings, place)
    if wiring.place(there) == wiring.place(settings):
        raise ConfigError(f"the record is at {place} already")
    _check_file(there, place)
    clock = SystemClock()
    far: list[object] = ["", 0]

    def note(table: str, rows: int) -> None:
        far[:] = [table, rows]

    with (
        wiring.record(settings, clock) as kept,
        _target(kept, there, clock) as (target, arrived),
        progress(lambda: f"{far[0]}: {far[1]} rows copied"),
    ):
        _alone(kept, wiring.place(settings))
        stones.carry(settings.database, there.database)
        done = moving.move(kept, target, wiring.place(there), note, arrived)
    yield f"{done.rows} rows of {done.tables} tables are at {wiring.place(there)}, counted and compared"
    yield f"sha256 of all sums: {done.sha256}"
    yield f"now set [record] url to it; {wiring.place(settings)} stays as it was, and is not written to any more"
    yield f"it holds every text, also what is erased from now on: delete it within {settings.keep.backup_days} days"


@contextmanager
def as_file(settings: Settings) -> Iterator[Path]:
    """The record as a file: its own, or one copied from the server (one state of it), gone afterwards."""
    if not settings.on_server:
        yield settings.database
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".copy-", dir=settings.data_dir) as folder:
        file, clock = Path(folder) / settings.database.name, SystemClock()
        with wiring.record(settings, clock) as kept, open_record(file, clock=clock, keep=settings.keep) as target:
            moving.copy(kept, target, str(file))
        yield file


def from_file(settings: Settings, file: Path) -> None:
    """Put a record that lies in a file into the empty database of the settings. Raises StoreError."""
    clock = SystemClock()
    with open_record(file, clock=clock, keep=settings.keep) as kept, wiring.opened(settings, clock) as target:
        moving.move(kept, target, wiring.place(settings))


def _alone(kept: Record, place: str) -> None:
    """Raises ConfigError while anybody is heard of who works on the record."""
    here = sorted({f"{one.role} on {one.machine}" for one in kept.leases.workers(_HEARD)})
    if here:
        raise ConfigError(
            f"record {place}: in use by {', '.join(here)}; stop the service on every machine and move it then"
            f" (one that was killed counts as gone after {_HEARD // timedelta(seconds=1)} s)"
        )


def _at(settings: Settings, place: str) -> Settings:
    """The settings of a record that is there. Raises ConfigError for what is neither a server nor a file.

    A file is known by its ending: a mistyped address of a server would else become one, and be moved to.
    """
    if "://" not in place and Path(place).suffix not in _FILES:
        raise ConfigError(
            f"--to {place!r} is no place for a record: write postgresql://user@host/database, or a file that ends in "
            f"{' or '.join(_FILES)}"
        )
    try:
        RecordSettings(url=place)
    except ValidationError as error:
        raise ConfigError(f"--to: {explain(error).removeprefix('url: ')}") from None
    return settings.model_copy(update={"record": settings.record.model_copy(update={"url": place})})


def _check_file(there: Settings, place: str) -> None:
    """Nobody's file is written to, and no folder made that somebody mistyped. Raises ConfigError."""
    if there.on_server:
        return
    if there.database.exists() or there.database.is_symlink():
        raise ConfigError(f"--to {place}: it exists; name a file that doesn't exist yet")
    if not there.database.parent.is_dir():
        raise ConfigError(f"--to {place}: there is no folder {there.database.parent}; make it, or name another")


@contextmanager
def _target(kept: Record, there: Settings, clock: Clock) -> Iterator[tuple[Record, Callable[[], None]]]:
    """The record to move to, and what gives it its place once it is whole.

    A file is made in a folder of its own: one to which the record did not move, whatever ended that, takes no name, so
    that the next try finds the place free.
    """
    if there.on_server:
        with wiring.opened(there, clock) as target:
            yield target, lambda: None
        return
    with tempfile.TemporaryDirectory(prefix=".move-", dir=there.database.parent) as folder:
        file, given = Path(folder) / there.database.name, list[Path]()
        with wiring.opened(_at(there, str(file)), clock) as target:

            def give() -> None:
                target.close()
                files.give(file, there.database)
                given.append(there.database)

            try:
                yield target, give
            finally:
                if given and moving.where_to(kept) is None:
                    there.database.unlink()
