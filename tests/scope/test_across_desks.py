"""Across desks only figures of operation are seen; outside, the office's own releases and headlines with links.

Every page and every machine's door of the one table is opened by those who may see nothing of a desk: the operator, an
administrator of another desk, and nobody at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app import serving
from app.world import World
from core.access import Level, Right
from core.clock import FixedClock
from core.people import new_token
from core.records import Endpoint, Publisher, PublisherKind
from core.settings import Settings
from dashboard.asking import SESSION_COOKIE
from dashboard.routes import DOORS, Door
from store.sqlite.record import Record, open_record
from tests.dashboard.conftest import MORNING, make_user, open_session
from tests.fakes.blank import blank
from tests.fakes.records import make_desk, make_state
from tests.reports.making import DESK
from tests.scope.test_everything_goes import ARTICLE, MONDAY, OFFICE, TEXT, TITLE, handled, tagged, told, told_of

PAPER = Publisher(
    id="bao_mau", name="Báo Mẫu", kind=PublisherKind.NEWSPAPER, licence="giấy phép mẫu", home="https://bao_mau.vn/",
    endpoints=(Endpoint(source="bao_mau", kind="feed", url="https://bao_mau.vn/rss"),),
)  # fmt: skip
WORDS = (TITLE, TEXT, OFFICE)
SEEN = [door for door in DOORS if door.method == "GET" and door.right is not Right.PUBLIC]
OPEN = [door for door in DOORS if door.method == "GET" and door.right is Right.PUBLIC]


@dataclass(frozen=True)
class Installation:
    """Two desks; an article, and all that an office does with it, on the first."""

    record: Record
    settings: Settings
    case: int
    report: int

    def browser(self, level: Level | None, desk: str = "my_hao") -> TestClient:
        """Of somebody in a network, signed in with that level on that desk; None: nobody."""
        world = World(kind="real", publishers={PAPER.id: PAPER}, clock=FixedClock(MORNING))
        app = serving.application(self.settings, world, self.record)
        browser = TestClient(
            app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False, client=("203.0.113.7", 50000)
        )
        if level is not None:
            user = make_user(self.record, level, desk, name=f"Ai đó {desk}")
            browser.cookies.set(SESSION_COOKIE, open_session(self.record, user, new_token()))
        return browser

    def paths(self, door: Door) -> list[str]:
        """The door's address with what the first desk has."""
        story = self.record.reading.article(DESK.id, ARTICLE.id).listed.story  # type: ignore[union-attr]
        values = {
            "article": ARTICLE.id, "story": story, "desk": DESK.id, "source": PAPER.id, "token": "x", "fact": "f1",
            "sha256": "0" * 64, "name": "alert", "part": "subject.txt", "file": "1", "message": "1",
            "recipient": "lanh-dao", "user": "u1", "silence": "1",
        }  # fmt: skip
        number = self.report if door.path.startswith("/bao-cao") else self.case
        kind = "docx" if door.path.startswith("/bao-cao") else "correction"
        values |= {"number": str(number), "kind": kind}
        path = re.sub(r"\{(\w+)(:int)?\}", lambda found: values[found[1]], door.path)
        asked = "q=Bình+Sơn&dang=csv&tu=2026-03-01&den=2026-03-10&ngay=2026-03-08&tuan=2026-W10"
        return [f"{path}?{asked}", f"{path}?{asked}&ban={DESK.id}"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("desks"))
    with open_record(blank(Path(settings.database)), clock=FixedClock(MONDAY), keep=settings.keep) as record:
        record.desks.apply_desk(make_desk(id="my_hao", name="Phường Mỹ Hào", recipients=()), MONDAY, "test")
        record.desks.apply_desk(DESK, MONDAY, "test")
        record.ledger.save_poll(make_state(PAPER.endpoints[0], last_poll=MONDAY), [], MONDAY)
        record.articles.save(tagged())  # type: ignore[arg-type]
        yield Installation(record, settings, handled(record), told_of(record))


