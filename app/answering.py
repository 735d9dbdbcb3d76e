"""The filters `figures` and `compare`: printed figures, and verified ones beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from answers.figures import read_figures
from app.filters import Row
from core.records import Figure
from core.text import nfc


def figures(rows: Iterable[Row]) -> Iterator[Row]:
    """{"id","text"} -> {"id","figures"}, offsets in the NFC text."""
    for row in rows:
        yield {"id": row["id"], "figures": [_shown(figure) for figure in read_figures(nfc(str(row.get("text", ""))))]}


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
