"""Feeds the engine from the record's change log, so that it holds what the record holds.

A cursor says how far the log was taken. It moves only after the engine has answered for every line, and only from where
they were read: indices that were built anew meanwhile have not got them. Documents carry the log's line as their
external version, so that what is sent twice, or late, changes nothing. One that the engine refuses is listed and stops
nobody; too large a request is halved; an engine that is away is tried again later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Final

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError

from core.clock import Clock
from core.errors import StoreError
from core.records import Change, IndexDocument, NotIndexed
from store.elastic import layout
from store.elastic.client import BLOCK, BLOCKED, EngineAway, EngineRefuses, login_refused, reason_of, told
from store.elastic.record import RecordSide

READER: Final = "elastic"
LINES: Final = 1_000
BYTES: Final = 8_000_000
"""Of one bulk request; a single larger document goes by itself."""
NEAR: Final = 2_000
"""Lines of the log; with more to take (a first filling, a long time away) the record answers for the engine."""
_AGAIN: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What a round of feeding did."""

    lines: int = 0
    indexed: int = 0
    removed: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One line of a bulk request and, for an index action, its document."""

    article: str
    head: Mapping[str, Any]
    body: Mapping[str, Any] | None = None

    @property
    def index(self) -> str:
        """Where it is to be done."""
        (target,) = self.head.values()
        return str(target["_index"])

    @property
    def size(self) -> int:
        """Bytes that it takes, near enough."""
        return 300 + (sum(map(len, self.body["words"])) * 5 // 4 if self.body and "words" in self.body else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the engine made of actions: articles that it refused, with the reason, and those that it took out."""

    refused: Mapping[str, str] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()

    def __or__(self, other: Sent) -> Sent:
        return Sent(refused={**self.refused, **other.refused}, removed=self.removed | other.removed)


class Feed:
    """Takes lines of the change log to the engine."""

    def __init__(self, client: Elasticsearch, alias: str, record: RecordSide, clock: Clock) -> None:
        self._client, self._alias, self._record, self._clock = client, alias, record, clock

    def once(self) -> Fed:
        """Take at most LINES lines. Raises EngineAway (nothing is lost: the next call begins where this one did)."""
        cursor = self._record.cursor(READER)
        changes = [] if cursor.seq < 0 else self._record.since(cursor.seq, LINES)  # to be built anew, not fed
        if not changes:
            return Fed()
        try:
            done = self._take(changes)
        except EngineAway:
            self._record.note_away(READER, self._clock.now())
            raise
        self._record.acknowledge(cursor, changes[-1].seq)  # in vain where another has set it back: it is read again
        self._record.note_away(READER, None)
        return done

    def lost(self) -> bool:
        """Whether the log can't bring the engine up to the record: a restore, or a log that no longer goes so far back.

        It has to be built anew (store.elastic.upkeep).
        """
        position = self._record.position(READER)
        return position < 0 or position < self._record.first() - 1

    def near(self) -> bool:
        """Whether the engine lacks little enough of the record to be asked instead of it."""
        return not self.lost() and self._record.last() - self._record.position(READER) <= NEAR

    def all(self) -> Fed:
        """Until nothing is left."""
        sums = Fed()
        while (done := self.once()).lines:
            sums = Fed(
                lines=sums.lines + done.lines, indexed=sums.indexed + done.indexed,
                removed=sums.removed + done.removed, refused=sums.refused + done.refused,
            )  # fmt: skip
        return sums

    def _take(self, changes: Sequence[Change]) -> Fed:
        versions = {change.article: change.seq for change in changes}  # the last line of each counts
        documents = self._record.documents(list(versions))
        live = self._live()
        gone = [article for article in versions if article not in documents]
        actions = [indexing(self._index(live, document), document, versions[a]) for a, document in documents.items()]
        self._begin_months(live, {action.index for action in actions} - live)
        actions += self._removals(gone, versions)
        sent = send(self._client, actions)
        refused = sent.refused
        self._record.taken([a.article for a in actions if a.article not in refused])
        self._record.refuse([NotIndexed(article=a, reason=why, at=self._clock.now()) for a, why in refused.items()])
        return Fed(
            lines=len(changes), indexed=len(documents) - len(refused.keys() & documents.keys()),
            removed=len(sent.removed), refused=len(refused),
        )  # fmt: skip

    def _removals(self, gone: Sequence[str], versions: Mapping[str, int]) -> list[Action]:
        """Where the engine holds them: their month is not known any more.

        What a part of the engine that is away or closed may hold has to be waited for: nobody asks for it again.
        """
        if not gone:
            return []
        found: list[Action] = []
        with told():
            refresh(self._client, self._alias)
            for start in range(0, len(gone), 500):
                answer = self._client.search(
                    index=self._alias, query={"terms": {"article": list(gone[start : start + 500])}}, size=10_000,
                    source={"includes": ["article"]}, allow_partial_search_results=False,
                )  # fmt: skip
                found += [removal(hit["_index"], hit["_id"], versions[hit["_id"]]) for hit in answer["hits"]["hits"]]
        return found

    def _live(self) -> frozenset[str]:
        """The indices behind the alias. Raises EngineRefuses without any: what they held is not in the log any more."""
        with told():
            try:
                return frozenset(self._client.indices.get_alias(name=self._alias))
            except NotFoundError:
                pass
        raise EngineRefuses(f"Elasticsearch: no index has the alias {self._alias}; fill it: diembao index rebuild")

    def _begin_months(self, live: frozenset[str], months: Set[str]) -> None:
        """Make indices and put them behind the alias, if `live` still stands there, in one step of the engine.

        A rebuild may have switched since: a month of the generation before would be found beside the new one's.
        """
        if not months:
            return
        generation = layout.newest(live)
        stands = min(index for index in live if layout.generation_of(index) == generation)
        with told():
            made = [index for index in sorted(months) if make(self._client, index)]
            adding = [{"add": {"index": index, "alias": self._alias}} for index in (stands, *sorted(months))]
            try:
                self._client.indices.update_aliases(actions=adding)
            except NotFoundError:
                for index in made:
                    self._client.indices.delete(index=index, ignore_unavailable=True)
                raise EngineAway("Elasticsearch: its indices were switched meanwhile") from None

    def _index(self, live: frozenset[str], document: IndexDocument) -> str:
        """Where a document belongs: its month, which the first one makes, or what is left of that month."""
        generation, month = layout.newest(live) or 1, layout.month_of(document.published)
        titles = layout.index_name(self._alias, generation, month, titles=True)
        return titles if titles in live else layout.index_name(self._alias, generation, month)


