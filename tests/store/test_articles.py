"""What the SQLite store adds: views for new desks, re-reading what changed, checking itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.records import Published
from store.sqlite import search
from store.sqlite.checkup import problems
from store.sqlite.record import Record
from tests.contracts.crawl_ledger import listed
from tests.fakes.records import NOON, make_article, make_entry, make_tagged

DAY = timedelta(days=1)


def test_stored_articles_come_back_for_a_new_desk_on_their_own_day(record: Record) -> None:
    old = make_article("old.html", published=Published(at=NOON - 5 * DAY, provenance="meta"), meta=())
    reserved = make_article("reserved.html", reserved=True)
    for article in (old, reserved):
        record.articles.save(make_tagged(article))
    stored = list(record.articles.stored())
    assert stored[0] == old
    assert (stored[1].id, stored[1].paragraphs) == (reserved.id, ())
    for article in stored:
        assert record.articles.add_views(make_tagged(article, ("binh_son", "que_phong")))
        assert not record.articles.add_views(make_tagged(article, ("binh_son", "que_phong")))
    assert [a.id for a in record.reading.day("que_phong", date(2026, 3, 5))] == [old.id]
    assert record.search.search("que_phong", "cầu").total == 2
    assert [a.revised_at for a in record.reading.day("que_phong", date(2026, 3, 10))] == [None]


def test_an_article_that_no_longer_names_the_place_stays_kept(record: Record) -> None:
    listed(record.ledger, [make_entry()])
    (page,) = record.ledger.pending(NOON, 1)
    record.articles.save(make_tagged(), page)
    record.ledger.reread([page], NOON)
    record.ledger.page_stopped(page, page.id, "Tin", NOON)
    assert record.ledger.totals() == {"found": 1, "kept": 1, "pending": 0}


def test_articles_of_one_minute_all_find_room(record: Record) -> None:
    with record.ledger.batch():
        for n in range(300):
            record.articles.save(make_tagged(make_article(f"{n}.html")))
    assert record.articles.count() == 300
    assert len(record.reading.day("binh_son", date(2026, 3, 10))) == 300


def test_an_impossible_publication_time_is_stored_all_the_same(record: Record) -> None:
    for n, years in enumerate((-2000, -100, 5)):
        at = NOON.replace(year=NOON.year + years)
        published = Published(at=at, provenance="meta", doubtful=True)
        record.articles.save(make_tagged(make_article(f"{n}.html", published=published)))
    assert len(record.reading.day("binh_son", date(2026, 3, 10))) == 3


def test_a_sound_record_has_no_problems(record: Record) -> None:
    record.articles.save(make_tagged())
    assert problems(record.database) == ()


def test_what_is_missing_in_the_index_is_told_and_rebuilt(record: Record) -> None:
    record.articles.save(make_tagged())
    with record.database.write() as con:
        con.execute("INSERT INTO search (search) VALUES ('delete-all')")
        con.execute("DELETE FROM indexed")
    (problem,) = problems(record.database)
    assert "1 articles are not in the search index" in problem
    assert "index rebuild" in problem
    done: list[tuple[int, int]] = []
    assert record.search.rebuild(lambda n, of: done.append((n, of))) == 1
    assert done == [(1, 1)]
    assert problems(record.database) == ()
    assert record.search.search("binh_son", "cầu").total == 1


def test_an_index_written_by_other_rules_is_rebuilt_when_the_record_is_opened(record: Record) -> None:
    record.articles.save(make_tagged())
    with record.database.write() as con:
        con.execute("UPDATE meta SET value = '0' WHERE name = 'words'")
    in_hand = record.changes.cursor("elastic")
    record.changes.acknowledge(in_hand, record.changes.last())
    in_hand = record.changes.cursor("elastic")
    assert record.search.bring_up_to_date()
    assert not record.changes.acknowledge(in_hand, record.changes.last())
    assert record.changes.position("elastic") == -1  # an engine beside the record holds the old words too
    assert not record.search.bring_up_to_date()
    assert record.search.search("binh_son", "cầu").total == 1


def test_ranking_that_was_bounded_to_the_newest_says_so(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "RANKED", 3)
    for n in range(5):
        record.articles.save(make_tagged(make_article(f"{n}.html", at=NOON + n * DAY)))
    by_relevance = record.search.search("binh_son", "cầu")
    assert (by_relevance.total, by_relevance.more, by_relevance.bounded, len(by_relevance.hits)) == (3, True, True, 3)
    assert {hit.article.first_seen for hit in by_relevance.hits} == {NOON + n * DAY for n in (2, 3, 4)}
    by_time = record.search.search("binh_son", "cầu", by_time=True)
    assert (by_time.total, by_time.bounded, len(by_time.hits)) == (5, False, 5)


def test_words_that_stand_together_as_typed_come_first(record: Record) -> None:
    apart = make_article("1.html", title="Tin", lead="", paragraphs=("Sơn quét tường. Hòa bình.",), captions=())
    together = make_article("2.html", title="Tin", lead="", paragraphs=("Tường quét. Hòa Bình Sơn.",), captions=())
    for article in (together, apart):
        record.articles.save(make_tagged(article))
    hits = record.search.search("binh_son", "bình sơn ").hits
    assert [hit.article.id for hit in hits] == [together.id, apart.id]


def test_the_change_log_is_read_by_each_reader_at_its_own_pace(record: Record) -> None:
    for n in range(3):
        record.articles.save(make_tagged(make_article(f"{n}.html")))
    assert [change.seq for change in record.changes.since(0, 2)] == [1, 2]
    assert record.changes.acknowledge(record.changes.cursor("elastic"), 2)
    assert record.changes.acknowledge(record.changes.cursor("elastic"), 1), "what was taken before stays so"
    assert (record.changes.position("elastic"), record.changes.position("other")) == (2, 0)
    record.search.apply(record.changes.since(0))
    assert problems(record.database) == ()
