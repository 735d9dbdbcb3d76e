"""Files beside a record that hold copies of it, and when each has had its time.

Backups, records that a restore put aside, one that has moved, and what a killed backup, restore or move left half done.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from core.errors import StoreError
from store.sqlite import meta
from store.sqlite.database import APPLICATION_ID

_STAMP: Final = re.compile(r"\d{8}T\d{6}Z")
_ASIDE: Final = re.compile(r"\.aside-\d{8}T\d{6}Z(-wal|-shm)?$")
_RECORDS: Final = ("*.sqlite3", "*.db")
_WORKING: Final = (".away-*", ".copy-*", ".restore-*", ".backup-*", ".move-*")
"""Folders in which a copy is made; each goes with its process, unless that is killed."""
_WORKS: Final = timedelta(days=1)
"""No backup, no restore and no move takes so long."""


def backup_dir(record: Path) -> Path:
    """Where backups of this record lie by default, and where the purge looks for old ones."""
    return record.parent / "backups"


def remove_old(record: Path, before: datetime, at: datetime) -> int:
    """Delete backups, and records put aside or moved away, from before then, and what was left half done; how many.

    Raises StoreError where one can't be deleted, after all others are.
    """
    gone, left = [*old_backups(record, before), *_left(record, at - _WORKS)], list[str]()
    for path in gone:
        try:
            shutil.rmtree(path) if path.is_dir() and path.name.startswith(".") else path.unlink(missing_ok=True)
        except OSError as error:
            left.append(f"{path}: an old backup can't be deleted ({error.strerror}); delete it")
    if left:
        raise StoreError("\n".join(left))
    return len(gone)


def old_backups(record: Path, before: datetime) -> list[Path]:
    """Backups, and records put aside by a restore, whose name says that they are older; records moved before then."""
    stamp = before.strftime("%Y%m%dT%H%M%SZ")
    aside = (file for file in record.parent.glob("*.aside-*") if _ASIDE.search(file.name))
    every = [*backup_dir(record).glob("diembao-*.tar.gz"), *aside]
    old = [file for file in every if (made := _STAMP.findall(file.name)) and made[-1] < stamp]
    return old + [file for file in _moved(record) if _changed_before(file, before)]


def _moved(record: Path) -> Iterator[Path]:
    """Records in the same folder that were in use before this one, and what SQLite wrote beside them."""
    for pattern in _RECORDS:
        for file in record.parent.glob(pattern):
            if file != record and _has_moved(file):
                yield from (part for end in ("", "-wal", "-shm") if (part := file.with_name(file.name + end)).exists())


def _has_moved(file: Path) -> bool:
    """Whether it says so itself. Looked at as it lies on the disk: nothing is opened for writing, nothing locked."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as con:
            con.row_factory = sqlite3.Row
            ours = con.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            return ours and meta.get(con, meta.MOVED) is not None
    except sqlite3.Error:
        return False


def _left(record: Path, before: datetime) -> list[Path]:
    places = (record.parent, backup_dir(record))
    found = (folder for place in places for pattern in _WORKING for folder in place.glob(pattern) if folder.is_dir())
    return [folder for folder in found if all(_changed_before(one, before) for one in (folder, *folder.iterdir()))]


def _changed_before(path: Path, before: datetime) -> bool:
    """Whether it was last written to before then; False where it has gone meanwhile."""
    try:
        return path.stat().st_mtime < before.timestamp()
    except OSError:
        return False