def indexing(index: str, document: IndexDocument, version: int) -> Action:
    """Write a document, into an index that is there: no month comes into being by itself (index_config)."""
    head = {"_index": index, "_id": document.article, "version": version, "version_type": "external_gte"}
    return Action(article=document.article, head={"index": head}, body=layout.source_of(document))


def removal(index: str, article: str, version: int) -> Action:
    """Take a document out."""
    head = {"_index": index, "_id": article, "version": version, "version_type": "external_gte"}
    return Action(article=article, head={"delete": head})


def make(client: Elasticsearch, index: str, **settings: object) -> bool:
    """Make an index after the template, behind no alias; False where it is there. For a body of `told`."""
    try:
        client.indices.create(index=index, settings=settings or None)
    except BadRequestError as error:
        if reason_of(error) != "resource_already_exists_exception":
            raise
        return False
    return True


def refresh(client: Elasticsearch, index: str) -> None:
    """Have all that was written found by the next search. Raises EngineAway where a part is away."""
    if client.cluster.health(index=index)["status"] == "red":  # to refresh would wait a minute for that part
        raise EngineAway("Elasticsearch: a part of it is away (red), which may hold what is to go")
    if client.indices.refresh(index=index)["_shards"]["failed"]:
        raise EngineAway("Elasticsearch: not all that was written can be looked through yet")


def send(client: Elasticsearch, actions: Sequence[Action]) -> Sent:
    """Send actions in requests of a bearable size. Raises EngineAway where any has to be tried again."""
    sent = Sent()
    for group in _groups(actions):
        sent |= _send_group(client, group)
    return sent


def _send_group(client: Elasticsearch, actions: Sequence[Action]) -> Sent:
    lines = [line for action in actions for line in (action.head, action.body) if line is not None]
    try:
        with told():
            answer = client.bulk(operations=lines)
    except StoreError as error:
        cause = error.__context__
        if not isinstance(cause, ApiError) or cause.status_code != 413:
            raise
        if len(actions) == 1:
            return Sent(refused={actions[0].article: "too large for the engine (HTTP 413)"})
        half = len(actions) // 2
        return _send_group(client, actions[:half]) | _send_group(client, actions[half:])
    return _outcome(actions, answer["items"])


def _outcome(actions: Sequence[Action], items: Sequence[Mapping[str, Any]]) -> Sent:
    refused: dict[str, str] = {}
    removed: set[str] = set()
    for action, item in zip(actions, items, strict=True):
        ((kind, result),) = item.items()
        status, why = int(result["status"]), str(result.get("error", {}).get("type", ""))
        if status < 400:
            removed |= {action.article} if kind == "delete" else set()
        elif status != 409 and (status, kind) != (404, "delete"):  # a newer one is there; gone already
            _check(action.index, status, why, removal=kind == "delete")
            refused[action.article] = f"{why} (HTTP {status})"
    return Sent(refused=refused, removed=frozenset(removed))


def _check(index: str, status: int, why: str, *, removal: bool) -> None:
    """Raises EngineAway or EngineRefuses where more is the matter than one document.

    A removal that is passed over would leave in the engine what was erased.
    """
    if why == BLOCKED and status != 503:
        raise EngineAway(f"Elasticsearch: {BLOCK} (HTTP {status})")
    if status in _AGAIN:
        raise EngineAway(f"Elasticsearch: too busy for a document (HTTP {status})")
    if status in (401, 403):
        raise login_refused(status)
    if status == 404:
        raise EngineRefuses(f"Elasticsearch: {index} is not there any more; if this stays: diembao index rebuild")
    if why == "index_closed_exception":
        raise EngineRefuses(f"Elasticsearch: {index} is closed; open it, or diembao index rebuild")
    if removal:
        raise EngineRefuses(f"Elasticsearch: {index} gives nothing out of it: {why} (HTTP {status})")


def _groups(actions: Iterable[Action]) -> Iterable[list[Action]]:
    group: list[Action] = []
    size = 0
    for action in actions:
        if group and size + action.size > BYTES:
            yield group
            group, size = [], 0
        group.append(action)
        size += action.size
    if group:
        yield group
