"""A single crawl right after another was killed: it reads the whole press, not what the dead one's leases leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import wiring
from app.crawling import crawl
from app.world import choose
from core.urls import host_of
from crawlers.crawl_hold import PREFIX
from sample.server import SamplePress
from tests.workers import crawl_worker


@pytest.mark.parametrize("heard_of", [True, False])
def test_what_a_dead_crawl_held_is_read_too(tmp_path: Path, heard_of: bool) -> None:
    """It was last heard of before it last prolonged its leases: there is a while in which only these tell of it."""
    settings = crawl_worker.settings_for(tmp_path)
    wiring.apply_sample_desk(settings)
    press = SamplePress()
    port = press.start()
    with press:
        world = choose(settings, sample_port=port)
        endpoints = [endpoint for one in world.publishers.values() for endpoint in one.endpoints]
        with wiring.record(settings) as kept:
            if heard_of:
                kept.leases.seen("dead", "crawl", "here")
            kept.leases.take([PREFIX + host_of(one.url) for one in endpoints], "dead", settings.crawl.lease)
        crawl(settings, world, forever=False)
    with wiring.record(settings) as kept:
        states = kept.ledger.poll_states(endpoints).values()
        assert len(states) == len(endpoints)
        assert all(state.last_poll for state in states)
        assert kept.counts.totals()["kept"]
