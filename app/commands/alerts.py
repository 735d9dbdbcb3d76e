"""alerts rules, apply, preview, test."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Annotated

import typer

from alerts.plan_file import dump_plan, parse_plan
from alerts.recipients import refused
from app import alerting, wiring
from app.world import by_id
from core import settings as settings_module
from core.clock import SystemClock
from core.errors import ConfigError
from core.i18n import t
from core.records import AlertPlan
from core.settings import Settings
from core.written import text_of
from crawlers.publishers import load_all
from store.sqlite.record import Record


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    group = typer.Typer(no_args_is_help=True, help="Alerts: rules and a test message.")
    group.command()(rules)
    group.command()(apply)
    group.command()(preview)
    group.command()(test)
    app.add_typer(group, name="alerts")


_Desk = Annotated[str, typer.Option("--desk", help="id of the desk; needed where there are several")]
_File = Annotated[Path, typer.Argument(help="a file of alert rules")]


def rules(desk: _Desk = "") -> None:
    """Write a desk's rules as a file to standard output."""
    with wiring.record(settings_module.load()) as kept:
        typer.echo(dump_plan(alerting.plan_of(kept, wiring.desk_of(kept, desk).id)), nl=False)


def apply(file: _File, yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False) -> None:
    """Show what would change and what the rules would have raised in the past month, then take them."""
    settings = settings_module.load()
    plan = _read(file)
    with wiring.record(settings) as kept:
        alerting.check_plan(plan, kept, by_id(load_all(settings.data_dir / "publishers")))
        before = dump_plan(alerting.plan_of(kept, plan.desk)).splitlines(keepends=True)
        after = dump_plan(plan).splitlines(keepends=True)
        typer.echo("".join(difflib.unified_diff(before, after, "as it is", "as it would be")).rstrip())
        _show(kept, settings, plan)
        if not yes and sys.stdin.isatty():
            typer.confirm("Take it?", abort=True)
        taken = kept.alerts.apply_plan(plan, SystemClock().now(), "operator")
    typer.echo(f"{plan.desk}: {'taken' if taken else 'nothing changes'}")


def preview(file: _File) -> None:
    """What the rules of a file would have raised in the past month, were they taken. Changes nothing."""
    settings = settings_module.load()
    plan = _read(file)
    with wiring.record(settings) as kept:
        alerting.check_plan(plan, kept, by_id(load_all(settings.data_dir / "publishers")))
        _show(kept, settings, plan)


def test(recipient: Annotated[str, typer.Argument(help="id of a recipient of the desk")], desk: _Desk = "") -> None:
    """Send a test message to one recipient by every connected channel, now."""
    settings = settings_module.load()
    with wiring.record(settings) as kept:
        found = wiring.desk_of(kept, desk)
        person = next((one for one in found.recipients if one.id == recipient), None)
        if person is None:
            raise ConfigError(
                f"desk {found.id} has no recipient {recipient}; diembao desk export {found.id} names them"
            )
        if why := refused(person):
            raise ConfigError(f"{recipient}: {t(why, 'en')}")
        for line in alerting.send_test(settings, kept, SystemClock(), found, person):
            typer.echo(line)


def _read(file: Path) -> AlertPlan:
    return parse_plan(text_of(file, str(file)), str(file))


def _show(kept: Record, settings: Settings, plan: AlertPlan) -> None:
    desk = wiring.desk_of(kept, plan.desk)
    for line in alerting.preview_of(kept, desk, plan.rules, SystemClock().now(), settings.alerts.old_days):
        counted = f"{len(line.stories):5}" if line.known else "    ?"
        typer.echo(f"{line.rule:40} would have told {counted} stories in {alerting.PREVIEW_DAYS} days")
