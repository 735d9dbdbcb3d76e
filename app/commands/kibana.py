"""kibana load, check, export."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core import settings as settings_module

if TYPE_CHECKING:
    from kibana.loading import Found

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    kibana = typer.Typer(no_args_is_help=True, help="Dashboards over the daily counts, in the Kibana of [kibana].")
    kibana.command("load")(load)
    kibana.command("check")(check)
    kibana.command("export")(export)
    app.add_typer(kibana, name="kibana")


def load(as_json: AsJson = False) -> None:
    """Load data views and dashboards and set the time zone; may be repeated. Exit status 1 where something is wrong."""
    from app import dashboards

    _tell(dashboards.load(settings_module.load()), as_json)


def check(as_json: AsJson = False) -> None:
    """Look whether all of it stands, and change nothing. Exit status 1 where something is wrong."""
    from app import dashboards

    _tell(dashboards.check(settings_module.load()), as_json)


def export(
    target: Annotated[Path | None, typer.Argument(help="file to write; without one it is printed")] = None,
    roles: Annotated[bool, typer.Option("--roles", help="readers' roles, for roles.yml, instead")] = False,
) -> None:
    """Write data views and dashboards as NDJSON, to be imported by hand. Needs no Kibana."""
    from app import dashboards

    make = dashboards.roles if roles else dashboards.export
    typer.echo(make(settings_module.load(), target), nl=False)


def _tell(found: Sequence[Found], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            typer.echo(f"{one.sign} {one.what:14} {one.says}")
            if one.todo:
                typer.echo(f"   {'':14} -> {one.todo}")
    if any(one.sign == "!!" for one in found):
        raise typer.Exit(1)
