"""Fact book, comparisons and cases: what the record keeps of them, and what pages ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from core.records import (
    AnswerRules,
    Case,
    CaseChange,
    CaseEvent,
    CaseFigures,
    CaseFile,
    CaseNote,
    CaseView,
    Comparison,
    Desk,
    FactEntry,
    FactPreview,
    FactProblem,
    Ground,
    KeptComparison,
    KeptText,
    Letter,
    LetterTemplate,
    Release,
    SentPaper,
    TemplateKind,
    UpTake,
)


class FactBook(Protocol):
    """The fact book of each desk. An entry is never overwritten; every change is audited."""

    def stamp(self, desk: str) -> int:
        """Changes with every change of the desk's book; must be quick."""
        ...

    def search(self, desk: str, query: str = "", *, limit: int = 200) -> tuple[FactEntry, ...]:
        """The newest version of each entry that has all these words (diacritics or not), by indicator."""
        ...

    def versions(self, desk: str, fact: str) -> tuple[FactEntry, ...]:
        """All versions, the newest first; none where the desk has no such entry."""
        ...

    def in_force(self, desk: str, day: dt.date) -> tuple[FactEntry, ...]:
        """The approved version of each entry that holds on that day."""
        ...

    def add(self, entries: Sequence[FactEntry], at: dt.datetime, by: str) -> None:
        """Take new entries and versions, all or none. Raises ValueError for a version that is there."""
        ...

    def approve(self, desk: str, fact: str, version: int, at: dt.datetime, by: str) -> bool:
        """Approve a version; the one before holds until the day before. False where there is nothing to approve."""
        ...

    def end(self, desk: str, fact: str, last: dt.date, at: dt.datetime, by: str) -> bool:
        """The entry holds until that day."""
        ...

    def keep_file(self, desk: str, name: str, content: bytes, at: dt.datetime) -> str:
        """Keep a document; its SHA-256."""
        ...

    def file(self, desk: str, sha256: str) -> tuple[str, bytes] | None:
        """(name, content) of a document of the desk."""
        ...

    def keep_import(self, desk: str, name: str, content: bytes, at: dt.datetime, by: str) -> int:
        """Keep an uploaded table until it is confirmed, a day at most."""
        ...

    def kept_import(self, desk: str, number: int) -> tuple[str, bytes] | None: ...

    def forget_import(self, desk: str, number: int) -> None: ...


class Comparisons(Protocol):
    """Printed figures beside verified ones, by revision."""

    def of_article(self, desk: str, article: str) -> tuple[KeptComparison, ...]:
        """Those of the text as it stands now, dismissed ones left out, in the order of the text."""
        ...

    def comparison(self, desk: str, number: int) -> KeptComparison | None: ...

    def put(self, desk: str, article: str, found: Sequence[Comparison], at: dt.datetime) -> None:
        """Those of the article's present text, in place of earlier ones of that text. What was dismissed stays so."""
        ...

    def dismiss(self, desk: str, number: int, at: dt.datetime, by: str) -> bool:
        """Once and for all: the same sentence beside the same fact is not shown again, in any revision."""
        ...

    def differing(self, desk: str, articles: Sequence[str]) -> dict[str, tuple[KeptComparison, ...]]:
        """Of these articles, those with a figure that differs: article -> comparisons."""
        ...


