"""A record that moves: nobody writes into the old one, and what was erased stays so wherever a backup goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import away, moving, sealed, upkeep, wiring
from app.operation import Machine
from core.clock import FixedClock, SystemClock
from core.errors import ConfigError, StoreError
from core.settings import BackupSettings, RecordSettings, Settings
from tests.fakes.records import NOON, make_article, make_desk, make_tagged


def settings_of(folder: Path, record: Path | None = None, backup: BackupSettings | None = None) -> Settings:
    at = RecordSettings(url=str(record)) if record else RecordSettings()
    return Settings(data_dir=folder, record=at, backup=backup or BackupSettings())


def filled(settings: Settings) -> str:
    with wiring.record(settings, FixedClock(NOON)) as kept:
        kept.desks.apply_desk(make_desk(), NOON, "test")
        kept.articles.save(make_tagged())
    return make_article().id


def erased(settings: Settings, article: str) -> None:
    with wiring.record(settings) as kept:
        assert kept.retention.erase(article, SystemClock().now(), "test")


def test_a_process_that_was_forgotten_writes_nothing_into_a_record_that_has_moved(tmp_path: Path) -> None:
    here = settings_of(tmp_path)
    filled(here)
    with wiring.record(here) as forgotten:
        list(moving.migrate_to(here, str(tmp_path / "there.sqlite3")))
        with pytest.raises(StoreError, match=r"has moved to .*there\.sqlite3; nothing was written"):
            forgotten.articles.save(make_tagged(make_article("new.html")))
        assert forgotten.articles.count() == 1
        assert Machine(forgotten).moved()
    with pytest.raises(ConfigError, match="has moved"):
        wiring.record(here)
    with wiring.record(settings_of(tmp_path, tmp_path / "there.sqlite3")) as kept:
        assert kept.articles.count() == 1 and not Machine(kept).moved()


def test_a_record_that_somebody_works_on_is_not_moved(tmp_path: Path) -> None:
    here = settings_of(tmp_path)
    filled(here)
    with wiring.record(here) as kept:
        kept.leases.seen("w1", "crawl", "machine-2")
        with pytest.raises(ConfigError, match="in use by crawl on machine-2"):
            list(moving.migrate_to(here, str(tmp_path / "there.sqlite3")))
        kept.leases.gone("w1")
    assert list(moving.migrate_to(here, str(tmp_path / "there.sqlite3")))


def test_what_was_erased_stays_so_when_an_old_backup_comes_back_where_the_record_moved_to(tmp_path: Path) -> None:
    here, there = settings_of(tmp_path / "var"), settings_of(tmp_path / "var", tmp_path / "far" / "record.sqlite3")
    there.database.parent.mkdir()
    article = filled(here)
    archive = upkeep.backup(here, None)
    erased(here, article)
    list(moving.migrate_to(here, str(there.database)))
    assert any("1 articles erased since" in line for line in upkeep.restore(there, archive))
    with wiring.record(there) as kept:
        assert kept.articles.count() == 0


def test_so_it_does_in_a_new_file_beside_the_old_folder(tmp_path: Path) -> None:
    here, new = settings_of(tmp_path / "var"), settings_of(tmp_path / "var", tmp_path / "far" / "new.sqlite3")
    article = filled(here)
    archive = upkeep.backup(here, None)
    erased(here, article)
    assert any("1 articles erased since" in line for line in upkeep.restore(new, archive))


def test_sealed_backups_of_a_record_elsewhere_carry_what_was_erased(tmp_path: Path) -> None:
    key, share = tmp_path / "key", tmp_path / "share"
    sealed.new_key(key)
    asked = BackupSettings(folder=str(share), key_file=str(key))
    here = settings_of(tmp_path / "var", tmp_path / "far" / "record.sqlite3", asked)
    article = filled(here)
    first = away.backup(here, share, key)
    earlier = first.rename(share / "diembao-20260101T000000Z.tar.gz.sealed")
    erased(here, article)
    away.backup(here, share, key)
    bare = settings_of(tmp_path / "bare", tmp_path / "elsewhere" / "record.sqlite3")
    assert any("1 articles erased since" in line for line in away.restore(bare, earlier, key))
