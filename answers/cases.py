"""Cases: which steps there are, what a correction request needs, and what cases came to. Pure.

An expected failure is a catalogue key, not an exception.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from answers.deadlines import working_days_after, working_days_between
from answers.figures import read_figures
from core.clock import local_day
from core.records import (
    AnswerRules,
    Case,
    CaseChange,
    CaseFigures,
    CaseKind,
    CaseOutcome,
    CaseState,
    FactEntry,
    Ground,
    Holiday,
    KeptText,
    SentPaper,
)
from core.text import clean, fold, nfc

IDLE_MONTHS: Final = 12
"""An open case that nobody has touched for so long is asked about (design.md)."""
IDLE_ANSWER_DAYS: Final = 30
"""...and closed when nobody has answered for so long."""
LONGEST_QUOTE: Final = 1_000
TO_PUBLISHER: Final = frozenset({CaseKind.CORRECTION, CaseKind.ANSWER})
"""Kinds whose letter goes to the publisher of one article."""
OUTCOMES: Final[dict[CaseKind, tuple[CaseOutcome, ...]]] = {
    CaseKind.CORRECTION: (
        CaseOutcome.CORRECTED, CaseOutcome.ANSWER_PUBLISHED, CaseOutcome.REFUSED, CaseOutcome.NO_REPLY,
        CaseOutcome.PAPER_RIGHT, CaseOutcome.WITHDRAWN,
    ),
    CaseKind.ANSWER: (
        CaseOutcome.ANSWER_PUBLISHED, CaseOutcome.CORRECTED, CaseOutcome.REFUSED, CaseOutcome.NO_REPLY,
        CaseOutcome.PAPER_RIGHT, CaseOutcome.WITHDRAWN,
    ),
    CaseKind.RELEASE: (CaseOutcome.ANSWERED, CaseOutcome.WITHDRAWN),
    CaseKind.QUESTION: (CaseOutcome.ANSWERED, CaseOutcome.WITHDRAWN),
    CaseKind.NOTHING: (CaseOutcome.NOTHING_NEEDED,),
}  # fmt: skip
_DATED: Final = re.compile(r"\b\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?\b|\bngày \d{1,2}|\btháng \d{1,2}\b|\bnăm \d{4}\b")


def opened(case: Case, rules: AnswerRules) -> Case:
    """A new case with the deadline that its desk has set; one that needs nothing is closed at once."""
    if case.kind is CaseKind.NOTHING:
        return replace(
            case, state=CaseState.CLOSED, outcome=CaseOutcome.NOTHING_NEEDED, closed_at=case.opened_at,
            closed_by=case.opened_by,
        )  # fmt: skip
    deadline = rules.deadlines.get(case.kind)
    if deadline is None or case.due is not None:
        return case
    due = working_days_after(local_day(case.opened_at), deadline.days, rules.holidays)
    return replace(case, due=due, due_from=deadline.source)


def opening_refusal(case: Case) -> str | None:
    """Why a case can't be opened so, or None."""
    if not clean(case.subject):
        return "case.refused.subject"
    if case.kind is CaseKind.NOTHING and not clean(case.reason):
        return "case.refused.no_reason"
    if case.kind in TO_PUBLISHER and not case.article:
        return "case.refused.no_article"
    if case.kind is CaseKind.QUESTION and not case.source:
        return "case.refused.no_paper"
    if case.reply_to and case.kind is not CaseKind.QUESTION:
        return "case.refused.reply_to"
    return None


def quote_stands(quote: str, text: str) -> bool:
    """Whether a quotation stands in a text word for word (spaces, line ends and the placing of tones apart)."""
    return _says_something(quote) and fold(clean(quote)).strip("“”\"' ") in fold(clean(text.replace("\n", " ")))


def _says_something(quote: str) -> bool:
    """Whether there is a word or figure in a quotation: quotation marks alone quote nothing."""
    return any(char.isalnum() for char in quote)


def sentence_with(text: str, quote: str) -> str:
    """The quotation as it is printed in the text, for one that was copied with other spaces; "" where it is not."""
    flat = clean(text.replace("\n", " "))
    at = fold(flat).find(fold(clean(quote)))
    return flat[at : at + len(clean(quote))] if at >= 0 else ""


