"""The fact book's pure part: what an entry must be, a table as entries with an error per row, entries as a table."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from answers import caution, sheets
from answers.figures import read_figures
from answers.lexicon import words
from answers.sheets import BadTable, Cell, Rows
from core.names import IsPlace, names_person
from core.records import FactEntry, FactPreview, FactProblem, FactRow, SourceDocument
from core.roles import Role
from core.text import clean, fold, fold_plain

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "indicator": ("Chỉ tiêu", "Tên chỉ tiêu", "Nội dung", "Indicator"),
    "also_called": ("Cách gọi khác", "Also called"),
    "value": ("Giá trị", "Số liệu", "Value"),
    "unit": ("Đơn vị tính", "Đơn vị", "ĐVT", "Unit"),
    "place": ("Địa bàn", "Place"),
    "place_name": ("Địa điểm cụ thể", "Spot"),
    "period_from": ("Từ ngày", "Kỳ từ", "Period from"),
    "period_to": ("Đến ngày", "Kỳ đến", "Period to"),
    "period_name": ("Kỳ số liệu", "Kỳ", "Period"),
    "number": ("Số văn bản", "Số, ký hiệu", "Document number"),
    "issued": ("Ngày văn bản", "Ngày ban hành", "Issued"),
    "issuer": ("Cơ quan ban hành", "Issuer"),
    "title": ("Trích yếu", "Title"),
    "url": ("Địa chỉ văn bản", "Link"),
    "owner": ("Lĩnh vực", "Owner"),
    "valid_from": ("Có giá trị từ", "Valid from"),
    "valid_to": ("Có giá trị đến", "Valid to"),
}
"""Field -> headings under which it is found; the first is written on export."""
_NEEDED: Final = ("indicator", "value", "unit", "number", "issued", "issuer")
_DATES: Final = ("period_from", "period_to", "issued", "valid_from", "valid_to")
_DATE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_LONGEST: Final = 300

_NAMELESS: Final = ("indicator", "also_called", "place_name")
"""Fields whose words are looked for in articles: none may be set to watch for a person."""

PlaceFinder = Callable[[str], Sequence[str]]
"""Ids of the units of the desk's area that a name may mean."""


