"""Bytes of a feed or sitemap -> text that is safe to parse, and HTML snippets -> plain text.

XML that brings a document type or entities of its own is refused before any parser sees it, in whatever encoding it
is hidden; so the bytes are decoded here, once, and parsers get UTF-8 only.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from core.errors import FetchError
from core.text import clean, clip
from crawlers.decode import untwist
from crawlers.discovery import Problem
from crawlers.extract.shown import shown
from crawlers.fetch.decode import Body

MAX_BYTES: Final = 15_000_000
_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 65_536
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", ""),
    (b"\x00\x00\xfe\xff", ""),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CHARSETS: Final = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8", "utf-16": "utf-16",
    "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "windows-1258": "cp1258", "cp1258": "cp1258",
    "windows-1252": "cp1252", "cp1252": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "tcvn": "",
    "windows-1250": "cp1250", "iso-8859-15": "iso8859-15", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030",
    "big5": "big5", "shift_jis": "cp932", "euc-kr": "cp949", "euc-jp": "euc_jp", "tis-620": "cp874",
}  # fmt: skip
"""Encodings that are taken at their word. UTF-7 and other ways to hide markup are none of them."""

_XML_DECLARATION: Final = re.compile(r"^\s*<\?xml\b[^>]{0,300}\?>", re.IGNORECASE)
_DECLARED: Final = re.compile(rb"""^\s{0,64}<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_HEADER_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_PLAIN_RSS_DOCTYPE: Final = re.compile(
    r'<!DOCTYPE\s+rss\s+PUBLIC\s+"-//Netscape Communications//DTD RSS 0\.91//EN"\s+"[^"<>\[\]]{0,200}"\s*>',
    re.IGNORECASE,
)
_HTML_DOCTYPE: Final = re.compile(r"<!DOCTYPE\s+html\b[^\[<]{0,300}>", re.IGNORECASE)
_MARKUP_DECLARATION: Final = re.compile(r"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)\b", re.IGNORECASE)
_QUOTING: Final = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_TAG: Final = re.compile(r"<[/!]?[a-zA-Z][^<>]{0,2000}>")
_INLINE: Final = re.compile(r"</?(?:b|i|u|em|strong|span|font|a|sup|sub|small|mark)\b[^<>]{0,500}>", re.I)
_LINES: Final = re.compile(r"</?(?:br|p|div|img|h[1-6])\b[^<>]{0,500}>", re.I)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NOT_TEXT: Final = ", ".join(
    (
        "script", "style", "noscript", "template", "iframe", "object", "svg", "form", "figcaption",
        "[rel~=author]", "[itemprop=author]", "[class*=author]", "[class*=byline]", "[class*=tacgia]",
        "[class*=tac-gia]",
    )
)  # fmt: skip
"""Parts of a snippet that are no text of the article; bylines among them."""

