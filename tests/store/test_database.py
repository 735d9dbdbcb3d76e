"""Errors of the database are told as StoreError with what to do; migrations run once, in order, or not at all."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import stat
import threading
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.errors import StoreError
from core.settings import KeepSettings
from store.sqlite.database import Database, connect, told
from store.sqlite.migrate import Migration, migrate, shipped, statements
from store.sqlite.old_files import backup_dir
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON, make_tagged

PINNED = (
    "ddc9ac00 12c4e60f 61b82185 abab90a2 6ecf93fe dd3267fb 0109b30a eaee9f18 f5311d06 0bd0284c 1e1cac2b 3e31163b"
    " 199f55b2 4f0fb9eb 0124589d 264df43d 87f9172d 7ba50db2 793fd8f3 af01a06f"
)
CONTEXT = multiprocessing.get_context("forkserver")


def opened(path: Path, migrations: tuple[Migration, ...] | None = None) -> Record:
    return open_record(path, clock=FixedClock(NOON), keep=KeepSettings(), busy_seconds=0.05, migrations=migrations)


def next_migration(sql: str) -> tuple[Migration, ...]:
    return (*shipped(), Migration(number=len(shipped()) + 1, name="next", sql=sql))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "diembao.sqlite3"


def test_a_record_is_made_with_its_folder_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "diembao.sqlite3"
    with opened(path) as record:
        record.articles.save(make_tagged())
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_record_is_in_wal_mode(path: Path) -> None:
    with opened(path):
        pass
    assert sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_what_another_thread_writes_is_written_to_its_end_before_the_record_is_closed(path: Path) -> None:
    database, inside = Database(path), threading.Event()
    with database.write() as con:
        con.execute("CREATE TABLE t (n INTEGER)")

    def work() -> None:
        with database.write() as con:
            inside.set()
            for n in range(20_000):
                con.execute("INSERT INTO t VALUES (?)", (n,))

    worker = threading.Thread(target=work)
    worker.start()
    assert inside.wait(30)
    database.close()
    worker.join()
    assert sqlite3.connect(path).execute("SELECT count(*) FROM t").fetchone() == (20_000,)


def test_a_new_record_is_made_once_by_processes_that_open_it_together(tmp_path: Path) -> None:
    together = CONTEXT.Barrier(3, timeout=60)
    processes = [CONTEXT.Process(target=_open_new, args=(tmp_path, together)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 3


def _open_new(folder: Path, together: Barrier) -> None:
    for number in range(25):
        together.wait()
        with open_record(folder / f"{number}.sqlite3", clock=FixedClock(NOON), keep=KeepSettings()):
            pass


def test_what_was_saved_is_there_after_opening_again(path: Path) -> None:
    with opened(path) as record:
        record.articles.save(make_tagged())
    with opened(path) as record:
        assert record.articles.count() == 1


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_refused_with_what_to_do(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"diembao\.sqlite3.*damaged.*restore"):
        opened(path)
    assert path.read_bytes() == content


def test_a_damaged_page_is_told_when_it_is_read(path: Path) -> None:
    with opened(path) as record:
        for n in range(200):
            record.audit.add(NOON, "x", "y", f"{n}", "z" * 300)
    data = bytearray(path.read_bytes())
    data[8192:] = os.urandom(len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"), opened(path) as record:
        record.audit.lines(1000)


def test_a_file_of_another_program_is_refused(path: Path) -> None:
    con = sqlite3.connect(path)
    con.execute("CREATE TABLE theirs (x)")
    con.commit()
    with pytest.raises(StoreError, match="another program"):
        opened(path)
    assert con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 1


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"file/diembao\.sqlite3.*data_dir"):
        opened(tmp_path / "file" / "diembao.sqlite3")


def test_a_record_that_another_process_holds_is_told(path: Path) -> None:
    with opened(path) as record:
        other = connect(path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process has held it"):
            record.articles.save(make_tagged())
        other.rollback()
        other.close()
        record.articles.save(make_tagged())


def test_a_full_disk_is_told_and_nothing_half_is_written(path: Path) -> None:
    with opened(path) as record:
        with record.database.alone() as con:
            pages = con.execute("PRAGMA page_count").fetchone()[0]
            con.execute(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(StoreError, match="disk is full"):
            for n in range(100):
                record.audit.add(NOON, "x", "y", f"{n}", "z" * 3000)
        with record.database.alone() as con:
            assert con.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_disk_without_room_for_the_locks_is_told_as_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    assert "check the disk" in str(told(error, path))
    real = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda place: real(place)._replace(free=0))
    assert "the disk is full" in str(told(error, path))


def test_every_error_of_sqlite_is_a_store_error(path: Path) -> None:
    with opened(path) as record:
        with pytest.raises(StoreError, match="no such table"), record.database.read() as con:
            con.execute("SELECT * FROM no_such")
        record.close()
        with pytest.raises(StoreError, match="closed"):
            record.articles.count()


def test_a_write_is_all_or_nothing(path: Path) -> None:
    with opened(path) as record:
        with pytest.raises(RuntimeError), record.database.write():
            record.audit.add(NOON, "x", "y", "z")
            raise RuntimeError
        assert record.audit.lines() == ()


def test_threads_read_while_one_writes(path: Path) -> None:
    with opened(path) as record, record.database.write():
        record.articles.save(make_tagged())
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.append(record.articles.count()))
        reader.start()
        reader.join()
        assert seen == [0]
        assert record.articles.count() == 1


# --- migrations


def test_a_migration_runs_once_and_a_backup_is_made_before(path: Path) -> None:
    with opened(path) as record:
        record.articles.save(make_tagged())
    for _ in range(2):
        with opened(path, next_migration("CREATE TABLE later (x); INSERT INTO later VALUES ('a;b');")) as record:
            assert record.articles.count() == 1
            with record.database.read() as con:
                assert [row["x"] for row in con.execute("SELECT x FROM later")] == ["a;b"]
    assert len(list(backup_dir(path).glob("diembao-before-schema-*.tar.gz"))) == 1


def test_a_migration_that_fails_leaves_the_record_as_it_was(path: Path) -> None:
    opened(path).close()
    with pytest.raises(StoreError, match="nothing_such"):
        opened(path, next_migration("CREATE TABLE later (x); DROP TABLE nothing_such;"))
    with opened(path) as record, record.database.read() as con:
        assert con.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0] == 0


def test_a_newer_record_is_refused(path: Path) -> None:
    opened(path, next_migration("CREATE TABLE later (x);")).close()
    with pytest.raises(StoreError, match=r"newer diembao.*update the program"):
        opened(path)


def test_a_migration_that_was_edited_after_it_ran_is_refused(path: Path) -> None:
    opened(path).close()
    edited = tuple(Migration(number=m.number, name=m.name, sql=m.sql + "-- edited") for m in shipped())
    with pytest.raises(StoreError, match="another form"):
        opened(path, edited)


def test_a_record_of_the_first_form_of_a_migration_that_was_edited_is_brought_up_to_date(path: Path) -> None:
    def first(one: Migration) -> Migration:
        """As 0011 was before the table of texts to be labelled stood in it too."""
        return (
            replace(one, sql=one.sql.partition("\n\n-- Articles that a crawl")[0] + "\n") if one.number == 11 else one
        )

    db = Database(path)
    migrate(db, NOON, lambda _: path, tuple(map(first, shipped()))[:12])
    db.close()
    with opened(path) as record:
        assert record.untagged.count() == 0


def test_no_migration_is_edited_once_records_went_through_it() -> None:
    assert [migration.sha256[:8] for migration in shipped()] == PINNED.split(), "add a migration; add its sum here"


def test_migrations_are_numbered_without_gaps() -> None:
    assert [m.number for m in shipped()] == list(range(1, len(shipped()) + 1))


def test_a_script_is_split_at_its_statements_only() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END;"
    script = f"-- first;\nCREATE TABLE a (x TEXT DEFAULT ';');\n{trigger}\n-- last"
    assert [s.strip() for s in statements(script)][1] == trigger
    with pytest.raises(StoreError, match="middle of a statement"):
        list(statements("CREATE TABLE a (x"))


def test_the_connection_is_one_a_thread(path: Path) -> None:
    opened(path).close()
    db = Database(path)
    with db.read() as first, db.read() as second:
        assert first is second
    db.close()
