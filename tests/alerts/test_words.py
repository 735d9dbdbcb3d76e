"""Every part of a message says why it is sent, in the same words: subject, text, HTML, and what goes by Zalo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import unescape

import pytest

from alerts import compose
from alerts.compose import Frame, Telling, Words
from alerts.templating import Templates
from core.records import AlertCause, ArticleState, ListedArticle, Published, StoryStanding, StoryView, Tone
from tests.fakes.records import NOON, make_desk

FRAME = Frame(desk=make_desk(), publishers={}, templates=Templates())
ARTICLE = ListedArticle(
    id="a", url="https://bao.example.vn/1.html", source="bao_mau", title="Lũ lên nhanh", lead="Nước tràn qua đường.",
    published=Published(at=NOON, provenance="meta"), first_seen=NOON, revised_at=None, focus=True, topics=(),
    tone=Tone(label="negative", score=0.9), mentions=(),
)  # fmt: skip
VIEW = StoryView(
    id="s", title="Lũ lên nhanh", standing=StoryStanding(state="new", recent=1, usual=0.0), first=NOON, last=NOON,
    articles=1, reprints=0, sources=("bao_mau",),
)  # fmt: skip


def telling(cause: AlertCause, states: Sequence[ArticleState] = ("live",), *, urgent: bool = False) -> Telling:
    told = tuple(replace(ARTICLE, id=str(n), state=state) for n, state in enumerate(states))
    return Telling(view=VIEW, told=told, cause=cause, urgent=urgent)


def said(words: Words) -> tuple[str, str, str, str]:
    return words.subject.partition("] ")[2], words.text, unescape(words.html), words.brief


@pytest.mark.parametrize(
    ("cause", "urgent", "mark", "notice"),
    [
        ("new", True, "KHẨN", "Tin khẩn."),
        ("grown", True, "KHẨN", "Tin khẩn. Diễn biến thêm: 1 bài mới từ lần báo trước."),
        ("grown", False, "Diễn biến thêm", "Diễn biến thêm: 1 bài mới từ lần báo trước."),
        ("differs", True, "KHẨN, số liệu khác", "Tin khẩn. Số liệu báo nêu khác số liệu đã kiểm chứng của cơ quan."),
        ("differs", False, "Số liệu khác", "Số liệu báo nêu khác số liệu đã kiểm chứng của cơ quan."),
        ("untaken", True, "CHƯA AI TIẾP NHẬN", "Tin khẩn dưới đây chưa có ai tiếp nhận."),
    ],
)
def test_every_part_says_why(cause: AlertCause, urgent: bool, mark: str, notice: str) -> None:
    subject, text, html, brief = said(compose.alert(FRAME, telling(cause, urgent=urgent)))
    assert subject.startswith(f"{mark}: Lũ lên nhanh")
    assert brief.startswith(f"{mark}: Lũ lên nhanh")
    assert text.startswith(f"{notice}\n\nLũ lên nhanh")
    assert f">{notice}<" in html


@pytest.mark.parametrize(
    ("states", "mark", "line"),
    [
        (("live",), "Bài đã sửa", "đã sửa"),
        (("withdrawn",), "Bài đã gỡ", "đã gỡ"),
        (("live", "withdrawn"), "Bài đã sửa, gỡ", "đã sửa, gỡ"),
    ],
)
def test_a_text_that_is_gone_is_not_called_changed(states: Sequence[ArticleState], mark: str, line: str) -> None:
    one = telling("changed", states)
    subject, _, _, brief = said(compose.alert(FRAME, one))
    assert subject.startswith(f"{mark}: ")
    assert brief.startswith(f"{mark}: ")
    _, text, html, _ = said(compose.digest(FRAME, [one], (), NOON))
    assert f"1. [{line}] Lũ lên nhanh" in text
    assert f">{line}<" in html


def test_a_digest_marks_a_figure_that_differs() -> None:
    _, text, html, _ = said(compose.digest(FRAME, [telling("differs")], (), NOON))
    assert "1. [số liệu khác] Lũ lên nhanh" in text
    assert ">số liệu khác<" in html
