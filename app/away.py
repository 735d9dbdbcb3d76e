"""Backups to another place: made by themselves, sealed, and removed when they have had their time."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app import sealed, upkeep, wiring
from core.clock import AHEAD, Clock, SystemClock
from core.errors import ConfigError, DiembaoError
from core.settings import BackupSettings, Settings
from store.sqlite import stones
from store.sqlite.record import Record

_LOG = logging.getLogger(__name__)
STONES: Final = f"{stones.NAME}{sealed.SUFFIX}"
_AGAIN: Final = timedelta(minutes=30)
"""A backup that failed is tried again after this."""


def backup(settings: Settings, folder: Path, key: Path) -> Path:
    """Back the record up into the folder, sealed, with the stones of what was erased. Raises StoreError and ConfigError
    where nothing was written.
    """
    secret = sealed.load_key(key)
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror}; name another folder for backups") from None
    with tempfile.TemporaryDirectory(prefix=".away-", dir=settings.database.parent) as clear:
        archive = upkeep.backup(settings, Path(clear))
        target = folder / f"{archive.name}{sealed.SUFFIX}"
        sealed.seal(archive, target, secret)
    with wiring.record(settings) as kept:
        kept.retention.note()
    _seal_list(settings, folder, secret)
    return target


def listing(settings: Settings, kept: Record) -> Callable[[], None]:
    """To be called often: the sealed list beside the backups names what was erased since the newest of them too."""
    asked, named = settings.backup, [""]

    def look() -> None:
        if not asked.connected:
            return
        kept.retention.note()
        file = stones.stones_file(settings.database)
        said = file.read_text(encoding="utf-8") if file.exists() else ""
        if said != named[0] and newest(Path(asked.folder), SystemClock().now()) is not None:
            _seal_list(settings, Path(asked.folder), sealed.load_key(Path(asked.key_file)))
            named[0] = said

    return look


def _seal_list(settings: Settings, folder: Path, key: bytes) -> None:
    erased = stones.stones_file(settings.database)
    if erased.exists():
        sealed.seal(erased, folder / STONES, key)


def key_of(settings: Settings, folder: Path | None) -> Path | None:
    """The key with which backups in that folder are sealed; None where they are not."""
    asked = settings.backup
    if folder is None or not asked.connected or folder.absolute() != Path(asked.folder).absolute():
        return None
    return Path(asked.key_file)


def restore(settings: Settings, archive: Path, key: Path) -> Iterator[str]:
    """Restore from a sealed backup; yields what was done. What was erased since is erased again, also on a machine
    that never had it: the stones lie beside the backup. Raises StoreError, ConfigError.
    """
    secret = sealed.load_key(key, to_open=True)
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".away-", dir=settings.database.parent) as folder:
        clear = Path(folder) / archive.name.removesuffix(sealed.SUFFIX)
        sealed.unseal(archive, clear, secret)
        erased = archive.with_name(STONES)
        if erased.exists():
            sealed.unseal(erased, Path(folder) / "stones", secret)
            stones.merge(settings.database, (Path(folder) / "stones").read_text(encoding="utf-8"))
        yield from upkeep.restore(settings, clear, called=archive)


def newest(folder: Path, at: datetime) -> datetime | None:
    """When the newest sealed backup there was made, by its name; None where none can be seen (a share may be away).

    One whose name lies after `at` was made while the clock was ahead: nobody knows when, so it stands for no other.
    """
    try:
        stamps = [_stamp(file) for file in folder.glob(f"diembao-*{sealed.SUFFIX}")] if folder.is_dir() else []
    except OSError:
        return None
    return max((stamp for stamp in stamps if stamp and stamp <= at + AHEAD), default=None)


def scheduled(
    settings: Settings,
    days: Callable[[], int],
    clock: Clock | None = None,
    *,
    sure: Callable[[], bool] = lambda: True,
) -> Callable[[], None]:
    """To be called often: a backup where one is due, beside everything else, and those too old are removed.

    `days`: how long backups are kept at present. What is too old goes first, also where no new one can be made, but
    only while it is `sure` that so much time has passed.
    """
    asked, clock = settings.backup, clock or SystemClock()
    running: list[threading.Thread] = []
    failed: list[datetime] = []

    def work() -> None:
        try:
            if sure():
                remove_old(Path(asked.folder), clock.now() - timedelta(days=days()))
        except (DiembaoError, OSError) as error:
            _LOG.error("old backups in %s not removed: %s", asked.folder, error)
        try:
            written = backup(settings, Path(asked.folder), Path(asked.key_file))
            failed.clear()
            _LOG.info("backup written", extra={"file": written.name})
        except (DiembaoError, OSError) as error:
            failed[:] = [clock.now()]
            _LOG.error("backup to %s failed and is tried again in half an hour: %s", asked.folder, error)

    def look() -> None:
        if any(thread.is_alive() for thread in running) or not due(asked, clock.now()):
            return
        if failed and timedelta(0) <= clock.now() - failed[0] < _AGAIN:
            return
        running[:] = [threading.Thread(target=work, name="backup", daemon=True)]
        running[0].start()

    return look


def due(asked: BackupSettings, at: datetime) -> bool:
    """Whether a backup is to be made now."""
    if not asked.connected:
        return False
    last = newest(Path(asked.folder), at)
    return last is None or at - last >= timedelta(hours=asked.every_hours)


def remove_old(folder: Path, before: datetime) -> int:
    """Delete sealed backups made before then, and what a killed one left half done; how many."""
    old = [file for file in folder.glob(f"diembao-*{sealed.SUFFIX}") if (stamp := _stamp(file)) and stamp < before]
    old += [part for part in folder.glob(f".*{sealed.SUFFIX}.*.part") if part.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _stamp(file: Path) -> datetime | None:
    text = file.name.removesuffix(sealed.SUFFIX).removesuffix(".tar.gz").rsplit("-", 1)[-1]
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None
