"""A ledger of the crawl in memory, with the same promises as the record's but for surviving the process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.records import Endpoint, Entry, Looked, PendingPage, PollState
from core.urls import article_id, host_of


@dataclass
class MemoryLedger:
    """CrawlLedger and CrawlNotes. What became of pages stands in `outcome` and `reasons`, in order in `log`."""

    states: dict[str, PollState] = field(default_factory=dict)
    queue: dict[str, PendingPage] = field(default_factory=dict)
    outcome: dict[str, str] = field(default_factory=dict)  # article id -> stopped, kept, failed, same
    reasons: Counter[str] = field(default_factory=Counter)
    log: list[tuple[str, str, str]] = field(default_factory=list)  # (call, page id, reason)
    guids: set[tuple[str, str]] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    reserved: dict[str, bool] = field(default_factory=dict)
    notes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    again: dict[str, PendingPage] = field(default_factory=dict)  # page id -> kept article to be looked at from `due` on
    seen: list[tuple[str, Looked]] = field(default_factory=list)  # (page id, look) that brought no page

    def poll_states(self, endpoints: Sequence[Endpoint]) -> dict[str, PollState]:
        return {e.url: self.states.get(e.url) or PollState(endpoint=e) for e in endpoints}

    def save_poll(self, state: PollState, entries: Iterable[Entry], at: datetime) -> int:
        self.states[state.endpoint.url] = state
        return sum(self._find(entry, at) for entry in entries)

    def _find(self, entry: Entry, at: datetime) -> bool:
        key = article_id(entry.url)
        guid = (entry.source, entry.guid)
        if key in self.known or (entry.guid and guid in self.guids):
            return False
        self.known.add(key)
        self.guids.add(guid)
        self.queue[key] = PendingPage(id=key, entry=entry, found_at=at)
        return True

    def pending(self, at: datetime, limit: int, exclude_hosts: Sequence[str] = ()) -> list[PendingPage]:
        lanes: dict[str, list[PendingPage]] = {}
        for page in self.queue.values():
            host = host_of(page.entry.url)
            if host not in exclude_hosts and (page.due is None or page.due <= at):
                lanes.setdefault(host, []).append(page)
        found: list[PendingPage] = []
        while lanes and len(found) < limit:
            for host in list(lanes):
                found.append(lanes[host].pop(0))
                if not lanes[host]:
                    del lanes[host]
        return found[:limit]

    def is_read(self, article_id: str) -> bool:
        return self.outcome.get(article_id) in {"stopped", "kept", "same"}

    def page_stopped(self, page: PendingPage, article_id: str, title: str, at: datetime) -> None:
        self._end(page, "stopped")
        self.outcome[article_id] = "stopped"
        self.titles[article_id] = title

    def page_kept(self, page: PendingPage) -> None:
        """What Store.save does to the ledger."""
        self._end(page, "kept")

    def page_failed(
        self,
        page: PendingPage,
        reason: str,
        at: datetime,
        *,
        retry_at: datetime | None,
        article_id: str | None = None,
    ) -> None:
        if retry_at is not None:
            held = self.queue[page.id]
            self.queue[page.id] = replace(held, attempts=held.attempts + 1, due=retry_at)
            self.log.append(("later", page.id, reason))
            return
        self.reasons[reason] += 1
        self._end(page, "failed", reason)

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

    def stopped_since(self, since: datetime) -> list[PendingPage]:
        return []

    def reread(self, pages: Sequence[PendingPage], at: datetime) -> int:
        for page in pages:
            self.queue[page.id] = page
        return len(pages)

    def note(self, key: str, at: datetime) -> str | None:
        text, until = self.notes.get(key, ("", at - timedelta(seconds=1)))
        return text if until > at else None

    def keep_note(self, key: str, text: str, until: datetime) -> None:
        self.notes[key] = (text, until)

    def _end(self, page: PendingPage, how: str, reason: str = "") -> None:
        assert page.id in self.queue, f"{page.entry.url} was read twice"
        del self.queue[page.id]
        self.outcome[page.id] = how
        self.log.append((how, page.id, reason))
