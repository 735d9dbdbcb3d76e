"""The test set: at least 200 pairs, the same at each run, from the sample press and the texts beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from random import Random

from core.text import nfc
from sample.articles import load
from tests.nlp.reprints.edits import EDITS, Paper, within_longer
from tests.nlp.reprints.forms import FORMS

START = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as it was printed."""

    title: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts, and whether the second is a reprint of the first."""

    kind: str
    first: Text
    second: Text
    reprint: bool


@cache
def papers() -> tuple[Paper, ...]:
    """The sample's own texts: title, then lead and paragraphs."""
    own = [a.text for a in load() if not a.reprint_of]
    return tuple((t.title, [p for p in (t.lead, *t.paragraphs) if not p.startswith("## ")]) for t in own)


@cache
def pairs() -> tuple[Pair, ...]:
    """Reprints by each kind of edit; then own reports of one event, forms of two days, quotations, other news."""
    return (*_edited(), *_own_reports(), *_forms(), *_quoting(), *_other())


def _text(paper: Paper, hours: float = 0.0) -> Text:
    return Text(title=nfc(paper[0]), body=nfc("\n".join(paper[1])), at=START + timedelta(hours=hours))


def _edited() -> list[Pair]:
    found = []
    for number, paper in enumerate(papers()[:132]):
        edit, r = EDITS[number % len(EDITS)], Random(number)
        other = papers()[-1 - number % 40]
        new = within_longer(paper, r, other) if edit is within_longer else edit(paper, r)
        later = r.choice((0.3, 5.0, 30.0))
        found.append(Pair(kind=edit.__name__, first=_text(paper), second=_text(new, later), reprint=True))
    return found


def _own_reports() -> list[Pair]:
    events = tomllib.loads((Path(__file__).parent / "events.toml").read_text(encoding="utf-8"))["event"]
    return [
        Pair(
            kind="own report",
            first=_text((e["titles"][a], [e["texts"][a]])),
            second=_text((e["titles"][b], [e["texts"][b]]), 4.0),
            reprint=False,
        )
        for e in events
        for a, b in combinations(range(len(e["texts"])), 2)
    ]


def _forms() -> list[Pair]:
    found = []
    for number, form in enumerate(FORMS):
        r = Random(number)
        days = [form(day, r) for day in range(2, 12)]
        for day, (one, two) in enumerate(pairwise(days)):
            first, second = ((title, [text]) for title, text in (one, two))
            found.append(
                Pair(
                    kind=form.__name__, first=_text(first, 24 * day), second=_text(second, 24 * day + 24), reprint=False
                )
            )
    return found


def _quoting() -> list[Pair]:
    """Another report that quotes one paragraph word for word."""
    found = []
    for number in range(30):
        quoted, own = papers()[number], papers()[60 + number]
        second = (own[0], [*own[1][:2], quoted[1][-1], *own[1][2:]])
        found.append(Pair(kind="quoting", first=_text(quoted), second=_text(second, 6.0), reprint=False))
    return found


def _other() -> list[Pair]:
    """News of the same press, each with the text after it."""
    chosen = papers()[100:130]
    return [
        Pair(kind="other news", first=_text(one), second=_text(two, 2.0), reprint=False)
        for one, two in pairwise(chosen)
    ]
