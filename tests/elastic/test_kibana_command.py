"""`diembao kibana`, over a real engine and the stand-in for Kibana: what an operator types, and what the feed does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from app import daily
from app.duty import Duty
from app.engine import DUTY, drop, rebuild
from app.feeding import feed_forever
from core.clock import FixedClock, SystemClock
from core.settings import ElasticSettings, KeepSettings, KibanaSettings, Settings
from store.elastic.client import EngineRefuses
from store.elastic.counts import DailyFeed
from store.sqlite.record import Record, open_record
from tests.command_line import run_here
from tests.elastic.server import Node, patient
from tests.fakes.records import NOON, make_article, make_desk, make_tagged
from tests.standins.kibana import State, kibana

KEY = "bWE6a2hvYS1iaS1tYXQ="


@pytest.fixture
def stand() -> Iterator[State]:
    with kibana(State(base_path="/kibana", login=f"ApiKey {KEY}", spaces={"default", "phong-vh"})) as state:
        yield state


@pytest.fixture
def settings(node: Node, stand: State, alias: str, tmp_path: Path, client: Elasticsearch) -> Iterator[Settings]:
    made = Settings(
        data_dir=tmp_path,
        elastic=patient(node.url, alias=alias),
        kibana=KibanaSettings.model_validate(
            {"url": stand.url, "api_key": KEY, "space": "phong-vh", "indices": f"{alias}-daily", "wait": 0}
        ),
    )
    with open_record(made.database, clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
        record.articles.save(make_tagged(make_article()))
    yield made
    drop(made)
    assert not client.indices.get(index=f"{alias}-*")


def given(settings: Settings) -> dict[str, str]:
    """The settings as an operator's environment."""
    return {
        "DIEMBAO_DATA_DIR": str(settings.data_dir), "DIEMBAO_ELASTIC__HOSTS": json.dumps(settings.elastic.hosts),
        "DIEMBAO_ELASTIC__ALIAS": settings.elastic.alias, "DIEMBAO_ELASTIC__TIMEOUT": "90",
        "DIEMBAO_KIBANA__URL": settings.kibana.url,
        "DIEMBAO_KIBANA__API_KEY": settings.kibana.api_key.get_secret_value(),
        "DIEMBAO_KIBANA__SPACE": settings.kibana.space, "DIEMBAO_KIBANA__INDICES": settings.kibana.indices,
        "DIEMBAO_KIBANA__WAIT": "0",
    }  # fmt: skip


def diembao(settings: Settings, *command: str) -> subprocess.CompletedProcess[str]:
    """In the test's own process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given(settings).items():
            patch.setenv(name, value)
        return run_here(command)


def typed(settings: Settings, *command: str) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own."""
    command_line = [sys.executable, "-m", "app.cli", *command]
    return subprocess.run(command_line, env=os.environ | given(settings), capture_output=True, text=True, check=False)


def record_of(settings: Settings) -> Record:
    return open_record(settings.database, clock=SystemClock(), keep=KeepSettings())


@retry(retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(240), wait=wait_fixed(0.2), reraise=True)
def counted(client: Elasticsearch, index: str, documents: int) -> None:
    client.indices.refresh(index=index, ignore_unavailable=True)
    assert client.count(index=index, ignore_unavailable=True)["count"] == documents


