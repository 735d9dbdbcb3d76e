"""Looking again at the pages of kept articles: over real HTTP, and what an answer means."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.records import Again
from crawlers.looking import GIVE_UP, conditions, missed, unchanged
from tests.fakes.records import NOON

HOUR = timedelta(hours=1)


def again(**over: object) -> Again:
    values = {"article": "a" * 20, "published": NOON - 3 * HOUR, "last_look": NOON - HOUR}
    return Again(**(values | over))  # type: ignore[arg-type]


def test_what_the_server_named_is_sent_back() -> None:
    assert conditions(again(etag='"x"', last_modified="Tue")) == {"If-None-Match": '"x"', "If-Modified-Since": "Tue"}
    assert conditions(again()) == {}
    assert conditions(None) == {}


def test_a_page_that_was_missing_is_asked_for_whole() -> None:
    assert conditions(again(etag='"x"', missing_since=NOON)) == {}


def test_an_unchanged_page_is_looked_at_at_its_next_age() -> None:
    assert unchanged(again(), NOON).next_look == NOON + 3 * HOUR  # six hours old
    assert unchanged(again(published=NOON - timedelta(days=30)), NOON).next_look is None


@pytest.mark.parametrize("status", [404, 410])
def test_gone_is_asked_about_a_second_time_and_then_withdrawn(status: int) -> None:
    first = missed(again(), status, NOON)
    assert (first.withdrawn, first.next_look) == (False, NOON + HOUR)
    assert missed(again(missing_since=NOON), status, NOON + HOUR).withdrawn
    assert not missed(again(missing_since=NOON), status, NOON + HOUR / 2).withdrawn


@pytest.mark.parametrize("status", [0, 403, 429, 500, 503])
def test_silence_and_errors_withdraw_nothing(status: int) -> None:
    assert not missed(again(missing_since=NOON), status, NOON + 2 * HOUR).withdrawn
    look = missed(again(), status, NOON)
    assert (look.withdrawn, look.next_look) == (False, NOON + 3 * HOUR)


def test_a_page_that_stays_silent_after_it_was_missing_is_given_up() -> None:
    late = again(published=NOON - timedelta(days=30), missing_since=NOON)
    soon = missed(late, 500, NOON + HOUR).next_look
    assert soon is not None
    assert soon > NOON + HOUR
    assert missed(late, 500, NOON + GIVE_UP).next_look is None
