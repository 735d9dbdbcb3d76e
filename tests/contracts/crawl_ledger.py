"""What every CrawlLedger does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pytest

from core.ports import CrawlLedger, CrawlNotes
from core.records import EndpointStatus, Entry, PendingPage, PollState, Published
from core.urls import article_id
from tests.fakes.records import NOON, make_endpoint, make_entry, make_page, make_state

HOUR = timedelta(hours=1)


def listed(ledger: CrawlLedger, entries: Iterable[Entry], at: datetime = NOON) -> int:
    """Poll the entries' source and save what it found."""
    entries = list(entries)
    endpoint = make_endpoint(entries[0].source)
    return ledger.save_poll(make_state(endpoint, last_poll=at, last_success=at), entries, at)


def urls(pages: Sequence[PendingPage]) -> list[str]:
    return [page.entry.url for page in pages]


class CrawlLedgerContract:
    """Subclass with a fixture `ledger` that gives an empty one."""

    # --- endpoints

    def test_an_endpoint_never_asked_is_due_at_once(self, ledger: CrawlLedger) -> None:
        endpoint = make_endpoint()
        assert ledger.poll_states([endpoint]) == {endpoint.url: PollState(endpoint=endpoint)}

    def test_a_state_comes_back_as_it_was_saved(self, ledger: CrawlLedger) -> None:
        state = PollState(
            endpoint=make_endpoint(),
            status=EndpointStatus.BLOCKED,
            reason="captcha",
            etag='W/"a1"',
            last_modified="Tue, 10 Mar 2026 05:00:00 GMT",
            next_poll=NOON + HOUR,
            interval=timedelta(minutes=17, microseconds=3),
            last_poll=NOON,
            last_success=NOON - HOUR,
            last_full=NOON - 2 * HOUR,
            last_new=NOON - 3 * HOUR,
            failures=2,
            moved_to="https://bao-moi.vn/rss",
            link_shape='{"digits": 6}',
        )
        ledger.save_poll(state, [], NOON)
        assert ledger.poll_states([state.endpoint]) == {state.endpoint.url: state}

    # --- what is new

    def test_each_new_entry_becomes_pending_once(self, ledger: CrawlLedger) -> None:
        entry = make_entry(title="Cầu mới", lead="Sáng nay.", guid="g1")
        assert listed(ledger, [entry]) == 1
        assert listed(ledger, [entry], NOON + HOUR) == 0
        (page,) = ledger.pending(NOON, 10)
        assert page == PendingPage(id=article_id(entry.url), entry=entry, found_at=NOON)

    def test_an_entry_keeps_its_publication_time(self, ledger: CrawlLedger) -> None:
        published = Published(at=NOON - HOUR, provenance="feed", zone_stated=False, doubtful=True)
        listed(ledger, [make_entry(published=published)])
        assert ledger.pending(NOON, 1)[0].entry.published == published

    @pytest.mark.parametrize(
        "other",
        [
            "http://bao_mau.vn/tin-1.html",
            "https://www.bao_mau.vn/tin-1.html",
            "https://m.bao_mau.vn/tin-1.html",
            "https://bao_mau.vn/tin-1.html?utm_source=rss&fbclid=x",
            "https://bao_mau.vn/tin-1.html#binh-luan",
        ],
    )
    def test_the_forms_of_one_address_are_one_page(self, ledger: CrawlLedger, other: str) -> None:
        assert listed(ledger, [make_entry("tin-1.html"), make_entry(other)]) == 1
        assert listed(ledger, [make_entry(other)]) == 0

    def test_two_items_with_one_guid_are_one_page(self, ledger: CrawlLedger) -> None:
        assert listed(ledger, [make_entry("a.html", guid="7"), make_entry("b.html", guid="7")]) == 1
        assert listed(ledger, [make_entry("c.html", guid="7")]) == 0
        assert len(ledger.pending(NOON, 10)) == 1

    def test_a_link_put_right_under_the_same_guid_is_read(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry("a.html", guid="7")])
        (wrong,) = ledger.pending(NOON, 1)
        ledger.page_failed(wrong, "http-404", NOON, retry_at=None)
        assert listed(ledger, [make_entry("b.html", guid="7")]) == 1
        assert urls(ledger.pending(NOON, 10)) == ["https://bao_mau.vn/b.html"]
        assert listed(ledger, [make_entry("c.html", guid="7")]) == 0

    def test_a_guid_is_the_sources_own(self, ledger: CrawlLedger) -> None:
        assert listed(ledger, [make_entry("a.html", guid="7")]) == 1
        assert listed(ledger, [make_entry("b.html", "bao_khac", guid="7")]) == 1

    def test_a_guid_that_changes_each_poll_makes_nothing_new(self, ledger: CrawlLedger) -> None:
        assert listed(ledger, [make_entry(guid="1")]) == 1
        assert listed(ledger, [make_entry(guid="2")]) == 0
        assert listed(ledger, [make_entry(guid="3")]) == 0

    def test_a_guid_that_all_items_share_is_none(self, ledger: CrawlLedger) -> None:
        assert listed(ledger, [make_entry(f"{i}.html", guid="https://bao_mau.vn/") for i in range(5)]) == 5

    def test_an_entry_that_is_no_web_address_is_left_out(self, ledger: CrawlLedger) -> None:
        assert listed(ledger, [make_entry("javascript://x/%0aalert(1)"), make_entry("ok.html")]) == 1

    # --- pages that wait

    def test_pages_come_oldest_first_and_spread_over_hosts(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry(f"a{i}.html", "bao_a") for i in range(3)])
        listed(ledger, [make_entry(f"b{i}.html", "bao_b") for i in range(3)], NOON + HOUR)
        pages = ledger.pending(NOON + HOUR, 4)
        assert {page.entry.source for page in pages[:2]} == {"bao_a", "bao_b"}
        assert [u for u in urls(pages) if "bao_a" in u] == ["https://bao_a.vn/a0.html", "https://bao_a.vn/a1.html"]

    def test_one_hosts_pages_fill_what_the_others_leave(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry(f"a{i}.html", "bao_a") for i in range(20)])
        listed(ledger, [make_entry("b.html", "bao_b")])
        assert len(ledger.pending(NOON, 10)) == 10
        assert len(ledger.pending(NOON, 100)) == 21

    def test_excluded_hosts_wait(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry("a.html", "bao_a")])
        listed(ledger, [make_entry("b.html", "bao_b")])
        assert urls(ledger.pending(NOON, 10, ["bao_a.vn"])) == ["https://bao_b.vn/b.html"]

    def test_nothing_is_asked_for_with_a_limit_of_zero(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry()])
        assert ledger.pending(NOON, 0) == []

    # --- what became of a page

    def test_a_stopped_page_is_read_and_gone(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry()])
        (page,) = ledger.pending(NOON, 1)
        assert not ledger.is_read(page.id)
        ledger.page_stopped(page, page.id, "Tin", NOON)
        assert ledger.is_read(page.id)
        assert ledger.pending(NOON, 1) == []
        assert listed(ledger, [make_entry()]) == 0

    def test_a_page_is_known_by_the_identity_it_turned_out_to_have(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry("r/1")])
        (page,) = ledger.pending(NOON, 1)
        identity = article_id("https://bao_mau.vn/tin-1.html")
        ledger.page_stopped(page, identity, "Tin", NOON)
        assert ledger.is_read(identity)
        assert listed(ledger, [make_entry("tin-1.html")]) == 0

    def test_a_page_that_waits_under_a_stopped_identity_is_not_read(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry("r/1"), make_entry("tin-1.html")])
        page = next(p for p in ledger.pending(NOON, 2) if p.entry.url.endswith("r/1"))
        ledger.page_stopped(page, article_id("https://bao_mau.vn/tin-1.html"), "Tin", NOON)
        assert ledger.pending(NOON, 10) == []

    def test_a_page_that_is_the_same_as_another_is_over(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry("a.html"), make_entry("b.html")])
        first, second = ledger.pending(NOON, 2)
        ledger.page_stopped(first, first.id, "Tin", NOON)
        ledger.page_same(second, first.id, NOON)
        assert ledger.pending(NOON, 10) == []

    def test_a_failed_page_comes_back_after_its_delay(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry()])
        (page,) = ledger.pending(NOON, 1)
        ledger.page_failed(page, "timeout", NOON, retry_at=NOON + HOUR)
        assert ledger.pending(NOON + HOUR - timedelta(seconds=1), 1) == []
        (again,) = ledger.pending(NOON + HOUR, 1)
        assert (again.attempts, again.due) == (1, NOON + HOUR)
        assert not ledger.is_read(page.id)

    def test_what_was_found_or_put_off_while_the_clock_was_ahead_is_read_now(self, ledger: CrawlLedger) -> None:
        year = timedelta(days=365)
        listed(ledger, [make_entry("1.html")])
        (page,) = ledger.pending(NOON, 1)
        ledger.page_failed(page, "timeout", NOON + year, retry_at=NOON + year + HOUR)
        listed(ledger, [make_entry("2.html")], NOON + 7 * HOUR)
        assert len(ledger.pending(NOON, 9)) == 2

    def test_a_page_that_failed_for_good_is_over_but_not_read(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry()])
        (page,) = ledger.pending(NOON, 1)
        ledger.page_failed(page, "no-body", NOON, retry_at=None)
        assert ledger.pending(NOON + 100 * HOUR, 1) == []
        assert not ledger.is_read(page.id)
        assert listed(ledger, [make_entry()]) == 0

    # --- once more

    def test_what_was_stopped_can_be_read_once_more(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry("a.html"), make_entry("b.html")])
        for page in ledger.pending(NOON, 2):
            ledger.page_stopped(page, page.id, "Tiêu đề", NOON if page.entry.url.endswith("a.html") else NOON + HOUR)
        stopped = ledger.stopped_since(NOON + timedelta(minutes=1))
        assert [(p.entry.url, p.entry.title) for p in stopped] == [("https://bao_mau.vn/b.html", "Tiêu đề")]
        assert ledger.reread(stopped, NOON + 2 * HOUR) == 1
        assert ledger.reread(stopped, NOON + 2 * HOUR) == 0
        assert urls(ledger.pending(NOON + 2 * HOUR, 10)) == ["https://bao_mau.vn/b.html"]
        assert ledger.stopped_since(NOON + timedelta(minutes=1)) == []

    def test_an_outcome_told_twice_is_one(self, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry()])
        (page,) = ledger.pending(NOON, 1)
        ledger.page_stopped(page, page.id, "Tin", NOON)
        ledger.page_stopped(page, page.id, "Tin", NOON + HOUR)
        assert len(ledger.stopped_since(NOON - HOUR)) == 1

    def test_a_page_that_was_never_listed_can_be_told_of(self, ledger: CrawlLedger) -> None:
        page = make_page("dan-tay.html")
        ledger.page_stopped(page, page.id, "Tin", NOON)
        assert ledger.is_read(page.id)


