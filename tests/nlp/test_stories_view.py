"""A story as a page shows it: title, timeline, sources, growth, state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.stories.view import Growth, StoryState, Told, best_title, growth, state, timeline, view

NOW = datetime(2026, 9, 10, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _told(name: str, hours_ago: float, source: str = "bao_mot", title: str = "Bão số 9", adds: bool = True) -> Told:
    return Told(article=name, title=title, source=source, published=NOW - hours_ago * HOUR, adds=adds)


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


def test_the_timeline_goes_by_vietnamese_days_and_counts_reprints() -> None:
    early = Told(article="a", title="", source="x", published=datetime(2026, 9, 8, 16, 59, tzinfo=UTC))
    after_midnight = Told(article="b", title="", source="x", published=datetime(2026, 9, 8, 17, 1, tzinfo=UTC))
    reprint = Told(article="c", title="", source="y", published=datetime(2026, 9, 9, 3, 0, tzinfo=UTC), adds=False)
    days = timeline([reprint, after_midnight, early])
    assert [(d.day, [a.article for a in d.articles], d.reprints) for d in days] == [
        (date(2026, 9, 8), ["a"], 0),
        (date(2026, 9, 9), ["b"], 1),
    ]


@pytest.mark.parametrize(
    ("hours_ago", "usual", "expected"),
    [
        ([3], None, StoryState.NEW),
        ([3, 5], None, StoryState.NEW),
        ([1, 2, 3, 5], None, StoryState.GROWING),
        ([1, 30], None, StoryState.QUIET),
        ([30, 40, 80], None, StoryState.QUIET),
        ([1, 2, 3, 30, 60], None, StoryState.GROWING),
        ([1, 2, 3, 26, 27, 28, 29, 30], None, StoryState.QUIET),
        ([1, 2, 3, 30], 6.0, StoryState.QUIET),
        ([1, 2, 3, 30], 1.5, StoryState.GROWING),
    ],
)
def test_state(hours_ago: list[float], usual: float | None, expected: StoryState) -> None:
    times = [NOW - hours * HOUR for hours in hours_ago]
    assert state(times, NOW, growth(times, NOW, usual)) is expected


def test_growth_against_the_usual() -> None:
    times = [NOW - hours * HOUR for hours in (1, 2, 3, 4, 30, 60, 72)]
    found = growth(times, NOW)
    assert (found.recent, found.usual) == (4, 1.5)
    assert found.ratio == pytest.approx(4 / 1.5)
    assert Growth(recent=2, usual=0.0).ratio is None


def test_the_whole_view() -> None:
    told = [
        _told("c", 2, "bao_hai", "Bão số 9: kè Sa Cần sạt lở", adds=False),
        _told("a", 20, "bao_mot", "Bão số 9 làm sạt lở kè Sa Cần"),
        _told("b", 9, "bao_ba", "Kè Sa Cần sạt lở vì bão số 9"),
    ]
    found = view("a", told, NOW)
    assert (found.articles, found.reprints, found.sources) == (3, 1, ("bao_mot", "bao_ba", "bao_hai"))
    assert (found.first, found.last) == (NOW - 20 * HOUR, NOW - 2 * HOUR)
    assert found.title in {a.title for a in told}
    with pytest.raises(ValueError, match="without articles"):
        view("a", [], NOW)
