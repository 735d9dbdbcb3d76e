"""What was changed between two versions of a text, sentence by sentence, for people to read.

Sentences that both versions have once each are the fixed points (patience diff, B. Cohen); between two of them,
sentences that share most of their words are shown as changed, with the words that differ. Figures, dates and names of
places among these are marked. Time is bounded: no step compares more than a fixed number of sentences with each other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, Literal

from core.text import fold, nfc
from nlp.gazetteer.units import Gazetteer
from nlp.sentences import sentences

Kind = Literal["kept", "removed", "added", "changed"]
Mark = Literal["figure", "date", "place"]
IsPlace = Callable[[str], bool]

_DATE: Final = (
    r"ngày \d{1,2}(?: tháng \d{1,2}(?: năm \d{4})?)?(?![/.,-]?\d)|tháng \d{1,2} năm \d{4}"
    r"|(?:tháng|năm) \d{1,4}(?![.,/]?\d)"
    r"|\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?(?!\d)|\d{1,2}/\d{4}(?!\d)|\d{1,2}\s?(?:h|giờ)(?:\s?\d{1,2}(?: phút)?)?(?!\w)"
    r"|chủ nhật|thứ (?:hai|ba|tư|năm|sáu|bảy)(?!\w)"
)
_FIGURE: Final = r"\d+(?:[.,]\d+)*(?:\s?%)?"
_UPPER: Final = (
    f"[{''.join(chr(code) for code in (*range(0x41, 0x250), *range(0x1E00, 0x1F00)) if chr(code).isupper())}]"
)
_NAME: Final = rf"{_UPPER}[^\W\d_]*(?: {_UPPER}[^\W\d_]*)*"
_TOKEN: Final = re.compile(rf"(?P<date>(?i:{_DATE}))|(?P<figure>{_FIGURE})|(?P<name>{_NAME})|[^\W\d_]+|\s+|.", re.S)
_COUNTS: Final = frozenset(
    {
        "hai",
        "ba",
        "bốn",
        "sáu",
        "bảy",
        "tám",
        "chín",
        "mười",
        "chục",
        "trăm",
        "nghìn",
        "ngàn",
        "vạn",
        "triệu",
        "tỷ",
        "tỉ",
    }
)
"""Figures in words. Without "một" and "năm", which mostly mean "a" and "year"."""
_GAP: Final = 60
"""In a gap with more sentences on either side none are paired: it was rewritten."""
_WORDS: Final = 500
_ALIKE: Final = 0.5
"""Least share of common words (Dice) of two sentences that are one sentence, changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a changed sentence. `kept` stands in both, `removed` only before, `added` only after."""

    kind: Literal["kept", "removed", "added"]
    text: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A sentence of either version. `pieces` are filled where it was changed."""

    kind: Kind
    before: str = ""
    after: str = ""
    pieces: tuple[Piece, ...] = ()
    marks: tuple[Mark, ...] = ()  # what kinds of marked words changed, were added or removed in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """All sentences of both versions in reading order."""

    changes: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether no sentence differs (white space apart)."""
        return all(change.kind == "kept" for change in self.changes)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Kinds of marked words that changed anywhere, each once: figure, date, place."""
        found = {mark for change in self.changes for mark in change.marks}
        return tuple(mark for mark in ("figure", "date", "place") if mark in found)


def compare(before: str, after: str, *, is_place: IsPlace | None = None) -> Revision:
    """Compare two versions of a text (title, lead and body, a line each). Any text, empty ones and 1 MB too.

    `is_place` says whether a capitalised name is that of a place; without it the shipped gazetteer is asked.
    """
    ours, theirs = (sentences(nfc(text)) for text in (before, after))
    return Revision(changes=tuple(_walk(ours, theirs, is_place or named_place)))


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(fold(name) for name in Gazetteer.load().names)


def named_place(name: str) -> bool:
    """Whether the gazetteer knows a unit of this name, of either age."""
    return fold(name) in _names()


# --- sentences --------------------------------------------------------------------------------------------------


def _walk(ours: Sequence[str], theirs: Sequence[str], is_place: IsPlace) -> Iterator[Change]:
    here, there = [fold_spaces(s) for s in ours], [fold_spaces(s) for s in theirs]
    start = 0
    while start < min(len(here), len(there)) and here[start] == there[start]:
        start += 1
    end = 0
    while end < min(len(here), len(there)) - start and here[-1 - end] == there[-1 - end]:
        end += 1
    yield from map(_kept, ours[:start], theirs[:start])
    i, j = start, start
    for a, b in [*_anchors(here, there, start, end), (len(here) - end, len(there) - end)]:
        yield from _gap(ours[i:a], theirs[j:b], is_place)
        if a < len(here) - end:
            yield _kept(ours[a], theirs[b])
        i, j = a + 1, b + 1
    if end:
        yield from map(_kept, ours[-end:], theirs[-end:])


def fold_spaces(sentence: str) -> str:
    """As compared: white space collapsed, nothing else forgiven."""
    return " ".join(sentence.split())


def _kept(before: str, after: str) -> Change:
    return Change(kind="kept", before=before, after=after)


