"""Each new article joins a story or opens one, decided once.

A story is joined where the new text is on average like what the story has told lately (average link over a bounded
number of its articles), less for each day that has passed. Two stories become one where a new article belongs to both
and they are like each other too: a bridge alone (a digest, a round-up) joins nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from nlp.stories.evidence import places_agree, same_series
from nlp.stories.index import Index
from nlp.stories.passages import SHORT
from nlp.stories.signature import Reading, Signature, read, reading_of, resemblance

JOIN: Final = 0.07
"""Least likeness for joining; B3-F1 on the labelled clusters is .967 from 0.06 to 0.07 and .961 at 0.075."""
COHESION: Final = 0.4
"""A story takes what is at least two fifths as like it as its own articles were when they came.

Where reports are close to each other, news of the same kind is another story.
"""
MERGE: Final = 0.16
"""Least mean likeness between two stories that a new article brings together."""
_SHORT_FACTOR: Final = 1.25
"""Short texts must be a quarter more alike: with few words, one phrase weighs much."""
WINDOW: Final = timedelta(days=10)
"""A story takes articles until so long after its newest one: a running story prolongs its own window."""
FADING: Final = 0.2
"""Share of likeness (as exp(-x)) lost for each day between the new article and the nearest of the story."""
MEMBERS: Final = 16
"""Articles of one story that a new one is held against: its first ones and its newest."""
_FIRST: Final = 4
_SERIES: Final = 0.05
"""What is left of the likeness of two numbers of one series (a price list, a forecast) of different days."""
STORIES: Final = 12
"""Stories that are looked at closely for one article."""
REPRINT: Final = 0.5
"""Least estimated share of the shorter text's runs of four words that stand in the other, for a reprint."""
_EARLY: Final = timedelta(minutes=1)
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article as the stories need it. Times are aware UTC."""

    id: str
    title: str
    lead: str = ""
    body: str = ""
    published: datetime
    source: str = ""
    seen: datetime | None = None  # when it was first fetched; None: as published
    doubtful: bool = False  # its publication time is not to be trusted
    places: frozenset[str] = frozenset()  # gazetteer ids of units that it is about, as evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """An article as the record keeps it, from which the index is built again."""

    article: str
    story: str
    published: datetime
    signature: bytes
    likeness: float = 0.0  # as it was assigned; 0 for the article that opened the story
    source: str = ""
    seen: datetime | None = None
    doubtful: bool = False
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What was decided for one article."""

    story: str  # id of the story; a new story has its first article's id
    opened: bool  # the article opened it
    merged: tuple[str, ...] = ()  # stories that have become part of `story` by this article
    reprint_of: str = ""  # the article whose text this one repeats, "" for none
    overlap: float = 0.0  # estimated share of the shorter text that stands in the other, 0 to 1
    earlier_is: str = ""  # of the two, the one that came first; "" without reprint
    doubtful: bool = False  # which came first can't be told for certain
    likeness: float = 0.0  # to the story joined
    signature: bytes = b""


@dataclass(slots=True)
class _Kept:
    article: str
    story: str
    at: float  # published, days since the epoch
    seen: float
    doubtful: bool
    likeness: float
    source: str
    places: frozenset[str]


@dataclass(slots=True)
class _Story:
    slots: list[int] = field(default_factory=list)
    newest: float = -math.inf
    likeness: float = 0.0  # sum over those that joined
    joined: int = 0

    @property
    def cohesion(self) -> float:
        """Mean likeness of its articles when they joined."""
        return self.likeness / self.joined if self.joined else 0.0


