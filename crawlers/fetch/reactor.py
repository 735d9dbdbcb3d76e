"""Runs a crawl to its end in the calling thread. Twisted's reactor can't be started twice, its event loop can be.

The reactor that wraps an asyncio loop is marked as running once; then the loop is run for one crawl after another.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from scrapy.utils.reactor import install_reactor

from crawlers.fetch.connect import LoopNames

T = TypeVar("T")

_ONE_AT_A_TIME = threading.Lock()
_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine on the process's reactor; crawls in other threads wait for their turn."""
    with _ONE_AT_A_TIME:
        loop = _loop()
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(main())


def _loop() -> asyncio.AbstractEventLoop:
    install_reactor(_REACTOR)
    from twisted.internet import reactor  # noqa: PLC0415 - only after it has been chosen

    chosen: Any = reactor
    if not chosen.running:
        chosen.installNameResolver(LoopNames())
        chosen.startRunning(installSignalHandlers=False)
    loop: asyncio.AbstractEventLoop = chosen._asyncioEventloop
    return loop
