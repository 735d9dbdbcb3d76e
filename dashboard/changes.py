"""What a page shows of an article's changes: sentences that differ, with the unchanged ones between them counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from core.ports import Differ
from core.records import DiffMark, DiffPiece, DiffSentence, RevisionText
from core.text import clip, strip_unseen

COMPARED, SENTENCES = 10, 120
"""Changes of one article that are compared, and sentences of one that are shown."""
KEPT, DIFFERS = 600, 2000
"""Characters of an unchanged and of a changed run of words that are shown."""
_MARKS: tuple[DiffMark, ...] = ("figure", "date", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """So many sentences that stand in both versions."""

    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighbouring pieces of one kind: (text, whether it is a figure, a date or a place)."""

    kind: Literal["kept", "removed", "added"]
    parts: tuple[tuple[str, bool], ...]


Line = DiffSentence | Gap
Told = Literal["withdrawn", "compared", "same", "half", "hash", "no_hash", "older"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """One change as the page tells it."""

    revision: RevisionText
    told: Told
    lines: tuple[Line, ...] = ()
    more: int = 0  # differing sentences beyond those shown
    marks: tuple[DiffMark, ...] = ()


def shown(revisions: Sequence[RevisionText], differ: Differ) -> tuple[ShownChange, ...]:
    """The changes in the order given (newest first)."""
    return tuple(_shown(revision, differ, number < COMPARED) for number, revision in enumerate(revisions))


def _shown(revision: RevisionText, differ: Differ, compared: bool) -> ShownChange:
    if revision.withdrawn:
        return ShownChange(revision=revision, told="withdrawn")
    if revision.before is None or revision.after is None:
        return ShownChange(revision=revision, told=_untold(revision))
    if not compared:
        return ShownChange(revision=revision, told="older")
    sentences = differ(revision.before, revision.after)
    marks = tuple(mark for mark in _MARKS if any(mark in s.marks for s in sentences if s.kind != "kept"))
    lines, more = folded(sentences)
    return ShownChange(revision=revision, told="compared" if lines else "same", lines=lines, more=more, marks=marks)


def _untold(revision: RevisionText) -> Told:
    if revision.before is not None or revision.after is not None:
        return "half"
    return "hash" if revision.hash_before and revision.hash_after else "no_hash"


def folded(sentences: Sequence[DiffSentence]) -> tuple[tuple[Line, ...], int]:
    """Differing sentences with the kept ones between them as gaps, and how many differing ones are left out."""
    lines: list[Line] = []
    differing = kept = 0
    for sentence in sentences:
        if sentence.kind == "kept":
            kept += 1
            continue
        differing += 1
        if differing <= SENTENCES:
            lines += [Gap(kept=kept)] if kept else []
            lines.append(sentence)
        kept = 0
    if kept and lines:
        lines.append(Gap(kept=kept))
    return tuple(lines), max(0, differing - SENTENCES)


def runs(sentence: DiffSentence) -> Iterator[Run]:
    """What is shown of a differing sentence: neighbouring pieces of one kind together, long ones cut."""
    for kind, pieces in groupby(_pieces(sentence), key=lambda piece: piece.kind):
        parts = [(strip_unseen(piece.text), piece.mark is not None) for piece in pieces]
        if kind == "kept":
            yield Run(kind=kind, parts=((_middle_out("".join(text for text, _ in parts)), False),))
        elif any(text.strip() for text, _ in parts):
            yield Run(kind=kind, parts=_cut(parts))


def _pieces(sentence: DiffSentence) -> tuple[DiffPiece, ...]:
    if sentence.kind == "removed":
        return (DiffPiece(kind="removed", text=sentence.before),)
    if sentence.kind == "added":
        return (DiffPiece(kind="added", text=sentence.after),)
    return sentence.pieces


def _middle_out(text: str) -> str:
    return text if len(text) <= KEPT else f"{text[: KEPT // 2]} … {text[-KEPT // 2 :]}"


def _cut(parts: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    left, shown = DIFFERS, []
    for text, marked in parts:
        if left <= 0:
            break
        shown.append((clip(text, left), marked))
        left -= len(text)
    return tuple(shown)
