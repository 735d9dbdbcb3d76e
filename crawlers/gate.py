"""Does a page name a place of any desk? Decided before extraction, since almost every page names none.

The page is parsed once (lexbor, a correct HTML parse in half a millisecond) and its visible text, its meta
descriptions and the headline of its JSON-LD are reduced, by one table look-up, to the bare letters and digits a-z0-9:
spaces, marks, tags' ends, soft hyphens and every character between are gone. That reduction maps each character on
its own, so whatever is put between or over the letters of a name, the name's own reduction is found in it by one
Aho-Corasick pass; nothing true can be lost. A hit is then looked at in the text itself: no letter may adjoin, and the
marks must be those of the name (in Unicode, TCVN3 or VNI) or fewer.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from ahocorasick_rs import BytesAhoCorasick
from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.errors import ExtractError
from core.records import Entry, FetchedPage
from core.text import nfc
from crawlers import legacy
from crawlers.decode import decode
from crawlers.nesting import too_deep

_BREAK: Final = "\x01"
_UNSEEN_TAGS: Final = ["script", "style"]
_META: Final = "meta[content]"
_IMAGES: Final = "img[alt]"
_JSON: Final = 'script[type*="ld+json" i]'
_META_NAMES: Final = frozenset(
    ("description", "og:description", "og:title", "twitter:title", "twitter:description", "title", "headline",
     "dc.title", "dc.description", "abstract", "article:section")
)  # fmt: skip
_JSON_KEYS: Final = (
    "headline",
    "alternativeHeadline",
    "name",
    "description",
    "articleBody",
    "articleSection",
    "caption",
)
_TWINS: Final = {ord("ð"): "đ", ord("Ð"): "Đ", ord("ƣ"): "ư", ord("Ƣ"): "Ư"}
"""Look-alikes that old keyboards and converters leave: eth for đ, the letter gha for ư."""
_STROKE: Final = {ord("đ"): "d\u0335"}
_LATE_TONE: Final = re.compile("([\u0300\u0301\u0303\u0309\u0323])([aeiouy\u0302\u0306\u031b]+)")

_LONG: Final = 7

_Codes = np.ndarray[Any, np.dtype[np.uint16]]
_Letters = np.ndarray[Any, np.dtype[np.uint8]]


def _table() -> _Letters:
    table = np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        base = unicodedata.normalize("NFKD", chr(code).translate(_TWINS).lower())[0].replace("đ", "d")
        if base.isascii() and base.isalnum():
            table[code] = ord(base)
    return table


_BASE: Final = _table()


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which a name is written, beyond its bare letters."""

    text: str  # to be compared
    old: bool  # in TCVN3 or VNI
    lead: int = 0  # characters of an old encoding before its first bare letter
    trail: int = 0  # and after the last


class PatternGate:
    """Implements core.ports.Gate for the surface names of all desks' places."""

    def __init__(self, names: Iterable[str]) -> None:
        forms: dict[bytes, set[_Form]] = {}
        for name in {nfc(name).strip() for name in names}:
            for old, text in _written(name):
                bare, kept, _ = _reduce(text)
                if bare:
                    forms.setdefault(bare, set()).add(_form(text, old, kept))
        self._forms = [tuple(values) for values in forms.values()]
        self._search = BytesAhoCorasick(list(forms)) if forms else None

    def passes(self, page: FetchedPage) -> bool:
        """True where a name may stand in the page's visible text or its entry. Never False for a real mention."""
        if self._search is None:
            return False
        if page.entry is not None and self.names_in(_entry_text(page.entry)):
            return True
        return too_deep(page.body) or any(self.names_in(text) for text in _texts(page))

    def names_in(self, text: str) -> bool:
        """Whether a name stands in plain text."""
        if self._search is None:
            return False
        bare, kept, codes = _reduce(text)
        found = self._search.find_matches_as_indexes(bare, overlapping=True)
        if not found:
            return False
        places = np.flatnonzero(kept)
        return any(
            _stands(form, codes, int(places[start]), int(places[end - 1]) + 1)
            for which, start, end in found
            for form in self._forms[which]
        )


def _reduce(text: str) -> tuple[bytes, _Letters, _Codes]:
    """Bare letters; the same with a zero where a character fell out; the text in UTF-16."""
    codes: _Codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    kept: _Letters = _BASE[codes]
    return kept.tobytes().translate(None, b"\0"), kept, codes


def _written(name: str) -> Iterator[tuple[bool, str]]:
    """The name in Unicode and as it reads on pages in the encodings from before."""
    yield False, name
    yield True, legacy.to_legacy(name, "tcvn3")
    yield True, legacy.to_legacy(name, "vni")


