"""A ledger of the crawl in memory, with the same promises as the record's but for surviving the process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.clock import AHEAD
from core.errors import AddressRefused
from core.records import Endpoint, Entry, Looked, PendingPage, PollState
from core.urls import article_id, host_of
from store.sqlite.ledger import LONGEST_NOTE, LONGEST_WAIT

_READ = frozenset({"stopped", "kept", "same"})
_SHARED = 3
"""A guid that so many items of one poll bear is no identity."""


@dataclass
class MemoryLedger:
    """CrawlLedger and CrawlNotes. What became of pages stands in `outcome` and `reasons`, in order in `log`.

    An outcome told once more changes nothing, as the contract says, and is noted in `twice`: no crawl tells one so.
    """

    states: dict[str, PollState] = field(default_factory=dict)
    queue: dict[str, PendingPage] = field(default_factory=dict)
    outcome: dict[str, str] = field(default_factory=dict)  # article id -> stopped, kept, failed, same
    reasons: Counter[str] = field(default_factory=Counter)
    log: list[tuple[str, str, str]] = field(default_factory=list)  # (call, page id, reason)
    twice: list[str] = field(default_factory=list)  # addresses
    guids: dict[tuple[str, str], str] = field(default_factory=dict)
    stopped: dict[str, tuple[datetime, PendingPage]] = field(default_factory=dict)
    reserved: dict[str, bool] = field(default_factory=dict)
    notes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    again: dict[str, PendingPage] = field(default_factory=dict)  # page id -> kept article to be looked at from `due` on
    pauses: set[str] = field(default_factory=set)
    seen: list[tuple[str, Looked]] = field(default_factory=list)  # (page id, look) that brought no page

    def poll_states(self, endpoints: Sequence[Endpoint]) -> dict[str, PollState]:
        return {e.url: self.states.get(e.url) or PollState(endpoint=e) for e in endpoints}

    def save_poll(self, state: PollState, entries: Iterable[Entry], at: datetime) -> int:
        self.states[state.endpoint.url] = state
        entries = list(entries)
        shared = Counter((entry.source, entry.guid) for entry in entries)
        return sum(self._find(entry, at, shared[entry.source, entry.guid] < _SHARED) for entry in entries)

    def _find(self, entry: Entry, at: datetime, own_guid: bool) -> bool:
        try:
            key = article_id(entry.url)
        except AddressRefused:
            return False
        guid = (entry.source, entry.guid)
        if key in self.queue or key in self.outcome:
            return False
        twin = self.guids.get(guid) if own_guid and entry.guid else None
        if twin is not None and self.outcome.get(twin) != "failed":
            self.outcome[key] = "same"
            return False
        self.guids[guid] = key
        self.queue[key] = PendingPage(id=key, entry=entry, found_at=at)
        return True

    def pending(self, at: datetime, limit: int, exclude_hosts: Sequence[str] = ()) -> list[PendingPage]:
        lanes: dict[str, list[PendingPage]] = {}
        for page in self.queue.values():
            host = host_of(page.entry.url)
            ahead = page.found_at > at + AHEAD or (page.due is not None and page.due > at + LONGEST_WAIT)
            if host not in exclude_hosts and (page.due is None or page.due <= at or ahead):
                lanes.setdefault(host, []).append(page)
        found: list[PendingPage] = []
        while lanes and len(found) < limit:
            for host in list(lanes):
                found.append(lanes[host].pop(0))
                if not lanes[host]:
                    del lanes[host]
        return found[:limit]

    def is_read(self, article_id: str) -> bool:
        return self.outcome.get(article_id) in _READ

    def page_stopped(self, page: PendingPage, article_id: str, title: str, at: datetime) -> None:
        if not self._end(page, "stopped"):
            return
        self.stopped[page.id] = (at, replace(page, entry=replace(page.entry, title=title or page.entry.title, lead="")))
        self.outcome[article_id] = "stopped"
        if article_id != page.id:
            self.queue.pop(article_id, None)

    def page_failed(self, page: PendingPage, reason: str, at: datetime, *, retry_at: datetime | None) -> None:
        if retry_at is not None:
            held = self.queue[page.id]
            self.queue[page.id] = replace(held, attempts=held.attempts + 1, due=retry_at)
            self.log.append(("later", page.id, reason))
        elif self._end(page, "failed", reason):
            self.reasons[reason] += 1

    def page_same(self, page: PendingPage, article_id: str, at: datetime) -> None:
        self._end(page, "same")

    def set_reserved(self, source: str, reserved: bool, at: datetime) -> None:
        self.reserved[source] = reserved

    def looks(self, at: datetime, limit: int, exclude_hosts: Sequence[str] = ()) -> list[PendingPage]:
        due = [p for p in self.again.values() if p.due is not None and p.due <= at]
        return [p for p in due if host_of(p.entry.url) not in exclude_hosts][:limit]

    def looked(self, page: PendingPage, look: Looked) -> None:
        self.seen.append((page.id, look))
        held = self.again.pop(page.id)
        if look.next_look is not None and held.again is not None:
            missing = (held.again.missing_since or look.at) if look.status in (404, 410) else None
            again = replace(held.again, last_look=look.at, missing_since=missing)
            self.again[page.id] = replace(held, due=look.next_look, again=again)

    def paused(self) -> frozenset[str]:
        return frozenset(self.pauses)

    def stopped_since(self, since: datetime) -> list[PendingPage]:
        return [page for at, page in self.stopped.values() if at >= since]

    def reread(self, pages: Sequence[PendingPage], at: datetime) -> int:
        again = [page for page in pages if page.id not in self.queue]
        for page in again:
            self.queue[page.id] = replace(page, attempts=0, due=at)
            self.stopped.pop(page.id, None)
        return len(again)

    def note(self, key: str, at: datetime) -> str | None:
        text, until = self.notes.get(key, ("", at - timedelta(seconds=1)))
        return text if at < until <= at + LONGEST_NOTE else None

    def keep_note(self, key: str, text: str, until: datetime) -> None:
        self.notes[key] = (text, until)

    def _end(self, page: PendingPage, how: str, reason: str = "") -> bool:
        """Whether this is the page's first end."""
        if self.queue.pop(page.id, None) is None and page.id in self.outcome:
            self.twice.append(page.entry.url)
            return False
        self.outcome[page.id] = how
        self.log.append((how, page.id, reason))
        return True
