"""The comparison of two versions of a text, as the pages ask for it."""

from __future__ import annotations

from core.records import DiffPiece, DiffSentence
from nlp.revisions import Change, IsPlace, compare


def differ(before: str, after: str, *, is_place: IsPlace | None = None) -> tuple[DiffSentence, ...]:
    """Differ. `is_place` says whether a name is that of a place; without it the shipped gazetteer is asked."""
    return tuple(_sentence(change) for change in compare(before, after, is_place=is_place).changes)


def _sentence(change: Change) -> DiffSentence:
    return DiffSentence(
        kind=change.kind, before=change.before, after=change.after, marks=change.marks,
        pieces=tuple(DiffPiece(kind=piece.kind, text=piece.text, mark=piece.mark) for piece in change.pieces),
    )  # fmt: skip
