"""The daily counts for dashboards, in indices of their own: one a desk by topic, place and tone, one of reading.

Whoever reads them by Kibana is past our roles: they hold numbers and names of the closed sets only. A day is always
counted again as a whole; its documents have the same ids each time, and what is no longer counted goes. An index a
desk lets a role see one desk: Kibana's readers ask for all of them by a pattern and get those they may read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from core.clock import Clock, local_day
from core.i18n import t
from core.ports import DailyCounts
from core.records import DailyCount, DailyReading
from core.topics import TOPIC_BY_ID
from store.elastic import layout
from store.elastic.client import told
from store.elastic.feed import Action, refresh, send

COUNTS: Final = "daily-counts.template.json"
READING: Final = "daily-reading.template.json"
PACE: Final = timedelta(seconds=10)
"""So long days of a busy crawl gather before they are counted again."""
READING_PACE: Final = timedelta(minutes=1)
_BACK: Final = timedelta(days=14)
"""Pages that are tried again later still count for the day on which they were found."""
_AT_ONCE: Final = 31  # days
PAGE: Final = 1_000  # ids
_KEPT: Final = "1m"  # by the engine, for the next page
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyNames:
    """How ids are called before people."""

    desk: Callable[[str], str]
    place: Callable[[str], str]
    publisher: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyIndices:
    """Names of the indices."""

    prefix: str

    @property
    def reading(self) -> str:
        return f"{self.prefix}-reading"

    @property
    def all_counts(self) -> str:
        return f"{self.prefix}-counts-*"

    def counts(self, desk: str) -> str:
        """Of one desk."""
        return f"{self.prefix}-counts-{desk}"


class DailyFeed:
    """Keeps the daily counts at what the record says. Raises EngineAway, EngineRefuses; nothing is lost by either."""

    def __init__(
        self, client: Elasticsearch, indices: DailyIndices, record: DailyCounts, names: DailyNames, clock: Clock,
        *, replicas: int = 0,
    ) -> None:  # fmt: skip
        self._client, self._indices, self._record, self._names = client, indices, record, names
        self._clock, self._replicas = clock, replicas
        self._reader = f"daily-{record.form}"
        self._begun = False
        self._next = self._next_reading = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._marks: Mapping[str, str] = {}

    def set_up(self) -> bool:
        """Load both templates and make the index of reading; True where that was not there."""
        with told():
            for name, pattern in ((COUNTS, self._indices.all_counts), (READING, self._indices.reading)):
                body = layout.template(name, self._indices.prefix, self._replicas) | {"index_patterns": [pattern]}
                self._client.indices.put_index_template(name=pattern.removesuffix("-*"), **body)
            if self._client.indices.exists(index=self._indices.reading):
                return False
            self._client.indices.create(index=self._indices.reading)
            return True

    def begin(self) -> None:
        """As after a start: the next round compares what stands with the record."""
        self._begun = False
        self._next = datetime.min.replace(tzinfo=self._clock.now().tzinfo)

    def round(self) -> None:
        """`once`, where it is time again. For a loop that turns quickly."""
        if self._clock.now() >= self._next:
            self.once()
            self._next = self._clock.now() + PACE

    def once(self) -> int:
        """Count again what has changed. Returns how many documents were written or removed."""
        if not self._begun:
            done = self._begin()
            self._begun = True
            return done
        done, cursor = 0, self._record.cursor(self._reader)
        while changes := self._record.since(cursor.seq):
            days, lost = self._record.touched(changes)
            done += self._take(days) + sum(map(self._reconcile, sorted(lost)))
            done += self._read_days({day for _, day in days})
            self._record.acknowledge(cursor, changes[-1].seq)
            cursor = self._record.cursor(self._reader)
        return done + self._read_lately()

    def rebuild(self) -> int:
        """Take the indices away and count everything anew. Returns how many documents there are."""
        self.drop()
        self.set_up()
        return self._everything()

    def drop(self) -> int:
        """Take indices and templates away. Returns how many indices."""
        with told():
            ours = [self._indices.all_counts, self._indices.reading]
            found = list(self._client.indices.get(index=ours, ignore_unavailable=True, features="aliases"))
            for index in found:
                self._client.indices.delete(index=index, ignore_unavailable=True)
            quiet = self._client.options(ignore_status=404).indices
            quiet.delete_index_template(name=f"{self._indices.prefix}-counts")
            quiet.delete_index_template(name=self._indices.reading)
        self._begun = False
        return len(found)

    def standing(self) -> dict[str, int]:
        """Index -> documents in it; empty where nothing was counted yet."""
        ours = [self._indices.all_counts, f"{self._indices.reading}*"]
        with told():
            stats = self._client.indices.stats(index=ours, metric=["docs"])
        return {name: int(one["primaries"]["docs"]["count"]) for name, one in sorted(stats["indices"].items())}

    def behind(self) -> int:
        """Lines of the change log that were not counted yet."""
        return self._record.last() - self._record.position(self._reader)

    def _begin(self) -> int:
        """After a start: everything where the indices are new or too far behind, else what does not agree."""
        if self.set_up() or not self._record.position(self._reader) or self._record.gap(self._reader):
            return self._everything()
        self._begun = True
        return self.once() + sum(map(self._reconcile, self._record.days()))

    def _everything(self) -> int:
        cursor, last = self._record.cursor(self._reader), self._record.last()
        done = self._take((desk, day) for desk, days in self._record.days().items() for day in days)
        done += self._read_days(self._record.reading_days()) + self._read_lately()
        self._record.acknowledge(cursor, last)
        return done

    def _take(self, days: Iterable[tuple[str, str]]) -> int:
        """Count desks' days again."""
        by_desk: dict[str, list[str]] = {}
        for desk, day in days:
            by_desk.setdefault(desk, []).append(day)
        done = 0
        for desk, its in by_desk.items():
            for some in _parts(sorted(its)):
                version = self._version()
                rows = [row for day in some for row in self._record.counts(desk, day)]
                done += self._put(self._indices.counts(desk), self._of_days(some), map(self._count, rows), version)
        return done

    def _read_days(self, days: Collection[str]) -> int:
        """Count days of reading again. What was once known of a publisher's day without any page stays."""
        done = 0
        for some in _parts(sorted(days)):
            version, now = self._version(), self._clock.now()
            rows = [row for day in some for row in self._record.reading(day, now)]
            old = {"bool": {"filter": [self._of_days(some), {"term": {"cut": "desk"}}]}}
            done += self._put(self._indices.reading, old, map(self._reading, rows), version)
        return done

    def _read_lately(self) -> int:
        """Days whose figures of reading are other than at the last look, and today's health."""
        now = self._clock.now()
        if now < self._next_reading:
            return 0
        marks = self._record.reading_marks(local_day(now - _BACK))
        changed = {day for day, mark in marks.items() if self._marks.get(day) != mark}
        done = self._read_days(changed | {local_day(now).isoformat()})
        self._marks, self._next_reading = marks, now + READING_PACE
        return done

    def _reconcile(self, desk: str) -> int:
        """Count again the days of a desk on which index and record don't agree."""
        record, index = self._record.totals(desk), self._totals(desk)
        astray = {day for day in record.keys() | index.keys() if record.get(day) != index.get(day)}
        return self._take((desk, day) for day in astray) + self._read_days(astray)

    def _totals(self, desk: str) -> dict[str, int]:
        index = self._indices.counts(desk)
        with told():
            if not self._client.indices.exists(index=index):
                return {}
            refresh(self._client, index)
            answer = self._client.search(
                index=index, size=0, query={"term": {"cut": "all"}}, allow_partial_search_results=False,
                aggs={"days": {"terms": {"field": "day", "size": 20_000}, "aggs": {"n": _SUM}}},
            )  # fmt: skip
        found = answer["aggregations"]["days"]["buckets"]
        return {_day(bucket["key_as_string"]): int(bucket["n"]["value"]) for bucket in found}

    def _put(
        self, index: str, old: Mapping[str, Any], documents: Iterable[tuple[str, dict[str, Any]]], version: int
    ) -> int:
        """Write documents and remove those of `old` that are not among them."""
        new = dict(documents)
        with told():
            gone = set(self._ids(index, old)) - new.keys()
        head = {"_index": index, "version": version, "version_type": "external_gte"}
        actions = [Action(article=key, head={"index": head | {"_id": key}}, body=body) for key, body in new.items()]
        actions += [Action(article=key, head={"delete": head | {"_id": key}}) for key in sorted(gone)]
        refused = send(self._client, actions).refused
        if refused:
            _LOG.warning("daily counts refused", extra={"index": index, "reasons": sorted(set(refused.values()))})
        return len(actions) - len(refused)

    def _ids(self, index: str, query: Mapping[str, Any]) -> Iterator[str]:
        """Of all documents, as they stand at one moment; what a part that is away may hold has to be waited for."""
        if not self._client.indices.exists(index=index):
            return
        refresh(self._client, index)
        point = self._client.open_point_in_time(index=index, keep_alive=_KEPT)["id"]
        try:
            after: Sequence[Any] | None = None
            while True:
                answer = self._client.search(
                    pit={"id": point, "keep_alive": _KEPT}, query=query, size=PAGE, sort=[{"_shard_doc": "asc"}],
                    search_after=after, source=False, track_total_hits=False, allow_partial_search_results=False,
                )  # fmt: skip
                hits, point = answer["hits"]["hits"], answer["pit_id"]
                yield from (hit["_id"] for hit in hits)
                if len(hits) < PAGE:
                    return
                after = hits[-1]["sort"]
        finally:
            with suppress(ApiError, TransportError):  # it ends by itself too
                self._client.close_point_in_time(id=point)

    def _of_days(self, days: Sequence[str]) -> dict[str, Any]:
        return {"terms": {"day": list(map(noon, days))}}

    def _version(self) -> int:
        """Of what is read from the record from now on: a later count stands over an earlier one, in milliseconds."""
        return int(self._clock.now().timestamp() * 1000)

    def _count(self, row: DailyCount) -> tuple[str, dict[str, Any]]:
        body: dict[str, Any] = {
            "desk": row.desk, "desk_name": self._names.desk(row.desk), "day": noon(row.day), "cut": row.cut,
            "articles": row.articles,
        }  # fmt: skip
        if row.place:
            body |= {"place": row.place, "place_name": self._names.place(row.place)}
        if row.topic:
            known = TOPIC_BY_ID.get(row.topic)
            body |= {"topic": row.topic, "topic_name": known.vi if known else row.topic}
        if row.tone:
            body |= {"tone": row.tone, "tone_name": t(f"tone.{row.tone}")}
        return "|".join((row.day, row.cut, row.place, row.topic, row.tone)), body

    def _reading(self, row: DailyReading) -> tuple[str, dict[str, Any]]:
        body: dict[str, Any] = {
            "day": noon(row.day), "cut": "desk" if row.desk else "publisher", "publisher": row.publisher,
            "publisher_name": self._names.publisher(row.publisher), "read": row.read, "kept": row.kept,
            "health": row.health, "health_name": t(f"source_status.{row.health}"),
        }  # fmt: skip
        if row.desk:
            body |= {"desk": row.desk, "desk_name": self._names.desk(row.desk)}
        else:
            body |= {"found": row.found, "failed": row.failed}
        return "|".join((row.day, row.publisher, row.desk)), body


_SUM: Final = {"sum": {"field": "articles"}}


def noon(day: str) -> str:
    """A Vietnamese day as a moment: its noon, which is the same day in nearly every viewer's own time zone."""
    return f"{day}T12:00:00+07:00"


def _day(moment: str) -> str:
    return local_day(datetime.fromisoformat(moment)).isoformat()


def _parts(days: Sequence[str]) -> Iterable[Sequence[str]]:
    return (days[start : start + _AT_ONCE] for start in range(0, len(days), _AT_ONCE))
