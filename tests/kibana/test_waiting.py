"""What whoever sits at the terminal sees while Kibana gives no answer."""

from __future__ import annotations

import io
import sys
import threading
from pathlib import Path

import pytest

from app import dashboards
from core.settings import KibanaSettings, Settings
from tests.standins.kibana import kibana


class Terminal(io.StringIO):
    """A standard error that a person looks at."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if "waits for http" in text:
            self.told.set()
        return super().write(text)


@pytest.mark.parametrize("work", [dashboards.load, dashboards.check])
def test_what_is_waited_for_is_told(work: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    in_time: list[bool] = []

    def slow(_method: str, _path: str) -> None:
        if not in_time:
            in_time.append(terminal.told.wait(10))

    monkeypatch.setattr(sys, "stderr", terminal)
    with kibana() as stand:
        stand.instead = slow
        given = KibanaSettings.model_validate({"url": stand.url, "wait": 0})
        assert callable(work) and work(Settings(data_dir=tmp_path, kibana=given))
    assert in_time[0] and f"waits for {stand.url}" in terminal.getvalue()
