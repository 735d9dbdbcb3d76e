"""Sources and the installation, for the pages that look after them."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version

from app import sources
from app.world import World
from core.errors import ConfigError
from core.records import OperationFigures, SourceDetail, SourceProposal
from core.settings import KeepSettings, Settings
from crawlers.autodiscover import Proposal
from crawlers.publishers import load_all
from store.sqlite.record import Record


class Keeper:
    """The port SourceKeeper."""

    def __init__(self, settings: Settings, world: World, kept: Record) -> None:
        self._settings, self._world, self._kept = settings, world, kept

    def detail(self, source: str, at: datetime) -> SourceDetail | None:
        """What the record knows of a source."""
        return self._kept.operation.source(source, at)

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

    def __init__(self, kept: Record) -> None:
        self._kept = kept

    def figures(self, at: datetime) -> OperationFigures:
        """Queues, sizes, versions, failures."""
        return self._kept.operation.figures(at, {"diembao": version("diembao")})

    def would_go(self, at: datetime, months: dict[str, int]) -> dict[str, int]:
        """Rows that a purge under these periods would delete, by setting."""
        return self._kept.operation.would_go(at, months)

    def keep(self) -> KeepSettings:
        """The periods that hold."""
        return self._kept.keeping.now()

    def shorten(self, periods: dict[str, int], at: datetime, by: str) -> None:
        """Set shorter ones. Raises ValueError."""
        self._kept.keeping.shorten(periods, at, by)
