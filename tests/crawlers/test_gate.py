"""The gate never stops a page that names the place, however the name is written; and it does stop the others."""

# ruff: noqa: E501 - mark-up reads better on one line
from __future__ import annotations

import html
import html.entities
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Entry
from crawlers.gate import PatternGate
from crawlers.legacy import Legacy, to_legacy
from tests.crawlers.pages import article, page

NAMES = (
    "Bình Sơn", "Hòa Phong", "Thường Xuân", "Đồng Tháp", "Mỹ Hào", "Quế Phong", "Hạnh Dịch", "Ea H'leo", "Krông Búk",
    "Thuận Hóa", "Phú Thuận B", "Long Khánh", "Huế", "Đường Hào", "Bắc Ái", "Quỳ Châu", "Khuê Ngọc Điền", "Quảng Uyên",
    "Phan Rang - Tháp Chàm",
)  # fmt: skip
GATE = PatternGate(NAMES)
name = st.sampled_from(NAMES)
TITLED = st.sampled_from((str, str.upper, lambda t: t))


def old_tone(text: str) -> str:
    """hòa -> hoà, as older keyboards place the mark."""
    for new, old in (("óa", "oá"), ("òa", "oà"), ("óe", "oé"), ("òe", "oè"), ("úy", "uý"), ("ùy", "uỳ")):
        text = text.replace(new, old)
    return text


def bare(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in apart if not unicodedata.combining(c))


Spelling = Callable[[str], str]
ENTITIES: tuple[Spelling, ...] = (
    lambda t: "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in t),
    lambda t: "".join(f"&#x{ord(c):X};" if ord(c) > 127 else c for c in t),
    lambda t: t.encode("ascii", "xmlcharrefreplace").decode(),
    lambda t: "".join(
        f"&{html.entities.codepoint2name[ord(c)]};" if ord(c) in html.entities.codepoint2name else c for c in t
    ),
    lambda t: html.escape("".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in t)),
)
SPELLINGS: tuple[Spelling, ...] = (
    str, str.upper, str.lower, old_tone, bare, lambda t: bare(t).upper(),
    lambda t: unicodedata.normalize("NFD", t), lambda t: unicodedata.normalize("NFD", t.upper()),
    lambda t: unicodedata.normalize("NFKD", old_tone(t)), lambda t: t.replace("Đ", "Ð"), lambda t: t.replace("ư", "ƣ"),
)  # fmt: skip
GAPS = (" ", "\n", "\r\n   ", "&nbsp;", "\u00a0", "\u2009", "&thinsp;", "\u200b ", "&shy; ", "<br>", " <wbr>", "</b> <b>",
        "<!-- x --> ", "</span>\n<span class='a'>", "</i><script>var a = 'x';</script> <i>", "-", " \u2060")  # fmt: skip
INSIDE = ("", "\u200b", "\u00ad", "&shy;", "<b></b>", "<wbr>", "&zwj;", "\u2060", "</b><b>", "<!---->")


@given(name, st.sampled_from(SPELLINGS))
def test_every_spelling_passes(place: str, spell: Spelling) -> None:
    told = page(article(paragraphs=(f"Tại {spell(place)}, nước rút.",)))
    assert GATE.passes(told) is (spell is not str.lower), "written small it is a word"


@given(name, st.sampled_from(ENTITIES), TITLED)
def test_entities_pass(place: str, escape: Spelling, case: Spelling) -> None:
    told = page(article(paragraphs=(f"Tại {escape(case(place))}, nước rút.",)))
    assert GATE.passes(told)


@given(name, st.lists(st.sampled_from(GAPS), min_size=4, max_size=4), st.sampled_from(SPELLINGS))
def test_what_stands_between_the_syllables_does_not_matter(place: str, gaps: list[str], spell: Spelling) -> None:
    words = spell(place).split(" ")
    told = words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=False))
    said = page(article(paragraphs=(f"<b>Tại <i>{told}</i></b>, nước rút.",)))
    assert spell is str.lower or "-" in told or GATE.passes(said)


