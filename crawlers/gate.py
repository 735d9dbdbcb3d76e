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
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice
from typing import Final

from ahocorasick_rs import BytesAhoCorasick, Implementation
from selectolax.lexbor import LexborHTMLParser

from core.errors import ExtractError
from core.records import Entry, FetchedPage
from core.text import nfc
from crawlers import legacy
from crawlers.bare import SMALL, Codes, Needs, Places, Reduced, reduced
from crawlers.decode import decode
from crawlers.extract.head import json_in
from crawlers.nesting import too_deep
from crawlers.parsed import Handed, ParsedPage
from crawlers.teasers import only_in_teasers

_BREAK: Final = "\x01"
_JSON_TEXTS: Final = (
    "headline",
    "alternativeHeadline",
    "name",
    "description",
    "articleBody",
    "articleSection",
    "caption",
)
_JSON_OTHERS: Final = frozenset(("author", "publisher", "image", "logo", "address", "contactPoint", "potentialAction"))
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")
_BROKEN: Final = "\ufffd"
_STROKE: Final = {ord("đ"): "d\u0335"}
_LINE_END: Final = re.compile(f"[\n{_BREAK}]")
_LATE_TONE: Final = re.compile("([\u0300\u0301\u0303\u0309\u0323])([aeiouy\u0302\u0306\u031b]+)")

_OLD: Final[tuple[legacy.Legacy, ...]] = ("tcvn3", "vni")
_AROUND: Final = 300
"""Characters on either side of a name by which a line in Unicode is known for that."""
_LONG: Final = 7
_AUTOMATON: Final = Implementation.DFA
"""A fourth quicker for about a kilobyte a name; by itself it would be taken for up to a hundred names."""
_SMALL_A: Final = ord("a")
_LOOKED_AT: Final = 100
"""Names on a page from which on nobody asks whether all of them stand in headlines of other articles."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which a name is written, beyond its bare letters."""

    text: str  # to be compared
    old: bool  # in TCVN3 or VNI
    lead: int = 0  # characters of an old encoding before its first bare letter
    trail: int = 0  # and after the last
    signs: tuple[str, ...] = ()  # of an old encoding: its letters beyond a-z, each with its capitals
    syllables: tuple[int, ...] = ()  # where each begins among the bare letters
    plain: bool = False  # nothing but spaces stands between them


class PatternGate:
    """Implements core.ports.Gate for the surface names of all desks' places.

    `handed`: takes the tree of each page that passes, where it was read for what its bytes are.
    A name counts only where it is written as the locator takes names, each syllable with a capital and nothing but
    space between: "thống nhất" and "Phường, 2" are words. In old encodings capitals are the fonts': nothing is asked.
    """

    def __init__(self, names: Iterable[str], handed: Handed | None = None) -> None:
        self._handed = handed
        forms: dict[Needs, dict[bytes, set[_Form]]] = {}
        for name in {nfc(name).strip() for name in names}:
            for old, text in _written(name):
                said = reduced(text)
                if said.bare:
                    form = _form(text, old, said)
                    forms.setdefault(_needs(form), {}).setdefault(said.bare, set()).add(form)
        self._lists = {needs: _Names(some) for needs, some in sorted(forms.items())}

    def passes(self, page: FetchedPage) -> bool:
        """True where a name may stand in the page's visible text or its entry. Never False for a real mention."""
        if not self._lists:
            return False
        if page.entry is not None and self.names_in(_entry_text(page.entry)):
            return True
        return too_deep(page.body) or any(self._told(said, page) for said in _readings(page))

    def _told(self, said: _Said, page: FetchedPage) -> bool:
        """Whether a reading names a place; its tree is then handed on."""
        named = self._named(said, page.final_url)
        if named and said.of_bytes and self._handed is not None:
            self._handed.hold(page, said.parsed)
        return named

    def _named(self, said: _Said, address: str) -> bool:
        """Whether a name stands there, elsewhere than in headlines of other articles."""
        found = list(islice(self._found(said.text), _LOOKED_AT))
        if not found or len(found) == _LOOKED_AT:
            return bool(found)
        return not only_in_teasers(said.parsed, address, said.text, frozenset(found))

    def names_in(self, text: str) -> bool:
        """Whether a name stands in plain text."""
        return next(self._found(text), None) is not None

    def _found(self, text: str) -> Iterator[str]:
        """Names as the text writes them."""
        said = reduced(text)
        for needs, names in self._lists.items():
            if said.has(needs):
                yield from names.found(text, said)


