"""user add, list, reset, disable, enable, delete, import: for servers without a browser, and when all else is lost."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from app import wiring
from app.sheet_file import text_of
from core import roster
from core import settings as settings_module
from core.access import Level
from core.clock import SystemClock
from core.errors import ConfigError
from core.i18n import t
from core.people import check_password, email_of, hashed, new_id, new_token
from core.records import OVER_DESKS, Membership, User
from core.settings import Settings
from core.text import clean
from store.sqlite.record import Record

BY = "operator"
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text")]
Who = Annotated[str, typer.Argument(help="e-mail address of the user")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    user = typer.Typer(no_args_is_help=True, help="Users: who may sign in, with which level on which desk.")
    for command in (add, show, reset, disable, enable, delete):
        user.command(command.__name__ if command is not show else "list")(command)
    user.command("import")(import_sheet)
    app.add_typer(user, name="user")


def add(
    email: Who,
    name: Annotated[str, typer.Option(help="as colleagues call them")] = "",
    level: Annotated[Level, typer.Option(help="level on the desk")] = Level.ADMINISTRATOR,
    desk: Annotated[str, typer.Option(help="id of the desk; needed where there are several")] = "",
    password: Annotated[bool, typer.Option("--password", help="ask for a password here instead of a link")] = False,
) -> None:
    """Add a user and print the link by which they choose a password; or ask for one, or take $DIEMBAO_PASSWORD.

    The level operator stands over all desks and sees no articles.
    """
    settings = settings_module.load()
    with wiring.record(settings) as record:
        now = SystemClock().now()
        held = Membership(desk=_desk(record, level, desk), level=level)
        user = User(
            id=new_id(), email=email_of(email), name=clean(name) or typer.prompt("Name"), memberships=(held,),
            created=now,
        )  # fmt: skip
        given = os.environ.get("DIEMBAO_PASSWORD") or (
            typer.prompt("Password", hide_input=True, confirmation_prompt=True) if password else ""
        )
        if given:
            check_password(given, user)
        record.people.add(user, BY)
        if given:
            _set_password(record, user, given)
            typer.echo(f"added {user.email}; they may sign in")
        else:
            typer.echo(f"added {user.email}; they choose a password there, once, within 72 hours:")
            typer.echo(link(record, settings, user))


def show(as_json: AsJson = False) -> None:
    """All users with their levels."""
    with wiring.record(settings_module.load()) as record:
        users = record.people.users()
    if as_json:
        typer.echo(json.dumps([_as_dict(user) for user in users], ensure_ascii=False, indent=2))
        return
    for user in users:
        held = ", ".join(f"{m.level}@{m.desk}" if m.desk else m.level.value for m in user.memberships) or "none"
        marks = [word for word, holds in (("disabled", user.disabled), ("second factor", user.second_factor)) if holds]
        typer.echo(f"{user.email:34} {user.name:24} {held} {' '.join(f'[{mark}]' for mark in marks)}".rstrip())
    if not users:
        typer.echo("No user. Add the first: diembao user add EMAIL --name NAME")


def reset(
    email: Who,
    second_factor: Annotated[bool, typer.Option("--second-factor", help="drop it too: the phone is lost")] = False,
) -> None:
    """Print a link by which the user chooses a new password; it works once within 72 hours."""
    settings = settings_module.load()
    with wiring.record(settings) as record:
        user = _known(record, email)
        if second_factor:
            record.people.drop_second_factor(user.id, SystemClock().now(), BY)
        if user.disabled:
            raise ConfigError(f"{user.email} is disabled; diembao user enable {user.email}")
        typer.echo(link(record, settings, user))


def disable(email: Who) -> None:
    """Let a user in no more; their sessions end."""
    with wiring.record(settings_module.load()) as record:
        record.people.disable(_known(record, email).id, SystemClock().now(), BY)
    typer.echo(f"disabled {email_of(email)}")


def enable(email: Who) -> None:
    """Let a disabled user in again."""
    with wiring.record(settings_module.load()) as record:
        record.people.enable(_known(record, email).id, SystemClock().now(), BY)
    typer.echo(f"enabled {email_of(email)}")


def delete(email: Who, yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False) -> None:
    """Forget a user: name, address, secrets, sessions. What they did stays in the audit log under a number."""
    with wiring.record(settings_module.load()) as record:
        user = _known(record, email)
        if not yes:
            typer.confirm(f"Delete the account of {user.name} ({user.email})?", abort=True)
        record.people.delete(user.id, SystemClock().now(), BY)
    typer.echo(f"deleted {email_of(email)}")


def import_sheet(
    file: Annotated[Path, typer.Argument(help="CSV with the columns email, name, level, desk")],
    apply: Annotated[bool, typer.Option("--apply", help="do what the preview shows")] = False,
) -> None:
    """Show row by row what a CSV of users would do; with --apply do it. Nothing is taken while a row is wrong."""
    settings = settings_module.load()
    text = text_of(file)
    with wiring.record(settings) as record:
        desks = [desk.id for desk in record.desks.desks()]
        only = desks[0] if len(desks) == 1 else ""
        problem, planned = roster.plan(text, record.people.users(), desks, SystemClock().now(), usual=only)
        if problem:
            raise ConfigError(f"{file}: {t(problem.key, 'en', **problem.values)}")
        for row in planned:
            said = t(row.problem.key, "en", **row.problem.values) if row.problem else row.action
            typer.echo(f"row {row.number:4}  {row.shown:34} {said}")
        if any(row.action == "wrong" for row in planned):
            raise ConfigError(f"{file}: nothing taken; put the wrong rows right")
        ready = roster.outcome(planned)
        if apply:
            for user in ready:
                take(record, user)
                if not user.password and not user.active:
                    typer.echo(f"{user.email} {link(record, settings, user)}")
    typer.echo(f"{len(ready)} accounts taken" if apply else f"{len(ready)} accounts would be taken; do it with --apply")


def take(record: Record, user: User) -> None:
    if record.people.user(user.id):
        record.people.change(user.id, memberships=user.memberships, at=SystemClock().now(), by=BY)
    else:
        record.people.add(user, BY)


def _set_password(record: Record, user: User, password: str) -> None:
    from dashboard.people.passwords import Passwords

    record.people.set_password(user.id, Passwords().hash(password), SystemClock().now(), BY)


def link(record: Record, settings: Settings, user: User) -> str:
    from dashboard.people.reset import LASTS, RESET

    token, now = new_token(), SystemClock().now()
    record.people.new_link(user.id, hashed(token), now + LASTS, now, BY)
    base = settings.public_url.rstrip("/") or settings.serve.origin
    return f"{base}{RESET}/{token}"


def _desk(record: Record, level: Level, given: str) -> str:
    if level is Level.OPERATOR:
        if given:
            raise ConfigError("an operator stands over all desks: leave --desk out")
        return OVER_DESKS
    desks = [desk.id for desk in record.desks.desks()]
    if given or len(desks) == 1:
        return given or desks[0]
    if not desks:
        raise ConfigError("no desk yet; take one: diembao desk apply desks/binh_son.toml, or add an operator")
    raise ConfigError(f"there are several desks; name one with --desk: {', '.join(desks)}")


def _known(record: Record, email: str) -> User:
    user = record.people.by_email(email_of(email))
    if user is None:
        raise ConfigError(f"no user {email_of(email)}; diembao user list names them")
    return user


def _as_dict(user: User) -> dict[str, object]:
    return {
        "id": user.id, "email": user.email, "name": user.name,
        "levels": {m.desk: m.level.value for m in user.memberships},
        "active": user.active.isoformat() if user.active else None,
        "disabled": user.disabled.isoformat() if user.disabled else None, "second_factor": user.second_factor,
    }  # fmt: skip
