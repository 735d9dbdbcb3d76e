"""The crawls of several machines share a record on a server: killed at random, they keep to the same."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from core.settings import RecordSettings
from store.postgres.address import Address
from tests.postgres.server import PASSWORD
from tests.workers.crawl_worker import PACE, settings_for
from tests.workers.test_three_workers import read_by_three
from tests.workers.watched_press import WatchedPress


def test_three_workers_and_random_kills(address: Address, tmp_path: Path) -> None:
    record = RecordSettings(url=str(address), password=SecretStr(PASSWORD))
    with WatchedPress(slow=2 * PACE) as press:
        read_by_three(settings_for(tmp_path, record, lease=4), press, kills=3)
