"""Backup and restore of a record in use; hostile archives that must be refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import FixedClock
from core.errors import StoreError
from core.settings import KeepSettings
from store.sqlite.backup import HELD, backup, default_target, restore
from store.sqlite.checkup import problems
from store.sqlite.database import Database
from store.sqlite.migrate import migrate, shipped
from store.sqlite.old_files import remove_old
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON, make_article, make_desk, make_message, make_tagged
from tests.store.archives import Member, archive, gzip_bomb, manifest_for, member, read_archive

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def filled(desked: Record) -> Record:
    for n in range(20):
        keep(desked, n)
    return desked


def keep(record: Record, n: int) -> None:
    """An article and a message of it, in one transaction."""
    article = make_article(f"{n}.html")
    with record.ledger.batch():
        record.articles.save(make_tagged(article))
        record.outbox.add([make_message(f"{n}", article=article.id)], NOON)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "b.tar.gz"


def healthy(path: Path) -> bool:
    con = sqlite3.connect(path)
    try:
        con.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        return bool(con.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
    finally:
        con.close()


# --- backup


def test_an_archive_holds_a_manifest_and_a_sound_record(filled: Record, target: Path, tmp_path: Path) -> None:
    manifest = backup(filled.path, target, NOON)
    files = read_archive(target)
    assert list(files) == ["manifest.json", "record.sqlite3"]
    assert json.loads(files["manifest.json"]) == {
        "format": 1, "schema": manifest.schema, "sha256": manifest.sha256, "bytes": len(files["record.sqlite3"]),
        "made_at": NOON.isoformat(),
    }  # fmt: skip
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(files["record.sqlite3"])
    assert healthy(copy)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [p.name for p in target.parent.iterdir()] == ["b.tar.gz"]


def test_progress_is_told(filled: Record, target: Path) -> None:
    told: list[tuple[int, int]] = []
    backup(filled.path, target, NOON, lambda done, of: told.append((done, of)))
    assert told
    assert told[-1][0] == told[-1][1] > 0


def test_a_backup_is_of_one_moment_while_others_write(filled: Record, target: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        n = 100
        while not stop.is_set():
            keep(filled, n)
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            backup(filled.path, target, NOON)
    finally:
        stop.set()
        writer.join()
    restored = tmp_path / "new" / "r.sqlite3"
    restore(target, restored, LATER)
    with open_record(restored, clock=FixedClock(LATER), keep=KeepSettings()) as record:
        assert record.outbox.counts() == {"held": record.articles.count()}
    assert healthy(restored)


def test_a_backup_of_nothing_is_refused(tmp_path: Path, target: Path) -> None:
    with pytest.raises(StoreError, match="none to back up"):
        backup(tmp_path / "none.sqlite3", target, NOON)
    assert not target.exists()


def test_a_backup_to_where_nothing_can_be_written_is_told(filled: Record, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="check space and rights"):
        backup(filled.path, tmp_path / "file" / "b.tar.gz", NOON)


def test_a_backup_that_finds_no_room_names_the_place_that_is_full(
    filled: Record, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect

    def small(path: Path, *args: Any, **given: Any) -> sqlite3.Connection:
        con: sqlite3.Connection = real(path, *args, **given)
        if path != filled.path:
            con.execute("PRAGMA max_page_count = 4")
        return con

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(StoreError, match=r"backup .*b\.tar\.gz: .*check space"):
        backup(filled.path, target, NOON)


def damage_a_text(record: Record) -> bytes:
    """Zeroes in the page of one article's text, which nothing reads that opens the record; the file as it is then."""
    record.database.scrub()
    with record.database.alone() as con:
        size, first = (con.execute(asked).fetchone()[0] for asked in (
            "PRAGMA page_size", "SELECT rootpage FROM sqlite_master WHERE name = 'article_text'",
        ))  # fmt: skip
    record.close()
    damaged = bytearray(record.path.read_bytes())
    damaged[(first - 1) * size : first * size] = bytes(size)
    record.path.write_bytes(damaged)
    return bytes(damaged)


