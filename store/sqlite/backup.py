"""Backup of a running record, and restore into one.

An archive is a .tar.gz of two files: manifest.json (format, schema, sha256, bytes, made_at) and record.sqlite3.
Nothing else is accepted on the way back: no other name, no link, no more bytes than the manifest says.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Final, cast

from core.errors import StoreError
from store.sqlite import audit, migrate, outbox, people, search, stones
from store.sqlite.database import APPLICATION_ID, Database, connect, told
from store.sqlite.old_files import backup_dir
from store.sqlite.retention import replay
from store.sqlite.rows import dump

FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_RECORD: Final = "record.sqlite3"
_MANIFEST_BYTES: Final = 10_000
_HEADERS: Final = 200_000
"""Bytes for all that is not the record: manifest, headers, padding."""
_RATIO: Final = 200
_SMALL: Final = 64_000_000
_CHUNK: Final = 1 << 20
_STEP: Final = 2000
_STAGING: Final = ".restore-"
HELD: Final = "restored"
"""Reason of messages that waited when the backup was made: a person decides whether they still go out."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself."""

    format: int
    schema: int
    sha256: str
    bytes: int
    made_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    manifest: Manifest
    aside: Path | None  # the record as it was before
    held: int  # messages that waited and are now held
    erased: int  # articles that had been erased since


def default_target(record: Path, at: datetime) -> Path:
    """backups/diembao-<UTC time>.tar.gz beside the record."""
    return backup_dir(record) / f"diembao-{_stamp(at)}.tar.gz"


def backup(record: Path, target: Path, at: datetime, progress: Progress | None = None) -> Manifest:
    """Write an archive of the record, which may be in use; readable by its owner only.

    `progress` is called with (pages done, pages in all). Raises StoreError; no half archive is left behind.
    """
    if not record.exists():
        raise StoreError(f"record {record}: there is none to back up; check data_dir")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            copy = Path(folder) / _RECORD
            schema = _copy(record, copy, progress)
            _check_sound(copy, record)
            manifest = Manifest(
                format=FORMAT, schema=schema, sha256=_sha256(copy), bytes=copy.stat().st_size, made_at=at.isoformat()
            )
            archive = Path(folder) / "archive"
            _pack(copy, manifest, archive)
            archive.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise StoreError(f"backup {target}: {error.strerror or error}; check space and rights there") from None
    return manifest


def backup_before_migration(record: Path, schema: int, at: datetime) -> Path:
    """The archive that is made before the schema changes."""
    target = backup_dir(record) / f"diembao-before-schema-{schema + 1:04d}-{_stamp(at)}.tar.gz"
    backup(record, target, at)
    return target


def restore(archive: Path, record: Path, at: datetime, by: str = "operator") -> Restored:
    """Put the archive's record in the place of the present one, which is kept aside; desks may be running.

    The archive is checked whole first (names, sizes, checksum, schema, integrity). What was erased since the backup
    is erased again, and messages that waited are held. Raises StoreError; the present record is then untouched.
    """
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=record.parent) as folder:
            staged = Path(folder) / _RECORD
            manifest = _unpack(archive, staged)
            _check_database(archive, staged)
            held, erased = _prepare(staged, record, manifest, at, by)
            aside = _put_aside(record, at, Path(folder) / "aside")
            _take(staged, record)
        _sync_folder(record.parent)
    except OSError as error:
        raise StoreError(f"restore of {archive}: {error.strerror or error}; the record is as it was") from None
    return Restored(manifest=manifest, aside=aside, held=held, erased=erased)


# --- making an archive


def _copy(record: Path, copy: Path, progress: Progress | None) -> int:
    """A consistent copy by SQLite's online backup, from one read transaction: writers go on meanwhile."""
    try:
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(connect(record)) as source, closing(sqlite3.connect(copy)) as goal:
            if source.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreError(f"record {record}: not a record of diembao")
            source.execute("BEGIN")
            schema = max(migrate.applied(source))
            source.backup(goal, pages=_STEP, progress=_told(progress), sleep=0)
            goal.execute("PRAGMA journal_mode = DELETE")
        return schema
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":  # where it is copied to: the record is only read
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise told(error, record) from error


