"""run, crawl, deliver, serve. Each imports only the parts that it needs, so that it starts at once."""

from __future__ import annotations

import json
import signal
import threading
from typing import Annotated

import typer

from app import logs
from app import run as running
from core import settings as settings_module
from core.settings import Settings

Replay = Annotated[
    str, typer.Option("--replay", help="address of a press replay: publishers, addresses and clock from it")
]
SamplePort = Annotated[int, typer.Option("--sample-port", hidden=True)]
Forever = Annotated[bool, typer.Option("--forever", help="go on until stopped")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text")]
HEARD_OF = ("crawl", "tag", "deliver")
"""Roles whose workers tell the record that they live; pages are asked themselves."""


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(run)
    app.command()(crawl)
    app.command(hidden=True)(label)
    app.command()(deliver)
    app.command(hidden=True)(heard)
    app.command()(serve)


def run(
    role: Annotated[
        list[str] | None, typer.Option("--role", help="only crawl, tag, deliver or serve (may be repeated)")
    ] = None,
    replay: Replay = "",
) -> None:
    """Read the press, send alerts and serve the pages.

    With no desk: the page of the first steps where a contact address is set or a press is replayed, else the sample
    desk and press.
    """
    from app import wiring

    settings = settings_module.load()
    roles = tuple(role or running.ROLES)
    unknown = set(roles) - set(running.MORE_ROLES)
    if unknown:
        known = ", ".join(running.MORE_ROLES)
        raise typer.BadParameter(f"no such role: {', '.join(sorted(unknown))}; choose from {known}")
    if "serve" in roles:
        running.check_port(settings)
    options = ["--replay", replay] if replay else []
    if wiring.has_desks(settings):
        _run(settings, roles, options)
    elif replay or wiring.reachable(settings.crawl.contact):
        _run_first(settings, roles, options)
    else:
        _run_sample(settings, roles)


def _run(settings: Settings, roles: tuple[str, ...], options: list[str]) -> None:
    from app import wiring
    from app.world import choose

    wiring.check_ready(settings, choose(settings, replay=options[-1] if options else ""), roles)
    _say_where(settings, roles)
    running.supervisor(roles, options, settings.data_dir).run()


def _run_first(settings: Settings, roles: tuple[str, ...], options: list[str]) -> None:
    from app import wiring

    typer.echo("No desk yet: the page asks for the place and makes the first administrator; then the press is read.")
    _say_where(settings, roles)
    running.supervisor(roles, options, settings.data_dir, desk_there=lambda: wiring.has_desks(settings)).run()


def _run_sample(settings: Settings, roles: tuple[str, ...]) -> None:
    from app import sample_facts, wiring
    from app.sample import SampleProcess

    typer.echo("No desk is configured: reading the sample press for the sample desk (invented texts, no network).")
    folder = running.fresh_folder(settings.data_dir / "sample")
    with SampleProcess() as sample:
        sample_settings = settings.model_copy(update={"data_dir": folder})
        wiring.apply_sample_desk(sample_settings)
        sample_facts.apply(sample_settings)
        _say_where(settings, roles)
        announce = wiring.first_article(sample_settings) if "crawl" in roles else None
        running.supervisor(roles, ["--sample-port", str(sample.port)], folder, announce).run()


def _say_where(settings: Settings, roles: tuple[str, ...]) -> None:
    if "serve" in roles:
        typer.echo(f"Open {settings.serve.origin}/ in a browser. Ctrl-C ends.")


def crawl(replay: Replay = "", sample_port: SamplePort = 0, forever: Forever = False, as_json: AsJson = False) -> None:
    """Ask every due source what is new and read it."""
    from app import crawling
    from app.world import choose

    settings = _begun("crawl")
    report = crawling.crawl(settings, choose(settings, replay=replay, sample_port=sample_port), forever=forever)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, default=str))
    elif not forever:
        for name, value in report.items():
            typer.echo(f"{name:24} {value}")


def label(replay: Replay = "", sample_port: SamplePort = 0, forever: Forever = False) -> None:
    """Label and keep what crawls have handed over: the role tag."""
    from app import tagging
    from app.world import choose

    settings = _begun("tag")
    world = choose(settings, replay=replay, sample_port=sample_port)
    typer.echo(tagging.tag(settings, world, stop=_stop_event(), forever=forever))


def deliver(
    replay: Replay = "",
    sample_port: SamplePort = 0,
    forever: Forever = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what is due and send nothing")] = False,
) -> None:
    """Send the messages that are due."""
    from app import delivering
    from app.world import choose

    settings = _begun("deliver")
    world = choose(settings, replay=replay, sample_port=sample_port)
    if dry_run:
        typer.echo("\n".join(delivering.due(settings, world)) or "nothing waits")
        return
    typer.echo(delivering.deliver(settings, world, stop=_stop_event(), forever=forever))


def heard(role: Annotated[str, typer.Argument(help="crawl, tag or deliver")]) -> None:
    """Whether a worker of the role lives on this machine; exit status 1 where none was heard of. For health checks."""
    import socket
    from datetime import timedelta

    from app import wiring

    if role not in HEARD_OF:
        raise typer.BadParameter(f"{role}: only {', '.join(HEARD_OF)} are heard of; pages are asked at /healthz")
    with wiring.record(settings_module.load()) as record:
        here = [one for one in record.leases.workers(timedelta(minutes=2)) if one.machine == socket.gethostname()]
    if not any(one.role == role for one in here):
        typer.echo(f"no worker of the role {role} was heard of on this machine in the last two minutes", err=True)
        raise typer.Exit(1)


def serve(replay: Replay = "", sample_port: SamplePort = 0) -> None:
    """Serve the pages."""
    from app import serving
    from app.world import choose

    settings = _begun("serve")
    serving.serve(settings, choose(settings, replay=replay, sample_port=sample_port))


def _begun(role: str) -> Settings:
    """What each role begins with."""
    running.end_with_run()
    settings = settings_module.load()
    logs.start(settings, role)
    return settings


def _stop_event() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop
