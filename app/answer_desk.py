"""Fact book and cases of an installation: what pages are given, what is written with an article, what is due daily."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from alerts.compose import time_of
from answers import cases as rules
from answers import deadlines
from answers.case_desk import CaseDesk
from answers.fact_desk import FactDesk
from app import wiring
from app.places import printed_names
from core.clock import Clock, day_bounds, local_day
from core.i18n import t
from core.ports import HoldBeside
from core.records import (
    CaseOutcome,
    Channel,
    Comparison,
    Desk,
    FactEntry,
    FetchedPage,
    KeptComparison,
    Message,
    Release,
    Saved,
    TaggedArticle,
    UpTake,
)
from core.roles import Role
from core.text import fold, nfc
from nlp.sentences import sentences
from nlp.stories.reprints import sameness
from store.sqlite.record import Record

RECOMPARED_DAYS: Final = 14
"""Articles of so many days are held beside the book anew when a fact is approved or ends."""
UPTAKE_DAYS: Final = 30
MORNING: Final = timedelta(hours=7, minutes=30)
TAKEN_UP: Final = 0.2
"""Least share of a release's words that stand, four in a row, in an article that took it up."""
_LEAST_WORDS: Final = 20
FRESH_DAYS: Final = 45
"""For so long after the end of a fact's period a text that names no other year is taken to speak of it."""


def book_of(facts: Sequence[FactEntry], day: date) -> HoldBeside:
    """What holds the figures of a text beside these facts, as they are in force on a day."""
    from answers.book import Book  # noqa: PLC0415 - loaded where figures are compared

    return Book.of_entries([_as_printed(fact, day) for fact in facts], _names, day, _is_place).compare


def _as_printed(fact: FactEntry, day: date) -> FactEntry:
    """A text of these days names no year for what has just happened: then the fact's period goes without saying."""
    first, last = fact.period_from, fact.period_to or fact.period_from
    if first is None or last is None or not first <= day <= last + timedelta(days=FRESH_DAYS):
        return fact
    return replace(fact, period_from=None, period_to=None, period_name="")


def _names(unit: str) -> tuple[str, ...]:
    return printed_names(wiring.gazetteer(), unit)


def fact_desk(kept: Record, clock: Clock) -> FactDesk:
    """The port FactDesk over an open record."""
    return FactDesk(
        facts=kept.facts, cases=kept.cases, comparisons=kept.comparisons, places=_places, named=_named,
        is_place=_is_place,
        recompare=lambda desk: recompare(kept, desk, clock.now()),
    )  # fmt: skip


def case_desk(kept: Record) -> CaseDesk:
    """The port CaseDesk over an open record."""
    from reports.letters import Press  # noqa: PLC0415 - loads Word's library

    return CaseDesk(
        cases=kept.cases, facts=kept.facts, press=Press(), uptake=lambda release, at: taken_up(kept, release, at)
    )


def _places(desk: Desk) -> Callable[[str], Sequence[str]]:
    """Units of a desk's area by name, today's before those of before where both bear it."""
    gazetteer = wiring.gazetteer()
    area = gazetteer.area(desk.units, partial=desk.partial_successors)
    near = area | {above for number in area for above in gazetteer.parents(number)}

    def find(name: str) -> Sequence[str]:
        found = [one.unit for one in gazetteer.find_units(name) if gazetteer.number[one.unit.id] in near]
        today = [unit.id for unit in found if unit.until is None]
        return today or [unit.id for unit in found]

    return find


def _is_place(name: str) -> bool:
    """Whether a unit of either age, anywhere in the country, bears the name."""
    return bool(wiring.gazetteer().find_units(name))


def _named(unit: str) -> str:
    gazetteer = wiring.gazetteer()
    return gazetteer.unit(unit).full_name if unit in gazetteer else ""


