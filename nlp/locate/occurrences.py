"""Finds where names of the gazetteer stand in a text, and what stands round each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from core.text import fold, marked
from nlp.gazetteer.spelling import APOSTROPHES
from nlp.locate import words

MOST: Final = 3_000
"""Names that are read in one text; more is no article."""

_HEAD: Final = 4_000
_TELLING: Final = 200
_STRAY: Final = 0.02
"""Of a text of at least so many characters at most this share has diacritics, and it is still one without them."""

_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
_ROMAN: Final = frozenset({"i", "ii", "iii", "iv", "v", "vi", "vii", "viii"})
"""Wards by Roman number; elsewhere such letters are initials and ordinals."""
_SENTENCE_END: Final = re.compile(r"[.!?…:;\n\"“”]")


@dataclass(slots=True)
class Occurrence:
    """A name in a text. Offsets are in the text; `first` and `last` are numbers of its tokens."""

    start: int
    end: int
    first: int
    last: int
    key: str
    units: list[int]
    type: str = ""  # type word before it, normalised
    lead: int = 0  # where its type word begins (= start without one)
    tail: int = 0  # where an English type word after it ends (= end without one)
    cues: set[str] = field(default_factory=set)
    up: int = -1  # occurrence linked after it ("xã X, huyện Y": from X to Y)
    down: int = -1  # occurrence linked before it
    joined: bool = False  # "và" stands before it: a list goes on, no parent is named
    inside: bool = False  # "ở", "thuộc" stands before it: what is named before lies in it
    bracketed: bool = False  # it stands after an opening bracket or a dash, as parents do


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut into words and numbers."""

    text: str
    start: list[int]
    end: list[int]
    folded: list[str]
    upper: list[bool]

    def gap(self, i: int) -> str:
        """What stands between token i and the next."""
        return self.text[self.end[i] : self.start[i + 1]]


@lru_cache(maxsize=50_000)
def _fold_word(word: str) -> str:
    return fold(word)


def tokenize(text: str) -> Tokens:
    """Words and numbers of NFC text with their offsets."""
    start, end, folded, upper = [], [], [], []
    for match in _TOKEN.finditer(text):
        word = match.group()
        start.append(match.start())
        end.append(match.end())
        folded.append(_fold_word(word))
        upper.append(word[0].isupper())
    return Tokens(text, start, end, folded, upper)


class NameFinder:
    """Finds names longest first, at word boundaries, written as names are (capitals)."""

    def __init__(self, names: Mapping[str, list[int]], plain_names: Mapping[str, list[int]]) -> None:
        self._names, self._plain = names, plain_names
        self._longest: dict[str, int] = {}
        for table in (names, plain_names):
            for name in table:
                parts = _TOKEN.findall(name)
                self._longest[parts[0]] = max(self._longest.get(parts[0], 0), len(parts))

    def find(self, tokens: Tokens, *, bare: bool) -> list[Occurrence]:
        """All occurrences in reading order, none overlapping. `bare`: the text is written without diacritics."""
        found: list[Occurrence] = []
        i, n = 0, len(tokens.start)
        tables = (self._plain, self._names) if bare else (self._names,)
        while i < n and len(found) < MOST:
            longest = self._longest.get(tokens.folded[i], 0) if tokens.upper[i] else 0
            hit = self._at(tokens, i, min(longest, n - i), tables) if longest else None
            if hit is None:
                i += 1
                continue
            found.append(hit)
            i = hit.last + 1
        return found

    def _at(self, tokens: Tokens, i: int, longest: int, tables: Sequence[Mapping[str, list[int]]]) -> Occurrence | None:
        for count in range(longest, 0, -1):
            last = i + count - 1
            name = self._key(tokens, i, last)
            units = next((table[name] for table in tables if name in table), None) if name else None
            if units and (name not in _ROMAN or (i and tokens.folded[i - 1] in {"phường", "quận"})):
                return Occurrence(
                    tokens.start[i], tokens.end[last], i, last, name, units, lead=tokens.start[i], tail=tokens.end[last]
                )
        return None

    @staticmethod
    def _key(tokens: Tokens, first: int, last: int) -> str:
        parts = [tokens.folded[first]]
        for i in range(first, last):
            gap = tokens.gap(i)
            if gap in APOSTROPHES:  # "M'Drắk", "Cư M’gar"
                parts += ("'", tokens.folded[i + 1])
                continue
            if not tokens.upper[i + 1] and not tokens.folded[i + 1].isdigit():
                return ""
            if gap.isspace():
                if "\n" in gap:
                    return ""
                parts.append(" ")
            elif len(gap) <= 3 and not gap.strip(" .-–"):
                parts.append(gap)
            else:
                return ""
            parts.append(tokens.folded[i + 1])
        return "".join(parts)


