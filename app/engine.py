"""The search engine outside the record, where one is set: its search before the record's own, and its upkeep."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app import daily, wiring
from app.duty import Duty
from app.progress import progress
from core.clock import Clock, SystemClock, local, local_day
from core.errors import ConfigError, StoreError
from core.ports import NO_FILTERS, SearchIndex
from core.records import Change, Facets, IndexStatus, NotIndexed, SearchFilters, SearchPage, Worker
from core.settings import Settings
from store.elastic.client import EngineAway, EngineRefuses, connect
from store.elastic.feed import READER, Feed
from store.elastic.record import RecordSide
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from store.sqlite.retention import months_before

_LOG = logging.getLogger(__name__)
_AFTER_AWAY: Final = timedelta(seconds=10)
"""An engine that gave no answer is left alone so long: a reader waits for a time-out once, not at every key."""
DUTY: Final = "engine"
"""Of all that write to the engine, the daily counts too, one does so at a time: a deliverer, or a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """All that is done with an engine, over one record."""

    search: ElasticSearch
    feed: Feed
    upkeep: Upkeep


def engine(settings: Settings, kept: Record, clock: Clock) -> Engine | None:
    """The engine of the settings; None where there is none. Nothing is asked of it yet. Raises ConfigError."""
    if not settings.elastic.hosts:
        return None
    client, alias, side = connect(settings.elastic), settings.elastic.alias, Indexing(kept.database)
    return Engine(
        search=ElasticSearch(client, alias, side, clock),
        feed=Feed(client, alias, side, clock),
        upkeep=Upkeep(client, alias, side, replicas=settings.elastic.replicas),
    )


class Standby:
    """The port SearchIndex: the engine's answers, and the record's own, marked so, while the engine can't be asked.

    It can't while it is away, and while it is not `near`: it lacks too much of the record.
    """

    def __init__(
        self, first: SearchIndex, own: SearchIndex, clock: Clock, near: Callable[[], bool] = lambda: True
    ) -> None:
        self._first, self._own, self._clock, self._near = first, own, clock, near
        self._left_alone: datetime | None = None

    def search(
        self,
        desk: str,
        query: str,
        *,
        by_time: bool = False,
        offset: int = 0,
        limit: int = 20,
        filters: SearchFilters = NO_FILTERS,
    ) -> SearchPage:
        """See the port; `stand_in` says that the record has answered."""
        if self._asked():
            try:
                return self._first.search(desk, query, by_time=by_time, offset=offset, limit=limit, filters=filters)
            except (EngineAway, EngineRefuses) as error:
                self._leave_alone(str(error))
        page = self._own.search(desk, query, by_time=by_time, offset=offset, limit=limit, filters=filters)
        return replace(page, stand_in=True)

    def facets(self, desk: str, query: str, filters: SearchFilters = NO_FILTERS) -> Facets:
        """See the port."""
        if self._asked():
            try:
                return self._first.facets(desk, query, filters)
            except (EngineAway, EngineRefuses) as error:
                self._leave_alone(str(error))
        return self._own.facets(desk, query, filters)

    def apply(self, changes: Sequence[Change]) -> None:
        """The record's own index is written with the article; the engine has its feed."""
        self._own.apply(changes)

    def _asked(self) -> bool:
        return (self._left_alone is None or self._clock.now() >= self._left_alone) and self._near()

    def _leave_alone(self, reason: str) -> None:
        self._left_alone = self._clock.now() + _AFTER_AWAY
        _LOG.warning("search answered by the record", extra={"reason": reason})


def searching(settings: Settings, kept: Record, clock: Clock) -> SearchIndex:
    """What the pages search with."""
    far = engine(settings, kept, clock)
    if far is None:
        return kept.search
    side = Indexing(kept.database)
    return Standby(far.search, kept.search, clock, lambda: near(far.feed, side))


def near(feed: Feed, side: RecordSide) -> bool:
    """Whether the engine can be asked in place of the record: it was filled, and lacks little of it.

    A small record is never far behind by its lines; as long as none was taken, the engine has nothing of it.
    """
    return feed.near() and (side.position(READER) > 0 or side.last() == 0)