def given(browser: TestClient, path: str) -> str:
    answer = browser.get(path, follow_redirects=False)
    assert answer.status_code < 500, path
    return told(answer.content)


def test_whoever_belongs_to_the_desk_sees_it(here: Installation) -> None:
    """The control: what is looked for below is behind many of these doors."""
    browser = here.browser(Level.ADMINISTRATOR, DESK.id)
    said = {door.path: "".join(given(browser, path) for path in here.paths(door)) for door in SEEN}
    assert {"/bai/{article}", "/cau-chuyen/{story}", "/tim-kiem", "/vu-viec/{number:int}", "/api/articles/{article}",
            "/bao-cao/{number:int}", "/bao-cao/{number:int}/tai/{kind}", "/api/search", "/canh-bao"} <= {
                path for path, text in said.items() if TITLE in text}  # fmt: skip


@pytest.mark.parametrize("level", [Level.OPERATOR, Level.ADMINISTRATOR, None])
def test_nobody_else_sees_a_word_of_it(here: Installation, level: Level | None) -> None:
    browser = here.browser(level)
    told_there = {
        path: [word for word in WORDS if word in given(browser, path)] for door in SEEN for path in here.paths(door)
    }
    assert len(told_there) > 80
    own = browser.get("/", follow_redirects=False).status_code
    assert own == {Level.ADMINISTRATOR: 200, None: 303}.get(level, own), "an administrator sees the own desk"
    assert {path: words for path, words in told_there.items() if words} == {}


def test_the_operator_sees_figures_of_each_desk(here: Installation) -> None:
    page = here.browser(Level.OPERATOR).get("/cac-ban-tin").text
    assert DESK.name in page and "Phường Mỹ Hào" in page
    assert ARTICLE.id not in page and "lanh-dao@" not in page


def test_outside_there_are_headlines_with_links_and_never_a_text(here: Installation) -> None:
    browser = here.browser(None)
    told_there = {path: given(browser, path) for door in OPEN for path in here.paths(door)}
    assert {path.partition("?")[0] for path, text in told_there.items() if TITLE in text} == {
        "/cong/binh_son.atom", "/cong/binh_son.json",
    }  # fmt: skip
    assert not [path for path, text in told_there.items() if TEXT in text or OFFICE in text]
    assert all(ARTICLE.url in text for path, text in told_there.items() if path.startswith("/cong/"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_of_a_search_has_no_text(here: Installation, kind: str) -> None:
    browser = here.browser(Level.ADMINISTRATOR, DESK.id)
    said = given(browser, f"/tim-kiem/xuat?q={TITLE}&dang={kind}")
    assert TITLE in said and ARTICLE.url in said
    assert TEXT not in said and OFFICE not in said
    last = here.record.audit.lines(1)[0]
    assert (last.action, TITLE in last.detail) == ("search.export", False)


def test_nothing_is_counted_of_a_publisher_by_any_machines_door(here: Installation) -> None:
    browser = here.browser(Level.ADMINISTRATOR, DESK.id)
    (row,) = [one for one in browser.get("/api/sources").json()["sources"] if one["source"] == PAPER.id]
    assert set(row) == {
        "source", "name", "status", "reason", "last_poll", "last_success", "last_new", "read_7d", "kept_7d",
        "failed_7d", "no_body_7d", "blocked_7d", "silent",
    }  # fmt: skip
    counted = browser.get("/api/trends", params={"tu": "2026-03-01", "den": "2026-03-20"}).json()["counts"]
    assert counted and not {one["kind"] for one in counted} & {"source", "publisher"}
    assert PAPER.id not in {one["key"] for one in counted}


@pytest.mark.parametrize("path", ["/metrics", "/khoe", "/healthz", "/readyz", "/api/openapi.json"])
def test_figures_for_machines_name_nothing_of_a_desk(here: Installation, path: str) -> None:
    said = given(here.browser(Level.OPERATOR), path)
    assert not [word for word in (*WORDS, ARTICLE.id, "lanh-dao", "binh_son", DESK.office) if word in said]
