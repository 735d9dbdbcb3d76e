"""A book of facts made ready to be held beside articles: of thousands, the few that an article may speak of.

An index from the telling terms of the indicators leads to the facts whose words an article holds; place, period and
dimension shut out the others. What stays is decided by compare.py, one figure going to one fact.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from answers.agreement import in_base
from answers.compare import Decision, decide, prepare, shipped, shown
from answers.likeness import Spots, features, indicator_terms, place_share
from answers.passage import Fact, Passage, capitals
from answers.terms import Array, lexicon
from core.names import IsPlace, names_person
from core.records import Comparison, FactEntry

_SHARE: Final = 0.5
"""At least so much of an indicator, by weight, must stand in an article word for word for a close look."""
_CLOSELY: Final = 10
"""At most so many facts an article are looked at closely, those with the most words in common first."""
_LEAD: Final = 0.1
"""Two facts give one figure different verdicts: one that agrees must lead by so much, else none is held beside."""
_Rows = dict[str, list[tuple[int, float]]]
_NOTHING: Final = (np.array([], np.int32), np.array([], np.float32))


def watched(entry: FactEntry) -> tuple[str, ...]:
    """The texts of an entry whose words are looked for in articles."""
    return entry.indicator, *entry.also_called, entry.place_name


def as_fact(entry: FactEntry, places: Sequence[str], is_place: IsPlace = lambda _: False) -> Fact:
    """An entry of the fact book as compare.py takes it; `places`: the names texts may print for its place."""
    return Fact(
        id=entry.id,
        version=entry.version,
        indicator=entry.indicator,
        also_called=entry.also_called,
        value=entry.low,
        high=entry.high,
        dimension=entry.dimension,
        places=tuple(dict.fromkeys(name for name in (entry.place_name, *places) if name)),
        period=entry.period_name or _period(entry.period_from, entry.period_to),
        units=tuple(
            run for words in (entry.indicator, *entry.also_called) for run in capitals(words) if is_place(run)
        ),
    )  # fmt: skip


def _period(first: dt.date | None, last: dt.date | None) -> str:
    day = last or first
    return f"năm {day.year}" if day else ""


def usable(entry: FactEntry, on: dt.date) -> bool:
    """Whether an entry may be held beside texts of a day: approved, and the office's figure on that day."""
    return bool(entry.approved_by) and entry.valid_from <= on and (entry.valid_to is None or on <= entry.valid_to)


class Book:
    """Facts with an index over their words. Built once, asked for each article."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts = list(facts)
        self._model = shipped()
        words = lexicon()
        found: _Rows = defaultdict(list)
        placed: _Rows = defaultdict(list)
        self._terms: list[list[str]] = []
        for number, fact in enumerate(self._facts):
            terms = list(dict.fromkeys(indicator_terms(words, fact.indicator)))
            weights = words.weights(terms)
            self._terms.append(terms)
            for term, weight in zip(terms, weights / weights.sum(), strict=True):
                found[term].append((number, float(weight)))
                if term in fact.place_words:
                    placed[term].append((number, float(weight)))
        self._index, self._placed = _columns(found), _columns(placed)

    def __len__(self) -> int:
        return len(self._facts)

    @classmethod
    def of_entries(
        cls,
        entries: Iterable[FactEntry],
        names: Callable[[str], Sequence[str]],
        on: dt.date,
        is_place: IsPlace = lambda _: False,
    ) -> Book:
        """From the fact book; `names`: gazetteer id -> the unit's names; `on`: the day of the texts.

        An entry that names a person is never held beside a text, whichever way it came into the book.
        """
        return cls(
            as_fact(e, names(e.place) if e.place else (), is_place)
            for e in entries
            if usable(e, on) and not any(names_person(text, is_place) for text in watched(e))
        )

    def compare(self, text: str) -> tuple[Comparison, ...]:
        """What an article prints beside the book's facts, in order of appearance. `text` NFC."""
        spots = prepare(text)
        if not spots.passage.figures or not self._facts:
            return ()
        decided: list[tuple[Fact, Decision]] = []
        for number in self._close(spots):
            fact = self._facts[number]
            decision = decide(features(spots, fact), self._model)
            if decision:
                decided.append((fact, decision))
        return tuple(shown(spots.passage, fact, one) for fact, one in _settled(decided))

    def _close(self, spots: Spots) -> list[int]:
        """Numbers of the facts worth a close look: much of the indicator stands in the text, and not as names only."""
        shares = self._shares(spots.passage)
        kinds = {in_base(0.0, figure.dimension)[0] for figure in spots.passage.figures}
        small = {spots.passage.terms[n].name for n in np.flatnonzero(spots.passage.small)}
        likely = np.flatnonzero(shares >= _SHARE)
        found: list[int] = []
        for number in likely[np.argsort(-shares[likely], kind="stable")]:
            fact = self._facts[number]
            if small.isdisjoint(self._terms[number]):
                continue  # nothing but names: no word of what is measured
            if in_base(0.0, fact.dimension)[0] in kinds and _may_be_meant(spots, fact):
                found.append(int(number))
            if len(found) >= _CLOSELY:
                break
        return found

    def _shares(self, passage: Passage) -> Array:
        """How much of each indicator stands in a text, proper names left out but those of its own places."""
        shares: Array = np.zeros(len(self._facts), np.float32)
        common = {passage.terms[n].name for n in np.flatnonzero(~passage.proper)}
        for term in passage.numbered:
            numbers, weights = (self._index if term in common else self._placed).get(term, _NOTHING)
            shares[numbers] += weights
        return shares


def _columns(found: _Rows) -> dict[str, tuple[Array, Array]]:
    """Numbers of facts and weights a term, as arrays."""
    return {
        term: (np.array([n for n, _ in rows], np.int32), np.array([w for _, w in rows], np.float32))
        for term, rows in found.items()
    }


def _may_be_meant(spots: Spots, fact: Fact) -> bool:
    """Whether place and period stand in the text, or the fact has none."""
    passage = spots.passage
    if fact.places and place_share(passage, fact) < 1.0:
        return False
    years = {word for word in fact.period.split() if word.isdigit() and len(word) == 4}
    return not (years and passage.years and not years & passage.years)


def _settled(decided: list[tuple[Fact, Decision]]) -> list[tuple[Fact, Decision]]:
    """One fact a figure: the surest; none where two facts give it different verdicts and neither leads."""
    by_figure: dict[int, list[tuple[Fact, Decision]]] = defaultdict(list)
    for fact, decision in decided:
        by_figure[decision.figure.start].append((fact, decision))
    kept = []
    for start in sorted(by_figure):
        rows = sorted(by_figure[start], key=lambda row: -row[1].score)
        best = rows[0][1]
        other = next((d for _, d in rows[1:] if d.verdict != best.verdict), None)
        if other is None or (best.verdict == "same" and best.score - other.score >= _LEAD):
            kept.append(rows[0])
    return kept
