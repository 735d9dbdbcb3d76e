"""Backups to another place: sealed, made by themselves, removed in time, restored on a machine that never had them."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import away, delivering, sealed, wiring
from app.operation import Machine
from app.world import World
from core.clock import FixedClock, SystemClock
from core.errors import ConfigError, StoreError
from core.settings import BackupSettings, RecordSettings, Settings
from tests.command_line import run_here
from tests.contracts.people import make_user
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

TITLE = "Khánh thành cầu mới ở Bình Sơn"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "safe" / "key"
    file.parent.mkdir()
    sealed.new_key(file)
    return file


def desk(folder: Path, key: Path | None = None, elsewhere: Path | None = None) -> Settings:
    backup = BackupSettings(folder=str(elsewhere), key_file=str(key)) if key and elsewhere else BackupSettings()
    return Settings(data_dir=folder, backup=backup)


def fill(settings: Settings) -> list[str]:
    with wiring.record(settings, FixedClock(NOON)) as kept:
        kept.desks.apply_desk(make_desk(), NOON, "test")
        articles = [make_article(f"tin-{n}.html", title=f"{TITLE} {n}") for n in range(3)]
        for article in articles:
            kept.articles.save(make_tagged(article))
        return [article.id for article in articles]


def test_restored_on_a_bare_machine_without_what_was_erased_meanwhile(tmp_path: Path, key: Path) -> None:
    here, elsewhere = desk(tmp_path / "here"), tmp_path / "elsewhere"
    ids = fill(here)
    earlier = elsewhere / "diembao-20260101T000000Z.tar.gz.sealed"
    away.backup(here, elsewhere, key).rename(earlier)
    with wiring.record(here) as kept:
        kept.retention.erase(ids[0], SystemClock().now(), "test")
    away.backup(here, elsewhere, key)
    there = desk(tmp_path / "there")
    said = list(away.restore(there, earlier, key))
    assert any("1 articles erased since" in line for line in said)
    assert str(earlier) in said[0] and not any(".away-" in line for line in said)
    with wiring.record(there) as kept:
        assert kept.articles.known_hash(ids[0]) is None and kept.articles.known_hash(ids[1]) is not None
    assert not list((tmp_path / "there").glob(".away-*"))


def test_nothing_is_in_the_clear_elsewhere(tmp_path: Path, key: Path) -> None:
    here, elsewhere = desk(tmp_path / "here"), tmp_path / "elsewhere"
    fill(here)
    written = away.backup(here, elsewhere, key)
    assert {file.name for file in elsewhere.iterdir()} == {written.name}
    assert written.read_bytes().startswith(sealed.MARK)
    assert TITLE.encode() not in written.read_bytes() and written.stat().st_mode & 0o077 == 0
    assert not list((tmp_path / "here").glob(".away-*")), "no clear copy stays behind"


def test_another_key_a_changed_byte_and_a_cut_are_refused(tmp_path: Path, key: Path) -> None:
    here, elsewhere = desk(tmp_path / "here"), tmp_path / "elsewhere"
    fill(here)
    written = away.backup(here, elsewhere, key)
    other = tmp_path / "other"
    sealed.new_key(other)
    there = desk(tmp_path / "there")
    with pytest.raises(StoreError, match="another key"):
        list(away.restore(there, written, other))
    whole = written.read_bytes()
    for spoilt in (whole[:-1], whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], whole[: len(whole) // 2], b"x"):
        written.write_bytes(spoilt)
        with pytest.raises(StoreError):
            list(away.restore(there, written, key))
    assert not there.database.exists()


@settings(max_examples=12, deadline=None)
@given(size=st.sampled_from([0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20]))
def test_pieces_come_back_as_they_were_and_not_in_another_order(
    tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    key, content = os.urandom(32), os.urandom(size)
    (folder / "clear").write_bytes(content)
    sealed.seal(folder / "clear", folder / "sealed", key)
    sealed.unseal(folder / "sealed", folder / "back", key)
    assert (folder / "back").read_bytes() == content
    body, piece = (folder / "sealed").read_bytes(), (1 << 20) + 16
    if size > 1 << 20:
        head, rest = body[:15], body[15:]
        (folder / "sealed").write_bytes(head + rest[piece : 2 * piece] + rest[:piece] + rest[2 * piece :])
        with pytest.raises(StoreError):
            sealed.unseal(folder / "sealed", folder / "swapped", key)
        (folder / "sealed").write_bytes(body[: 15 + piece])
        with pytest.raises(StoreError, match="cut off"):
            sealed.unseal(folder / "sealed", folder / "short", key)


def test_a_backup_is_due_daily_and_goes_after_its_time(tmp_path: Path, key: Path) -> None:
    here = desk(tmp_path / "here", key, tmp_path / "elsewhere")
    fill(here)
    now = SystemClock().now()
    assert away.due(here.backup, now)
    away.backup(here, tmp_path / "elsewhere", key)
    assert not away.due(here.backup, now + timedelta(hours=23)) and away.due(here.backup, now + timedelta(hours=25))
    newest = away.newest(tmp_path / "elsewhere", now)
    assert newest is not None and abs(newest - now) < timedelta(minutes=2)
    assert away.remove_old(tmp_path / "elsewhere", now - timedelta(days=1)) == 0
    assert away.remove_old(tmp_path / "elsewhere", now + timedelta(days=1)) == 1
    assert not away.due(BackupSettings(folder="x"), now), "without a key nothing leaves the machine"


def test_a_backup_of_a_clock_that_was_ahead_puts_off_no_other(tmp_path: Path, key: Path) -> None:
    here, now = desk(tmp_path / "here", key, tmp_path / "elsewhere"), SystemClock().now()
    fill(here)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / f"diembao-{now + timedelta(days=365):%Y%m%dT%H%M%SZ}.tar.gz.sealed").write_bytes(b"")
    assert away.due(here.backup, now)
    away.backup(here, tmp_path / "elsewhere", key)
    assert not away.due(here.backup, now + timedelta(hours=1))


@pytest.mark.parametrize("fails", [False, True])
def test_those_elsewhere_go_when_an_administrator_says_also_where_no_new_one_can_be_made(
    tmp_path: Path, key: Path, fails: bool
) -> None:
    here = desk(tmp_path / "here", key, tmp_path / "elsewhere")
    fill(here)
    old, kept_on = (
        tmp_path / "elsewhere" / f"diembao-{SystemClock().now() - timedelta(days=days):%Y%m%dT%H%M%SZ}.tar.gz.sealed"
        for days in (10, 5)
    )
    old.parent.mkdir()
    for file in (old, kept_on):
        file.write_bytes(b"")
    if fails:
        key.unlink()
    with wiring.record(here) as kept:
        kept.keeping.shorten({"backup_days": 7}, NOON, "quan tri")
        delivering._chores(here, World(kind="real", publishers={}, clock=FixedClock(NOON)), kept, {}).round()
        for thread in threading.enumerate():
            if thread.name == "backup":
                thread.join()
    there = set((tmp_path / "elsewhere").glob("diembao-*"))
    assert old not in there and kept_on in there and len(there) == (1 if fails else 2)


def test_a_disk_without_room_for_the_copy_is_told_once_with_its_reason(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here = desk(tmp_path / "here", key, tmp_path / "elsewhere")
    fill(here)

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    look = away.scheduled(here, lambda: 35, FixedClock(NOON))
    for _ in range(3):
        look()
        for thread in threading.enumerate():
            if thread.name == "backup":
                thread.join()
    (said,) = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert str(tmp_path / "elsewhere") in said and said.endswith("No space left on device")


def test_a_key_is_never_written_over_and_a_wrong_one_is_named(tmp_path: Path, key: Path) -> None:
    with pytest.raises(ConfigError, match="exist"):
        sealed.new_key(key)
    assert key.stat().st_mode & 0o077 == 0
    (tmp_path / "short").write_text("QUJD\n")
    with pytest.raises(ConfigError, match="3 bytes"):
        sealed.load_key(tmp_path / "short")


def test_by_hand_too_nothing_goes_into_that_folder_in_the_clear(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    fill(desk(tmp_path / "var"))
    for name, value in (("DATA_DIR", tmp_path / "var"), ("BACKUP__FOLDER", elsewhere), ("BACKUP__KEY_FILE", key)):
        monkeypatch.setenv(f"DIEMBAO_{name}", str(value))
    monkeypatch.chdir(tmp_path)
    assert run_here(["backup", "elsewhere"]).returncode == 0
    assert run_here(["backup"]).returncode == 0
    assert [file.suffix for file in elsewhere.iterdir()] == [sealed.SUFFIX]
    assert [file.suffix for file in (tmp_path / "var" / "backups").iterdir()] == [".gz"], "beside the record as ever"


def test_a_sealed_one_without_its_key_is_told_for_what_it_is(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk(tmp_path / "var"))
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    assert run_here(["backup", "elsewhere", "--key", str(key)]).returncode == 0
    (file,) = (tmp_path / "elsewhere").glob("diembao-*")
    refused = run_here(["restore", str(file), "--yes"])
    assert refused.returncode != 0
    assert "is sealed" in refused.stderr and "--key" in refused.stderr
    for wrong in (tmp_path / "lost", tmp_path / "short"):
        (tmp_path / "short").write_text("QUJD\n")
        refused = run_here(["restore", str(file), "--yes", "--key", str(wrong)])
        assert refused.returncode == 1 and f"{wrong}: " in refused.stderr
        assert "bring the key with which this backup was sealed" in refused.stderr and "new-key" not in refused.stderr


def test_doctor_says_how_old_the_newest_is_and_what_stands_against_the_next(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> str:
        return next(line for line in run_here(["doctor"]).stdout.splitlines() if " backups " in line)

    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    assert said().startswith("--") and "beside the record alone" in said()
    monkeypatch.setenv("DIEMBAO_BACKUP__FOLDER", str(elsewhere))
    monkeypatch.setenv("DIEMBAO_BACKUP__KEY_FILE", str(tmp_path / "lost"))
    assert said().startswith("!!") and "no key can be read" in said()
    assert "--new-key" in said() and "older backups open with the old one only" in said()
    monkeypatch.setenv("DIEMBAO_BACKUP__KEY_FILE", str(key))
    assert said().startswith("--") and "none in" in said()
    elsewhere.mkdir()
    (elsewhere / "diembao-20260101T000000Z.tar.gz.sealed").write_bytes(b"")
    assert said().startswith("!!") and "hours old" in said()
    fill(desk(tmp_path / "var"))
    assert run_here(["backup", "elsewhere"]).returncode == 0
    assert said().startswith("ok") and "is 0 hours old" in said()


def test_a_share_that_is_away_and_a_backup_that_cannot_be_deleted_stop_no_delivery(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "share"
    here = desk(tmp_path / "here", key, share)
    fill(here)
    (tmp_path / "here" / "backups" / "diembao-20200101T000000Z.tar.gz").mkdir(parents=True)  # no file: it stays
    seen = Path.is_dir

    def is_dir(path: Path) -> bool:
        if path == share:
            raise OSError(errno.EHOSTDOWN, "Host is down")
        return seen(path)

    monkeypatch.setattr(Path, "is_dir", is_dir)
    world = World(kind="real", publishers={}, clock=FixedClock(NOON))
    assert delivering.deliver(here, world, stop=threading.Event(), forever=False).startswith("delivered")
    with wiring.record(here) as kept:
        assert Machine(kept, here.backup).figures(NOON).backup_away is None


def test_what_is_erased_after_the_newest_backup_is_erased_again_too(tmp_path: Path, key: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    here = desk(tmp_path / "here", key, elsewhere)
    ids = fill(here)
    world = World(kind="real", publishers={}, clock=SystemClock())
    backup = away.backup(here, elsewhere, key)
    with wiring.record(here) as kept:
        kept.retention.erase(ids[0], SystemClock().now(), "test")
    delivering.deliver(here, world, stop=threading.Event(), forever=False)
    there = desk(tmp_path / "there")
    assert any("1 articles erased since" in line for line in away.restore(there, backup, key))
    with wiring.record(there) as kept:
        assert kept.articles.known_hash(ids[0]) is None and kept.articles.known_hash(ids[1]) is not None


def test_what_was_erased_on_another_machine_is_in_the_list_beside_the_backups(tmp_path: Path, key: Path) -> None:
    """Two machines share a record; the one that makes the backups is not the one on which somebody erased."""
    one, elsewhere = desk(tmp_path / "one"), tmp_path / "elsewhere"
    ids = fill(one)
    earlier = elsewhere / "diembao-20260101T000000Z.tar.gz.sealed"
    away.backup(one, elsewhere, key).rename(earlier)
    with wiring.record(one) as kept:
        kept.retention.erase(ids[0], SystemClock().now(), "test")
    (tmp_path / "one" / "stones.jsonl").unlink()  # it lies with the other machine
    away.backup(one, elsewhere, key)
    there = desk(tmp_path / "there")
    assert any("1 articles erased since" in line for line in away.restore(there, earlier, key))


def test_an_account_that_was_deleted_stays_so_on_a_bare_machine(tmp_path: Path, key: Path) -> None:
    here, elsewhere = desk(tmp_path / "here"), tmp_path / "elsewhere"
    fill(here)
    with wiring.record(here) as kept:
        for name in ("Minh", "Lan"):
            kept.people.add(make_user(name, memberships=()), "operator")
    earlier = elsewhere / "diembao-20260101T000000Z.tar.gz.sealed"
    away.backup(here, elsewhere, key).rename(earlier)
    with wiring.record(here) as kept:
        kept.people.delete("uminh", NOON, "operator")
    away.backup(here, elsewhere, key)
    there = desk(tmp_path / "there")
    list(away.restore(there, earlier, key))
    with wiring.record(there) as kept:
        assert [user.id for user in kept.people.users()] == ["ulan"]


def test_a_copy_is_made_beside_the_record_where_the_purge_looks_for_what_was_killed(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "disk" / "record.sqlite3"
    place.parent.mkdir()
    here = Settings(data_dir=tmp_path / "var", record=RecordSettings(url=str(place)))
    fill(here)

    def killed(source: Path, *_: object) -> None:
        shutil.copytree(source.parent, source.parent.with_name(".away-killed"))
        raise KeyboardInterrupt

    monkeypatch.setattr(sealed, "seal", killed)
    with pytest.raises(KeyboardInterrupt):
        away.backup(here, tmp_path / "elsewhere", key)
    (left,) = tmp_path.rglob(".away-*")
    with wiring.record(here) as kept:
        kept.retention.tidy(SystemClock().now() + timedelta(days=2))
    assert not left.exists()
