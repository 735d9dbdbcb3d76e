"""Which rules hold, who is reached, and when something may be told. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import schedule
from alerts.recipients import PAGE, receivers, refused
from alerts.rules import DEFAULT_RULES, holds, matches, source_rules
from core.clock import local
from core.records import (
    AlertPlan,
    AlertTiming,
    Desk,
    EndpointStatus,
    Label,
    ListedArticle,
    QuietHours,
    Recipient,
    Rule,
    RuleEvent,
    SourceHealth,
    Tone,
)
from core.roles import ROLE_TOPICS, Role
from core.rules import plan_refusal, refusal
from core.topics import HARM_TOPICS, TOPIC_IDS, TOPICS
from tests.fakes.alerting import person
from tests.fakes.records import NOON, make_article, make_desk, make_mention

EVERYONE = tuple(Role)


def desk(*recipients: Recipient) -> Desk:
    return make_desk(recipients=recipients)


def listed(*topics: str, source: str = "bao_a", **over: object) -> ListedArticle:
    article = make_article("tin.html", source)
    values: dict[str, object] = {
        "id": f"{source}-{'-'.join(topics)}", "url": article.url, "source": source, "title": article.title, "lead": "",
        "published": article.published, "first_seen": NOON, "revised_at": None, "focus": True,
        "topics": tuple(Label(topic=topic, score=0.9) for topic in topics), "tone": Tone(label="negative", score=0.9),
        "mentions": (make_mention(unit="old:524"),),
    }  # fmt: skip
    return ListedArticle(**{**values, **over})  # type: ignore[arg-type]


class TestWho:
    @pytest.mark.parametrize("topic", [topic.id for topic in TOPICS])
    @pytest.mark.parametrize("role", list(Role))
    def test_each_role_gets_its_own_topics_only(self, role: Role, topic: str) -> None:
        own = ROLE_TOPICS[role]
        assert bool(receivers(desk(person("a", role)), EVERYONE, {topic})) == (own is None or topic in own)

    def test_an_article_without_a_topic_goes_to_the_two_that_see_all(self) -> None:
        everyone = desk(*(person(role.value.replace("_", "-"), role) for role in Role))
        assert {one.id for one in receivers(everyone, EVERYONE, set())} == {"information-office", "leadership"}

    def test_a_role_that_the_rule_does_not_name_lends_no_topics(self) -> None:
        both = person("a", Role.HEALTH, Role.INFORMATION_OFFICE)
        assert receivers(desk(both), (Role.HEALTH,), {"sport"}) == ()
        assert len(receivers(desk(both), (Role.INFORMATION_OFFICE,), {"sport"})) == 1

    def test_one_mail_box_is_one_person(self) -> None:
        twins = [
            person("a", Role.HEALTH, email="Chung@xa.gov.vn"),
            person("b", Role.EDUCATION, email="chung@xa.gov.vn"),
        ]
        assert len(receivers(desk(*twins), EVERYONE, {"health", "education"})) == 1
        pair = [person("a", Role.LEADERSHIP, email=""), person("b", Role.LEADERSHIP, email="")]
        assert len(receivers(desk(*pair), EVERYONE, {"health"})) == 2

    def test_a_desk_without_recipients_tells_its_page(self) -> None:
        assert [one.id for one in receivers(desk(), EVERYONE, {"health"})] == [PAGE]

    def test_refused_bodies_get_nothing(self) -> None:
        police = replace(person("ca", Role.INFORMATION_OFFICE), name="Công an xã")
        disguised = person("b", Role.LEADERSHIP, email="truc@congan.quangngai.gov.vn")
        nobody = person("c")
        assert receivers(desk(police, disguised, nobody), EVERYONE, {"disaster"}) == ()
        assert refused(police) == refused(disguised) == "recipient.security_body"
        assert refused(nobody) == "recipient.unknown_role"
        assert refused(person("d", Role.HEALTH, phone="0912")) == "recipient.bad_phone"


class TestConditions:
    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ({}, True), ({"topics": ("disaster",)}, True), ({"topics": ("health",)}, False),
            ({"topics": ("health", "disaster")}, True), ({"units": ("old:524",)}, True), ({"units": ("new:1",)}, False),
            ({"topics": ("disaster",), "tone": "negative"}, True),
            ({"topics": ("disaster",), "tone": "positive"}, False), ({"publishers": ("bao_a",)}, True),
            ({"publishers": ("bao_b",)}, False), ({"event": RuleEvent.CHANGED}, False),
        ],
    )  # fmt: skip
    def test_of_one_article(self, rule: dict[str, object], expected: bool) -> None:
        assert holds(Rule(id="r", roles=EVERYONE, **rule), listed("disaster")) is expected  # type: ignore[arg-type]

    def test_a_tone_that_is_not_sure_is_no_tone(self) -> None:
        rule = Rule(id="r", topics=("disaster",), tone="negative", roles=EVERYONE)
        assert not holds(rule, listed("disaster", tone=Tone(label="negative", score=0.5)))

    def test_focus(self) -> None:
        named = listed("disaster", focus=False)
        assert not holds(Rule(id="r", roles=EVERYONE), named)
        assert holds(Rule(id="r", focus=False, roles=EVERYONE), named)

    def test_sources_and_growth_are_of_the_story(self) -> None:
        rule = Rule(id="r", min_sources=2, roles=EVERYONE)
        one, two = listed("disaster"), listed("disaster", source="bao_b")
        assert not matches([rule], [one, one], growing=False, old_days=2)
        assert matches([rule], [one, two], growing=False, old_days=2)
        assert not matches([replace(rule, growing=True)], [one, two], growing=False, old_days=2)
        assert matches([replace(rule, growing=True)], [one, two], growing=True, old_days=2)

    def test_what_was_found_late_does_not_count(self) -> None:
        old = listed("disaster", first_seen=NOON + timedelta(days=3))
        assert not matches([Rule(id="r", roles=EVERYONE)], [old], growing=False, old_days=2)

    def test_a_text_that_was_changed_since_is_fresh_however_old_it_is(self) -> None:
        late = NOON + timedelta(days=3)
        old = listed("disaster", first_seen=late, revised_at=late)
        assert matches([Rule(id="r", roles=EVERYONE)], [old], growing=False, old_days=2)

    def test_what_is_gone_is_told_as_changed_and_by_no_other_rule(self) -> None:
        changed, other = Rule(id="c", event=RuleEvent.CHANGED, roles=EVERYONE), Rule(id="r", roles=EVERYONE)
        for gone in (listed("disaster", state="withdrawn"), listed("disaster", state="withdrawn", revised_at=NOON)):
            assert holds(changed, gone) and not holds(other, gone)
        assert holds(changed, listed("disaster", revised_at=NOON))

    def test_a_rule_that_is_switched_off_or_about_sources_holds_for_no_story(self) -> None:
        article = listed("disaster")
        off = Rule(id="r", enabled=False, roles=EVERYONE)
        of_sources = [rule for rule in DEFAULT_RULES if rule.event.of_source]
        assert of_sources and matches([off, *of_sources], [article], growing=True, old_days=2) == ()

    def test_sources(self) -> None:
        ill = SourceHealth(
            source="bao_a", status=EndpointStatus.BLOCKED, reason="http-403", endpoints=1, last_poll=None,
            last_success=None, last_new=None, read_7d=0, kept_7d=0, failed_7d=0, no_body_7d=0, blocked_7d=1,
            silent=False,
        )  # fmt: skip
        assert [rule.id for rule in source_rules(DEFAULT_RULES, ill)] == ["nguon-bi-chan"]
        quiet = replace(ill, status=EndpointStatus.OK, silent=True)
        assert [rule.id for rule in source_rules(DEFAULT_RULES, quiet)] == ["nguon-im-lang"]
        assert source_rules(DEFAULT_RULES, replace(quiet, silent=False)) == ()
        assert source_rules([replace(rule, enabled=False) for rule in DEFAULT_RULES], ill) == ()
        assert source_rules(DEFAULT_RULES, replace(ill, paused=True)) == ()  # a person keeps it from being read


class TestBounds:
    """What a rule may never ask for."""

    def test_those_of_the_program_are_within_them(self) -> None:
        assert plan_refusal(AlertPlan(desk="d", rules=DEFAULT_RULES)) is None

    @pytest.mark.parametrize("topic", sorted(TOPIC_IDS - HARM_TOPICS))
    def test_tone_never_with_a_topic_that_is_no_harm(self, topic: str) -> None:
        for topics in ((topic,), (topic, "disaster")):
            assert refusal(Rule(id="r", topics=topics, tone="negative", roles=EVERYONE)) == "rule.tone_needs_harm"

    def test_tone_never_alone_and_never_with_a_publisher(self) -> None:
        assert refusal(Rule(id="r", tone="negative", roles=EVERYONE)) == "rule.tone_needs_harm"
        rule = Rule(id="r", topics=("disaster",), tone="negative", publishers=("bao_a",), roles=EVERYONE)
        assert refusal(rule) == "rule.tone_with_publisher"

    @pytest.mark.parametrize(
        "over",
        [
            {"id": "Có chữ"}, {"title": "x" * 81}, {"title": "hai\ndòng"}, {"topics": ("religion",)}, {"roles": ()},
            {"min_sources": 0}, {"take_minutes": 1},
            {"next_roles": (Role.LEADERSHIP,)}, {"event": RuleEvent.SILENT, "urgent": True},
            {"event": RuleEvent.BLOCKED, "roles": (Role.HEALTH,)},
        ],
    )  # fmt: skip
    def test_other_things(self, over: dict[str, object]) -> None:
        values: dict[str, object] = {"id": "r", "roles": (Role.LEADERSHIP,)}
        assert refusal(Rule(**{**values, **over})) is not None  # type: ignore[arg-type]

    def test_no_field_takes_words(self) -> None:
        """Every text of a rule is an id from a closed set, but for what the office calls it."""
        words = {"id", "units", "topics", "tone", "publishers", "roles", "next_roles", "event"}
        numbers = {"focus", "min_sources", "growing", "urgent", "take_minutes", "enabled"}
        assert set(Rule.__dataclass_fields__) == words | numbers | {"title"}

    def test_nothing_is_looked_for_by_its_name(self) -> None:
        rule = Rule(id="r", roles=EVERYONE)
        named = replace(rule, title="Nước sông")
        for articles in ([listed("health")], [listed("disaster", title="Nước sông lên")]):
            found = [matches([one], articles, growing=False, old_days=2) for one in (rule, named)]
            assert [match.articles for match in found[0]] == [match.articles for match in found[1]]


class TestTimes:
    T = AlertTiming()

    def at(self, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 3, 10, hour, minute, tzinfo=UTC) - timedelta(hours=7)

    @pytest.mark.parametrize(
        ("hour", "dark"), [(21, False), (22, True), (23, True), (5, True), (6, False), (12, False)]
    )
    def test_the_night(self, hour: int, dark: bool) -> None:
        end = schedule.night(self.at(hour), self.T)
        assert (end is not None) is dark
        if end:
            assert local(end).hour == 6 and timedelta(0) < end - self.at(hour) <= timedelta(hours=8)

    def test_quiet_hours_hold_urgent_ones_too_the_night_does_not(self) -> None:
        noon_rest = person("a", Role.HEALTH, quiet=(QuietHours(channel="email", start=720, end=810),))
        assert schedule.held_until(self.at(12), noon_rest, "email", self.T, urgent=True) == self.at(13, 30)
        assert schedule.held_until(self.at(12), noon_rest, "zalo_oa", self.T, urgent=True) is None
        assert schedule.held_until(self.at(23), noon_rest, "email", self.T, urgent=True) is None
        assert schedule.held_until(self.at(23), noon_rest, "email", self.T, urgent=False) is not None

    @given(st.integers(0, 10**9), st.integers(0, 1439))
    def test_the_next_hour_is_within_a_day(self, seconds: int, minute: int) -> None:
        now = NOON + timedelta(seconds=seconds)
        found = schedule.next_at(now, minute)
        assert timedelta(0) < found - now <= timedelta(days=1)
        assert schedule.minute_of(found) == minute

    def test_the_last_tenth_of_a_day_is_for_urgent_ones(self) -> None:
        assert schedule.room(0, 10**6, urgent=False)
        assert schedule.room(100, 89, urgent=False) and not schedule.room(100, 90, urgent=False)
        assert schedule.room(100, 99, urgent=True) and not schedule.room(100, 100, urgent=True)
