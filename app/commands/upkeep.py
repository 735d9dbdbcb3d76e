"""config, doctor, backup, restore, erase, migrate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import tomli_w
import typer
from pydantic import SecretStr

from core import settings as settings_module
from core.errors import ConfigError
from core.settings import Settings
from core.urls import without_password

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    config = typer.Typer(no_args_is_help=True, help="The settings.")
    config.command("show")(config_show)
    app.add_typer(config, name="config")
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)
    app.command()(erase)
    app.command()(migrate)


def config_show(as_json: AsJson = False) -> None:
    """The settings that hold, secrets masked."""
    shown = masked(settings_module.load())
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=2) if as_json else tomli_w.dumps(shown))


def doctor(as_json: AsJson = False) -> None:
    """Check every part and say what to do; exit status 1 where one is wrong."""
    from app import doctor as checks

    findings = checks.examine()
    if as_json:
        typer.echo(json.dumps([f.as_dict() for f in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            typer.echo(f"{finding.sign} {finding.part:12} {finding.says}")
            if finding.todo:
                typer.echo(f"  {'':12} -> {finding.todo}")
    if any(f.wrong for f in findings):
        raise typer.Exit(1)


def backup(
    folder: Annotated[Path | None, typer.Argument(help="where the archive goes; by default beside the record")] = None,
    key: Annotated[Path | None, typer.Option(help="seal it with this key, for a place that others reach")] = None,
    new_key: Annotated[Path | None, typer.Option(help="only write a new key to this file")] = None,
) -> None:
    """Back the record up, on a running desk; with --key sealed."""
    from app import away, sealed, upkeep

    if new_key is not None:
        sealed.new_key(new_key)
        typer.echo(f"written {new_key}; keep a copy where the backups are not: without it none can be opened")
        return
    settings = settings_module.load()
    key = key or away.key_of(settings, folder)
    if key is not None:
        if folder is None:
            raise typer.BadParameter("name the folder to which the sealed backup goes")
        typer.echo(f"written {away.backup(settings, folder, key)}")
        return
    typer.echo(f"written {upkeep.backup(settings, folder)}")


def restore(
    archive: Annotated[Path, typer.Argument(help="a file that `backup` wrote")],
    yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False,
    key: Annotated[Path | None, typer.Option(help="the key with which it was sealed")] = None,
) -> None:
    """Put a backup in the record's place; the record that is there is kept beside it."""
    from app import away, sealed, upkeep

    settings = settings_module.load()
    if not archive.is_file():
        raise ConfigError(f"{archive}: no such backup file; name one that `diembao backup` wrote")
    if key is None and sealed.is_sealed(archive):
        raise ConfigError(f"{archive}: this backup is sealed; name the file of its key with --key")
    if not yes:
        typer.confirm(f"Replace the record by {archive}?", abort=True)
    for line in upkeep.restore(settings, archive) if key is None else away.restore(settings, archive, key):
        typer.echo(line)


def erase(article: Annotated[str, typer.Argument(help="id or address of the article")]) -> None:
    """Remove one article's text everywhere; a stone with address and date stays."""
    from app import upkeep

    typer.echo(upkeep.erase(settings_module.load(), article))


def migrate(
    to: Annotated[
        str | None, typer.Option(help="move the record there: postgresql://user@host/database, or a new .sqlite3 file")
    ] = None,
) -> None:
    """Bring the record to this version's form (a backup is made first), or move it to another place."""
    from app import moving, upkeep

    settings = settings_module.load()
    for line in moving.migrate_to(settings, to) if to is not None else [upkeep.migrate(settings)]:
        typer.echo(line)


def masked(settings: Settings) -> dict[str, Any]:
    """The settings as plain values; a secret is shown as stars where it is set and empty where it is not; so is a
    password within an address (of the outbound proxy).
    """

    def plain(value: Any) -> Any:
        if isinstance(value, SecretStr):
            return "*****" if value.get_secret_value() else ""
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, tuple | list):
            return [plain(v) for v in value]
        if isinstance(value, str):
            return without_password(value)
        return str(value) if isinstance(value, Path) else value

    shown = plain(settings.model_dump())
    assert isinstance(shown, dict)
    return shown
