"""Cases as pages ask for them: the pure rules over the record."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from answers import cases, caution, evidence, letters
from core.clock import local_day
from core.errors import AnswerError
from core.papers import check_office
from core.ports import CaseBook, FactBook, LetterPress
from core.records import (
    AnswerRules,
    Case,
    CaseFigures,
    CaseFile,
    CaseKind,
    CaseOutcome,
    CaseState,
    CaseView,
    Desk,
    FactEntry,
    Ground,
    KeptText,
    LetterTemplate,
    Release,
    SentPaper,
    TemplateKind,
    UpTake,
)
from core.text import clean, nfc

Uptake = Callable[[Release, dt.datetime], Sequence[UpTake]]
LONGEST_NOTE, LONGEST_BODY = 4_000, 20_000
MEDIA = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "txt": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "eml": "message/rfc822",
}  # fmt: skip
"""Kinds of files that a case takes, by their ending; each is given back as a download only."""


class CaseDesk:
    """The port CaseDesk over the record's own. `press` makes Word files, `uptake` looks who took a release up."""

    def __init__(self, *, cases: CaseBook, facts: FactBook, press: LetterPress, uptake: Uptake) -> None:
        self._cases, self._facts, self._press, self._uptake = cases, facts, press, uptake

    def open(self, case: Case) -> Case:
        with self._cases.session():
            if case.article:
                kept = self._cases.texts(case.desk, case.article)
                if not kept:
                    raise AnswerError("case.refused.text_gone")
                case = replace(case, text_hash=case.text_hash or kept[0].text_hash, title=case.title or kept[0].title)
            case = replace(case, subject=clean(case.subject)[:300], reason=clean(case.reason)[:1000])
            if refused := cases.opening_refusal(case):
                raise AnswerError(refused)
            return self._cases.open(cases.opened(case, self._cases.rules(case.desk)))

    def cases(self, desk: str, *, closed: bool = False) -> tuple[Case, ...]:
        return self._cases.cases(desk, closed=closed)

    def of_article(self, desk: str, article: str) -> tuple[Case, ...]:
        return self._cases.of_article(desk, article)

    def view(self, desk: str, number: int, at: dt.datetime) -> CaseView | None:
        case = self._cases.case(desk, number)
        if case is None:
            return None
        kept = self._kept(case)
        wants = case.kind is CaseKind.CORRECTION
        return CaseView(
            case=case, notes=self._cases.notes(desk, number), files=self._cases.files(desk, number),
            events=self._cases.events(desk, number), changes=self._cases.changes(desk, number),
            lacking=self._lacking(case, kept) if wants else (), outcomes=cases.OUTCOMES[case.kind],
            later=cases.later_document(case), kept=kept, fact=self._fact(case),
            late=bool(case.due and case.due < local_day(at) and case.state in (CaseState.OPEN, CaseState.READY)),
            seen=cases.letter_mark(case),
        )  # fmt: skip

    def draft(
        self,
        desk: str,
        number: int,
        *,
        at: dt.datetime,
        by: str,
        ground: Ground | None = None,
        subject: str | None = None,
        body: str | None = None,
        seen: str = "",
    ) -> None:
        with self._cases.session():
            case = self._as_seen(desk, number, seen)
            if refused := cases.drafting_refusal(case):
                raise AnswerError(refused)
            if ground is not None:
                case = replace(case, ground=self._grounded(case, ground))
            if subject is not None and clean(subject):
                case = replace(case, subject=clean(subject)[:300])
            if body is not None:
                lines = nfc(body)[:LONGEST_BODY].splitlines()
                case = replace(case, body="\n".join(clean(line) for line in lines).strip())
            self._cases.change(cases.redrafted(case, at), "draft", at, by)

    def confirm(self, desk: str, number: int, *, at: dt.datetime, by: str, seen: str = "") -> None:
        with self._cases.session():
            case = self._as_seen(desk, number, seen)
            lacking = self._lacking(case, self._kept(case)) if case.kind is CaseKind.CORRECTION else ()
            if refused := cases.confirm_refusal(case, lacking):
                raise AnswerError(refused)
            _check_wording(case)
            self._cases.change(cases.confirmed(case, at, by), "confirm", at, by)

    def send(self, desk: str, number: int, paper: SentPaper, *, at: dt.datetime, by: str, seen: str = "") -> None:
        with self._cases.session():
            case = self._as_seen(desk, number, seen)
            if refused := cases.sending_refusal(case, paper, local_day(at)):
                raise AnswerError(refused)
            self._cases.change(cases.sent(case, paper, at), "send", at, by, clean(paper.number))

    def close(self, desk: str, number: int, outcome: str, reason: str, *, at: dt.datetime, by: str) -> None:
        with self._cases.session():
            case = self._open(desk, number)
            if outcome not in set(CaseOutcome):
                raise AnswerError("case.refused.outcome")
            chosen = CaseOutcome(outcome)
            if refused := cases.closing_refusal(case, chosen, reason):
                raise AnswerError(refused)
            if chosen is CaseOutcome.PAPER_RIGHT and not self._corrected(case):
                raise AnswerError("case.refused.book_first")
            if case.kind is CaseKind.RELEASE and chosen is CaseOutcome.WITHDRAWN:
                self._cases.take_back(desk, number, at, by)
            self._cases.change(cases.closed(case, chosen, reason[:1000], at, by), "close", at, by, chosen.value)

    def assign(self, desk: str, number: int, user: str, *, at: dt.datetime, by: str) -> None:
        with self._cases.session():
            case = self._open(desk, number)
            self._cases.change(cases.touched(replace(case, assigned=user), at), "assign", at, by, user)

    def set_due(self, desk: str, number: int, due: dt.date | None, source: str, *, at: dt.datetime, by: str) -> None:
        with self._cases.session():
            case = self._open(desk, number)
            if due is not None and not clean(source):
                raise AnswerError("case.refused.due_source")
            changed = replace(case, due=due, due_from=clean(source)[:300])
            self._cases.change(cases.touched(changed, at), "due", at, by, due.isoformat() if due else "")

    def note(self, desk: str, number: int, text: str, *, at: dt.datetime, by: str) -> None:
        words = nfc(text).strip()[:LONGEST_NOTE]
        if not words:
            raise AnswerError("case.refused.empty_note")
        if not self._cases.add_note(desk, number, words, at, by):
            raise AnswerError("case.refused.none")

    def attach(self, desk: str, number: int, name: str, content: bytes, *, at: dt.datetime, by: str) -> None:
        ending = name.rpartition(".")[2].lower()
        if ending not in MEDIA or not content:
            raise AnswerError("case.refused.file_kind", kinds=", ".join(sorted(MEDIA)))
        if refused := caution.document_refusal(name, content):
            raise AnswerError(refused)
        kept = clean(name.replace("\\", "/").rpartition("/")[2])[-120:]
        with self._cases.session():
            self._open(desk, number)
            self._cases.add_file(desk, number, name=kept, media_type=MEDIA[ending], content=content, at=at, by=by)

    def file(self, desk: str, number: int, file: int) -> tuple[CaseFile, bytes] | None:
        return self._cases.file(desk, number, file)

    def letter(self, desk: Desk, number: int, paper: str) -> bytes:
        case = self._case(desk.id, number)
        if case.kind not in letters.TEMPLATE_OF:
            raise AnswerError("case.refused.no_letter")
        lacking = self._lacking(case, self._kept(case)) if case.kind is CaseKind.CORRECTION else ()
        if case.confirmed_at is None and (refused := cases.confirm_refusal(case, lacking)):
            raise AnswerError(refused)
        _check_wording(case)
        check_office(desk)
        template = self.template(desk.id, letters.TEMPLATE_OF[case.kind])
        return self._press.write(letters.letter(case, desk, paper), template.docx)

    def evidence(self, desk: str, number: int, paper: str, reason: str, *, at: dt.datetime, by: str) -> bytes:
        case, kept = self._quoting(desk, number)
        if not clean(reason):
            raise AnswerError("case.refused.no_reason")
        asked = evidence.Asked(by=by, reason=clean(reason)[:500], at=at)
        content = evidence.archive(case, kept, paper, asked)
        digest = hashlib.sha256(content).hexdigest()
        with self._cases.session():
            now, _ = self._quoting(desk, number)  # made outside: others may have worked on the case, or erased its text
            self._cases.change(cases.touched(now, at), "evidence", at, by, f"{asked.reason} · SHA-256 {digest}")
        return content

    def rules(self, desk: str) -> AnswerRules:
        return self._cases.rules(desk)

    def set_rules(self, rules: AnswerRules, at: dt.datetime, by: str) -> None:
        for deadline in rules.deadlines.values():
            if not 1 <= deadline.days <= 250:
                raise AnswerError("case.refused.days")
            if not clean(deadline.source):
                raise AnswerError("case.refused.due_source")
        self._cases.set_rules(rules, at, by)

    def template(self, desk: str, kind: TemplateKind) -> LetterTemplate:
        return self._cases.template(desk, kind) or LetterTemplate(kind=kind, docx=self._press.shipped(kind))

    def wording(self, template: LetterTemplate) -> tuple[str, ...]:
        return self._press.wording(template.docx)

    def set_template(
        self, desk: str, kind: TemplateKind, docx: bytes | None, name: str, *, at: dt.datetime, by: str
    ) -> None:
        if docx is not None:
            self._press.check(kind, docx, name)
            if refused := letters.wording_refusal("\n".join(self._press.wording(docx))):
                raise AnswerError(refused[0], words=refused[1])
        self._cases.set_template(desk, kind, docx, at, by)

    def placeholders(self, kind: TemplateKind) -> tuple[tuple[str, bool], ...]:
        return self._press.placeholders(kind)

    def publish(self, desk: str, number: int, *, at: dt.datetime, by: str, seen: str = "") -> None:
        with self._cases.session():
            case = self._as_seen(desk, number, seen)
            if case.kind is not CaseKind.RELEASE or case.state is not CaseState.READY:
                raise AnswerError("case.refused.not_ready")
            release = Release(case=case.id, desk=desk, title=case.subject, text=case.body, published=at)
            self._cases.publish(release, by)
            done = replace(case, state=CaseState.SENT, sent_at=at)
            self._cases.change(cases.touched(done, at), "publish", at, by)

    def releases(self, desk: str | None = None) -> tuple[Release, ...]:
        return self._cases.releases(desk)

    def release(self, number: int) -> Release | None:
        return self._cases.release(number)

    def taken_up(self, release: Release, at: dt.datetime) -> tuple[UpTake, ...]:
        return tuple(self._uptake(release, at))

    def figures(self, desk: str, first: dt.date, last: dt.date, today: dt.date) -> CaseFigures:
        every = (*self._cases.cases(desk), *self._cases.cases(desk, closed=True))
        return cases.figures(every, first, last, today, self._cases.rules(desk).holidays)

    def _case(self, desk: str, number: int) -> Case:
        case = self._cases.case(desk, number)
        if case is None:
            raise AnswerError("case.refused.none")
        return case

    def _open(self, desk: str, number: int) -> Case:
        case = self._case(desk, number)
        if case.state is CaseState.CLOSED:
            raise AnswerError("case.refused.closed")
        return case

    def _as_seen(self, desk: str, number: int, seen: str) -> Case:
        """An open case whose letter is as the officer saw it."""
        case = self._open(desk, number)
        if seen and seen != cases.letter_mark(case):
            raise AnswerError("case.refused.changed")
        return case

    def _quoting(self, desk: str, number: int) -> tuple[Case, KeptText | None]:
        """A case of an article, with the quoted text; of it or the quotation one at least is kept."""
        case = self._case(desk, number)
        if not case.article:
            raise AnswerError("case.refused.no_article")
        kept = self._kept(case)
        if kept is None and not case.ground:
            raise AnswerError("case.refused.text_gone")
        return case, kept

    def _grounded(self, case: Case, ground: Ground) -> Ground:
        """The ground as it is taken: the quotation as printed, and what the case was opened from."""
        if case.article and not case.text_hash:
            raise AnswerError("case.refused.text_gone")  # it was erased: its quotation doesn't come back by a form
        kept, opened_from = self._kept(case), case.ground or ground
        printed = cases.sentence_with(kept.text, ground.quote) if kept else ""
        return replace(
            ground, quote=printed or clean(ground.quote), fact=opened_from.fact, fact_version=opened_from.fact_version,
            comparison=opened_from.comparison,
        )  # fmt: skip

    def _kept(self, case: Case) -> KeptText | None:
        """The quoted revision, as far as it is kept."""
        if not case.article:
            return None
        texts = self._cases.texts(case.desk, case.article)
        return next((text for text in texts if text.text_hash == case.text_hash), None)

    def _fact(self, case: Case) -> FactEntry | None:
        ground = case.ground
        versions = self._facts.versions(case.desk, ground.fact) if ground and ground.fact else ()
        return next((fact for fact in versions if ground and fact.version == ground.fact_version), None)

    def _corrected(self, case: Case) -> bool:
        """Whether the fact that a case rested on has a newer version, or an end."""
        ground = case.ground
        versions = self._facts.versions(case.desk, ground.fact) if ground and ground.fact else ()
        if not versions or ground is None:
            return True
        return versions[0].version > ground.fact_version or versions[0].valid_to is not None

    def _lacking(self, case: Case, kept: KeptText | None) -> tuple[str, ...]:
        return cases.ground_refusals(case.ground or Ground(quote=""), case, kept, self._fact(case))


def _check_wording(case: Case) -> None:
    """Raises AnswerError for what no letter may say: before it is confirmed, and before a file of it is made."""
    if wording := letters.letter_refusal(case):
        raise AnswerError(wording[0], words=wording[1])