class CaseBook(Protocol):
    """Cases of each desk. Every change is a step of the case; `by` is a user's id.

    Calls inside `session` are one transaction. Whoever changes a case reads it and writes it in one.
    """

    def session(self) -> AbstractContextManager[object]: ...

    def open(self, case: Case) -> Case:
        """Take a new case (its id is given here); its article is looked at more often from now on."""
        ...

    def case(self, desk: str, number: int) -> Case | None: ...

    def cases(self, desk: str, *, closed: bool = False) -> tuple[Case, ...]:
        """Open ones (or the closed ones), the soonest due first."""
        ...

    def of_article(self, desk: str, article: str) -> tuple[Case, ...]: ...

    def open_of_article(self, article: str) -> tuple[Case, ...]:
        """Open cases of any desk about an article; asked with every text that comes, so quick where there is none."""
        ...

    def note_change(self, number: int, text_hash: str, change: CaseChange) -> None:
        """What became of the quoted sentence in a new text; once a text."""
        ...

    def note_origin(self, article: str, url: str, headers: Mapping[str, str], at: dt.datetime) -> None:
        """Which answer brought the article's present text. Kept once a text."""
        ...

    def change(self, case: Case, what: str, at: dt.datetime, by: str, detail: str = "") -> None:
        """Write the case whole, with the step that led there; it was read in the same session."""
        ...

    def notes(self, desk: str, number: int) -> tuple[CaseNote, ...]: ...

    def add_note(self, desk: str, number: int, text: str, at: dt.datetime, by: str) -> bool: ...

    def files(self, desk: str, number: int) -> tuple[CaseFile, ...]: ...

    def add_file(
        self, desk: str, number: int, *, name: str, media_type: str, content: bytes, at: dt.datetime, by: str
    ) -> bool: ...

    def file(self, desk: str, number: int, file: int) -> tuple[CaseFile, bytes] | None: ...

    def events(self, desk: str, number: int) -> tuple[CaseEvent, ...]: ...

    def changes(self, desk: str, number: int) -> tuple[CaseChange, ...]: ...

    def texts(self, desk: str, article: str) -> tuple[KeptText, ...]:
        """The revisions of an article that are kept, the newest first."""
        ...

    def rules(self, desk: str) -> AnswerRules: ...

    def set_rules(self, rules: AnswerRules, at: dt.datetime, by: str) -> None: ...

    def template(self, desk: str, kind: TemplateKind) -> LetterTemplate | None:
        """The desk's own; None where it has none."""
        ...

    def set_template(self, desk: str, kind: TemplateKind, docx: bytes | None, at: dt.datetime, by: str) -> None:
        """The next version of a desk's template; None: the shipped one from now on."""
        ...

    def releases(self, desk: str | None = None, limit: int = 50) -> tuple[Release, ...]:
        """Published ones, the newest first; of all desks where none is named."""
        ...

    def release(self, number: int) -> Release | None:
        """What a case has published, however long ago; None where nothing is public."""
        ...

    def publish(self, release: Release, by: str) -> None: ...

    def take_back(self, desk: str, number: int, at: dt.datetime, by: str) -> None:
        """A published release is public no longer; nothing for a case that published none."""
        ...


class FactDesk(Protocol):
    """What pages ask of the fact book. Raises AnswerError where something can't be done."""

    def find(self, desk: str, query: str) -> tuple[FactEntry, ...]: ...

    def versions(self, desk: str, fact: str) -> tuple[FactEntry, ...]: ...

    def shown(self, entry: FactEntry) -> str:
        """Its value in the office's own unit: "3.500"."""
        ...

    def place(self, entry: FactEntry) -> str:
        """As the office writes it, with the unit's name."""
        ...

    def place_of(self, unit: str) -> str:
        """Name of a unit of the gazetteer; "" for none."""
        ...

    def columns(self) -> Mapping[str, str]:
        """Field of the form -> heading of the table."""
        ...

    def enter(
        self,
        desk: Desk,
        texts: Mapping[str, str],
        document: tuple[str, bytes] | None,
        *,
        new: bool,
        at: dt.datetime,
        by: str,
    ) -> FactEntry | tuple[FactProblem, ...]:
        """A new entry, or a version of one (`new` False); or what is wrong with it."""
        ...

    def preview(self, desk: Desk, name: str, content: bytes, at: dt.datetime, by: str) -> tuple[int, FactPreview]:
        """Keeps the table for a day and says what taking it would do."""
        ...

    def kept_preview(self, desk: Desk, number: int, at: dt.datetime, by: str) -> FactPreview | None: ...

    def take(self, desk: Desk, number: int, at: dt.datetime, by: str) -> int:
        """Take a previewed table: all of it or nothing. Returns the entries and versions added."""
        ...

    def approve(self, desk: str, fact: str, version: int, at: dt.datetime, by: str) -> None: ...

    def end(self, desk: str, fact: str, last: dt.date, at: dt.datetime, by: str) -> None: ...

    def export(self, desk: str, kind: str) -> tuple[str, bytes]:
        """(media type, content): xlsx or csv."""
        ...

    def file(self, desk: str, sha256: str) -> tuple[str, bytes] | None: ...

    def beside(self, desk: str, article: str) -> tuple[tuple[KeptComparison, FactEntry], ...]:
        """Printed sentences of an article beside the facts of the book."""
        ...

    def comparison(self, desk: str, number: int) -> tuple[KeptComparison, FactEntry] | None: ...

    def dismiss(self, desk: str, number: int, at: dt.datetime, by: str) -> str:
        """The article that it was of. Raises AnswerError where there is none."""
        ...


