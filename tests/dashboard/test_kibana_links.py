"""Links into Kibana's dashboards: only where there is a Kibana, to the objects that are loaded there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.operation import Machine
from core.clock import FixedClock
from core.settings import KeepSettings, KibanaSettings, Settings
from dashboard.app import create_app
from dashboard.office import Office
from kibana.boards import SLUGS, link
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

KIBANA = {"url": "http://127.0.0.1:5601/kibana", "public_url": "https://tinh.vn/kibana", "space": "phong-vh"}
LINKED = {"/": "today", "/xu-huong": "trends", "/nguon-tin": "operation", "/cac-ban-tin": "operation"}


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "d.sqlite3"), clock=FixedClock(NOON), keep=KeepSettings()) as opened:
        opened.desks.apply_desk(make_desk(), NOON, "test")
        opened.articles.save(make_tagged(make_article()))
        yield opened


def browser(record: Record, **kibana: str) -> TestClient:
    app = create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections, differ=differ,
        publishers={}, clock=FixedClock(NOON), settings=Settings(kibana=KibanaSettings.model_validate(kibana)),
        office=Office(operation=Machine(record)),
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1:8765")


@pytest.mark.parametrize("path", LINKED)
def test_no_kibana_no_link(record: Record, path: str) -> None:
    answer = browser(record).get(path)
    assert answer.status_code == 200
    assert "Kibana" not in answer.text


@pytest.mark.parametrize(("path", "board"), LINKED.items())
def test_a_page_leads_to_its_dashboard(record: Record, path: str, board: str) -> None:
    page = browser(record, **KIBANA).get(path).text
    wanted = link(KibanaSettings.model_validate(KIBANA), board)  # type: ignore[arg-type]
    assert wanted.startswith("https://tinh.vn/kibana/s/phong-vh/app/dashboards#/view/diembao-phong-vh-")
    assert f'href="{wanted}"' in page
    assert page.count("/app/dashboards#/view/") == 1
    assert "127.0.0.1:5601" not in page


def test_every_dashboard_has_a_page_that_leads_to_it() -> None:
    assert set(LINKED.values()) == set(SLUGS)


@pytest.mark.parametrize("path", ["/?ngay=2026-03-09", "/?tuan=2026-W11"])
def test_what_is_not_today_does_not_lead_to_today(record: Record, path: str) -> None:
    answer = browser(record, **KIBANA).get(path)
    assert answer.status_code == 200
    assert "Kibana" not in answer.text