_WORDPRESS_TAIL: Final = re.compile(r"\s*The post .{1,300} (first )?appeared (first )?on .{1,120}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text of a body, or why there is none."""

    text: str = ""
    charset: str = ""
    problem: Problem = ""
    cut: bool = False  # more was packed in it than is read


def decode(body: bytes, headers: Mapping[str, str], limit: int = MAX_BYTES) -> Decoded:
    """The text of an XML, JSON or plain text body (gzip inside is undone, up to `limit` bytes).

    UTF-8 that decodes is believed before any label, since a wrong charset header is more common than other text that
    happens to be UTF-8; then the byte order mark, the XML declaration, the header.
    """
    if not body.startswith(_GZIP):
        return _decoded(body, headers)
    content, cut = gunzip(body, limit)
    return replace(_decoded(content, headers), cut=cut)


def _decoded(body: bytes, headers: Mapping[str, str]) -> Decoded:
    if not body.strip():
        return Decoded(problem="empty-body")
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return _with(charset, body[len(mark) :])
    if b"\x00" in body[:200]:
        return _with("utf-16-le" if body[1:2] == b"\x00" else "utf-16-be", body)
    try:
        return Decoded(text=_printable(body.decode("utf-8")), charset="utf-8")
    except UnicodeDecodeError as error:
        if _nearly_utf8(body, error.start):
            return Decoded(text=_printable(body.decode("utf-8", "replace")), charset="utf-8")
    return _with(_labelled(body, headers), body)


def gunzip(body: bytes, limit: int) -> tuple[bytes, bool]:
    """(the content of a gzip body, of all its members, cut at `limit` bytes; whether it was cut).

    Of a damaged one what could be read.
    """
    content = Body("gzip", limit, cut=True)
    with suppress(FetchError):
        for start in range(0, len(body), _PIECE):
            content.feed(body[start : start + _PIECE])
    return content.so_far(), content.full


def xml_text(decoded: Decoded) -> Decoded:
    """Without its XML declaration, refused where it declares a document type or entities.

    Exempt is only the bare document type of RSS 0.91, which is taken out: it can declare nothing by itself.
    """
    if decoded.problem:
        return decoded
    text = _XML_DECLARATION.sub("", decoded.text, count=1).lstrip()
    text = _PLAIN_RSS_DOCTYPE.sub("", text, count=1).lstrip()
    head = text[:1000].lower()
    if _HTML_DOCTYPE.match(text) or head.startswith("<html"):
        return Decoded(charset=decoded.charset, problem="not-a-feed")
    if _MARKUP_DECLARATION.search(_without_cdata(text)):
        return Decoded(charset=decoded.charset, problem="dtd")
    return Decoded(text=text, charset=decoded.charset)


def text_of(snippet: str, limit: int) -> str:
    """The text of an HTML snippet that may be escaped once or twice, on one line, clipped to `limit` characters."""
    snippet = untwist(snippet[: 20 * limit])
    for _ in range(3):
        if _TAG.search(snippet):
            snippet = _strip_tags(snippet)
        elif _ENTITY.search(snippet):
            snippet = html.unescape(snippet)
        else:
            break
    return clip(_WORDPRESS_TAIL.sub("", clean(untwist(snippet))), limit)


def title_of(snippet: str, limit: int) -> str:
    """A headline as it is to be shown: entities undone, inline tags dropped, anything else left as text."""
    snippet = snippet[: 20 * limit]
    for _ in range(3):
        if not _ENTITY.search(snippet):
            break
        snippet = html.unescape(snippet)
    title = clip(clean(untwist(_INLINE.sub("", _LINES.sub(" ", snippet)))), limit)
    return "" if "\ufffd" in title else title


def _strip_tags(snippet: str) -> str:
    tree = LexborHTMLParser(f"<body>{snippet}</body>")
    return shown(tree.body, _NOT_TEXT) if tree.body is not None else ""


def _without_cdata(text: str) -> str:
    """The text without CDATA sections, comments and processing instructions, in which markup is only text.

    One pass: each kind's next beginning is looked for again only once it lies behind.
    """
    kept: list[str] = []
    at = 0
    begins = {begin: text.find(begin) for begin in _QUOTING}
    while True:
        begins = {begin: text.find(begin, at) if 0 <= start < at else start for begin, start in begins.items()}
        start, begin = min(((start, begin) for begin, start in begins.items() if start >= 0), default=(-1, ""))
        stop = text.find(_QUOTING[begin], start) if begin else -1
        if stop < 0:  # nothing quoted any more, or never closed: looked at as if it were markup
            return "".join((*kept, text[at:]))
        kept.append(text[at:start])
        at = stop + len(_QUOTING[begin])


def _with(charset: str, body: bytes) -> Decoded:
    if not charset:
        return Decoded(problem="undecodable")
    try:
        text = body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return Decoded(problem="undecodable")
    return Decoded(text=_printable(text.removeprefix("\ufeff")), charset=charset)


def _printable(text: str) -> str:
    return _NO_XML.sub("", text)


def _nearly_utf8(body: bytes, first_fault: int) -> bool:
    """UTF-8 that was cut off in the middle of a letter, or has a byte in a thousand wrong."""
    if len(body) - first_fault <= 4 and first_fault > 20:
        return True
    faults = body.decode("utf-8", "replace").count("\ufffd")
    multibyte = sum(1 for byte in body[:200_000] if byte >= 0xC0)
    return faults <= 5 + len(body) // 1000 and multibyte > 20 * faults


def _labelled(body: bytes, headers: Mapping[str, str]) -> str:
    declared = _DECLARED.match(body)
    if declared:
        named = _CHARSETS.get(declared.group(1).decode("ascii").lower(), "")
        if named and named != "utf-8":
            return named
    header = _HEADER_CHARSET.search(headers.get("content-type", ""))
    named = _CHARSETS.get(header.group(1).lower(), "") if header else ""
    return "" if named == "utf-8" else named
