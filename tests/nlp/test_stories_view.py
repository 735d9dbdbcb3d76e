"""A story as a page shows it: title, growth, state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.stories.view import StoryState, best_title, growth, state

NOW = datetime(2026, 9, 10, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("titles", "best"),
    [
        ([], ""),
        (["", "  "], ""),
        (["Một tiêu đề duy nhất"], "Một tiêu đề duy nhất"),
        (
            [
                "Điểm tin sáng: bão số 9 đổ bộ Quảng Ngãi, giá vàng tăng",
                "Bão số 9 đổ bộ Quảng Ngãi, hàng trăm nhà tốc mái",
                "Bão số 9 đổ bộ vào Quảng Ngãi lúc rạng sáng, gây tốc mái hàng trăm căn nhà, đổ cột điện, chia cắt "
                "các tuyến đường và khiến hàng nghìn học sinh phải nghỉ học đến hết tuần",
                "BÃO SỐ 9 ĐỔ BỘ QUẢNG NGÃI, HÀNG TRĂM NHÀ TỐC MÁI",
                "Vì sao bão số 9 mạnh?",
            ],
            "Bão số 9 đổ bộ Quảng Ngãi, hàng trăm nhà tốc mái",
        ),
        (
            ["Đêm trắng ở kè biển", "Kè biển Sa Cần sạt lở", "Kè biển Sa Cần sạt lở 300 m", "300 m kè Sa Cần sạt lở"],
            "Kè biển Sa Cần sạt lở 300 m",
        ),
    ],
)
def test_the_best_headline_is_not_the_longest(titles: list[str], best: str) -> None:
    assert best_title(titles) == best


@given(st.lists(st.text(max_size=60), max_size=6))
def test_the_title_is_one_of_the_headlines(titles: list[str]) -> None:
    best = best_title(titles)
    assert best in titles or (not best and not any(title.strip() for title in titles))


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [
        ([3], StoryState.NEW),
        ([3, 5], StoryState.NEW),
        ([1, 2, 3, 5], StoryState.GROWING),
        ([1, 30], StoryState.QUIET),
        ([30, 40, 80], StoryState.QUIET),
        ([1, 2, 3, 30, 60], StoryState.GROWING),
        ([1, 2, 3, 26, 27, 28, 29, 30], StoryState.QUIET),
    ],
)
def test_state(hours_ago: list[float], expected: StoryState) -> None:
    times = [NOW - hours * HOUR for hours in hours_ago]
    assert state(times, NOW, growth(times, NOW)) is expected


def test_growth_against_the_usual() -> None:
    times = [NOW - hours * HOUR for hours in (1, 2, 3, 4, 30, 60, 72)]
    found = growth(times, NOW)
    assert (found.recent, found.usual) == (4, 1.5)
