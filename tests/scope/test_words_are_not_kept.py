"""Words typed into the search serve that one search: no record, log, audit or file of ours has them afterwards."""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from argon2.profiles import CHEAPEST

from app import logs, serving
from app.world import World
from core.access import Level
from core.clock import FixedClock
from core.records import Endpoint, Publisher, PublisherKind
from core.settings import LogSettings, Settings
from core.text import fold_plain
from dashboard.people.passwords import Passwords
from store.sqlite.record import Record, open_record
from tests.dashboard.conftest import MORNING, client, make_user
from tests.dashboard.test_people import PASSWORD, log_in
from tests.data import ROOT
from tests.fakes.blank import blank
from tests.fakes.reading import sample_press
from tests.fakes.records import NOON, make_article, make_desk, make_tagged
from tests.standins.oidc import CLIENT, SECRET, Provider
from tests.standins.oidc import serving as provider_serving

CANARY = "Hoàng Thị Kanariô"
PAPER = Publisher(
    id="bao_mau", name="Báo Mẫu", kind=PublisherKind.NEWSPAPER, licence="GP 1/GP-BVHTTDL", home="https://bao.example.vn/",
    endpoints=(Endpoint(source="bao_mau", kind="feed", url="https://bao.example.vn/rss"),),
)  # fmt: skip


def names(told: bytes | str) -> bool:
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    return "kanari" in fold_plain(text) or "Kanari%" in text


@dataclass(frozen=True)
class Site:
    """Pages as the program itself serves them, with the most that it logs."""

    folder: Path
    http: httpx.Client

    def seal(self) -> dict[str, str]:
        """Of a form."""
        found = re.search(r'name="dau" value="(\w+)"', self.http.get("/tim-kiem?chu-de=health").text)
        assert found
        return {"dau": found[1]}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    settings = Settings(data_dir=tmp_path, log=LogSettings(level="debug"))
    with open_record(blank(settings.database), clock=FixedClock(NOON), keep=settings.keep) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
        record.articles.save(make_tagged(make_article()))
    logs.start(settings, "serve", quiet=True)
    for ours in ("httpx", "httpcore"):  # the browser's own
        monkeypatch.setattr(logging.getLogger(ours), "propagate", False)
    servers: list[uvicorn.Server] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def run(app: Any, **how: Any) -> None:
            server = uvicorn.Server(uvicorn.Config(app, **how))
            servers.append(server)
            server.run([listener])

        monkeypatch.setattr(uvicorn, "run", run)
        monkeypatch.setattr(serving, "check_port", lambda _: None)
        world = World(kind="real", publishers={PAPER.id: PAPER}, clock=FixedClock(NOON))
        thread = threading.Thread(target=serving.serve, args=(settings, world))
        thread.start()
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=base, headers={"Origin": base}, timeout=20) as http:
            yield Site(tmp_path, http)
            servers[0].should_exit = True
            thread.join()
    for handler in set(root.handlers) - set(before[0]):
        handler.close()
    root.handlers[:], root.level = before


def test_no_search_leaves_a_trace(site: Site) -> None:
    found = site.http.get("/tim-kiem", params={"q": CANARY})
    assert found.status_code == 200 and names(found.text)
    for path, given in (
        ("/tim-kiem", {"phan": "1"}), ("/tim-kiem", {"tu": "không phải ngày"}), ("/tim-kiem", {"trang": "0"}),
        ("/tim-kiem/xuat", {"dang": "csv"}), ("/tim-kiem/xuat", {"dang": CANARY}), ("/api/search", {}),
        ("/api/search", {"trang": "0"}), ("/khong-co", {}),
    ):  # fmt: skip
        site.http.get(path, params={"q": CANARY, **given})
    assert site.http.get("/api/search", params={"q": CANARY}).json()["total"] == 0
    kept = [file for file in site.folder.rglob("*") if file.is_file()]
    assert {"serve.jsonl", "diembao.sqlite3"} <= {file.name for file in kept}
    assert any(b"search.export" in file.read_bytes() for file in kept), "that there was an export is in the audit"
    assert [file.name for file in kept if names(file.read_bytes())] == []


@pytest.mark.parametrize(
    "words",
    [{"chu-de": CANARY}, {"nguon": CANARY}, {"chu-de": "health", "nguon": CANARY}, {"q": CANARY}],
)
def test_no_filter_is_kept_of_words(site: Site, words: dict[str, str]) -> None:
    assert site.http.post("/tim-kiem/loc", data={**site.seal(), **words}).status_code == 400
    assert not any(names(file.read_bytes()) for file in site.folder.rglob("*") if file.is_file())


def test_a_filter_of_topics_drops_the_words_beside_it(site: Site) -> None:
    given = {**site.seal(), "chu-de": "health", "nguon": PAPER.id, "q": CANARY}
    answer = site.http.post("/tim-kiem/loc", data=given)
    assert answer.status_code == 303
    assert not any(names(file.read_bytes()) for file in site.folder.rglob("*") if file.is_file())


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "d.sqlite3"), clock=FixedClock(MORNING), keep=Settings().keep) as opened:
        for desk in sample_press(MORNING).book:
            opened.desks.apply_desk(desk, MORNING, "test")
        yield opened


def kept(record: Record) -> list[str]:
    with record.database.read() as con:
        return [row["body"] for row in con.execute("SELECT body FROM sign_in_steps")]


def test_whoever_signs_in_on_the_way_to_a_search_leaves_its_words_nowhere(record: Record) -> None:
    """A step that is not finished lies in the record until its time is over, and in the backups made meanwhile."""
    user = make_user(record, Level.ADMINISTRATOR, "binh_son")
    record.people.set_password(user.id, Passwords(CHEAPEST).hash(PASSWORD), MORNING, "test")
    browser = client(sample_press(MORNING), record=record, clock=FixedClock(MORNING), client=("203.0.113.7", 50000))
    asked = browser.get("/tim-kiem", params={"q": CANARY, "chu-de": "health"}, follow_redirects=False)
    back = httpx.URL(asked.headers["location"]).params["tiep"]
    assert names(back)
    assert log_in(browser, user.email, back=back).headers["location"] == "/dang-nhap/ma"
    (step,) = kept(record)
    assert "/tim-kiem?chu-de=health" in step and not names(step)


def test_the_way_through_the_provinces_provider_keeps_none_either(record: Record) -> None:
    made = Provider(email="a@binhson.gov.vn", now=MORNING.timestamp())
    make_user(record, Level.VIEWER, "binh_son")
    with provider_serving(made):
        oidc = {"issuer": made.issuer, "client_id": CLIENT, "client_secret": SECRET}
        browser = client(sample_press(MORNING), record=record, client=("203.0.113.7", 1), settings={"oidc": oidc})
        left = browser.get("/dang-nhap/oidc", params={"tiep": f"/tim-kiem?q={CANARY}"}, follow_redirects=False)
    assert left.status_code == 303
    (step,) = kept(record)
    assert '"/tim-kiem"' in step and not names(step)


@pytest.mark.parametrize("file", ["deploy/nginx.conf", "docs/operate.md"])
def test_the_proxy_keeps_no_addresses(file: str) -> None:
    """Below crit, nginx writes the request, words and all, beside what went wrong with it."""
    shown = (ROOT / file).read_text(encoding="utf-8")
    (served,) = re.findall(r"^(?:http|server) \{.*?^\}", shown, re.MULTILINE | re.DOTALL)
    assert re.search(r"^\s+access_log off;", served, re.MULTILINE)
    assert re.findall(r"^\s+error_log \S+ (\w+);", served, re.MULTILINE) == ["crit"]
