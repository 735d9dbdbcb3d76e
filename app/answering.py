"""The filters `figures` and `compare`: printed figures, and verified ones beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from answers.compare import compare as hold_beside
from answers.compare import prepare
from answers.figures import read_figures
from answers.passage import Fact
from app import wiring
from app.filters import Row, RowError
from app.places import printed_names
from core.records import Dimension, Figure
from core.text import seen


def figures(rows: Iterable[Row]) -> Iterator[Row]:
    """{"id","text"} -> {"id","figures"}, offsets in the NFC text without unseen characters."""
    for row in rows:
        yield {"id": row["id"], "figures": [_shown(figure) for figure in read_figures(seen(str(row.get("text", ""))))]}


def _shown(figure: Figure) -> Row:
    return {
        "text": figure.text,
        "value": [figure.low, figure.high],
        "dim": figure.dimension,
        "bound": figure.bound,
        "of": figure.of,
        "start": figure.start,
        "end": figure.end,
    }


def compare(rows: Iterable[Row]) -> Iterator[Row]:
    """{"id","text","fact"} -> {"id","verdict","printed"} and, where there is a verdict, sentence, offsets, reasons."""
    for row in rows:
        found = hold_beside(prepare(seen(str(row.get("text", "")))), read_fact(row))
        if found is None:
            yield {"id": row["id"], "verdict": "none", "printed": ""}
            continue
        yield {
            "id": row["id"],
            "verdict": found.verdict,
            "printed": found.figure.text,
            "value": [found.figure.low, found.figure.high],
            "start": found.figure.start,
            "end": found.figure.end,
            "sentence": found.sentence,
            "score": found.score,
            "reasons": [{"key": reason.key, "words": reason.words} for reason in found.reasons],
        }


def read_fact(row: Row) -> Fact:
    """The fact of a row. Raises RowError naming the row where a part is missing or no dimension of ours."""
    fact = row.get("fact")
    try:
        if not isinstance(fact, dict) or fact["dim"] not in get_args(Dimension):
            raise ValueError(fact)
        place = seen(str(fact.get("place") or ""))
        return Fact(
            id=str(row["id"]),
            indicator=seen(str(fact["indicator"])),
            value=float(fact["value"]),
            dimension=fact["dim"],
            places=_printed(place),
            period=seen(str(fact.get("period") or "")),
        )
    except (KeyError, TypeError, ValueError):
        raise RowError(f'{row["id"]}: "fact" needs indicator, value (a number) and dim (a known dimension)') from None


def _printed(place: str) -> tuple[str, ...]:
    """A place as the row names it and as texts may print it otherwise: TP.HCM, thành phố Hồ Chí Minh."""
    if not place:
        return ()
    gazetteer = wiring.gazetteer()
    units = gazetteer.named(place) or [found.unit for found in gazetteer.find_units(place)]
    names = [name for unit in units for name in printed_names(gazetteer, unit.id)]
    return tuple(dict.fromkeys((place, *names)))
