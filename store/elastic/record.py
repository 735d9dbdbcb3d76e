"""What the engine's side asks of the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from core.records import Change, Cursor, IndexDocument, NotIndexed, SearchHit
from store.sqlite.query import Query


class RecordSide(Protocol):
    """Documents to be indexed, what is shown of hits, the change log, and the list of what was refused."""

    def hits(self, desk: str, numbers: Sequence[int], asked: Query) -> list[SearchHit]:
        """What is shown of these articles, in this order; those that the desk does not see (any more) are left out."""
        ...

    def documents(self, articles: Sequence[str]) -> dict[str, IndexDocument]:
        """By article id; one that is gone, withdrawn or seen by no desk is missing."""
        ...

    def every_document(self, month: str = "", batch: int = 500) -> Iterator[list[IndexDocument]]:
        """All that are to be found, or those of one Vietnamese month ("2026-11"), in order of publication."""
        ...

    def has_texts(self, month: str) -> bool:
        """Whether any article of this Vietnamese month still has its text."""
        ...

    def cursor(self, reader: str) -> Cursor: ...

    def since(self, seq: int, limit: int = 1000) -> list[Change]: ...

    def position(self, reader: str) -> int: ...

    def acknowledge(self, read: Cursor, seq: int) -> bool:
        """False where the reader has been moved since it stood there: it reads again."""
        ...

    def rewind(self, reader: str, seq: int) -> None:
        """Let a reader take the log from there again (after a rebuild)."""
        ...

    def first(self) -> int:
        """The oldest line that the log still has; 0 for an empty log."""
        ...

    def last(self) -> int: ...

    def refuse(self, rows: Sequence[NotIndexed]) -> None:
        """Remember what the engine would not take, one row an article."""
        ...

    def taken(self, articles: Sequence[str]) -> None:
        """Forget that these were once refused."""
        ...

    def refused(self, limit: int = 100) -> list[NotIndexed]: ...

    def note_away(self, reader: str, since: datetime | None) -> None:
        """Remember since when the engine is away; None: it answers."""
        ...
