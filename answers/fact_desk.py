"""The fact book as pages ask for it: the pure rules over the record. Also what compares an article when it comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from answers import caution, factbook, sheets
from answers.factbook import COLUMNS, Entering, PlaceFinder
from core.clock import local_day
from core.errors import AnswerError
from core.names import IsPlace
from core.ports import CaseBook, Comparisons, FactBook
from core.records import Desk, FactEntry, FactPreview, FactProblem, KeptComparison
from core.text import clean

Recompare = Callable[[str], None]
"""Holds the articles of the last days of a desk beside its book anew."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FactDesk:
    """The port FactDesk over the record's own. `places`: finds units of a desk's area by name; `named`: the reverse.

    `is_place`: whether any unit of the country bears a name.
    """

    def __init__(
        self,
        *,
        facts: FactBook,
        cases: CaseBook,
        comparisons: Comparisons,
        places: Callable[[Desk], PlaceFinder],
        named: Callable[[str], str],
        is_place: IsPlace = lambda _: False,
        recompare: Recompare = lambda _: None,
    ) -> None:
        self._facts, self._cases, self._comparisons = facts, cases, comparisons
        self._places, self._named, self._is_place, self._recompare = places, named, is_place, recompare

    def find(self, desk: str, query: str) -> tuple[FactEntry, ...]:
        return self._facts.search(desk, query)

    def versions(self, desk: str, fact: str) -> tuple[FactEntry, ...]:
        return self._facts.versions(desk, fact)

    def shown(self, entry: FactEntry) -> str:
        return factbook.shown_value(entry)

    def place(self, entry: FactEntry) -> str:
        named = self._named(entry.place) if entry.place else ""
        return ", ".join(dict.fromkeys(part for part in (entry.place_name, named) if part))

    def place_of(self, unit: str) -> str:
        return self._named(unit) if unit else ""

    def columns(self) -> Mapping[str, str]:
        return {name: names[0] for name, names in COLUMNS.items()}

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
        entering = self._entering(desk, at, by)
        entry, problems = factbook.make(texts, entering)
        if entry is None:
            return problems
        if document and (refused := caution.document_refusal(*document)):
            raise AnswerError(refused)
        placed, what = factbook.place_in_book(entry, entering.known)
        if what == "same":
            return (FactProblem(key="factbook.problem.same", column="value"),)
        if what == "version" and new:
            return (FactProblem(key="factbook.problem.in_book", column="indicator"),)
        if document:
            name, content = document
            digest = self._facts.keep_file(desk.id, clean(name)[:120], content, at)
            placed = replace(placed, document=replace(placed.document, file=digest, file_name=clean(name)[:120]))
        self._facts.add([placed], at, by)
        return placed

    def preview(self, desk: Desk, name: str, content: bytes, at: dt.datetime, by: str) -> tuple[int, FactPreview]:
        shown = self._preview(desk, name, content, at, by)
        return self._facts.keep_import(desk.id, clean(name)[:120], content, at, by), shown

    def kept_preview(self, desk: Desk, number: int, at: dt.datetime, by: str) -> FactPreview | None:
        kept = self._facts.kept_import(desk.id, number)
        return self._preview(desk, *kept, at, by) if kept else None

    def take(self, desk: Desk, number: int, at: dt.datetime, by: str) -> int:
        shown = self.kept_preview(desk, number, at, by)
        if shown is None:
            raise AnswerError("factbook.import_gone")
        if shown.wrong:
            raise AnswerError("factbook.import_wrong", rows=shown.wrong)
        self._facts.add(shown.entries, at, by)
        self._facts.forget_import(desk.id, number)
        return len(shown.entries)

    def approve(self, desk: str, fact: str, version: int, at: dt.datetime, by: str) -> None:
        entry = next((one for one in self._facts.versions(desk, fact) if one.version == version), None)
        if entry is None or entry.approved_at is not None:
            raise AnswerError("factbook.nothing_to_approve")
        if self._cases.rules(desk).two_people and entry.entered_by == by:
            raise AnswerError("factbook.second_person")
        self._facts.approve(desk, fact, version, at, by)
        self._recompare(desk)

    def end(self, desk: str, fact: str, last: dt.date, at: dt.datetime, by: str) -> None:
        if not self._facts.end(desk, fact, last, at, by):
            raise AnswerError("factbook.nothing_to_end")
        self._recompare(desk)

    def export(self, desk: str, kind: str) -> tuple[str, bytes]:
        rows = factbook.table(self._facts.search(desk, limit=100_000), self._named)
        return ("text/csv; charset=utf-8", sheets.write_csv(rows)) if kind == "csv" else (_XLSX, sheets.write(rows))

    def file(self, desk: str, sha256: str) -> tuple[str, bytes] | None:
        return self._facts.file(desk, sha256)

    def beside(self, desk: str, article: str) -> tuple[tuple[KeptComparison, FactEntry], ...]:
        found = [(kept, self._fact(kept)) for kept in self._comparisons.of_article(desk, article)]
        return tuple((kept, fact) for kept, fact in found if fact is not None)

    def comparison(self, desk: str, number: int) -> tuple[KeptComparison, FactEntry] | None:
        kept = self._comparisons.comparison(desk, number)
        fact = self._fact(kept) if kept else None
        return (kept, fact) if kept and fact else None

    def dismiss(self, desk: str, number: int, at: dt.datetime, by: str) -> str:
        kept = self._comparisons.comparison(desk, number)
        if kept is None or not self._comparisons.dismiss(desk, number, at, by):
            raise AnswerError("comparison.none")
        return kept.article

    def _fact(self, kept: KeptComparison) -> FactEntry | None:
        wanted = kept.comparison
        versions = self._facts.versions(kept.desk, wanted.fact)
        return next((entry for entry in versions if entry.version == wanted.fact_version), None)

    def _entering(self, desk: Desk, at: dt.datetime, by: str) -> Entering:
        known = {factbook.identity_of(entry): entry for entry in self._facts.search(desk.id, limit=100_000)}
        return Entering(
            desk=desk.id, by=by, at=at, today=local_day(at), known=known, places=self._places(desk),
            is_place=self._is_place,
        )  # fmt: skip

    def _preview(self, desk: Desk, name: str, content: bytes, at: dt.datetime, by: str) -> FactPreview:
        try:
            return factbook.preview(name, content, self._entering(desk, at, by))
        except sheets.BadTable as bad:
            raise AnswerError(bad.key, **bad.values) from None