def ground_refusals(ground: Ground, case: Case, kept: KeptText | None, fact: FactEntry | None) -> tuple[str, ...]:
    """What a correction request still lacks, as catalogue keys, in the order of the form; () where it is whole.

    `kept`: the quoted revision as it is stored (None: not kept any more); `fact`: of the fact book, where it names one.
    """
    found: list[str] = []
    if ground.nature not in ("figure", "dated_fact"):
        found.append("case.refused.nature")
    if not _says_something(ground.quote):
        found.append("case.refused.no_quote")
    elif len(ground.quote) > LONGEST_QUOTE:
        found.append("case.refused.long_quote")
    elif clean(ground.quote).endswith("?"):
        found.append("case.refused.question")
    elif ground.typed and kept is not None and not kept.reserved:
        found.append("case.refused.typed")
    elif not ground.typed and (kept is None or not quote_stands(ground.quote, kept.text)):
        found.append("case.refused.quote_not_there" if kept else "case.refused.text_gone")
    found += _contrary_refusals(ground, fact)
    if ground.document is None:
        found.append("case.refused.no_document")
    if not case.source:
        found.append("case.refused.no_publisher")
    return tuple(found)


def _contrary_refusals(ground: Ground, fact: FactEntry | None) -> list[str]:
    """A figure must contradict a figure of the quotation; a dated fact must have a date."""
    contrary = clean(ground.contrary)
    if not contrary:
        return ["case.refused.no_contrary"]
    if ground.nature == "dated_fact":
        return [] if _DATED.search(fold(contrary)) else ["case.refused.no_date"]
    printed = read_figures(nfc(ground.quote))
    verified = [(f.low, f.high, f.dimension) for f in read_figures(contrary)]
    verified += [(fact.low, fact.high, fact.dimension)] if fact else []
    if not printed:
        return ["case.refused.no_figure_in_quote"]
    if not verified:
        return ["case.refused.no_figure"]
    kinds = {dimension for _, _, dimension in verified}
    beside = [f for f in printed if f.dimension in kinds]
    if not beside or all(any(low <= f.high and f.low <= high for low, high, _ in verified) for f in beside):
        return ["case.refused.same_figure"]
    return []


def later_document(case: Case) -> bool:
    """Whether the document was made after the publication: then the paper could not have known it."""
    document = case.ground.document if case.ground else None
    return bool(document and case.published and document.issued > local_day(case.published))


def confirm_refusal(case: Case, lacking: Sequence[str]) -> str | None:
    """Why a case's letter can't be confirmed, or None."""
    if case.state is CaseState.CLOSED:
        return "case.refused.closed"
    if case.kind is CaseKind.CORRECTION:
        return lacking[0] if lacking else None
    return None if clean(case.body) else "case.refused.no_body"


def letter_mark(case: Case) -> str:
    """Differs once what the letter says, or how far it is, has changed; notes, deadline and assignment are apart."""
    letter = (case.subject, case.body, case.ground, case.state, case.confirmed_by, case.confirmed_at, case.sent)
    return hashlib.sha256(repr(letter).encode()).hexdigest()[:16]


def confirmed(case: Case, at: dt.datetime, by: str) -> Case:
    """Its letter is confirmed as it stands: one confirmation a letter."""
    return touched(replace(case, state=CaseState.READY, confirmed_at=at, confirmed_by=by), at)


def drafting_refusal(case: Case) -> str | None:
    """Why what the letter says can't be changed, or None: what has left the office stays as it was confirmed."""
    return "case.refused.sent" if case.state is CaseState.SENT else None


def redrafted(case: Case, at: dt.datetime) -> Case:
    """What the letter says was changed: it must be confirmed anew."""
    return touched(replace(case, state=CaseState.OPEN, confirmed_at=None, confirmed_by=""), at)


def sending_refusal(case: Case, sent: SentPaper, today: dt.date) -> str | None:
    """Why it can't be written down that a letter left, or None."""
    if case.state not in (CaseState.READY, CaseState.SENT):
        return "case.refused.not_ready"
    if not clean(sent.number) or not clean(sent.way):
        return "case.refused.sent_fields"
    if sent.day > today or sent.day < local_day(case.opened_at):
        return "case.refused.sent_day"
    return None


def sent(case: Case, paper: SentPaper, at: dt.datetime) -> Case:
    """The letter has left."""
    return touched(replace(case, state=CaseState.SENT, sent=paper, sent_at=at), at)