class Beside:
    """What is written with an article: where its text came from, its comparisons, what became of a quoted sentence."""

    def __init__(self, kept: Record) -> None:
        self._kept = kept
        self._books: dict[str, tuple[int, date, HoldBeside | None]] = {}

    def __call__(self, tagged: TaggedArticle, page: FetchedPage) -> Callable[[Saved], None]:
        article = tagged.located.article
        text = "" if article.reserved else "\n".join((article.title, article.text))
        found = {match.desk: self._compare(match.desk, text, page.fetched_at) for match in tagged.located.matches}

        def write(saved: Saved) -> None:
            if saved is Saved.SAME:
                return
            self._kept.cases.note_origin(article.id, page.final_url, page.headers, page.fetched_at)
            for desk, comparisons in found.items():
                if comparisons is not None:
                    self._kept.comparisons.put(desk, article.id, comparisons, page.fetched_at)
            if saved is Saved.CHANGED:
                note_changes(self._kept, article.id, page.fetched_at)

        return write

    def _compare(self, desk: str, text: str, at: datetime) -> Sequence[Comparison] | None:
        """Comparisons of a text with a desk's book; None where the book is empty or the text isn't kept."""
        book = self._book(desk, local_day(at)) if text else None
        return book(nfc(text)) if book else None

    def _book(self, desk: str, today: date) -> HoldBeside | None:
        stamp = self._kept.facts.stamp(desk)
        known = self._books.get(desk)
        if known is None or known[:2] != (stamp, today):
            facts = self._kept.facts.in_force(desk, today)
            known = self._books[desk] = (stamp, today, book_of(facts, today) if facts else None)
        return known[2]


def note_changes(kept: Record, article: str, at: datetime) -> None:
    """The open cases of an article whose text has changed show what became of the quoted sentence."""
    for case in kept.cases.open_of_article(article):
        texts = kept.cases.texts(case.desk, article)
        quoted = next((text for text in texts if text.text_hash == case.text_hash), None)
        if not texts or not case.ground or quoted is None:
            continue
        before, after = _around(quoted.text, texts[0].text, case.ground.quote)
        change = rules.after_change(case, texts[0], at, before, after)
        if change is not None:
            kept.cases.note_change(case.id, texts[0].text_hash, change)


def _around(old: str, new: str, quote: str) -> tuple[str, str]:
    """The sentence of the old text that holds the quotation, and what stands in its place in the new one."""
    from app.comparing import differ  # noqa: PLC0415 - loads the reader of sentences

    for sentence in differ(old, new):
        if sentence.kind in ("changed", "removed") and rules.quote_stands(quote, sentence.before):
            return sentence.before, sentence.after
        if sentence.before and fold(sentence.before).strip(" .") in fold(quote) and sentence.kind == "changed":
            return sentence.before, sentence.after
    return quote, ""


def recompare(kept: Record, desk: str, now: datetime) -> None:
    """Hold the live articles of the last days beside the book anew."""
    today = local_day(now)
    facts = kept.facts.in_force(desk, today)
    for back in range(RECOMPARED_DAYS):
        day = today - timedelta(days=back)
        book = book_of([replace(fact, valid_from=min(fact.valid_from, day)) for fact in facts], day) if facts else None
        for listed in kept.reading.day(desk, day):
            texts = kept.cases.texts(desk, listed.id)
            if listed.state == "live" and texts and not texts[0].reserved:
                kept.comparisons.put(desk, listed.id, book(texts[0].text) if book else (), now)


def differing(kept: Record, desk: str, articles: Sequence[str]) -> dict[str, frozenset[str]]:
    """Articles with a figure that differs from the book's -> the functions that own such figures. For alerts."""
    found = kept.comparisons.differing(desk, articles)
    return {
        article: frozenset(_owner(kept, one) for one in comparisons) - {""} for article, comparisons in found.items()
    }


