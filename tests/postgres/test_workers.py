"""The workers of several machines share a record on a server: killed, they keep to the same as on a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from core.settings import RecordSettings
from store.postgres.address import Address
from tests.postgres.server import PASSWORD
from tests.workers.crawl_worker import PACE, settings_for
from tests.workers.test_killed_delivery import arrives_once
from tests.workers.test_three_workers import read_by_three
from tests.workers.watched_press import WatchedPress


@pytest.fixture
def place(address: Address) -> RecordSettings:
    return RecordSettings(url=str(address), password=SecretStr(PASSWORD))


def test_three_workers_and_random_kills(place: RecordSettings, tmp_path: Path) -> None:
    with WatchedPress(slow=2 * PACE) as press:
        read_by_three(settings_for(tmp_path, place, lease=4), press, kills=3)


def test_each_mail_arrives_once(place: RecordSettings, tmp_path: Path) -> None:
    arrives_once(tmp_path, place)
