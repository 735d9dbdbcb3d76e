"""Setting up, looking at, building anew and dropping the engine's indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from elasticsearch import Elasticsearch, NotFoundError

from core.errors import StoreError
from core.records import IndexStatus
from store.elastic import layout
from store.elastic.client import told
from store.elastic.feed import READER, indexing, send
from store.elastic.record import RecordSide

ARTICLES: Final = "articles.template.json"


class Upkeep:
    """What an operator does with the indices. Everything may be done twice."""

    def __init__(self, client: Elasticsearch, alias: str, record: RecordSide, *, replicas: int = 0) -> None:
        self._client, self._alias, self._record, self._replicas = client, alias, record, replicas

    def set_up(self) -> None:
        """Load the template and make sure that the alias stands. Raises EngineAway and EngineRefuses."""
        body = layout.template(ARTICLES, self._alias, self._replicas)
        body["template"]["aliases"] = {self._alias: {}}
        with told():
            self._client.indices.put_index_template(name=self._alias, **body)
            if not self._client.indices.exists_alias(name=self._alias):
                first = layout.index_name(self._alias, 1, "2000-01")
                self._client.options(ignore_status=400).indices.create(index=first)

    def status(self) -> IndexStatus:
        """How it stands; an engine that is away is an answer too."""
        try:
            with told():
                health = self._client.cluster.health()
                nodes = self._client.nodes.info(metric="_none")
                stats = self._stats()
        except StoreError as error:
            return IndexStatus(reachable=False, reason=str(error), behind=self._behind(), refused=self._refused())
        versions = sorted({node.get("version", "") for node in nodes["nodes"].values()})
        return IndexStatus(
            reachable=True, version=", ".join(filter(None, versions)), state=str(health["status"]),
            months=len(layout.months(stats["indices"])),
            articles=int(stats["_all"]["primaries"].get("docs", {}).get("count", 0)),
            bytes=int(stats["_all"]["total"].get("store", {}).get("size_in_bytes", 0)),
            behind=self._behind(), refused=self._refused(),
        )  # fmt: skip

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        """Write all documents into new indices, then switch; the old ones answer until then and go after it.

        What changes meanwhile is in the log and comes again by the feed. Returns the number of documents.
        """
        self.set_up()
        began = self._record.last()
        old = self._indices()
        self._clear_leftovers(old)
        generation = layout.newest(old) + 1
        done = 0
        self._template_without_alias()
        for batch in self._record.every_document():
            refused = send(self._client, [indexing(self._alias, generation, d, max(1, began)) for d in batch])
            done += len(batch) - len(refused)
            if progress:
                progress(done)
        self._switch(generation, old)
        self._record.rewind(READER, began)
        return done

    def drop_months(self, before: str) -> tuple[str, ...]:
        """Drop whole months whose texts are over ("2024-11": everything older). Returns the indices dropped."""
        over = tuple(index for index in self._indices() if layout.month_in(index) and layout.month_in(index) < before)
        over = tuple(index for index in over if not index.endswith("-2000-01"))
        with told():
            for index in over:
                self._client.indices.delete(index=index, ignore_unavailable=True)
        return over

    def drop(self) -> int:
        """Take all of ours away: indices, alias, template. The record is untouched."""
        found = self._indices(every=True)
        with told():
            for index in found:
                self._client.indices.delete(index=index, ignore_unavailable=True)
            self._client.options(ignore_status=404).indices.delete_index_template(name=self._alias)
        self._record.rewind(READER, 0)
        return len(found)

    def _clear_leftovers(self, live: list[str]) -> None:
        """Indices of a rebuild that was broken off."""
        with told():
            for index in set(self._indices(every=True)) - set(live):
                self._client.indices.delete(index=index, ignore_unavailable=True)

    def _template_without_alias(self) -> None:
        with told():
            body = layout.template(ARTICLES, self._alias, self._replicas)
            self._client.indices.put_index_template(name=self._alias, **body)

    def _switch(self, generation: int, old: list[str]) -> None:
        first = layout.index_name(self._alias, generation, "2000-01")
        with told():
            self._client.options(ignore_status=400).indices.create(index=first)
            self._client.indices.refresh(index=f"{self._alias}-g{generation}-*")
            actions: list[dict[str, Any]] = [
                {"add": {"index": f"{self._alias}-g{generation}-*", "alias": self._alias}},
                *({"remove_index": {"index": index}} for index in old),
            ]
            self._client.indices.update_aliases(actions=actions)
        self.set_up()

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
