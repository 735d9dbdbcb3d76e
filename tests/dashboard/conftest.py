"""The pages over the ports in memory, asked as a browser asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.clock import FixedClock
from core.settings import Settings
from dashboard.app import create_app
from dashboard.room import RunStatus
from tests.fakes.differ import differ
from tests.fakes.reading import FakePress, sample_press

MORNING = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
"""07:30 on Saturday 21 November 2026 in Viet Nam."""
QUIET = RunStatus()


def client(
    press: Any, *, settings: Mapping[str, Any] | None = None, status: RunStatus = QUIET, **how: Any
) -> TestClient:
    """A browser on this machine that has opened the pages over `press`."""
    app = create_app(
        reading=press, search=press, desks=press, corrections=press, differ=differ, publishers=press.publishers,
        clock=FixedClock(MORNING),
        settings=Settings(**(settings or {})), status=lambda: status,
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False, **how)


@pytest.fixture
def press() -> FakePress:
    return sample_press(MORNING)


@pytest.fixture
def get(press: FakePress) -> Callable[[str], str]:
    """Text of a page that must answer 200."""
    browser = client(press)

    def page(path: str) -> str:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        return answer.text

    return page
