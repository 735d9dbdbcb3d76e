"""`diembao`: one list of commands, one name for each thing.

Exit status 0 done, 1 failed (with what happened, to what, and what to do), 2 wrong use.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import typer

from core.errors import DiembaoError
from core.files import NO_ROOM

COMMANDS: Final = {
    "running": ("run", "crawl", "label", "deliver", "heard", "serve"),
    "sources": ("sources",),
    "desks": ("desk",),
    "reading": ("search",),
    "reports": ("report",),
    "export": ("export",),
    "alerts": ("alerts",),
    "users": ("user",),
    "zalo": ("zalo",),
    "answers": ("figures", "compare"),
    "index": ("index",),
    "kibana": ("kibana",),
    "upkeep": ("doctor", "backup", "restore", "erase", "migrate", "config"),
    "data": ("data",),
    "understanding": ("evaluate", "extract", "locate", "tag", "stories", "gazetteer", "nlp"),
}
"""By module of app.commands, in the order of the help."""

_MANY_TEXTS: Final = frozenset(("nlp", "evaluate", "tag"))
"""Commands that multiply large matrices, for which several threads are worth their while."""


_NOT_ALLOWED: Final = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))


def program(words: Sequence[str] = ()) -> typer.Typer:
    """The command line; with words, no more of it than they need: loading all of it takes three times as long."""
    app = typer.Typer(
        name="diembao",
        help="Press review for the information office of a Vietnamese local government.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name in _needed(words):
        importlib.import_module(f"app.commands.{name}").register(app)
    app.callback()(lambda: None)  # so that a lone command keeps its name
    return app


def _needed(words: Sequence[str]) -> list[str]:
    asked = words[0] if words else ""
    return [module for module, commands in COMMANDS.items() if asked in commands] or list(COMMANDS)


def one_thread(words: Sequence[str]) -> None:
    """Have one article labelled by one thread; to be called before numpy is loaded.

    Several wait for each other longer than they work, ten times as long where the cores are busy with pages.
    """
    if not _MANY_TEXTS.intersection(words[:1]):
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> None:
    """Entry point of the program. What it writes (record, logs, backups) only its own user may read."""
    os.umask(0o077)
    one_thread(sys.argv[1:])
    try:
        try:
            program(sys.argv[1:])()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except DiembaoError as error:
        sys.stderr.write(f"diembao: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        if error.errno in NO_ROOM:
            _drop_output()
            todo = "it is not whole: make room there, then give the command again"
        elif error.errno in _NOT_ALLOWED and error.filename:
            todo = "run this as the service's user, give it the rights there, or name another place"
        else:
            raise
        sys.stderr.write(f"diembao: {error.filename or 'the output'}: {error.strerror}; {todo}\n")
        sys.exit(1)


def _drop_output() -> None:
    """What still waits for standard output, or Python would try it once more at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
