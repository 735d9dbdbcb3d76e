"""gazetteer, nlp, evaluate, and the filters extract, locate, tag, stories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app import filters
from core import settings as settings_module


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    gazetteer = typer.Typer(no_args_is_help=True, help="The units of the country.")
    gazetteer.command("build")(gazetteer_build)
    app.add_typer(gazetteer, name="gazetteer")
    nlp = typer.Typer(no_args_is_help=True, help="The trained models.")
    nlp.command("train")(train)
    nlp.command("corrections")(corrections)
    nlp.command("retag")(retag)
    app.add_typer(nlp, name="nlp")
    app.command()(evaluate)
    app.command()(extract)
    app.command()(locate)
    app.command()(tag)
    app.command()(stories)


def extract() -> None:
    """Filter: {"id","url","path"} -> {"id","title","lead","paragraphs","published"}, JSON Lines."""
    from app import understanding

    filters.run(understanding.extract(settings_module.load()))


def locate() -> None:
    """Filter: {"id","title","lead","text"} -> {"id","localities"}, JSON Lines."""
    from app import understanding

    filters.run(understanding.locate(settings_module.load()))


def tag() -> None:
    """Filter: {"id","title","lead","text"} -> {"id","topics","tone"}, JSON Lines."""
    from app import understanding

    filters.run(understanding.tag())


def stories() -> None:
    """Filter: {"id","title","lead","text","published","url"} -> {"id","story"}, JSON Lines."""
    from app import understanding

    filters.run(understanding.stories())


def corrections() -> None:
    """Print the corrections of labels that are in force, JSON Lines."""
    from app import understanding

    for made in understanding.corrections(settings_module.load()):
        typer.echo(json.dumps(made, ensure_ascii=False))


def retag() -> None:
    """Give kept articles the labels of the shipped model; until then they keep those of the model that read them."""
    from app import understanding

    typer.echo(understanding.retag(settings_module.load()))


def gazetteer_build() -> None:
    """Build the gazetteer from its sources and list where they disagree."""
    from app import understanding

    for line in understanding.build_gazetteer():
        typer.echo(line)


def train(
    data: Annotated[Path, typer.Option(help="folder of labelled data")],
    out: Annotated[Path, typer.Option(help="folder the models go to")] = Path("nlp/models"),
    seed: int = 7,
) -> None:
    """Train the topic and tone models."""
    from app import understanding

    understanding.train(data, out, seed)


def evaluate(data: Annotated[Path, typer.Option(help="folder of labelled data")]) -> None:
    """Print all scores; exit status 1 below nlp/floors.json."""
    from app import understanding

    if not understanding.evaluate(data):
        raise typer.Exit(1)
