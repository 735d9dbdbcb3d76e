"""The sample press that notes when each of its hosts was asked and had an answer, whatever its readers say of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from core.urls import host_of
from sample.houses import HOUSES
from sample.server import SamplePress

SLOW_EVERY = 8


@dataclass(frozen=True)
class Asked:
    """A request; `end` is just before the first byte of its answer, which its reader can't have sooner."""

    host: str
    begin: float
    end: float


class WatchedPress(SamplePress):
    """Of each house's answers some take `slow` seconds: a reader that does not wait for them is caught."""

    def __init__(self, slow: float) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.port = 0
        self._slow, self._stopping, self._count = slow, threading.Event(), Counter[str]()

    def start(self, port: int = 0) -> int:
        self.port = super().start(port)
        for house, server in zip(HOUSES, self._servers, strict=True):
            plain: Any = server.RequestHandlerClass
            server.RequestHandlerClass = _watched(plain, self._note_of(host_of(self.bases[house.id])))
        return self.port

    def stop(self) -> None:
        self._stopping.set()
        super().stop()

    def _note_of(self, host: str) -> Callable[[], Callable[[], None]]:
        """Called as a request comes; what it returns is to be called as the answer goes."""

        def begun() -> Callable[[], None]:
            begin = time.monotonic()
            self._count[host] += 1
            if self._count[host] % SLOW_EVERY == 0:
                self._stopping.wait(self._slow)
            return lambda: self.asked.append(Asked(host, begin, time.monotonic()))

        return begun


def _watched(plain: type[BaseHTTPRequestHandler], begun: Callable[[], Callable[[], None]]) -> type[Any]:
    class Watched(plain):  # type: ignore[valid-type,misc]
        def do_GET(self) -> None:  # noqa: N802 - the server's name
            self._answered = begun()
            super().do_GET()

        def do_HEAD(self) -> None:  # noqa: N802
            self._answered = begun()
            super().do_HEAD()

        def send_response(self, *said: Any) -> None:
            self._answered()
            super().send_response(*said)

    return Watched
