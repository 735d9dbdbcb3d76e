"""Builders of test records: sensible defaults, any field by keyword."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.records import (
    Article,
    Desk,
    DeskMatch,
    Endpoint,
    Entry,
    Label,
    LocatedArticle,
    Mention,
    Message,
    PendingPage,
    PollState,
    Published,
    Recipient,
    TaggedArticle,
    Tone,
)
from core.roles import Role
from core.urls import article_id

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
"""Tuesday 10 March 2026, 12:00 in Viet Nam."""


def _with(defaults: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    return defaults | over


def make_endpoint(source: str = "bao_mau", url: str = "", **over: Any) -> Endpoint:
    values = {"source": source, "kind": "feed", "url": url or f"https://{source}.vn/rss/home.rss"}
    return Endpoint(**_with(values, over))


def make_state(endpoint: Endpoint | None = None, **over: Any) -> PollState:
    return PollState(endpoint=endpoint or make_endpoint(), **over)


def make_entry(path: str = "tin-1.html", source: str = "bao_mau", **over: Any) -> Entry:
    """An entry of a source; `path` may be a whole address."""
    url = path if "://" in path else f"https://{source}.vn/{path}"
    values: dict[str, Any] = {"source": source, "url": url, "found_in": f"https://{source}.vn/rss/home.rss"}
    return Entry(**_with(values | {"title": f"Tin {path}"}, over))


def make_page(path: str = "tin-1.html", source: str = "bao_mau", **over: Any) -> PendingPage:
    entry = over.pop("entry", None) or make_entry(path, source)
    return PendingPage(**_with({"id": article_id(entry.url), "entry": entry, "found_at": NOON}, over))


def make_article(path: str = "tin-1.html", source: str = "bao_mau", **over: Any) -> Article:
    """An article of a source; `at` sets both publication (ten minutes before) and fetching."""
    url = path if "://" in path else f"https://{source}.vn/{path}"
    at = over.pop("at", NOON)
    values: dict[str, Any] = {
        "id": article_id(url),
        "url": url,
        "source": source,
        "title": "Bình Sơn khánh thành cầu mới",
        "lead": "Sáng nay, xã Bình Sơn thông xe cây cầu bắc qua sông Trà Bồng.",
        "paragraphs": ("Cầu dài 120 m, nối hai thôn ven sông.", "Người dân đi lại thuận tiện hơn trong mùa mưa."),
        "captions": ("Cầu mới nhìn từ trên cao.",),
        "published": Published(at=at - timedelta(minutes=10), provenance="meta"),
        "fetched_at": at,
    }
    return Article(**_with(values, over))


def make_mention(**over: Any) -> Mention:
    values: dict[str, Any] = {"field": "title", "index": 0, "start": 0, "end": 8, "unit": "xa_binh_son", "score": 0.97}
    return Mention(**_with(values | {"evidence": ("vì câu có 'sông Trà Bồng'",)}, over))


def make_match(desk: str = "binh_son", **over: Any) -> DeskMatch:
    return DeskMatch(**_with({"desk": desk, "score": 0.97, "focus": True, "mentions": (make_mention(),)}, over))


def make_tagged(article: Article | None = None, desks: tuple[str, ...] = ("binh_son",), **over: Any) -> TaggedArticle:
    located = LocatedArticle(article=article or make_article(), matches=tuple(make_match(desk) for desk in desks))
    values: dict[str, Any] = {
        "located": located,
        "topics": (Label(topic="transport_infrastructure", score=0.91, words=("cầu", "thông xe")),),
        "tone": Tone(label="positive", score=0.8),
        "model": "test-1",
    }
    return TaggedArticle(**_with(values, over))


def make_message(key: str = "article:1:office", **over: Any) -> Message:
    values: dict[str, Any] = {
        "key": key,
        "desk": "binh_son",
        "recipient": "office",
        "channel": "email",
        "article": None,
        "subject": "Bình Sơn khánh thành cầu mới",
        "text": "Báo Mẫu, 12:00\nhttps://bao_mau.vn/tin-1.html",
    }
    return Message(**_with(values, over))


def make_desk(desk: str = "binh_son", **over: Any) -> Desk:
    values: dict[str, Any] = {
        "id": desk,
        "name": "Bình Sơn",
        "office": "Phòng Văn hóa - Xã hội xã Bình Sơn",
        "units": ("xa_binh_son",),
        "recipients": (
            Recipient(
                id="office", name="Bộ phận thông tin", roles=(Role.INFORMATION_OFFICE,), email="tin@binhson.gov.vn"
            ),
        ),
    }
    return Desk(**_with(values, over))