class _Names:
    """Names in bare letters, with one automaton.

    Those of old encodings stand apart: they are two of three, some are a few letters that stand everywhere ("Ch©u"),
    and most pages have none of the characters that they need.
    """

    def __init__(self, forms: Mapping[bytes, Collection[_Form]]) -> None:
        self._forms = [tuple(values) for values in forms.values()]
        self._search = BytesAhoCorasick(list(forms), implementation=_AUTOMATON)

    def found(self, text: str, said: Reduced) -> Iterator[str]:
        """Names as the text writes them. `said`: the text in bare letters."""
        found = self._search.find_matches_as_indexes(said.bare, overlapping=True)
        forms = self._possible({which for which, _, _ in found}, text)
        if not forms:
            return
        cased = said.cased()
        found = [match for match in found if any(_begins(form, cased, match[1]) for form in forms.get(match[0], ()))]
        if not found:
            return
        places, codes = said.places(), said.codes
        for which, start, end in found:
            first, last, letters = int(places[start]), int(places[end - 1]) + 1, places[start:end]
            if any(
                _begins(form, cased, start) and _stands(form, codes, first, last) and _is_name(form, codes, letters)
                for form in forms[which]
            ):
                yield _cut(codes, first, last)

    def _possible(self, found: set[int], text: str) -> dict[int, list[_Form]]:
        """Their forms, of those in old encodings only such whose signs the text has: their letters are anywhere."""

        @cache
        def has(sign: str) -> bool:
            return any(letter in text for letter in sign)

        forms = {which: [form for form in self._forms[which] if all(map(has, form.signs))] for which in found}
        return {which: possible for which, possible in forms.items() if possible}


def _written(name: str) -> Iterator[tuple[bool, str]]:
    """The name in Unicode and as it reads on pages in the encodings from before."""
    yield False, name
    for encoding in _OLD:
        text = legacy.to_legacy(name, encoding)
        if text != name:
            yield True, text


def _form(text: str, old: bool, bare: Reduced) -> _Form:
    if not old:
        starts = accumulate((len(reduced(word).bare) for word in text.split()[:-1]), initial=0)
        return _Form(_marked(text), old, syllables=tuple(starts), plain=all(map(str.isalnum, text.split())))
    places, said = bare.places(), _squeezed(text)
    signs = tuple(SMALL[letter] for letter in sorted(set(said)) if not letter.isascii())
    return _Form(said, old, int(places[0]), len(bare.kept) - 1 - int(places[-1]), signs)


def _needs(form: _Form) -> Needs:
    """The rarest of what its signs ask of a text, which must have them all."""
    kept = reduced("".join(form.signs))
    return next((needs for needs in (Needs.FOREIGN, Needs.SIGN) if kept.has(needs)), Needs.NOTHING)


def _marked(text: str) -> str:
    """Letters and marks in one order: small, decomposed, each tone at the end of its run of vowels (hoà = hòa)."""
    apart = unicodedata.normalize("NFD", text.translate(legacy.TWINS).lower())
    letters = "".join(c for c in apart if c.isalnum() or unicodedata.combining(c))
    return _LATE_TONE.sub(r"\2\1", letters.translate(_STROKE))


def _squeezed(text: str) -> str:
    """Text of an old encoding without blanks and punctuation; its letters may be any of U+00A1..00FF."""
    return "".join(c for c in text.lower() if c.isalnum() or ("\u00a1" <= c <= "\u00ff" and c != "\u00ad"))


