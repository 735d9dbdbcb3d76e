"""What one recipient is told of a story, and when: what makes it urgent, what is new in it, what two become. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import grouping
from alerts.grouping import Hours, News
from alerts.rules import Match
from core.records import (
    AlertTiming,
    Label,
    ListedArticle,
    Reprint,
    Rule,
    RuleEvent,
    Silence,
    StoryAlert,
    Tone,
)
from core.roles import Role
from tests.fakes.records import NOON, make_article, make_mention

CALM = Rule(id="thuong", roles=tuple(Role))
URGENT = Rule(id="khan", urgent=True, roles=tuple(Role))
CHANGED = Rule(id="sua", event=RuleEvent.CHANGED, roles=tuple(Role))
CHANGED_URGENT = replace(CHANGED, id="sua-khan", urgent=True)
WHOSE = ("binh_son", "s", "office")
LATER = NOON + timedelta(hours=5)
HOURS = Hours(now=NOON, timing=AlertTiming(), digest=NOON + timedelta(hours=20))


def article(name: str = "tin.html", **over: object) -> ListedArticle:
    made = make_article(name, at=NOON)
    values: dict[str, object] = {
        "id": made.id, "url": made.url, "source": made.source, "title": made.title, "lead": "",
        "published": made.published, "first_seen": NOON, "revised_at": None, "focus": True,
        "topics": (Label(topic="disaster", score=0.9),), "tone": Tone(label="negative", score=0.9),
        "mentions": (make_mention(unit="old:524"),),
    }  # fmt: skip
    return ListedArticle(**{**values, **over})  # type: ignore[arg-type]


def match(rule: Rule, *articles: ListedArticle) -> Match:
    return Match(rule=rule, articles=articles)


def found(*matched: Match) -> tuple[News, ...]:
    return grouping.news(matched, 2, NOON)


def begun(*matched: Match) -> StoryAlert:
    return grouping.begin(WHOSE, matched, found(*matched), HOURS)


def told(alert: StoryAlert, news: Sequence[News]) -> StoryAlert:
    return grouping.told(alert, news, "k", NOON)


class TestNews:
    @pytest.mark.parametrize("rules", [(CALM, URGENT), (URGENT, CALM)])
    def test_what_two_rules_find_is_one_thing_and_urgent_where_one_of_them_is(self, rules: tuple[Rule, Rule]) -> None:
        (one,) = found(*(match(rule, article()) for rule in rules))
        assert one.urgent and not one.changed

    def test_a_change_is_of_the_time_when_it_was_made(self) -> None:
        revised = article(revised_at=LATER)
        (one,) = found(match(CHANGED, revised))
        assert (one.at, one.changed) == (LATER, True)
        (same,) = found(match(CALM, revised))
        assert (same.at, same.changed) == (revised.published.at, False)

    def test_each_change_of_a_text_is_a_thing_of_its_own(self) -> None:
        twice = [found(match(CHANGED, article(revised_at=at)))[0].id for at in (LATER, LATER + timedelta(hours=1))]
        assert len(set(twice)) == 2

    def test_a_reprint_is_not_new_in_itself_but_its_change_is(self) -> None:
        again = article("in-lai.html", reprint=Reprint(article="x", source="bao_b", title="", overlap=0.9, first=False))
        (printed,), (changed,) = found(match(CALM, again)), found(match(CHANGED, replace(again, revised_at=LATER)))
        assert (printed.own, changed.own) == (False, True)


class TestWhen:
    def test_a_story_is_as_urgent_as_the_most_urgent_rule(self) -> None:
        calm, both = begun(match(CALM, article())), begun(match(CALM, article()), match(URGENT, article()))
        assert (calm.pace, calm.due) == ("digest", HOURS.digest)
        assert (both.pace, both.due, both.rules) == ("urgent", HOURS.soon, ("thuong", "khan"))

    def test_an_urgent_rule_takes_a_story_out_of_the_digest(self) -> None:
        matched = (match(CALM, article()), match(URGENT, article("them.html")))
        waiting = replace(begun(match(CALM, article())), covered_by="lon")
        risen = grouping.advance(waiting, matched, found(*matched), HOURS)
        assert (risen.pace, risen.due, risen.covered_by) == ("urgent", HOURS.soon, "")

    def test_one_that_is_urgent_already_is_not_put_off_by_more(self) -> None:
        known = begun(match(URGENT, article()))
        matched = (match(URGENT, article(), article("them.html")), match(CHANGED_URGENT, article(revised_at=LATER)))
        later = replace(HOURS, now=NOON + timedelta(minutes=3))
        assert grouping.advance(known, matched, found(*matched), later).due == known.due

    def test_an_urgent_rule_about_changes_tells_a_known_story_at_once(self) -> None:
        first = match(URGENT, article())
        known = told(begun(first), found(first))
        known = replace(known, rules=("khan", "sua-khan"))
        matched = (first, match(CHANGED_URGENT, article(revised_at=LATER)))
        again = grouping.advance(known, matched, found(*matched), HOURS)
        assert (again.pace, again.due, again.cause) == ("urgent", HOURS.soon, "changed")

    def test_a_change_without_urgency_and_what_is_known_wait_or_are_nothing(self) -> None:
        first = match(CALM, article())
        known = told(begun(first), found(first))
        assert grouping.advance(known, (first,), found(first), HOURS) == known
        matched = (first, match(CHANGED, article(revised_at=LATER)))
        assert grouping.advance(known, matched, found(*matched), HOURS).pace == "digest"


class TestSilences:
    def test_all_that_a_silence_names_must_fit(self) -> None:
        one = Silence(id=1, desk="binh_son", story="s", topic="disaster", unit="old:524", ends=LATER, by="x")
        assert grouping.silenced([one], "s", {"disaster", "health"}, {"old:524"})
        assert not grouping.silenced([one], "t", {"disaster"}, {"old:524"})
        assert not grouping.silenced([one], "s", {"health"}, {"old:524"})
        assert not grouping.silenced([one], "s", {"disaster"}, {"old:525"})
        assert grouping.silenced([replace(one, story="", topic="")], "t", (), {"old:524"})


class TestStoriesThatBecomeOne:
    def test_what_only_one_of_them_had_is_kept(self) -> None:
        first, second = match(URGENT, article()), match(CALM, article("khac.html"))
        known = replace(told(begun(first), found(first)), first=NOON - timedelta(hours=1))
        waiting = replace(begun(second), story="t", first=NOON)
        for into, gone in ((known, waiting), (waiting, known)):
            one = grouping.merged(into, gone, "u")
            assert (one.story, one.due, one.pace) == ("u", waiting.due, "digest"), "what waits is still told"
            assert (one.told, one.told_by, one.told_at) == (known.told, "k", NOON)
            assert (one.urgent_told, one.notices, one.first) == (True, 1, known.first)
            assert set(one.rules) == {"khan", "thuong"}

    def test_one_that_the_recipient_did_not_know_takes_the_other_as_it_is(self) -> None:
        known = begun(match(URGENT, article()))
        assert grouping.merged(None, known, "u") == replace(known, story="u")
