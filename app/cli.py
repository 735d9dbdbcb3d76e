"""`diembao`: one list of commands, one name for each thing.

Exit status 0 done, 1 failed (with what happened, to what, and what to do), 2 wrong use.
"""

from __future__ import annotations

import os
import sys

import typer

from app.commands import (
    alerts,
    answers,
    data,
    desks,
    export,
    index,
    kibana,
    reading,
    reports,
    running,
    sources,
    understanding,
    upkeep,
    users,
    zalo,
)
from core.errors import DiembaoError

app = typer.Typer(
    name="diembao",
    help="Press review for the information office of a Vietnamese local government.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_GROUPS = (
    running, sources, desks, reading, reports, export, alerts, users, zalo, answers, index, kibana, upkeep, data,
    understanding,
)  # fmt: skip
for group in _GROUPS:
    group.register(app)


def main() -> None:
    """Entry point of the program. What it writes (record, logs, backups) only its own user may read."""
    os.umask(0o077)
    try:
        app()
    except DiembaoError as error:
        sys.stderr.write(f"diembao: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


if __name__ == "__main__":
    main()
