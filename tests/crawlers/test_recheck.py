"""When a text is looked at again, and when it counts as withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.recheck import SECOND_LOOK, Look, Presence, next_look, second_look, withdrawn

START = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)


def _looks(changes: int = 0, delay: timedelta = timedelta()) -> list[timedelta]:
    ages: list[timedelta] = []
    last = START
    while (at := next_look(START, last, last, changes)) and len(ages) < 50:
        last = at + delay
        ages.append(last - START)
    return ages


def test_the_pace_falls_with_age_and_ends_after_a_week() -> None:
    ages = _looks()
    gaps = [b - a for a, b in pairwise([timedelta(), *ages])]
    assert gaps == sorted(gaps)
    assert ages[0] == timedelta(minutes=30)
    assert ages[-1] == timedelta(days=7)


def test_a_text_that_was_changed_is_looked_at_more_often_and_longer() -> None:
    assert len(_looks(changes=1)) > len(_looks())
    assert _looks(changes=1)[-1] > timedelta(days=7)


def test_an_open_case_is_looked_at_daily_for_as_long_as_it_is_open() -> None:
    late = START + timedelta(days=100)
    assert next_look(START, late, late, 0) is None
    assert next_look(START, late, late, 0, open_case=True) == late + timedelta(days=1)


def test_looks_missed_while_nothing_ran_are_one_look_now() -> None:
    now = START + timedelta(days=2)
    assert next_look(START, START, now, 0) == now
    assert next_look(START, now, now, 0) == START + timedelta(days=3)


@given(st.integers(0, 20_000), st.integers(0, 20_000), st.integers(0, 3), st.booleans())
def test_never_in_the_past(last: int, now: int, changes: int, case: bool) -> None:
    at = next_look(START, START + timedelta(minutes=last), START + timedelta(minutes=now), changes, case)
    assert at is None or at >= START + timedelta(minutes=now)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], Presence.PRESENT),
        ([200], Presence.PRESENT),
        ([404], Presence.MISSING),
        ([404, 404], Presence.WITHDRAWN),
        ([410, 404], Presence.WITHDRAWN),
        ([200, 410, 410], Presence.WITHDRAWN),
        ([404, 200], Presence.PRESENT),
        ([404, 200, 404], Presence.MISSING),
        ([404, 304, 404], Presence.MISSING),
        ([404, 503, 404], Presence.WITHDRAWN),
        ([404, 0, 503], Presence.MISSING),
        ([404, 404, 200], Presence.PRESENT),
        ([403, 429, 500], Presence.PRESENT),
        ([304], Presence.PRESENT),
    ],
)
def test_withdrawn_after_a_second_look(statuses: list[int], expected: Presence) -> None:
    looks = [Look(at=START + SECOND_LOOK * n, status=status) for n, status in enumerate(statuses)]
    assert withdrawn(looks) is expected
    assert withdrawn(looks[::-1]) is expected


def test_two_looks_within_minutes_are_one() -> None:
    close = [Look(at=START + timedelta(minutes=n), status=404) for n in (0, 5)]
    assert withdrawn(close) is Presence.MISSING
    assert withdrawn([*close, Look(at=second_look(START), status=404)]) is Presence.WITHDRAWN