def _check_sound(copy: Path, record: Path) -> None:
    """Pages are copied as they are: of a damaged record each new backup would be one that no restore takes."""
    try:
        with closing(sqlite3.connect(copy)) as con:
            damage = con.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        damage = str(error)
    if damage != "ok":
        raise StoreError(
            f"record {record}: it is damaged ({' '.join(damage.split())}), so no backup was made of it; keep those that"
            " there are, stop the service and run `diembao restore` with the last of them"
        )


def _told(progress: Progress | None) -> Callable[[int, int, int], None] | None:
    return None if progress is None else lambda _status, left, total: progress(total - left, total)


def _pack(copy: Path, manifest: Manifest, archive: Path) -> None:
    with os.fdopen(os.open(archive, os.O_RDWR | os.O_CREAT, 0o600), "w+b") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=4) as tar:
            text = dump(asdict(manifest)).encode()
            tar.addfile(_member(_MANIFEST, len(text)), BytesIO(text))
            with copy.open("rb") as content:
                tar.addfile(_member(_RECORD, manifest.bytes), content)
        file.flush()
        os.fsync(file.fileno())


def _member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


# --- reading an archive


def _unpack(archive: Path, staged: Path) -> Manifest:
    """Write the archive's record to `staged`, checked."""
    if not archive.is_file():
        raise StoreError(f"{archive}: no such backup file")
    try:
        stream = _Bounded(gzip.GzipFile(archive))
        with stream, tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|") as tar:
            manifest = _manifest(archive, tar, _next(archive, tar, _MANIFEST, _MANIFEST_BYTES))
            _check_size(archive, manifest, staged)
            stream.left += manifest.bytes
            _write(archive, tar, _next(archive, tar, _RECORD, manifest.bytes), manifest, staged)
            if tar.next() is not None:
                raise _refused(archive, "it holds more than a manifest and a record")
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _refused(archive, f"damaged or no backup ({error})") from None
    return manifest


