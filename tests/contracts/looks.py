"""What every ledger does with looks at kept articles."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.ports import CrawlLedger, ReadingRoom, SearchIndex, Store
from core.records import Looked
from tests.contracts.crawl_ledger import listed
from tests.fakes.records import NOON, make_article, make_entry, make_tagged

HOUR = timedelta(hours=1)
ARTICLE = make_article().id


def look(at: datetime = NOON, status: int = 200, after: timedelta | None = HOUR, **over: object) -> Looked:
    return Looked(at=at, status=status, next_look=None if after is None else at + after, **over)  # type: ignore[arg-type]


def keep(store: Store, ledger: CrawlLedger, seen: Looked) -> None:
    """Read and keep one article under another address than its own."""
    listed(ledger, [make_entry("r/1")])
    (page,) = ledger.pending(NOON, 1)
    store.save(make_tagged(), page, look=seen)


class LooksContract:
    """Subclass with fixtures `store`, `ledger`, `reading` and `index` on one empty record."""

    def test_a_kept_article_is_due_at_its_next_look(self, store: Store, ledger: CrawlLedger) -> None:
        keep(store, ledger, look(etag='"a"', last_modified="Tue, 10 Mar 2026 05:00:00 GMT"))
        assert ledger.looks(NOON + HOUR - timedelta(seconds=1), 10) == []
        (page,) = ledger.looks(NOON + HOUR, 10)
        assert page.again is not None
        assert (page.entry.url, page.again.article) == ("https://bao_mau.vn/r/1", ARTICLE)
        assert (page.again.etag, page.again.last_modified) == ('"a"', "Tue, 10 Mar 2026 05:00:00 GMT")
        assert (page.again.last_look, page.again.changes, page.again.missing_since) == (NOON, 0, None)
        assert page.again.published == make_article().published.at
        assert ledger.looks(NOON + HOUR, 10, ["bao_mau.vn"]) == []
        assert ledger.looks(NOON + HOUR, 0) == []
        assert ledger.pending(NOON + HOUR, 10) == []

    def test_without_a_next_look_there_is_none(self, store: Store, ledger: CrawlLedger) -> None:
        keep(store, ledger, look(after=None))
        assert ledger.looks(NOON + 1000 * HOUR, 10) == []

    def test_a_change_is_looked_after_at_its_own_pace_and_counted_once(
        self, store: Store, ledger: CrawlLedger, reading: ReadingRoom
    ) -> None:
        keep(store, ledger, look())
        before = reading.sources(NOON)
        (page,) = ledger.looks(NOON + HOUR, 1)
        changed = make_tagged(make_article(at=NOON + HOUR, lead="Cầu dài hơn."))
        store.save(changed, page, look=look(NOON + HOUR, next_if_changed=NOON + 2 * HOUR, after=3 * HOUR))
        (page,) = ledger.looks(NOON + 2 * HOUR, 1)
        assert page.again is not None
        assert page.again.changes == 1
        store.save(changed, page, look=look(NOON + 2 * HOUR, next_if_changed=NOON + 3 * HOUR, after=5 * HOUR))
        assert ledger.looks(NOON + 6 * HOUR, 1) == []
        assert [(s.read_7d, s.kept_7d) for s in reading.sources(NOON)] == [(s.read_7d, s.kept_7d) for s in before]

    def test_missing_begins_with_the_first_look_and_ends_with_a_page(self, store: Store, ledger: CrawlLedger) -> None:
        keep(store, ledger, look())
        for hour, status, since in ((1, 404, 1), (2, 500, 1), (3, 410, 1), (4, 304, None), (5, 404, 5)):
            (page,) = ledger.looks(NOON + hour * HOUR, 1)
            ledger.looked(page, look(NOON + hour * HOUR, status))
            (page,) = ledger.looks(NOON + (hour + 1) * HOUR, 1)
            assert page.again is not None
            assert page.again.missing_since == (None if since is None else NOON + since * HOUR)

    def test_what_is_withdrawn_leaves_search_and_keeps_title_and_date(
        self, store: Store, ledger: CrawlLedger, reading: ReadingRoom, index: SearchIndex
    ) -> None:
        keep(store, ledger, look())
        assert index.search("binh_son", "cầu").total == 1
        (page,) = ledger.looks(NOON + HOUR, 1)
        ledger.looked(page, look(NOON + HOUR, 404, after=None, withdrawn=True))
        assert index.search("binh_son", "cầu").total == 0
        read = reading.article("binh_son", ARTICLE)
        assert read is not None
        assert (read.listed.state, read.listed.withdrawn_at) == ("withdrawn", NOON + HOUR)
        assert (read.listed.title, read.listed.lead, read.paragraphs, read.captions) == (
            make_article().title, "", (), (),
        )  # fmt: skip
        (change,) = reading.revisions("binh_son", ARTICLE)
        assert (change.withdrawn, change.after) == (True, None)
        assert change.before is not None

    def test_a_withdrawn_text_that_comes_back_is_there_again(
        self, store: Store, ledger: CrawlLedger, reading: ReadingRoom, index: SearchIndex
    ) -> None:
        keep(store, ledger, look())
        (page,) = ledger.looks(NOON + HOUR, 1)
        ledger.looked(page, look(NOON + HOUR, 404, withdrawn=True))
        (page,) = ledger.looks(NOON + 2 * HOUR, 1)
        store.save(make_tagged(make_article(at=NOON + 2 * HOUR)), page, look=look(NOON + 2 * HOUR))
        (listed,) = [view.of_day[0] for view in reading.stories("binh_son", NOON.date(), NOON)]
        assert (listed.state, listed.withdrawn_at) == ("live", None)
        assert index.search("binh_son", "cầu").total == 1
