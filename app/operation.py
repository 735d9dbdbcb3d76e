"""Sources and the installation, for the pages that look after them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from app import away, sources
from app.world import World
from core.errors import ConfigError, DiembaoError
from core.records import OperationFigures, Publisher, SourceDetail, SourceProposal
from core.settings import BackupSettings, KeepSettings, Settings
from crawlers.autodiscover import Proposal
from crawlers.publishers import load_all
from store.sqlite.record import Record

_LOG = logging.getLogger(__name__)


class Keeper:
    """The port SourceKeeper."""

    def __init__(self, settings: Settings, world: World, kept: Record) -> None:
        self._settings, self._world, self._kept = settings, world, kept
        self._checking: set[str] = set()
        self._lock = threading.Lock()

    def detail(self, source: str, desk: str, at: datetime) -> SourceDetail | None:
        """What the record knows of a source, as this desk may see it."""
        return self._kept.operation.source(source, desk, at)

    def check(self, source: str, at: datetime, by: str) -> bool:
        """Ask a source beside the pages. False where that is under way. Raises ConfigError for an unknown one."""
        publishers = sources.chosen(self._world, [source])
        with self._lock:
            if self._checking:
                return False
            self._checking.add(source)
        self._kept.audit.add(at, by, "source.check", source)
        threading.Thread(target=self._ask, args=(publishers,), daemon=True).start()
        return True

    def _ask(self, publishers: Sequence[Publisher]) -> None:
        try:
            for _ in sources.check(self._settings, self._world, publishers):
                pass
        except DiembaoError:
            _LOG.exception("source check")
        finally:
            with self._lock:
                self._checking.clear()

    def propose(self, url: str) -> SourceProposal:
        """What autodiscovery finds there. Raises FetchError, ConfigError."""
        found = sources.found_at(self._settings, url)
        return SourceProposal(
            home=found.home, refused=found.refused, name=found.name, feeds=found.feeds, sitemaps=found.sitemaps,
            sections=found.sections,
        )  # fmt: skip

    def declare(self, url: str, *, name: str, kind: str, licence: str, reason: str, at: datetime, by: str) -> str:
        """Declare what is found there; the new source's id. Raises ConfigError with the reason, FetchError."""
        found: Proposal = sources.found_at(self._settings, url)
        if found.refused:
            raise ConfigError(found.refused)
        file = sources.add(
            self._settings, self._world, found, kind=kind, licence=licence, name=name, province="", by=by
        )
        for publisher in load_all(self._settings.data_dir / "publishers"):
            if publisher.id == file.stem and isinstance(self._world.publishers, dict):
                self._world.publishers[publisher.id] = publisher
        self._kept.audit.add(at, by, "source.reason", file.stem, reason)
        return file.stem


class Machine:
    """The port Operation."""

    def __init__(self, kept: Record, backups: BackupSettings | None = None) -> None:
        self._kept, self._backups = kept, backups or BackupSettings()

    def figures(self, at: datetime) -> OperationFigures:
        """Queues, sizes, versions, failures."""
        found = self._kept.operation.figures(at, {"diembao": version("diembao")})
        wanted = self._backups.connected
        return replace(
            found,
            backups_away=wanted,
            backup_away=away.newest(Path(self._backups.folder), at) if wanted else None,
            workers=self._kept.leases.workers(timedelta(minutes=1)),
            unlabelled=self._kept.untagged.count(),
        )

    def moved(self) -> bool:
        """Whether the record is in use elsewhere."""
        return self._kept.operation.moved()

    def disk_free(self) -> int:
        """Bytes of room on the record's disk."""
        return self._kept.operation.disk_free()

    def would_go(self, at: datetime, months: dict[str, int]) -> dict[str, int]:
        """Rows that a purge under these periods would delete, by setting."""
        return self._kept.operation.would_go(at, months)

    def keep(self) -> KeepSettings:
        """The periods that hold."""
        return self._kept.keeping.now()

    def shorten(self, periods: dict[str, int], at: datetime, by: str) -> None:
        """Set shorter ones. Raises ValueError."""
        self._kept.keeping.shorten(periods, at, by)
