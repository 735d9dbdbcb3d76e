"""The record survives `kill -9` at any moment: every item once, counts exact, nothing lost, few repeats."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path

from core.clock import FixedClock
from core.settings import KeepSettings
from store.sqlite.record import open_record
from tests.fakes.records import NOON, make_desk
from tests.store import crash_worker
from tests.store.crash_worker import A_ROUND, ITEMS

KILLS = 50
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.store.crash_worker"])


def kill_in_the_middle(path: Path, round_: int, rng: random.Random) -> bool:
    """Let both processes work, until the crawl dies before a statement, then kill the other; True where it died so."""
    crawl = CONTEXT.Process(target=crash_worker.crawl, args=(str(path), round_, rng.randint(1, 200)))
    deliver = CONTEXT.Process(target=crash_worker.deliver, args=(str(path), round_))
    crawl.start()
    deliver.start()
    crawl.join()
    deliver.join(rng.uniform(0, 0.05))
    deliver.kill()
    deliver.join()
    assert {crawl.exitcode, deliver.exitcode} <= {0, -signal.SIGKILL}, "no worker fell by itself"
    return crawl.exitcode == -signal.SIGKILL


def test_fifty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "diembao.sqlite3"
    rng = random.Random(50)
    killed = sum(kill_in_the_middle(path, round_, rng) for round_ in range(KILLS))
    assert killed > KILLS * 0.9
    last = max(KILLS, ITEMS // A_ROUND)
    crash_worker.crawl(str(path), last)

    with open_record(path, clock=FixedClock(NOON), keep=KeepSettings()) as record:
        crash_worker.drain(record, tmp_path / "sent", NOON + timedelta(hours=last))
        while record.outbox.counts().get("delivered") != sum(record.outbox.counts().values()):
            crash_worker.drain(record, tmp_path / "sent", NOON + timedelta(hours=last))
        totals = record.ledger.totals()
        kept = [n for n in range(ITEMS) if n % 12 == 0]
        same = [n for n in range(ITEMS) if n % 12 == 3]
        failed = [n for n in range(ITEMS) if n % 12 not in (0, 3) and n % 11 == 1]
        assert totals == {
            "found": ITEMS,
            "kept": len(kept),
            "same": len(same),
            "failed:http-500": len(failed),
            "stopped": ITEMS - len(kept) - len(same) - len(failed),
            "pending": 0,
        }
        assert record.articles.count() == len(kept)
        assert record.search.search("binh_son", "tin").total == len(kept)
        assert len(record.alerts.events(10_000)) == len(kept)
        with record.database.read() as con:
            assert con.execute("SELECT count(*) FROM revisions").fetchone()[0] == 0
            assert con.execute("SELECT count(*) FROM changes").fetchone()[0] == len(kept)
        keys = {row.message.key for row in record.reading.messages("binh_son", 10_000)}

    sent = Counter((tmp_path / "sent").read_text().split())
    assert set(sent) == keys
    assert len(keys) == 2 * len(kept)
    assert sum(sent.values()) - len(keys) <= KILLS

    file = sqlite3.connect(path)
    assert file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    file.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    file.close()


def test_a_kill_before_any_statement_on_the_way_from_feed_to_mail(tmp_path: Path) -> None:
    template = tmp_path / "template.sqlite3"
    with open_record(template, clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
    points = crash_worker.kill_points(_copy(template, tmp_path / "dry"), crash_worker.whole_way)
    assert len(points) > 12
    for die_at in points:
        path = _copy(template, tmp_path / f"{die_at}")
        worker = CONTEXT.Process(target=crash_worker.whole_way, args=(str(path), die_at))
        worker.start()
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
        crash_worker.whole_way(str(path))
        _check_whole_way(path, die_at)


def test_killed_before_any_statement_of_a_merge_a_change_and_a_withdrawal(tmp_path: Path) -> None:
    template = tmp_path / "template.sqlite3"
    with open_record(template, clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
    points = crash_worker.kill_points(_copy(template, tmp_path / "dry"), crash_worker.later_looks)
    assert len(points) > 10
    wanted = _standing(tmp_path / "dry" / "diembao.sqlite3")
    assert wanted["states"] == ["live", "withdrawn", "live"]
    assert (wanted["stories"], wanted["revisions"], wanted["found"]) == (1, [1, 1, 0], 2)
    for die_at in points:
        path = _copy(template, tmp_path / f"{die_at}")
        worker = CONTEXT.Process(target=crash_worker.later_looks, args=(str(path), die_at))
        worker.start()
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
        crash_worker.later_looks(str(path))
        assert _standing(path) == wanted, die_at


def _standing(path: Path) -> dict[str, object]:
    """What a record holds after all looks: nothing twice, nothing half."""
    with open_record(path, clock=FixedClock(NOON), keep=KeepSettings()) as record:
        with record.database.read() as con:
            rows = con.execute("SELECT id, state, revisions FROM articles ORDER BY title").fetchall()
            looks = con.execute("SELECT count(*) FROM looks").fetchone()[0]
        (view,) = record.reading.stories("binh_son", NOON.date(), NOON)
        return {
            "states": [row["state"] for row in rows],
            "revisions": [row["revisions"] for row in rows],
            "texts": [r.after for row in rows for r in record.reading.revisions("binh_son", row["id"])],
            "looks": looks,
            "stories": len(record.reading.stories("binh_son", NOON.date(), NOON)),
            "articles": view.articles,
            "merges": len(read.merges) if (read := record.reading.story("binh_son", view.id, NOON)) else None,
            "found": record.search.search("binh_son", "tin").total,
            "changes": len(record.changes.since(0)),
        }


def _copy(template: Path, folder: Path) -> Path:
    folder.mkdir()
    return Path(shutil.copy(template, folder / "diembao.sqlite3"))


def _check_whole_way(path: Path, die_at: int) -> None:
    with open_record(path, clock=FixedClock(NOON), keep=KeepSettings()) as record:
        assert record.ledger.totals() == {"found": 2, "kept": 1, "stopped": 1, "pending": 0}, die_at
        assert record.outbox.counts() == {"delivered": 2}, die_at
        assert record.search.search("binh_son", "tin").total == 1, die_at
        assert len(record.changes.since(0)) == 1, die_at
        assert len(record.alerts.events()) == 1, die_at
    sent = path.with_name("sent").read_text().split()
    assert len(set(sent)) == 2
    assert len(sent) <= 3, f"{die_at}: at most one repeat"
