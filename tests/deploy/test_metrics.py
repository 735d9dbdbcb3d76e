"""Figures for Prometheus: well-formed, over all desks, of nobody and of no article; to whom they are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import serving, wiring
from app.world import World
from core.clock import FixedClock
from core.settings import ServeSettings, Settings
from store.sqlite.old_files import backup_dir
from store.sqlite.record import Record
from tests.contracts.crawl_ledger import listed
from tests.fakes.records import NOON, make_article, make_desk, make_entry, make_tagged

TITLE, NAME = "Tiêu đề không được lộ", "Nguyễn Văn Kín"
LINE = re.compile(r'diembao_[a-z0-9_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? -?[0-9.e+]+')


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with wiring.record(Settings(data_dir=tmp_path), FixedClock(NOON)) as kept:
        kept.desks.apply_desk(make_desk(name=f"Bàn của {NAME}"), NOON, "test")
        kept.articles.save(make_tagged(make_article(title=TITLE)))
        listed(kept.ledger, [make_entry(f"{n}.html", title=TITLE) for n in range(5)], NOON)
        page = kept.ledger.pending(NOON, 1)[0]
        kept.ledger.page_failed(page, 'lạ "\n{x}', NOON, retry_at=None)
        kept.leases.seen("w", "crawl", "máy-1")
        yield kept


def browser(record: Record, **over: Any) -> TestClient:
    settings = Settings(data_dir=record.path.parent, **over)
    clock = FixedClock(NOON + timedelta(hours=1))
    application = serving.application(settings, World(kind="replay", publishers={}, clock=clock), record)
    return TestClient(application, base_url="http://127.0.0.1:8765", client=("127.0.0.1", 50000))


def test_every_line_is_well_formed_and_none_names_an_article_a_desk_or_a_person(record: Record) -> None:
    answer = browser(record).get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert all(line.startswith(("# HELP ", "# TYPE ")) or LINE.fullmatch(line) for line in lines), lines
    names = [line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")]
    assert {f"# TYPE {name} gauge" for name in names} == {line for line in lines if line.startswith("# TYPE")}
    for secret in (TITLE, NAME, "binh_son", "máy-1", "http"):
        assert secret not in answer.text


def test_the_figures_are_the_records(record: Record) -> None:
    found = dict(line.rsplit(" ", 1) for line in browser(record).get("/metrics").text.splitlines())
    assert found["diembao_desks"] == "1" and found["diembao_pages_pending"] == "4"
    assert found["diembao_pages_pending_oldest_seconds"] == "3600"
    assert found['diembao_workers{role="crawl"}'] == "1" and float(found["diembao_record_log_bytes"]) > 10_000
    assert sum(float(v) for k, v in found.items() if k.startswith("diembao_pages_failed_7d{")) == 1
    assert "diembao_backup_age_seconds" not in str(found), "no backup yet"


def test_a_backup_newer_than_a_replays_clock_has_no_negative_age(record: Record) -> None:
    folder = backup_dir(record.path)
    folder.mkdir()
    (folder / "diembao-20990101T000000Z.tar.gz").touch()
    found = dict(line.rsplit(" ", 1) for line in browser(record).get("/metrics").text.splitlines())
    assert found['diembao_backup_age_seconds{place="here"}'] == "0"


def test_from_elsewhere_only_with_the_token(record: Record, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("a-scrape-token\n")
    serve = ServeSettings.model_validate({"metrics_token_file": str(secret)})
    far = browser(record, serve=serve, public_url="https://bao.example.gov.vn")
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "a-scrape-token"}):
        assert far.get("/metrics", headers=headers).status_code == 404
    assert far.get("/metrics", headers={"Authorization": "Bearer a-scrape-token"}).status_code == 200
    public = browser(record, public_url="https://bao.example.gov.vn")
    assert public.get("/metrics").status_code == 404, "behind a proxy everybody comes from this machine"


def test_ready_while_the_record_answers(record: Record) -> None:
    pages = browser(record)
    assert pages.get("/readyz").json() == {"status": "ready"} and pages.get("/healthz").status_code == 200
    record.path.unlink()
    record.close()
    assert browser(record).get("/readyz").status_code == 503