def test_load_check_export(settings: Settings, stand: State, client: Elasticsearch) -> None:
    before = typed(settings, "kibana", "check")
    assert before.returncode == 1
    assert "!! dashboard      Hôm nay (diembao-phong-vh-hom-nay) is not there" in before.stdout
    assert "-> diembao kibana load" in before.stdout
    for _ in range(2):
        done = diembao(settings, "kibana", "load")
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(stand.objects) == 5
    assert "-- counts         none yet" in done.stdout
    with record_of(settings) as record:
        feed = daily.feed(settings, record, SystemClock())
        assert isinstance(feed, DailyFeed)
        feed.once()
    client.indices.refresh(index=f"{settings.kibana.indices}-*")
    found = json.loads(diembao(settings, "kibana", "check", "--json").stdout)
    assert {one["sign"] for one in found} == {"ok"}
    assert any(one["what"] == "counts" and "0 changes wait" in one["says"] for one in found)
    target = settings.data_dir / "bang.ndjson"
    assert diembao(settings, "kibana", "export", str(target)).returncode == 0
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert {(one["type"], one["id"]) for one in lines} == set(stand.objects)
    roles = diembao(settings, "kibana", "export", "--roles").stdout
    assert f'names: ["{settings.kibana.indices}-reading", "{settings.kibana.indices}-counts-binh_son"]' in roles


def test_the_doctor_looks_at_it_too(settings: Settings, stand: State) -> None:
    said = [one for one in json.loads(diembao(settings, "doctor", "--json").stdout) if one["part"] == "kibana"]
    assert {"kibana: available, version 8.19.7"} == {one["says"] for one in said if one["sign"] == "ok"}
    assert sum(one["todo"] == "diembao kibana load" for one in said) == 6
    stand.login = "ApiKey khac"
    (told,) = [one for one in json.loads(diembao(settings, "doctor", "--json").stdout) if one["part"] == "kibana"]
    assert (told["sign"], "Check [kibana] api_key" in told["says"], KEY in told["says"]) == ("!!", True, False)


def test_what_goes_wrong_is_one_line_without_a_secret(settings: Settings, stand: State) -> None:
    stand.login = "ApiKey khac"
    for command in ("load", "check"):
        done = diembao(settings, "kibana", command)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
        assert "Check [kibana] api_key" in done.stderr
        assert KEY not in done.stderr
    no_engine = settings.model_copy(update={"elastic": ElasticSettings()})
    stand.login = ""
    done = diembao(no_engine, "kibana", "load")
    assert done.returncode == 1
    assert "set [elastic] hosts in diembao.toml" in done.stdout


def test_the_engines_address_in_the_place_of_kibanas(settings: Settings, node: Node) -> None:
    mixed_up = settings.kibana.model_copy(update={"url": node.url})
    done = diembao(settings.model_copy(update={"kibana": mixed_up}), "kibana", "check")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{node.url}: there Elasticsearch answers, not Kibana" in done.stderr


def test_counts_are_fed_beside_the_articles(settings: Settings, client: Elasticsearch) -> None:
    stop = threading.Event()
    index = f"{settings.kibana.indices}-counts-binh_son"
    with record_of(settings) as record:
        duty = Duty(record.leases, DUTY, "deliver")
        thread = threading.Thread(target=feed_forever, args=(settings, record, SystemClock(), duty, stop))
        thread.start()
        try:
            counted(client, index, 4)
            counted(client, settings.elastic.alias, 1)
            assert "1 articles are in new indices" in rebuild(settings), "beside the service, which gives way"
            counted(client, index, 4)
        finally:
            stop.set()
            thread.join()
    rebuild(settings)
    counted(client, index, 4)


def test_without_a_kibana_nothing_is_counted(settings: Settings, client: Elasticsearch) -> None:
    alone = settings.model_copy(update={"kibana": KibanaSettings()})
    with record_of(settings) as record:
        assert daily.feed(alone, record, SystemClock()) is None
        daily.Counting(alone, record, SystemClock()).round()


def test_counts_that_are_refused_stop_nobody(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    class Refused:
        calls = 0

        def round(self) -> None:
            self.calls += 1
            raise EngineRefuses("Elasticsearch: the login may not do this (HTTP 403)")

    with record_of(settings) as record:
        counting = daily.Counting(settings, record, FixedClock(NOON))
        refused = counting._feed = Refused()  # type: ignore[assignment]
        counting.round()
        counting.round()
    assert refused.calls == 1
    assert "daily counts not fed" in caplog.text
