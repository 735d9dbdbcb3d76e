"""A printed figure beside a verified one: khớp, khác, or nothing said."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.agreement import agrees
from answers.book import Book, usable
from answers.compare import compare, prepare
from answers.figures import read_figures
from answers.likeness import place_share
from answers.passage import Fact
from app.answering import read_fact
from core.records import Dimension, FactEntry, SourceDocument
from core.text import nfc

TEXT = nfc(
    "Mưa lũ đêm 12/10 tại huyện Bình Sơn đã làm 12 ngôi nhà bị sập hoàn toàn, gần 3.500 ha lúa bị ngập úng. "
    "Ngoài ra có 4 người bị thương được đưa vào Trung tâm Y tế huyện."
)


def fact(indicator: str, value: float, dimension: Dimension = "count", **rest: object) -> Fact:
    return Fact(id="f", indicator=nfc(indicator), value=value, dimension=dimension, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("printed", "value", "dimension", "expected"),
    [
        ("gần 3.500 ha", 34_620_000, "area_m2", True),
        ("hơn 1,2 tỷ đồng", 1.23e9, "money_vnd", True),
        ("khoảng 200 người", 194, "count", True),
        ("12 người", 9, "count", False),
        ("1,2 tỷ đồng", 120e6, "money_vnd", False),
        ("12 người", 13, "count", False),
        ("18,9%", 19, "percent", True),
        ("từ 5 đến 7%", 6.2, "percent", True),
        ("từ 5 đến 7%", 8, "percent", False),
        ("2 tuần", 14, "duration_day", True),
        ("chưa đến 40 hộ", 38, "count", True),
        ("chưa đến 40 hộ", 44, "count", False),
        ("3 người", 3, "mass_kg", False),
    ],
)
def test_agreement(printed: str, value: float, dimension: Dimension, expected: bool) -> None:
    (figure,) = read_figures(nfc(printed))
    assert agrees(figure, value, dimension) is expected


@given(st.integers(1, 10**9))
def test_a_figure_agrees_with_itself_and_not_with_its_double(n: int) -> None:
    (figure,) = read_figures(f"{n:,}".replace(",", ".") + " người")
    assert agrees(figure, n, "count")
    assert not agrees(figure, 2 * n, "count")


def test_khac_with_sentence_and_reasons() -> None:
    found = compare(prepare(TEXT), fact("số ngôi nhà bị sập hoàn toàn", 9, places=("huyện Bình Sơn",)))
    assert found is not None
    assert found.verdict == "differs"
    assert found.figure.text.startswith("12")
    assert TEXT[found.sentence_start : found.sentence_end] == found.sentence
    assert found.figure.text in found.sentence
    assert {r.key for r in found.reasons} >= {"words", "place", "beyond_rounding"}


def test_khop_across_units_and_bound() -> None:
    found = compare(prepare(TEXT), fact("diện tích lúa bị ngập úng", 34_620_000, "area_m2"))
    assert found is not None
    assert (found.verdict, found.figure.text) == ("same", "gần 3.500 ha")


@pytest.mark.parametrize(
    "other",
    [
        fact("số xe máy đăng ký mới", 900),
        fact("tổng thu ngân sách", 9e9, "money_vnd"),
        fact("số giáo viên mầm non được tuyển dụng", 4600),
    ],
)
def test_silence_about_other_things(other: Fact) -> None:
    assert compare(prepare(TEXT), other) is None


def test_where_a_figure_agrees_the_fact_never_differs() -> None:
    found = compare(prepare(TEXT), fact("số ngôi nhà bị sập hoàn toàn", 12))
    assert found is None or found.verdict == "same"


def test_of_a_list_without_end_the_beginning_is_held_beside() -> None:
    """Every figure is weighed against every word: a megabyte of them would take hours and all memory."""
    spots = prepare(TEXT + " " + "Xã có 12 hộ nghèo. " * 50_000)
    assert len(spots.passage.figures) < 3_000
    found = compare(spots, fact("số ngôi nhà bị sập hoàn toàn", 9, places=("huyện Bình Sơn",)))
    assert found is not None and found.verdict == "differs"


def test_text_without_figures_says_nothing() -> None:
    assert compare(prepare("Không có số liệu nào."), fact("số hộ nghèo", 5)) is None
    assert Book([fact("số hộ nghèo", 5)]).compare("") == ()


def test_a_book_finds_its_fact_among_many() -> None:
    others = [
        fact(f"số {a} được {b} ở xã {n}", n + 1)
        for n in range(50)
        for a in ("hộ", "lao động", "xe tải", "trâu bò")
        for b in ("thống kê", "hỗ trợ", "cấp giấy", "kiểm tra")
    ]
    own = fact("số ngôi nhà bị sập hoàn toàn", 9, places=("huyện Bình Sơn",))
    found = Book([*others, own]).compare(TEXT)
    assert [(one.verdict, one.figure.text[:2]) for one in found] == [("differs", "12")]


@pytest.mark.parametrize("rest", [{"places": ("huyện Mỹ Hào",)}, {"period": "năm 2018"}])
def test_another_place_or_year_is_not_held_beside(rest: dict[str, Any]) -> None:
    text = TEXT.replace("12/10", "12/10/2020")
    assert Book([fact("số ngôi nhà bị sập hoàn toàn", 9, **rest)]).compare(text) == ()


def test_two_facts_that_contradict_each_other_say_nothing() -> None:
    words = "số ngôi nhà bị sập hoàn toàn"
    nine, twelve = fact(words, 9), fact(words, 12)
    assert [[one.verdict for one in Book([alone]).compare(TEXT)] for alone in (nine, twelve)] == [["differs"], ["same"]]
    assert Book([nine, twelve]).compare(TEXT) == Book([twelve, nine]).compare(TEXT) == ()


def entry(**changes: object) -> FactEntry:
    at = dt.datetime(2020, 10, 20, tzinfo=dt.UTC)
    document = SourceDocument(number="12/BC-UBND", issued=at.date(), issuer="UBND huyện Bình Sơn")
    row: dict[str, object] = {
        "id": "nha-sap", "version": 1, "desk": "binh_son", "indicator": "số ngôi nhà bị sập hoàn toàn", "low": 9,
        "high": 9, "dimension": "count", "unit": "nhà", "place": "binh_son", "document": document, "entered_by": "an",
        "entered_at": at, "approved_by": "binh", "approved_at": at, "valid_from": at.date(),
    }  # fmt: skip
    return FactEntry(**{**row, **changes})  # type: ignore[arg-type]


def test_only_approved_facts_of_the_day_are_held_beside() -> None:
    day = dt.date(2020, 10, 21)
    assert usable(entry(), day)
    assert not usable(entry(approved_by=""), day)
    assert not usable(entry(valid_to=dt.date(2020, 10, 20)), day)
    assert not usable(entry(valid_from=dt.date(2020, 10, 22)), day)
    book = Book.of_entries([entry(), entry(id="x", approved_by="")], {"binh_son": ("Bình Sơn",)}.__getitem__, day)
    assert len(book) == 1
    assert [one.fact for one in book.compare(TEXT)] == ["nha-sap"]


@pytest.mark.parametrize(
    ("place", "printed", "one"),
    [
        ("P. Bến Nghé", "phường Bến Nghé", True),
        ("TT. Châu Ổ", "thị trấn Châu Ổ", True),
        ("TP Huế", "thành phố Huế", True),
        ("Q.1", "quận 1", True),
        ("quận 1", "Q. 1", True),
        ("quận 1", "quận 10", False),
        ("quận 1", "huyện Bình Sơn, ngày 1/10", False),
        ("phường 3", "quận 3", False),
    ],
)  # fmt: skip
def test_a_place_is_the_same_with_its_kind_in_full_or_short(place: str, printed: str, one: bool) -> None:
    passage = prepare(nfc(f"Tại {printed} có 12 ngôi nhà bị sập hoàn toàn.")).passage
    share = place_share(passage, fact("số ngôi nhà bị sập", 12, places=(nfc(place),)))
    assert (share == 1.0) is one


@pytest.mark.parametrize("printed", ["TP.HCM", "TPHCM", "TP. Hồ Chí Minh", "thành phố Hồ Chí Minh", "Sài Gòn"])
def test_the_filter_knows_a_place_by_each_of_its_names(printed: str) -> None:
    row = {"id": "1", "fact": {"indicator": "số nhà bị sập", "value": 12, "dim": "count", "place": "TP.HCM"}}
    passage = prepare(nfc(f"Tại {printed} có 12 ngôi nhà bị sập.")).passage
    held = read_fact(row)
    assert (held.places[0], place_share(passage, held)) == ("TP.HCM", 1.0)
    assert place_share(prepare(nfc("Tại Bình Sơn có 12 ngôi nhà bị sập.")).passage, held) == 0.0


def test_the_filter_takes_a_place_that_is_spelled_right_for_no_other() -> None:
    row = {"id": "1", "fact": {"indicator": "số nhà bị sập", "value": 12, "dim": "count", "place": "Ba Dinh"}}
    assert read_fact(row).places == ("Ba Dinh",)
