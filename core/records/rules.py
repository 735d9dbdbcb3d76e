"""What raises an alert and for whom, and how far each alert has come. No field takes free words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from core.roles import Role
from core.topics import ToneLabel


class RuleEvent(StrEnum):
    """What a rule looks at."""

    STORY = "story"  # a story of the desk, new or grown
    CHANGED = "changed"  # a publisher has changed or withdrawn a text of one
    DIFFERS = "differs"  # a printed figure differs from the office's verified one
    SILENT = "silent"  # a source that used to print has nothing new
    BLOCKED = "blocked"  # a source can't be read

    @property
    def of_source(self) -> bool:
        """Whether it concerns a source rather than a story."""
        return self in {RuleEvent.SILENT, RuleEvent.BLOCKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions, all of which must hold, and what follows. Checked by core.rules.refusal."""

    id: str
    event: RuleEvent = RuleEvent.STORY
    focus: bool = True  # only what is about the place, not what only names it
    units: tuple[str, ...] = ()  # gazetteer ids: names one of these; empty: any of the desk's
    topics: tuple[str, ...] = ()  # has one of these; empty: any
    tone: ToneLabel | None = None  # only together with topics of harm
    publishers: tuple[str, ...] = ()  # one of these printed it; empty: any
    min_sources: int = 1  # so many publishers print it
    growing: bool = False  # clearly more articles in the last day than is usual
    urgent: bool = False  # told at once; else in the next digest
    roles: tuple[Role, ...] = ()
    next_roles: tuple[Role, ...] = ()  # told one after the other while nobody has taken an urgent one
    take_minutes: int = 30  # how long each step of next_roles waits
    enabled: bool = True
    title: str = ""  # what the office calls it; "" for a shipped one's own. Nothing is looked for by it


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTiming:
    """When messages are made. Times of day are minutes after midnight, Vietnamese time."""

    wait_minutes: int = 5  # an urgent one waits so long for more of its story
    grow_minutes: int = 120  # at least so long between two messages about one story
    repeat_hours: int = 12  # an urgent one that nobody has taken is repeated after this; 0: never
    morning: int = 450
    evening: int = 1020  # for recipients who want it
    night_from: int = 1320
    night_to: int = 360
    hold_covered: bool = True  # a small story waits for the digest where a larger urgent one covers it


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPlan:
    """A desk's rules as one document."""

    desk: str
    rules: tuple[Rule, ...]
    timing: AlertTiming = AlertTiming()
    version: int = 0  # 0: the one that comes with the program


AlertCause = Literal["new", "grown", "changed", "differs", "untaken", "repeat", "silent", "blocked"]
"""Why somebody is told: untaken means that nobody of the roles before has taken it."""


Pace = Literal["urgent", "soon", "digest"]
"""Urgent: at once, at night too. Soon: a message of its own, by day. Digest: with the others at its hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent:
    """That something happened to an article of a desk, written in the article's own transaction."""

    id: int
    desk: str
    article: str
    kind: Literal["new", "changed"]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryAlert:
    """How far one recipient has been told of one story (or source)."""

    desk: str
    story: str  # id of the story, or "source:<id>"
    recipient: str
    rules: tuple[str, ...]  # that have matched so far
    first: datetime  # when the first one did
    due: datetime | None = None  # when the next message about it is to be made; None: nothing to tell
    pace: Pace = "digest"  # of that message
    cause: AlertCause = "new"
    covered_by: str = ""  # larger story for whose sake it waits for the digest
    told: tuple[str, ...] = ()  # articles told of
    told_at: datetime | None = None
    told_by: str = ""  # key of the last message
    notices: int = 0  # messages made
    urgent_told: bool = False  # one of them was urgent
    basis: datetime | None = None  # when the newest thing not told of yet happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """That the next role is told of an urgent story at `due` unless somebody takes it before."""

    desk: str
    story: str
    rule: str
    step: int  # index into Rule.next_roles
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nothing is told of a story, or of a topic or unit, until its end."""

    id: int
    desk: str
    story: str = ""
    topic: str = ""
    unit: str = ""
    ends: datetime
    by: str  # id of the user


Handling = Literal["seen", "working", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """That somebody has seen, is working on, or has done with a story."""

    id: int
    desk: str
    story: str
    handling: Handling
    note: str
    at: datetime
    recipient: str = ""  # through whose signed link
    user: str = ""  # or which signed-in user


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedLink:
    """An address that shows one story of one message to one recipient."""

    id: str
    desk: str
    story: str
    recipient: str
    key: str  # of the message
    created: datetime
    expires: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePreview:
    """What one rule would have done in the past weeks."""

    rule: str
    stories: tuple[tuple[datetime, str, str], ...]  # (when, id, title) of each story that it would have told
    recipients: tuple[str, ...]  # ids of those who would have been told of one
    known: bool = True  # False: the past says nothing about such a rule (sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """A part of a message's template in force."""

    name: str
    part: str
    text: str
    own: bool  # written by the office, not shipped
    fault: str = ""  # why the office's own is passed over
    shown: str = ""  # filled with an example