Known = Mapping[tuple[object, ...], FactEntry]
"""What a book has: what makes an entry speak of the same thing, place and period (identity_of) -> newest version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """Who enters into which book, and what is known there."""

    desk: str
    by: str
    at: dt.datetime
    today: dt.date
    known: Known  # the newest version of each entry
    places: PlaceFinder
    is_place: IsPlace = lambda _: False  # whether any unit of the country bears a name


def preview(name: str, content: bytes, entering: Entering) -> FactPreview:
    """A table as it would be taken. Raises BadTable for a file that is no table, a secret one, or one of persons."""
    if caution.secret(name):
        raise BadTable("factbook.secret")
    rows = sheets.read(name, content)
    if caution.secret(*(cell.text for _, cells in rows for cell in cells)):
        raise BadTable("factbook.secret")
    if any(caution.persons(cell.text for cell in cells) for _, cells in rows[:20]):
        raise BadTable("factbook.persons")
    head, columns = _head(rows)
    seen: dict[tuple[object, ...], FactRow] = {}
    found: list[FactRow] = []
    for number, cells in rows[head + 1 :]:
        row = _row(number, cells, columns, entering)
        if row.entry is not None:
            identity = identity_of(row.entry)
            row = _against(row, seen.get(identity))
            seen.setdefault(identity, row)
        found.append(row)
    if not found:
        raise BadTable("factbook.empty")
    return FactPreview(rows=tuple(found))


def _head(rows: Rows) -> tuple[int, dict[str, int]]:
    """Which row is the head, and field -> column. Raises BadTable naming what is missing."""
    best: dict[str, int] = {}
    for at, (_, cells) in enumerate(rows[:10]):
        columns = _columns(cells)
        if set(_NEEDED) <= set(columns):
            return at, columns
        best = max(best, columns, key=len)
    missing = ", ".join(f"“{COLUMNS[name][0]}”" for name in _NEEDED if name not in best)
    raise BadTable("factbook.no_columns", missing=missing)


def _columns(cells: Sequence[Cell]) -> dict[str, int]:
    names = {fold(name): column for column, names in COLUMNS.items() for name in names}
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        column = names.get(fold(cell.text.removesuffix("*").strip()))
        if column:
            found.setdefault(column, at)
    return found


def _row(number: int, cells: Sequence[Cell], columns: Mapping[str, int], entering: Entering) -> FactRow:
    there = {name: cells[at] for name, at in columns.items() if at < len(cells)}
    texts = {name: cell.text for name, cell in there.items()}
    problems = [
        *(FactProblem(key="factbook.problem.formula", column=name) for name, cell in there.items() if cell.formula),
        *(FactProblem(key="factbook.problem.merged", column=name) for name, cell in there.items() if cell.merged),
    ]
    if problems:
        return FactRow(number=number, texts=texts, problems=tuple(problems))
    dates = {name: cell.date for name, cell in there.items() if cell.date}
    entry, wrong = make(texts, entering, dates)
    if entry is None:
        return FactRow(number=number, texts=texts, problems=wrong)
    entry, what = place_in_book(entry, entering.known)
    return FactRow(number=number, texts=texts, entry=entry, what=what)


def _against(row: FactRow, earlier: FactRow | None) -> FactRow:
    """The same figure twice in one file is wrong where the two contradict each other, and too much where not."""
    if earlier is None or earlier.entry is None or row.entry is None:
        return row
    same = figures_of(earlier.entry) == figures_of(row.entry)
    key = "factbook.problem.twice" if same else "factbook.problem.contradicts"
    return replace(row, problems=(FactProblem(key=key, column="value", values={"row": earlier.number}),))


def make(
    texts: Mapping[str, str], entering: Entering, dates: Mapping[str, dt.date] | None = None
) -> tuple[FactEntry | None, tuple[FactProblem, ...]]:
    """An entry of its texts (fields of COLUMNS), or what is wrong with them. Its id is set by `place_in_book`."""
    given = {name: clean(texts.get(name, "")) for name in COLUMNS}
    problems = [FactProblem(key="factbook.problem.missing", column=name) for name in _NEEDED if not given[name]]
    long = [name for name, text in given.items() if len(text) > _LONGEST]
    problems += [FactProblem(key="factbook.problem.long", column=name) for name in long]
    days = {name: (dates or {}).get(name) or date_of(given[name]) for name in _DATES}
    problems += [FactProblem(key="factbook.problem.date", column=n) for n in _DATES if given[n] and days[n] is None]
    figure = measured(given["value"], given["unit"])
    if given["value"] and given["unit"] and figure is None:
        known = measured("2", given["unit"]) is not None
        key, column = ("factbook.problem.value", "value") if known else ("factbook.problem.unit", "unit")
        problems.append(FactProblem(key=key, column=column))
    places = entering.places(given["place"]) if given["place"] else ("",)
    if len(places) != 1:
        problems.append(FactProblem(key=f"factbook.problem.{'place' if not places else 'places'}", column="place"))
    owner = owner_of(given["owner"])
    if owner is None:
        problems.append(FactProblem(key="factbook.problem.owner", column="owner"))
    if caution.secret(*given.values()) or caution.secret_number(given["number"]):
        problems.append(FactProblem(key="factbook.problem.secret", column="number"))
    named = [name for name in _NAMELESS if names_person(given[name], entering.is_place)]
    problems += [FactProblem(key="factbook.problem.person", column=name) for name in named]
    problems += _order(days, entering.today)
    if problems or figure is None or owner is None or days["issued"] is None:
        return None, tuple(problems)
    low, high, dimension = figure
    return FactEntry(
        id="", version=1, desk=entering.desk, indicator=given["indicator"], low=low, high=high,
        also_called=tuple(part.strip() for part in re.split(r"[;|]", given["also_called"]) if part.strip()),
        dimension=dimension, unit=given["unit"], place=places[0],  # type: ignore[arg-type]
        place_name=given["place_name"] or given["place"], period_from=days["period_from"],
        period_to=days["period_to"] or days["period_from"], period_name=given["period_name"], owner=owner,
        document=SourceDocument(
            number=given["number"], issued=days["issued"], issuer=given["issuer"], title=given["title"],
            url=given["url"],
        ),
        entered_by=entering.by, entered_at=entering.at, valid_from=days["valid_from"] or days["issued"],
        valid_to=days["valid_to"],
    ), ()  # fmt: skip


def _order(days: Mapping[str, dt.date | None], today: dt.date) -> list[FactProblem]:
    wrong = []
    for first, last in (("period_from", "period_to"), ("valid_from", "valid_to")):
        begin, end = days[first], days[last]
        if begin and end and end < begin:
            wrong.append(FactProblem(key="factbook.problem.order", column=last))
    if (issued := days["issued"]) and issued > today:
        wrong.append(FactProblem(key="factbook.problem.future", column="issued"))
    return wrong


def place_in_book(entry: FactEntry, known: Known) -> tuple[FactEntry, Literal["new", "version", "same"]]:
    """The entry with its id: a new one, or the next version of the entry of that indicator, place and period."""
    identity = identity_of(entry)
    before = known.get(identity)
    if before is None:
        digest = hashlib.sha256(repr((entry.desk, identity)).encode()).hexdigest()[:12]
        return replace(entry, id=f"f{digest}"), "new"
    if figures_of(before) == figures_of(entry) and before.document == entry.document:
        return replace(entry, id=before.id, version=before.version), "same"
    return replace(entry, id=before.id, version=before.version + 1), "version"


def identity_of(entry: FactEntry) -> tuple[object, ...]:
    """What makes two entries speak of the same thing, place and period."""
    return (
        fold(entry.indicator), entry.place, fold(entry.place_name), entry.period_from, entry.period_to,
        fold(entry.period_name) if entry.period_from is None else "", entry.dimension,
    )  # fmt: skip


def figures_of(entry: FactEntry) -> tuple[object, ...]:
    """What the entry says."""
    return entry.low, entry.high, entry.dimension


def measured(value: str, unit: str) -> tuple[float, float, str] | None:
    """(low, high, dimension) in base units of a value as an office writes it, or None: no number, unknown unit."""
    wanted = clean(value).replace("%", "").strip()
    text = f"{wanted} {clean(unit)}".strip()
    found = read_figures(text)
    if found and found[0].dimension == "count" and not _counts(unit):
        return None
    if len(found) != 1 or found[0].bound != "exact" or found[0].start > 3 or not re.match(r"[\d]|từ \d", wanted):
        return None
    return found[0].low, found[0].high, found[0].dimension


def _counts(unit: str) -> bool:
    """Whether a unit names something that is counted; what the lexicon doesn't know is asked about, not guessed."""
    first, _, rest = fold(clean(unit)).partition(" ")
    known = words("counted")
    return first in known or rest.partition(" ")[0] in known


