"""What is erased or has had its time is found by no query: neither in a table nor in the planner's statistics."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.clock import FixedClock
from core.records import TaggedArticle
from core.settings import KeepSettings
from store.postgres.address import Address
from store.postgres.migrate import shipped
from store.postgres.record import open_record
from store.sqlite.record import Record
from tests.fakes.records import NOON, make_article, make_tagged
from tests.postgres.server import Server

WORD = "quyzxwon"
CODES = frozenset({
    "about", "article", "channel", "day", "desk", "handling", "hash", "host", "id", "identity", "into_story", "kind",
    "medium", "pace", "page", "person", "seen_day", "source", "state", "story", "verdict", "stories.key",
    "desk_labels.key", "label_days.key", "migrations.name", "migrations.sha256",
})  # fmt: skip
"""Columns that say which rows are meant and hold nobody's words: in these the planner may look."""
NOT_CODES = frozenset({"hand_items.source"})
"""Of such a name, but typed by people."""


def test_what_is_erased_is_in_no_table_and_its_words_are_not_found(
    server: Server, address: Address, record: Record, desked: Record
) -> None:
    article = make_article(title=f"Cầu {WORD}", lead=f"Lời {WORD}.", paragraphs=(f"Lời riêng {WORD} trong bài.",))
    desked.articles.save(make_tagged(article))
    _save_others(desked)
    server.run("ANALYZE", address.database)
    assert _holds(server, address)
    assert desked.retention.erase(article.id, NOON, "operator")
    assert not _holds(server, address)
    assert not _sampled(server, address)
    assert desked.search.search("binh_son", WORD).total == 0
    (stone,) = desked.retention.stones()
    assert (stone.article, stone.url) == (article.id, article.url)


def test_texts_go_when_their_time_is_over(server: Server, address: Address, tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    with open_record(address, tmp_path, clock=clock, keep=KeepSettings(article_months=1)) as kept:
        kept.articles.save(_private())
        _save_others(kept)
        server.run("ANALYZE", address.database)
        clock.move(timedelta(days=92))
        assert kept.retention.purge(clock.now()).texts == 5
        assert not _holds(server, address)
        assert not _sampled(server, address)


def test_what_was_sampled_before_the_update_goes_with_it(server: Server, tmp_path: Path) -> None:
    server.run("CREATE DATABASE sampled")
    address = server.address("sampled")
    earlier = tuple(one for one in shipped() if one.number < 20)
    with open_record(address, tmp_path, clock=FixedClock(NOON), keep=KeepSettings(), migrations=earlier) as record:
        record.articles.save(_private())
        _save_others(record)
    server.run("ANALYZE", address.database)
    assert _sampled(server, address)
    with open_record(address, tmp_path, clock=FixedClock(NOON), keep=KeepSettings()) as record:
        assert not _sampled(server, address)
        assert record.search.search("binh_son", WORD).total == 1


def test_no_column_with_words_is_sampled(server: Server, address: Address) -> None:
    """A new one either gets SET STATISTICS 0 in its migration or stands in CODES."""
    columns = server.run(
        "SELECT t.relname, a.attname, a.attstattarget = 0 FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid"
        " WHERE t.relnamespace = 'diembao'::regnamespace AND t.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.atttypid NOT IN ('bigint'::regtype, 'double precision'::regtype)",
        address.database,
    )
    sampled = {(str(table), str(name)) for table, name, none in columns if none is not True}
    wrong = {f"{table}.{name}" for table, name in sampled if not {name, f"{table}.{name}"} & CODES}
    assert wrong | NOT_CODES & {".".join(pair) for pair in sampled} == set()
    assert server.run("SELECT 1 FROM pg_statistic_ext", address.database) == []


def test_the_space_of_what_went_is_given_back_in_every_table(server: Server, address: Address, record: Record) -> None:
    record.database.scrub()
    passed = "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'diembao' AND last_vacuum IS NULL"
    assert server.run(passed, address.database) == []


def _private() -> TaggedArticle:
    return make_tagged(make_article(paragraphs=(f"Lời riêng {WORD} trong bài.",)))


def _save_others(record: Record) -> None:
    """Articles beside that one: of a single row there is no sample."""
    for number in range(2, 6):
        text = (f"Nước sông lên {number} m.",)
        record.articles.save(
            make_tagged(make_article(f"tin-{number}.html", title=f"Tin {number}", lead=text[0], paragraphs=text))
        )


def _holds(server: Server, address: Address) -> bool:
    """Whether the word stands in any column of any row, the index's words among them."""
    names = server.run("SELECT tablename FROM pg_tables WHERE schemaname = 'diembao'", address.database)
    return any(
        server.run(f"SELECT 1 FROM diembao.{name} t WHERE t::text LIKE '%{WORD}%' LIMIT 1", address.database)
        for (name,) in names
    )


def _sampled(server: Server, address: Address) -> bool:
    """Whether the word stands in what ANALYZE has noted of any column."""
    return bool(server.run(f"SELECT 1 FROM pg_stats s WHERE s::text LIKE '%{WORD}%' LIMIT 1", address.database))
