"""What a rule may be made of, by each door (page, file, record): place, topic, tone within its bounds, publisher; never
words. Topics are a closed set of public service.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from starlette.testclient import TestClient

from alerts.plan_file import parse_plan
from core.errors import ConfigError
from core.records import AlertPlan, Rule
from core.roles import Role
from core.topics import HARM_TOPICS, TONES, TOPIC_IDS
from tests.dashboard.test_alerts import FORM, clock, room, send, web
from tests.fakes.alerting import URGENT, Newsroom
from tests.fakes.records import NOON

__all__ = ["clock", "room", "web"]  # fixtures
CANARY = "Nguyễn Văn Hùng"
RULES = "/canh-bao/quy-tac"
HARM = ("disaster", "weather", "health", "environment", "agriculture", "transport_infrastructure", "scam_warning")
NOT_HARM = tuple(sorted(TOPIC_IDS - set(HARM)))
Given = dict[str, Any]
WRONG: tuple[Given, ...] = (
    {"tone": "negative"},
    *[{"tone": "negative", "topics": (topic,)} for topic in NOT_HARM],
    {"tone": "positive", "topics": ("disaster", "public_services")},
    {"tone": "negative", "topics": ("law_courts", "health")},
    {"tone": "negative", "topics": ("disaster",), "publishers": ("bao_a",)},
)
"""A tone without a topic of harm, beside any other one, or beside a publisher."""


def plan(**rule: object) -> AlertPlan:
    made = Rule(**{"id": "thu-nghiem", "roles": (Role.LEADERSHIP,), **rule})  # type: ignore[arg-type]
    return AlertPlan(desk="binh_son", rules=(made,))


def written(rule: Given) -> str:
    """The same as a file."""
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in rule.items())
    return 'desk = "binh_son"\n[[rules]]\nid = "thu-nghiem"\nroles = ["leadership"]\n' + "\n".join(lines)


def form(rule: Given) -> dict[str, str]:
    """The same as the page's form."""
    topics = {f"cd_{topic}": "1" for topic in rule.get("topics", ())}
    papers = {f"bao_{paper}": "1" for paper in rule.get("publishers", ())}
    plain = {name: value for name, value in FORM.items() if not name.startswith("cd_")}
    return {**plain, **topics, **papers, "sac_thai": str(rule.get("tone", "")), "lam": "luu"}


def rules_of(room: Newsroom) -> tuple[Rule, ...]:
    found = room.record.alerts.plan("binh_son")
    return found.rules if found else ()


@pytest.mark.parametrize("rule", WRONG, ids=str)
class TestTone:
    def test_the_record(self, room: Newsroom, rule: Given) -> None:
        with pytest.raises(ConfigError):
            room.record.alerts.apply_plan(plan(**rule), NOON, "u1")

    def test_a_file(self, rule: Given) -> None:
        with pytest.raises(ConfigError, match="rule thu-nghiem"):
            parse_plan(written(rule))

    @pytest.mark.parametrize("act", ["luu", "xem"])
    def test_the_page(self, room: Newsroom, web: TestClient, rule: Given, act: str) -> None:
        before = rules_of(room)
        page = send(web, RULES, RULES, **(form(rule) | {"lam": act}))
        assert page.status_code == 422 and rules_of(room) == before  # type: ignore[attr-defined]


@pytest.mark.parametrize(("tone", "topic"), [*product(TONES, HARM)])
def test_a_tone_beside_a_topic_of_harm_is_taken(tone: str, topic: str) -> None:
    assert parse_plan(written({"tone": tone, "topics": (topic,)})).rules[0].tone == tone


def test_the_page_takes_it_too(room: Newsroom, web: TestClient) -> None:
    """The control."""
    send(web, RULES, RULES, **form({"tone": "negative", "topics": ("disaster",)}))
    assert [rule.tone for rule in rules_of(room) if rule.id == "thu-nghiem"] == ["negative"]


@pytest.mark.parametrize("field", ["units", "topics", "publishers"])
class TestNoWords:
    def test_a_file_and_the_record(self, room: Newsroom, field: str) -> None:
        """Units and publishers are looked up where a plan is taken, topics by every door."""
        from app.alerting import check_plan

        with pytest.raises(ConfigError):
            check_plan(plan(**{field: (CANARY,)}), room.record, {"bao_mau": object()})  # type: ignore[dict-item]
        if field == "topics":
            with pytest.raises(ConfigError):
                parse_plan(written({field: (CANARY,)}))
            with pytest.raises(ConfigError):
                room.record.alerts.apply_plan(plan(topics=(CANARY,)), NOON, "u1")

    def test_the_page(self, room: Newsroom, web: TestClient, field: str) -> None:
        given = {"units": "them_dv_", "topics": f"cd_{CANARY}", "publishers": "them_bao_"}[field]
        send(web, RULES, RULES, **(form({"topics": ("disaster",)}) | {given: "1" if field == "topics" else CANARY}))
        assert "Hùng" not in repr(rules_of(room))


@pytest.mark.parametrize("name", ["keyword", "words", "pattern", "name", "query", "q", "text", "title_contains"])
def test_there_is_no_field_for_words(room: Newsroom, web: TestClient, name: str) -> None:
    with pytest.raises(ConfigError, match=r"rules\.0"):
        parse_plan(written({name: CANARY}))
    send(web, RULES, RULES, **(form({"topics": ("disaster",)}) | {name: CANARY}))
    assert "Hùng" not in repr(rules_of(room))


def test_the_title_of_a_rule_matches_nothing(room: Newsroom) -> None:
    """A rule may be called as one likes; what is told does not depend on it."""
    named = replace(URGENT, topics=("sport",), title=CANARY)
    room.record.alerts.apply_plan(AlertPlan(desk="binh_son", rules=(named,)), NOON, "u1")
    room.prints("disaster", title=f"{CANARY} cứu được hai người trong lũ")
    room.until(2)
    assert room.rows() == []


def test_topics_are_those_of_public_service_and_no_other() -> None:
    assert set(HARM) == HARM_TOPICS
    assert {
        "disaster", "weather", "health", "education", "environment", "agriculture", "economy",
        "transport_infrastructure", "culture_tourism", "sport", "science_tech", "labour_welfare", "public_services",
        "border_cooperation", "scam_warning", "law_courts",
    } == TOPIC_IDS  # fmt: skip
    for topic in ("religion", "ethnicity", "politics", "protest", "human_rights", "tôn giáo", "dân tộc", ""):
        with pytest.raises(ConfigError):
            parse_plan(written({"topics": (topic,)}))
