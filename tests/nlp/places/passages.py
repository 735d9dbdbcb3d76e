"""The public benchmark of places: invented passages, ten of each kind of case, in the files beside this one.

A file begins with `# kind`; `@ unit` names the unit whose desk is asked about; `+` a passage that concerns it, `-` one
that does not. After `||` stand what else is known: `published=`, `paper=` (province of the publisher), `section=`
(with _ for spaces), `nfd` (the passage is decomposed). A literal \\n is a line break.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.records import Article, Desk, Published, Publisher, PublisherKind
from core.text import fold
from nlp.gazetteer.units import Gazetteer
from nlp.locate.locator import DeskLocator, desk_area
from nlp.locate.weigh import Weigher

FOLDER = Path(__file__).parent
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One passage, and whether it concerns the unit."""

    kind: str
    unit: str
    concerned: bool
    text: str
    published: datetime | None = None
    paper: str | None = None
    section: str = ""


def passages() -> Iterator[Passage]:
    """All passages, kind by kind."""
    for file in sorted(FOLDER.glob("[0-9]*.txt")):
        unit = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("@ "):
                unit = line[2:].strip()
            elif line[:2] in {"+ ", "- "}:
                yield _passage(file.stem, unit, line)


def _passage(kind: str, unit: str, line: str) -> Passage:
    text, _, known = line[2:].partition(" || ")
    notes = dict(note.partition("=")[::2] for note in known.split())
    text = text.replace("\\n", "\n")
    day = notes.get("published")
    return Passage(
        kind=kind,
        unit=unit,
        concerned=line[0] == "+",
        text=unicodedata.normalize("NFD", text) if "nfd" in notes else text,
        published=datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None,
        paper=notes.get("paper"),
        section=notes.get("section", "").replace("_", " "),
    )


def unit_of(passage: Passage, gazetteer: Gazetteer) -> str:
    """Id of the unit that the passage asks about. It must be one unit, or one of each age with one ground."""
    found = gazetteer.find_units(passage.unit)
    assert found, passage.unit
    return found[0].unit.id


def article(passage: Passage) -> Article:
    """The passage as an article: its first line the title where it has several lines."""
    title, _, body = passage.text.rpartition("\n") if "\n" not in passage.text else passage.text.partition("\n")
    return Article(
        id="passage",
        url="https://example.vn/1",
        source="sample",
        title=title,
        lead="",
        paragraphs=tuple(body.split("\n")),
        captions=(),
        published=Published(at=passage.published or LONG_AGO, provenance="meta", doubtful=passage.published is None),
        fetched_at=LONG_AGO,
        meta=(passage.section,) if passage.section else (),
    )


def publisher(passage: Passage) -> Publisher | None:
    """A paper of the province that the passage names, or none."""
    if passage.paper is None:
        return None
    return Publisher(
        id="sample", name="", kind=PublisherKind.NEWSPAPER, licence="", home="https://example.vn/", endpoints=(),
        province=passage.paper,
    )  # fmt: skip


def resolver_says(passage: Passage, gazetteer: Gazetteer, weigher: Weigher) -> bool:
    """Whether the locator finds that the passage concerns the unit."""
    desk = Desk(id="asked", name="", office="", units=(unit_of(passage, gazetteer),))
    return bool(DeskLocator(gazetteer, [desk], weigher).locate(article(passage), publisher(passage)).matches)


def simple_rule_says(passage: Passage, gazetteer: Gazetteer) -> bool:
    """The simple rule: a name of the area and the name of its province, old or new, stand in the text."""
    desk = Desk(id="asked", name="", office="", units=(unit_of(passage, gazetteer),))
    area = desk_area(gazetteer, desk)
    text = fold(passage.text)
    names = {fold(gazetteer.name[i]) for i in area}
    tops = {fold(gazetteer.name[top]) for i in area for top in gazetteer.kin[i] if gazetteer.level[top] == 1}
    return any(name in text for name in names) and any(top in text for top in tops)
