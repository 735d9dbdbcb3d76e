"""One desk's round: alerts move on after what happened, and messages are made of those that are due."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from alerts import compose, grouping, schedule
from alerts.compose import Telling
from alerts.facts import Facts, Office
from alerts.recipients import PAGE, receivers
from alerts.rules import Match, source_event, source_rules
from core.clock import to_utc
from core.records import AlertCause, Channel, Desk, Escalation, Message, Recipient, RuleEvent, SourceHealth, StoryAlert
from core.roles import Role

SOURCE: Final = "source:"
HELD: Final = "restored"


@dataclass(slots=True)
class Planned:
    """What one round did."""

    looked_at: int = 0  # events
    messages: int = 0
    by_cause: dict[str, int] = field(default_factory=dict)


class Round:
    """One desk at one moment, inside a transaction."""

    def __init__(self, office: Office, desk: Desk, desks: int, now: datetime) -> None:
        self._facts = Facts(office, desk, desks, now)
        self._book, self._desk, self._now = office.book, desk, now
        self._plan = self._facts.plan

    # What happened -----------------------------------------------------------------------------------------------

    def look(self, articles: Iterable[str]) -> None:
        """Alerts after something happened to these articles."""
        self._fold_merged()
        found = (self._book.story_of(self._desk.id, article) for article in articles)
        for story in dict.fromkeys(key for key in found if key):
            self._touch(story)

    def _fold_merged(self) -> None:
        book, desk = self._book, self._desk.id
        for gone, into in book.merges(desk).items():
            known = {alert.recipient: alert for alert in book.alerts(desk, into)}
            ended = book.alerts(desk, gone)
            book.put(grouping.merged(known.get(alert.recipient), alert, into) for alert in ended)
            book.drop_alerts(desk, gone)
            for escalation in book.escalations(desk):
                if escalation.story == gone:
                    book.drop_escalation(escalation)
                    book.put_escalation(replace(escalation, story=into))

    def _touch(self, story: str) -> None:
        matched = self._facts.matched(story)
        known = {alert.recipient: alert for alert in self._book.alerts(self._desk.id, story)}
        reached = self._facts.reached(matched)
        changed = [grouping.told(one, (), "", self._now) for one in known.values() if _is_void(one, reached)]
        for recipient, own in reached.items():
            found = grouping.news(own, self._facts.office.old_days, self._now)
            hours = self._facts.hours(self._facts.recipient(recipient))
            before = known.get(recipient)
            if before is None or grouping.is_blank(before):
                if found:
                    changed.append(grouping.begin((self._desk.id, story, recipient), own, found, hours))
            elif before.due and before.covered_by and not self._facts.larger(before):
                changed.append(grouping.uncovered(before, hours))
            elif (after := grouping.advance(before, own, found, hours)) is not before:
                changed.append(after)
        self._book.put(changed)

    def sources(self, health: Sequence[SourceHealth]) -> None:
        """Alerts about sources that are silent or blocked, once; one that is well again is forgotten."""
        book, desk = self._book, self._desk
        for source in health:
            story = f"{SOURCE}{source.source}"
            event = source_event(source)
            known = {alert.recipient: alert for alert in book.alerts(desk.id, story)}
            cause: AlertCause = "blocked" if event is RuleEvent.BLOCKED else "silent"
            if event is None:
                if known:
                    book.drop_alerts(desk.id, story)
                continue
            for rule in source_rules(self._plan.rules, source):
                for recipient in receivers(desk, rule.roles, None):
                    before = known.get(recipient.id)
                    if before is None or (before.cause != cause and before.due is None):
                        book.put([StoryAlert(
                            desk=desk.id, story=story, recipient=recipient.id, rules=(rule.id,), first=self._now,
                            due=self._facts.hours(recipient).digest, cause=cause, basis=self._now,
                        )])  # fmt: skip

    # What is due -------------------------------------------------------------------------------------------------

    def make(self, alerts: Sequence[StoryAlert], done: Planned) -> None:
        """Messages of these alerts as far as their time has come, and of escalations."""
        timing = self._plan.timing
        self._escalate()
        due = [alert for alert in (*alerts, *self._untaken) if grouping.is_due(alert, self._now, timing)]
        due += [again for alert in alerts if (again := self._repeat(alert)) is not None]
        digests: dict[str, list[StoryAlert]] = {}
        for alert in due:
            if not self._facts.may_receive(alert.recipient):
                self._book.put([grouping.told(alert, (), "", self._now)])
            elif alert.story.startswith(SOURCE):
                digests.setdefault(alert.recipient, []).append(alert)
            elif self._facts.is_silenced(alert):
                self._book.put([grouping.told(alert, self._facts.news(alert), "", self._now)])
            elif alert.pace == "digest":
                digests.setdefault(alert.recipient, []).append(alert)
            else:
                self._single(alert, done)
        for recipient, mine in digests.items():
            self._digest(recipient, mine, done)

    _untaken: tuple[StoryAlert, ...] = ()

    def _single(self, alert: StoryAlert, done: Planned) -> None:
        """An urgent message, or news of a story that was told before; unless the night or a larger story holds it."""
        book, timing = self._book, self._plan.timing
        end = schedule.night(self._now, timing)
        if alert.pace == "soon" and end:
            book.put([replace(alert, due=end)])
            return
        if alert.cause == "new" and timing.hold_covered and (larger := self._facts.larger(alert)):
            digest = self._facts.hours(self._facts.recipient(alert.recipient)).digest
            book.put([replace(alert, pace="digest", due=digest, covered_by=larger)])
            return
        found = self._facts.news(alert)
        telling = self._facts.telling(alert, found)
        if telling is None:  # a label was corrected or the text withdrawn meanwhile
            book.put([grouping.told(alert, found, "", self._now)])
            return
        since = int(alert.first.timestamp())  # notices are counted anew once the delivery log has had its time
        key = f"alert:{alert.desk}:{alert.story}:{alert.recipient}:{since}:{alert.notices + 1}"
        link = self._facts.link(alert, key)
        words = compose.alert(self._facts.frame, replace(telling, link=link))
        urgent = alert.pace == "urgent"
        message = self._message(alert.recipient, key, words, urgent=urgent)
        message = replace(
            message, story=alert.story, article=telling.told[0].id, link=link,
            thread=f"{alert.desk}:{alert.story}", fields={**words.fields, "lien_ket": link or telling.told[0].url},
        )  # fmt: skip
        self._enqueue(message, [telling], alert.basis)
        after = grouping.told(alert, found, key, self._now)
        book.put([after])
        if urgent and alert.cause not in {"untaken", "repeat"}:
            self._begin_escalation(alert)
        done.messages += 1
        done.by_cause[alert.cause] = done.by_cause.get(alert.cause, 0) + 1

    def _digest(self, recipient: str, alerts: Sequence[StoryAlert], done: Planned) -> None:
        """One message for all that waits for the recipient's digest; not at night, should its hour have been missed."""
        if schedule.night(self._now, self._plan.timing):
            return
        book = self._book
        key = f"digest:{self._desk.id}:{recipient}:{_digest_of(alerts)}"
        tellings, after, sources = [], [], []
        for alert in alerts:
            if alert.story.startswith(SOURCE):
                sources.append((alert.story.removeprefix(SOURCE), f"alerts.source.{alert.cause}"))
                after.append(grouping.told(alert, (), key, self._now))
                continue
            found = self._facts.news(alert)
            telling = self._facts.telling(alert, found)
            after.append(grouping.told(alert, found, key if telling else "", self._now))
            if telling:
                tellings.append(replace(telling, covered=bool(alert.covered_by), link=self._facts.link(alert, key)))
        book.put(after)
        if not tellings and not sources:
            return
        tellings.sort(key=_weight)
        words = compose.digest(self._facts.frame, tellings, sources, self._now)
        message = self._message(recipient, key, words, urgent=False)
        first = tellings[0].link if tellings else ""
        address = first or (tellings[0].told[0].url if tellings else "")
        message = replace(message, link=first, fields={**words.fields, "lien_ket": address})
        self._enqueue(message, tellings, max((alert.basis for alert in alerts if alert.basis), default=None))
        done.messages += 1
        done.by_cause["digest"] = done.by_cause.get("digest", 0) + 1

    def _enqueue(self, message: Message, tellings: Sequence[Telling], basis: datetime | None) -> None:
        restored = self._book.restored_at()
        held = HELD if restored and basis and basis <= restored else ""
        tells_of = {article.id: article.published.at for telling in tellings for article in telling.told}
        self._book.enqueue([message], self._now, held=held, tells_of=tells_of)

    def _message(self, recipient: str, key: str, words: compose.Words, *, urgent: bool) -> Message:
        person = self._facts.recipient(recipient)
        return Message(
            key=key, desk=self._desk.id, recipient=recipient, article=None,
            channel=self._channel(person, urgent=urgent),
            subject=words.subject, text=words.text, html=words.html, brief=words.brief, fields=words.fields,
            attachments=words.attachments, urgent=urgent,
        )  # fmt: skip

    def _channel(self, person: Recipient, *, urgent: bool) -> Channel:
        """The first connected way that is not quiet now; where all are, the first."""
        ways = [way for way in person.ways if way in self._facts.office.channels]
        timing = self._plan.timing
        free = (w for w in ways if not schedule.held_until(self._now, person, w, timing, urgent=urgent))
        return next(free, ways[0] if ways else PAGE)

    # Urgent stories that nobody takes -----------------------------------------------------------------------------

    def _begin_escalation(self, alert: StoryAlert) -> None:
        book = self._book
        under_way = {(one.story, one.rule) for one in book.escalations(self._desk.id)}
        for rule in self._plan.rules:
            named = rule.id in alert.rules and rule.urgent and rule.next_roles
            if named and (alert.story, rule.id) not in under_way:
                due = self._now + timedelta(minutes=rule.take_minutes)
                book.put_escalation(Escalation(desk=self._desk.id, story=alert.story, rule=rule.id, step=0, due=due))

    def _escalate(self) -> None:
        """Tell the next role of what nobody has taken in time."""
        book = self._book
        rules = {rule.id: rule for rule in self._plan.rules}
        raised: dict[tuple[str, str], StoryAlert] = {}
        for one in book.escalations(self._desk.id):
            rule = rules.get(one.rule)
            if rule is None or one.step >= len(rule.next_roles) or self._facts.taken(one.story):
                book.drop_escalation(one)
                continue
            wait = timedelta(minutes=rule.take_minutes)
            if one.due > self._now and one.due <= self._now + wait:
                continue
            own = [match for match in self._facts.matched(one.story) if match.rule.id == rule.id]
            for alert in self._raise(one.story, own, rule.next_roles[one.step : one.step + 1]):
                raised[alert.story, alert.recipient] = alert
            following = replace(one, step=one.step + 1, due=self._now + wait)
            if following.step < len(rule.next_roles):
                book.put_escalation(following)
            else:
                book.drop_escalation(one)
        self._untaken = tuple(raised.values())

    def _raise(self, story: str, own: Sequence[Match], roles: Collection[Role]) -> Iterable[StoryAlert]:
        known = {alert.recipient: alert for alert in self._book.alerts(self._desk.id, story)}
        found = grouping.news(own, self._facts.office.old_days, self._now)
        if not found:
            return
        topics = {topic for match in own for topic in match.topics}
        for recipient in receivers(self._desk, roles, topics):
            before = known.get(recipient.id)
            if before is None or not before.urgent_told:
                begun = before or grouping.begin(
                    (self._desk.id, story, recipient.id), own, found, self._facts.hours(recipient)
                )
                yield replace(begun, pace="urgent", cause="untaken", due=self._now, told=())

    def _repeat(self, alert: StoryAlert) -> StoryAlert | None:
        if alert.due is not None or not alert.urgent_told:
            return None
        read = self._facts.story(alert.story)
        if read is None:
            return None
        timing, taken = self._plan.timing, self._facts.taken(alert.story)
        again = grouping.repeat(alert, self._now, timing, taken=taken, last=read.view.last)
        return again if again and not schedule.night(self._now, timing) else None


def _is_void(alert: StoryAlert, reached: Collection[str]) -> bool:
    """Whether what was planned is no more to be told: the article was set aside, its labels were corrected."""
    return alert.due is not None and alert.recipient not in reached and alert.cause not in {"untaken", "repeat"}


def _digest_of(alerts: Sequence[StoryAlert]) -> str:
    """Names what stands in a digest, so that the same one is never written twice."""
    named = sorted(f"{alert.story}:{alert.notices}:{alert.cause}:{to_utc(alert.first).timestamp()}" for alert in alerts)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:24]


def _weight(telling: Telling) -> tuple[bool, bool, int, str]:
    """The order of a digest: what is about the place, what stands alone, what most print."""
    focus = any(article.focus for article in telling.told)
    return telling.covered, not focus, -telling.view.articles, telling.view.id