def _form(text: str, old: bool, kept: _Letters) -> _Form:
    if not old:
        return _Form(_marked(text), old)
    places = np.flatnonzero(kept)
    return _Form(_squeezed(text), old, int(places[0]), len(kept) - 1 - int(places[-1]))


def _marked(text: str) -> str:
    """Letters and marks in one order: small, decomposed, each tone at the end of its run of vowels (hoà = hòa)."""
    apart = unicodedata.normalize("NFD", text.translate(_TWINS).lower())
    letters = "".join(c for c in apart if c.isalnum() or unicodedata.combining(c))
    return _LATE_TONE.sub(r"\2\1", letters.translate(_STROKE))


def _squeezed(text: str) -> str:
    """Text of an old encoding without blanks and punctuation; its letters may be any of U+00A1..00FF."""
    return "".join(c for c in text.lower() if c.isalnum() or ("\u00a1" <= c <= "\u00ff" and c != "\u00ad"))


def _stands(form: _Form, codes: _Codes, start: int, end: int) -> bool:
    """Whether the name stands there in that form: nothing adjoins, and its marks are the name's or fewer."""
    if form.old:
        start, end = max(0, start - form.lead), end + form.trail
        return _squeezed(_cut(codes, start, end)) == form.text and not _adjoined(codes, start, end)
    while end < len(codes) and unicodedata.combining(chr(codes[end])):
        end += 1
    return not _adjoined(codes, start, end) and _within(_cut(codes, start, end), form.text)


def _cut(codes: _Codes, start: int, end: int) -> str:
    return codes[start:end].tobytes().decode("utf-16-le", "replace")


def _adjoined(codes: _Codes, start: int, end: int) -> bool:
    """Whether a letter before or after belongs to the same word. A capital after a small letter begins a new one."""
    before = chr(codes[start - 1]) if start else " "
    after = chr(codes[end]) if end < len(codes) else " "
    if before.isalpha() and not (before.islower() and chr(codes[start]).isupper()):
        return True
    return after.isalpha() and not (chr(codes[end - 1]).islower() and after.isupper())


def _within(span: str, meant: str) -> bool:
    """Whether the marks in the span are those meant, or fewer ("BINH SON", "Đak Lak"); bare letters agree already.

    Short names without their marks must begin with a capital, or half the page would pass ("da te" for Đạ Tẻh).
    """
    said = _marked(span)
    if said == meant:
        return True
    letters = iter(meant)
    return (len(said) >= _LONG or span[0].isupper()) and all(letter in letters for letter in said)


def _entry_text(entry: Entry) -> str:
    text = f"{entry.title}{_BREAK}{entry.lead}"
    if "<" in text:
        text = LexborHTMLParser(text).text(separator=_BREAK)
    return _unescaped(text)


def _texts(page: FetchedPage) -> Iterator[str]:
    """What the page says: one reading, and for bytes that are not UTF-8 a second one in case the first is wrong."""
    try:
        page.body.decode("utf-8")
    except UnicodeDecodeError:
        try:
            yield _said(decode(page.body, page.headers).text)
        except ExtractError:
            pass
        yield _said(page.body.decode("cp1252", "replace"))
    else:
        yield _said(page.body)


def _said(markup: bytes | str) -> str:
    """Visible text, texts of images, meta descriptions and what JSON-LD says of the article."""
    tree = LexborHTMLParser(markup)
    beside = [text for node in tree.css(_META) for text in _meta(node)]
    beside += [node.attrs.sget("alt", "") for node in tree.css(_IMAGES)]
    beside += [text for node in tree.css(_JSON) for text in _json_texts(node.text())]
    tree.strip_tags(_UNSEEN_TAGS)
    root = tree.root
    body = root.text(separator=_BREAK) if root is not None else ""
    return _unescaped(_BREAK.join([body, *beside]))


def _meta(node: LexborNode) -> Iterator[str]:
    attributes = node.attributes
    name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop") or ""
    if name.lower() in _META_NAMES:
        yield attributes.get("content") or ""


def _json_texts(script: str) -> Iterator[str]:
    """Headline, description and the like of JSON-LD; all of it where it can't be parsed."""
    try:
        waiting = [json.loads(script)]
    except (ValueError, RecursionError):
        yield _json_unescaped(script)
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(v for v in value.values() if isinstance(v, dict | list))
            yield from (v for k in _JSON_KEYS if isinstance(v := value.get(k), str))


def _json_unescaped(script: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m.group(1), 16)), script)


def _unescaped(text: str) -> str:
    return html.unescape(html.unescape(text)) if "&" in text else text
