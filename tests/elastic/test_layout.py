"""Names and bounds of the months that have an index each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from store.elastic.layout import month_of, month_start
from store.elastic.search import reaching


@pytest.mark.parametrize(
    ("now", "back", "month"),
    [("2026-03-31T17:00", 0, "2026-04"), ("2026-03-31T16:59", 0, "2026-03"), ("2026-03-05T05:00", 3, "2025-12"),
     ("2026-01-01T00:00", 24, "2024-01")],
)  # fmt: skip
def test_a_month_begins_where_its_index_does(now: str, back: int, month: str) -> None:
    start = month_start(datetime.fromisoformat(now).replace(tzinfo=UTC), back)
    assert month_of(start) == month
    assert (start.hour, start.minute) == (17, 0), "midnight in Viet Nam"
    assert month_of(datetime.fromtimestamp(start.timestamp() - 1, UTC)) < month


@pytest.mark.parametrize(("articles", "months"), [(0, 1), (10, 1), (11, 2), (30, 2), (31, 4), (40, 4), (41, 4)])
def test_the_newest_months_that_have_so_many(articles: int, months: int) -> None:
    assert reaching((10, 20, 0, 10), articles) == months
    assert reaching((), articles) == 0
