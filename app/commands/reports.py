"""report weekly, monthly, quarterly, yearly, period, story, topic; report check, template."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core import files
from core import settings as settings_module
from core.clock import SystemClock
from core.errors import ConfigError
from core.i18n import t
from core.records import Desk, ReportAsk

if TYPE_CHECKING:
    from app.reporting import Reports

DeskName = Annotated[str, typer.Option("--desk", help="id of the desk; needed where there are several")]
Ending = Annotated[str, typer.Option("--ending", help="last day of the week, or a day of the period: 2025-11-23")]
Out = Annotated[Path | None, typer.Option("--out", help="the .docx to write; by default named by desk and days, here")]
Pdf = Annotated[bool, typer.Option("--pdf", help="a PDF too (by LibreOffice)")]
Xlsx = Annotated[bool, typer.Option("--xlsx", help="the annex as a spreadsheet too")]
Draft = Annotated[bool, typer.Option("--draft", help="keep it as a draft on the page Báo cáo instead of writing files")]
Template = Annotated[Path | None, typer.Option("--template", help="a template in place of the desk's own")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    report = typer.Typer(no_args_is_help=True, help="Reports of a desk, in Word.")
    for kind, says in (
        ("weekly", "The week that ended last (on Thursday), or on --ending."),
        ("monthly", "The month that ended last, or that of --ending."),
        ("quarterly", "The quarter that ended last, or that of --ending."),
        ("yearly", "The year that ended last, or that of --ending."),
    ):
        report.command(kind, help=says)(_regular(kind))
    report.command()(period)
    report.command()(story)
    report.command()(topic)
    report.command()(check)
    report.command()(template)
    app.add_typer(report, name="report")


def _regular(kind: str) -> Callable[..., None]:
    def command(  # noqa: PLR0917 - options of a command
        desk: DeskName = "", ending: Ending = "", out: Out = None, pdf: Pdf = False, xlsx: Xlsx = False,
        template: Template = None, draft: Draft = False,
    ) -> None:  # fmt: skip
        with _desk(desk) as work:
            ask = work.reports.ask(work.desk, kind, work.at, _day(ending) if ending else None)
            work.make(ask, Files(out=out, pdf=pdf, xlsx=xlsx, template=template, draft=draft))

    return command


def period(  # noqa: PLR0917 - options of a command
    first: Annotated[str, typer.Argument(help="first day: 2025-11-03")],
    last: Annotated[str, typer.Argument(help="last day")],
    desk: DeskName = "", out: Out = None, pdf: Pdf = False, xlsx: Xlsx = False, template: Template = None,
    draft: Draft = False,
) -> None:  # fmt: skip
    """Any days."""
    from app.reporting import between

    with _desk(desk) as work:
        work.make(between(_day(first), _day(last)), Files(out=out, pdf=pdf, xlsx=xlsx, template=template, draft=draft))


def story(  # noqa: PLR0917 - options of a command
    story: Annotated[str, typer.Argument(help="id, as it stands in the address of the story's page")],
    desk: DeskName = "", out: Out = None, pdf: Pdf = False, xlsx: Xlsx = False, template: Template = None,
    draft: Draft = False,
) -> None:  # fmt: skip
    """One story, from its first day to its last."""
    with _desk(desk) as work:
        ask = work.reports.story_ask(work.desk, story)
        work.make(ask, Files(out=out, pdf=pdf, xlsx=xlsx, template=template, draft=draft))


def topic(  # noqa: PLR0917 - options of a command
    topic: Annotated[str, typer.Argument(help="id of the topic: health, culture_tourism, ...")],
    first: Annotated[str, typer.Argument(help="first day: 2025-11-03")],
    last: Annotated[str, typer.Argument(help="last day")],
    desk: DeskName = "", out: Out = None, pdf: Pdf = False, xlsx: Xlsx = False, template: Template = None,
    draft: Draft = False,
) -> None:  # fmt: skip
    """One topic, over any days."""
    with _desk(desk) as work:
        ask = work.reports.topic_ask(topic, _day(first), _day(last))
        work.make(ask, Files(out=out, pdf=pdf, xlsx=xlsx, template=template, draft=draft))


def check(file: Annotated[Path, typer.Argument(help="a .docx")], as_json: AsJson = False) -> None:
    """Hold a Word paper to the form of Decree 30/2020/NĐ-CP, Appendix I; exit status 1 where it differs."""
    from reports import check as checker

    findings = checker.check(_read(file), str(file))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            sign = "ok " if finding.good else "NOT"
            typer.echo(f"{sign} {t(f'report.rule.{finding.rule}', 'en')}: {finding.found}")
    if not checker.good(findings):
        raise typer.Exit(1)


def template(
    out: Annotated[Path | None, typer.Argument(help="where to write the template; by default mau-bao-cao.docx")] = None,
    check: Annotated[Path | None, typer.Option("--check", help="only check this template")] = None,
    take: Annotated[Path | None, typer.Option("--take", help="take this template for the desk from now on")] = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="go back to the one that comes with the program")] = False,
    desk: DeskName = "",
) -> None:
    """Write the desk's template, to be edited in Word; or check one, or take one."""
    from reports import template as templates

    if check is not None:
        _template(check)
        typer.echo(f"{check}: good")
        return
    with _desk(desk) as work:
        if take is not None or shipped:
            content = _template(take) if take is not None and not shipped else None
            work.reports.book.set_template(work.desk.id, content, work.at, "operator")
            typer.echo(f"{work.desk.id}: {'its own template is taken' if content else 'the shipped template is used'}")
            return
        file = out or Path("mau-bao-cao.docx")
        _write(file, work.reports.book.template(work.desk.id) or templates.shipped())