class _Bounded(closing[gzip.GzipFile]):
    """Gives no more unpacked bytes than were allowed, whatever a header asks for."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        super().__init__(stream)
        self._stream = stream
        self.left = _HEADERS

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._stream.read(min(size, self.left + 1))
        self.left -= len(chunk)
        if self.left < 0:
            raise tarfile.ReadError("more data than it says")
        return chunk


def _next(archive: Path, tar: tarfile.TarFile, name: str, most: int) -> tarfile.TarInfo:
    member = tar.next()
    if member is None:
        raise _refused(archive, f"{name} is missing")
    if member.name != name or not member.isreg() or member.sparse is not None:
        raise _refused(archive, f"it holds {member.name[:80]!r} where {name} is expected")
    if member.size > most:
        raise _refused(archive, f"{name} is larger than it says")
    return member


def _manifest(archive: Path, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Manifest:
    content = tar.extractfile(member)
    try:
        values = json.loads(content.read(_MANIFEST_BYTES) if content else b"")
        manifest = Manifest(**values)
        numbers = (manifest.format, manifest.schema, manifest.bytes)
        good = all(type(n) is int and n >= 0 for n in numbers) and isinstance(manifest.sha256, str)
    except (ValueError, TypeError):
        good = False
    if not good:
        raise _refused(archive, "its manifest is not readable")
    if manifest.format != FORMAT or manifest.schema > max(m.number for m in migrate.shipped()):
        raise _refused(archive, f"made by a newer diembao (schema {manifest.schema}); update the program first")
    return manifest


def _check_size(archive: Path, manifest: Manifest, staged: Path) -> None:
    if manifest.bytes > max(_SMALL, _RATIO * archive.stat().st_size):
        raise _refused(archive, f"it would unpack to {manifest.bytes} bytes, which no record does")
    free = shutil.disk_usage(staged.parent).free
    if manifest.bytes * 3 > free:
        folder = next(one for one in staged.parents if not one.name.startswith(_STAGING))
        raise StoreError(
            f"{archive}: not restored: {manifest.bytes * 3} bytes are needed and {free} are free in {folder}."
            " The record is as it was; make room there, then restore it."
        )


def _write(archive: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, manifest: Manifest, staged: Path) -> None:
    content = tar.extractfile(member)
    digest = hashlib.sha256()
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while content is not None and (chunk := content.read(_CHUNK)):
            digest.update(chunk)
            file.write(chunk)
    if member.size != manifest.bytes or digest.hexdigest() != manifest.sha256:
        raise _refused(archive, "its checksum is wrong: the file was damaged or changed")


def _check_database(archive: Path, staged: Path) -> None:
    """Whether it is a sound record. Raises StoreError."""
    try:
        with closing(connect(staged)) as con:
            if con.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise _refused(archive, "its database is no record of diembao")
            if con.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise _refused(archive, "its database is damaged")
    except sqlite3.OperationalError as error:
        raise told(error, staged) from error
    except sqlite3.DatabaseError as error:
        raise _refused(archive, f"its database is damaged ({error})") from error


def _prepare(staged: Path, record: Path, manifest: Manifest, at: datetime, by: str) -> tuple[int, int]:
    """Bring the database to this program's schema, hold what waited, erase what was erased since."""
    try:
        with closing(connect(staged)) as con:
            _update(staged, at)
            con.execute("BEGIN IMMEDIATE")
            held = outbox.hold(con, HELD, at)
            erased = replay(con, stones.read(record))
            people.after_restore(con, record, at)
            while erased and search.merge(con):
                pass
            detail = f"{held} held, {erased} erased"
            audit.write(con, at, who=by, action="record.restore", subject=manifest.made_at, detail=detail)
            con.commit()
            con.execute("PRAGMA journal_mode = DELETE")
        return held, erased
    except sqlite3.Error as error:
        raise told(error, staged) from error


def _update(staged: Path, at: datetime) -> None:
    """An older program's record: what follows asks for tables that it lacks, and running desks get it as it is here."""
    db = Database(staged)
    try:
        migrate.migrate(db, at, lambda _: staged)  # the archive itself is the backup of it
    finally:
        db.close()


def _put_aside(record: Path, at: datetime, part: Path) -> Path | None:
    """A copy of the present record, or its files as they are where it can't be read. A copy that finds no room stays
    in `part`, which goes: half a record must not be taken for one.
    """
    aside = record.with_name(f"{record.name}.aside-{_stamp(at)}")
    if not record.exists():
        _move(record, aside)  # a log without its record would be played into the one that comes in its place
        return None
    if record.stat().st_size == 0:
        return None
    try:
        _copy(record, part, None)
    except StoreError:
        _move(record, aside)
    else:
        part.replace(aside)
    return aside


def _move(record: Path, aside: Path) -> None:
    """The record's files, whichever there are, under another name."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            record.with_name(record.name + suffix).replace(aside.with_name(aside.name + suffix))


def _take(staged: Path, record: Path) -> None:
    """Into the open record as one transaction, so that running desks go on; or simply in its place."""
    if not record.exists():
        staged.replace(record)
        return
    try:
        with closing(connect(staged)) as source, closing(connect(record)) as goal:
            goal.execute("PRAGMA synchronous = FULL")
            source.backup(goal, pages=-1)
            goal.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as error:
        raise told(error, record) from error


def _refused(archive: Path, why: str) -> StoreError:
    return StoreError(f"{archive}: refused: {why}. The record is as it was; use another backup.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