def read(text: str, finder: NameFinder) -> tuple[Tokens, list[Occurrence]]:
    """Tokens and occurrences with types, links and cues."""
    tokens = tokenize(text)
    bare = _is_bare(text)
    found = finder.find(tokens, bare=bare)
    types = words.ALL_TYPE_WORDS if bare else words.TYPE_WORDS
    for one in found:
        _read_type(tokens, one, types)
        if bare and not one.type:
            _read_english_type(tokens, one)
    _share_types(tokens, found)
    _link(tokens, found)
    covered = {i for one in found for i in range(one.first, one.last + 1)}
    for one in found:
        _read_cues(tokens, one, covered)
    return tokens, found


def _is_bare(text: str) -> bool:
    """Whether NFC text is written without diacritics; a person's name or "café" in an English article changes nothing.

    Of Vietnamese text a fifth of all characters carry one.
    """
    for part in (text[:_HEAD], text):  # mostly the beginning tells
        marks = marked(part)
        if marks and (len(part) < _TELLING or marks > _STRAY * len(part)):
            return False
    return bool(text)


def _type_at(tokens: Tokens, i: int, types: Mapping[tuple[str, ...], str]) -> tuple[str, int]:
    """Type word that ends at token i: (type, first token), or ("", i)."""
    for size in (2, 1):
        first = i - size + 1
        if first < 0:
            continue
        words_here = tuple(tokens.folded[first : i + 1])
        kind = types.get(words_here)
        if not kind:
            continue
        if size == 2 and not tokens.gap(first).isspace() and words_here[0] != "t":
            continue
        if size == 1 and words_here[0] in words.DOTTED and tokens.text[tokens.end[i] : tokens.end[i] + 1] != ".":
            continue
        return kind, first
    return "", i


def _read_type(tokens: Tokens, one: Occurrence, types: Mapping[tuple[str, ...], str]) -> None:
    i = one.first - 1
    steps = 0
    while i >= 0 and tokens.gap(i).strip() in {"", "."} and "\n" not in tokens.gap(i):
        kind, first = _type_at(tokens, i, types)
        if kind:
            one.type, one.lead = kind, tokens.start[first]
            return
        if tokens.folded[i] not in words.BETWEEN or steps == 4 or tokens.gap(i).strip():
            return
        i, steps = i - 1, steps + 1


def _read_english_type(tokens: Tokens, one: Occurrence) -> None:
    i = one.last + 1
    if i < len(tokens.start) and tokens.gap(one.last) == " " and tokens.folded[i] in words.ENGLISH_TYPES:
        one.type, one.tail = words.ENGLISH_TYPES[tokens.folded[i]], tokens.end[i]


def _share_types(tokens: Tokens, found: list[Occurrence]) -> None:
    """ "các huyện A, B và C": the type holds for the entire list."""
    for before, one in itertools.pairwise(found):
        if one.type or not before.type:
            continue
        gap = tokens.text[before.end : one.start].strip()
        if gap in {",", "và", ", và", "-", "–", ";", "cùng", "với"} and _plural(tokens, before):
            one.type = before.type
            one.cues.add("listed")
            before.cues.add("listed")


def _plural(tokens: Tokens, one: Occurrence) -> bool:
    if "listed" in one.cues:
        return True
    before = _TOKEN.findall(tokens.text[max(0, one.lead - 24) : one.lead].lower())[-3:]
    return bool({"các", "hai", "ba", "bốn", "năm", "những", "nhiều", "số", "2", "3", "4", "5", "6"} & set(before))


_INSIDE: Final = re.compile(r"\b(?:ở|thuộc|địa bàn|địa phận)\b")
_LINK: Final = re.compile(r"\s+")


def _link(tokens: Tokens, found: list[Occurrence]) -> None:
    for i, (one, after) in enumerate(itertools.pairwise(found)):
        gap = _LINK.sub(" ", tokens.text[one.tail : after.lead]).strip().lower()
        if len(gap) <= 24 and (gap in words.SEPARATORS or (gap == "" and after.lead < after.start)):
            one.up, after.down = i + 1, i
            after.inside = bool(_INSIDE.search(gap))
            after.joined = gap.endswith("và") or gap == ";"
            after.bracketed = bool({"(", "-", "–", "—"} & set(gap))
        if len(gap) <= 2 and "\n\n" in tokens.text[one.tail : after.lead]:
            one.up = after.down = -1


_FORMER: Final = re.compile(r"\s*\(?(?:cũ|trước đây)\b", re.IGNORECASE)


