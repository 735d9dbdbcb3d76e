"""What the SQLite record adds to stories: an index built again, erasing, a record of the schema before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.clock import FixedClock
from core.records import StoryChoice
from core.settings import KeepSettings
from store.sqlite.migrate import shipped
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON, make_article, make_tagged

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def told(record: Record, name: str, title: str, story: str = "", hours: int = 0) -> str:
    article = make_article(name, title=title, at=NOON + hours * HOUR)
    choice = StoryChoice(story=story or article.id, signature=b"s", likeness=0.25, places=("xa_binh_son",))
    record.articles.save(make_tagged(article), story=choice)
    return article.id


def seen_by(record: Record, *desks: str) -> list[tuple[str, int, int]]:
    """Headline, articles and reprints of each desk's one story of that day, as the record counts them."""
    with record.database.read() as con:
        rows = con.execute("SELECT desk, title, articles, reprints FROM stories").fetchall()
    told = {row["desk"]: (row["title"], row["articles"], row["reprints"]) for row in rows}
    assert sorted(told) == sorted(desks)
    return [told[desk] for desk in desks]


def test_an_article_counts_in_the_story_of_the_desks_that_see_it_and_a_reprint_found_out_in_all(record: Record) -> None:
    both, one = ("binh_son", "dak_lak"), ("dak_lak",)
    late = make_article("muon.html", title="Bài đăng lại", at=NOON + HOUR)
    more = make_article("them.html", title="Tin thêm", at=NOON + 2 * HOUR)
    early = make_article("som.html", title="Bài gốc", at=NOON)
    record.articles.save(make_tagged(late, both), story=StoryChoice(story=late.id, signature=b"s"))
    record.articles.save(make_tagged(more, one), story=StoryChoice(story=late.id, signature=b"s"))
    assert seen_by(record, *both) == [("Bài đăng lại", 1, 0), ("Bài đăng lại", 2, 0)]
    turned = StoryChoice(story=late.id, signature=b"s", reprint_of=late.id, earlier_is=early.id, overlap=0.9)
    record.articles.save(make_tagged(early, one), story=turned)
    assert [counts for _, *counts in seen_by(record, *both)] == [[1, 1], [3, 1]]


def test_what_is_decided_comes_back_in_order_of_arrival(record: Record) -> None:
    first = told(record, "1.html", "Một")
    second = told(record, "2.html", "Hai", story=first, hours=1)
    kept = list(record.stories.kept(NOON - DAY))
    assert [(k.article, k.story, k.signature, k.places) for k in kept] == [
        (first, first, b"s", ("xa_binh_son",)), (second, first, b"s", ("xa_binh_son",)),
    ]  # fmt: skip
    assert kept[0].likeness == 0.25
    assert list(record.stories.kept(NOON + DAY)) == []


def test_an_erased_or_withdrawn_text_leaves_nothing_to_compare_with(record: Record) -> None:
    first, second = told(record, "1.html", "Một"), told(record, "2.html", "Hai")
    record.articles.withdraw(first, NOON)
    record.retention.erase(second, NOON, "operator")
    assert list(record.stories.kept(NOON - DAY)) == []


def test_an_erased_headline_names_no_story(record: Record) -> None:
    first = told(record, "1.html", "Tiêu đề một")
    second = told(record, "2.html", "Tiêu đề hai", story=first, hours=1)
    record.retention.erase(first, NOON, "operator")
    (view,) = record.reading.stories("binh_son", NOON.date(), NOON)
    assert (view.title, view.articles) == ("Tiêu đề hai", 1)
    record.retention.erase(second, NOON, "operator")
    assert record.reading.stories("binh_son", NOON.date(), NOON) == ()
    with record.database.read() as con:
        assert con.execute("SELECT count(*) FROM stories").fetchone()[0] == 0


def test_a_replaced_headline_names_no_story(record: Record) -> None:
    first = told(record, "1.html", "Mười hai nhà tốc mái")
    told(record, "1.html", "Chín nhà tốc mái", hours=1)
    (view,) = record.reading.stories("binh_son", NOON.date(), NOON)
    assert (view.id, view.title) == (first, "Chín nhà tốc mái")


def test_replaced_and_withdrawn_texts_are_purged_but_that_they_changed_stays(record: Record) -> None:
    first = told(record, "1.html", "Mười hai nhà tốc mái")
    told(record, "1.html", "Chín nhà tốc mái", hours=1)
    record.articles.withdraw(first, NOON + 2 * HOUR)
    record.retention.purge(NOON + 40 * DAY)
    last, change = record.reading.revisions("binh_son", first)
    assert (last.withdrawn, last.before, change.before, change.after) == (True, None, None, None)
    assert change.hash_before != change.hash_after


def test_a_record_of_the_schema_before_keeps_its_articles_each_as_a_story(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite"
    clock = FixedClock(NOON)
    with open_record(path, clock=clock, keep=KeepSettings()) as record:
        told(record, "1.html", "Một")
        with record.database.write() as con:  # as the schema before had left it
            for table in ("corrections", "looks", "story_merges", "article_stories"):
                con.execute(f"DROP TABLE {table}")
            for index in ("stories_key", "stories_by_key"):
                con.execute(f"DROP INDEX {index}")
            for column in ("key", "articles", "reprints"):
                con.execute(f"ALTER TABLE stories DROP COLUMN {column}")
            for column in ("withdrawn", "missing_since"):
                con.execute(f"ALTER TABLE revisions DROP COLUMN {column}")
            con.execute("DELETE FROM migrations WHERE number IN (2, 14)")
    assert [m.number for m in shipped()][:2] == [1, 2]
    with open_record(path, clock=clock, keep=KeepSettings()) as record:
        (view,) = record.reading.stories("binh_son", NOON.date(), NOON)
        assert (view.title, view.articles) == ("Một", 1)
        assert told(record, "2.html", "Hai", story=view.id, hours=1)
        (view,) = record.reading.stories("binh_son", NOON.date(), NOON)
        assert view.articles == 2
