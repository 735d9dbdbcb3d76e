"""What the gate has parsed is read on by extraction: once, for that page alone, and with the same article."""

from __future__ import annotations

import codecs
from dataclasses import replace

import pytest

from crawlers.extract import PressExtractor
from crawlers.gate import PatternGate
from crawlers.legacy import to_legacy
from crawlers.parsed import Handed, ParsedPage
from tests.crawlers.pages import FILL, article, page

PLACE = "Bình Sơn"
TOLD = (f"Sáng nay ở {PLACE}, chính quyền di dời hơn một trăm hộ dân sống ven sông đến nơi an toàn.", *FILL)
HEAD = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Nước lớn trên sông, nhiều tuyến đường '
    'bị chia cắt", "datePublished": "2026-03-07T08:01:00+07:00", "author": {"name": "Nguyễn Văn Ví Dụ"}}</script>'
    "<style>p {color: red}</style>"
)
AROUND = (
    "<script>var a = '<p>không phải bài</p>';</script><noscript><p>Hãy bật JavaScript để đọc bài này.</p></noscript>"
)
OTHER = f"<ul><li><a href='/x.htm'>Cầu mới ở {PLACE} thông xe trước Tết Nguyên đán</a></li></ul>"
WHOLE = article(paragraphs=(*TOLD, "Nguyễn Văn Ví Dụ"), head=HEAD, before=AROUND)


@pytest.mark.parametrize(
    "body",
    [
        WHOLE.encode(),
        codecs.BOM_UTF8 + WHOLE.encode(),
        WHOLE.encode("utf-16"),
        WHOLE.encode().replace(b"</footer>", b"\xff\xfe</footer>"),
        to_legacy(WHOLE, "tcvn3").encode("cp1252", "ignore"),
        to_legacy(WHOLE, "tcvn3").encode(),
    ],
)
def test_the_article_is_the_same_as_without_the_gate(body: bytes) -> None:
    handed = Handed()
    fetched = page(body)
    assert PatternGate([PLACE], handed).passes(fetched)
    found = PressExtractor(handed).extract(fetched, None)
    assert found == PressExtractor().extract(fetched, None)
    assert any(PLACE in text for text in found.paragraphs)


def test_what_passed_is_held_for_that_page_and_taken_once() -> None:
    handed, fetched = Handed(), page(WHOLE)
    gate = PatternGate([PLACE], handed)
    assert gate.passes(fetched)
    held = handed.take(fetched)
    assert held is not None and held.tree.css_first("h1") is not None
    assert handed.take(fetched) is None
    assert gate.passes(fetched)
    assert handed.take(replace(fetched)) is None


@pytest.mark.parametrize("beside", ["", OTHER])
def test_nothing_is_held_of_a_page_that_is_stopped(beside: str) -> None:
    handed, fetched = Handed(), page(article(after=beside))
    assert not PatternGate([PLACE], handed).passes(fetched)
    assert handed.take(fetched) is None


def test_another_page_than_the_one_held_is_read_for_itself() -> None:
    handed, fetched = Handed(), page(WHOLE)
    handed.hold(page(article(title="Một bài khác hẳn")), ParsedPage(article(title="Một bài khác hẳn")))
    assert PressExtractor(handed).extract(fetched, None).title == "Nước lớn trên sông, nhiều tuyến đường bị chia cắt"


def test_scripts_of_the_article_are_kept_beside_a_tree_that_has_none() -> None:
    parsed = ParsedPage(WHOLE)
    assert [text[:24] for text in parsed.scripts()] == ['{"@type": "NewsArticle",']
    assert not parsed.tree.css("script, style")