class Stories:
    """The stories of the window. Not for use by several threads at once; assignments come one after another."""

    def __init__(self, *, window: timedelta = WINDOW, join: float = JOIN) -> None:
        self._window = window.total_seconds() / _DAY
        self._join = join
        self._index = Index()
        self._kept: list[_Kept | None] = []
        self._stories: dict[str, _Story] = {}
        self._slot: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._slot)

    def __contains__(self, article: str) -> bool:
        return article in self._slot

    def load(self, rows: Iterable[StoryRow]) -> int:
        """Take in what the record keeps, oldest first. Returns the number of articles.

        Raises ValueError for a damaged signature.
        """
        before = len(self)
        for row in rows:
            if row.article not in self._slot:
                self._keep(row, Signature.from_bytes(row.signature))
        return len(self) - before

    def assign(self, item: Item) -> Assignment:
        """Decide on one article and remember it. An article already known keeps its story.

        A changed text of a known article is to be replaced by `replace`, which leaves its story as it is.
        """
        if item.id in self._slot:
            kept = self._known(item.id)
            return Assignment(story=kept.story, opened=False)
        reading = read(item.title, item.lead, item.body)
        found = self._weigh(item, reading)
        story, merged, likeness = self._choose(found, self._least(reading))
        row = _row(item, story or item.id, reading.signature.to_bytes(), likeness)
        original, overlap = self._original(item, reading, found)
        self._keep(row, reading.signature)
        for other in merged:
            self._merge(other, row.story)
        first, doubtful = self._which_first(item.id, original) if original else ("", False)
        return Assignment(
            story=row.story,
            opened=story is None,
            merged=merged,
            reprint_of=original,
            overlap=overlap,
            earlier_is=first,
            doubtful=doubtful,
            likeness=likeness,
            signature=row.signature,
        )

    def replace(self, item: Item) -> bytes:
        """A known article's text has changed: compare later ones with the new text. Returns the new signature.

        Raises KeyError for an article that is not in the window.
        """
        kept = self._known(item.id)
        self.forget(item.id)
        fresh = read(item.title, item.lead, item.body).signature
        self._keep(_row(item, kept.story, b"", kept.likeness), fresh)
        return fresh.to_bytes()

    def forget(self, article: str) -> None:
        """An article's text was erased: nothing is compared with it any more. Its story stays with the others."""
        slot = self._slot.pop(article, None)
        if slot is None:
            return
        kept = self._kept[slot]
        assert kept is not None
        self._index.blank(slot)
        self._kept[slot] = None
        story = self._stories[kept.story]
        story.slots.remove(slot)
        story.likeness -= kept.likeness
        story.joined -= kept.likeness > 0
        if not story.slots:
            del self._stories[kept.story]

    def close(self, now: datetime) -> tuple[str, ...]:
        """Let go of stories whose window is over, and of their articles. Returns the stories' ids.

        Builds the index anew (about a tenth of a millisecond an article kept): for the night.
        """
        edge = now.timestamp() / _DAY - self._window
        over = tuple(story for story, state in self._stories.items() if state.newest < edge)
        if not over:
            return ()
        gone = set(over)
        rows = [(k, self._index.signature(s)) for s, k in enumerate(self._kept) if k and k.story not in gone]
        self._index, self._kept, self._stories, self._slot = Index(), [], {}, {}
        for kept, signature in rows:
            self._put(kept, signature)
        return over

    def holds(self, story: str) -> bool:
        """Whether this story is among those of the window."""
        return story in self._stories

    def members(self, story: str) -> tuple[str, ...]:
        """Articles of a story in the window, in order of arrival; empty for an unknown one."""
        state = self._stories.get(story)
        return tuple(k.article for s in state.slots if (k := self._kept[s])) if state else ()

    # --- deciding ----------------------------------------------------------------------------------------------

    def _weigh(self, item: Item, reading: Reading) -> dict[str, tuple[float, list[tuple[int, float]]]]:
        """Per story in question: its likeness, and its articles with theirs, the best stories first."""
        slots = self._index.candidates(reading)
        if not len(slots):
            return {}
        best: dict[str, float] = {}
        for slot, value in zip(slots.tolist(), self._index.likeness(reading, slots).tolist(), strict=True):
            kept = self._kept[slot]
            if kept is not None and value > best.get(kept.story, 0.0):
                best[kept.story] = value
        chosen = sorted(best, key=lambda story: (-best[story], story))[:STORIES]
        groups = [_sample(self._stories[story].slots) for story in chosen]
        flat = np.array([slot for group in groups for slot in group], dtype=np.int64)
        values = iter(self._index.likeness(reading, flat).tolist())
        found = {}
        for story, group in zip(chosen, groups, strict=True):
            linked = [(slot, next(values)) for slot in group]
            found[story] = (self._link(item, reading, linked), linked)
        return found

    def _link(self, item: Item, reading: Reading, linked: Sequence[tuple[int, float]]) -> float:
        """Mean likeness to the story's articles, the nearer in time the weightier, faded by the gap to the nearest."""
        at = item.published.timestamp() / _DAY
        total = weight = 0.0
        nearest = math.inf
        for slot, value in linked:
            kept = self._kept[slot]
            assert kept is not None
            gap = abs(kept.at - at)
            share = math.exp(-gap / 4.0)
            total += share * value * self._doubt(item, reading, slot, kept, gap)
            weight += share
            nearest = min(nearest, gap)
        if nearest > self._window or not weight:
            return 0.0
        return total / weight * math.exp(-FADING * nearest)

    def _doubt(self, item: Item, reading: Reading, slot: int, kept: _Kept, gap: float) -> float:
        """What other evidence leaves of a likeness: the places, and whether both are numbers of one series."""
        factor = places_agree(item.places, kept.places)
        if gap > 0.5 and same_series(reading, self._index.signature(slot)):
            factor *= _SERIES
        return factor

    def _least(self, reading: Reading) -> float:
        """Least likeness for joining."""
        return self._join * (_SHORT_FACTOR if reading.length < SHORT else 1.0)

    def _choose(
        self, found: Mapping[str, tuple[float, list[tuple[int, float]]]], least: float
    ) -> tuple[str | None, tuple[str, ...], float]:
        """The story to join (None: a new one), those that become part of it, and its likeness."""
        asked = {s: max(least, COHESION * self._stories[s].cohesion) for s in found}
        near = sorted(((v / asked[s], s) for s, (v, _) in found.items() if v >= asked[s]), key=lambda x: (-x[0], x[1]))
        if not near:
            return None, (), 0.0
        best = near[0][1]
        likeness = found[best][0]
        merged = tuple(story for _, story in near[1:3] if self._between(best, story) >= MERGE)
        keep = min((best, *merged), key=lambda story: self._stories[story].slots[0])
        return keep, tuple(s for s in (best, *merged) if s != keep), likeness

    def _between(self, one: str, other: str) -> float:
        """Mean likeness between two stories, over at most 8 articles of each."""
        ours, theirs = (_sample(self._stories[s].slots, 8) for s in (one, other))
        slots = np.array(theirs, dtype=np.int64)
        at = [k.at for s in (*ours, *theirs) if (k := self._kept[s])]
        values = [float(self._index.likeness(reading_of(self._index.signature(s)), slots).mean()) for s in ours]
        return sum(values) / len(values) * math.exp(-FADING * max(0.0, (max(at) - min(at)) / 2))

    def _merge(self, story: str, into: str) -> None:
        moved = self._stories.pop(story)
        for slot in moved.slots:
            kept = self._kept[slot]
            assert kept is not None
            kept.story = into
        state = self._stories[into]
        state.slots = sorted(state.slots + moved.slots)
        state.newest = max(state.newest, moved.newest)
        state.likeness += moved.likeness
        state.joined += moved.joined

    # --- reprints ----------------------------------------------------------------------------------------------

    def _original(
        self, item: Item, reading: Reading, found: Mapping[str, tuple[float, list[tuple[int, float]]]]
    ) -> tuple[str, float]:
        """The article whose text is repeated, and how much of it; ("", 0) where none is."""
        near = [(slot, value) for _, linked in found.values() for slot, value in linked if value >= 0.3]
        best, overlap = "", 0.0
        for slot, _ in sorted(near, key=lambda x: -x[1])[:24]:
            kept, theirs = self._kept[slot], self._index.signature(slot)
            assert kept is not None
            gap = abs(kept.at - item.published.timestamp() / _DAY)
            share = resemblance(reading.sketch, theirs.sketch)
            series = gap > 0.5 and same_series(reading, theirs)
            if share >= REPRINT and share > overlap and not series:
                best, overlap = kept.article, share
        return best, overlap

    def _which_first(self, article: str, other: str) -> tuple[str, bool]:
        return which_first(self._when(article), self._when(other))

    def _when(self, article: str) -> Appearance:
        kept = self._known(article)
        return Appearance(article=article, published=kept.at, seen=kept.seen, doubtful=kept.doubtful)

    # --- keeping -----------------------------------------------------------------------------------------------

    def _known(self, article: str) -> _Kept:
        kept = self._kept[self._slot[article]]
        assert kept is not None
        return kept

    def _keep(self, row: StoryRow, signature: Signature) -> None:
        at = row.published.timestamp() / _DAY
        seen = row.seen.timestamp() / _DAY if row.seen else at
        kept = _Kept(row.article, row.story, at, seen, row.doubtful, row.likeness, row.source, row.places)
        self._put(kept, signature)

    def _put(self, kept: _Kept, signature: Signature) -> None:
        slot = self._index.add(signature)
        self._kept.append(kept)
        self._slot[kept.article] = slot
        state = self._stories.setdefault(kept.story, _Story())
        state.slots.append(slot)
        state.likeness += kept.likeness
        state.joined += kept.likeness > 0
        state.newest = max(state.newest, kept.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """When a text appeared, in days since the epoch: as printed, and as first fetched."""

    article: str
    published: float
    seen: float
    doubtful: bool


def which_first(new: Appearance, old: Appearance) -> tuple[str, bool]:
    """The article that came first of two with the same text, and whether that is doubtful.

    A text can't be published after it was seen, so the earlier of both times counts. Printed times and the order of
    seeing may contradict each other; then, and where a time is doubtful, the answer is marked so.
    """
    ours, theirs = (min(a.published, a.seen) if not a.doubtful else a.seen for a in (new, old))
    first = new.article if ours < theirs - _EARLY.total_seconds() / _DAY else old.article
    told = (new.seen < old.seen) == (first == new.article)
    close = abs(ours - theirs) <= _EARLY.total_seconds() / _DAY
    return first, new.doubtful or old.doubtful or close or not told


def _sample(slots: Sequence[int], most: int = MEMBERS) -> list[int]:
    if len(slots) <= most:
        return list(slots)
    return [*slots[:_FIRST], *slots[-(most - _FIRST) :]]


def _row(item: Item, story: str, signature: bytes, likeness: float) -> StoryRow:
    return StoryRow(
        article=item.id,
        story=story,
        published=item.published,
        signature=signature,
        likeness=likeness,
        source=item.source,
        seen=item.seen,
        doubtful=item.doubtful,
        places=item.places,
    )
