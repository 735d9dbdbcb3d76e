"""The locator: which desks an article concerns, and by which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.clock import local_day
from core.i18n import t
from core.records import Article, Desk, DeskMatch, LocatedArticle, Mention, Publisher
from core.text import nfc
from nlp.gazetteer.spelling import spellings
from nlp.gazetteer.units import Gazetteer
from nlp.locate.focus import Standing, focus_score, resident
from nlp.locate.named import NamedPlaces, PlaceHit, place_names
from nlp.locate.occurrences import Occurrence, Tokens, read
from nlp.locate.pieces import Piece, assemble, items
from nlp.locate.tell import evidence
from nlp.locate.weigh import NO_PLACE, Context, Weigher

THRESHOLD: Final = 0.5
MENTIONS: Final = 100
"""Mentions that a match carries: enough to show why, and to mark them in the text."""


def gate_names(gazetteer: Gazetteer, desks: Iterable[Desk]) -> frozenset[str]:
    """Every name one of which must stand in a page for any match. NFC, as written; the gate folds them."""
    desks = tuple(desks)
    names: set[str] = set(place_names(desks))
    for number in {i for desk in desks for i in desk_area(gazetteer, desk)}:
        unit = gazetteer.unit(gazetteer.ids[number])
        if unit.name.isdigit():
            short = "".join(word[0] for word in unit.type.split())
            names |= {f"{unit.type} {unit.name}", f"{short}.{unit.name}", f"{short}. {unit.name}"}
        else:
            names |= {form for name in (unit.name, *unit.aliases) for form in spellings(name)}
    names |= {name.replace("'", "’") for name in names}
    return frozenset(nfc(name) for name in names)


def desk_area(gazetteer: Gazetteer, desk: Desk) -> frozenset[int]:
    """Numbers of the units of either age that the desk watches."""
    return gazetteer.area(desk.units, partial=desk.partial_successors)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A name that was taken for a unit of a desk's area, or for a place that the desk lists."""

    start: int  # offsets in the item
    end: int
    unit: int
    score: float  # of the desk's area: all of its units that bear the name taken together
    occurrence: int = -1  # number in the context; -1 for a listed place
    place: PlaceHit | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """A digest's item, or the entire article."""

    text: str
    at: int  # offset in the assembled text
    pieces: list[Piece]
    context: Context


