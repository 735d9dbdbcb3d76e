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


@pytest.mark.parametrize(
    ("text", "value"),
    [("8,2 triệu người", 8_200_000), ("2,01 triệu lượt khách", 2_010_000), ("16,1 nghìn hộ dân", 16_100)],
)
def test_people_counted_in_millions_are_read_to_the_last_one(text: str, value: int) -> None:
    assert (only(text).low, only(text).dimension) == (value, "count")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Xã có dân số 12.345 người.", "12.345 người"),
        ("quy mô dân số 1,2 triệu người", "1,2 triệu người"),
        ("lớp có sĩ số 45 học sinh", "45 học sinh"),
        ("đạt doanh số 5 tỷ đồng", "5 tỷ đồng"),
    ],
)
def test_a_population_is_a_figure_and_no_number_of_a_thing(text: str, printed: str) -> None:
    assert only(text).text == printed


@pytest.mark.parametrize("sign", ["②", "²", "③"])
def test_signs_that_look_like_digits_are_no_range(sign: str) -> None:
    assert read_figures(f"mục 1, {sign} người") == ()


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


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u2009", "\u202f"])
@given(value=st.integers(1_000, 10**11))
def test_thousands_set_apart_by_blanks_are_one_number(blank: str, value: int) -> None:
    dotted, spaced = (f"chi {value:,} đồng".replace(",", sign) for sign in (".", blank))
    found = only(spaced)
    assert (found.low, found.high, found.dimension, found.step) == (value, value, "money_vnd", only(dotted).step)
    assert found.text == f"{value:,} đồng".replace(",", blank)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Liên hệ 0905 123 456 người", 456),
        ("năm 2020 300 người", 300),
        ("Trong tháng 3 500 người", 500),
        ("Đợt 2 150 hộ", 150),
        ("Điều 12 300 hộ", 300),
    ],
)
def test_neighbouring_numbers_stay_two(text: str, value: int) -> None:
    assert only(text).low == value


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "1" * 10_000,
        "1-" * 50_000,
        "1/" * 50_000,
        "1," * 50_000,
        "123 " * 50_000,
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


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Kiểm tra phát hiện 1500 lỗi.", "1500 lỗi"),
        ("Đã cấp hơn 2000 thẻ.", "hơn 2000 thẻ"),
        ("Năm 2025, 1500 hộ thoát nghèo.", "1500 hộ"),
        ("Các năm 2019, 2020 người dân mất mùa.", None),
        ("Giải đấu 2019 khép lại.", None),
        ("Từ 1858 thực dân Pháp", None),
        ("Đến 2030 phấn đấu", None),
    ],
)
def test_four_digits_without_a_dot_count_what_follows_unless_they_are_a_year(text: str, printed: str | None) -> None:
    assert [figure.text for figure in read_figures(nfc(text))] == ([printed] if printed else [])


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("12.345 HỘ DÂN BỊ NGẬP", ["12.345 HỘ"]),
        ("12 NGƯỜI CHẾT", ["12 NGƯỜI"]),
        ("Mưa lũ:\nTHIỆT HẠI 15 TỶ ĐỒNG", ["15 TỶ ĐỒNG"]),
        ("QUẢNG NGÃI: LŨ LÀM 3 NGƯỜI CHẾT, 150 HA LÚA NGẬP", ["3 NGƯỜI", "150 HA"]),
        ("HAI BÀ TRƯNG DỰNG CỜ", []),
        ("TRỤ SỞ TẠI 26 LÊ LỢI", []),
        ("PHỦ SÓNG MẠNG 5G TOÀN XÃ", []),
        ("THỰC HIỆN CHỈ THỊ 15/CT-TTG VỀ ĐÊ ĐIỀU", []),
    ],
)
def test_headlines_in_capitals_are_read_as_they_would_be_in_small_letters(text: str, printed: list[str]) -> None:
    assert [figure.text for figure in read_figures(nfc(text))] == printed
