"""Contract suites: what every implementation of a port must do. A subclass named Test… gives the fixtures."""

import pytest

for _module in ("crawl_ledger", "store", "outbox", "search_index", "desk_book", "reading_room"):
    pytest.register_assert_rewrite(f"tests.contracts.{_module}")
