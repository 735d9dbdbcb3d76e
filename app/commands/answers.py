"""The filters figures and compare."""

from __future__ import annotations

import typer

from app import filters


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(figures)
    app.command()(compare)


def figures() -> None:
    """Filter: {"id","text"} -> {"id","figures"}, JSON Lines."""
    from app import answering

    filters.run(answering.figures)


def compare() -> None:
    """Filter: {"id","text","fact"} -> {"id","verdict","printed"}, JSON Lines."""
    from app import answering

    filters.run(answering.compare)
