"""No record of people: who wrote, took, shared or commented leaves no trace in what is made of a page."""

# ruff: noqa: E501 - mark-up reads better on one line
from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from core.text import fold_plain
from crawlers.extract import PressExtractor
from crawlers.extract.head import Head
from tests.crawlers.pages import FILL, article, page

CANARY = "Hoàng Thị Canary Vàng Anh"
SLUG = "canary"

HEADS = {
    "meta author": f'<meta name="author" content="{CANARY}">',
    "article:author": f'<meta property="article:author" content="{CANARY}">',
    "dc:creator": f'<meta name="dc.creator" content="{CANARY}"><meta name="DCTERMS.creator" content="{CANARY}">',
    "twitter:creator": f'<meta name="twitter:creator" content="@{CANARY}"><meta name="twitter:data1" content="{CANARY}">',
    "json-ld author": '<script type="application/ld+json">'
    + json.dumps({"@type": "NewsArticle", "headline": "Nước lớn trên sông", "author": {"@type": "Person", "name": CANARY},
                  "editor": CANARY, "creator": [CANARY], "contributor": {"name": CANARY}, "comment": [{"text": CANARY}]})
    + "</script>",
    "keywords": f'<meta name="keywords" content="{CANARY}"><meta name="news_keywords" content="{CANARY}">',
    "link author": f'<link rel="author" href="/tac-gia/{SLUG}" title="{CANARY}">',
}  # fmt: skip
INSIDE = {
    "byline above": f'<p class="author"><a href="/tac-gia/x">{CANARY}</a></p>',
    "byline bold": f"<p><strong>{CANARY}</strong></p>",
    "byline right": f'<p style="text-align: right;">{CANARY}</p>',
    "byline with a date": f'<div class="author-info"><span>{CANARY}</span> <span>07/03/2026</span></div>',
    "reached at": f"<p>• {CANARY} can be reached at canary@bao.example.</p>",
    "rel author": f'<p><a rel="author" href="/x">{CANARY}</a></p>',
    "itemprop": f'<span itemprop="author" itemscope><span itemprop="name">{CANARY}</span></span>',
    "written by": f"<p>Bài, ảnh: {CANARY}</p>",
    "photo credit": f"<figure><img src=a.jpg alt='{CANARY}'><figcaption>Nước ngập. Ảnh: {CANARY}</figcaption></figure>",
    "caption class": f'<div class="PhotoCMS_Caption"><p>Nước ngập đường. (Ảnh: {CANARY})</p></div>',
    "comment": f'<div id="comments"><div class="comment-item"><b>{CANARY}</b><p>Tôi thấy đường nhà tôi còn ngập, mong xã sửa sớm cho dân đi lại.</p></div></div>',
    "comment box": f'<section class="box-binh-luan"><p>{CANARY}: mong xã sửa sớm đường cho dân đi lại, ngập đã ba hôm rồi.</p></section>',
    "tweet": f'<blockquote class="twitter-tweet"><p>Nước lên nhanh quá các bạn ơi, đường về quê ngập hết rồi</p>&mdash; {CANARY} (@canary) <a href="https://twitter.com/canary/status/1">7 March</a></blockquote>',
    "facebook": f'<div class="fb-post" data-href="https://www.facebook.com/canary/posts/1"><blockquote cite="https://www.facebook.com/canary"><p>Nước lên nhanh quá</p>Posted by {CANARY}</blockquote></div>',
    "facebook bare": f'<blockquote cite="https://www.facebook.com/canary/posts/1"><p>Nước lên nhanh quá các bạn ơi</p>Đăng bởi <a href="https://www.facebook.com/canary">{CANARY}</a></blockquote>',
    "tiktok": f'<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@canary/video/1"><section><a href="https://www.tiktok.com/@canary">@{CANARY}</a><p>Nước lên</p></section></blockquote>',
    "instagram": f'<blockquote class="instagram-media"><p>Bài viết do {CANARY} chia sẻ</p></blockquote>',
    "related": f'<div class="box-related"><ul><li><a href="/a">{CANARY} nói về trận lũ</a></li></ul></div>',
    "related headline": f'<p><a href="/a">{CANARY} nói về trận lũ năm nay ở quê mình</a></p>',
    "tags": f'<div class="tags"><a href="/tag/{SLUG}">{CANARY}</a></div>',
    "share": f'<div class="share-box"><a href="mailto:{SLUG}@bao.example">{CANARY}</a></div>',
}  # fmt: skip


def traces(body: str) -> list[str]:
    found = PressExtractor().extract(page(body), None)
    assert found.paragraphs[: len(FILL)] == FILL or set(FILL) <= set(found.paragraphs)
    told = [str(value) for value in asdict(found).values()]
    return [value for value in told if SLUG in fold_plain(value)]


@pytest.mark.parametrize("where", HEADS)
def test_names_in_the_head(where: str) -> None:
    assert traces(article(head=HEADS[where])) == []


@pytest.mark.parametrize("where", INSIDE)
@pytest.mark.parametrize("place", ["before", "first", "middle", "last", "after"])
def test_names_on_the_page(where: str, place: str) -> None:
    told, body = INSIDE[where], article()
    if place in ("before", "after"):
        body = article(before=told) if place == "before" else article(after=told)
    elif place == "last":
        body = body.replace(f"<p>{FILL[2]}</p>", f"<p>{FILL[2]}</p>{told}")
    else:
        anchor = FILL[0] if place == "first" else FILL[1]
        body = body.replace(f"<p>{anchor}</p>", f"{told}<p>{anchor}</p>")
    if place == "middle" and where in ("byline bold", "byline right"):
        body = article(head=HEADS["meta author"]).replace(f"<p>{FILL[1]}</p>", f"{told}<p>{FILL[1]}</p>")
    assert traces(body) == []


def test_a_known_author_is_dropped_from_the_body_wherever_it_stands() -> None:
    inside = f"<p>{CANARY}</p><p>{FILL[1]}</p>"
    body = article(head=HEADS["json-ld author"]).replace(f"<p>{FILL[1]}</p>", inside)
    assert traces(body) == []


def test_what_is_read_of_a_head_has_no_room_for_an_author() -> None:
    assert not {"author", "authors", "byline", "creator"} & set(Head.__dataclass_fields__)
