"""An article that the office put aside as not about the place is in no alert, plan or digest."""

from __future__ import annotations

from core.clock import FixedClock
from store.sqlite.record import Record
from tests.alerts.test_planning import room_of
from tests.fakes.alerting import DIGEST, URGENT


def test_it_raises_nothing_any_more(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, URGENT, DIGEST)
    aside = room.prints("disaster", title="Không phải về xã")
    record.work.set_aside("binh_son", aside.id, clock.now(), "office")
    room.until(24, step=60)
    assert room.rows() == []


def test_what_waits_for_the_digest_goes_without_it(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, DIGEST)
    aside = room.prints("health", title="Không phải về xã")
    other = room.prints("health", title="Trạm y tế mới")
    twin = room.prints("health", story=other.id, title="Trạm y tế khác xã", source="bao_b")
    room.round()
    for article in (aside, twin):
        record.work.set_aside("binh_son", article.id, clock.now(), "office")
    room.until(24, step=60)
    (row,) = room.rows()
    assert "Trạm y tế mới" in row.message.text
    assert "Không phải về xã" not in row.message.text and "khác xã" not in row.message.text + row.message.html


def test_a_digest_that_was_written_and_not_sent_is_written_anew(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, DIGEST)
    aside = room.prints("health", title="Không phải về xã")
    room.prints("health", title="Trạm y tế mới")
    room.until(24, step=60)
    (row,) = room.rows()
    assert "Không phải về xã" in row.message.text
    record.work.set_aside("binh_son", aside.id, clock.now(), "office")
    room.until(24, step=60)
    (row,) = [row for row in room.rows() if row.state == "waiting"]
    assert "Trạm y tế mới" in row.message.text and "Không phải về xã" not in row.message.text


def test_a_story_of_which_something_is_left_has_the_title_of_what_is_left(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, DIGEST)
    aside = room.prints("health", title="Không phải về xã")
    room.prints("health", story=aside.id, title="Trạm y tế mới", source="bao_b")
    record.work.set_aside("binh_son", aside.id, clock.now(), "office")
    room.until(24, step=60)
    (row,) = room.rows()
    assert "Trạm y tế mới" in row.message.text and "Không phải về xã" not in row.message.text + row.message.html


def test_nothing_is_planned_for_it_any_more(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, DIGEST)
    aside = room.prints("health")
    room.round()
    assert [alert.due is not None for alert in record.alerts.alerts("binh_son")] == [True]
    record.work.set_aside("binh_son", aside.id, clock.now(), "office")
    room.round()
    assert not [alert for alert in record.alerts.alerts("binh_son") if alert.due]


def test_brought_back_it_is_told_as_new_and_once(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, URGENT)
    article = room.prints("disaster", title="Lũ lên nhanh")
    room.round()
    record.work.set_aside("binh_son", article.id, clock.now(), "office")
    room.until(1)
    assert room.rows() == []
    record.work.take_back("binh_son", article.id, clock.now(), "office")
    room.until(3)
    assert [subject for _, subject in room.told()] == ["KHẨN: Lũ lên nhanh (Báo A)"]


def test_an_urgent_message_not_sent_yet_is_taken_back(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock, URGENT)
    article = room.prints("disaster")
    room.until(0.5)
    assert len(room.rows()) == 1
    record.work.set_aside("binh_son", article.id, clock.now(), "office")
    room.until(2)
    assert room.rows() == []
