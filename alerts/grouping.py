"""One message a story: what one recipient is to be told of it, and when. Pure.

After Prometheus Alertmanager (group_wait, group_interval, repeat_interval, inhibition, silences): an urgent story waits
a little for more of itself, is told again only when it has grown and a set time has passed, waits for the digest where
a larger one covers it, and is not told while it is silenced.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from alerts.rules import Match, fresh
from core.records import AlertCause, AlertTiming, ListedArticle, Pace, RuleEvent, Silence, StoryAlert

LARGER_HOURS: Final = 24
"""A larger story covers smaller ones for so long after it was last told."""
FORGOTTEN: Final = timedelta(days=28)
"""An article that was found longer ago is no news: whom it was told may be forgotten (a delivery log of a month)."""
REPEATS: Final = 1
"""Messages about a story after which none only repeats: news of it remind too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing to tell: an article, or that its text was changed."""

    id: str
    at: datetime  # when it happened
    own: bool  # no reprint of an earlier text
    urgent: bool  # an urgent rule asks for it
    changed: bool
    article: ListedArticle
    differs: bool = False  # a figure in it differs from the office's verified one


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The moment, the desk's timing, and when this recipient's next digest is due."""

    now: datetime
    timing: AlertTiming
    digest: datetime

    @property
    def soon(self) -> datetime:
        """After the wait for more of the story."""
        return self.now + timedelta(minutes=self.timing.wait_minutes)


def news(matched: Sequence[Match], old_days: float, now: datetime) -> tuple[News, ...]:
    """What these rules find in the story, in order of time, each thing once. Of an old article only its changes."""
    found: dict[str, News] = {}
    for match in matched:
        for article in match.articles:
            one = _news(match, article)
            lately = one.changed or one.differs or article.first_seen >= now - FORGOTTEN
            if lately and fresh(article, old_days):
                known = found.get(one.id)
                found[one.id] = replace(one, urgent=one.urgent or known.urgent) if known else one
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.id)))


def _news(match: Match, article: ListedArticle) -> News:
    changed, differs = match.rule.event is RuleEvent.CHANGED, match.rule.event is RuleEvent.DIFFERS
    stamp = f"{article.revised_at:%Y%m%dT%H%M%S}" if article.revised_at else article.state
    return News(
        id=f"{match.rule.event}:{article.id}:{stamp}" if changed or differs else article.id,
        at=(article.revised_at or article.first_seen) if changed else article.published.at,
        own=changed or differs or article.reprint is None or article.reprint.first,
        urgent=match.rule.urgent,
        changed=changed,
        article=article,
        differs=differs,
    )


def begin(whose: tuple[str, str, str], matched: Sequence[Match], found: Sequence[News], hours: Hours) -> StoryAlert:
    """A story that this recipient has not been told of. `whose`: desk, story, recipient; `found`: at least one."""
    desk, story, recipient = whose
    urgent = any(one.urgent for one in found)
    return StoryAlert(
        desk=desk,
        story=story,
        recipient=recipient,
        rules=tuple(match.rule.id for match in matched),
        first=hours.now,
        due=hours.soon if urgent else hours.digest,
        pace="urgent" if urgent else "digest",
        cause=_cause(found, "new"),
        basis=max(one.at for one in found),
    )


def advance(known: StoryAlert, matched: Sequence[Match], found: Sequence[News], hours: Hours) -> StoryAlert:
    """The alert after something happened to its story; as it was where that changes nothing for the recipient."""
    added = [match.rule for match in matched if match.rule.id not in known.rules]
    more = [one for one in found if one.id not in known.told]
    rules = (*known.rules, *(rule.id for rule in added))
    basis = max((one.at for one in more), default=known.basis)
    risen = any(rule.urgent for rule in added) or any(one.urgent and one.changed for one in more)
    if known.due is not None:
        if risen and known.pace != "urgent":
            return replace(known, rules=rules, basis=basis, pace="urgent", due=hours.soon, covered_by="")
        return replace(known, rules=rules, basis=basis) if rules != known.rules or basis != known.basis else known
    if not risen and not any(one.own for one in more):
        return replace(known, rules=rules) if added else known
    pace, due = _next(known, hours, risen=risen)
    cause = _cause(more, "grown" if known.notices else "new")
    return replace(known, rules=rules, basis=basis, cause=cause, pace=pace, due=due)


def uncovered(alert: StoryAlert, hours: Hours) -> StoryAlert:
    """What a larger story held back has grown beyond it: it is urgent again."""
    return replace(alert, pace="urgent", due=hours.soon, covered_by="")