def _owner(kept: Record, one: KeptComparison) -> str:
    versions = kept.facts.versions(one.desk, one.comparison.fact)
    return next((fact.owner for fact in versions if fact.version == one.comparison.fact_version), "")


def taken_up(kept: Record, release: Release, at: datetime) -> tuple[UpTake, ...]:
    """Articles that took a release up, the first one first, with what they added."""
    found = []
    first = local_day(release.published)
    days = min(UPTAKE_DAYS, (local_day(at) - first).days)
    said = f"{release.title}\n{release.text}"
    known = {fold(sentence) for sentence in sentences(said)}
    for after in range(days + 1):
        for listed in kept.reading.day(release.desk, first + timedelta(days=after)):
            texts = kept.cases.texts(release.desk, listed.id)
            if listed.state != "live" or not texts or listed.first_seen < release.published:
                continue
            same = sameness(said, texts[0].text)
            if same.of_first < TAKEN_UP or same.words_first < _LEAST_WORDS:
                continue
            added = tuple(s for s in sentences(texts[0].text) if fold(s) not in known and not _same_words(s, said))
            found.append(
                UpTake(
                    article=listed.id, source=listed.source, title=listed.title, url=listed.url,
                    at=listed.published.at, share=same.of_first, added=added[:20],
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.at))


def _same_words(sentence: str, said: str) -> bool:
    return sameness(sentence, said).of_first >= 0.7


def tend(kept: Record, at: datetime, connected: Collection[Channel] = ()) -> int:
    """Once a day: reminders of deadlines, questions about idle cases, and the closing of those nobody answered for."""
    return sum(_tend_desk(kept, desk, at, connected) for desk in kept.desks.desks())


def _tend_desk(kept: Record, desk: Desk, at: datetime, connected: Collection[Channel]) -> int:
    """One transaction: a case counts as asked about only together with the message that asks."""
    today = local_day(at)
    with kept.cases.session():
        open_now = kept.cases.cases(desk.id)
        reminders = [*deadlines.reminders(open_now, today, kept.cases.rules(desk.id).holidays)]
        for case in open_now:
            if rules.lapsed(case, at):
                over = rules.closed(case, CaseOutcome.LAPSED, "", at, "")
                kept.cases.change(replace(over, touched=case.touched), "lapse", at, "")
            elif rules.idle(case, _idle_before(at)):
                kept.cases.change(replace(case, asked_at=at), "idle", at, "")
                reminders.append(deadlines.Reminder(case=case, what="idle", day=today))
        messages = [message for one in reminders for message in _messages(desk, one, at, connected)]
        return kept.outbox.add(messages, at)


def _idle_before(at: datetime) -> datetime:
    from store.sqlite.retention import months_before  # noqa: PLC0415

    return months_before(at, rules.IDLE_MONTHS)


def _messages(desk: Desk, reminder: deadlines.Reminder, at: datetime, connected: Collection[Channel]) -> list[Message]:
    """To the information office, not before the morning, by a channel that is connected; says which case, no more.

    One reminder is one message, whatever day it is sent on.
    """
    case, today = reminder.case, local_day(at)
    due = f"{case.due:%d/%m/%Y}" if case.due else ""
    subject = t(f"case.remind.{reminder.what}", number=case.id, due=due)
    text = f"{subject}\n\n{t('case.remind.open', number=case.id)}"
    key = f"case:{desk.id}:{case.id}:{reminder.what}:{reminder.day.isoformat()}"
    return [
        Message(
            key=f"{key}:{person.id}",
            desk=desk.id,
            recipient=person.id,
            channel=next((way for way in person.ways if way in connected), "page"),
            article=None,
            subject=subject,
            text=text,
            brief=subject,
            fields={"nguon": desk.office, "thoi_gian": time_of(at), "dia_ban": desk.name},
            not_before=day_bounds(today)[0] + MORNING,
        )
        for person in desk.recipients
        if Role.INFORMATION_OFFICE in person.roles
    ]