def _read_cues(tokens: Tokens, one: Occurrence, covered: set[int]) -> None:
    """What the words round a bare name say that it is (see words.py); a name with its type needs none of it."""
    if one.type:
        if _FORMER.match(tokens.text, one.end):
            one.cues.add("former")
        return
    clause = _clause_before(tokens, one.first, 8)
    ending = _endings(clause[-3:])
    one.cues.update(cue for cue, listed in _BEFORE.items() if ending & listed)
    if one.first == one.last:
        one.cues.add("single")
    _name_before(tokens, one, covered)
    _name_after(tokens, one, covered)
    _read_owner(one, clause, ending)
    if "site" in one.cues:
        one.cues.discard("number")  # "khu công nghiệp Đức Hòa 1"
    if "sở" in clause:
        one.cues.add("top")
    if _ADDRESS.search(tokens.text, max(0, one.start - 24), one.start):
        one.cues.add("address")
    if one.key in words.ORDINARY:
        one.cues.add("brand")
    if _signs(tokens, one):
        one.cues.add("signed")


_ADDRESS: Final = re.compile(r"\b(?:số|ngõ|ngách|hẻm)\s+(?:nhà\s+)?\d[\w/.-]*\s+$", re.IGNORECASE)
"""A house number: the name after it is a street's."""

_THE_END: Final = re.compile(r"\s*(?:$|\n|\(theo\b|\|)", re.IGNORECASE)


def _signs(tokens: Tokens, one: Occurrence) -> bool:
    """Whether the name stands alone at the end of a text, as a signature does. It is dropped, not kept."""
    before = tokens.text[: one.start].rstrip(" ")[-1:]
    return before in set('.!?…"”\n') and bool(_THE_END.match(tokens.text, one.end)) and one.start > 0


_BEFORE: Final = {
    "hamlet": words.HAMLET,
    "feature": words.FEATURE,
    "site": words.SITE,
    "at": words.PLACE_WORDS,
    "body": words.BODIES,
    "hospital": words.HOSPITAL,
}


def _read_owner(one: Occurrence, clause: list[str], ending: set[str]) -> None:
    """Whether a bare name is a company's, a school's, a paper's or a person's."""
    near = _after_locative(clause)
    if _phrases(near, 3) & words.COMPANY:
        one.cues.add("company")
    if _phrases(near[-4:], 4) & words.SCHOOL:
        one.cues.add("school")
    if one.key in words.NEWSPAPERS:
        one.cues.add("brand")
        if ending & words.PAPER_TALK:
            one.cues.add("paper")
    if ending & words.PAPER:
        one.cues.add("paper")
    if ending & words.PERSON_TITLES:
        one.cues.add("person")


def _endings(parts: list[str]) -> set[str]:
    return {" ".join(parts[i:]) for i in range(len(parts))}


def _phrases(parts: list[str], longest: int) -> set[str]:
    return {" ".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, min(len(parts), i + longest) + 1)}


def _after_locative(parts: list[str]) -> list[str]:
    """What follows the last "ở", "tại", …: "xưởng nhựa ở Cẩm Giàng" is no company Cẩm Giàng."""
    last = max((i for i, part in enumerate(parts) if part in words.LOCATIVE), default=-1)
    return parts[last + 1 :]


def _clause_before(tokens: Tokens, i: int, count: int) -> list[str]:
    """Up to `count` folded words before token i within its clause (no sentence end, comma or bracket between)."""
    parts: list[str] = []
    k = i - 1
    while k >= 0 and len(parts) < count:
        gap = tokens.gap(k)
        if gap.strip(" \xa0&-–./") or "\n" in gap or (". " in gap):
            break
        parts.append(tokens.folded[k])
        k -= 1
    return parts[::-1]


def _name_before(tokens: Tokens, one: Occurrence, covered: set[int]) -> None:
    i = one.first - 1
    if i < 0 or i in covered or not tokens.gap(i).isspace() or not tokens.upper[i] or "\n" in tokens.gap(i):
        return
    word = tokens.text[tokens.start[i] : tokens.end[i]]
    if tokens.folded[i] in words.SURNAMES:
        one.cues.add("person")
    elif tokens.folded[i] in words.SCHOOL | words.COMPANY | words.PAPER:
        return
    elif len(word) > 1 and word.isupper():  # UBND, CSGT
        one.cues.add("body")
    elif tokens.folded[i] in words.FUNCTION or tokens.folded[i] in words.PAPER:
        return
    elif i == 0 or _SENTENCE_END.search(tokens.gap(i - 1)):
        one.cues.add("opens")
    else:
        one.cues.add("longer")


def _name_after(tokens: Tokens, one: Occurrence, covered: set[int]) -> None:
    i = one.last + 1
    if i >= len(tokens.start) or i in covered or not tokens.gap(one.last).isspace() or "\n" in tokens.gap(one.last):
        return
    if tokens.upper[i]:
        one.cues.add("goes_on")
    elif tokens.folded[i].isdigit():
        one.cues.add("number")
