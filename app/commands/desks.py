"""desk list, new, apply, export."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Annotated

import typer

from app import wiring
from app.progress import progress
from core import settings as settings_module
from core.clock import SystemClock
from core.errors import ConfigError
from core.records import Desk
from core.text import fold_plain
from nlp.desks import dump_desk, load_desk, load_desks
from nlp.gazetteer.units import Candidate


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


def new(
    name: Annotated[str, typer.Argument(help="name of the unit, of either age")] = "",
    out: Annotated[Path | None, typer.Option(help="file to write; by default desks of the data folder")] = None,
) -> None:
    """Write a desk file: asks for the unit (namesakes are shown with their parents) and the office of today."""
    unit = _choose(name or typer.prompt("Name of the unit"))
    office = typer.prompt("Office of today that issues its papers (e.g. UBND xã Bình Sơn)")
    short = fold_plain(unit.unit.name).replace(" ", "_")
    desk = Desk(
        id=typer.prompt("Id of the desk", default=short), name=unit.unit.full_name, office=office, units=(unit.unit.id,)
    )
    file = out or settings_module.load().data_dir / "desks" / f"{desk.id}.toml"
    if file.exists():
        raise ConfigError(f"{file} exists; name another with --out, or edit it")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dump_desk(desk), encoding="utf-8")
    typer.echo(f"written {file}; add recipients there, then: diembao desk apply {file}")


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
