"""Revisions of a text and their differences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionText:
    """One change of an article: the text before and after, where both are (still) kept.

    Title, lead and paragraphs, a line each. Both are None once the replaced text was erased, and for a source that
    reserves text and data mining: then only hashes and times are known.
    """

    number: int  # 1 is the oldest
    seen_at: datetime  # when the earlier text was last seen
    replaced_at: datetime  # when the change was seen
    before: str | None
    after: str | None  # None also where the article was withdrawn
    withdrawn: bool = False  # this change is the withdrawal
    missing_since: datetime | None = None  # of a withdrawal: the first look that found the page gone
    hash_before: str = ""
    hash_after: str = ""


DiffMark = Literal["figure", "date", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPiece:
    """A part of a changed sentence. `kept` stands in both, `removed` only before, `added` only after."""

    kind: Literal["kept", "removed", "added"]
    text: str
    mark: DiffMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffSentence:
    """A sentence of either version; `pieces` are filled where it was changed."""

    kind: Literal["kept", "removed", "added", "changed"]
    before: str = ""
    after: str = ""
    pieces: tuple[DiffPiece, ...] = ()
    marks: tuple[DiffMark, ...] = ()  # kinds of marked words that changed, were added or removed in it
