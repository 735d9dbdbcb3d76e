"""The reports of an installation: the port ReportDesk over the record, the gazetteer and the package reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Protocol

from answers.cases import figures
from core.clock import local_day
from core.errors import ConfigError
from core.papers import PaperError, check_office
from core.ports import Handlings, PaperKind, ParagraphKind, PeriodReadings, ReadingRoom, ReportBook
from core.records import (
    CaseFigures,
    Desk,
    EndpointStatus,
    HandItem,
    HandlingCounts,
    OfficePapers,
    PaperFile,
    Publisher,
    Report,
    ReportAsk,
    ReportContent,
    ReportHead,
    ReportKind,
    ReportSchedule,
    ReportWords,
    UnreadSource,
)
from core.text import clean
from core.topics import TOPIC_IDS
from nlp.gazetteer.units import Gazetteer
from nlp.sentences import sentences as split_sentences
from reports import collect, feeds, filling, mail, pdf, periods, sections, template, word, xlsx
from reports.blocks import Chart, Heading, Para, Section
from reports.telling import day_digits
from store.sqlite.record import Record

KINDS: tuple[ReportKind, ...] = ("weekly", "monthly", "quarterly", "yearly")
_KINDS = ("tỉnh", "thành phố", "thị xã", "thị trấn", "huyện", "quận", "xã", "phường", "đặc khu")
_CAPITAL_KEPT = "Thành phố Hồ Chí Minh"
LATE = timedelta(days=3)
"""A report collected later than this after its period says nothing about sources that can't be read now."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_READ = frozenset({EndpointStatus.OK, EndpointStatus.NEW})


class HandItems(Protocol):
    """Items entered by hand."""

    def items(self, desk: str, first: date, last: date) -> tuple[HandItem, ...]: ...