class CaseDesk(Protocol):
    """What pages ask of the cases. Raises AnswerError where something can't be done.

    `seen`: CaseView.seen of the page that the officer acted on; what was done to the letter since is then not written
    over or confirmed unread. "": whatever stands.
    """

    def open(self, case: Case) -> Case: ...

    def cases(self, desk: str, *, closed: bool = False) -> tuple[Case, ...]: ...

    def of_article(self, desk: str, article: str) -> tuple[Case, ...]: ...

    def view(self, desk: str, number: int, at: dt.datetime) -> CaseView | None: ...

    def draft(
        self,
        desk: str,
        number: int,
        *,
        at: dt.datetime,
        by: str,
        ground: Ground | None = None,
        subject: str | None = None,
        body: str | None = None,
        seen: str = "",
    ) -> None:
        """Change what its letter says. What a ground was opened from (fact, comparison) stays."""
        ...

    def confirm(self, desk: str, number: int, *, at: dt.datetime, by: str, seen: str = "") -> None: ...

    def send(self, desk: str, number: int, paper: SentPaper, *, at: dt.datetime, by: str, seen: str = "") -> None: ...

    def close(self, desk: str, number: int, outcome: str, reason: str, *, at: dt.datetime, by: str) -> None: ...

    def assign(self, desk: str, number: int, user: str, *, at: dt.datetime, by: str) -> None: ...

    def set_due(
        self, desk: str, number: int, due: dt.date | None, source: str, *, at: dt.datetime, by: str
    ) -> None: ...

    def note(self, desk: str, number: int, text: str, *, at: dt.datetime, by: str) -> None: ...

    def attach(self, desk: str, number: int, name: str, content: bytes, *, at: dt.datetime, by: str) -> None: ...

    def file(self, desk: str, number: int, file: int) -> tuple[CaseFile, bytes] | None: ...

    def letter(self, desk: Desk, number: int, paper: str) -> bytes:
        """Its Word file. `paper`: name of the publisher."""
        ...

    def evidence(self, desk: str, number: int, paper: str, reason: str, *, at: dt.datetime, by: str) -> bytes:
        """A ZIP of the quoted text; that it was taken is a step of the case as it stands when the ZIP is made."""
        ...

    def rules(self, desk: str) -> AnswerRules: ...

    def set_rules(self, rules: AnswerRules, at: dt.datetime, by: str) -> None: ...

    def template(self, desk: str, kind: TemplateKind) -> LetterTemplate: ...

    def wording(self, template: LetterTemplate) -> tuple[str, ...]:
        """The paragraphs of a template, its explanations left out."""
        ...

    def set_template(
        self, desk: str, kind: TemplateKind, docx: bytes | None, name: str, *, at: dt.datetime, by: str
    ) -> None:
        """Take a Word file (called `name`); None: back to the shipped one. Raises PaperError for a broken one."""
        ...

    def placeholders(self, kind: TemplateKind) -> tuple[tuple[str, bool], ...]:
        """(name, whether it can't be taken out)."""
        ...

    def publish(self, desk: str, number: int, *, at: dt.datetime, by: str, seen: str = "") -> None: ...

    def releases(self, desk: str | None = None) -> tuple[Release, ...]: ...

    def release(self, number: int) -> Release | None: ...

    def taken_up(self, release: Release, at: dt.datetime) -> tuple[UpTake, ...]: ...

    def figures(self, desk: str, first: dt.date, last: dt.date, today: dt.date) -> CaseFigures:
        """Of a period, both days included; what is late, as of today. Counts and days only."""
        ...


class HoldBeside(Protocol):
    """Holds the figures of an NFC text beside the facts of a book. Says nothing where it is in doubt. Pure."""

    def __call__(self, text: str, /) -> Sequence[Comparison]: ...


class LetterPress(Protocol):
    """Makes a Word file of a letter or release, in the form of the office's papers (Decree 30/2020/NĐ-CP)."""

    def write(self, letter: Letter, docx: bytes) -> bytes:
        """The letter in this template. Raises PaperError for a broken one."""
        ...

    def shipped(self, kind: TemplateKind) -> bytes: ...

    def check(self, kind: TemplateKind, docx: bytes, name: str) -> None:
        """Raises PaperError that names the place where a template is broken or lacks what it needs."""
        ...

    def wording(self, docx: bytes) -> tuple[str, ...]:
        """Every paragraph that a letter of this template would show, wherever it stands in the file."""
        ...

    def placeholders(self, kind: TemplateKind) -> tuple[tuple[str, bool], ...]:
        """(name, whether it can't be taken out)."""
        ...