@given(name, st.data())
def test_what_stands_inside_a_syllable_does_not_matter(place: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(place) - 1))
    between = data.draw(st.sampled_from(INSIDE))
    said = page(article(paragraphs=(f"Tại <b>{place[:at]}{between}{place[at:]}</b>, nước rút.",)))
    assert GATE.passes(said)


@pytest.mark.parametrize("place", NAMES)
@pytest.mark.parametrize(
    "around",
    ["<td>{}</td><td>Nghệ An</td>", "<li>Ngày 5</li><li>{}</li>", "“{}”", "({})", "huyện{}", "#{}", "{}:", "xã_{}", "{}Ngày",
     "H.{}", "TX.{}"],
)  # fmt: skip
def test_neighbours_do_not_hide_a_name(place: str, around: str) -> None:
    assert GATE.passes(page(article(after=around.format(place))))


@pytest.mark.parametrize("place", NAMES)
@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize("as_bytes", [True, False])
@pytest.mark.parametrize("case", [str, str.upper])
def test_encodings_from_before_unicode(place: str, encoding: Legacy, as_bytes: bool, case: Spelling) -> None:
    text = case(place) if encoding == "vni" else place
    told = to_legacy(f"Sáng nay tại huyện {text}, chính quyền địa phương đã", encoding)
    body = article(title="Tin", lead="", paragraphs=(told,), shown="").replace("Thứ bảy", "")
    raw = body.encode("cp1252", "ignore") if as_bytes else body.encode()
    assert GATE.passes(page(raw))


