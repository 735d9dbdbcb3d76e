"""Filters: JSON Lines in, one JSON object a line out, in the same order."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

from core.errors import DiembaoError

Row = dict[str, Any]


class RowError(DiembaoError):
    """A line of the input is no JSON object with an id."""


def rows(stream: TextIO) -> Iterator[Row]:
    """The objects of a JSON Lines stream. Raises RowError naming the line."""
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise RowError(f"line {number} of the input is not JSON: {error.msg}") from None
        if not isinstance(row, dict) or "id" not in row:
            raise RowError(f'line {number} of the input is no object with an "id"')
        yield row


def run(work: Callable[[Iterable[Row]], Iterator[Row]]) -> None:
    """Standard input through `work` to standard output."""
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    for row in work(rows(sys.stdin)):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.flush()
