"""What the pages have at hand, and what a view is filled with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jinja2 import Environment

from core.clock import Clock
from core.ports import (
    AuditLog,
    Corrections,
    DeskBook,
    Differ,
    FillDesk,
    PeopleBook,
    ReadingRoom,
    SearchIndex,
    UnitSearch,
)
from core.records import AuditLine, Publisher
from core.settings import KeepSettings, Settings
from dashboard.office import Office
from dashboard.pace import Pace
from dashboard.people.passwords import Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """How the reading itself stands, as far as the pages tell it."""

    filling: bool = False  # no desk has an article yet: the press is being read for the first time
    read: int = 0  # pages read so far
    sample: bool = False  # the publishers are the invented sample press


Status = Callable[[], RunStatus]


class NoAudit:
    """An audit that keeps nothing, for pages over ports in memory."""

    def add(self, at: datetime, who: str, action: str, subject: str, detail: str = "", *, desk: str = "") -> None: ...

    def lines(self, limit: int = 100, *, desk: str | None = None, before: int | None = None) -> tuple[AuditLine, ...]:
        del limit, desk, before
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The ports behind the pages. Handlers run in threads: the ports must stand that."""

    reading: ReadingRoom
    search: SearchIndex
    desks: DeskBook
    corrections: Corrections
    differ: Differ
    publishers: Mapping[str, Publisher]
    clock: Clock
    settings: Settings
    status: Status
    templates: Environment
    seal: bytes  # of forms; the same in every process that serves this record
    people: PeopleBook | None = None  # None: there are no users, and whoever reaches the pages may use them
    pace: Pace = field(default_factory=Pace)
    audit: AuditLog = field(default_factory=NoAudit)
    passwords: Passwords = field(default_factory=Passwords)
    office: Office = field(default_factory=Office)
    units: UnitSearch | None = None  # for the first run; None: desks are made at the command line
    fill: FillDesk | None = None

    @property
    def keep(self) -> KeepSettings:
        """How long things are kept at present."""
        return self.office.operation.keep() if self.office.operation else self.settings.keep

    def language_of(self, source: str) -> str:
        """Language of the publisher's texts, as pages state it."""
        known = self.publishers.get(source)
        return known.language if known else "vi"

    def publisher_name(self, source: str) -> str:
        """The publisher's name, or the source's id where its declaration is gone."""
        known = self.publishers.get(source)
        return known.name if known else source
