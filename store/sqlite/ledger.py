"""The crawl's memory: endpoints, pages still to be read, and what became of each page."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Final

from core.clock import AHEAD
from core.errors import AddressRefused
from core.records import Endpoint, EndpointStatus, Entry, Looked, PendingPage, PollState
from core.urls import article_id as id_of
from store.sql import upsert
from store.sqlite import counts, looks, pages
from store.sqlite.articles import withdraw
from store.sqlite.database import Database
from store.sqlite.rows import PAGE_COLUMNS, day_of, load_page, maybe_from_us, maybe_us, to_us

LONGEST_WAIT: Final = timedelta(days=2)
LONGEST_NOTE: Final = timedelta(days=31)
"""No page is put off and nothing is noted for so long: what was, was so while the clock was ahead."""
GUID_URLS: Final = 3
"""A guid that was seen with more addresses than this is no identity (feeds that give every item the same one)."""
_PUT_STATE: Final = upsert(
    "endpoints",
    "url, source, kind, status, reason, etag, last_modified, next_poll, interval, last_poll, last_success, last_full,"
    " last_new, failures, moved_to, link_shape",
    key="url",
)
_SEEN_STEP: Final = timedelta(days=7)
"""How stale `seen_day` may be, so that a poll of known entries hardly writes."""

_GUID: Final = (
    "SELECT g.page, g.urls, p.state FROM guids g LEFT JOIN pages p ON p.id = g.page WHERE g.source = ? AND g.guid = ?"
)


class Ledger:
    """CrawlLedger on SQLite. Every call is one transaction; errors of the database are StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counts = counts.Counts(db)

    # --- endpoints

    def poll_states(self, endpoints: Sequence[Endpoint]) -> dict[str, PollState]:
        """State per endpoint address; a fresh state for one never asked before."""
        states = {endpoint.url: PollState(endpoint=endpoint) for endpoint in endpoints}
        with self._db.read() as con:
            for endpoint in endpoints:
                row = con.execute("SELECT * FROM endpoints WHERE url = ?", (endpoint.url,)).fetchone()
                if row is not None:
                    states[endpoint.url] = _load_state(row, endpoint)
        return states

    def save_poll(self, state: PollState, entries: Iterable[Entry], at: datetime) -> int:
        """Remember a poll and what it found, together. Entries already known by address or guid are not new.

        Returns the number of pages that became pending.
        """
        listed = _identified(entries)
        void = _void_guids(listed)
        with self._db.write() as con:
            row = con.execute("SELECT last_success FROM endpoints WHERE url = ?", (state.endpoint.url,)).fetchone()
            backlog = row is None or row["last_success"] is None
            _save_state(con, state)
            new = sum(
                _list_entry(con, page_id, entry, at, backlog=backlog, use_guid=(entry.source, entry.guid) not in void)
                for page_id, entry in listed.items()
            )
            _save_newest(con, state.endpoint.source, listed.values(), at, fresh=new > 0 and not backlog)
        return new

    def set_reserved(self, source: str, reserved: bool, at: datetime) -> None:
        """Remember whether a source reserves text and data mining."""
        del at
        with self._db.write() as con:
            con.execute(
                "INSERT INTO sources (source, reserved) VALUES (?, ?)"
                " ON CONFLICT (source) DO UPDATE SET reserved = excluded.reserved",
                (source, int(reserved)),
            )

    def forget_endpoints(self, declared: Sequence[Endpoint]) -> int:
        """Drop the state of endpoints that are no longer declared. Returns how many."""
        with self._db.write() as con:
            known = {row["url"] for row in con.execute("SELECT url FROM endpoints")}
            gone = known - {endpoint.url for endpoint in declared}
            con.executemany("DELETE FROM endpoints WHERE url = ?", [(url,) for url in gone])
        return len(gone)

    def note(self, key: str, at: datetime) -> str | None:
        """The text kept under the key, or None where there is none, its time is over, or the clock was ahead then."""
        with self._db.read() as con:
            row = con.execute(
                "SELECT text FROM notes WHERE key = ? AND until > ? AND until <= ?",
                (key, to_us(at), to_us(at + LONGEST_NOTE)),
            ).fetchone()
            return row["text"] if row else None

    def keep_note(self, key: str, text: str, until: datetime) -> None:
        """Keep a text under the key in place of what was there, until then."""
        with self._db.write() as con:
            con.execute(upsert("notes", "key, text, until", key="key"), (key, text, to_us(until)))

    def reserved(self) -> frozenset[str]:
        """The sources that reserve text and data mining."""
        with self._db.read() as con:
            return frozenset(row["source"] for row in con.execute("SELECT source FROM sources WHERE reserved = 1"))

    # --- pages

    def pending(self, at: datetime, limit: int, exclude_hosts: Sequence[str] = ()) -> list[PendingPage]:
        """Pages due to be read, spread over hosts, oldest first within each; a failed one comes after its delay."""
        with self._db.read() as con:
            hosts = [host for host in _pending_hosts(con) if host not in set(exclude_hosts)]
            queues: dict[str, list[sqlite3.Row]] = {host: [] for host in hosts}
            want = limit
            while want > 0 and hosts:
                share = -(-want // len(hosts))
                fuller = []
                for host in hosts:
                    more = _due(con, host, at, share, len(queues[host]))
                    queues[host] += more
                    want -= len(more)
                    if len(more) == share:
                        fuller.append(host)
                hosts = fuller
        rounds = zip_longest(*queues.values())
        return [load_page(row) for turn in rounds for row in turn if row is not None][:limit]

    def is_read(self, article_id: str) -> bool:
        """Whether this identity was already stopped or kept (another address may have led to it)."""
        with self._db.read() as con:
            return pages.is_read(con, article_id)

    def page_stopped(self, page: PendingPage, article_id: str, title: str, at: datetime) -> None:
        """The gate (or the locator) stopped it: counted per source and day; address and title kept 30 days."""
        with self._db.write() as con:
            pages.finish(con, page, "stopped", at, identity=article_id, title=title)

    def page_same(self, page: PendingPage, article_id: str, at: datetime) -> None:
        """It turned out to be an article that was already read under another address."""
        with self._db.write() as con:
            pages.finish(con, page, "same", at, identity=article_id)

    def page_failed(self, page: PendingPage, reason: str, at: datetime, *, retry_at: datetime | None) -> None:
        """It could not be read. With `retry_at` it is tried again; without, it is over and counted by its reason."""
        with self._db.write() as con:
            if retry_at is None:
                pages.finish(con, page, "failed", at, reason=reason)
            else:
                pages.insert(con, page, backlog=False, day=day_of(at))
                con.execute(
                    "UPDATE pages SET not_before = ?, reason = ?, attempts = attempts + 1"
                    " WHERE id = ? AND state = 'pending'",
                    (to_us(retry_at), reason, page.id),
                )

    def looks(self, at: datetime, limit: int, exclude_hosts: Sequence[str] = ()) -> list[PendingPage]:
        """Pages of kept articles that are due to be looked at again, the longest due first."""
        with self._db.read() as con:
            return looks.due(con, at, limit, exclude_hosts)

    def looked(self, page: PendingPage, look: Looked) -> None:
        """Remember a look that brought no page; with `look.withdrawn` the text leaves search at the same time."""
        assert page.again is not None
        with self._db.write() as con:
            looks.note(con, page.again.article, look)
            if look.withdrawn:
                withdraw(con, page.again.article, look.at, page.again.missing_since)

    def paused(self) -> frozenset[str]:
        """Sources that are not read until somebody resumes them."""
        with self._db.read() as con:
            return frozenset(row["source"] for row in con.execute("SELECT source FROM pauses"))

    def stopped_since(self, since: datetime) -> list[PendingPage]:
        """What the gate stopped lately, so that a new desk or place can be filled from it."""
        with self._db.read() as con:
            rows = con.execute(
                f"SELECT {PAGE_COLUMNS} FROM pages WHERE state = 'stopped' AND state <> 'pending' AND url <> ''"  # noqa: S608
                " AND done_at >= ? ORDER BY done_at, n",
                (to_us(since),),
            )
            return [load_page(row) for row in rows]

    def reread(self, pages: Sequence[PendingPage], at: datetime) -> int:
        """Make finished pages pending again: for a new desk, or to see whether a text has changed.

        They keep the day to which they were counted. Returns how many became pending.
        """
        with self._db.write() as con:
            return sum(
                con.execute(
                    "UPDATE pages SET state = 'pending', reason = '', attempts = 0, not_before = ?, backlog = 1"
                    " WHERE id = ? AND state <> 'pending' AND url <> ''",
                    (to_us(at), page.id),
                ).rowcount
                for page in pages
            )

    def batch(self) -> AbstractContextManager[object]:
        """Several calls of this thread as one transaction. Keep it short: other processes wait for it to end."""
        return self._db.write()

    def totals(self, *, source: str | None = None, since: date | None = None) -> dict[str, int]:
        """Outcome (found, stopped, kept, same, failed:<reason>) -> pages; "pending" is what still waits."""
        totals = self._counts.totals(source=source, since=since)
        with self._db.read() as con:
            totals["pending"] = con.execute(
                "SELECT count(*) FROM pages WHERE state = 'pending' AND (:source IS NULL OR source = :source)",
                {"source": source},
            ).fetchone()[0]
        return totals


def _identified(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Article id -> its first entry; an address that no page has is left out."""
    listed: dict[str, Entry] = {}
    for entry in entries:
        try:
            listed.setdefault(id_of(entry.url), entry)
        except AddressRefused:
            continue
    return listed


def _void_guids(listed: dict[str, Entry]) -> set[tuple[str, str]]:
    """Guids that are no identity: none, or the same for many items of one poll."""
    seen = Counter((entry.source, entry.guid) for entry in listed.values())
    return {key for key, n in seen.items() if not key[1] or n >= GUID_URLS}


def _list_entry(
    con: sqlite3.Connection, page_id: str, entry: Entry, at: datetime, *, backlog: bool, use_guid: bool
) -> bool:
    day = day_of(at)
    known = con.execute("SELECT n, seen_day FROM pages WHERE id = ?", (page_id,)).fetchone()
    if known is not None:
        if known["seen_day"] < day_of(at - _SEEN_STEP):
            con.execute("UPDATE pages SET seen_day = ? WHERE n = ?", (day, known["n"]))
        return False
    page = PendingPage(id=page_id, entry=entry, found_at=at)
    if not pages.insert(con, page, backlog=backlog, day=day):
        return False
    row = con.execute("SELECT * FROM pages WHERE id = ?", (page_id,)).fetchone()
    counts.add(con, day_of(pages.own_time(row, at)), entry.source, counts.FOUND)
    twin = _guid_twin(con, page_id, entry) if use_guid else None
    if twin is not None or pages.is_read(con, page_id):
        pages.finish(con, page, "same", at, identity=twin, reason="guid" if twin else "")
        return False
    return True


def _guid_twin(con: sqlite3.Connection, page_id: str, entry: Entry) -> str | None:
    """The page that this source has listed with the same guid, where the guid tells articles apart.

    One that could not be had is no twin: a paper that puts a wrong link right keeps the guid.
    """
    key = (entry.source, hashlib.sha256(entry.guid.encode()).hexdigest()[:20])
    row = con.execute(_GUID, key).fetchone()
    if row is None:
        con.execute("INSERT INTO guids (source, guid, page) VALUES (?, ?, ?)", (*key, page_id))
        return None
    con.execute("UPDATE guids SET urls = urls + 1 WHERE source = ? AND guid = ?", key)
    if row["state"] == "failed":
        con.execute("UPDATE guids SET page = ? WHERE source = ? AND guid = ?", (page_id, *key))
        return None
    return row["page"] if row["urls"] < GUID_URLS else None


def _pending_hosts(con: sqlite3.Connection) -> list[str]:
    """Hosts with pages that wait: one look into the index for each, however many pages there are."""
    rows = con.execute(
        "WITH RECURSIVE h (host) AS (SELECT min(host) FROM pages WHERE state = 'pending' UNION ALL"
        " SELECT (SELECT min(host) FROM pages WHERE state = 'pending' AND host > h.host)"
        " FROM h WHERE h.host IS NOT NULL)"
        " SELECT host FROM h WHERE host IS NOT NULL"
    )
    return [row["host"] for row in rows]


def _due(con: sqlite3.Connection, host: str, at: datetime, limit: int, offset: int) -> list[sqlite3.Row]:
    """Pages of a host that may be read; those found or put off while the clock was ahead too."""
    return con.execute(
        f"SELECT {PAGE_COLUMNS} FROM pages WHERE state = 'pending' AND host = ?"  # noqa: S608
        " AND (not_before <= ? OR not_before > ? OR found_at > ?) AND source NOT IN (SELECT source FROM pauses)"
        " ORDER BY found_at, n LIMIT ? OFFSET ?",
        (host, to_us(at), to_us(at + LONGEST_WAIT), to_us(at + AHEAD), limit, offset),
    ).fetchall()


def _save_state(con: sqlite3.Connection, s: PollState) -> None:
    con.execute(
        _PUT_STATE,
        (
            s.endpoint.url, s.endpoint.source, s.endpoint.kind, s.status.value, s.reason, s.etag, s.last_modified,
            maybe_us(s.next_poll), s.interval // timedelta(microseconds=1), maybe_us(s.last_poll),
            maybe_us(s.last_success), maybe_us(s.last_full), maybe_us(s.last_new), s.failures, s.moved_to, s.link_shape,
        ),
    )  # fmt: skip


def _load_state(row: sqlite3.Row, endpoint: Endpoint) -> PollState:
    return PollState(
        endpoint=endpoint,
        status=EndpointStatus(row["status"]),
        reason=row["reason"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        next_poll=maybe_from_us(row["next_poll"]),
        interval=timedelta(microseconds=row["interval"]),
        last_poll=maybe_from_us(row["last_poll"]),
        last_success=maybe_from_us(row["last_success"]),
        last_full=maybe_from_us(row["last_full"]),
        last_new=maybe_from_us(row["last_new"]),
        failures=row["failures"],
        moved_to=row["moved_to"],
        link_shape=row["link_shape"],
    )


def _save_newest(con: sqlite3.Connection, source: str, entries: Iterable[Entry], at: datetime, *, fresh: bool) -> None:
    """When the source last had something new: now where an entry was `fresh`, else what the entries say. What is known
    from beyond `at` was noted while the clock was ahead, and would hide a silence until then.
    """
    times = [min(at, e.published.at) for e in entries if e.published is not None and not e.published.doubtful]
    times += [at] if fresh else []
    if not times:
        return
    con.execute(
        "INSERT INTO sources (source, newest_at) VALUES (:source, :newest) ON CONFLICT (source) DO UPDATE"
        " SET newest_at = CASE WHEN sources.newest_at > excluded.newest_at AND sources.newest_at <= :most"
        " THEN sources.newest_at ELSE excluded.newest_at END",
        {"source": source, "newest": to_us(max(times)), "most": to_us(at + AHEAD)},
    )
