"""What rules would have raised lately: the stories of the past weeks, told article by article as they came. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from alerts.recipients import told_of
from alerts.rules import Differing, articles_of, matches, no_figures
from core.records import Desk, ReadStory, Rule, RuleEvent, RulePreview

Growing = Callable[[Sequence[datetime], datetime], bool]
"""Whether a story with articles at these times clearly grows at that moment."""


def preview(
    desk: Desk,
    rules: Sequence[Rule],
    stories: Iterable[ReadStory],
    growing: Growing,
    *,
    old_days: float,
    differing: Differing = no_figures,
) -> tuple[RulePreview, ...]:
    """One line a rule. A story counts once, when the rule first holds for it and reaches somebody."""
    told: dict[str, list[tuple[datetime, str, str]]] = {rule.id: [] for rule in rules}
    reached: dict[str, dict[str, None]] = {rule.id: {} for rule in rules}
    for story in stories:
        for rule in rules:
            at, people = first_time(desk, rule, story, growing, old_days=old_days, differing=differing)
            if at is not None:
                told[rule.id].append((at, story.view.id, story.view.title))
                reached[rule.id].update(dict.fromkeys(people))
    return tuple(
        RulePreview(
            rule=rule.id,
            stories=tuple(sorted(told[rule.id], reverse=True)),
            recipients=tuple(reached[rule.id]),
            known=not rule.event.of_source,
        )
        for rule in rules
    )


def first_time(
    desk: Desk,
    rule: Rule,
    story: ReadStory,
    growing: Growing,
    *,
    old_days: float,
    differing: Differing = no_figures,
) -> tuple[datetime | None, tuple[str, ...]]:
    """When the rule first held for the story while its articles came in, and whom it reached; None: never."""
    articles = articles_of(story)
    differ = differing(desk.id, [article.id for article in articles]) if rule.event is RuleEvent.DIFFERS else {}
    times = [article.first_seen for article in articles]
    for number, article in enumerate(articles, 1):
        grows = rule.growing and growing(times[:number], article.first_seen)
        found = matches([rule], articles[:number], growing=grows, old_days=old_days, differing=differ)
        if found:
            people = told_of(desk, found[0])
            if people:
                return article.first_seen, tuple(one.id for one in people)
    return None, ()
