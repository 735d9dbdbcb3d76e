"""Headlines of other articles beside an article let no page through the gate; what may be the article's own does."""

# ruff: noqa: E501 - mark-up reads better on one line
from __future__ import annotations

import pytest

from crawlers.gate import PatternGate
from tests.crawlers.pages import URL, article, page

GATE = PatternGate(["Bình Sơn", "Châu Ổ"])
OTHER = "/thoi-su/cau-moi-102260307080054999.htm"
SAID = "Cầu mới ở Bình Sơn thông xe trước Tết Nguyên đán"


@pytest.mark.parametrize(
    "beside",
    [
        f"<ul><li><a href='{OTHER}'>{SAID}</a></li></ul>",
        f"<div><h3><a href='https://bao.example{OTHER}'>{SAID}</a></h3></div>",
        f"<div><a href='{OTHER}'><h3>{SAID}</h3><span>10:30</span></a></div>",
        f"<li><a href='{OTHER}'>{SAID}</a> <b>7/3</b></li>",
        f"<ul><li><a href='{OTHER}'>{SAID}</a></li><li><a href='/b.htm'>Giá gạo tăng ba phiên liền trong tuần</a></li></ul>",
        f"<p><a href='//khac.example/x.htm'>{SAID}</a></p>",
    ],
)
def test_a_headline_of_another_article_lets_no_page_through(beside: str) -> None:
    assert not GATE.passes(page(article(after=beside)))
    assert GATE.passes(page(article(paragraphs=("Sáng nay ở Bình Sơn, nước rút.",), after=beside)))


@pytest.mark.parametrize(
    "beside",
    [
        f"<p>Sáng nay, <a href='{OTHER}'>{SAID}</a>, theo chính quyền địa phương, sau ba năm thi công.</p>",
        f"<ul><li><a href='{URL}'>{SAID}</a></li></ul>",
        f"<ul><li><a href='{URL}?tu=trang-chu#dau'>{SAID}</a></li></ul>",
        f"<ul><li><a href='#dau'>{SAID}</a></li></ul>",
        f"<ul><li><a href='javascript:mo()'>{SAID}</a></li></ul>",
        f"<ul><li><a name='x'>{SAID}</a></li></ul>",
        f"<ul><li><a href='http://[hong'>{SAID}</a></li></ul>",
        f"<h1><a href='{OTHER}'>{SAID}</a></h1>",
        f"<h2 class='sapo'><a href='{OTHER}'>{SAID}</a></h2>",
        f"<figure><figcaption><a href='{OTHER}'>{SAID}</a></figcaption></figure>",
        "<p><a href='/tag/binh-son'>Bình Sơn</a></p>",
        f"<a href='{OTHER}'>{SAID}</a>",
    ],
)
def test_a_link_that_may_be_the_articles_own_does(beside: str) -> None:
    assert GATE.passes(page(article(after=beside)))


def test_a_name_in_an_old_encoding_beside_the_signs_of_others_is_found() -> None:
    assert GATE.passes(page("<p>T¹i thÞ trÊn Ch©u æ, n­íc rót.".encode()))
    assert not GATE.passes(page("<p>© Báo Mẫu: chú ý, nước rút.".encode())), "no sign of the name but one"


@pytest.mark.parametrize(
    "said",
    [
        "<p>Sáng nay ở B&igrave;nh Sơn, nước rút.</p>",
        "<p>Sáng nay ở <b>Bình</b> Sơn, nước rút.</p>",
        "<p>Sáng nay ở BÌNH SƠN, nước rút.</p>",
        "<p>Sáng nay ở B&amp;igrave;nh Sơn, nước rút.</p>",
        "<img alt='x'><meta name='description' content='Nước rút ở Bình Sơn'>",
        '<script type="application/ld+json">{"headline": "Nước rút ở Bình Sơn"}</script>',
    ],
)
def test_however_the_article_writes_what_such_a_headline_says(said: str) -> None:
    teaser = f"<ul><li><a href='{OTHER}'>{SAID}</a></li></ul>"
    assert not GATE.passes(page(article(after=teaser)))
    assert GATE.passes(page(article(before=said, after=teaser)))
