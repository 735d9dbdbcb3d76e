"""Whatever a server sends, extraction ends in an article of clean text or in a refusal with a reason."""

# ruff: noqa: E501 - lists of shapes
from __future__ import annotations

import json
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ExtractError
from core.records import Article
from crawlers.extract import PressExtractor
from tests.crawlers.pages import FILL, article, page

REASONS = {"undecodable", "too-complex", "no-title", "not-article", "no-body"}
TAGS = ("p", "div", "b", "a", "li", "ul", "table", "td", "br", "h1", "h2", "figure", "figcaption", "article", "svg", "template",
        "script", "style", "blockquote", "time", "select", "math", "noscript", "form")  # fmt: skip
piece = st.one_of(
    st.text(max_size=30),
    st.sampled_from(TAGS).map("<{}>".format),
    st.sampled_from(TAGS).map("</{}>".format),
    st.sampled_from(("&amp;", "&#0;", "&#xD800;", "<!--", "-->", "<![CDATA[", "]]>", "\x00", "\ud800", "<p class='", '"', "=")),
    st.sampled_from(FILL),
)  # fmt: skip
soup = st.lists(piece, max_size=25).map("".join)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
FIELDS = (
    "@type",
    "headline",
    "description",
    "datePublished",
    "articleBody",
    "author",
    "itemListElement",
    "item",
    "name",
)


UNSEEN = ("<!-- a < b -->", "<span></span>", "<wbr>", "&shy;", "&#8203;", "\u00ad", "\u2060", "<script>var a = 1;</script>", "<ins class='ads'></ins>",
          "<b></b>", "<style>p{color:red}</style>", "<a name='x'></a>")  # fmt: skip
LEAD = "Mưa lớn kéo dài ba ngày khiến nước sông dâng nhanh, chính quyền di dời hàng trăm hộ dân."
WRAPS = ("<b>{}</b>", "<span class='drop'>{}</span>", "<font size=3>{}</font>", "<!-- x -->{}")
TITLE = "Nước lớn trên sông, nhiều tuyến đường bị chia cắt"
LINES = (TITLE, LEAD, *FILL)


def outcome(body: bytes | str) -> Article | str:
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    try:
        return PressExtractor().extract(page(raw), None)
    except ExtractError as error:
        return error.reason


def clean_or_refused(found: Article | str) -> None:
    if isinstance(found, str):
        assert found in REASONS
        return
    for text in (found.title, found.lead, *found.paragraphs, *found.captions, *found.meta):
        assert text == unicodedata.normalize("NFC", text)
        assert not any(c in text for c in "\n\r\x00\u202e\u200b\ud800")
    assert found.published.at.tzinfo is not None
    assert found.published.at <= found.fetched_at


@settings(max_examples=150)
@given(soup, soup, soup)
def test_tag_soup(head: str, before: str, after: str) -> None:
    clean_or_refused(outcome(article(head=head, before=before, after=after)))


@settings(max_examples=100)
@given(st.binary(max_size=500))
def test_bytes(body: bytes) -> None:
    clean_or_refused(outcome(body))
    clean_or_refused(outcome(article().encode() + body))


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(FIELDS), st.one_of(values, st.just("NewsArticle")), max_size=6))
def test_json_ld_of_any_shape(value: dict[str, object]) -> None:
    told = json.dumps({"@type": "NewsArticle"} | value).replace("</", "<\\/")
    clean_or_refused(outcome(article(head=f'<script type="application/ld+json">{told}</script>')))


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_times_of_any_shape(said: str) -> None:
    told = said.replace("<", "").replace('"', "")
    head = f'<meta property="article:published_time" content="{told}">'
    clean_or_refused(outcome(article(head=head, shown=f'<time datetime="{told}">{told}</time>')))


@settings(max_examples=150)
@given(st.sampled_from(LINES), st.data())
def test_what_no_reader_sees_changes_no_word(line: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(line) - 1))
    wrap, unseen = data.draw(st.sampled_from(WRAPS)), data.draw(st.sampled_from(UNSEEN))
    for encoded in (line[at], f"&#{ord(line[at])};", f"&#x{ord(line[at]):X};", unicodedata.normalize("NFD", line[at])):
        written = line[:at] + unseen + wrap.format(encoded) + line[at + 1 :]
        found = outcome(article().replace(f">{line}</", f">{written}</"))
        assert isinstance(found, Article)
        assert (found.title, found.lead, found.paragraphs) == (TITLE, LEAD, FILL)
