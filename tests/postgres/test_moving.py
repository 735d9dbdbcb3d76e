"""The whole record moves to a server and back, counted and hashed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.errors import StoreError
from core.settings import KeepSettings
from store.postgres.address import _SESSION, Address
from store.postgres.moving import copy, move, where_to
from store.postgres.record import open_record as open_on_server
from store.sqlite.record import Record
from store.sqlite.record import open_record as open_file
from tests.fakes.full import full_record
from tests.fakes.records import NOON, make_desk
from tests.postgres.server import Server


def _opened(path: Path) -> Record:
    return open_file(path, clock=FixedClock(NOON), keep=KeepSettings())


def _tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that a file holds, but its search index and what it remembers by name."""
    with closing(sqlite3.connect(path)) as con:
        names = con.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT IN"
            " ('meta', 'migrations')"
        ).fetchall()
        return {name: sorted(con.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for (name,) in names}


def test_the_whole_record_moves_to_a_server_and_back(address: Address, record: Record, tmp_path: Path) -> None:
    before, after = tmp_path / "before.sqlite3", tmp_path / "after.sqlite3"
    with full_record(before, NOON) as (kept, _):
        gone = move(kept, record, str(address))
        desk = kept.desks.desks()[0].id
        assert gone.rows > 500
        assert where_to(kept) == str(address)
        assert where_to(record) is None
        day = NOON.date()
        for back in range(3):
            assert record.reading.day(desk, day - timedelta(days=back)) == kept.reading.day(
                desk, day - timedelta(days=back)
            )
        for query in ("bão", '"bình sơn"', "nước sông -cầu", "truong"):
            found, known = (one.search.search(desk, query, by_time=True) for one in (record, kept))
            assert [hit.article.id for hit in found.hits] == [hit.article.id for hit in known.hits]
        assert record.people.users() == kept.people.users()
    with _opened(after) as kept:
        come = move(record, kept, str(after))
        assert (come.rows, come.sha256) == (gone.rows, gone.sha256)
    assert _tables(after) == _tables(before)


def test_a_record_that_holds_something_takes_no_other(record: Record, desked: Record, tmp_path: Path) -> None:
    del desked
    with full_record(tmp_path / "full.sqlite3", NOON) as (kept, _):
        with pytest.raises(StoreError, match="holds something already"):
            move(kept, record, "there")
        assert where_to(kept) is None


def test_numbers_once_given_are_not_given_again(record: Record, address: Address, tmp_path: Path) -> None:
    with _opened(tmp_path / "d.sqlite3") as kept:
        with kept.database.write() as con:
            con.execute("INSERT INTO alert_events (desk, article, kind, at) VALUES ('a', 'b', 'new', 1)")
            con.execute("DELETE FROM alert_events")
        move(kept, record, str(address))
    with record.database.write() as con:
        done = con.execute("INSERT INTO alert_events (desk, article, kind, at) VALUES ('a', 'b', 'new', 1)")
        assert done.lastrowid == 2


def test_a_copy_that_differs_is_told_and_changes_nothing(
    server: Server, record: Record, address: Address, tmp_path: Path
) -> None:
    with full_record(tmp_path / "full.sqlite3", NOON) as (kept, _):
        server.run(
            "CREATE FUNCTION diembao.spoil() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.title = NEW.title || '!'; RETURN NEW; END $$;"
            "CREATE TRIGGER spoil BEFORE INSERT ON diembao.articles FOR EACH ROW EXECUTE FUNCTION diembao.spoil()",
            address.database,
        )
        with pytest.raises(StoreError, match="not the same after the copy: articles"):
            move(kept, record, str(address))
        assert where_to(kept) is None
    with open_on_server(address, tmp_path, clock=FixedClock(NOON), keep=KeepSettings()) as again:
        assert again.articles.count() == 0


@pytest.mark.parametrize("onward", [move, copy])
def test_a_source_that_waits_while_the_search_index_is_written_keeps_its_state(
    server: Server, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, onward: Callable[..., object]
) -> None:
    """The index of a large record takes longer than a session may otherwise do nothing."""
    monkeypatch.setitem(_SESSION, "idle_in_transaction_session_timeout", "300ms")
    waits = (
        "SELECT extract(epoch FROM now() - state_change) FROM pg_stat_activity"
        f" WHERE datname = '{address.database}' AND state = 'idle in transaction'"
    )

    def rebuild() -> int:
        while (sleeping := server.run(waits)) and float(str(sleeping[0][0])) < 1:
            pass  # the server is asked again
        return 0

    with (
        open_on_server(address, tmp_path, clock=FixedClock(NOON), keep=KeepSettings()) as kept,
        _opened(tmp_path / "d.sqlite3") as target,
    ):
        kept.desks.apply_desk(make_desk(), NOON, "office")
        monkeypatch.setattr(target.search, "rebuild", rebuild)
        onward(kept, target, "there")
        assert target.desks.desks() == (make_desk(),)
