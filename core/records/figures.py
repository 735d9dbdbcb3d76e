"""Figures over time, search by field, and figures of operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from core.records.workers import Worker

LabelKind = Literal["all", "topic", "tone", "unit"]
Step = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """Articles of one desk with one label in one span of time. Never of a publisher."""

    slot: str  # ISO date of the day, of the week's Monday, or of the month's first
    kind: LabelKind
    key: str  # topic; tone (or "unsure"); unit; "" for all
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilters:
    """What a search may be narrowed to besides words. Of several sources or topics one is enough."""

    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    first: date | None = None  # Vietnamese day of publication, both included
    last: date | None = None

    def __bool__(self) -> bool:
        return bool(self.sources or self.topics or self.first or self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """How the matches are spread, each as (key, articles), the most first (months: the newest first)."""

    sources: tuple[tuple[str, int], ...] = ()
    topics: tuple[tuple[str, int], ...] = ()
    months: tuple[tuple[str, int], ...] = ()  # "2026-11"
    counted: int = 0  # matches that were counted: the newest, where there are very many


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFigures:
    """Figures of operation of one desk. Nothing of what it reads or writes."""

    desk: str
    version: int
    waiting: int
    held: int
    refused: int
    last_kept: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFigures:
    """Figures of operation of the installation."""

    desks: tuple[DeskFigures, ...]
    pending_pages: int
    oldest_pending: datetime | None
    failures: tuple[tuple[str, int], ...]  # (reason, pages) of seven days
    record_bytes: int
    log_bytes: int  # of the record's write-ahead log
    disk_free: int
    disk_total: int
    last_backup: datetime | None
    versions: Mapping[str, str]  # program, schema, models
    backup_away: datetime | None = None  # the newest sealed one in another place
    backups_away: bool = False  # whether any are to be made there
    workers: tuple[Worker, ...] = ()  # heard of within a minute
    unlabelled: int = 0  # articles that wait for a worker that labels
