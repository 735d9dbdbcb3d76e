"""Files of alert rules: TOML -> core.records.AlertPlan, and back.

desk = "quang_ngai"

[timing]
morning = "07:30"
night = "22:00-06:00"

[[rules]]
id = "lu-lut"
topics = ["disaster", "weather"]
tone = "negative"
urgent = true
roles = ["information_office", "disaster_prevention"]
next_roles = ["leadership"]
take_minutes = 30
"""

from __future__ import annotations

import tomllib
from dataclasses import fields
from typing import Annotated, Any

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.errors import ConfigError
from core.explained import explain
from core.i18n import t
from core.records import AlertPlan, AlertTiming, Rule, RuleEvent
from core.roles import Role
from core.rules import plan_refusal
from core.text import clean
from core.topics import ToneLabel

_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_:-]{1,64}$")]
_Time = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_Span = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]
_TIMING = AlertTiming()


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Rule(_Part):
    id: str
    event: RuleEvent = RuleEvent.STORY
    focus: bool = True
    units: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    tone: ToneLabel | None = None
    publishers: tuple[_Id, ...] = ()
    min_sources: int = 1
    growing: bool = False
    urgent: bool = False
    roles: tuple[Role, ...]
    next_roles: tuple[Role, ...] = ()
    take_minutes: int = 30
    enabled: bool = True
    title: str = ""


class _Timing(_Part):
    wait_minutes: int = _TIMING.wait_minutes
    grow_minutes: int = _TIMING.grow_minutes
    repeat_hours: int = _TIMING.repeat_hours
    morning: _Time = "07:30"
    evening: _Time = "17:00"
    night: _Span = "22:00-06:00"
    hold_covered: bool = True


class _PlanFile(_Part):
    desk: _Id
    timing: _Timing = _Timing()
    rules: Annotated[tuple[_Rule, ...], Field(max_length=1000)] = ()


def parse_plan(text: str, where: str = "rules file") -> AlertPlan:
    """Read a file's text.

    Raises ConfigError naming the file and the field: TOML that does not parse, unknown fields (there is none for
    words), and whatever core.rules refuses.
    """
    try:
        file = _PlanFile(**tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not readable as TOML: {error}") from None
    except (ValidationError, TypeError) as error:
        detail = explain(error) if isinstance(error, ValidationError) else str(error)
        raise ConfigError(f"{where}: {detail}") from None
    night_from, night_to = file.timing.night.split("-")
    timing = AlertTiming(
        **file.timing.model_dump(exclude={"morning", "evening", "night"}),
        morning=minutes(file.timing.morning),
        evening=minutes(file.timing.evening),
        night_from=minutes(night_from),
        night_to=minutes(night_to),
    )
    rules = tuple(Rule(**rule.model_dump() | {"title": clean(rule.title)}) for rule in file.rules)
    plan = AlertPlan(desk=file.desk, rules=rules, timing=timing)
    if wrong := plan_refusal(plan):
        raise ConfigError(f"{where}: {'rule ' + wrong[0] if wrong[0] else 'timing'}: {t(wrong[1], 'en')}")
    return plan


def dump_plan(plan: AlertPlan) -> str:
    """The plan as a file that parse_plan reads back."""
    timing = plan.timing
    content: dict[str, Any] = {
        "desk": plan.desk,
        "timing": {
            "wait_minutes": timing.wait_minutes,
            "grow_minutes": timing.grow_minutes,
            "repeat_hours": timing.repeat_hours,
            "morning": clock_time(timing.morning),
            "evening": clock_time(timing.evening),
            "night": f"{clock_time(timing.night_from)}-{clock_time(timing.night_to)}",
            "hold_covered": timing.hold_covered,
        },
        "rules": [_rule(rule) for rule in plan.rules],
    }
    return tomli_w.dumps(content)


def _rule(rule: Rule) -> dict[str, Any]:
    """What is said of a rule: all that is not as it would be anyway."""
    said: dict[str, Any] = {}
    for one in fields(Rule):
        value = getattr(rule, one.name)
        if value != one.default:
            said[one.name] = [str(part) for part in value] if isinstance(value, tuple) else value
    if "event" in said:
        said["event"] = str(rule.event)
    return said


def minutes(time: str) -> int:
    """Minutes after midnight of "07:30"."""
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def clock_time(minute: int) -> str:
    """450 -> "07:30"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
