"""What is written to the record: articles, desks, corrected labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from core.records import Correction, Desk, Looked, PendingPage, Saved, StoryChoice, TaggedArticle
from core.topics import ToneLabel


class Store(Protocol):
    """The record of articles."""

    def save(
        self,
        tagged: TaggedArticle,
        page: PendingPage | None = None,
        *,
        story: StoryChoice | None = None,
        look: Looked | None = None,
        beside: Callable[[Saved], None] | None = None,
    ) -> Saved:
        """Article, its story, per-desk rows, a note of it for the alerts and the ledger's mark, in one transaction.

        `look`: what the look that brought this text said, and when the next is due; without it there is none.
        `beside` is called within the transaction and may write more of what belongs to the article.
        """
        ...

    def known_hash(self, article_id: str) -> str | None:
        """Hash of the stored text of an article, or None where it is not stored."""
        ...


class DeskBook(Protocol):
    """The desks that the record holds, versioned."""

    def desks(self) -> tuple[Desk, ...]: ...

    def apply_desk(self, desk: Desk, at: datetime, by: str) -> bool:
        """Take a desk as it is described; False where nothing changed."""
        ...

    def change_desk(self, desk: str, how: Callable[[Desk], Desk], at: datetime, by: str) -> bool:
        """Take a desk as `how` makes it of what it is, with nobody between; False where nothing changed.

        Raises ConfigError as `apply_desk` does, and for a desk that the record doesn't hold.
        """
        ...


class Corrections(Protocol):
    """Labels that a person has set. They act at once on what is shown; every call is audited."""

    def correct(
        self,
        desk: str,
        article: str,
        *,
        topic: str = "",
        present: bool = True,
        tone: ToneLabel | None = None,
        at: datetime,
        by: str,
    ) -> Correction | None:
        """Set a topic (there or not there) or the tone of an article, in place of an earlier correction of the same.

        None where the desk does not see the article. Raises ValueError for a topic or tone outside the closed sets.
        """
        ...

    def undo(self, desk: str, correction: int, at: datetime, by: str) -> bool:
        """Take a correction back: what the model said holds again. False where it is not in force."""
        ...

    def corrections(self, desk: str | None = None, article: str | None = None) -> tuple[Correction, ...]:
        """Those in force, oldest first: of a desk (None: of all), of an article (None: of all)."""
        ...
