"""Figures of texts: offsets, qualifiers, what is counted, and texts made to hurt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.figures import read_figures
from core.records import Figure
from core.text import nfc


def only(text: str) -> Figure:
    found = read_figures(nfc(text))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "bound", "printed"),
    [
        ("ngập gần 3.500 ha lúa", "about", "gần 3.500 ha"),
        ("thiệt hại hơn 1,2 tỷ đồng", "over", "hơn 1,2 tỷ đồng"),
        ("chưa đến 40 hộ", "under", "chưa đến 40 hộ"),
        ("không quá 20 người", "under", "không quá 20 người"),
        ("ít nhất 5 người", "over", "ít nhất 5 người"),
        ("khoảng 200 người", "about", "khoảng 200 người"),
        ("có 12 người", "exact", "12 người"),
        ("không tập trung quá 30 người", "under", "quá 30 người"),
    ],
)
def test_qualifiers(text: str, bound: str, printed: str) -> None:
    figure = only(text)
    assert (figure.bound, figure.text) == (bound, printed)


def test_range_takes_unit_and_multiplier_of_its_end() -> None:
    figure = only("phạt từ 20 đến 30 triệu đồng")
    assert (figure.low, figure.high, figure.text) == (20e6, 30e6, "từ 20 đến 30 triệu đồng")


def test_what_is_counted_is_told() -> None:
    assert only("làm chết 3 người và").of == "người"
    assert only("có 186 hộ nghèo thiếu gạo").of.startswith("hộ nghèo")


def test_step_is_the_last_printed_place() -> None:
    assert only("1,2 tỷ đồng").step == pytest.approx(1e8)
    assert only("3.500 ha").step == pytest.approx(1e4)


def test_text_that_is_not_nfc_is_refused() -> None:
    with pytest.raises(ValueError, match="NFC"):
        read_figures("3 người ở Bình Sơn".replace("ơ", "o\u031b"))


@given(st.text(max_size=200))
def test_offsets_hold_for_any_text(text: str) -> None:
    whole = nfc(text)
    last = 0
    for figure in read_figures(whole):
        assert whole[figure.start : figure.end] == figure.text
        assert figure.start >= last
        assert figure.low <= figure.high
        last = figure.end


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "1" * 10_000,
        "1-" * 50_000,
        "1/" * 50_000,
        "1," * 50_000,
        "triệu " * 30_000,
        "một triệu " * 20_000,
        "từ 1 đến " * 20_000,
        "a-" * 60_000 + ".vn",
        "năm " * 40_000,
    ],
)
def test_hostile_texts_end(text: str) -> None:
    assert len(read_figures(text)) <= len(text)


@pytest.mark.timeout(120)
def test_a_megabyte_is_read_whole() -> None:
    sentence = "Mưa lũ làm 3 người chết, hơn 1.250 ngôi nhà bị ngập, thiệt hại 2,7 tỷ đồng. "
    times = 1_000_000 // len(sentence) + 1
    assert len(read_figures(sentence * times)) == 3 * times