def test_a_damaged_record_is_not_backed_up_as_if_it_were_sound(desked: Record, target: Path) -> None:
    backup(desked.path, target, NOON)
    good = target.read_bytes()
    damaged = damage_a_text(desked)
    with pytest.raises(StoreError, match=r"record .*: it is damaged .*no backup was made.*keep those that there are"):
        backup(desked.path, target, LATER)
    assert target.read_bytes() == good and [one.name for one in target.parent.iterdir()] == [target.name]
    old = archive(target.with_name("o.tar.gz"), [member("manifest.json", manifest_for(damaged)), content(damaged)])
    with pytest.raises(StoreError) as told:
        restore(old, desked.path, LATER)
    assert str(told.value).startswith(f"{old}: refused: its database is damaged")


# --- restore


def test_a_restore_that_finds_no_room_leaves_no_half_record_beside(
    filled: Record, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect

    def small(path: Path, *args: Any, **given: Any) -> sqlite3.Connection:
        con: sqlite3.Connection = real(path, *args, **given)
        if "aside" in Path(path).name:
            con.execute("PRAGMA max_page_count = 4")
        return con

    backup(filled.path, target, NOON)
    before = set(filled.path.parent.iterdir())
    with monkeypatch.context() as full, pytest.raises(StoreError, match=r"No space left.*as it was"):
        full.setattr(sqlite3, "connect", small)
        restore(target, filled.path, LATER)
    assert set(filled.path.parent.iterdir()) == before and filled.articles.count() == 20


def test_a_restore_for_which_there_is_no_room_says_where_to_make_some(
    filled: Record, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(filled.path, target, NOON)
    real = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda place: real(place)._replace(free=1000))
    with pytest.raises(StoreError) as told:
        restore(target, filled.path, LATER)
    assert f"are free in {filled.path.parent}." in str(told.value) and "make room there" in str(told.value)
    assert "another backup" not in str(told.value)


def test_a_restore_brings_back_what_was_and_keeps_what_is_aside(filled: Record, target: Path) -> None:
    backup(filled.path, target, NOON)
    filled.articles.save(make_tagged(make_article("new.html")))
    done = restore(target, filled.path, LATER)
    assert filled.articles.count() == 20, "the running record sees it at once"
    assert len(filled.search.search("binh_son", "cau").hits) == 20
    assert healthy(filled.path)
    assert done.aside is not None
    assert stat.S_IMODE(done.aside.stat().st_mode) == 0o600
    with open_record(done.aside, clock=FixedClock(LATER), keep=KeepSettings()) as old:
        assert old.articles.count() == 21


def test_messages_that_waited_are_held_until_a_person_says_so(filled: Record, target: Path) -> None:
    filled.outbox.claim(NOON, 5, 60)
    backup(filled.path, target, NOON)
    assert restore(target, filled.path, LATER).held == 20
    assert filled.outbox.claim(LATER + timedelta(days=9), 100, 60) == []
    row = filled.reading.messages("binh_son", 1)[0]
    assert (row.state, row.reason) == ("held", HELD)
    assert filled.outbox.send_again(row.id, LATER)
    assert [claim.id for claim in filled.outbox.claim(LATER, 100, 60)] == [row.id]


def test_what_was_erased_since_is_erased_again(filled: Record, target: Path) -> None:
    backup(filled.path, target, NOON)
    gone = make_article("3.html").id
    filled.retention.erase(gone, NOON, "quan tri")
    assert restore(target, filled.path, LATER).erased == 1
    assert filled.reading.article("binh_son", gone) is None
    assert filled.articles.count() == 19


def test_a_restore_where_there_is_no_record(filled: Record, target: Path, tmp_path: Path) -> None:
    backup(filled.path, target, NOON)
    path = tmp_path / "fresh" / "diembao.sqlite3"
    assert restore(target, path, LATER).aside is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with open_record(path, clock=FixedClock(LATER), keep=KeepSettings()) as record:
        assert record.desks.desks() == (make_desk(),)


def test_a_restore_takes_the_place_of_a_damaged_record(filled: Record, target: Path) -> None:
    backup(filled.path, target, NOON)
    filled.close()
    filled.path.write_bytes(b"damaged" * 1000)
    done = restore(target, filled.path, LATER)
    assert done.aside is not None
    assert done.aside.read_bytes().startswith(b"damaged")
    with open_record(filled.path, clock=FixedClock(LATER), keep=KeepSettings()) as record:
        assert record.articles.count() == 20


def test_a_log_that_outlived_its_record_is_not_played_into_the_restored_one(
    filled: Record, target: Path, tmp_path: Path
) -> None:
    backup(filled.path, target, NOON)
    filled.articles.save(make_tagged(make_article("new.html")))
    crashed = tmp_path / "crashed" / "diembao.sqlite3"
    crashed.parent.mkdir()
    for suffix in ("-wal", "-shm"):  # as after a crash, the record itself put away by hand
        shutil.copy(f"{filled.path}{suffix}", f"{crashed}{suffix}")
    assert Path(f"{crashed}-wal").stat().st_size
    restore(target, crashed, LATER)
    with open_record(crashed, clock=FixedClock(LATER), keep=KeepSettings()) as record:
        assert record.articles.count() == 20
    remove_old(crashed, LATER + timedelta(days=1), LATER)
    assert not list(crashed.parent.glob("*aside*")), "what was put aside goes with the old backups"


@pytest.mark.parametrize("schema", range(1, len(shipped()) + 1))
def test_a_backup_of_any_earlier_version_can_be_restored(
    schema: int, filled: Record, target: Path, tmp_path: Path
) -> None:
    old = Database(tmp_path / "old.sqlite3")
    migrate(old, NOON, lambda _: tmp_path, shipped()[:schema])
    with old.write() as con:
        con.execute("INSERT INTO counts VALUES ('2024-01-01', 'bao_cu', 'kept', 7)")
    backup(old.path, target, NOON)
    old.close()
    filled.retention.erase(make_article("3.html").id, NOON, "quan tri")
    assert restore(target, filled.path, LATER).manifest.schema == schema
    assert filled.counts.totals() == {"kept": 7}
    assert filled.audit.lines(1)[0].action == "record.restore"
    with open_record(filled.path, clock=FixedClock(LATER), keep=KeepSettings()) as record:
        assert record.articles.count() == 0


def test_a_restore_is_in_the_audit_log(filled: Record, target: Path) -> None:
    backup(filled.path, target, NOON)
    restore(target, filled.path, LATER, "quan tri")
    line = filled.audit.lines(1)[0]
    assert (line.who, line.action, line.at) == ("quan tri", "record.restore", LATER)


def test_a_restore_while_desks_go_on_writing(filled: Record, target: Path) -> None:
    backup(filled.path, target, NOON)
    stop, errors = threading.Event(), list[Exception]()

    def write() -> None:
        n = 100
        while not stop.is_set():
            try:
                filled.articles.save(make_tagged(make_article(f"{n}.html", lead=f"Lượt {n}")))
                filled.search.search("binh_son", "cau")
            except Exception as error:  # noqa: BLE001 - whatever falls in the other thread is shown below
                errors.append(error)
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for hour in range(1, 4):
            restore(target, filled.path, NOON + timedelta(hours=hour))
    finally:
        stop.set()
        writer.join()
    assert errors == []
    assert healthy(filled.path)
    assert problems(filled.database) == ()
    assert filled.articles.count() >= 20


# --- what is refused

Make = Callable[[bytes, Path], Path]


def made_of(*members: Callable[[bytes], Member]) -> Make:
    return lambda record, path: archive(path, [make(record) for make in members])


def manifest(**over: Any) -> Callable[[bytes], Member]:
    return lambda record: member("manifest.json", manifest_for(record, **over))


def content(record: bytes) -> Member:
    return member("record.sqlite3", record)


def named(name: str, **over: Any) -> Callable[[bytes], Member]:
    return lambda record: member(name, b"" if "linkname" in over else record, **over)


REFUSED: dict[str, tuple[Make, str]] = {
    "name above": (made_of(manifest(), named("../record.sqlite3")), "where record.sqlite3 is expected"),
    "absolute name": (made_of(manifest(), named("/tmp/record.sqlite3")), "where record.sqlite3 is expected"),
    "hidden in a path": (made_of(manifest(), named("x/../record.sqlite3")), "where record.sqlite3 is expected"),
    "symbolic link": (
        made_of(manifest(), named("record.sqlite3", type=tarfile.SYMTYPE, linkname="/etc/passwd")), "is expected",
    ),
    "hard link": (
        made_of(manifest(), named("record.sqlite3", type=tarfile.LNKTYPE, linkname="manifest.json")), "is expected",
    ),
    "device": (made_of(manifest(), named("record.sqlite3", type=tarfile.CHRTYPE, linkname="")), "is expected"),
    "one file more": (made_of(manifest(), content, named("../../evil")), "more than a manifest and a record"),
    "no manifest": (made_of(content), "where manifest.json is expected"),
    "no record": (made_of(manifest()), "record.sqlite3 is missing"),
    "nothing": (made_of(), "manifest.json is missing"),
    "wrong checksum": (made_of(manifest(sha256="0" * 64), content), "checksum is wrong"),
    "more than it says": (made_of(manifest(bytes=100), content), "larger than it says"),
    "less than it says": (lambda r, p: made_of(manifest(bytes=len(r) + 1), content)(r, p), "checksum is wrong"),
    "a bomb by its own word": (made_of(manifest(bytes=10**13), content), "which no record does"),
    "newer": (made_of(manifest(schema=999), content), "newer diembao"),
    "another format": (made_of(manifest(format=2), content), "newer diembao"),
    "manifest with odd types": (made_of(manifest(bytes="many"), content), "manifest is not readable"),
    "manifest with more fields": (made_of(manifest(more=1), content), "manifest is not readable"),
    "manifest that is no JSON": (made_of(lambda _: member("manifest.json", b"{{"), content), "not readable"),
    "huge manifest": (made_of(lambda _: member("manifest.json", b" " * 20_000), content), "larger than it says"),
    "huge header": (
        made_of(lambda _: member("x", pax_headers={"comment": "0" * 9_000_000})), "more data than it says",
    ),
    "no archive": (lambda _, p: _written(p, b"hello"), "damaged or no backup"),
    "cut short": (lambda r, p: _cut(made_of(manifest(), content)(r, p)), "damaged or no backup"),
    "bomb of zeros": (lambda _, p: gzip_bomb(p, 64), "refused"),
}  # fmt: skip


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@pytest.mark.parametrize("case", REFUSED)
def test_an_archive_is_refused_and_the_record_untouched(
    filled: Record, target: Path, tmp_path: Path, case: str
) -> None:
    backup(filled.path, target, NOON)
    make, why = REFUSED[case]
    made = make(read_archive(target)["record.sqlite3"], tmp_path / "bad.tar.gz")
    before = {p.name for p in tmp_path.rglob("*")}
    with pytest.raises(StoreError, match=why):
        restore(made, filled.path, LATER)
    assert {p.name for p in tmp_path.rglob("*")} == before
    assert filled.articles.count() == 20
    assert filled.outbox.counts() == {"waiting": 20}


def test_a_record_of_another_program_in_an_archive_is_refused(filled: Record, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    con = sqlite3.connect(other)
    con.execute("CREATE TABLE theirs (x)")
    con.commit()
    con.close()
    record = other.read_bytes()
    made = archive(tmp_path / "o.tar.gz", [member("manifest.json", manifest_for(record)), content(record)])
    with pytest.raises(StoreError, match="no record of diembao"):
        restore(made, filled.path, LATER)
    assert filled.articles.count() == 20


def test_a_missing_archive_is_told(filled: Record, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such backup file"):
        restore(tmp_path / "none.tar.gz", filled.path, LATER)


def test_the_default_target_lies_beside_the_record(filled: Record) -> None:
    assert default_target(filled.path, NOON) == filled.path.parent / "backups" / "diembao-20260310T050000Z.tar.gz"
