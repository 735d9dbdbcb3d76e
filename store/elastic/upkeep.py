"""Setting up, looking at, building anew and dropping the engine's indices."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from elasticsearch import Elasticsearch, NotFoundError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from core.errors import StoreError
from core.records import IndexDocument, IndexStatus
from store.elastic import layout
from store.elastic.client import EngineAway, told
from store.elastic.feed import READER, Action, indexing, make, send
from store.elastic.record import RecordSide

ARTICLES: Final = "articles.template.json"
REFRESH: Final = "1s"
"""What was fed is found so soon after."""
_LOG = logging.getLogger(__name__)
_MERGING: Final = 3600.0  # seconds
_PATIENTLY: Final = retry(
    retry=retry_if_exception_type(EngineAway), stop=stop_after_attempt(6), wait=wait_exponential(max=30), reraise=True
)
NO_MONTH: Final = "2000-01"
"""Of the index that stands behind the alias from the start, so that there is always one to ask."""


class Upkeep:
    """What an operator does with the indices. Everything may be done twice."""

    def __init__(self, client: Elasticsearch, alias: str, record: RecordSide, *, replicas: int = 0) -> None:
        self._client, self._alias, self._record, self._replicas = client, alias, record, replicas

    def set_up(self) -> None:
        """Load the template and make sure that the alias stands. Raises EngineAway and EngineRefuses."""
        body = layout.template(ARTICLES, self._alias, self._replicas)
        with told():
            self._client.indices.put_index_template(name=self._alias, **body)
            self._forget_making()
            if self._client.indices.exists_alias(name=self._alias):
                self._take_older_away()
                return
            first = layout.index_name(self._alias, 1, NO_MONTH)
            make(self._client, first)
            self._client.indices.put_alias(index=first, name=self._alias)

    def _take_older_away(self) -> None:
        """Months of an older generation beside a whole one: earlier templates let a late request make them anew.

        What they hold came into the whole one again; it would be found twice.
        """
        live = self._indices()
        whole = layout.newest(index for index in live if layout.month_in(index) == NO_MONTH)
        if older := [index for index in live if layout.generation_of(index) < whole]:
            _LOG.warning("indices of an older generation taken away", extra={"indices": older})
            self._client.indices.update_aliases(actions=[{"remove_index": {"index": index}} for index in older])

    def _forget_making(self) -> None:
        """A template that earlier versions needed while they built."""
        self._client.options(ignore_status=404).indices.delete_index_template(name=f"{self._alias}-making")

    def status(self) -> IndexStatus:
        """How it stands; an engine that is away is an answer too."""
        try:
            with told():
                health = self._client.cluster.health()
                nodes = self._client.nodes.info(metric="_none")
                stats = self._stats() if self._client.indices.exists_alias(name=self._alias) else None
        except StoreError as error:
            return IndexStatus(reachable=False, reason=str(error), behind=self._behind(), refused=self._refused())
        versions = sorted({node.get("version", "") for node in nodes["nodes"].values()})
        return IndexStatus(
            reachable=True, version=", ".join(filter(None, versions)), state=str(health["status"]),
            reason="" if stats else f"no index has the alias {self._alias} yet",
            months=len(set(layout.months(stats["indices"])) - {NO_MONTH}) if stats else 0,
            articles=int(stats["_all"]["primaries"].get("docs", {}).get("count", 0)) if stats else 0,
            bytes=int(stats["_all"]["total"].get("store", {}).get("size_in_bytes", 0)) if stats else 0,
            behind=self._behind(), refused=self._refused(),
        )  # fmt: skip

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        """Write all documents into new indices, then switch; the old ones answer until then and go after it.

        What changes meanwhile is in the log and comes again by the feed. `progress` is called with each batch and once
        more before the switch; what it raises leaves everything as it was. Returns the number of documents.
        """
        self.set_up()
        began = self._record.last()
        live = self._indices()
        self._clear_leftovers(live)
        generation = layout.newest(live) + 1
        done = self._write_all(generation, began, progress)
        self._finish(generation)
        if progress:
            progress(done)
        self._switch(generation)
        self._record.rewind(READER, began)
        return done

    def _write_all(self, generation: int, version: int, progress: Callable[[int], None] | None) -> int:
        """A batch is made ready while the engine takes the one before."""
        done, waiting, made = 0, None, set[str]()
        with ThreadPoolExecutor(max_workers=1) as sender:
            for batch in self._record.every_document():
                ready = [self._writing(generation, document, version) for document in batch]
                self._make({action.index for action in ready} - made)
                made |= {action.index for action in ready}
                done += waiting.result() if waiting else 0
                waiting = sender.submit(self._sent, ready)
                if progress:
                    progress(done)
            done += waiting.result() if waiting else 0
        return done

    @_PATIENTLY
    def _make(self, indices: Set[str]) -> None:
        """They come behind no alias and are not searched while they are written."""
        with told():
            for index in sorted(indices):
                make(self._client, index, refresh_interval="-1")

    @_PATIENTLY
    def _sent(self, actions: Sequence[Action]) -> int:
        """A rebuild that has taken long is not given up for a busy minute; what is sent twice changes nothing."""
        return len(actions) - len(send(self._client, actions).refused)

    def retire(self, before: str) -> tuple[str, ...]:
        """Drop whole months older than `before` ("2024-11") whose texts the record has let go; returns those indices.

        What the record keeps of them, title and date, stands in a small index that takes a month's place at once.
        """
        over = tuple(index for index in self._indices() if self._is_over(index, before))
        for index in over:
            self._retire(index)
        return over

    def expunge(self) -> int:
        """Rewrite the indices that hold what was deleted or replaced, so that it leaves the disk; returns how many.

        Months that are past become one segment each: a third of the size, and quicker to search. The engine keeps what
        copies of an index may still ask for, half a minute by default: to be repeated.
        """
        with told():
            self._client.indices.refresh(index=self._alias)
            found = self._client.indices.stats(index=self._alias, metric=["docs", "segments"])["indices"]
            now = max(map(layout.month_in, found), default="")
            marked = [index for index, said in found.items() if _has_deleted(said)]
            loose = [index for index, said in found.items() if layout.month_in(index) < now and _is_loose(said)]
            slow = self._client.options(request_timeout=_MERGING).indices
            for index in marked:
                slow.flush(index=index)  # what is only in the log of the engine is not merged
                slow.forcemerge(index=index, only_expunge_deletes=True)
            for index in loose:
                slow.forcemerge(index=index, max_num_segments=1)
        return len(marked)

    def drop(self) -> int:
        """Take all of ours away: indices, alias, template. The record is untouched."""
        found = self._indices(every=True)
        with told():
            for index in found:
                self._client.indices.delete(index=index, ignore_unavailable=True)
            self._client.options(ignore_status=404).indices.delete_index_template(name=self._alias)
            self._forget_making()
        self._record.rewind(READER, 0)
        return len(found)

    def _writing(self, generation: int, document: IndexDocument, version: int, *, titles: bool = False) -> Action:
        index = layout.index_name(self._alias, generation, layout.month_of(document.published), titles=titles)
        return indexing(index, document, max(1, version))

    def _is_over(self, index: str, before: str) -> bool:
        month = layout.month_in(index)
        if not month or month == NO_MONTH or layout.has_titles_only(index):
            return False
        return month < before and not self._record.has_texts(month)

    def _retire(self, index: str) -> None:
        """As a rebuild of that month: written beside it, switched in one step; what changed meanwhile comes again."""
        began, generation, month = self._record.last(), layout.generation_of(index), layout.month_in(index)
        left = layout.index_name(self._alias, generation, month, titles=True)
        switch: list[dict[str, Any]] = [{"remove_index": {"index": index}}]
        with told():
            self._client.indices.delete(index=left, ignore_unavailable=True)  # of one that was broken off
        for batch in self._record.every_document(month):
            self._make({left})
            send(self._client, [self._writing(generation, d, began, titles=True) for d in batch])
        with told():
            if self._client.indices.exists(index=left):
                self._made(left)
                switch.append({"add": {"index": left, "alias": self._alias}})
            self._client.indices.update_aliases(actions=switch)
        self._record.rewind(READER, min(began, self._record.position(READER)))

    def _clear_leftovers(self, live: list[str]) -> None:
        """Indices of a rebuild that was broken off."""
        with told():
            for index in set(self._indices(every=True)) - set(live):
                self._client.indices.delete(index=index, ignore_unavailable=True)

    def _made(self, indices: str) -> None:
        """From here on as the others are; in one segment each, a third of the size and quicker to search."""
        self._client.indices.put_settings(index=indices, settings={"refresh_interval": REFRESH})
        self._client.options(request_timeout=_MERGING).indices.forcemerge(index=indices, max_num_segments=1)
        self._client.indices.refresh(index=indices)

    def _finish(self, generation: int) -> None:
        self._make({layout.index_name(self._alias, generation, NO_MONTH)})
        with told():
            self._made(f"{self._alias}-g{generation}-*")

    def _switch(self, generation: int) -> None:
        """From those that answer now, months that were begun during the rebuild among them."""
        actions: list[dict[str, Any]] = [
            {"add": {"index": f"{self._alias}-g{generation}-*", "alias": self._alias}},
            *({"remove_index": {"index": index}} for index in self._indices()),
        ]
        with told():
            self._client.indices.update_aliases(actions=actions)

    def _indices(self, *, every: bool = False) -> list[str]:
        with told():
            try:
                found = self._client.indices.get(index=f"{self._alias}-g*", features="aliases")
            except NotFoundError:
                return []
        return sorted(index for index, said in found.items() if every or self._alias in said.get("aliases", {}))

    def _stats(self) -> Any:
        return self._client.indices.stats(index=self._alias, metric=["docs", "store"])

    def _behind(self) -> int:
        return self._record.last() - self._record.position(READER)

    def _refused(self) -> int:
        return len(self._record.refused(1000))


def _has_deleted(said: Mapping[str, Any]) -> bool:
    return bool(said["primaries"]["docs"]["deleted"])


def _is_loose(said: Mapping[str, Any]) -> bool:
    return bool(said["primaries"]["segments"]["count"] > 1)