def closing_refusal(case: Case, outcome: CaseOutcome, reason: str) -> str | None:
    """Why a case can't be closed so, or None."""
    if case.state is CaseState.CLOSED:
        return "case.refused.closed"
    if outcome not in OUTCOMES[case.kind]:
        return "case.refused.outcome"
    needs_reason = {CaseOutcome.REFUSED, CaseOutcome.PAPER_RIGHT, CaseOutcome.WITHDRAWN}
    if outcome in needs_reason and not clean(reason):
        return "case.refused.no_reason"
    if outcome in (CaseOutcome.REFUSED, CaseOutcome.NO_REPLY) and case.sent is None:
        return "case.refused.not_sent"
    return None


def closed(case: Case, outcome: CaseOutcome, reason: str, at: dt.datetime, by: str) -> Case:
    """The case is over; the address of a paper's question goes at once."""
    return touched(
        replace(
            case, state=CaseState.CLOSED, outcome=outcome, reason=clean(reason), closed_at=at, closed_by=by,
            reply_to="",
        ), at,
    )  # fmt: skip


def touched(case: Case, at: dt.datetime) -> Case:
    """Somebody has worked on it: it is not idle."""
    return replace(case, touched=at, asked_at=None)


def after_change(case: Case, kept: KeptText, at: dt.datetime, before: str, after: str) -> CaseChange | None:
    """What became of the quoted sentence in a new text, or None where it still stands there.

    `before`, `after`: the sentence of the old text that holds the quotation, and what stands in its place now.
    """
    quote = case.ground.quote if case.ground else ""
    if not quote or quote_stands(quote, kept.text):
        return None
    return CaseChange(at=at, before=before or quote, after=after, verified=now_verified(case, after))


def now_verified(case: Case, after: str) -> bool | None:
    """Whether the verified figure stands in the new sentence; None where no figure of its kind can be read there."""
    ground = case.ground
    wanted = read_figures(clean(ground.contrary)) if ground else ()
    there = [figure for figure in read_figures(nfc(after)) if any(figure.dimension == w.dimension for w in wanted)]
    if not wanted or not there:
        return None
    return any(abs(f.low - w.low) <= 1e-9 * abs(w.low) + f.step * 0.51 * (f.bound != "exact")
               and f.dimension == w.dimension and f.low == f.high for f in there for w in wanted)  # fmt: skip


def idle(case: Case, before: dt.datetime) -> bool:
    """Whether nobody has touched an open case since `before` and nobody was asked yet."""
    return case.state is not CaseState.CLOSED and case.touched < before and case.asked_at is None


def lapsed(case: Case, at: dt.datetime) -> bool:
    """Whether a case that was asked about has had no answer for IDLE_ANSWER_DAYS."""
    waited = dt.timedelta(days=IDLE_ANSWER_DAYS)
    return case.state is not CaseState.CLOSED and case.asked_at is not None and at - case.asked_at >= waited


def figures(
    cases: Sequence[Case], first: dt.date, last: dt.date, today: dt.date, holidays: Sequence[Holiday]
) -> CaseFigures:
    """What a period's cases came to. Counts and days; no publisher is looked at."""

    def within(moment: dt.datetime | None) -> bool:
        return moment is not None and first <= local_day(moment) <= last

    new, over = [c for c in cases if within(c.opened_at)], [c for c in cases if within(c.closed_at)]
    left = [(c, day) for c in cases if (day := _left_on(c)) and first <= day <= last]
    days = [working_days_between(local_day(c.opened_at), day, holidays) for c, day in left]
    open_now = [c for c in cases if c.state in (CaseState.OPEN, CaseState.READY)]
    return CaseFigures(
        opened=len(new), closed=len(over),
        by_state={state: sum(c.state is state for c in cases) for state in CaseState},
        by_kind={kind: sum(c.kind is kind for c in new) for kind in CaseKind},
        outcomes={outcome: sum(c.outcome is outcome for c in over) for outcome in CaseOutcome},
        days_to_send=median(days) if days else None, late=sum(c.due is not None and c.due < today for c in open_now),
    )  # fmt: skip


def _left_on(case: Case) -> dt.date | None:
    """When its letter left by the office's own account, which may be written down or set right days later; of a release
    when it was published; None while neither has.
    """
    if case.sent is not None:
        return case.sent.day
    return local_day(case.sent_at) if case.sent_at is not None else None
