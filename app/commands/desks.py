"""desk list, new, apply, export."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import wiring
from app.progress import progress
from app.sheet_file import text_of
from core import files
from core import settings as settings_module
from core.clock import SystemClock
from core.errors import ConfigError
from core.records import Desk
from core.settings import Settings
from core.text import identifier
from nlp.desks import dump_desk, load_desk, load_desks, parse_desk
from nlp.gazetteer.units import Candidate
from store.sqlite.record import Record

if TYPE_CHECKING:
    from app.province import Plan


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    desk = typer.Typer(no_args_is_help=True, help="Desks: one locality each.")
    desk.command("list")(show)
    desk.command()(new)
    desk.command()(apply)
    desk.command()(export)
    app.add_typer(desk, name="desk")


def show(shipped: Annotated[bool, typer.Option("--shipped", help="those that come with the program")] = False) -> None:
    """The desks of the record."""
    if shipped:
        desks = load_desks(wiring.shipped_desks(), wiring.gazetteer())
    else:
        with wiring.record(settings_module.load()) as record:
            desks = record.desks.desks()
    for desk in desks:
        typer.echo(f"{desk.id:16} {desk.name:40} {desk.office}")
    if not desks:
        typer.echo("No desk. Take one: diembao desk apply desks/binh_son.toml, or write one: diembao desk new")


def new(  # noqa: PLR0917 - options of a command
    name: Annotated[str, typer.Argument(help="name of the unit, of either age")] = "",
    out: Annotated[Path | None, typer.Option(help="file to write; by default desks of the data folder")] = None,
    province: Annotated[str, typer.Option(help="with --all: a desk for each commune of this province")] = "",
    every: Annotated[bool, typer.Option("--all", help="every commune of --province")] = False,
    users: Annotated[Path | None, typer.Option(help="CSV of users: commune, email, name, level")] = None,
    recipients: Annotated[Path | None, typer.Option(help="CSV: commune, name, roles, email, phone, evening")] = None,
    sheets: Annotated[Path | None, typer.Option(help="folder to which empty sheets for both are written")] = None,
    take: Annotated[bool, typer.Option("--apply", help="with --all: do what the preview shows")] = False,
) -> None:
    """Write a desk file: asks for the unit (namesakes are shown with their parents) and the office of today.

    With --province and --all: show what a desk for each commune would be, and with --apply make them.
    """
    if province or every:
        if not (province and every) or name or out:
            raise typer.BadParameter("a province is given as --province NAME --all, without a unit or --out")
        _province(province, users, recipients, sheets, take=take)
        return
    unit = _choose(name or typer.prompt("Name of the unit")).unit
    office = typer.prompt("Office of today that issues its papers (e.g. UBND xã Bình Sơn)")
    short = typer.prompt("Id of the desk", default=identifier(unit.name))
    desk = Desk(id=short, name=unit.full_name, office=office, units=(unit.id,))
    parse_desk(dump_desk(desk), wiring.gazetteer(), "nothing written")  # what `desk apply` would refuse is said now
    file = out or settings_module.load().data_dir / "desks" / f"{desk.id}.toml"
    if file.exists():
        raise ConfigError(f"{file} exists; name another with --out, or edit it")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        files.write(file, dump_desk(desk).encode(), fresh=True)
    except OSError as error:
        raise ConfigError(f"{file}: can't be written ({error.strerror or error}); name another with --out") from None
    typer.echo(f"written {file}; add recipients there, then: diembao desk apply {file}")


def _province(
    name: str, users: Path | None, recipients: Path | None, sheets: Path | None, *, take: bool
) -> None:  # fmt: skip
    from app import province

    settings = settings_module.load()
    above, units = province.communes(wiring.gazetteer(), name)
    with wiring.record(settings) as record:
        known, now = record.desks.desks(), SystemClock().now()
        desks = province.desks_for(above, units, known)
        if sheets is not None:
            _write_sheets(sheets, desks)
            return
        given = [None if file is None else text_of(file) for file in (users, recipients)]
        plan = province.plan(desks, units, known, record.people.users(), now, *given)
        _show_plan(plan, desks)
        if plan.wrong:
            raise ConfigError(f"nothing taken; put the {len(plan.wrong)} wrong rows right")
        if take:
            _take_plan(record, settings, plan, now)
    if not plan.desks and not plan.users:
        typer.echo("nothing changes: desks and accounts are as they are given here")
        return
    done = "made or changed" if take else "would be made or changed; do it with --apply"
    typer.echo(f"{len(plan.desks)} desks and {len(plan.users)} accounts {done}")


def _show_plan(plan: Plan, desks: Sequence[Desk]) -> None:
    for row in plan.rows:
        said = row.problem or row.action
        typer.echo(f"{row.sheet:10} row {row.number:4}  {row.shown:34} {row.where:30} {said}")
    given = {desk.id: desk for desk in (*desks, *plan.desks)}.values()
    bare = [desk.name for desk in given if not desk.recipients]
    if bare:
        typer.echo(f"{len(bare)} desks have no recipient yet: {', '.join(bare[:4])}{' ...' if len(bare) > 4 else ''}")
    if plan.without_account and not plan.wrong:
        typer.echo(f"{len(plan.without_account)} communes without an account")
    if plan.skipped:
        typer.echo(f"{plan.skipped} rows skipped that name a commune and nothing else")
    if plan.same:
        typer.echo(f"{plan.same} desks stay as they are")


def _take_plan(record: Record, settings: Settings, plan: Plan, now: datetime) -> None:
    from app.commands import users

    with record.database.write(durable=True):
        for desk in plan.desks:
            record.desks.apply_desk(desk, now, users.BY)
        for user in plan.users:
            users.take(record, user)
    for user in plan.users:
        if not user.password and not user.active:
            typer.echo(f"{user.email} {users.link(record, settings, user)}")
    if plan.desks:
        with progress(lambda: "looking through the stored articles"):
            wiring.refill(record, settings, plan.desks, now)


def _write_sheets(folder: Path, desks: Sequence[Desk]) -> None:
    from app import province

    sheets = {kind: folder / f"{kind}.csv" for kind in ("users", "recipients")}
    for file in sheets.values():
        if file.exists():
            raise ConfigError(f"{file} exists; name another folder")
    for kind, file in sheets.items():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            files.write(file, ("\ufeff" + province.empty_sheet(desks, kind)).encode(), fresh=True)
        except OSError as error:
            raise ConfigError(f"{file}: {error.strerror}; --sheets names a folder to write to") from None
        typer.echo(f"written {file}; fill it in, repeat a row where a commune has several")


def _choose(name: str) -> Candidate:
    found = wiring.gazetteer().find_units(name)
    if not found:
        raise ConfigError(f"no unit of either age is called {name!r}; check the spelling, or leave the type word out")
    if len(found) == 1:
        return found[0]
    for number, candidate in enumerate(found, 1):
        typer.echo(f"{number:3}  {candidate.label}")
    number = int(typer.prompt("Which one", type=int))
    if not 1 <= number <= len(found):
        raise ConfigError(f"there is no number {number} in that list")
    chosen: Candidate = found[number - 1]
    return chosen


def apply(
    file: Annotated[Path, typer.Argument(help="a desk file")],
    yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False,
) -> None:
    """Show what would change, then take the desk into the record and fill it from what the gate stopped lately."""
    settings = settings_module.load()
    desk = load_desk(file, wiring.gazetteer())
    with wiring.record(settings) as record:
        before = {known.id: known for known in record.desks.desks()}.get(desk.id)
        if before == desk:
            typer.echo(f"{desk.id}: nothing changes")
            return
        typer.echo("".join(_difference(before, desk)).rstrip())
        if not yes and sys.stdin.isatty():
            typer.confirm("Take it?", abort=True)
        now = SystemClock().now()
        record.desks.apply_desk(desk, now, "operator")
        with progress(lambda: "looking through the stored articles"):
            seen, again = wiring.refill(record, settings, desk, now)
    typer.echo(f"{desk.id}: taken; it sees {seen} stored articles")
    typer.echo(f"{again} pages that the gate stopped in the last {settings.keep.stopped_days} days will be read again")


def _difference(before: Desk | None, after: Desk) -> list[str]:
    old = dump_desk(before).splitlines(keepends=True) if before else []
    return list(difflib.unified_diff(old, dump_desk(after).splitlines(keepends=True), "as it is", "as it would be"))


def export(desk: Annotated[str, typer.Argument(help="id of the desk")]) -> None:
    """Write the desk as a file to standard output."""
    with wiring.record(settings_module.load()) as record:
        found = {known.id: known for known in record.desks.desks()}.get(desk)
    if found is None:
        raise ConfigError(f"no desk {desk} in the record; diembao desk list names them")
    typer.echo(dump_desk(found), nl=False)
