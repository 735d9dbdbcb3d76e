"""What a polite crawler decides, as pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import Endpoint, PollState
from crawlers.etiquette import rhythm
from crawlers.etiquette.blocked import block_reason
from crawlers.etiquette.retry_after import LONGEST, backoff, patient, retry_after
from crawlers.etiquette.robots import FRESH, LONGEST_DELAY, from_note, robots_from, to_note
from crawlers.etiquette.tdm import TdmRules, page_reserved, read_rules
from tests.fakes.records import make_endpoint

NOW = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)  # a Thursday
SHORTEST, DAY = timedelta(minutes=10), timedelta(days=1)
URL = "https://bao.vn/thoi-su/x.htm"


# --- robots.txt


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_an_absent_robots_txt_restricts_nothing(status: int) -> None:
    assert robots_from(status, b"User-agent: *\nDisallow: /", NOW).allows(URL)


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 504, 599])
def test_a_host_that_gives_no_robots_txt_is_left_alone(status: int) -> None:
    robots = robots_from(status, b"User-agent: *\nAllow: /", NOW)
    assert not robots.allows(URL)
    assert NOW < robots.until <= NOW + timedelta(minutes=1)


def test_a_silent_host_is_asked_ever_more_rarely_but_at_least_every_few_hours() -> None:
    waits = [robots_from(503, b"", NOW, failures=n).until - NOW for n in range(30)]
    assert waits == sorted(waits) and waits[0] < waits[5] and waits[-1] <= timedelta(hours=6)
    assert robots_from(503, b"", NOW, failures=9, wait=timedelta(seconds=7)).until == NOW + timedelta(seconds=7)
    assert robots_from(503, b"", NOW, failures=3).failures == 4


def test_rules_are_kept_for_a_day_at_most() -> None:
    until = robots_from(200, b"User-agent: *\nDisallow: /tim-kiem", NOW).until
    assert NOW + timedelta(hours=1) <= until <= NOW + timedelta(hours=24)
    assert timedelta(hours=24) >= FRESH


def test_a_last_line_without_an_end_counts() -> None:
    assert not robots_from(200, b"User-agent: *\nDisallow: /thoi-su", NOW).allows(URL)


def test_the_most_specific_group_and_the_longest_rule_win() -> None:
    robots = robots_from(
        200,
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n\n"
        b"User-agent: DiemBao/9\nDisallow: /thoi-su/\nAllow: /thoi-su/x.htm$\n",
        NOW,
    )
    assert robots.allows(URL) and robots.allows("https://bao.vn/the-thao/")
    assert not robots.allows("https://bao.vn/thoi-su/y.htm") and not robots.allows(URL + "?a=1")


def test_half_a_megabyte_is_read_and_the_rest_is_not() -> None:
    filler = b"# " + b"x" * 97 + b"\n"
    inside = b"User-agent: *\n" + filler * 5_120 + b"Disallow: /thoi-su/\n"  # 500 KiB
    assert len(inside) >= 500 * 1024
    assert not robots_from(200, inside, NOW).allows(URL)
    beyond = b"User-agent: *\nDisallow: /a\n" + filler * 6_000 + b"Disallow: /thoi-su/\n"
    assert robots_from(200, beyond, NOW).allows(URL)


@given(st.binary(max_size=600))
def test_no_robots_txt_breaks_the_reader(body: bytes) -> None:
    robots = robots_from(200, b"User-agent: *\n" + body, NOW)
    assert robots.allows(URL) in (True, False)
    assert 0 <= robots.delay <= LONGEST_DELAY
    again = from_note(to_note(robots))
    assert again is not None and again.allows(URL) == robots.allows(URL) and again.until == robots.until


def test_crawl_delay_is_honoured_within_sense() -> None:
    def delay(line: str) -> float:
        return robots_from(200, f"User-agent: *\n{line}\nDisallow: /x".encode(), NOW).delay

    assert delay("Crawl-delay: 12") == 12
    assert delay("Crawl-delay: 99999") == LONGEST_DELAY
    assert delay("Crawl-delay: -3") == 0
    assert delay("Request-rate: 1/30") == 30
    assert delay("Request-rate: 0/30") == 0
    assert delay("") == 0


# --- Retry-After


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after("120", NOW) == timedelta(minutes=2)
    assert retry_after(format_datetime(NOW + timedelta(minutes=3), usegmt=True), NOW) == timedelta(minutes=3)
    assert retry_after("Thu, 05 Mar 2026 12:01:00 +0700", NOW) == timedelta(minutes=1)
    assert retry_after("Thu, 05 Mar 2026 04:00:00 GMT", NOW) == timedelta()
    assert retry_after("99999999999999999999", NOW) == LONGEST
    assert retry_after("", NOW) is None and retry_after("soon", NOW) is None and retry_after("-5", NOW) is None


@pytest.mark.parametrize("hours", [-30, -7, 0, 7])
def test_a_moment_is_reckoned_by_the_servers_own_clock(hours: int) -> None:
    theirs = NOW + timedelta(hours=hours)
    date, moment = (format_datetime(at, usegmt=True) for at in (theirs, theirs + timedelta(minutes=3)))
    assert retry_after(moment, NOW, date) == timedelta(minutes=3)
    assert retry_after("120", NOW, date) == timedelta(minutes=2)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_retry_after_breaks_the_reader(value: str, date: str) -> None:
    wait = retry_after(value, NOW, date)
    assert wait is None or timedelta() <= wait <= LONGEST


def test_a_host_that_always_names_a_short_time_is_asked_ever_more_rarely() -> None:
    nothing, own = timedelta(), timedelta(minutes=10)
    assert [patient(nothing, failures, own).total_seconds() for failures in (1, 2, 3, 4)] == [1, 1, 1, 600]
    assert patient(timedelta(hours=1), 9, own) == timedelta(hours=1) and patient(None, 1, own) == own
    for failures in range(20):
        unsaid = robots_from(503, b"", NOW, failures=failures)
        assert robots_from(503, b"", NOW, failures=failures, wait=nothing) == unsaid


def test_backoff_doubles_and_ends() -> None:
    assert [backoff(n).total_seconds() for n in (1, 2, 3)] == [10, 20, 40]
    assert backoff(10_000) == LONGEST


# --- rhythm


def _interval(*ages: timedelta, new: int = 1) -> timedelta:
    return rhythm.interval_from(
        [NOW - age for age in ages], new=new, previous=timedelta(hours=1), now=NOW, shortest=SHORTEST, longest=DAY
    )


def test_a_busy_feed_is_asked_at_the_shortest_interval_and_a_quiet_one_daily() -> None:
    assert _interval(*[timedelta(minutes=3 * n) for n in range(200)]) == SHORTEST
    assert _interval(*[timedelta(hours=2 * n) for n in range(12)]) == timedelta(hours=22) / 12
    assert _interval(timedelta(days=2), timedelta(days=5)) == DAY
    assert _interval(timedelta(days=40)) == DAY


def test_a_feed_with_some_news_a_week_is_asked_twice_as_often_as_it_has_any() -> None:
    ages = [timedelta(days=n, hours=30) for n in range(5)]
    some = rhythm.interval_from(
        [NOW - age for age in ages], new=1, previous=DAY, now=NOW, shortest=SHORTEST, longest=timedelta(days=7)
    )
    assert some == timedelta(days=7) / 5 / 2


def test_without_times_the_interval_follows_what_was_new() -> None:
    assert _interval(new=3) == timedelta(minutes=30)
    assert _interval(new=0) == timedelta(minutes=90)


@given(st.lists(st.timedeltas(timedelta(days=-400), timedelta(days=4000)), max_size=50), st.integers(0, 50))
def test_the_interval_never_leaves_its_bounds(ages: list[timedelta], new: int) -> None:
    assert SHORTEST <= _interval(*ages, new=new) <= DAY


def test_an_unchanged_feed_is_asked_ever_more_rarely() -> None:
    interval = SHORTEST
    for _ in range(60):
        interval = rhythm.interval_unchanged(interval, SHORTEST, DAY)
    assert interval == DAY


def _next(**hints: object) -> datetime:
    return rhythm.next_poll(NOW, SHORTEST, longest=DAY, **hints)  # type: ignore[arg-type]


def test_max_age_and_ttl_make_the_next_poll_later_never_sooner() -> None:
    assert _next() == NOW + SHORTEST
    assert _next(max_age=timedelta(minutes=45)) == NOW + timedelta(minutes=45)
    assert _next(ttl=timedelta(minutes=60), max_age=timedelta(minutes=45)) == NOW + timedelta(hours=1)
    assert _next(ttl=timedelta(minutes=1)) == NOW + SHORTEST
    assert _next(max_age=timedelta(days=300)) == NOW + DAY


def test_skip_hours_and_days_are_passed_over() -> None:
    assert _next(skip_hours=frozenset({5, 6})) == NOW.replace(hour=7)
    assert _next(skip_days=frozenset({3, 4})) == datetime(2026, 3, 7, tzinfo=UTC)
    assert _next(skip_hours=frozenset(range(24))) == NOW + SHORTEST  # "never" is a mistake
    assert _next(skip_days=frozenset(range(7))) == NOW + SHORTEST


@given(
    st.none() | st.integers(0, 10**6).map(lambda minutes: timedelta(minutes=minutes)),
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
)
def test_what_a_feed_wishes_outlives_the_process(
    ttl: timedelta | None, hours: frozenset[int], days: frozenset[int]
) -> None:
    wishes = rhythm.Wishes(ttl=ttl, skip_hours=hours, skip_days=days)
    assert rhythm.wishes_of(wishes.to_note()) == wishes
    assert bool(wishes.to_note()) == (wishes != rhythm.NO_WISHES), "nothing wished is nothing to keep"


@pytest.mark.parametrize("note", ["", "x", "[]", "[1]", "7", '["a", [], []]', "[1e99, [], []]", "[null, 3, []]"])
def test_a_note_that_is_none_wishes_nothing(note: str) -> None:
    assert rhythm.wishes_of(note) == rhythm.NO_WISHES


def test_what_was_planned_while_the_clock_was_ahead_is_not_waited_for() -> None:
    endpoint = make_endpoint()
    for ahead in (timedelta(hours=7), timedelta(days=365)):
        state = PollState(endpoint=endpoint, last_poll=NOW + ahead, next_poll=NOW + ahead + timedelta(minutes=10))
        assert rhythm.is_due(state, NOW)
    skewed = PollState(endpoint=endpoint, last_poll=NOW + timedelta(seconds=9), next_poll=NOW + timedelta(minutes=10))
    assert not rhythm.is_due(skewed, NOW), "clocks of two machines may differ by seconds"
    assert not rhythm.is_due(PollState(endpoint=endpoint, next_poll=NOW + SHORTEST), NOW), "planned, never asked yet"


def test_cache_control_is_read() -> None:
    assert rhythm.max_age({"cache-control": "public, max-age=300", "age": "60"}) == timedelta(minutes=4)
    assert rhythm.max_age({"cache-control": "no-cache, max-age=300"}) is None
    assert rhythm.max_age({"cache-control": "no-store, max-age=300"}) is None
    assert rhythm.max_age({"cache-control": "max-age=300", "age": "400"}) == timedelta()
    assert rhythm.max_age({"cache-control": "max-age=300", "age": "soon"}) == timedelta(minutes=5)
    assert rhythm.max_age({"cache-control": "s-maxage=300"}) is None
    assert rhythm.max_age({}) is None


def test_conditions_are_dropped_when_304s_last_longer_than_the_usual_rhythm() -> None:
    state = PollState(
        endpoint=Endpoint(source="a", kind="feed", url=URL),
        etag='"x"',
        last_modified="Thu, 05 Mar 2026 04:00:00 GMT",
        interval=timedelta(minutes=30),
        last_full=NOW - timedelta(minutes=90),
    )
    assert rhythm.conditions(state, NOW) == {"If-None-Match": '"x"', "If-Modified-Since": state.last_modified}
    assert rhythm.conditions(state, NOW + timedelta(hours=1)) == {}
    assert rhythm.conditions(PollState(endpoint=state.endpoint), NOW) == {}
    late = replace(state, last_success=state.last_full)  # nothing but a full answer yet, for the feed's own ttl
    assert rhythm.conditions(late, NOW + timedelta(hours=1)) == rhythm.conditions(state, NOW)


# --- blocks


@pytest.mark.parametrize(
    ("status", "headers", "body", "final", "expected"),
    [
        (403, {}, "", "", "status-403"),
        (401, {}, "", "", "status-401"),
        (200, {"cf-mitigated": "challenge"}, "", "", "challenge"),
        (503, {}, "<title>Just a moment...</title>", "", "challenge"),
        (200, {}, "<html><head><title>Attention Required! | Cloudflare</title>", "", "challenge"),
        (200, {}, '<script>document.cookie="D1N=abc";window.location.reload(true);</script>', "", "challenge"),
        (200, {}, '<form><div class="g-recaptcha"></div></form>', "", "captcha"),
        (200, {}, "<p>Vui lòng xác nhận bạn không phải là robot</p>", "", "captcha"),
        (200, {}, "<p>We use cookies</p>", "https://consent.yahoo.com/v2/collectConsent", "consent"),
        (200, {}, '<article><h1>Tin</h1><div class="g-recaptcha"></div></article>', "", ""),
        (200, {}, "<rss><title>Lỗ hổng captcha</title></rss>", "", ""),
        (200, {}, "<html><title>Tin tức</title><p>Trang chủ</p>", "https://bao.vn/", ""),
        (503, {}, "Bảo trì", "", ""),
        (404, {}, "not found", "", ""),
    ],
)
def test_a_block_is_told_from_an_answer(
    status: int, headers: dict[str, str], body: str, final: str, expected: str
) -> None:
    assert block_reason(status, headers, body.encode(), final) == expected


# --- reservations


def test_the_first_rule_that_fits_decides() -> None:
    rules = read_rules(
        b'[{"location": "/free/*", "tdm-reservation": 0}, {"location": "/*.pdf$", "tdm-reservation": 1},'
        b' {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://bao.vn/policy"}]'
    )
    assert rules.reserved("/free/x.htm") is False
    assert rules.reserved("/a/b.pdf") is True
    assert rules.reserved("/x.htm") is True and rules.everywhere
    assert read_rules(b'[{"location": "/only/", "tdm-reservation": 1}]').reserved("/x") is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"7", b"[[[", b'[{"location": 3}]', b'[{"location": "/"}]', b"[" * 90_000]
)
def test_a_file_that_is_none_reserves_nothing(body: bytes) -> None:
    assert read_rules(body) == TdmRules()


def test_the_page_goes_before_the_header_and_the_header_before_the_file() -> None:
    rules = TdmRules((("/", True),))
    assert page_reserved(rules, "/x", {}, b"") is True
    assert page_reserved(rules, "/x", {"tdm-reservation": "0"}, b"") is False
    assert page_reserved(rules, "/x", {"tdm-reservation": "0"}, b'<meta name="tdm-reservation" content="1">') is True
    assert page_reserved(TdmRules(), "/x", {}, b"<META content='1' NAME='tdm-reservation'>") is True
    assert page_reserved(TdmRules(), "/x", {"tdm-reservation": "yes"}, b"") is False