class DeskLocator:
    """core.ports.Locator over a gazetteer and any number of desks, matched in one pass."""

    def __init__(self, gazetteer: Gazetteer, desks: Sequence[Desk], weigher: Weigher | None = None) -> None:
        self._gazetteer = gazetteer
        self._weigher = weigher or Weigher(gazetteer)
        self._desks_of: dict[int, list[int]] = defaultdict(list)
        self.desks = tuple(desks)
        self.watch: Callable[[str, Standing], None] | None = None  # for training: told how each desk's place stands
        areas = [desk_area(gazetteer, desk) for desk in self.desks]
        for number, area in enumerate(areas):
            for unit in area:
                self._desks_of[unit].append(number)
        self._places = NamedPlaces(gazetteer, self.desks, areas)

    def locate(self, article: Article, publisher: Publisher | None = None) -> LocatedArticle:
        """Which desks the article concerns, each with the mentions that say so."""
        text, pieces = assemble(article)
        published = None if article.published.doubtful else local_day(article.published.at)
        paper = self._paper(publisher)
        matches: dict[int, list[DeskMatch]] = defaultdict(list)
        for start, end in items(text, pieces):
            for desk, match in self._read_item(text[start:end], start, pieces, published, paper):
                matches[desk].append(match)
        return LocatedArticle(article=article, matches=tuple(_merged(matches[desk]) for desk in sorted(matches)))

    def _read_item(
        self, text: str, at: int, pieces: list[Piece], published: date | None, paper: int | None
    ) -> list[tuple[int, DeskMatch]]:
        tokens, occurrences = read(text, self._weigher.finder)
        if not self._places and not any(unit in self._desks_of for one in occurrences for unit in one.units):
            return []
        context = self._weigher.context(occurrences, published=published, paper=paper)
        item = _Item(text, at, pieces, context)
        found: list[tuple[int, DeskMatch]] = []
        for desk, hits in self._weigh(tokens, context).items():
            sure = sorted((hit for hit in hits if hit.score >= THRESHOLD), key=lambda hit: hit.start)
            if sure:
                found.append((desk, self._match(desk, sure, item)))
        return found

    def _paper(self, publisher: Publisher | None) -> int | None:
        province = publisher.province if publisher else None
        return self._gazetteer.number.get(f"new:{province}") if province else None

    def _weigh(self, tokens: Tokens, context: Context) -> dict[int, list[_Hit]]:
        hits: dict[int, list[_Hit]] = defaultdict(list)
        for i, one in enumerate(context.occurrences):
            if not any(unit in self._desks_of for unit in one.units):
                continue
            scores, _ = self._weigher.score(context, i)
            sums: dict[int, float] = defaultdict(float)
            best: dict[int, tuple[float, int]] = {}
            for unit, score in zip(one.units, scores, strict=True):
                for desk in self._desks_of.get(unit, ()):
                    sums[desk] += score
                    best[desk] = max(best.get(desk, (0.0, unit)), (score, unit))
            for desk, total in sums.items():
                hits[desk].append(_Hit(one.start, one.end, best[desk][1], total, occurrence=i))
        if self._places:
            for hit in self._places.find(tokens, context):
                hits[hit.place.desk].append(_Hit(hit.start, hit.end, hit.place.unit, hit.score, place=hit))
        return hits

    def _match(self, desk: int, sure: list[_Hit], item: _Item) -> DeskMatch:
        standing = self._standing(desk, sure, item)
        if self.watch is not None:
            self.watch(self.desks[desk].id, standing)
        mentions = tuple(mention for mention in (self._mention(hit, item) for hit in sure[:MENTIONS]) if mention)
        told = any(mention.field in {"title", "lead", "body"} for mention in mentions)
        return DeskMatch(
            desk=self.desks[desk].id,
            score=round(min(1.0, max(hit.score for hit in sure)), 4),
            focus=told and focus_score(standing) >= THRESHOLD,  # a caption alone makes no article about a place
            mentions=mentions,
        )

    def _standing(self, desk: int, sure: list[_Hit], item: _Item) -> Standing:
        own = {hit.occurrence for hit in sure}
        occurrences = item.context.occurrences
        others = [one for i, one in enumerate(occurrences) if i not in own and self._is_other(one, desk)]
        titles = [piece for piece in item.pieces if piece.field in {"title", "lead"}]
        return Standing(
            length=len(item.text),
            offsets=tuple(hit.start for hit in sure),
            residents=sum(hit.place is None and resident(item.text, occurrences[hit.occurrence].lead) for hit in sure),
            units=len({item.text[hit.start : hit.end].lower() for hit in sure}),
            others=len({one.key for one in others}),
            other_mentions=len(others),
            other_first=bool(others) and others[0].start < sure[0].start,
            in_title=any(piece.start <= item.at + hit.start < piece.end for piece in titles for hit in sure),
        )

    def _is_other(self, one: Occurrence, desk: int) -> bool:
        """Whether it names a commune or district outside the desk's area."""
        if any(desk in self._desks_of.get(unit, ()) for unit in one.units):
            return False
        levels = {self._weigher.level[unit] for unit in one.units}
        return bool(one.type and one.type != "tỉnh") or (levels == {2} and not one.cues & NO_PLACE)

    def _mention(self, hit: _Hit, item: _Item) -> Mention | None:
        start = item.at + hit.start
        piece = next((p for p in item.pieces if p.start <= start < p.end), None)
        if piece is None:
            return None
        return Mention(
            field=piece.field,
            index=piece.index,
            start=start - piece.start,
            end=min(item.at + hit.end, piece.end) - piece.start,
            unit=self._gazetteer.ids[hit.unit],
            score=round(min(1.0, hit.score), 4),
            evidence=self._evidence(hit, item),
        )

    def _evidence(self, hit: _Hit, item: _Item) -> tuple[str, ...]:
        if hit.place is not None:
            return (t("places.because.listed_place", name=hit.place.place.name),)
        return evidence(self._weigher, item.context, item.text, hit.occurrence, hit.unit)


def _merged(matches: list[DeskMatch]) -> DeskMatch:
    """What the items of a digest say of one desk, as one match; it is about the place where one item is."""
    if len(matches) == 1:
        return matches[0]
    return DeskMatch(
        desk=matches[0].desk,
        score=max(match.score for match in matches),
        focus=any(match.focus for match in matches),
        mentions=tuple(mention for match in matches for mention in match.mentions),
    )
