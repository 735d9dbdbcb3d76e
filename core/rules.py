"""The one check of a rule, asked wherever one comes in: page, file, record. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from core.records.rules import AlertPlan, AlertTiming, Rule
from core.roles import ROLE_TOPICS
from core.topics import HARM_TOPICS, TONES, TOPIC_IDS

MOST_RULES: Final = 40
MOST_SOURCES: Final = 50
MOST_TITLE: Final = 80  # characters
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DAY: Final = 24 * 60


def refusal(rule: Rule) -> str | None:
    """Why this rule can't be taken, as a catalogue key, or None where nothing stands against it."""
    checks = (
        (not _ID.fullmatch(rule.id), "rule.bad_id"),
        (len(rule.title) > MOST_TITLE or not rule.title.isprintable(), "rule.bad_title"),
        (not set(rule.topics) <= TOPIC_IDS, "rule.unknown_topic"),
        (rule.tone is not None and rule.tone not in TONES, "rule.unknown_tone"),
        (rule.tone is not None and not (rule.topics and set(rule.topics) <= HARM_TOPICS), "rule.tone_needs_harm"),
        (rule.tone is not None and bool(rule.publishers), "rule.tone_with_publisher"),
        (not rule.roles, "rule.no_role"),
        (bool(rule.next_roles) and not rule.urgent, "rule.next_needs_urgent"),
        (not 5 <= rule.take_minutes <= _DAY, "rule.bad_minutes"),
        (not 1 <= rule.min_sources <= MOST_SOURCES, "rule.bad_sources"),
        (rule.event.of_source and _looks_at_stories(rule), "rule.source_only"),
        (rule.event.of_source and any(ROLE_TOPICS[role] is not None for role in rule.roles), "rule.source_roles"),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _looks_at_stories(rule: Rule) -> bool:
    return bool(rule.units or rule.topics or rule.tone or rule.growing or rule.min_sources > 1 or rule.urgent)


def timing_refusal(timing: AlertTiming) -> str | None:
    """The same for the timing of a desk."""
    moments = (timing.morning, timing.evening, timing.night_from, timing.night_to)
    checks = (
        (not all(0 <= moment < _DAY for moment in moments), "rule.bad_time"),
        (not 0 <= timing.wait_minutes <= 120, "rule.bad_wait"),
        (not 10 <= timing.grow_minutes <= 2 * _DAY, "rule.bad_wait"),
        (not 0 <= timing.repeat_hours <= 7 * 24, "rule.bad_wait"),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def plan_refusal(plan: AlertPlan, units: Iterable[str] = (), publishers: Iterable[str] = ()) -> tuple[str, str] | None:
    """(id of the rule or "", catalogue key) of what can't be taken, or None.

    `units`, `publishers`: those that there are; where none are given they are not looked up.
    """
    known, printing = set(units), set(publishers)
    if len(plan.rules) > MOST_RULES:
        return "", "rule.too_many"
    if why := timing_refusal(plan.timing):
        return "", why
    seen: set[str] = set()
    for rule in plan.rules:
        why = refusal(rule)
        why = why or ("rule.twice" if rule.id in seen else None)
        why = why or ("rule.unknown_unit" if known and not set(rule.units) <= known else None)
        why = why or ("rule.unknown_publisher" if printing and not set(rule.publishers) <= printing else None)
        if why:
            return rule.id, why
        seen.add(rule.id)
    return None
