"""The pages on a real server on loopback, and the system's Chromium."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from core.clock import FixedClock
from core.settings import Settings
from dashboard.app import create_app
from dashboard.room import RunStatus
from tests.browser.windows import Windows
from tests.fakes.differ import differ
from tests.fakes.reading import FakePress, sample_press
from tests.parts import require

MORNING = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
"""07:30 on a Saturday in Viet Nam."""
SAMPLE = RunStatus(sample=True)


@contextmanager
def serving(press: FakePress, status: RunStatus = SAMPLE) -> Iterator[str]:
    """The pages over a press, on a port of their own; gives the address."""
    app = create_app(
        reading=press, search=press, desks=press, corrections=press, differ=differ, publishers=press.publishers,
        clock=FixedClock(MORNING),
        settings=Settings(), status=lambda: status,
    )  # fmt: skip
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="session")
def press() -> FakePress:
    return sample_press(MORNING)


@pytest.fixture(scope="session")
def site(press: FakePress) -> Iterator[str]:
    with serving(press) as address:
        yield address


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[str]]:
    return serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = require("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Windows:
    return Windows(browser)
