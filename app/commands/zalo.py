"""zalo connect, status, invite, disconnect. A token is asked for without showing it, and never stands in a command."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from core import settings as settings_module

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    zalo = typer.Typer(no_args_is_help=True, help="The office's Zalo Official Account.")
    zalo.command()(connect)
    zalo.command()(status)
    zalo.command()(invite)
    zalo.command()(disconnect)
    app.add_typer(zalo, name="zalo")


def connect() -> None:
    """Sign in with a refresh token from developers.zalo.me; asked for hidden, or read from standard input."""
    from pydantic import SecretStr

    from app import wiring
    from app.channels import sign_in
    from core.clock import SystemClock

    settings = settings_module.load()
    given = typer.prompt("Refresh token", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    token = given.strip()
    if not token or not (token.isascii() and token.isprintable()) or " " in token:
        raise typer.BadParameter("no refresh token was given; paste it whole, without quotes")
    with wiring.record(settings) as kept:
        sign_in(settings, kept, SecretStr(token), SystemClock())
    typer.echo("signed in; the token that was pasted is spent and its successor kept beside the record")


def status(as_json: AsJson = False) -> None:
    """How each channel stands, and what to do; exit status 1 where one is in trouble."""
    from app import wiring
    from app.channels import said, statuses
    from core.clock import SystemClock

    settings = settings_module.load()
    with wiring.record(settings) as kept:
        found = statuses(settings, kept.channels, SystemClock())
    rows = [
        {"channel": one.channel, "sign": one.sign, "says": said(one, one.says, "en"),
         "todo": said(one, one.todo, "en") if one.todo else ""}
        for one in found
    ]  # fmt: skip
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            typer.echo(f"{row['channel']:8} {row['sign']:8} {row['says']}")
            if row["todo"]:
                typer.echo(f"{'':8} {'':8} -> {row['todo']}")
    if any(one.sign == "trouble" for one in found):
        raise typer.Exit(1)


def invite(
    desk: Annotated[str, typer.Argument(help="id of the desk")],
    recipient: Annotated[str, typer.Argument(help="id of the recipient")],
) -> None:
    """A code by which a follower makes themselves known as this recipient: good once, for 7 days."""
    from app import wiring
    from core.clock import SystemClock

    with wiring.record(settings_module.load()) as kept:
        code = kept.channels.invite(desk, recipient, SystemClock().now(), "operator")
    typer.echo(f"{code}\nThe recipient follows the Official Account and sends it exactly this.")


def disconnect() -> None:
    """Forget the sign-in and every follower. Messages then go by the other channels."""
    from app import wiring
    from app.channels import disconnect as forget
    from core.clock import SystemClock

    settings = settings_module.load()
    with wiring.record(settings) as kept:
        done = forget(settings, kept, SystemClock())
    typer.echo("disconnected" if done else "nobody was signed in")