CaseCounts = Callable[[str, date, date, date], CaseFigures]
"""Desk, first and last day, today -> what its cases came to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The port ReportDesk."""

    periods: PeriodReadings
    book: ReportBook
    reading: ReadingRoom
    marks: Handlings
    items: HandItems
    publishers: Mapping[str, Publisher]
    gazetteer: Callable[[], Gazetteer]
    cases: CaseCounts | None = None

    def ask(self, desk: Desk, kind: str, at: datetime, ending: date | None = None) -> ReportAsk:
        """The newest whole period of that kind that is over at `at` (or the one that ends on that day).

        A desk's week ends as it does by its schedule. Raises ConfigError for a kind that is no regular one, for a day
        to come and (PaperError) for a period that goes on: a month begun is no month, nor to be compared with one.
        """
        found = next((known for known in KINDS if known == kind), None)
        if found is None:
            raise ConfigError(f"no report is made {kind!r}; there are {', '.join(KINDS)}")
        if ending is not None and ending > local_day(at):
            raise ConfigError(f"{ending} is still to come; a report is about days that were")
        weekday = next((one.weekday for one in self.book.schedules(desk.id) if one.kind == "weekly"), None)
        ends = periods.week_end(weekday) if weekday else periods.WEEK_ENDS
        asked = periods.newest(found, local_day(at), ending=ending, week_ends=ends)
        if asked.last > local_day(at):
            raise PaperError("report.page.unfinished", first=day_digits(asked.first), last=day_digits(asked.last))
        return asked

    def story_ask(self, desk: Desk, story: str) -> ReportAsk:
        """All days of a story. Raises ConfigError where the desk has none of that id."""
        span = self.periods.story_span(desk.id, story)
        if span is None:
            raise ConfigError(f"desk {desk.id} has no story {story}; its id stands in the address of the story's page")
        return ReportAsk(kind="story", first=span[1], last=span[2], story=span[0])

    def topic_ask(self, topic: str, first: date, last: date) -> ReportAsk:
        """One topic over some days. Raises ConfigError for a topic that there is not."""
        if topic not in TOPIC_IDS:
            raise ConfigError(f"no topic {topic!r}; there are {', '.join(sorted(TOPIC_IDS))}")
        return replace(between(first, last), kind="topic", topic=topic)

    def period_ask(self, first: date, last: date) -> ReportAsk:
        """Any days. Raises ConfigError for wrong ones."""
        return between(first, last)

    def collect(self, desk: Desk, ask: ReportAsk, at: datetime) -> ReportContent:
        """Everything that the report says but what a person writes into it."""
        before, back = collect.look_back(ask)
        reading = self.periods.period(desk.id, ask, before=before, back=back)
        current = local_day(at) - ask.last <= LATE and ask.kind != "story"
        whole = ask.kind not in ("story", "topic")
        beside = collect.Beside(
            place=place_name(desk),
            publisher=self._publisher,
            communes=communes(self.gazetteer(), desk.units, desk.partial_successors),
            texts=lambda articles: self.periods.texts(desk.id, articles),
            split=split_sentences,
            handled=lambda stories: self._handled(desk.id, stories),
            unread=self._unread(at) if current else None,
            by_hand=self.items.items(desk.id, ask.first, ask.last) if whole else (),
            cases=self.cases(desk.id, ask.first, ask.last, local_day(at)) if self.cases and whole else None,
        )
        return collect.collect(desk.id, ask, reading, beside, at)

    def draft(self, desk: Desk, ask: ReportAsk, at: datetime, by: str) -> int:
        """Collect and keep as a draft; its number."""
        content = self.collect(desk, ask, at)
        return self.book.add(content, sections.title(content), ReportWords(), at, by)

    def recollect(self, desk: Desk, number: int, at: datetime, by: str) -> bool:
        """Newer figures in a draft."""
        report = self.book.report(desk.id, number)
        if report is None or report.head.issued is not None:
            return False
        return self.book.recollect(desk.id, number, self.collect(desk, report.content.ask, at), at, by)

    def issue(self, desk: Desk, number: int, at: datetime, by: str) -> bool:
        """Freeze a draft whole; False where it is issued, or was changed while its paper was made.

        Raises ConfigError for a template or papers that can't be used.
        """
        report = self.book.report(desk.id, number)
        if report is None or report.head.issued is not None:
            return False
        check_office(desk)
        issued = replace(report, head=replace(report.head, issued=at))
        docx = self._docx(desk, issued, at)
        papers = desk.papers or OfficePapers(office=desk.office)
        return self.book.issue(desk.id, number, papers=papers, docx=docx, at=at, by=by, read=report.head)

    def file(self, desk: Desk, number: int, kind: PaperKind) -> PaperFile | None:
        """The report as a file. Raises ConfigError where it can't be made: a broken template, no LibreOffice."""
        report = self.book.report(desk.id, number)
        if report is None:
            return None
        if kind == "xlsx":
            return xlsx_file(report.content)
        docx = self.book.issued_docx(desk.id, number) or self._docx(desk, report, report.content.collected)
        name = file_name(report.content)
        if kind == "docx":
            return PaperFile(name=f"{name}.docx", media_type=DOCX, content=docx)
        made = pdf.convert(docx)
        return PaperFile(name=f"{name}.pdf", media_type="application/pdf", content=made.content, note=made.note)

    def paragraphs(self, report: Report) -> tuple[tuple[str, tuple[tuple[ParagraphKind, str], ...]], ...]:
        """Headings of the report with what stands below them, as the page shows it; a chart by its words."""
        return tuple((part.title, shown(part)) for part in word.outline(report))

    def check_template(self, docx: bytes, name: str = "") -> None:
        """Raises ConfigError that names the place where a template is broken."""
        filling.check(docx, template.SLOTS, name or filling.TEMPLATE)

    def shipped_template(self) -> bytes:
        """The template that comes with the program."""
        return template.shipped()

    def loose(self, desk: Desk, ask: ReportAsk, at: datetime) -> Report:
        """A report that is kept nowhere, for the command line."""
        content = self.collect(desk, ask, at)
        head = ReportHead(
            id=0, desk=desk.id, ask=ask, title=sections.title(content), articles=content.articles, created=at, by="",
            collected=at, version=0,
        )  # fmt: skip
        return Report(head=head, content=content, words=ReportWords())

    def write(self, desk: Desk, report: Report, at: datetime, own: bytes | None = None) -> bytes:
        """A report as .docx, in the desk's own template or in `own`."""
        return self._docx(desk, report, at, own)

    def schedule(self, schedule: ReportSchedule, at: datetime, by: str) -> None:
        """Take a schedule; what is over already is not drafted any more."""
        ended = periods.newest(schedule.kind, local_day(at), week_ends=periods.week_end(schedule.weekday)).last
        self.book.set_schedule(replace(schedule, last_done=ended), at, by)

    def mail(self, desk: Desk, number: int, at: datetime, public_url: str = "") -> int:
        """Put the summary with the report into the outbox, for leadership and information office. Returns how many.

        Each of them gets a report once, however often this is asked.
        """
        report = self.book.report(desk.id, number)
        file = self.file(desk, number, "docx")
        if report is None or file is None:
            return 0
        link = f"{public_url.rstrip('/')}/bao-cao/{number}?ban={desk.id}" if public_url else ""
        quoted = {q.article: q.published for story in report.content.stories for q in story.quotes}
        listed = {line.article: line.published for line in report.content.annex if line.article and line.published}
        return self.book.send(mail.messages(desk, report, (file,), link), quoted | listed, at)

    def atom(self, desk: Desk, address: str = "") -> str:
        """The headlines chosen for the portal as Atom."""
        return feeds.atom(desk, self.book.headlines(desk.id), self._publisher, address)

    def json_feed(self, desk: Desk, address: str = "") -> str:
        """The same as JSON Feed."""
        return feeds.json_feed(desk, self.book.headlines(desk.id), self._publisher, address)

    def _docx(self, desk: Desk, report: Report, at: datetime, own: bytes | None = None) -> bytes:
        check_office(desk)
        docx = own if own is not None else self.book.template(desk.id)
        return word.write(report, desk.papers, desk.office, at, docx=docx)

    def _publisher(self, source: str) -> str:
        known = self.publishers.get(source)
        return clean(known.name) if known else source

    def _handled(self, desk: str, stories: Sequence[str]) -> HandlingCounts:
        """The furthest that anybody has come with each story."""
        order = ("seen", "working", "done")
        wanted, furthest = set(stories), dict[str, int]()
        for mark in self.marks.marks(desk):
            if mark.story in wanted:
                furthest[mark.story] = max(furthest.get(mark.story, 0), order.index(mark.handling))
        found = list(furthest.values())
        return HandlingCounts(seen=found.count(0), working=found.count(1), done=found.count(2))

    def _unread(self, at: datetime) -> tuple[UnreadSource, ...]:
        found = [health for health in self.reading.sources(at) if health.standing not in _READ]
        lines = (
            UnreadSource(
                name=self._publisher(h.source), reason=h.standing, last_success=h.last_success, last_new=h.last_new
            )
            for h in found
        )  # fmt: skip
        return tuple(sorted(lines, key=lambda line: line.name.casefold()))


