"""A line on the terminal that says how far long work is. Nothing where no person looks on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from core.errors import DiembaoError

_EVERY: Final = 0.5
_CLEAR: Final = "\r\x1b[K"


@contextmanager
def progress(says: Callable[[], str], stream: TextIO | None = None) -> Iterator[None]:
    """While the body runs, `says` is asked twice a second (in a thread of its own) and its line is kept in place.

    Only on a terminal (standard error by default); the line is gone at the end.
    """
    out = stream or sys.stderr
    if not out.isatty():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(says, out, done), name="progress", daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        out.write(_CLEAR)
        out.flush()


def _tell(says: Callable[[], str], out: TextIO, done: threading.Event) -> None:
    while not done.wait(_EVERY):
        try:
            line = says()
        except DiembaoError:  # the work itself will say what is wrong
            return
        out.write(_CLEAR + line)
        out.flush()
