"""data apply, back, status, keys, sign."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core import settings as settings_module


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    data = typer.Typer(no_args_is_help=True, help="Updates of publishers and gazetteer as data alone.")
    for command in (apply, back, status, keys, sign):
        data.command()(command)
    app.add_typer(data, name="data")


def apply(file: Annotated[Path, typer.Argument(help="an update, signed by [updates] trusted_key")]) -> None:
    """Check an update of publishers and gazetteer and let it hold."""
    from app import updates

    typer.echo(updates.apply(settings_module.load(), file))


def back() -> None:
    """Let the update before hold again, or the shipped data."""
    from app import updates

    typer.echo(updates.back(settings_module.load()))


def status() -> None:
    """Which data holds."""
    from app import updates

    typer.echo(updates.current(settings_module.load()) or "the shipped data")


def keys(file: Annotated[Path, typer.Argument(help="where the private key is written")]) -> None:
    """Make a pair of keys for signing updates; prints the public one."""
    from app import updates

    typer.echo(f'trusted_key = "{updates.new_keys(file)}"')


def sign(
    folder: Annotated[Path, typer.Argument(help="with publishers/*.toml and units.json.zst, or one of both")],
    out: Annotated[Path, typer.Argument(help="file to write")],
    version: Annotated[str, typer.Option(help="such as 2026.12.01")],
    key: Annotated[Path, typer.Option(help="private key of `data keys`")],
) -> None:
    """Pack a folder as a signed update."""
    from app import updates

    typer.echo(f"written {out}: {updates.sign(folder, version, key, out)} files")
