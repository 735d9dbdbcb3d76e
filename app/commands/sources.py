"""sources check, list, add, import, export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from core import settings as settings_module
from core.clock import local
from core.errors import ConfigError
from core.i18n import t
from core.records import PublisherKind
from crawlers.publishers import load_all

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text")]
Kind = Annotated[str, typer.Option(help=f"one of {', '.join(PublisherKind)}")]
Licence = Annotated[str, typer.Option(help="number of the press licence, or the issuing body and mandate")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    sources = typer.Typer(no_args_is_help=True, help="Publishers.")
    sources.command()(check)
    sources.command("list")(show)
    sources.command()(add)
    sources.command("import")(take)
    sources.command()(export)
    app.add_typer(sources, name="sources")


def show(as_json: AsJson = False) -> None:
    """The declared publishers, and when each was last seen to answer."""
    from app import wiring

    settings = settings_module.load()
    checks = {}
    if wiring.is_there(settings):
        with wiring.record(settings) as record:
            checks = record.source_checks.latest()
    rows = [
        {
            "id": p.id, "name": p.name, "kind": str(p.kind), "province": p.province or "",
            "endpoints": len(p.endpoints), "verified": p.verified or bool((seen := checks.get(p.id)) and seen.verified),
        }
        for p in load_all(settings.data_dir / "publishers")
    ]  # fmt: skip
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        verified = "verified" if row["verified"] else "not yet verified"
        typer.echo(f"{row['id']:24} {row['kind']:14} {row['province'] or 'national':9} {verified:17} {row['name']}")
    typer.echo(f"{len(rows)} publishers")


def check(
    ids: Annotated[list[str] | None, typer.Argument(help="ids of publishers; by default all")] = None,
    as_json: AsJson = False,
    replay: Annotated[str, typer.Option("--replay", help="address of a press replay")] = "",
    sample_port: Annotated[int, typer.Option("--sample-port", hidden=True)] = 0,
) -> None:
    """Ask publishers once and say what each answered; exit status 1 where one did not answer as declared."""
    from app import sources
    from app.world import choose

    settings = settings_module.load()
    world = choose(settings, replay=replay, sample_port=sample_port)
    failed = 0
    for report in sources.check(settings, world, sources.chosen(world, ids or ())):
        failed += not report.verified
        if as_json:
            typer.echo(json.dumps(report.as_dict(), ensure_ascii=False))
            continue
        pages = sum(not sample.reason for sample in report.samples)
        typer.echo(
            f"{'ok' if report.verified else '!!'} {report.source:24} robots {report.robots:7} "
            f"{'reserves text and data mining, ' if report.reserved else ''}{pages}/{len(report.samples)} pages read"
        )
        for endpoint in report.endpoints:
            newest = f"newest {local(endpoint.newest):%Y-%m-%d %H:%M}" if endpoint.newest else ""
            said = endpoint.reason or f"{endpoint.format}, {endpoint.items} items, {endpoint.charset} {newest}"
            typer.echo(f"     {endpoint.kind:8} {endpoint.url}  {said}{_moved(endpoint.moved_to)}")
        for sample in report.samples:
            if sample.reason:
                typer.echo(f"     page     {sample.url}  {sample.reason}")
    if failed:
        raise typer.Exit(1)


def _moved(address: str) -> str:
    return f", has moved to {address}" if address else ""


def add(
    url: Annotated[str, typer.Argument(help="home page or feed of a publisher")],
    kind: Kind = "",
    licence: Licence = "",
    name: Annotated[str, typer.Option(help="by default as the page says")] = "",
    province: Annotated[str, typer.Option(help="two-digit code; empty: national")] = "",
) -> None:
    """Find a publisher's feeds, ask for its kind and licence, and declare it."""
    from app import sources
    from app.world import choose

    settings = settings_module.load()
    proposal = sources.found_at(settings, url)
    if proposal.refused:
        raise ConfigError(f"{url}: {t(proposal.refused, 'en')}")
    for label, addresses in (("feed", proposal.feeds), ("sitemap", proposal.sitemaps), ("section", proposal.sections)):
        for address in addresses:
            typer.echo(f"{label:8} {address}")
    file = sources.add(
        settings,
        choose(settings),
        proposal,
        kind=kind or typer.prompt(f"Kind ({', '.join(PublisherKind)})"),
        licence=licence or typer.prompt("Licence number, or issuing body and mandate"),
        name=name or typer.prompt("Name", default=proposal.name),
        province=province,
    )
    typer.echo(f"written {file}; then: diembao sources check {file.stem}")


def take(file: Annotated[Path, typer.Argument(help="an OPML file")], kind: Kind = "", licence: Licence = "") -> None:
    """Declare the publishers of an OPML list, each through the same doors."""
    from app import sources
    from app.world import choose

    settings = settings_module.load()
    try:
        body = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; name an OPML file") from None
    done = list(sources.take_opml(settings, choose(settings), body, kind=kind, licence=licence))
    for _, line in done:
        typer.echo(line)
    if not any(taken for taken, _ in done):
        raise typer.Exit(1)


def export() -> None:
    """Write the publishers' feeds as OPML to standard output."""
    from crawlers.opml import export_opml

    typer.echo(export_opml(load_all(settings_module.load().data_dir / "publishers")))
