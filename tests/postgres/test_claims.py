"""Claims of several workers, and whose turn it is to write."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import FixedClock
from core.errors import StoreError
from core.records import StoryAlert
from core.settings import KeepSettings
from store.postgres.address import Address, connect
from store.postgres.record import open_record
from store.sqlite.record import Record
from tests.fakes.records import NOON, make_article, make_message, make_tagged
from tests.postgres.server import Server

_BLOCKED = "SELECT 1 FROM pg_stat_activity WHERE datname = '{}' AND wait_event_type = 'Lock'"


def test_a_message_is_claimed_by_one_of_many_at_once(desked: Record) -> None:
    desked.outbox.add([make_message(f"k{number}") for number in range(60)], NOON)
    start = threading.Barrier(4)

    def worker() -> list[int]:
        start.wait()
        mine: list[int] = []
        while claims := desked.outbox.claim(NOON, 3, 60):
            mine += [claim.id for claim in claims]
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [number for done in [pool.submit(worker) for _ in range(4)] for number in done.result()]
    assert len(taken) == len(set(taken)) == 60


def test_a_claim_waits_for_nobody_and_leaves_out_what_another_has_locked(desked: Record) -> None:
    desked.outbox.add([make_message("first"), make_message("second")], NOON)
    with desked.database.write() as con, ThreadPoolExecutor(1) as pool:
        con.execute("UPDATE outbox SET brief = '' WHERE key = 'first'")  # a writer at work, its turn not over
        claims = pool.submit(lambda: desked.outbox.claim(NOON, 10, 60)).result(timeout=60)
        assert [claim.message.key for claim in claims] == ["second"]
    assert [claim.message.key for claim in desked.outbox.claim(NOON, 10, 60)] == ["first"]


@pytest.mark.parametrize("planned", [True, False])
def test_what_a_worker_is_just_taking_is_not_taken_back_by_who_sets_its_article_aside(
    server: Server, address: Address, desked: Record, planned: bool
) -> None:
    article = make_article()
    desked.articles.save(make_tagged(article))
    if planned:
        alert = StoryAlert(desk="binh_son", story=article.id, recipient="office", rules=("r",), first=NOON, told_by="k",
                           told_at=NOON, told=(article.id,))  # fmt: skip
        desked.alerts.put([alert])
        desked.alerts.enqueue([make_message("k")], NOON, tells_of={article.id: NOON})
    else:
        desked.outbox.add([make_message("k", article=article.id)], NOON)
    with ThreadPoolExecutor(1) as pool:
        with desked.database.write(claims=True) as con:
            con.execute("UPDATE outbox SET state = 'claimed', lease_until = 1 WHERE key = 'k'")
            done = pool.submit(desked.work.set_aside, "binh_son", article.id, NOON, "office")
            while not done.done() and not server.run(_BLOCKED.format(address.database)):
                pass  # the server is asked again
        assert done.result()
    assert [(row.message.key, row.state) for row in desked.reading.messages("binh_son")] == [("k", "claimed")]


def test_writers_take_turns_and_say_who_is_in_the_way(server: Server, address: Address, record: Record) -> None:
    clock, keep = FixedClock(NOON), KeepSettings()
    with record.database.write():
        waiting = ThreadPoolExecutor(1).submit(
            open_record, address, record.path.parent, clock=clock, keep=keep, busy_seconds=0.2
        )
        with waiting.result() as other, pytest.raises(StoreError, match="another process has been writing"):
            ThreadPoolExecutor(1).submit(other.outbox.add, [make_message("k")], NOON).result()


def test_a_writer_whose_machine_dies_loses_its_turn_and_what_it_began(
    server: Server, address: Address, record: Record, desked: Record
) -> None:
    with pytest.raises(StoreError), record.database.write() as con:
        con.execute("DELETE FROM desks")
        server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{address.database}' AND state = 'idle in transaction'"
        )
        con.execute("SELECT 1")
    assert record.desks.desks() == desked.desks.desks() != ()
    assert record.outbox.add([make_message("after")], NOON) == 1


def test_a_server_whose_machine_falls_silent_is_given_up_within_a_minute(address: Address) -> None:
    """Whoever waits for its answer sends nothing: only the system's own probes tell."""
    asked = connect(address, lock_seconds=1)._usock
    idle, every, count = (
        asked.getsockopt(socket.IPPROTO_TCP, option)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    )
    assert asked.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) and idle + every * count < 60
    assert 0 < asked.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) < 60_000
    asked.close()


def test_the_program_goes_on_when_the_server_comes_back(server: Server, record: Record) -> None:
    assert record.articles.count() == 0
    server.ctl("-m", "fast", "restart")
    assert record.articles.count() == 0
