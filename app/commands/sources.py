"""sources list (check, add, import, export follow)."""

from __future__ import annotations

import typer

from core import settings as settings_module
from crawlers.publishers import load_all


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    sources = typer.Typer(no_args_is_help=True, help="Publishers.")
    sources.command("list")(show)
    app.add_typer(sources, name="sources")


def show() -> None:
    """The declared publishers."""
    for publisher in load_all(settings_module.load().data_dir / "publishers"):
        typer.echo(f"{publisher.id:24} {publisher.kind:14} {publisher.name}")
