"""index setup, status, rebuild, drop."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from core import settings as settings_module


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    index = typer.Typer(no_args_is_help=True, help="The search index: the record's own, and an engine's.")
    index.command("setup")(setup)
    index.command("status")(status)
    index.command("rebuild")(rebuild)
    index.command("drop")(drop)
    app.add_typer(index, name="index")


def setup() -> None:
    """Load template and alias into the engine of [elastic]."""
    from app import engine

    typer.echo(engine.set_up(settings_module.load()))


def status(as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text")] = False) -> None:
    """How the index stands beside the record; exit status 1 where the engine can't be used."""
    from app import engine

    settings = settings_module.load()
    found = engine.status(settings)
    if as_json:
        typer.echo(json.dumps(asdict(found) if found else {"engine": None}, ensure_ascii=False, indent=2))
    elif found is None:
        typer.echo("no engine is set; the record's own search answers and is written with each article")
    elif not found.reachable:
        typer.echo(f"{found.reason}; meanwhile the record's own search answers ({found.behind} changes wait)")
    elif found.reason:
        typer.echo(f"{found.reason}: diembao index rebuild")
    else:
        typer.echo(
            f"{found.state}, version {found.version or 'not told'}: {found.articles} articles in {found.months} months,"
            f" {found.bytes / 1e6:.1f} MB; {found.behind} changes wait, {found.refused} articles refused"
        )
        for row in engine.refused(settings) if found.refused else ():
            typer.echo(f"  refused: {row.article} {row.reason}")
    if found is not None and (not found.reachable or found.reason):
        raise typer.Exit(1)


def rebuild(
    own: Annotated[bool, typer.Option("--own", help="the record's own index, also where an engine is set")] = False,
) -> None:
    """Make the index anew from the record; an engine's old one answers until the new one is whole."""
    from app import engine, upkeep

    settings = settings_module.load()
    typer.echo(upkeep.rebuild_index(settings) if own or not settings.elastic.hosts else engine.rebuild(settings))


def drop(yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False) -> None:
    """Take the engine's indices away; the record is untouched."""
    from app import engine

    settings = settings_module.load()
    if not yes:
        typer.confirm(f"Drop all indices behind {settings.elastic.alias}?", abort=True)
    typer.echo(engine.drop(settings))
