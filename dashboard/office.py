"""The ports behind an office's own work, the sources and the installation, and what stands in where there are none."""

# ruff: noqa: ARG002 - what keeps nothing takes the same arguments
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from core.ports import (
    AddressDesk,
    AlertDesk,
    CaseDesk,
    ChannelBook,
    DeskWork,
    FactDesk,
    Operation,
    Places,
    ReportBook,
    ReportDesk,
    SourceKeeper,
)
from core.records import (
    ChannelStatus,
    HandItem,
    Medium,
    Note,
    SavedFilter,
    SetAside,
    SourcePause,
    Subject,
    WorkState,
    WorkStatus,
)


class NoWork:
    """Keeps nothing: for pages over a record that is only read."""

    def notes(self, desk: str, about: Subject, subject: str) -> tuple[Note, ...]:
        return ()

    def add_note(self, desk: str, about: Subject, subject: str, text: str, *, at: datetime, by: str) -> bool:
        return False

    def remove_note(self, desk: str, note: int, at: datetime, by: str) -> bool:
        return False

    def handling(self, desk: str, about: Subject, subjects: Sequence[str]) -> dict[str, WorkStatus]:
        return {}

    def handle(
        self, desk: str, about: Subject, subject: str, *, state: WorkState | None = None, assigned: str | None = None,
        at: datetime, by: str,
    ) -> bool:  # fmt: skip
        return False

    def set_aside(self, desk: str, article: str, at: datetime, by: str) -> bool:
        return False

    def take_back(self, desk: str, article: str, at: datetime, by: str) -> bool:
        return False

    def aside(self, desk: str) -> tuple[SetAside, ...]:
        return ()

    def add_item(
        self, desk: str, *, source: str, medium: Medium, title: str, day: date, where: str, at: datetime, by: str
    ) -> HandItem:
        return HandItem(
            id=0, desk=desk, source=source, medium=medium, title=title, day=day.isoformat(), where=where, at=at, by=by
        )

    def items(self, desk: str, first: date, last: date) -> tuple[HandItem, ...]:
        return ()

    def remove_item(self, desk: str, item: int, at: datetime, by: str) -> bool:
        return False

    def last_visit(self, desk: str, who: str) -> datetime | None:
        return None

    def visited(self, desk: str, who: str, at: datetime) -> None: ...

    def save_filter(
        self, desk: str, *, topics: Sequence[str], sources: Sequence[str], at: datetime, by: str
    ) -> SavedFilter:
        return SavedFilter(id=0, desk=desk, topics=tuple(topics), sources=tuple(sources), at=at, by=by)

    def filters(self, desk: str) -> tuple[SavedFilter, ...]:
        return ()

    def remove_filter(self, desk: str, number: int, at: datetime, by: str) -> bool:
        return False

    def pauses(self) -> tuple[SourcePause, ...]:
        return ()

    def pause(self, source: str, at: datetime, by: str, reason: str) -> bool:
        return False

    def resume(self, source: str, at: datetime, by: str) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Ports that a page may do without: where one is None, the page says that this installation has it not."""

    work: DeskWork = field(default_factory=NoWork)
    addresses: AddressDesk | None = None
    keeper: SourceKeeper | None = None
    operation: Operation | None = None
    places: Places | None = None
    reports: ReportDesk | None = None
    report_book: ReportBook | None = None
    facts: FactDesk | None = None
    cases: CaseDesk | None = None
    alerts: AlertDesk | None = None
    channel_book: ChannelBook | None = None
    channel_statuses: Callable[[], tuple[ChannelStatus, ...]] | None = None
