"""Long work tells how far it is, to a person at a terminal and to nobody else."""

from __future__ import annotations

import io
import threading

from app.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_and_left_clean() -> None:
    asked, terminal = threading.Event(), Terminal()

    def says() -> str:
        asked.set()
        return "12 of 40 pages"

    with progress(says, terminal):
        assert asked.wait(10)
    assert "12 of 40 pages" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_file_is_told_nothing() -> None:
    file = io.StringIO()
    with progress(lambda: "12 of 40 pages", file):
        pass
    assert file.getvalue() == ""
