"""A crawl that is killed again and again finds every article once, counts exactly, and repeats no alert."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app import wiring
from app.crawling import crawl
from app.sample import SampleProcess
from app.world import choose
from core.clock import SystemClock
from core.settings import Settings
from tests.data import ROOT

KILLS = 50


@pytest.mark.timeout(600)
def test_fifty_kills_lose_nothing_and_read_nothing_twice(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    wiring.apply_sample_desk(settings)
    with SampleProcess() as press:
        command = [sys.executable, "-m", "tests.app.killed_crawl", str(tmp_path), str(press.port), str(KILLS), "7"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        expected = Settings(data_dir=tmp_path / "undisturbed")
        wiring.apply_sample_desk(expected)
        crawl(expected, choose(expected, sample_port=press.port), forever=False)
    assert json.loads(done.stdout)["killed"] > KILLS / 2
    assert _state(settings) == _state(expected)


def _state(settings: Settings) -> dict[str, object]:
    """All that must be the same however often the crawl was killed."""
    with wiring.record(settings, SystemClock()) as kept, kept.database.read() as con:
        assert con.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert con.execute("SELECT count(*) FROM pages WHERE state = 'pending'").fetchone()[0] == 0
        twice = con.execute("SELECT key FROM outbox GROUP BY key HAVING count(*) > 1").fetchall()
        assert not twice
        return {
            "pages": sorted(tuple(row) for row in con.execute("SELECT url, state, reason FROM pages")),
            "articles": sorted(tuple(row) for row in con.execute("SELECT id, url FROM articles")),
            "messages": con.execute("SELECT count(*) FROM outbox").fetchone()[0],
            "counts": kept.counts.totals(),
        }