def _stands(form: _Form, codes: Codes, start: int, end: int) -> bool:
    """Whether the name stands there in that form: nothing adjoins, and its marks are the name's or fewer."""
    if form.old:
        start, end = max(0, start - form.lead), end + form.trail
        return _squeezed(_cut(codes, start, end)) == form.text and not _adjoined(codes, start, end)
    while end < len(codes) and unicodedata.combining(chr(codes[end])):
        end += 1
    return not _adjoined(codes, start, end) and _within(_cut(codes, start, end), form.text)


def _begins(form: _Form, cased: bytes, start: int) -> bool:
    """Whether each syllable begins with a capital or digit; what stands in an old encoding need not."""
    return form.old or all(cased[start + k] < _SMALL_A for k in form.syllables)


def _is_name(form: _Form, codes: Codes, letters: Places) -> bool:
    """Whether what stands there is written as names are. `letters`: where its bare letters stand."""
    if form.old:
        return not _in_unicode(codes, int(letters[0]), int(letters[-1]) + 1)
    gaps = (_cut(codes, int(letters[k - 1]) + 1, int(letters[k])) for k in form.syllables[1:])
    return not form.plain or all(gap == " " or all(map(_is_space, gap)) for gap in gaps)


def _in_unicode(codes: Codes, start: int, end: int) -> bool:
    """Whether the line around has letters that no old encoding has: "An Phó" is "An Phú" in TCVN3 only without such."""
    before = _LINE_END.split(_cut(codes, max(0, start - _AROUND), start))[-1]
    after = _LINE_END.split(_cut(codes, end, end + _AROUND), maxsplit=1)[0]
    return legacy.UNICODE_ONLY.search(before + _cut(codes, start, end) + after) is not None


def _is_space(char: str) -> bool:
    """Whether a reader sees no sign there: space, a tag's place, a mark over the letter before, what has no width."""
    return char.isspace() or char == _BREAK or unicodedata.category(char) in ("Mn", "Cf", "Cc")


def _cut(codes: Codes, start: int, end: int) -> str:
    return codes[start:end].tobytes().decode("utf-16-le", "replace")


def _adjoined(codes: Codes, start: int, end: int) -> bool:
    """Whether a letter before or after belongs to the same word. A capital beside small letters begins a new one."""
    before = chr(codes[start - 1]) if start else " "
    if before.isalpha() and not (before.islower() and chr(codes[start]).isupper()):
        return True
    after = chr(codes[end]) if end < len(codes) else " "
    if not after.isalpha():
        return False
    follows = chr(codes[end + 1]) if end + 1 < len(codes) else " "
    return not (after.isupper() and (chr(codes[end - 1]).islower() or follows.islower()))


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


def _readings(page: FetchedPage) -> Iterator[_Said]:
    """What the page says. Where its bytes turn out not to be UTF-8, two other readings, in case one is wrong."""
    if b"\0" not in page.body[:64]:
        said = _Said(page.body)
        yield said
        if _BROKEN not in said.text:
            return
    with suppress(ExtractError):
        yield _Said(decode(page.body, page.headers).text)
    yield _Said(page.body.decode("cp1252", "replace"))


class _Said:
    """Visible text, titles and descriptions of the head, and what JSON-LD says of the article."""

    def __init__(self, markup: bytes | str) -> None:
        self.of_bytes = isinstance(markup, bytes)
        self.parsed = ParsedPage(markup)
        beside = [_BREAK.join(_json_texts(text)) if script else text for script, text in self.parsed.beside]
        root = self.parsed.tree.root
        body = root.text(separator=_BREAK, skip_empty=True) if root is not None else ""
        self.text = _unescaped(_BREAK.join([body, *beside]))


def _json_texts(script: str) -> Iterator[str]:
    """What JSON-LD says, without those who publish and write it; all of what can't be parsed."""
    waiting, left = json_in(script)
    if left:
        yield _ESCAPED.sub(_letter, left)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for key, inner in value.items():
                if (key in _JSON_TEXTS) if isinstance(inner, str) else (key not in _JSON_OTHERS):
                    waiting.append(inner)


def _letter(escape: re.Match[str]) -> str:
    code = escape.group(1)
    return chr(int(code, 16)) if code else _BREAK


def _unescaped(text: str) -> str:
    return html.unescape(html.unescape(text)) if "&" in text else text
