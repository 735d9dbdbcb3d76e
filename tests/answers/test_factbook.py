"""Tables for the fact book: an error per row, nothing half taken, and what is refused altogether."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import factbook, sheets
from answers.factbook import measured, place_in_book, preview, shown_value, table
from answers.sheets import MOST_ROWS, BadTable
from tests.answers.table import HEAD, ROW, entering, row, xlsx


def problems(*rows: Any, **how: Any) -> list[tuple[str, str]]:
    found = preview("bang.xlsx", xlsx(*rows, **how), entering())
    assert found.entries == ()
    return [(problem.column, problem.key.rpartition(".")[2]) for one in found.rows for problem in one.problems]


def test_a_good_table_gives_an_entry_a_row() -> None:
    found = preview("bang.xlsx", xlsx(ROW, row(indicator="Diện tích lúa ngập", value=3500.5, unit="ha")), entering())
    assert [row.what for row in found.rows] == ["new", "new"]
    first, second = found.entries
    assert (first.low, first.dimension, first.place, first.document.number) == (9, "count", "new:21061", "45/BC-UBND")
    assert second.low == 35_005_000
    assert first.document.issued == dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"value": "=3*3"}, ("value", "formula")),
        ({"value": "chín nhà gì đó"}, ("value", "value")),
        ({"unit": "xyz"}, ("unit", "unit")),
        ({"place": "xã Không Có"}, ("place", "place")),
        ({"place": "Bình Hải"}, ("place", "places")),
        ({"issued": "32/13/2026"}, ("issued", "date")),
        ({"issued": "tháng 11"}, ("issued", "date")),
        ({"issued": "01/12/2026"}, ("issued", "future")),
        ({"first": "21/11/2026", "last": "20/11/2026"}, ("period_to", "order")),
        ({"number": ""}, ("number", "missing")),
        ({"number": "12/BC-UBND-M"}, ("number", "secret")),
    ],
)
def test_a_wrong_row_says_what_and_where(changed: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problem in problems(ROW, row(indicator="Khác", **changed))


def test_dates_as_texts_and_as_dates_are_the_same() -> None:
    for issued in ("21/11/2026", "21.11.2026", "2026-11-21", dt.datetime(2026, 11, 21), dt.date(2026, 11, 21)):  # noqa: DTZ001
        (one,) = preview("bang.xlsx", xlsx(row(issued=issued)), entering()).entries
        assert one.document.issued == dt.date(2026, 11, 21)


def test_merged_cells_are_no_values() -> None:
    assert ("value", "merged") in problems(ROW, row(indicator="Khác", value=""), merge="B2:B3")


def test_two_rows_that_contradict_each_other_are_both_named_and_neither_is_taken() -> None:
    found = preview("bang.xlsx", xlsx(ROW, row(value="12")), entering())
    (problem,) = found.rows[1].problems
    assert (problem.key, problem.values) == ("factbook.problem.contradicts", {"row": 2})
    assert found.entries == ()
    assert problems(ROW, ROW) == [("value", "twice")]


def test_another_figure_for_what_is_in_the_book_becomes_a_version_and_the_same_one_nothing() -> None:
    (known,) = preview("bang.xlsx", xlsx(ROW), entering()).entries
    later = preview("bang.xlsx", xlsx(row(value="11")), entering([known]))
    assert [(e.id, e.version, e.low) for e in later.entries] == [(known.id, 2, 11)]
    again = preview("bang.xlsx", xlsx(ROW), entering([known]))
    assert (again.rows[0].what, again.entries) == ("same", ())


def test_a_table_of_fifty_thousand_rows_is_refused_whole() -> None:
    text = "\n".join([";".join(HEAD), *(";".join(row(indicator=f"Chỉ tiêu {n}")) for n in range(50_000))])
    with pytest.raises(BadTable) as refused:
        preview("bang.csv", text.encode(), entering())
    assert refused.value.key == "factbook.too_many_rows"
    assert refused.value.values == {"most": MOST_ROWS}


def test_an_xlsx_with_more_rows_than_are_taken_is_refused_too() -> None:
    with pytest.raises(BadTable, match="too_many_rows"):
        preview("bang.xlsx", xlsx(*[ROW] * (MOST_ROWS + 5)), entering())


@pytest.mark.parametrize("head", ["Họ và tên", "Số CCCD", "Ngày sinh", "HỌ TÊN", "Số điện thoại"])
def test_a_table_of_persons_is_refused(head: str) -> None:
    text = f"{head};Giá trị\nx;9\n"
    with pytest.raises(BadTable, match="persons"):
        preview("bang.csv", text.encode(), entering())


@pytest.mark.parametrize("mark", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "Độ mật: TUYỆT MẬT"])
def test_a_secret_table_is_refused(mark: str) -> None:
    with pytest.raises(BadTable, match="secret"):
        preview("bang.csv", f"{mark};;\n{';'.join(HEAD)}\n{';'.join(ROW)}\n".encode(), entering())
    with pytest.raises(BadTable, match="secret"):
        preview(f"{mark} so lieu.csv", f"{';'.join(HEAD)}\n{';'.join(ROW)}\n".encode(), entering())


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.xlsx", b"PK\x03\x04 broken", "factbook.damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "factbook.old_excel"),
        ("a.exe", b"MZ", "factbook.no_table"),
        ("a.csv", "Chỉ tiêu;Giá trị\nx;9\n".encode(), "factbook.no_columns"),
        ("a.csv", f"{';'.join(HEAD)}\n".encode(), "factbook.empty"),
        ("a.csv", b"x" * (sheets.MOST_BYTES + 1), "factbook.file_large"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(name: str, content: bytes, key: str) -> None:
    with pytest.raises(BadTable) as refused:
        preview(name, content, entering())
    assert refused.value.key == key


def test_what_goes_out_comes_in_again() -> None:
    entries = preview(
        "bang.xlsx",
        xlsx(
            ROW, row(indicator="Thiệt hại", value="1,25", unit="tỷ đồng"),
            row(indicator="Mưa", value="10-12", unit="mm"),
        ), entering(),
    ).entries  # fmt: skip
    rows = table(entries, lambda unit: "xã Vạn Tường" if unit else "")
    for content, name in ((sheets.write(rows), "a.xlsx"), (sheets.write_csv(rows), "a.csv")):
        again = preview(name, content, entering()).entries
        assert [replace(e, place_name="") for e in again] == [replace(e, place_name="") for e in entries]


def test_a_text_that_would_act_as_a_formula_goes_out_as_text() -> None:
    rows = [["=HYPERLINK(1)", "+84", "@x"]]
    assert b"'=HYPERLINK" in sheets.write_csv(rows)
    ((_, cells),) = sheets.read("a.xlsx", sheets.write(rows))
    assert not any(cell.formula for cell in cells)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    for name in ("a.csv", "a.xlsx"):
        try:
            preview(name, content, entering())
        except BadTable as refused:
            assert refused.key.startswith("factbook.")


@given(st.integers(0, 10**9), st.sampled_from(["ha", "tấn", "người", "%", "tỷ đồng", "km"]))
def test_a_value_is_shown_as_it_was_entered(value: int, unit: str) -> None:
    grouped = f"{value:,}".replace(",", ".")
    assert measured(grouped, unit) is not None
    texts = dict(zip([*factbook.COLUMNS], [""] * 20, strict=False)) | {
        "indicator": "x", "value": grouped, "unit": unit, "number": "1", "issued": "21/11/2026", "issuer": "y",
    }  # fmt: skip
    entry, wrong = factbook.make(texts, entering())
    assert entry is not None, wrong
    assert shown_value(entry) == grouped
    assert place_in_book(entry, {})[0].id.startswith("f")


@pytest.mark.parametrize("value", ["12.300", "12 300", "12\u00a0300", "12300"])
def test_a_value_is_the_same_however_its_thousands_are_set_apart(value: str) -> None:
    assert measured(value, "hộ") == (12_300, 12_300, "count")
