"""What one round of a desk asks of the record, each thing once: stories, matches, what is new, who is reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import grouping, schedule
from alerts.compose import Frame, Telling
from alerts.grouping import Extent, Hours, News
from alerts.links import Signer
from alerts.recipients import PAGE, find, refused, told_of
from alerts.rules import Differing, Match, articles_of, default_plan, matches, no_figures
from alerts.templating import Templates
from core.clock import Clock
from core.ports import AlertBook, DeskBook, Handlings, ReadingRoom
from core.records import (
    AlertPlan,
    Channel,
    Desk,
    ListedArticle,
    Publisher,
    ReadStory,
    Recipient,
    RuleEvent,
    Silence,
    StoryAlert,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What planning needs of an installation."""

    book: AlertBook
    handlings: Handlings
    reading: ReadingRoom
    desks: DeskBook
    publishers: Mapping[str, Publisher]
    templates: Templates
    signer: Signer
    clock: Clock
    channels: Collection[Channel]  # that are connected
    old_days: float = 2.0
    spread_minutes: float = 20.0
    public_url: str = ""
    differing: Differing = no_figures


class Facts:
    """One desk at one moment."""

    def __init__(self, office: Office, desk: Desk, desks: int, now: datetime) -> None:
        self.office, self.desk, self.now = office, desk, now
        self.plan: AlertPlan = office.book.plan(desk.id) or default_plan(desk.id)
        self._spread = schedule.spread_of(desk.id, desks, office.spread_minutes)
        self._stories: dict[str, ReadStory | None] = {}
        self._silences: tuple[Silence, ...] | None = None

    @property
    def frame(self) -> Frame:
        office = self.office
        return Frame(
            desk=self.desk, publishers=office.publishers, templates=office.templates, public_url=office.public_url
        )

    def story(self, story: str) -> ReadStory | None:
        if story not in self._stories:
            self._stories[story] = self.office.reading.story(self.desk.id, story, self.now)
        return self._stories[story]

    def matched(self, story: str) -> tuple[Match, ...]:
        read = self.story(story)
        if read is None:
            return ()
        growing = read.view.standing.state == "growing"
        articles = articles_of(read)
        watched = any(rule.event is RuleEvent.DIFFERS and rule.enabled for rule in self.plan.rules)
        differing = self.office.differing(self.desk.id, [article.id for article in articles]) if watched else {}
        return matches(self.plan.rules, articles, growing=growing, old_days=self.office.old_days, differing=differing)

    def reached(self, matched: Sequence[Match]) -> dict[str, list[Match]]:
        """Recipient -> the rules that reach them."""
        reached: dict[str, list[Match]] = {}
        for match in matched:
            for recipient in told_of(self.desk, match):
                reached.setdefault(recipient.id, []).append(match)
        return reached

    def news(self, alert: StoryAlert) -> tuple[News, ...]:
        """What this alert tells of that was not told before."""
        matched = self.matched(alert.story)
        own = self.reached(matched).get(alert.recipient, [])
        if alert.cause == "untaken" or not own:  # who is told because nobody else took it is named by no rule
            own = [match for match in matched if match.rule.id in alert.rules]
        found = grouping.news(own, self.office.old_days, self.now)
        return found if alert.cause == "repeat" else tuple(one for one in found if one.id not in alert.told)

    def telling(self, alert: StoryAlert, found: Sequence[News]) -> Telling | None:
        read = self.story(alert.story)
        if read is None or not found:
            return None
        order = sorted(found, key=lambda one: (not one.article.focus, not one.own))
        told = tuple({one.article.id: one.article for one in order}.values())
        head = self.office.reading.article(self.desk.id, told[0].id)
        return Telling(view=read.view, told=told, cause=alert.cause, urgent=alert.pace == "urgent", head=head)

    def larger(self, alert: StoryAlert) -> str:
        """A larger urgent story that was told to the same recipient lately and covers this one; "" where none is."""
        own = self.extent(alert.story)
        since = self.now - timedelta(hours=grouping.LARGER_HOURS)
        for other in self.office.book.alerts(self.desk.id):
            told = other.urgent_told and other.told_at is not None and other.told_at > since
            same = other.recipient == alert.recipient and other.story != alert.story
            if told and same and grouping.covers(self.extent(other.story), own):
                return other.story
        return ""

    def extent(self, story: str) -> Extent:
        read = self.story(story)
        listed: tuple[ListedArticle, ...] = articles_of(read) if read else ()
        return grouping.extent(story, listed)

    def is_silenced(self, alert: StoryAlert) -> bool:
        if self._silences is None:
            self._silences = self.office.handlings.silences(self.desk.id, self.now)
        if not self._silences:
            return False
        size = self.extent(alert.story)
        return grouping.silenced(self._silences, alert.story, size.topics, size.units)

    def recipient(self, recipient: str) -> Recipient:
        """As the desk names them today; without any way where it does not."""
        return find(self.desk, recipient) or Recipient(id=recipient, name=self.desk.office, roles=())

    def may_receive(self, recipient: str) -> bool:
        """Whether anything may be made for them: on the desk, and not refused."""
        known = find(self.desk, recipient)
        return refused(known) is None if known else recipient == PAGE and not self.desk.recipients

    def taken(self, story: str) -> bool:
        """Whether somebody works on it or has done with it."""
        return any(mark.handling != "seen" for mark in self.office.handlings.marks(self.desk.id, story))

    def hours(self, recipient: Recipient) -> Hours:
        timing = self.plan.timing
        digest = schedule.next_digest(self.now, recipient, timing, self._spread)
        return Hours(now=self.now, timing=timing, digest=digest)

    def link(self, alert: StoryAlert, key: str) -> str:
        if not self.office.signer.can or alert.recipient == PAGE:
            return ""
        link, address = self.office.signer.make(
            desk=alert.desk, story=alert.story, recipient=alert.recipient, key=key, at=self.now
        )
        self.office.handlings.put_links([link])
        return address
