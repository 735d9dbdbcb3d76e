"""A small story within a larger urgent one waits for the digest, as long as it is small."""

from __future__ import annotations

from core.clock import FixedClock
from store.sqlite.record import Record
from tests.alerts.test_planning import ONCE, room_of
from tests.fakes.alerting import URGENT


def test_a_larger_urgent_story_covers_a_smaller_one(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, URGENT, timing=ONCE)
    large = room.prints("disaster", title="Lũ lớn toàn vùng")
    for source in ("bao_b", "bao_c"):
        room.prints("disaster", story=large.id, source=source)
    room.until(0.5)
    room.prints("disaster", source="bao_d", title="Một ngôi nhà bị tốc mái")
    room.until(1)
    assert len(room.rows()) == 1
    room.until(19)
    assert [row.message.urgent for row in room.rows()] == [True, False]
    assert "[thuộc câu chuyện lớn hơn] Một ngôi nhà bị tốc mái" in room.rows()[1].message.text


def test_what_was_covered_is_told_at_once_when_it_grows_beyond_that(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, URGENT, timing=ONCE)
    large = room.prints("disaster", title="Lũ lớn toàn vùng")
    for source in ("bao_b", "bao_c"):
        room.prints("disaster", story=large.id, source=source)
    room.until(0.5)
    small = room.prints("disaster", source="bao_d", title="Vỡ đê ở một thôn")
    room.until(0.5)
    room.prints("disaster", story=small.id, source="bao_e", title="Dân chạy lũ trong đêm")
    room.until(0.5)
    assert [row.message.urgent for row in room.rows()] == [True, True]
    assert "Vỡ đê ở một thôn" in room.rows()[1].message.subject