def _anchors(here: Sequence[str], there: Sequence[str], start: int, end: int) -> list[tuple[int, int]]:
    """Positions of sentences that both sides have once, as the longest series that rises on both sides."""
    ours, theirs = (range(start, len(side) - end) for side in (here, there))
    once_here = Counter(here[i] for i in ours)
    once_there = Counter(there[j] for j in theirs)
    place = {there[j]: j for j in theirs if once_there[there[j]] == 1}
    shared = [(i, place[here[i]]) for i in ours if once_here[here[i]] == 1 and here[i] in place]
    return _rising(shared)


def _rising(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Longest rising subsequence by the second number (patience sorting, n log n)."""
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for number, (_, j) in enumerate(points):
        at = bisect_left(tails, j)
        back.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [j]
        ends[at : at + 1] = [number]
    found = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(points[at])
        at = back[at]
    return found[::-1]


def _gap(ours: Sequence[str], theirs: Sequence[str], is_place: IsPlace) -> Iterator[Change]:
    """Sentences between two fixed points: those that are alike are one sentence, changed."""
    paired = _pairs(ours, theirs) if max(len(ours), len(theirs)) <= _GAP else []
    i = j = 0
    for a, b in [*paired, (len(ours), len(theirs))]:
        yield from (_alone("removed", sentence, is_place) for sentence in ours[i:a])
        yield from (_alone("added", sentence, is_place) for sentence in theirs[j:b])
        if a < len(ours):
            same = fold_spaces(ours[a]) == fold_spaces(theirs[b])
            yield _kept(ours[a], theirs[b]) if same else _changed(ours[a], theirs[b], is_place)
        i, j = a + 1, b + 1


def _pairs(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of like sentences in the same order on both sides with the most likeness in all (at most 60 by 60)."""
    left, right = ([Counter(fold(s).split()) for s in side] for side in (ours, theirs))
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    alike = [[_dice(a, b) for b in right] for a in left]
    for i in range(len(ours) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            taken = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], taken)
    found, i, j = [], 0, 0
    while i < len(ours) and j < len(theirs):
        if alike[i][j] >= _ALIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _dice(a: Counter[str], b: Counter[str]) -> float:
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


# --- words ------------------------------------------------------------------------------------------------------


def _alone(kind: Literal["removed", "added"], sentence: str, is_place: IsPlace) -> Change:
    marks: set[Mark] = {mark for text, mark in _tokens(sentence, is_place) if mark and text.lower() not in _COUNTS}
    if kind == "removed":
        return Change(kind="removed", before=sentence, marks=_ordered(marks))
    return Change(kind="added", after=sentence, marks=_ordered(marks))


def _changed(before: str, after: str, is_place: IsPlace) -> Change:
    pieces = tuple(_pieces(_tokens(before, is_place), _tokens(after, is_place)))
    marks = {piece.mark for piece in pieces if piece.mark and piece.kind != "kept"}
    return Change(kind="changed", before=before, after=after, pieces=pieces, marks=_ordered(marks))


def _ordered(marks: set[Mark]) -> tuple[Mark, ...]:
    return tuple(mark for mark in ("figure", "date", "place") if mark in marks)


_Token = tuple[str, Mark | None]


def _tokens(sentence: str, is_place: IsPlace) -> list[_Token]:
    """Words, with a date, a figure or a name of a place as one word each."""
    found: list[_Token] = []
    for match in _TOKEN.finditer(sentence):
        if match["name"]:
            found.extend(_named(match["name"], is_place))
        elif match["date"]:
            found.append((match[0], "date"))
        else:
            counted = match["figure"] or match[0].lower() in _COUNTS
            found.append((match[0], "figure" if counted else None))
    return found


def _named(name: str, is_place: IsPlace) -> Iterator[_Token]:
    """The places within a run of capitalised words, the longest first; other words one by one."""
    parts = name.split(" ")
    at = 0
    while at < len(parts):
        length = next((n for n in range(min(4, len(parts) - at), 0, -1) if _is_named(parts[at : at + n], is_place)), 0)
        text = " ".join(parts[at : at + max(1, length)])
        counted = not length and text.lower() in _COUNTS
        yield text, "place" if length else "figure" if counted else None
        at += max(1, length)
        if at < len(parts):
            yield " ", None


def _is_named(parts: Sequence[str], is_place: IsPlace) -> bool:
    """One syllable alone ("Huế") is taken for a place only where it is long enough to be none but a name."""
    return (len(parts) > 1 or len(parts[0]) > 2) and is_place(" ".join(parts))


def _pieces(ours: Sequence[_Token], theirs: Sequence[_Token]) -> Iterator[Piece]:
    if max(len(ours), len(theirs)) > _WORDS:
        yield from (*_joined("removed", ours), *_joined("added", theirs))
        return
    matcher = SequenceMatcher(None, [t for t, _ in ours], [t for t, _ in theirs], autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield Piece(kind="kept", text="".join(t for t, _ in ours[a:b]))
        else:
            yield from (*_joined("removed", ours[a:b]), *_joined("added", theirs[c:d]))


def _joined(kind: Literal["removed", "added"], tokens: Sequence[_Token]) -> Iterator[Piece]:
    """Neighbouring unmarked words together; each marked one a piece of its own."""
    plain = ""
    for text, mark in tokens:
        if mark:
            if plain:
                yield Piece(kind=kind, text=plain)
            plain = ""
            yield Piece(kind=kind, text=text, mark=mark)
        else:
            plain += text
    if plain:
        yield Piece(kind=kind, text=plain)