def is_blank(alert: StoryAlert) -> bool:
    """Whether all that was planned was taken back before anything was told."""
    return alert.due is None and not alert.told and not alert.notices


def _cause(found: Sequence[News], otherwise: AlertCause) -> AlertCause:
    """A figure that differs is said before anything else."""
    if any(one.differs for one in found):
        return "differs"
    return "changed" if found and all(one.changed for one in found) else otherwise


def _next(known: StoryAlert, hours: Hours, *, risen: bool) -> tuple[Pace, datetime]:
    if risen:
        return "urgent", hours.soon
    if known.urgent_told and known.told_at:
        # min: a told_at of the future (the clock was ahead) must not hold the news back
        told = min(known.told_at, hours.now)
        return "soon", max(hours.soon, told + timedelta(minutes=hours.timing.grow_minutes))
    return "digest", hours.digest


def is_due(alert: StoryAlert, now: datetime, timing: AlertTiming) -> bool:
    """Whether its message is to be made; also where `due` is so far off that the clock must have been ahead."""
    if alert.due is None:
        return False
    longest = {"urgent": timing.wait_minutes, "soon": max(timing.grow_minutes, 24 * 60), "digest": 26 * 60}[alert.pace]
    return alert.due <= now or alert.due > now + timedelta(minutes=longest + 60)


def told(alert: StoryAlert, found: Sequence[News], key: str, now: datetime) -> StoryAlert:
    """The alert after its message was made (key "": it was decided to tell nothing)."""
    ids = tuple(dict.fromkeys((*alert.told, *(one.id for one in found))))
    if not key:
        return replace(alert, due=None, told=ids, basis=None, covered_by="")
    return replace(
        alert, due=None, told=ids, told_at=now, told_by=key, notices=alert.notices + 1, basis=None, covered_by="",
        urgent_told=alert.urgent_told or alert.pace == "urgent",
    )  # fmt: skip


def repeat(alert: StoryAlert, now: datetime, timing: AlertTiming, *, taken: bool, last: datetime) -> StoryAlert | None:
    """An urgent message again where nobody has taken it, by day, while its story goes on (`last` article); or None."""
    hours = timedelta(hours=timing.repeat_hours)
    if alert.due is not None or not alert.urgent_told or taken or not hours or alert.told_at is None:
        return None
    if alert.notices > REPEATS or now - last > timedelta(hours=LARGER_HOURS) or now < alert.told_at + hours:
        return None
    return replace(alert, due=now, pace="soon", cause="repeat", basis=alert.told_at)


def silenced(silences: Collection[Silence], story: str, topics: Collection[str], units: Collection[str]) -> bool:
    """Whether one of the silences in force covers the story: all that it names must fit."""
    return any(
        (not one.story or one.story == story)
        and (not one.topic or one.topic in topics)
        and (not one.unit or one.unit in units)
        for one in silences
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How large a story is, for telling which covers which."""

    story: str
    articles: int
    sources: int
    topics: frozenset[str]
    units: frozenset[str]


def extent(story: str, articles: Sequence[ListedArticle]) -> Extent:
    """Of a story with these articles."""
    about = [article for article in articles if article.state == "live"]
    return Extent(
        story=story,
        articles=len(about),
        sources=len({article.source for article in about}),
        topics=frozenset(label.topic for article in about for label in article.topics),
        units=frozenset(mention.unit for article in about if article.focus for mention in article.mentions),
    )


def covers(large: Extent, small: Extent) -> bool:
    """Whether whoever knows the large story needs no message of its own about the small one."""
    return (
        large.story != small.story
        and large.articles >= 2 * small.articles
        and large.sources >= max(2, small.sources)
        and not large.topics.isdisjoint(small.topics)
        and small.units <= large.units
    )


def merged(into: StoryAlert | None, gone: StoryAlert, story: str) -> StoryAlert:
    """One alert out of two whose stories have become one."""
    if into is None:
        return replace(gone, story=story)
    first, second = (into, gone) if into.due is not None or gone.due is None else (gone, into)
    return replace(
        first,
        story=story,
        rules=tuple(dict.fromkeys((*into.rules, *gone.rules))),
        first=min(into.first, gone.first),
        told=tuple(dict.fromkeys((*into.told, *gone.told))),
        told_at=max((at for at in (into.told_at, gone.told_at) if at), default=None),
        told_by=first.told_by or second.told_by,
        notices=into.notices + gone.notices,
        urgent_told=into.urgent_told or gone.urgent_told,
    )
