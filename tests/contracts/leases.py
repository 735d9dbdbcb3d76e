"""What every keeper of leases holds to. `leases` is the keeper, `clock` the clock that it goes by."""

from __future__ import annotations

from datetime import timedelta

from core.clock import FixedClock
from core.ports import Leases


class LeasesContract:
    """Mixed into a test class whose module has the fixtures `leases` and `clock`."""

    def test_a_name_is_lent_to_one_worker(self, leases: Leases) -> None:
        assert [lease.name for lease in leases.take(["host:a", "host:b"], "one", 30)] == ["host:a", "host:b"]
        assert [lease.name for lease in leases.take(["host:b", "host:c"], "two", 30)] == ["host:c"]
        assert leases.elsewhere("one", "host:") == {"host:c"}
        assert leases.elsewhere("two", "host:") == {"host:a", "host:b"}
        assert leases.elsewhere("two", "duty:") == frozenset()

    def test_a_dead_workers_lease_passes_on_with_a_higher_fence(self, leases: Leases, clock: FixedClock) -> None:
        (first,) = leases.take(["host:a"], "one", 30)
        assert first.ago is None
        clock.move(timedelta(seconds=29))
        assert leases.take(["host:a"], "two", 30) == []
        clock.move(timedelta(seconds=3))
        (second,) = leases.take(["host:a"], "two", 30)
        assert second.fence > first.fence
        assert second.ago == 2.0, "the one before may have asked until its lease ended"
        assert leases.renew([first], 30) == frozenset()
        leases.release(first, 0)
        assert leases.elsewhere("one", "host:") == {"host:a"}, "what carries an old fence frees nothing"

    def test_a_renewed_lease_lasts_on(self, leases: Leases, clock: FixedClock) -> None:
        (held,) = leases.take(["host:a"], "one", 30)
        for _ in range(4):
            clock.move(timedelta(seconds=20))
            assert leases.renew([held], 30) == {"host:a"}
            assert leases.take(["host:a"], "two", 30) == []
        clock.move(timedelta(seconds=31))
        assert leases.renew([held], 30) == frozenset(), "a lease that has ended is taken anew, not prolonged"

    def test_what_is_given_back_tells_when_it_was_last_used(self, leases: Leases, clock: FixedClock) -> None:
        (held,) = leases.take(["host:a"], "one", 30)
        leases.release(held, 4)
        clock.move(timedelta(seconds=1))
        (taken,) = leases.take(["host:a"], "two", 30)
        assert taken.ago == 5.0

    def test_a_holder_takes_its_own_again(self, leases: Leases) -> None:
        (first,) = leases.take(["host:a"], "one", 30)
        (again,) = leases.take(["host:a"], "one", 30)
        assert again.fence > first.fence and again.ago is None
        assert leases.renew([first, again], 30) == {"host:a"}

    def test_workers_are_known_while_they_are_heard_of(self, leases: Leases, clock: FixedClock) -> None:
        leases.seen("one", "crawl", "may-1")
        clock.move(timedelta(seconds=50))
        leases.seen("two", "deliver", "may-2")
        assert [(w.id, w.role, w.machine) for w in leases.workers(timedelta(seconds=60))] == [
            ("one", "crawl", "may-1"), ("two", "deliver", "may-2"),
        ]  # fmt: skip
        clock.move(timedelta(seconds=20))
        leases.seen("two", "deliver", "may-2")
        (left,) = leases.workers(timedelta(seconds=60))
        assert left.id == "two" and left.seen - left.started == timedelta(seconds=20)

    def test_who_holds_a_name_is_told_while_it_is_held(self, leases: Leases, clock: FixedClock) -> None:
        leases.take(["duty:a"], "one", 30)
        assert leases.holder("duty:a") is None, "it never said who it is"
        leases.seen("one", "deliver", "may-1")
        told = leases.holder("duty:a")
        assert told is not None and (told.id, told.role, told.machine) == ("one", "deliver", "may-1")
        assert leases.holder("duty:b") is None
        clock.move(timedelta(seconds=31))
        assert leases.holder("duty:a") is None

    def test_what_was_lent_while_the_clock_was_ahead_binds_nobody(self, leases: Leases, clock: FixedClock) -> None:
        clock.move(timedelta(days=365))
        leases.seen("one", "deliver", "may-1")
        leases.take(["duty:a"], "one", 45)
        clock.move(timedelta(days=-365))
        assert leases.holder("duty:a") is None
        assert leases.elsewhere("two", "duty:") == frozenset()
        assert leases.workers(timedelta(minutes=1)) == ()
        assert [lease.name for lease in leases.take(["duty:a"], "two", 45)] == ["duty:a"]

    def test_a_worker_that_ends_leaves_nothing_behind(self, leases: Leases) -> None:
        leases.seen("one", "crawl", "may-1")
        leases.take(["host:a"], "one", 30)
        leases.gone("one")
        assert leases.workers(timedelta(minutes=1)) == ()
        assert [lease.name for lease in leases.take(["host:a"], "two", 30)] == ["host:a"]
