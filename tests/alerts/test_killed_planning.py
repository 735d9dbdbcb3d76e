"""Killed anywhere between an article and its mark: nothing is lost, and at most one message repeated.

Tried before each statement but those before which the files are, byte for byte, as before another that is tried.
"""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections import Counter
from pathlib import Path

from tests.alerts import plan_worker
from tests.store.crash_worker import kill_points

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.alerts.plan_worker"])


def test_each_message_arrives_and_at_most_one_twice(tmp_path: Path) -> None:
    template = tmp_path / "template.sqlite3"
    plan_worker.prepare(template)
    points = kill_points(_copy(template, tmp_path / "dry"), plan_worker.work)
    expected = set((tmp_path / "dry" / "sent").read_text().split("\n"))
    assert len(expected - {""}) == 2 and len(points) > 15
    for die_at in points:
        path = _copy(template, tmp_path / f"{die_at}")
        worker = CONTEXT.Process(target=plan_worker.work, args=(str(path), die_at))
        worker.start()
        worker.join()
        assert worker.exitcode == -signal.SIGKILL, die_at
        plan_worker.work(str(path))
        sent = Counter(path.with_name("sent").read_text().split("\n")[:-1])
        assert set(sent) == expected - {""}, die_at
        assert sum(sent.values()) <= 3, f"{die_at}: at most one repeat"


def _copy(template: Path, folder: Path) -> Path:
    folder.mkdir()
    return Path(shutil.copy(template, folder / "diembao.sqlite3"))
