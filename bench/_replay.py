"""The press replay of the labelled data as a process of its own, and its pages without a server."""

from __future__ import annotations

import argparse
import importlib.util
import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

from bench.__main__ import SkipBenchError
from tests.data import data_dir

FIRST = date(2025, 11, 1)
A_DAY = 420
"""Items a day that the data has, less than on any month's average."""
KILOBYTES = 270


@dataclass(slots=True)
class Server:
    """A replay that runs."""

    url: str
    process: psutil.Process
    items: int

    def cpu_seconds(self) -> float:
        """What the page server itself has used."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


def tool() -> Path:
    """The replay's program. Raises SkipBenchError where the data is not there."""
    file = data_dir().parent / "tools" / "press_replay.py"
    if not file.exists():
        raise SkipBenchError(f"{file}: no press replay there")
    return file


def module() -> ModuleType:
    """The replay as a module."""
    spec = importlib.util.spec_from_file_location("press_replay", tool())
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def press(pages: int, weight: int = KILOBYTES) -> Any:
    """The replay's press over about so many items, without a server."""
    items = sorted(str(file) for file in (data_dir() / "feeds").glob("items_*.jsonl.xz"))
    return module().Press(
        argparse.Namespace(
            port=80, seed=1, fault=[], speed=0.0, weight=weight, pages=str(data_dir() / "pages"), pages_only=False,
            items=items, start=FIRST.isoformat(), end=last_day(pages),
        )
    )  # fmt: skip


def last_day(pages: int) -> str:
    """The first day that is no longer replayed for so many pages."""
    return (FIRST + timedelta(days=-(-pages // A_DAY))).isoformat()


@contextmanager
def serving(pages: int, weight: int = KILOBYTES) -> Iterator[Server]:
    """A replay of at least so many pages on loopback."""
    program = tool()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, str(program), "--port", str(port), "--from", FIRST.isoformat(), "--to", last_day(pages),
        "--weight", str(weight),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}/"
            items = sum(entry["items"] for entry in _root(url)["publishers"].values())
            yield Server(url=url, process=psutil.Process(server.pid), items=items)
        finally:
            server.terminate()


def _root(url: str) -> Any:
    from tenacity import Retrying, stop_after_delay, wait_fixed  # noqa: PLC0415

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    tries = Retrying(stop=stop_after_delay(90), wait=wait_fixed(0.3), reraise=True)
    return tries(lambda: json.loads(opener.open(url, timeout=10).read()))
