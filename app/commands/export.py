"""export: a desk's own records as JSON Lines or CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core import files
from core import settings as settings_module
from core.clock import SystemClock, local_day
from core.errors import ConfigError
from core.records import Desk

if TYPE_CHECKING:
    from reports.export import Row
    from store.sqlite.record import Record

_AT_ONCE = 500
_LEAST_REASON = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """What is taken along only where it is asked for."""

    texts: bool
    notes: bool


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(export)


def export(  # noqa: PLR0917 - options of a command
    desk: Annotated[str, typer.Option("--desk", help="id of the desk; needed where there are several")] = "",
    first: Annotated[str, typer.Option("--from", help="first day: 2025-11-03; by default a year ago")] = "",
    last: Annotated[str, typer.Option("--to", help="last day; by default today")] = "",
    kind: Annotated[str, typer.Option("--format", help="jsonl or csv")] = "jsonl",
    what: Annotated[str, typer.Option("--what", help="articles or counts")] = "articles",
    out: Annotated[Path | None, typer.Option("--out", help="file; by default standard output")] = None,
    texts: Annotated[bool, typer.Option("--texts", help="texts too; needs --reason, and is audited")] = False,
    notes: Annotated[bool, typer.Option("--notes", help="the office's own notes too; audited")] = False,
    reason: Annotated[str, typer.Option("--reason", help="why the texts are needed, for the audit")] = "",
) -> None:
    """A desk's own records: titles, addresses, dates, labels, notes, counts. Texts only with a reason."""
    if kind not in ("jsonl", "csv") or what not in ("articles", "counts"):
        raise typer.BadParameter("--format is jsonl or csv, --what is articles or counts")
    if texts and len(reason.strip()) < _LEAST_REASON:
        raise ConfigError('texts leave the program only with a reason: --reason "…"; it is written into the audit log')
    from app import wiring
    from app.world import named

    settings = settings_module.load()
    at = SystemClock().now()
    days = _days(first, last, at)
    with wiring.record(settings) as record:
        chosen = wiring.desk_of(record, desk)
        names = {p.id: p.name for p in named(settings).values()}
        also = Also(texts=texts, notes=notes)
        rows = _articles(record, chosen, days, names, also) if what == "articles" else _counts(record, chosen, days)
        taken = [f"{what} {days[0]} {days[1]}", *["notes"] * notes, *[f"texts: {reason.strip()[:200]}"] * texts]
        detail = "; ".join(taken)
        record.audit.add(at, "operator", "export", what, detail, desk=chosen.id)
        _write(_lines(rows, kind, what, texts), out)


def _days(first: str, last: str, at: datetime) -> tuple[date, date]:
    try:
        end = date.fromisoformat(last) if last else local_day(at)
        begin = date.fromisoformat(first) if first else end - timedelta(days=365)
    except ValueError:
        raise typer.BadParameter("a day is written as 2025-11-23") from None
    if begin > end:
        raise ConfigError(f"the period ends ({end}) before it begins ({begin})")
    return begin, end


def _articles(record: Record, desk: Desk, days: tuple[date, date], names: dict[str, str], also: Also) -> Iterator[Row]:
    from core.records import ReportAsk
    from reports.export import article

    ask = ReportAsk(kind="period", first=days[0], last=days[1])
    found = record.periods.period(desk.id, ask, before=days[0], back=days[0]).articles
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        ids = [one.id for one in some]
        states = record.work.handling(desk.id, "article", ids)
        written = record.periods.texts(desk.id, ids) if also.texts else {}
        for one in some:
            notes = [note.text for note in record.work.notes(desk.id, "article", one.id)] if also.notes else []
            state = states[one.id].state if one.id in states else "new"
            yield article(one, lambda source: names.get(source, source), state, notes, written.get(one.id))


def _counts(record: Record, desk: Desk, days: tuple[date, date]) -> Iterator[Row]:
    for count in record.reading.day_counts(desk.id, days[1], (days[1] - days[0]).days + 1):
        yield {"day": count.day, "articles": count.articles, "read": count.read}


def _lines(rows: Iterable[Row], kind: str, what: str, texts: bool) -> Iterator[str]:
    from reports.export import COLUMNS, COUNTS, TEXTS, csv_lines, json_lines

    if kind == "jsonl":
        return json_lines(rows)
    columns = COUNTS if what == "counts" else (*COLUMNS, *TEXTS) if texts else COLUMNS
    return csv_lines(rows, columns)


def _write(lines: Iterable[str], out: Path | None) -> None:
    if out is None:
        for line in lines:
            sys.stdout.write(line)
        return
    try:
        with files.whole(out) as file:
            file.writelines(line.encode() for line in lines)
    except OSError as error:
        raise ConfigError(f"{out}: can't be written ({error.strerror or error})") from None
    typer.echo(f"written {out}")