class Files:
    """What is to be written."""

    def __init__(self, *, out: Path | None, pdf: bool, xlsx: bool, template: Path | None, draft: bool) -> None:
        self.out, self.pdf, self.xlsx, self.template, self.draft = out, pdf, xlsx, template, draft


class Work:
    """A desk with its reports, for one command."""

    def __init__(self, desk: Desk, reports: Reports, at: datetime) -> None:
        self.desk, self.reports, self.at = desk, reports, at

    def make(self, ask: ReportAsk, files: Files) -> None:
        """Collect the report and write its files, or keep it as a draft."""
        from app import reporting

        if files.draft:
            number = self.reports.draft(self.desk, ask, self.at, "operator")
            typer.echo(f"draft {number}; edit and issue it on the page Báo cáo")
            return
        own = _template(files.template) if files.template else None
        report = self.reports.loose(self.desk, ask, self.at)
        docx = self.reports.write(self.desk, report, self.at, own)
        file = files.out or Path(f"{reporting.file_name(report.content)}.docx")
        _write(file, docx)
        if files.xlsx:
            _write(file.with_suffix(".xlsx"), reporting.xlsx_file(report.content).content)
        if files.pdf:
            from reports import pdf

            made = pdf.convert(docx)
            _write(file.with_suffix(".pdf"), made.content)
            if made.note:
                typer.echo(t(made.note, "en"))


@contextmanager
def _desk(name: str) -> Iterator[Work]:
    from app import reporting, wiring
    from app.world import named

    settings = settings_module.load()
    at = SystemClock().now()
    with wiring.record(settings) as record:
        made = reporting.reports(record, named(settings), wiring.gazetteer)
        yield Work(wiring.desk_of(record, name), made, at)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2025-11-23") from None


def _template(file: Path) -> bytes:
    from reports import filling
    from reports import template as templates

    content = _read(file)
    filling.check(content, templates.SLOTS, str(file))
    return content


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: can't be read ({error.strerror or error})") from None


def _write(file: Path, content: bytes) -> None:
    try:
        files.write(file, content)
    except OSError as error:
        raise ConfigError(f"{file}: can't be written ({error.strerror or error})") from None
    typer.echo(f"written {file}")