class CrawlNotesContract:
    """Subclass with a fixture `notes` that gives an empty keeper."""

    def test_a_note_holds_until_its_time(self, notes: CrawlNotes) -> None:
        assert notes.note("robots:bao_mau.vn", NOON) is None
        notes.keep_note("robots:bao_mau.vn", "User-agent: *", NOON + HOUR)
        assert notes.note("robots:bao_mau.vn", NOON + HOUR - timedelta(seconds=1)) == "User-agent: *"
        assert notes.note("robots:bao_mau.vn", NOON + HOUR) is None

    def test_a_note_of_a_clock_that_was_ahead_is_none(self, notes: CrawlNotes) -> None:
        notes.keep_note("robots:bao_mau.vn", "User-agent: *", NOON + timedelta(days=366))
        assert notes.note("robots:bao_mau.vn", NOON) is None

    def test_a_note_may_be_kept_for_a_month(self, notes: CrawlNotes) -> None:
        notes.keep_note("wishes:https://bao_mau.vn/rss", "[10080, [], []]", NOON + timedelta(days=30))
        assert notes.note("wishes:https://bao_mau.vn/rss", NOON) == "[10080, [], []]"

    def test_a_note_takes_the_place_of_the_one_before(self, notes: CrawlNotes) -> None:
        notes.keep_note("k", "a", NOON + HOUR)
        notes.keep_note("k", "b", NOON + 2 * HOUR)
        assert notes.note("k", NOON + HOUR) == "b"
