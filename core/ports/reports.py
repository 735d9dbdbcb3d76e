"""Reports: what they ask of the record, where drafts are kept, and what the pages ask of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Literal, Protocol

from core.records import (
    ArticleText,
    Desk,
    Message,
    OfficePapers,
    PaperFile,
    PeriodReading,
    Report,
    ReportAsk,
    ReportContent,
    ReportHead,
    ReportSchedule,
    ReportVersion,
    ReportWords,
    ShownHeadline,
)

PaperKind = Literal["docx", "pdf", "xlsx"]
ParagraphKind = Literal["heading", "text", "chart", "hint"]


class PeriodReadings(Protocol):
    """Reads a period of one desk."""

    def period(self, desk: str, ask: ReportAsk, *, before: date, back: date) -> PeriodReading:
        """Articles of the period (of its story or topic), and counts from the day `back` on.

        The span before it, whose topics are counted too, begins on the day `before`.
        """
        ...

    def texts(self, desk: str, articles: Sequence[str]) -> Mapping[str, ArticleText]:
        """Texts of those that are live and whose publisher doesn't reserve text and data mining."""
        ...

    def story_span(self, desk: str, story: str) -> tuple[str, date, date] | None:
        """Present id, first and last day of a story, also of one that became part of it. None: not the desk's."""
        ...


class ReportBook(Protocol):
    """Drafts with their versions, issued reports, schedules, templates, and headlines chosen for the portal.

    Every change is audited under `by`.
    """

    def reports(self, desk: str, limit: int = 100) -> tuple[ReportHead, ...]:
        """The newest first."""
        ...

    def report(self, desk: str, number: int) -> Report | None:
        """None where there is none, or its time is over."""
        ...

    def versions(self, desk: str, number: int) -> tuple[ReportVersion, ...]:
        """The newest first."""
        ...

    def add(self, content: ReportContent, title: str, words: ReportWords, at: datetime, by: str) -> int:
        """A new draft; its number."""
        ...

    def write(
        self, desk: str, number: int, words: ReportWords, at: datetime, by: str, *, after: int | None = None
    ) -> bool:
        """The next version of a draft's words. False where nothing changed, there is none, or it is issued.

        And where a later version than `after` is there.
        """
        ...

    def recollect(self, desk: str, number: int, content: ReportContent, at: datetime, by: str) -> bool:
        """Newer figures in a draft. False where there is none, or it is issued."""
        ...

    def issue(
        self, desk: str, number: int, *, papers: OfficePapers | None, docx: bytes, at: datetime, by: str,
        read: ReportHead,
    ) -> bool:  # fmt: skip
        """From now on nothing of it changes. False where there is none, it is issued already, or is not as `read`."""
        ...

    def issued_docx(self, desk: str, number: int) -> bytes | None:
        """The file of an issued report; None of a draft, or where an article was erased from it since."""
        ...

    def remove(self, desk: str, number: int, at: datetime, by: str) -> bool:
        """Delete a draft. False where there is none, or it is issued."""
        ...

    def schedules(self, desk: str | None = None) -> tuple[ReportSchedule, ...]: ...

    def set_schedule(self, schedule: ReportSchedule, at: datetime, by: str) -> None: ...

    def session(self) -> AbstractContextManager[object]:
        """Calls inside are one transaction."""
        ...

    def schedule_done(self, desk: str, kind: str, last: date, today: date) -> bool:
        """That the period which ends on that day is drafted; False where it was already.

        One that ends after `today` was drafted while the clock was ahead, and stands for none before it.
        """
        ...

    def template(self, desk: str) -> bytes | None:
        """The desk's own template; None: the shipped one."""
        ...

    def set_template(self, desk: str, docx: bytes | None, at: datetime, by: str) -> None: ...

    def send(self, messages: Sequence[Message], tells_of: Mapping[str, datetime], at: datetime) -> int:
        """Put a report's mails into the outbox, with the articles they tell of and their publication.

        One whose key was ever written is left out. Returns how many were new.
        """
        ...

    def headlines(self, desk: str, limit: int = 50) -> tuple[ShownHeadline, ...]:
        """Chosen ones that are still there, the newest published first."""
        ...

    def show_headline(self, desk: str, article: str, shown: bool, at: datetime, by: str) -> bool:
        """False where the desk has no such live article, or nothing changes."""
        ...


class ReportDesk(Protocol):
    """What pages and commands do with reports."""

    def ask(self, desk: Desk, kind: str, at: datetime, ending: date | None = None) -> ReportAsk:
        """The newest whole period of that kind that is over at `at` (or the one that ends on that day)."""
        ...

    def collect(self, desk: Desk, ask: ReportAsk, at: datetime) -> ReportContent: ...

    def draft(self, desk: Desk, ask: ReportAsk, at: datetime, by: str) -> int:
        """Collect and keep as a draft; its number."""
        ...

    def recollect(self, desk: Desk, number: int, at: datetime, by: str) -> bool: ...

    def issue(self, desk: Desk, number: int, at: datetime, by: str) -> bool:
        """Freeze a draft whole; False where that can't be, or it was changed meanwhile.

        Raises ConfigError for a template or papers that can't be used.
        """
        ...

    def schedule(self, schedule: ReportSchedule, at: datetime, by: str) -> None:
        """Take a schedule; what is over already is not drafted any more."""
        ...

    def mail(self, desk: Desk, number: int, at: datetime, public_url: str = "") -> int:
        """Put the summary with the report into the outbox, for leadership and information office. Returns how many.

        Each of them gets a report once, however often this is asked.
        """
        ...

    def story_ask(self, desk: Desk, story: str) -> ReportAsk:
        """All days of a story. Raises ConfigError where the desk has none of that id."""
        ...

    def topic_ask(self, topic: str, first: date, last: date) -> ReportAsk:
        """One topic over some days. Raises ConfigError for a topic that there is not, or wrong days."""
        ...

    def period_ask(self, first: date, last: date) -> ReportAsk:
        """Any days. Raises ConfigError for wrong ones."""
        ...

    def atom(self, desk: Desk, address: str = "") -> str:
        """The headlines chosen for the portal as Atom; `address` is the feed's own."""
        ...

    def json_feed(self, desk: Desk, address: str = "") -> str:
        """The same as JSON Feed."""
        ...

    def file(self, desk: Desk, number: int, kind: PaperKind) -> PaperFile | None:
        """The report as a file. Raises ConfigError where it can't be made: a broken template, no LibreOffice."""
        ...

    def paragraphs(self, report: Report) -> tuple[tuple[str, tuple[tuple[ParagraphKind, str], ...]], ...]:
        """Headings of the report with what stands below them, as the page shows it; a chart by its words."""
        ...

    def check_template(self, docx: bytes, name: str = "") -> None:
        """Raises ConfigError that names the place where a template is broken."""
        ...

    def shipped_template(self) -> bytes: ...
