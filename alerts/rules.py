"""Which rules match a story or a source. Pure: functions of what the record shows and of the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.records import (
    AlertPlan,
    EndpointStatus,
    ListedArticle,
    ReadStory,
    Rule,
    RuleEvent,
    SourceHealth,
)
from core.roles import Role
from core.topics import HARM_TOPICS

OFFICES: Final = (Role.INFORMATION_OFFICE,)
DEFAULT_RULES: Final = (
    Rule(
        id="khan-thien-tai",
        topics=("disaster", "weather"),
        tone="negative",
        urgent=True,
        roles=(Role.INFORMATION_OFFICE, Role.DISASTER_PREVENTION),
        next_roles=(Role.LEADERSHIP,),
    ),
    Rule(
        id="khan-nhieu-bao",
        topics=tuple(sorted(HARM_TOPICS)),
        min_sources=3,
        growing=True,
        urgent=True,
        roles=tuple(Role),
    ),
    Rule(id="ban-tin", roles=tuple(Role)),
    Rule(id="so-lieu-khac", event=RuleEvent.DIFFERS, focus=False, roles=tuple(Role)),
    Rule(id="bai-da-sua", event=RuleEvent.CHANGED, roles=OFFICES),
    Rule(id="nguon-bi-chan", event=RuleEvent.BLOCKED, roles=OFFICES),
    Rule(id="nguon-im-lang", event=RuleEvent.SILENT, roles=OFFICES),
)
"""What holds on a desk that has no rules of its own."""


Differing = Callable[[str, Sequence[str]], Mapping[str, frozenset[str]]]
"""(desk, articles) -> those with a figure that differs from a verified one, with the roles that own such figures."""


def no_figures(_: str, __: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Where nobody keeps verified figures."""
    return {}


_NONE: Final[Mapping[str, frozenset[str]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule and the articles of the story for which it holds."""

    rule: Rule
    articles: tuple[ListedArticle, ...]
    owners: frozenset[str] = frozenset()  # roles that own the figures that differ

    @property
    def topics(self) -> frozenset[str]:
        return frozenset(label.topic for article in self.articles for label in article.topics)


def default_plan(desk: str) -> AlertPlan:
    """The plan that comes with the program."""
    return AlertPlan(desk=desk, rules=DEFAULT_RULES)


def articles_of(story: ReadStory) -> tuple[ListedArticle, ...]:
    """All articles of a story in the order in which they were first seen."""
    found = [article for day in story.days for article in (*day.articles, *day.reprints)]
    return tuple(sorted(found, key=lambda article: (article.first_seen, article.id)))


def matches(
    rules: Sequence[Rule],
    articles: Sequence[ListedArticle],
    *,
    growing: bool,
    old_days: float,
    differing: Mapping[str, frozenset[str]] = _NONE,
) -> tuple[Match, ...]:
    """Rules about stories that hold for one with these articles. `growing`: whether it clearly grows at the moment.

    Something must have been fresh when it was found: what was published `old_days` earlier raises nothing.
    `differing`: articles with a figure that differs from a verified one -> the roles that own such figures.
    """
    found = []
    for rule in rules:
        if rule.enabled and not rule.event.of_source:
            chosen = tuple(article for article in articles if holds(rule, article))
            if rule.event is RuleEvent.DIFFERS:
                chosen = tuple(article for article in chosen if article.id in differing)
            many = len({article.source for article in chosen}) >= rule.min_sources
            if many and any(fresh(article, old_days) for article in chosen) and (growing or not rule.growing):
                owners = [differing[a.id] for a in chosen] if rule.event is RuleEvent.DIFFERS else []
                found.append(Match(rule=rule, articles=chosen, owners=frozenset().union(*owners)))
    return tuple(found)


def holds(rule: Rule, article: ListedArticle) -> bool:
    """Whether the conditions on a single article hold for this one."""
    changed = article.revised_at is not None or article.state == "withdrawn"
    if changed is False if rule.event is RuleEvent.CHANGED else article.state != "live":
        return False
    return (
        (article.focus or not rule.focus)
        and _one_of(rule.units, {mention.unit for mention in article.mentions})
        and _one_of(rule.topics, {label.topic for label in article.topics})
        and _one_of(rule.publishers, {article.source})
        and (rule.tone is None or (article.tone.sure and article.tone.label == rule.tone))
    )


def fresh(article: ListedArticle, old_days: float) -> bool:
    """Whether it was found soon after its publication (or has changed since)."""
    return article.published.at >= article.first_seen - timedelta(days=old_days) or article.revised_at is not None


def source_event(health: SourceHealth) -> RuleEvent | None:
    """What is to be told of a source, if anything."""
    if health.paused:
        return None
    if health.status is EndpointStatus.BLOCKED:
        return RuleEvent.BLOCKED
    return RuleEvent.SILENT if health.silent else None


def source_rules(rules: Sequence[Rule], health: SourceHealth) -> tuple[Rule, ...]:
    """Rules that hold for how a source fares."""
    event = source_event(health)
    return tuple(
        rule for rule in rules if rule.enabled and rule.event is event and _one_of(rule.publishers, {health.source})
    )


def _one_of(wanted: tuple[str, ...], there: set[str]) -> bool:
    return not wanted or not there.isdisjoint(wanted)
