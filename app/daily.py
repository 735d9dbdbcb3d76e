"""The daily counts for Kibana: who they are fed by and what things are called in them. Only where a Kibana is set."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from app import wiring
from core.clock import Clock
from core.errors import ConfigError, StoreError
from core.settings import Settings
from crawlers.publishers import load_all
from store.elastic.client import connect
from store.elastic.counts import DailyFeed, DailyIndices, DailyNames
from store.sqlite.record import Record

_LOG = logging.getLogger(__name__)
_SHORTEST: Final = timedelta(seconds=5)
_LONGEST: Final = timedelta(minutes=5)


class Counting:
    """Feeds the daily counts beside the articles; what goes wrong with them stops nobody and is tried again."""

    def __init__(self, settings: Settings, kept: Record, clock: Clock) -> None:
        self._feed, self._clock = feed(settings, kept, clock), clock
        self._pause, self._after = _SHORTEST, datetime.min.replace(tzinfo=clock.now().tzinfo)

    def begin(self) -> None:
        """What stands in the engine is looked at anew: another may have counted since."""
        if self._feed is not None:
            self._feed.begin()

    def round(self) -> None:
        """Do what is due; nothing where no Kibana is set."""
        if self._feed is None or self._clock.now() < self._after:
            return
        try:
            self._feed.round()
            self._pause = _SHORTEST
        except StoreError as error:
            self._pause = min(self._pause * 2, _LONGEST)
            self._after = self._clock.now() + self._pause
            _LOG.warning("daily counts not fed", extra={"reason": str(error), "pause": self._pause.total_seconds()})


def feed(settings: Settings, kept: Record, clock: Clock) -> DailyFeed | None:
    """The feed of the daily counts; None where no engine or no Kibana is set. Nothing is asked yet."""
    if not (settings.elastic.hosts and settings.kibana.url):
        return None
    indices = DailyIndices(prefix=settings.kibana.indices)
    return DailyFeed(
        connect(settings.elastic), indices, kept.daily, names(settings, kept), clock, replicas=settings.elastic.replicas
    )


def required(settings: Settings, kept: Record, clock: Clock) -> DailyFeed:
    """The same. Raises ConfigError where something is not set."""
    made = feed(settings, kept, clock)
    if made is None:
        missing = "[kibana] url" if settings.elastic.hosts else "[elastic] hosts"
        raise ConfigError(f"daily counts need an engine and a Kibana: set {missing} in diembao.toml")
    return made


def names(settings: Settings, kept: Record) -> DailyNames:
    """Names as the record, the gazetteer and the declarations have them; an id that none of them knows stays."""
    desks = {desk.id: desk.name for desk in kept.desks.desks()}
    publishers = {publisher.id: publisher.name for publisher in load_all(settings.data_dir / "publishers")}
    places = wiring.gazetteer()
    return DailyNames(
        desk=lambda desk: desks.get(desk, desk),
        place=lambda unit: places.unit(unit).full_name if unit in places else unit,
        publisher=lambda source: publishers.get(source, source),
    )


def rebuild(settings: Settings, kept: Record, clock: Clock) -> int:
    """Count all days anew; 0 where there is no Kibana. Raises EngineAway, EngineRefuses."""
    made = feed(settings, kept, clock)
    return made.rebuild() if made else 0


def drop(settings: Settings, kept: Record, clock: Clock) -> int:
    """Take the indices of daily counts away. Returns how many."""
    made = feed(settings, kept, clock)
    return made.drop() if made else 0
