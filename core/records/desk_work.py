"""What an office adds to what it reads: notes, who handles what, items entered by hand, articles set aside, pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

WorkState = Literal["new", "seen", "handled", "closed"]
WORK_STATES: Final[tuple[WorkState, ...]] = get_args(WorkState)
Subject = Literal["article", "story"]
"""What a note or a state is about; named by the article's or the story's id."""
Medium = Literal["print", "broadcast"]
MEDIA: Final[tuple[Medium, ...]] = get_args(Medium)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note of the office. It stays inside the desk: it is in no index, export, message or report."""

    id: int
    desk: str
    about: Subject
    subject: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStatus:
    """How far the office is with an article or a story, and which colleague has it."""

    state: WorkState = "new"
    assigned: str = ""  # the colleague's user name; "" for nobody
    at: datetime | None = None  # of the last change
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandItem:
    """A printed or broadcast item of a listed publisher, entered by hand. No text is kept."""

    id: int
    desk: str
    source: str  # id of the publisher
    medium: Medium
    title: str
    day: str  # ISO date on which it was printed or broadcast
    where: str  # page or programme
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """That the office found an article not to be about its place."""

    desk: str
    article: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePause:
    """That a source is not read until somebody resumes it."""

    source: str
    since: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """A filter that the desk keeps: topics and publishers only, never words."""

    id: int
    desk: str
    topics: tuple[str, ...]
    sources: tuple[str, ...]
    at: datetime
    by: str


AddressState = Literal["refused", "read", "stopped", "set_aside", "erased", "failed", "taken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressAnswer:
    """What became of an address that somebody pasted."""

    state: AddressState
    url: str
    reason: str = ""  # catalogue key (refused) or a stable word of the crawl (failed)
    source: str = ""
    article: str = ""
    title: str = ""
    at: datetime | None = None  # when it was read or stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A unit of the gazetteer as a map needs it."""

    unit: str
    name: str  # with its type: "xã Bình Sơn"
    latitude: float | None = None
    longitude: float | None = None
    today: bool = True  # exists today