def shown_value(entry: FactEntry) -> str:
    """The value in the office's own unit: "3.500", "1,2", "10-12"."""
    unit = measured("1", entry.unit)
    factor = unit[0] if unit and unit[0] else 1.0
    low, high = (_grouped(value / factor) for value in (entry.low, entry.high))
    return low if low == high else f"{low}-{high}"


def _grouped(value: float) -> str:
    whole, _, rest = f"{round(value, 6):,.6f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def date_of(text: str) -> dt.date | None:
    """dd/mm/yyyy (also with dots or hyphens) or an ISO date; None for anything else."""
    try:
        if match := _DATE.fullmatch(text):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def owner_of(text: str) -> str | None:
    """A function by its word or its name; "" for none, None for one that there is not."""
    if not text:
        return ""
    wanted = fold_plain(text)
    return next((role.value for role in Role if wanted in (role.value, fold_plain(OWNERS[role]))), None)


OWNERS: Final[dict[Role, str]] = {
    Role.INFORMATION_OFFICE: "Thông tin",
    Role.DISASTER_PREVENTION: "Phòng, chống thiên tai",
    Role.HEALTH: "Y tế",
    Role.EDUCATION: "Giáo dục",
    Role.AGRICULTURE_ENVIRONMENT: "Nông nghiệp và Môi trường",
    Role.TRANSPORT_CONSTRUCTION: "Giao thông, xây dựng",
    Role.CULTURE_TOURISM: "Văn hóa, du lịch",
    Role.CONSUMER_PROTECTION: "Bảo vệ người tiêu dùng",
    Role.LEADERSHIP: "Lãnh đạo",
}
"""As a table writes whom a figure belongs to."""


def table(entries: Sequence[FactEntry], place: Callable[[str], str]) -> list[list[str]]:
    """Entries as rows under the headings of COLUMNS, so that what goes out comes in again. `place`: a unit's name."""
    return [[names[0] for names in COLUMNS.values()], *(_texts(entry, place) for entry in entries)]


def _texts(entry: FactEntry, named: Callable[[str], str]) -> list[str]:
    def day(moment: dt.date | None) -> str:
        return f"{moment:%d/%m/%Y}" if moment else ""

    document = entry.document
    place = named(entry.place) if entry.place else ""
    spot = "" if entry.place_name == place else entry.place_name
    return [
        entry.indicator, "; ".join(entry.also_called), shown_value(entry), entry.unit, place, spot,
        day(entry.period_from),
        day(entry.period_to), entry.period_name, document.number, day(document.issued), document.issuer,
        document.title, document.url, OWNERS[Role(entry.owner)] if entry.owner else "", day(entry.valid_from),
        day(entry.valid_to),
    ]  # fmt: skip
