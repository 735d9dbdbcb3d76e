"""Daily counts of the record."""

from __future__ import annotations

from tests.contracts.daily_counts import DailyCountsContract


class TestDailyCounts(DailyCountsContract):
    pass
