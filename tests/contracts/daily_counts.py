"""What the port DailyCounts promises, over a whole record."""

from __future__ import annotations

from datetime import timedelta

from core.records import DailyCount, DailyReading, EndpointStatus, Label, Tone
from core.topics import HARM_TOPICS
from store.sqlite.counts import FOUND, KEPT, STOPPED, add
from store.sqlite.record import Record
from tests.fakes.records import NOON, make_article, make_desk, make_endpoint, make_state, make_tagged

DESK, DAY = "binh_son", "2026-03-10"


class DailyCountsContract:
    """A subclass gives the fixture `record`, empty."""

    def test_a_day_is_counted_in_every_cut(self, record: Record) -> None:
        topics = tuple(Label(topic=topic, score=0.9, words=()) for topic in ("education", "health"))
        assert "health" in HARM_TOPICS and "education" not in HARM_TOPICS
        record.articles.save(make_tagged(topics=topics, tone=Tone(label="negative", score=0.9)))
        cell = {"desk": DESK, "day": DAY, "articles": 1}
        place = "xa_binh_son"
        assert record.daily.counts(DESK, DAY) == [
            DailyCount(cut="all", tone="negative", **cell),  # type: ignore[arg-type]
            DailyCount(cut="place", place=place, **cell),  # type: ignore[arg-type]
            DailyCount(cut="place_topic", place=place, topic="education", **cell),  # type: ignore[arg-type]
            DailyCount(cut="place_topic", place=place, topic="health", tone="negative", **cell),  # type: ignore[arg-type]
            DailyCount(cut="topic", topic="education", **cell),  # type: ignore[arg-type]
            DailyCount(cut="topic", topic="health", tone="negative", **cell),  # type: ignore[arg-type]
        ]
        assert record.daily.counts(DESK, "2026-03-09") == record.daily.counts("que_phong", DAY) == []
        assert {desk: list(days) for desk, days in record.daily.days().items()} == {DESK: [DAY]}
        assert record.daily.totals(DESK) == {DAY: 1}

    def test_an_article_set_aside_is_not_counted(self, record: Record) -> None:
        article = make_article()
        record.articles.save(make_tagged(article))
        record.work.set_aside(DESK, article.id, NOON, "lan")
        assert record.daily.counts(DESK, DAY) == []
        assert record.daily.totals(DESK) == {}

    def test_changes_tell_days_and_what_is_gone_tells_desks(self, record: Record) -> None:
        old, new = make_article("1.html", at=NOON - timedelta(days=9)), make_article("2.html")
        for article in (old, new):
            record.articles.save(make_tagged(article, (DESK, "que_phong")))
        cursor = record.daily.cursor("test")
        changes = record.daily.since(cursor.seq)
        assert record.daily.touched(changes) == (
            {(desk, day) for desk in (DESK, "que_phong") for day in (DAY, "2026-03-01")},
            set(),
        )
        assert record.daily.acknowledge(cursor, changes[-1].seq)
        assert record.daily.position("test") == record.daily.last() == changes[-1].seq
        record.retention.erase(old.id, NOON, "operator")
        assert record.daily.touched(record.daily.since(changes[-1].seq)) == (set(), {DESK, "que_phong"})

    def test_a_log_that_lost_lines_is_told(self, record: Record) -> None:
        record.articles.save(make_tagged(make_article("1.html")))
        assert not record.daily.gap("test")
        with record.database.write() as con:
            con.execute("DELETE FROM changes")
        record.articles.save(make_tagged(make_article("2.html")))
        assert record.daily.gap("test")
        assert record.daily.acknowledge(record.daily.cursor("test"), record.daily.last())
        assert not record.daily.gap("test")

    def test_reading_is_told_by_publisher_and_kept_by_desk(self, record: Record) -> None:
        record.desks.apply_desk(make_desk(), NOON, "test")
        record.articles.save(make_tagged(make_article()))
        record.ledger.save_poll(make_state(make_endpoint("bao_ba"), status=EndpointStatus.BLOCKED), [], NOON)
        with record.database.write() as con:
            for outcome, n in ((FOUND, 5), (STOPPED, 3), (KEPT, 1), ("failed:no-body", 1)):
                add(con, DAY, "bao_mau", outcome, n)
            add(con, "2026-03-09", "bao_hai", "failed:blocked", 2)
            add(con, "2026-03-09", "bao_tu", "failed:timeout", 2)
        of_desk = DailyReading(day=DAY, publisher="bao_mau", desk=DESK, read=4, kept=1, health="ok")
        assert record.daily.reading(DAY, NOON) == [
            DailyReading(day=DAY, publisher="bao_ba", kept=0, health="blocked"),
            DailyReading(day=DAY, publisher="bao_mau", found=5, read=4, kept=1, failed=1, health="ok"),
            of_desk,
        ]
        assert of_desk in record.daily.reading(DAY, NOON + timedelta(days=3))
        assert [(r.publisher, r.health) for r in record.daily.reading("2026-03-09", NOON)] == [
            ("bao_hai", "blocked"), ("bao_tu", "failing"),
        ]  # fmt: skip
        assert list(record.daily.reading_days()) == ["2026-03-09", DAY]

    def test_a_days_mark_changes_with_its_figures_alone(self, record: Record) -> None:
        with record.database.write() as con:
            add(con, DAY, "bao_mau", STOPPED, 3)
            add(con, "2026-03-09", "bao_mau", STOPPED, 3)
        first = (NOON - timedelta(days=5)).date()
        before = record.daily.reading_marks(first)
        with record.database.write() as con:
            add(con, DAY, "bao_mau", STOPPED, 1)
        after = record.daily.reading_marks(first)
        assert before["2026-03-09"] == after["2026-03-09"]
        assert before[DAY] != after[DAY]
        assert set(record.daily.reading_marks(NOON.date())) == {DAY}
