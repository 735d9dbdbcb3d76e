"""A real record with a month of invented press about Bình Sơn, the office's own work in it, and sources that fare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from core.clock import FixedClock, local_day
from core.records import (
    AddressAnswer,
    Article,
    DeskMatch,
    Endpoint,
    EndpointStatus,
    Label,
    LocatedArticle,
    Message,
    PollState,
    Published,
    ReadArticle,
    StoryChoice,
    TaggedArticle,
)
from core.settings import KeepSettings
from core.urls import article_id
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.reading import FakePress, binh_son, sample_press

DESK = "binh_son"
UNITS = ("new:21100", "new:21085", "old:524", "new:21040")


class FullAddresses:
    """Knows one stopped address; anything else is of no listed publisher."""

    def look(self, desk: str, url: str, *, take: bool, at: datetime, by: str) -> AddressAnswer:
        if "mau-bien" in url:
            return AddressAnswer(
                state="taken" if take else "stopped", url=url, source="mau-bien", at=at,
                title="Ngư dân miền Trung trúng mùa cá cơm", article="0" * 20,
            )  # fmt: skip
        return AddressAnswer(state="refused", url=url, reason="source.not_listed")


@contextmanager
def full_record(path: Path, now: datetime) -> Iterator[tuple[Record, FakePress]]:
    """The record and the press from which it was made; the newest articles are of this morning."""
    press = sample_press(now)
    with open_record(blank(path), clock=FixedClock(now), keep=KeepSettings()) as record:
        record.desks.apply_desk(replace(binh_son(), units=("old:524",)), now, "test")
        _polls(record, press, now)
        read = press.articles[DESK]
        for back in range(40, 0, -1):
            for number, one in enumerate(read):
                if (back * 7 + number * 3) % 5 < 2:
                    _save(record, _moved(one, back, number), now)
        for number, one in enumerate(reversed(read)):
            _save(record, one, now, unit=number)
        _follow(record, read, now)
        _work(record, read, now)
        yield record, press


def _save(record: Record, one: ReadArticle, now: datetime, story: str = "", unit: int = 0) -> None:
    listed = one.listed
    article = Article(
        id=listed.id, url=listed.url, source=listed.source, title=listed.title, lead=listed.lead,
        paragraphs=one.paragraphs, captions=one.captions, published=listed.published, fetched_at=listed.first_seen,
    )  # fmt: skip
    mentions = tuple(replace(m, unit=UNITS[(unit + k) % len(UNITS)]) for k, m in enumerate(listed.mentions))
    match = DeskMatch(desk=DESK, score=0.97, focus=listed.focus, mentions=mentions)
    tagged = TaggedArticle(
        located=LocatedArticle(article=article, matches=(match,)), topics=listed.topics, tone=listed.tone, model="mẫu"
    )
    fresh = now - listed.first_seen < timedelta(hours=2)
    message = Message(
        key=f"alert:{listed.id}", desk=DESK, recipient="page", channel="page", article=listed.id, subject=listed.title,
        text=f"{listed.title}\n\n{listed.lead}",
    )  # fmt: skip
    record.articles.save(tagged, story=StoryChoice(story=story) if story else None)
    if fresh:
        record.outbox.add([message], now)


def _moved(one: ReadArticle, days: int, number: int) -> ReadArticle:
    """The same text as another article of an earlier day."""
    listed = one.listed
    at = listed.published.at - timedelta(days=days, minutes=number)
    url = f"https://{listed.source}.example/cu-{days}-{number}.html"
    listed = replace(
        listed, id=article_id(url), url=url, published=Published(at=at, provenance="json-ld"), revised_at=None,
        first_seen=at + timedelta(minutes=11), title=f"{listed.title} ({days})",
    )  # fmt: skip
    return replace(one, listed=listed)


def _follow(record: Record, read: list[ReadArticle], now: datetime) -> None:
    """Three more papers tell the first story."""
    first = read[0]
    for number, (source, title) in enumerate(
        (
            ("mau-bien", "Sạt lở ở Bình Sơn: thông một làn đường trước 16 giờ"),
            ("mau-mien-nui", "Hơn 40 hộ dân Bình Sơn được sơ tán an toàn trong đêm mưa"),
            ("mau-dai", "Lãnh đạo tỉnh kiểm tra điểm sạt lở tại xã Bình Sơn"),
        )
    ):
        at = now - timedelta(minutes=15 * number + 5)
        url = f"https://{source}.example/sat-lo-{number}.html"
        mention = replace(first.listed.mentions[0], start=title.find("Bình Sơn"), end=title.find("Bình Sơn") + 8)
        listed = replace(
            first.listed, id=article_id(url), url=url, source=source, title=title, mentions=(mention,),
            published=Published(at=at, provenance="json-ld"), first_seen=at,
            topics=(Label(topic="disaster", score=0.9, words=("sạt lở",)),),
        )  # fmt: skip
        _save(record, replace(first, listed=listed), now, story=first.listed.id)


def _work(record: Record, read: list[ReadArticle], now: datetime) -> None:
    work, first = record.work, read[0].listed.id
    work.visited(DESK, "page", now - timedelta(hours=15))
    work.visited(DESK, "page", now - timedelta(minutes=40))
    work.visited(DESK, "page", now)
    work.handle(DESK, "story", first, state="handled", at=now, by="page")
    work.add_note(DESK, "story", first, "Đã gọi Ban Chỉ huy: 40 hộ dân, chưa có thiệt hại về người.", at=now, by="page")
    work.add_note(DESK, "article", first, "Số liệu khớp báo cáo nhanh lúc 6 giờ.", at=now, by="page")
    work.set_aside(DESK, read[6].listed.id, now, "page")
    work.add_item(DESK, source="mau-dai", medium="broadcast", title="Bình Sơn khắc phục sạt lở", day=local_day(now),
                  where="Thời sự 6 giờ 30", at=now, by="page")  # fmt: skip
    work.save_filter(DESK, topics=("disaster", "weather"), sources=(), at=now, by="page")
    work.pause("mau-moi", now, "page", "Trang báo đang chuyển máy chủ")


def _polls(record: Record, press: FakePress, now: datetime) -> None:
    for number, health in enumerate(press.health):
        for kind, name in (("feed", "rss"), ("section", "thoi-su")):
            endpoint = Endpoint(source=health.source, kind=kind, url=f"https://{health.source}.example/{name}")  # type: ignore[arg-type]
            reason = "robots-unreachable" if health.status is EndpointStatus.BROKEN else health.reason
            status = EndpointStatus.DISALLOWED if health.status is EndpointStatus.BROKEN else health.status
            record.ledger.save_poll(
                PollState(endpoint=endpoint, status=status, reason=reason, last_poll=health.last_poll,
                          last_success=health.last_success, last_new=health.last_new), [], now,
            )  # fmt: skip
        with record.database.write() as con:
            for back in range(60):
                day = local_day(now - timedelta(days=back)).isoformat()
                rows = (
                    ("found", 52 - number * 5),
                    ("stopped", 44 - number * 5),
                    ("kept", 2),
                    ("failed:timeout", back % 3),
                )
                con.executemany(
                    "INSERT OR REPLACE INTO counts VALUES (?, ?, ?, ?)",
                    [(day, health.source, outcome, max(0, n)) for outcome, n in rows],
                )
