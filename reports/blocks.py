"""What stands in the body of a paper, before it is Word, a page or a mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading: level 1 "I. …", level 2 "1. …"."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of one paragraph."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Para:
    """A paragraph. `hint`: says to whoever edits a draft what is to be written there; never in an issued paper."""

    runs: tuple[Run, ...]
    hint: bool = False
    look: Literal["body", "copies"] = "body"
    kept: bool = False  # on one page with what follows

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A table cell: its first line, and a second, smaller one that is an address."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table. `widths` in millimetres; `right`: columns of numbers; `centred`: columns of short marks."""

    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    widths: tuple[int, ...]
    right: frozenset[int] = frozenset()
    centred: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A bar chart of one series. Values stand on the bars, so that it reads without colour."""

    title: str
    labels: tuple[str, ...]
    values: tuple[int, ...]
    alt: str  # says in words what it shows
    lying: bool = False  # bars lie, for long labels


Block = Heading | Para | Grid | Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the body under one heading. `id` names its placeholder in a template."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def para(text: str) -> Para:
    """A plain paragraph."""
    return Para(runs=(Run(text=text),))