def between(first: date, last: date) -> ReportAsk:
    """Any days. Raises ConfigError where they are the wrong way round or more than three years."""
    if first > last:
        raise ConfigError(f"the period ends ({last}) before it begins ({first})")
    if (last - first).days > 3 * 366:
        raise ConfigError("a report is about three years at most")
    return ReportAsk(kind="period", first=first, last=last)


def place_name(desk: Desk) -> str:
    """How a sentence names the place: "tỉnh Quảng Ngãi", "thành phố Đà Nẵng"; its type word in small letters.

    But "Phường 15" and "Thành phố Hồ Chí Minh" as Decree 30/2020/NĐ-CP has them (Appendix II, III.1.b and c).
    """
    name = clean(desk.name.split("(")[0])
    kind = next((word for word in _KINDS if name.lower().startswith(f"{word} ")), "")
    rest = name[len(kind) :]
    return name if name == _CAPITAL_KEPT or rest.strip()[:1].isdigit() else kind + rest


@cache
def communes(gazetteer: Gazetteer, units: tuple[str, ...], partial: bool) -> Mapping[str, str]:
    """Communes of either age in the area of these units: gazetteer id -> name with its type, the old ones marked."""
    area = (gazetteer.unit(gazetteer.ids[number]) for number in gazetteer.area(units, partial=partial))
    return {
        unit.id: unit.full_name if unit.id.startswith("new:") else f"{unit.full_name} (cũ)"
        for unit in area
        if unit.level == "commune"
    }


def file_name(content: ReportContent) -> str:
    """Of a report's files: "diem-bao-binh_son-2025-11-03-2025-11-09"."""
    about = {"story": f"-{content.ask.story[:8]}", "topic": f"-{content.ask.topic}"}.get(content.ask.kind, "")
    return f"diem-bao-{content.desk}{about}-{content.ask.first}-{content.ask.last}"


def xlsx_file(content: ReportContent) -> PaperFile:
    """The annex as a spreadsheet."""
    return PaperFile(name=f"{file_name(content)}.xlsx", media_type=xlsx.MEDIA_TYPE, content=xlsx.annex(content))


def shown(part: Section) -> tuple[tuple[ParagraphKind, str], ...]:
    """What stands in a section, without tables."""
    found: list[tuple[ParagraphKind, str]] = []
    for block in part.blocks:
        match block:
            case Heading():
                found.append(("heading", block.text))
            case Para():
                found.append(("hint" if block.hint else "text", block.text))
            case Chart():
                found.append(("chart", f"{block.title}. {block.alt}"))
    return tuple(found)


def reports(record: Record, publishers: Mapping[str, Publisher], gazetteer: Callable[[], Gazetteer]) -> Reports:
    """The reports of a record."""

    def cases(desk: str, first: date, last: date, today: date) -> CaseFigures:
        every = (*record.cases.cases(desk), *record.cases.cases(desk, closed=True))
        return figures(every, first, last, today, record.cases.rules(desk).holidays)

    return Reports(
        periods=record.periods, book=record.reports, reading=record.reading, marks=record.handlings,
        items=record.work, publishers=publishers, gazetteer=gazetteer, cases=cases,
    )  # fmt: skip
