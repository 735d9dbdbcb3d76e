"""Readings and reports for the tests: invented articles about Bình Sơn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.records import (
    ArticleText,
    Desk,
    HandlingCounts,
    MessageCounts,
    OfficePapers,
    PaperRecipient,
    PeriodReading,
    Recipient,
    Report,
    ReportArticle,
    ReportAsk,
    ReportContent,
    ReportHead,
    ReportWords,
)
from core.roles import Role
from nlp.sentences import sentences
from reports import collect

FIRST, LAST = date(2025, 11, 3), date(2025, 11, 9)
ASK = ReportAsk(kind="weekly", first=FIRST, last=LAST)
AT = datetime(2025, 11, 10, 1, 0, tzinfo=UTC)
LEAD = "Bão số 13 làm tốc mái 12 ngôi nhà và gãy đổ nhiều cây xanh ở xã Vạn Tường trong đêm 6/11."
PAPERS = OfficePapers(
    office="Ủy ban nhân dân xã Bình Sơn", number="{number}/BC-UBND", place="Bình Sơn", authority="TM. Ủy ban nhân dân",
    title="Chủ tịch", copies=(PaperRecipient(role=Role.LEADERSHIP, name="Thường trực HĐND xã"),), filing="VT",
)  # fmt: skip
DESK = Desk(
    id="binh_son", name="Huyện Bình Sơn (trước 01/07/2025)", office="UBND xã Bình Sơn", units=("old:524",),
    papers=PAPERS,
    recipients=(
        Recipient(id="lanh-dao", name="Lãnh đạo UBND xã", roles=(Role.LEADERSHIP,), email="lanh-dao@xa.example.org"),
        Recipient(id="y-te", name="Trạm y tế", roles=(Role.HEALTH,), email="y-te@xa.example.org"),
    ),
)  # fmt: skip


def article(number: int, **what: Any) -> ReportArticle:
    """The article of that number, a day of the week each."""
    day = FIRST + timedelta(days=number % 7)
    at = datetime(day.year, day.month, day.day, 2, number % 60, tzinfo=UTC)
    given: dict[str, Any] = {
        "id": f"bai{number}", "url": f"https://bao.example/bai-{number}.html", "source": "mien_trung",
        "title": f"Bão gây thiệt hại ở Vạn Tường, bản tin {number}", "published": at, "day": day.isoformat(),
        "focus": True, "topics": ("disaster",), "tone": "negative", "units": ("new:1", "new:1"), "story": "bai0",
        "reprint": False,
    }  # fmt: skip
    return ReportArticle(**(given | what))


def reading(
    articles: Sequence[ReportArticle] = (), before: int = 0, read: int = 1840, weeks: int = 1, **what: Any
) -> PeriodReading:
    """What a record says that has read `weeks` weeks before this one, with `before` articles in each."""
    days = {(FIRST - timedelta(days=7 * back)).isoformat(): before for back in range(1, weeks + 1)}
    seen = {(FIRST - timedelta(days=back)).isoformat(): 260 for back in range(1, 7 * weeks + 1)}
    given: dict[str, Any] = {
        "articles": tuple(articles), "stories": {a.story: "Bão gây thiệt hại ở Vạn Tường" for a in articles},
        "by_day": days, "topics_before": {"disaster": before}, "read_by_day": seen | {LAST.isoformat(): read},
        "sources_read": 36, "since": FIRST - timedelta(days=7 * weeks), "messages": MessageCounts(),
    }  # fmt: skip
    return PeriodReading(**(given | what))


def text(found: ReportArticle, lead: str = LEAD) -> ArticleText:
    return ArticleText(
        id=found.id, lead=lead, paragraphs=("Chính quyền xã đã huy động 120 người giúp dân lợp lại mái.",)
    )


def content(read: PeriodReading, ask: ReportAsk = ASK, lead: str = LEAD, **beside: Any) -> ReportContent:
    """What a report says of that reading."""
    by_id = {a.id: a for a in read.articles}
    given: dict[str, Any] = {
        "place": "huyện Bình Sơn", "publisher": {"mien_trung": "Báo Miền Trung"}.__getitem__,
        "communes": {"new:1": "xã Vạn Tường"}, "split": sentences,
        "texts": lambda ids: {i: text(by_id[i], lead) for i in ids if by_id[i].state == "live"},
        "handled": lambda _: HandlingCounts(),
    }  # fmt: skip
    return collect.collect("binh_son", ask, read, collect.Beside(**(given | beside)), AT)


def report(made: ReportContent, words: ReportWords | None = None, *, issued: bool = False, number: int = 7) -> Report:
    """A draft of it, or an issued report."""
    head = ReportHead(
        id=number, desk="binh_son", ask=made.ask, title="Điểm báo", articles=made.articles, created=AT, by="u1",
        collected=AT, version=1, issued=AT if issued else None,
    )  # fmt: skip
    return Report(head=head, content=made, words=words or ReportWords())
