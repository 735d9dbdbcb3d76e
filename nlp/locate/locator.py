"""The locator: which desks an article concerns, and by which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from core.clock import local_day
from core.i18n import t
from core.records import Article, Desk, DeskMatch, LocatedArticle, Mention, MentionField, Publisher
from core.text import nfc
from nlp.gazetteer.spelling import spellings
from nlp.gazetteer.units import Gazetteer
from nlp.locate.focus import Standing, focus_score, resident
from nlp.locate.occurrences import NameFinder, Occurrence, read
from nlp.locate.weigh import NO_PLACE, Context, Weigher

LIMIT: Final = 400_000
"""Characters of an article that are read; more is no article (hostile input of megabytes must not stop the line)."""

THRESHOLD: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Piece:
    field: MentionField
    index: int
    start: int  # offset in the assembled text
    end: int


@dataclass(frozen=True, slots=True)
class _Hit:
    occurrence: int
    unit: int
    score: float  # of the desk's area, all of its units that bear the name taken together


def gate_names(gazetteer: Gazetteer, desks: Iterable[Desk]) -> frozenset[str]:
    """Every name one of which must stand in a page for any match. NFC, as written; the gate folds them."""
    names: set[str] = set()
    for number in {i for desk in desks for i in desk_area(gazetteer, desk)}:
        unit = gazetteer.unit(gazetteer.ids[number])
        if unit.name.isdigit():
            short = "".join(word[0] for word in unit.type.split())
            names |= {f"{unit.type} {unit.name}", f"{short}.{unit.name}", f"{short}. {unit.name}"}
        else:
            names |= {form for name in (unit.name, *unit.aliases) for form in spellings(name)}
    return frozenset(nfc(name) for name in names)


def desk_area(gazetteer: Gazetteer, desk: Desk) -> frozenset[int]:
    """Numbers of the units of either age that the desk watches."""
    return gazetteer.area(desk.units, partial=desk.partial_successors)


class DeskLocator:
    """core.ports.Locator over a gazetteer and any number of desks, matched in one pass."""

    def __init__(self, gazetteer: Gazetteer, desks: Sequence[Desk], weigher: Weigher | None = None) -> None:
        self._gazetteer = gazetteer
        self._weigher = weigher or Weigher(gazetteer)
        self._finder = NameFinder(gazetteer.names, gazetteer.plain_names)
        self._desks_of: dict[int, list[int]] = defaultdict(list)
        self.desks = tuple(desks)
        self.watch: Callable[[str, Standing], None] | None = None  # for training: told how each desk's place stands
        for number, desk in enumerate(self.desks):
            for unit in desk_area(gazetteer, desk):
                self._desks_of[unit].append(number)

    def locate(self, article: Article, publisher: Publisher | None = None) -> LocatedArticle:
        """Which desks the article concerns, each with the mentions that say so."""
        text, pieces = assemble(article)
        _, occurrences = read(text, self._finder)
        if not any(unit in self._desks_of for one in occurrences for unit in one.units):
            return LocatedArticle(article=article, matches=())
        context = self._weigher.context(
            occurrences,
            published=None if article.published.doubtful else local_day(article.published.at),
            paper=self._paper(publisher),
        )
        hits = self._weigh(context)
        matches = (self._match(desk, found, context, text, pieces) for desk, found in sorted(hits.items()))
        return LocatedArticle(article=article, matches=tuple(match for match in matches if match))

    def _paper(self, publisher: Publisher | None) -> int | None:
        province = publisher.province if publisher else None
        return self._gazetteer.number.get(f"new:{province}") if province else None

    def _weigh(self, context: Context) -> dict[int, list[_Hit]]:
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
                hits[desk].append(_Hit(i, best[desk][1], total))
        return hits

    def _match(
        self, desk: int, found: list[_Hit], context: Context, text: str, pieces: list[_Piece]
    ) -> DeskMatch | None:
        sure = [hit for hit in found if hit.score >= THRESHOLD]
        if not sure:
            return None
        mentions = tuple(mention for mention in (self._mention(hit, context, pieces) for hit in sure) if mention)
        standing = self._standing(desk, sure, context, text, pieces)
        if self.watch is not None:
            self.watch(self.desks[desk].id, standing)
        return DeskMatch(
            desk=self.desks[desk].id,
            score=round(max(hit.score for hit in sure), 4),
            focus=focus_score(standing) >= 0.5,
            mentions=mentions,
        )

    def _standing(self, desk: int, sure: list[_Hit], context: Context, text: str, pieces: list[_Piece]) -> Standing:
        mine = [context.occurrences[hit.occurrence] for hit in sure]
        own = {hit.occurrence for hit in sure}
        others = [
            one
            for i, one in enumerate(context.occurrences)
            if i not in own and self._is_other(one, desk)
        ]  # fmt: skip
        titles = [piece for piece in pieces if piece.field in {"title", "lead"}]
        return Standing(
            length=len(text),
            offsets=tuple(one.start for one in mine),
            residents=sum(resident(text, one.lead) for one in mine),
            units=len({one.key for one in mine}),
            others=len({one.key for one in others}),
            other_mentions=len(others),
            other_first=bool(others) and others[0].start < mine[0].start,
            in_title=any(piece.start <= one.start < piece.end for piece in titles for one in mine),
        )

    def _is_other(self, one: Occurrence, desk: int) -> bool:
        """Whether it names a commune or district outside the desk's area."""
        if any(desk in self._desks_of.get(unit, ()) for unit in one.units):
            return False
        levels = {self._weigher.level[unit] for unit in one.units}
        return bool(one.type and one.type != "tỉnh") or (levels == {2} and not one.cues & NO_PLACE)

    def _mention(self, hit: _Hit, context: Context, pieces: list[_Piece]) -> Mention | None:
        one = context.occurrences[hit.occurrence]
        piece = next((p for p in pieces if p.start <= one.start < p.end), None)
        if piece is None:
            return None
        return Mention(
            field=piece.field,
            index=piece.index,
            start=one.start - piece.start,
            end=min(one.end, piece.end) - piece.start,
            unit=self._gazetteer.ids[hit.unit],
            score=round(hit.score, 4),
            evidence=self._evidence(hit, context),
        )

    def _evidence(self, hit: _Hit, context: Context) -> tuple[str, ...]:
        found = self._weigher.features(context, hit.occurrence, hit.unit)
        weights = self._weigher.weights
        one = context.occurrences[hit.occurrence]
        strongest = sorted(
            (name for name, value in found.items() if weights.get(name, 0) * value > 0.3),
            key=lambda name: -weights[name] * found[name],
        )
        return tuple(self._say(name, one, hit.unit) for name in strongest[:4])

    def _say(self, feature: str, one: Occurrence, unit: int) -> str:
        gazetteer = self._gazetteer
        tops = [gazetteer.unit(gazetteer.ids[i]) for i in self._weigher.tops[unit] if i != unit]
        districts = [gazetteer.unit(gazetteer.ids[i]) for i in self._weigher.districts[unit] if i != unit]
        return t(
            f"places.because.{feature}",
            type=one.type or gazetteer.type[unit],
            province=" / ".join(dict.fromkeys(top.name for top in tops)),
            district=" / ".join(dict.fromkeys(d.full_name for d in districts)),
            name=gazetteer.name[unit],
        )


def assemble(article: Article) -> tuple[str, list[_Piece]]:
    """All fields in one text, a blank line between, with the place of each."""
    parts: list[tuple[MentionField, int, str]] = [("title", 0, article.title), ("lead", 0, article.lead)]
    parts += [("body", i, paragraph) for i, paragraph in enumerate(article.paragraphs)]
    parts += [("caption", i, caption) for i, caption in enumerate(article.captions)]
    parts += [("meta", i, meta) for i, meta in enumerate(article.meta)]
    pieces, texts, at = [], [], 0
    for field, index, raw in parts:
        piece = nfc(raw)[: max(0, LIMIT - at)]
        if not piece:
            continue
        pieces.append(_Piece(field, index, at, at + len(piece)))
        texts.append(piece)
        at += len(piece) + 2
    return "\n\n".join(texts), pieces
