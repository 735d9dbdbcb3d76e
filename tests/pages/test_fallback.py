"""A second reading is made only where the page holds words for it: headlines of other articles are none."""

from __future__ import annotations

import pytest
import trafilatura
from selectolax.lexbor import LexborHTMLParser

from crawlers.extract.blocks import Block
from crawlers.extract.fallback import fallback
from crawlers.extract.head import Head
from tests.crawlers.pages import FILL, article

MARKED = Head(article={"@type": "NewsArticle", "headline": "Nước lớn trên sông"})
SHORT = Block(text="Ảnh chụp sáng nay ở bến phà.", kind="text", linked=0, strong=False, right=False)
LINKS = "".join(
    f"<li><a href='/{n}.htm'>Một bài khác hẳn, bài thứ {n} trong mục này của báo</a></li>" for n in range(300)
)


def read(markup: str) -> list[Block]:
    return fallback([SHORT], MARKED, LexborHTMLParser(markup), markup)


def test_links_to_other_articles_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(trafilatura, "extract", lambda markup, **_: asked.append(markup))
    page = f"<html><body><h1>Nước lớn trên sông</h1><p>{SHORT.text}</p><ul>{LINKS}</ul></body></html>"
    assert read(page) == [SHORT]
    assert not asked


@pytest.mark.parametrize("paragraphs", [FILL, (f"<a href='/bai.htm'>{' '.join(FILL)}</a>", FILL[0], FILL[1])])
def test_words_that_were_missed_are_found_among_as_many_links(paragraphs: tuple[str, ...]) -> None:
    page = article(lead="", paragraphs=paragraphs, after=f"<ul>{LINKS}</ul>")
    assert FILL[1] in " ".join(block.text for block in read(page))


def test_an_article_that_is_all_one_link_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trafilatura, "extract", lambda *_, **__: "\n".join(FILL))
    page = f"<html><body><a href='/bai.htm'>{'<br>'.join(FILL * 2)}</a><ul>{LINKS}</ul></body></html>"
    assert [block.text for block in read(page)] == list(FILL)
