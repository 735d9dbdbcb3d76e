"""Other named places that a desk lists: rivers, roads, ports and so on, of closed kinds.

A name counts only right after a word of its kind ("sông Trà Bồng", "quốc lộ 24C"), so that a list of places can't be
made to watch for a person or an organisation of the same name; and the unit in which the place lies is its context,
since rivers and roads have namesakes too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from core.records import Desk
from core.text import fold
from nlp.gazetteer.units import Gazetteer
from nlp.locate.occurrences import Tokens
from nlp.locate.weigh import Context

KIND_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "river": ("sông", "suối", "kênh", "rạch", "rào", "khe"),
    "lake": ("hồ", "đập", "đầm", "hồ chứa", "hồ thủy điện", "hồ chứa nước", "phá"),
    "road": ("quốc lộ", "đường", "tỉnh lộ", "cao tốc", "ql", "đt", "đường tỉnh", "đường cao tốc", "hương lộ"),
    "bridge": ("cầu",),
    "port": ("cảng", "bến cảng", "cảng biển", "cảng cá", "bến", "cửa biển", "cửa khẩu"),
    "railway": ("ga", "đường sắt", "tuyến đường sắt", "nhà ga"),
    "mountain": ("núi", "đèo", "đỉnh", "dãy", "đồi", "hòn núi", "thác"),
    "island": ("đảo", "cù lao", "hòn", "quần đảo", "cồn", "bãi biển", "mũi"),
    "economic_zone": ("khu kinh tế", "kkt", "khu công nghiệp", "kcn", "cụm công nghiệp", "khu kinh tế cửa khẩu"),
    "heritage_site": ("di tích", "khu di tích", "thành cổ", "đền", "chùa", "địa đạo", "lăng", "tháp", "hang", "đình",
                      "khu bảo tồn", "vườn quốc gia", "lễ hội"),
}  # fmt: skip

_OF_PERSONS: Final = frozenset({"hồ", "đình", "đèo"})
"""Words of a kind that persons' names hold too (Hồ Ngọc Hà, Trần Đình Trọng, Đèo Văn Long): they count in small letters
only, as the press writes them within a sentence."""

_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_ALONE, _PROVINCE, _AREA, _ELSEWHERE = 0.45, 0.9, 0.95, 0.15
"""Scores of a name after its kind word: alone, with its province, with a unit of its area in the text, and where the
text names other provinces only. Set by hand: no labelled texts of such names exist."""


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that a desk lists, ready for matching."""

    desk: int
    kind: str
    name: str  # with the word of its kind, as in the desk file
    proper: tuple[str, ...]  # folded words without it
    unit: int
    area: frozenset[int]


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """Where a listed place stands."""

    place: NamedPlace
    start: int
    end: int
    score: float


def split_kind(kind: str, name: str) -> tuple[str, ...] | None:
    """The folded proper words of a name that begins with a word of its kind, or None where it does not."""
    parts = _WORD.findall(fold(name))
    for word in sorted(KIND_WORDS[kind], key=len, reverse=True):
        lead = _WORD.findall(word)
        if parts[: len(lead)] == lead and len(parts) > len(lead):
            return tuple(parts[len(lead) :])
    return None


class NamedPlaces:
    """All desks' named places, found in one pass over a text's words."""

    def __init__(self, gazetteer: Gazetteer, desks: Sequence[Desk], areas: Sequence[frozenset[int]]) -> None:
        self._gazetteer = gazetteer
        self._first: dict[str, list[NamedPlace]] = defaultdict(list)
        for number, desk in enumerate(desks):
            for kind, name, *within in desk.places:
                proper = split_kind(kind, name)
                unit = within[0] if within else desk.units[0]
                if proper:
                    area = gazetteer.area([unit]) if within else areas[number]
                    place = NamedPlace(number, kind, name, proper, gazetteer.number[unit], area)
                    self._first[proper[0]].append(place)

    def __bool__(self) -> bool:
        return bool(self._first)

    def find(self, tokens: Tokens, context: Context) -> list[PlaceHit]:
        """Where listed places stand, each with its score."""
        hits = []
        scores: dict[int, float] = {}  # the context is the same for each place in the text
        for i, word in enumerate(tokens.folded):
            for place in self._first.get(word, ()):
                last = i + len(place.proper) - 1
                if tuple(tokens.folded[i : last + 1]) != place.proper or not self._kind_before(tokens, i, place.kind):
                    continue
                if all(tokens.upper[k] or tokens.folded[k].isdigit() for k in range(i, last + 1)):
                    if id(place) not in scores:
                        scores[id(place)] = self._score(place, context)
                    hits.append(PlaceHit(place, tokens.start[i], tokens.end[last], scores[id(place)]))
        return hits

    @staticmethod
    def _kind_before(tokens: Tokens, i: int, kind: str) -> bool:
        if i and tokens.upper[i - 1] and tokens.folded[i - 1] in _OF_PERSONS:
            return False
        before = " ".join(tokens.folded[max(0, i - 4) : i])
        return any(before == word or before.endswith(" " + word) for word in KIND_WORDS[kind])

    def _score(self, place: NamedPlace, context: Context) -> float:
        level = self._gazetteer.level
        tops = {top for unit in place.area for top in self._gazetteer.kin[unit] if level[top] == 1}
        if any(place.area.intersection(one.units) and (one.type or level[one.units[0]] < 3)
               for one in context.occurrences):  # fmt: skip
            return _AREA
        if tops & context.provinces or (context.paper is not None and context.paper in tops):
            return _PROVINCE
        return _ELSEWHERE if context.provinces else _ALONE


def place_names(desks: Iterable[Desk]) -> frozenset[str]:
    """The names as desk files give them, without the word of their kind: what the gate must let through."""
    found = set()
    for desk in desks:
        for kind, name, *_ in desk.places:
            proper = split_kind(kind, name)
            if proper:
                found.add(name[-_length_of_tail(name, len(proper)) :])
    return frozenset(found)


def _length_of_tail(name: str, words: int) -> int:
    starts = [match.start() for match in _WORD.finditer(name)]
    return len(name) - starts[-words]