def build(far: Engine, duty: Duty, note: Callable[[int], None] = lambda _articles: None) -> int:
    """Build the engine's indices anew; those that answer meanwhile are fed on, if they are near. See Upkeep.rebuild.

    Raises DutyLostError where the work has become another's.
    """

    def beside(articles: int) -> None:
        duty.still()
        note(articles)
        if far.feed.near():
            with suppress(EngineAway):  # the rebuild has a patience of its own; what waits is sent with the next batch
                far.feed.all()

    articles = far.upkeep.rebuild(beside)
    far.feed.all()
    return articles


@contextmanager
def alone(duty: Duty, pause: Callable[[float], object] = time.sleep) -> Iterator[None]:
    """The engine is this command's while the body runs: a deliverer gives way. Raises StoreError where none does."""
    try:
        with duty.kept():
            with progress(lambda: "waits until the search engine is free"):
                free = duty.wait(pause)
            if not free:
                raise StoreError(_taken(duty.holder()))
            yield
    finally:
        duty.end()


def _taken(by: Worker | None) -> str:
    who = f"{by.role} on {by.machine}, which runs since {local(by.started):%d/%m %H:%M}" if by else "another process"
    return (
        f"the search engine is in the hands of {who}: it fills, builds or merges indices and gives way after that;"
        " repeat this later, or end that process and repeat it after a minute"
    )


def required(settings: Settings, kept: Record, clock: Clock) -> Engine:
    """The engine. Raises ConfigError where none is set."""
    far = engine(settings, kept, clock)
    if far is None:
        raise ConfigError('no search engine is set: name its nodes, [elastic] hosts = ["https://host:9200"]')
    return far


def set_up(settings: Settings) -> str:
    """Load the template and the alias. Raises EngineAway, EngineRefuses, ConfigError."""
    clock = SystemClock()
    with wiring.record(settings) as kept:
        required(settings, kept, clock).upkeep.set_up()
    return f"template and alias {settings.elastic.alias} stand; fill them: diembao index rebuild"


def status(settings: Settings) -> IndexStatus | None:
    """How the engine stands; None where none is set."""
    with wiring.record(settings) as kept:
        far = engine(settings, kept, SystemClock())
        return None if far is None else far.upkeep.status()


def refused(settings: Settings, limit: int = 10) -> list[NotIndexed]:
    """The newest articles that the engine would not take, with its reasons."""
    with wiring.record(settings) as kept:
        return Indexing(kept.database).refused(limit)


def rebuild(settings: Settings) -> str:
    """Write the engine's indices anew and switch; then take what came meanwhile."""
    with wiring.record(settings) as kept:
        far, duty = required(settings, kept, SystemClock()), Duty(kept.leases, DUTY, "index")
        done = [0]

        def note(articles: int) -> None:
            done[0] = articles

        with alone(duty), progress(lambda: f"{done[0]} articles sent"):
            articles = build(far, duty, note)
            daily.rebuild(settings, kept, SystemClock())
    return f"{articles} articles are in new indices behind {settings.elastic.alias}; the old ones are gone"


def drop(settings: Settings) -> str:
    """Take the engine's indices away; the record is untouched."""
    with wiring.record(settings) as kept:
        far = required(settings, kept, SystemClock())
        with alone(Duty(kept.leases, DUTY, "index")):
            gone = far.upkeep.drop() + daily.drop(settings, kept, SystemClock())
    return f"{gone} indices dropped; the record's own search goes on"


def purge(far: Engine, now: datetime, months: int) -> tuple[str, ...]:
    """Bring what the record has let go off the engine's disk too; whole months of it go by their index.

    Returns the indices that went. Raises EngineAway and EngineRefuses: to be repeated.
    """
    far.feed.all()
    gone = far.upkeep.retire(local_day(months_before(now, months)).isoformat()[:7])
    far.feed.all()
    far.upkeep.expunge()
    return gone


def forget_place(kept: Record) -> None:
    """After a restore the engine holds what the record does not know of: it has to be built anew."""
    Indexing(kept.database).rewind(READER, -1)
