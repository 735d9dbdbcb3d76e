"""A bug in what feeds the search engine is not lost in its thread."""

from __future__ import annotations

import logging
import threading

import pytest

from app.feeding import Feeding


def test_a_bug_stops_the_process_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()

    def work() -> None:
        raise KeyError("a field that the engine left out")

    feed = Feeding(work, stop)
    feed.start()
    assert stop.wait(10), "what runs beside it ends"
    with pytest.raises(KeyError):
        feed.end()
    (said,) = [line for line in caplog.records if line.levelno == logging.CRITICAL]
    assert said.exc_info is not None


def test_work_that_ends_by_itself_stops_nothing() -> None:
    stop = threading.Event()
    feed = Feeding(lambda: None, stop)
    feed.start()
    feed.end()
    assert not stop.is_set()