@pytest.mark.parametrize("place", NAMES)
@pytest.mark.parametrize("charset", ["cp1258", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_charsets(place: str, charset: str) -> None:
    text = unicodedata.normalize("NFD", article(paragraphs=(f"Tại {place}, nước rút.",)))
    if charset == "cp1258":
        text = recomposed(article(paragraphs=(f"Tại {place}, nước rút.",)))
    assert GATE.passes(page(text.encode(charset, "ignore")))


def recomposed(text: str) -> str:
    """As windows-1258 writes it: the vowel with its sign as one letter, the tone after it."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(p for p in parts if p in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tones)) if tones else letter
        out.append(base + tones)
    return "".join(out)


@pytest.mark.parametrize("place", NAMES)
@pytest.mark.parametrize(
    "where",
    [
        lambda t: article(title=f"Lũ về {t} trong đêm"),
        lambda t: article(lead=f"Tại {t}, nước dâng nhanh trong đêm qua và sáng nay."),
        lambda t: article(before=f"<figure><img src='a.jpg'><figcaption>Nước ngập ở {t}</figcaption></figure>"),
        lambda t: article(head=f'<meta name="description" content="Lũ về {t}">'),
        lambda t: article(head=f'<meta content="Lũ về {t}" property=og:description>'),
        lambda t: article(head=f'<meta name="description" content="{html.escape(html.escape("Lũ & " + t))}">'),
        lambda t: article(
            head='<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"Lũ về '
            + t.encode("unicode_escape").decode().replace("\\x", "\\u00")
            + '"}]}</script>'
        ),
        lambda t: article(head=f'<script type="application/ld+json">{{"description": "Lũ về {t}",}} broken</script>'),
        lambda t: article(after=f"<noscript><p>Ở {t}</p></noscript>"),
        lambda t: article(after=f"<details><summary>Ở {t}</summary></details>"),
        lambda t: f"<p>Ở {t}",
        lambda t: f"<nav><div>Trang chủ<p>{t}: nước rút",
    ],
)  # fmt: skip
def test_wherever_a_reader_sees_it(place: str, where: Callable[[str], str]) -> None:
    assert GATE.passes(page(where(place)))


@pytest.mark.parametrize("place", NAMES)
@pytest.mark.parametrize("told", ["{}", "<b>{}</b>", "&lt;b&gt;{}&lt;/b&gt;", "x<br/>{}"])
def test_a_name_only_in_the_feed(place: str, told: str) -> None:
    said = told.format(place)
    for entry in (
        Entry(source="bao", url="https://bao.example/a", found_in="https://bao.example/rss", title=said),
        Entry(source="bao", url="https://bao.example/a", found_in="https://bao.example/rss", lead=said),
    ):
        assert GATE.passes(page(article(), entry=entry))


@settings(max_examples=60)
@given(st.text(max_size=300), name, st.text(max_size=300))
def test_any_text_around_a_name(before: str, place: str, after: str) -> None:
    told = html.escape(f"{before} {place} {after}".replace("\x00", ""))
    assert GATE.passes(page(f"<p>{told}</p>".encode("utf-8", "replace")))


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_taken(body: bytes) -> None:
    GATE.passes(page(body))


@pytest.mark.parametrize(
    "said",
    [
        "Nước rút ở khắp nơi.", "một bức tranh sơn mài bình thường", "Chuyện về thuế và huệ", "sơn bình", "Bính Son", "hoa phóng",
        "Bình. Minh", "Thường Tín", "Xuân Thường", "Hào Mỹ", "Hạnh phúc", "đông thập", "đường hẻo",
    ],
)  # fmt: skip
def test_pages_without_the_names_are_stopped(said: str) -> None:
    assert not GATE.passes(page(article(paragraphs=(said,))))


@pytest.mark.parametrize(
    "said",
    [
        "đất nước thống nhất", "Đất nước Thống nhất", "sống hòa bình", "vì Hòa bình", "họ Thống, Nhất là", "được An - Phó kể", "bạn An Phó",
        "ở phường, 2 người", "Thống/Nhất", "Hòa (Bình)", "ông sơn bua ô dù",
    ],
)  # fmt: skip
def test_words_that_are_no_names_are_stopped(said: str) -> None:
    names = ("Thống Nhất", "Hòa Bình", "An Phú", "Phường 2", "Sơn Bua")
    assert not PatternGate(names).passes(page(article(paragraphs=(said,))))


@pytest.mark.parametrize(
    "said",
    [
        "THỐNG NHẤT",
        "Thống\u00a0Nhất",
        "<b>Thống</b> <i>Nhất</i>",
        "Hoà Bình",
        "PHƯỜNG 2",
        "Phường <b>2</b>",
        "Ea H'leo",
    ],
)
def test_names_are_no_words(said: str) -> None:
    names = ("Thống Nhất", "Hòa Bình", "An Phú", "Phường 2", "Ea H'Leo")
    assert PatternGate(names).passes(page(article(paragraphs=(f"Tại {said}, nước rút.",))))


@pytest.mark.parametrize(
    "markup",
    [
        "<script>var place = 'Bình Sơn';</script>",
        "<style>.a { content: 'Bình Sơn' }</style>",
        "<!-- Bình Sơn -->",
        '<script type="application/ld+json">{"publisher": {"name": "Báo Bình Sơn"}}</script>',
        '<script type="application/ld+json">//<![CDATA[\n{"publisher": {"name": "Báo Bình Sơn"},}\n//]]></script>',
        '<a href="/binh-son">nơi này</a>',
    ],
)
def test_what_no_reader_sees_does_not_count(markup: str) -> None:
    assert not GATE.passes(page(article(after=markup)))


def test_a_name_inside_a_word_does_not_count() -> None:
    gate = PatternGate(["Huế", "Vinh"])
    assert not gate.passes(page(article(paragraphs=("Thuế và vĩnh viễn, khuếch tán.",))))
    assert gate.passes(page(article(paragraphs=("Thuế ở Huế.",))))


def test_no_names_stop_everything() -> None:
    assert not PatternGate([]).passes(page(article()))


def test_nesting_is_bounded() -> None:
    deep = "<div>" * 300_000 + "Nước rút"
    assert GATE.passes(page(deep)), "what can't be read cheaply is left to extraction, which says so"
    assert not GATE.passes(page("<div>" * 1000 + "Nước rút" + "</div>" * 1000))
    assert GATE.passes(page("<div>" * 1000 + "Bình Sơn" + "</div>" * 1000))
