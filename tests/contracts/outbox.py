"""What every Outbox does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from core.ports import Outbox
from core.records import Delivered, Message, Refused, Retry
from tests.fakes.records import NOON, make_message

MINUTE = timedelta(minutes=1)
Enqueue = Callable[[Sequence[Message]], None]


class OutboxContract:
    """Subclass with fixtures `outbox` (empty, knowing make_desk()) and `enqueue` (writes messages at NOON)."""

    def test_a_message_is_lent_with_the_address_of_the_moment(self, outbox: Outbox, enqueue: Enqueue) -> None:
        enqueue([make_message()])
        (claim,) = outbox.claim(NOON, 10, 60)
        assert (claim.message.key, claim.address) == ("article:1:office", "tin@binhson.gov.vn")
        assert (claim.attempts, claim.until) == (1, NOON + MINUTE)

    def test_a_message_is_written_once_a_key(self, outbox: Outbox, enqueue: Enqueue) -> None:
        message = make_message()
        enqueue([message, message])
        enqueue([message])
        assert [c.message.key for c in outbox.claim(NOON, 10, 60)] == [message.key]

    def test_a_recipient_who_is_gone_has_no_address(self, outbox: Outbox, enqueue: Enqueue) -> None:
        enqueue([make_message(recipient="gone")])
        assert outbox.claim(NOON, 10, 60)[0].address == ""

    def test_a_lent_message_is_nobody_elses(self, outbox: Outbox, enqueue: Enqueue) -> None:
        enqueue([make_message("1"), make_message("2")])
        first = outbox.claim(NOON, 1, 60)
        second = outbox.claim(NOON, 10, 60)
        assert {c.message.key for c in first} | {c.message.key for c in second} == {"1", "2"}
        assert len(first) + len(second) == 2

    def test_a_lease_that_ended_passes_on_and_the_late_worker_is_ignored(
        self, outbox: Outbox, enqueue: Enqueue
    ) -> None:
        enqueue([make_message()])
        (late,) = outbox.claim(NOON, 1, 60)
        assert outbox.claim(NOON + MINUTE - timedelta(seconds=1), 1, 60) == []
        (second,) = outbox.claim(NOON + MINUTE, 1, 60)
        assert second.attempts == 2
        outbox.mark(late, Refused(reason="550"), NOON + MINUTE)
        outbox.mark(second, Delivered(), NOON + MINUTE)
        assert outbox.claim(NOON + 100 * MINUTE, 1, 60) == []

    def test_delivered_and_refused_never_come_again(self, outbox: Outbox, enqueue: Enqueue) -> None:
        enqueue([make_message("1"), make_message("2")])
        one, two = outbox.claim(NOON, 2, 60)
        outbox.mark(one, Delivered(), NOON)
        outbox.mark(two, Refused(reason="550 no such user"), NOON)
        assert outbox.claim(NOON + 10_000 * MINUTE, 10, 60) == []

    def test_a_retry_comes_after_its_interval(self, outbox: Outbox, enqueue: Enqueue) -> None:
        enqueue([make_message()])
        (claim,) = outbox.claim(NOON, 1, 60)
        outbox.mark(claim, Retry(reason="451 greylisted", after=7 * MINUTE), NOON)
        assert outbox.claim(NOON + 6 * MINUTE, 1, 60) == []
        assert outbox.claim(NOON + 7 * MINUTE, 1, 60)[0].attempts == 2

    def test_a_message_waits_for_its_time(self, outbox: Outbox, enqueue: Enqueue) -> None:
        enqueue([make_message(not_before=NOON + 30 * MINUTE)])
        assert outbox.claim(NOON, 1, 60) == []
        assert len(outbox.claim(NOON + 30 * MINUTE, 1, 60)) == 1

    def test_what_stays_on_the_page_is_never_lent(self, outbox: Outbox, enqueue: Enqueue) -> None:
        enqueue([make_message(channel="page")])
        assert outbox.claim(NOON, 10, 60) == []
        assert outbox.claim(NOON, 10, 60, channel="page") == []

    def test_the_longest_due_go_first(self, outbox: Outbox, enqueue: Enqueue) -> None:
        enqueue([make_message("later", not_before=NOON + MINUTE), make_message("sooner", not_before=NOON)])
        assert [c.message.key for c in outbox.claim(NOON + MINUTE, 1, 60)] == ["sooner"]
