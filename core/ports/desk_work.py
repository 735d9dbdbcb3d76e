"""What the pages ask of an office's own work, of the sources, and of the installation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from core.records import (
    AddressAnswer,
    Desk,
    HandItem,
    Medium,
    Note,
    OperationFigures,
    Place,
    SavedFilter,
    SetAside,
    SourceDetail,
    SourcePause,
    SourceProposal,
    Subject,
    WorkState,
    WorkStatus,
)
from core.settings import KeepSettings


class DeskWork(Protocol):
    """Notes, states, articles set aside, items entered by hand. Every change is audited without its words."""

    def notes(self, desk: str, about: Subject, subject: str) -> tuple[Note, ...]:
        """Oldest first; of a story also those of stories that became part of it."""
        ...

    def add_note(self, desk: str, about: Subject, subject: str, text: str, *, at: datetime, by: str) -> bool:
        """False where the desk has no such article or story."""
        ...

    def remove_note(self, desk: str, note: int, at: datetime, by: str) -> bool: ...

    def handling(self, desk: str, about: Subject, subjects: Sequence[str]) -> dict[str, WorkStatus]:
        """Of those that were ever touched; the others are new."""
        ...

    def handle(
        self, desk: str, about: Subject, subject: str, *, state: WorkState | None = None, assigned: str | None = None,
        at: datetime, by: str,
    ) -> bool:  # fmt: skip
        """Set state, colleague or both; None leaves one as it is. False where the desk has no such thing."""
        ...

    def set_aside(self, desk: str, article: str, at: datetime, by: str) -> bool:
        """Not about this place: out of counts, search and lists, and its waiting messages are held. False: no such."""
        ...

    def take_back(self, desk: str, article: str, at: datetime, by: str) -> bool:
        """Undo `set_aside`: everything is as before. False where it is not set aside."""
        ...

    def aside(self, desk: str) -> tuple[SetAside, ...]:
        """Newest first."""
        ...

    def add_item(
        self, desk: str, *, source: str, medium: Medium, title: str, day: date, where: str, at: datetime, by: str
    ) -> HandItem: ...

    def items(self, desk: str, first: date, last: date) -> tuple[HandItem, ...]:
        """Both days included, the newest first."""
        ...

    def remove_item(self, desk: str, item: int, at: datetime, by: str) -> bool: ...

    def last_visit(self, desk: str, who: str) -> datetime | None:
        """When this user's visit before the present one ended."""
        ...

    def visited(self, desk: str, who: str, at: datetime) -> None: ...

    def save_filter(
        self, desk: str, *, topics: Sequence[str], sources: Sequence[str], at: datetime, by: str
    ) -> SavedFilter:
        """Raises ValueError for a topic outside the closed set or a filter of nothing."""
        ...

    def filters(self, desk: str) -> tuple[SavedFilter, ...]: ...

    def remove_filter(self, desk: str, number: int, at: datetime, by: str) -> bool: ...

    def pauses(self) -> tuple[SourcePause, ...]: ...

    def pause(self, source: str, at: datetime, by: str, reason: str) -> bool:
        """Not read from now on. False where it is paused already."""
        ...

    def resume(self, source: str, at: datetime, by: str) -> bool: ...


class AddressDesk(Protocol):
    """Takes an address that somebody pasted. May take seconds: it asks the publisher."""

    def look(self, desk: str, url: str, *, take: bool, at: datetime, by: str) -> AddressAnswer:
        """What is known of it; where nothing is, it is fetched now. `take`: keep it though the gate stopped it."""
        ...


class SourceKeeper(Protocol):
    """Looks at a source and declares a new one."""

    def detail(self, source: str, desk: str, at: datetime) -> SourceDetail | None:
        """None for one that was never asked. Of the pages listed lately, those count as kept that this desk sees."""
        ...

    def check(self, source: str, at: datetime, by: str) -> bool:
        """Begin to ask the source whether it answers as declared and its pages extract; what is found is in `detail`.

        Returns at once: it is asked politely. False where it is being asked already. Raises ConfigError.
        """
        ...

    def propose(self, url: str) -> SourceProposal:
        """What autodiscovery finds there. Raises FetchError, ConfigError."""
        ...

    def declare(self, url: str, *, name: str, kind: str, licence: str, reason: str, at: datetime, by: str) -> str:
        """Declare it; the new source's id. Raises ConfigError with what stands against it."""
        ...


class Operation(Protocol):
    """Figures of operation; nothing of what any desk reads or writes."""

    def figures(self, at: datetime) -> OperationFigures: ...

    def moved(self) -> bool:
        """Whether the record is in use elsewhere: nothing can be written to this one."""
        ...

    def disk_free(self) -> int:
        """Bytes of room on the record's disk."""
        ...

    def would_go(self, at: datetime, months: dict[str, int]) -> dict[str, int]:
        """What a purge under these periods (by setting) would delete: setting -> rows."""
        ...

    def keep(self) -> KeepSettings:
        """The periods that hold: the settings', or shorter ones that an administrator has set."""
        ...

    def shorten(self, periods: dict[str, int], at: datetime, by: str) -> None:
        """Set periods, audited. Raises ValueError for one longer than the settings say."""
        ...


class Places(Protocol):
    """Names and points of the gazetteer."""

    def area(self, desk: Desk) -> tuple[Place, ...]:
        """Today's communes of the desk's area."""
        ...

    def place(self, unit: str) -> Place | None: ...
