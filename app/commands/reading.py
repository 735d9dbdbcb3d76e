"""search."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app import wiring
from core import settings as settings_module
from core.clock import local


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(search)


def search(
    query: Annotated[str, typer.Argument(help='words, with or without diacritics; "phrases", -without')],
    desk: Annotated[str, typer.Option(help="id of the desk; not needed where there is one")] = "",
    by_time: Annotated[bool, typer.Option("--by-time", help="newest first")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text")] = False,
) -> None:
    """Find articles of a desk."""
    with wiring.record(settings_module.load()) as record:
        found = record.search.search(wiring.desk_of(record, desk).id, query, by_time=by_time, limit=limit)
    rows = [
        {"id": h.article.id, "title": h.article.title, "url": h.article.url, "source": h.article.source,
         "published": local(h.article.published.at).isoformat(timespec="minutes")}
        for h in found.hits
    ]  # fmt: skip
    if as_json:
        said = {"total": found.total, "more": found.more, "bounded": found.bounded, "articles": rows}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['published'][:16].replace('T', ' ')}  {row['source']:20} {row['title']}\n{'':18}{row['url']}")
    typer.echo(f"{'more than ' if found.more else ''}{found.total} articles")
