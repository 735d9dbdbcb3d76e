"""The machine's twin of the pages: same session, same rights, JSON; fuzzed from its own description."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from starlette.testclient import TestClient
from starlette.types import Message

from core.access import Level
from core.clock import FixedClock
from core.settings import KeepSettings
from dashboard.asking import SESSION_COOKIE
from dashboard.office import Office
from dashboard.routes import DOORS
from store.sqlite.record import open_record
from tests.dashboard.conftest import MORNING, SignIn, client, make_user, open_session
from tests.dashboard.test_pages import words
from tests.fakes.blank import blank
from tests.fakes.reading import FakePress, sample_press

HERE = {"origin": "http://127.0.0.1:8765"}


@pytest.fixture
def officer(signed_in: SignIn) -> TestClient:
    return signed_in(Level.OFFICER)


def newest(press: FakePress) -> str:
    return press.articles["binh_son"][0].listed.id


class TestReading:
    def test_it_tells_what_the_pages_tell(self, officer: TestClient, press: FakePress) -> None:
        today = officer.get("/api/today").json()
        titles = {article["title"] for story in today["stories"] for article in story["of_day"]}
        page = words(officer.get("/").text)
        assert titles and all(title in page for title in titles)
        told = officer.get(f"/api/articles/{newest(press)}").json()
        assert told["listed"]["title"] == press.articles["binh_son"][0].listed.title and told["paragraphs"]
        found = officer.get("/api/search", params={"q": "binh son"}).json()
        assert found["total"] == len(found["hits"]) > 0
        story = officer.get(f"/api/stories/{told['listed']['story'] or newest(press)}")
        assert story.status_code == 200 and story.json()["days"]

    def test_nobody_gets_401_and_what_is_not_there_404_in_json(self, signed_in: SignIn, press: FakePress) -> None:
        assert signed_in(None).get("/api/today").json() == {"detail": "not signed in"}
        officer = signed_in(Level.OFFICER)
        for path in ("/api/articles/none", "/api/stories/none", "/api/today?ban=other", "/api/nothing"):
            answer = officer.get(path)
            assert answer.status_code == 404 and answer.json()["detail"], path

    def test_the_operator_reads_nothing_of_a_desk(self, signed_in: SignIn) -> None:
        operator = signed_in(Level.OPERATOR)
        for door in DOORS:
            if door.answers and door.method == "GET" and "{" not in door.path and door.path not in (
                "/api/me", "/api/openapi.json",
            ):  # fmt: skip
                assert operator.get(f"{door.path}?q=x").status_code == 403, door.path

    def test_tone_stands_beside_no_publisher(self, officer: TestClient) -> None:
        told = officer.get("/api/sources").json()["sources"]
        assert told and not any("tone" in name for name in told[0])
        assert {row["kind"] for row in officer.get("/api/trends").json()["counts"]} <= {"all", "topic", "tone", "unit"}


class TestChanging:
    def test_a_label_is_set_and_taken_back_as_on_the_page(self, officer: TestClient, press: FakePress) -> None:
        where = f"/api/articles/{newest(press)}/topic"
        assert officer.post(where, json={"topic": "health"}, headers=HERE).json() == {"done": True}
        (made,) = press.corrected
        assert (made.topic, made.present) == ("health", True)
        assert officer.post(f"/api/corrections/{made.id}/undo", headers=HERE).json() == {"done": True}
        assert press.corrections("binh_son") == ()

    @pytest.mark.parametrize(
        "headers",
        [{}, {"origin": "https://evil.example"}, {"origin": "null"}, HERE | {"sec-fetch-site": "cross-site"}],
    )
    def test_no_other_site_changes_anything(
        self, officer: TestClient, press: FakePress, headers: dict[str, str]
    ) -> None:
        answer = officer.post(f"/api/articles/{newest(press)}/topic", json={"topic": "health"}, headers=headers)
        assert answer.status_code == 403 and not press.corrected

    def test_a_viewer_changes_nothing(self, signed_in: SignIn, press: FakePress) -> None:
        viewer = signed_in(Level.VIEWER)
        answer = viewer.post(f"/api/articles/{newest(press)}/topic", json={"topic": "health"}, headers=HERE)
        assert answer.status_code == 403 and "quản trị viên" in answer.json()["detail"] and not press.corrected


class TestBodies:
    """A body is read by who may send one, and no further than the longest that there is."""

    ENDLESS = 400

    def taken(self, browser: TestClient, **headers: str) -> tuple[int, int]:
        """The status, and how many pieces of 64 KB were asked for, of a body that goes on and on."""
        asked, said = [0], [0]

        async def receive() -> Message:
            asked[0] += 1
            return {"type": "http.request", "body": b" " * 65_536, "more_body": asked[0] < self.ENDLESS}

        async def send(message: Message) -> None:
            said[0] = message.get("status", said[0])

        sent = {"host": "127.0.0.1:8765", "content-type": "application/json", **headers}
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/api/articles/x/notes", "raw_path": b"/api/articles/x/notes", "root_path": "", "query_string": b"",
            "headers": [(k.encode(), v.encode()) for k, v in {**sent, "cookie": cookies}.items()],
            "client": ("203.0.113.7", 1), "server": ("127.0.0.1", 8765),
        }  # fmt: skip
        asyncio.run(browser.app(scope, receive, send))  # type: ignore[arg-type]
        return said[0], asked[0]

    def test_nothing_is_read_of_who_may_send_nothing(self, signed_in: SignIn) -> None:
        assert self.taken(signed_in(None), **HERE) == (401, 0)
        assert self.taken(signed_in(Level.VIEWER), **HERE) == (403, 0)
        assert self.taken(signed_in(Level.OFFICER), origin="https://evil.example") == (403, 0)

    def test_one_that_is_too_long_is_refused_at_once(self, signed_in: SignIn) -> None:
        assert self.taken(signed_in(Level.OFFICER), **HERE) == (400, 1)

    def test_the_longest_note_is_read(self, officer: TestClient) -> None:
        """Written as JSON may be, twelve bytes a letter: all that is wrong is that there is no article."""
        longest = json.dumps({"text": "\U0001f30a" * 2000})
        sent = HERE | {"content-type": "application/json"}
        assert officer.post("/api/articles/none/notes", content=longest, headers=sent).status_code == 404


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One signed-in editor over one press for the whole fuzzing."""
    press = sample_press(MORNING)
    folder: Path = tmp_path_factory.mktemp("api")
    with open_record(blank(folder / "d.sqlite3"), clock=FixedClock(MORNING), keep=KeepSettings()) as record:
        for desk in press.book:
            record.desks.apply_desk(desk, MORNING, "test")
        browser = client(press, record=record, client=("203.0.113.7", 1), parts={"office": Office(work=record.work)})
        token = open_session(record, make_user(record, Level.EDITOR, press.book[0].id))
        browser.cookies.set(SESSION_COOKIE, token)
        yield browser


def test_the_description_names_every_door(site: TestClient) -> None:
    described = site.get("/api/openapi.json").json()
    doors = {(door.path.replace(":int", ""), door.method.lower()) for door in DOORS if door.answers}
    assert {(path, method) for path, kinds in described["paths"].items() for method in kinds} == doors


def test_fuzzing_finds_nothing(site: TestClient) -> None:
    """Every check of schemathesis, on good and on wrong questions: no failure of ours, answers as described."""
    cookies = f"{SESSION_COOKIE}={site.cookies[SESSION_COOKIE]}"
    headers = HERE | {"cookie": cookies, "host": "127.0.0.1:8765"}
    described = site.get("/api/openapi.json").json()
    del described["security"]  # the session stands in `headers`; who has none is tried above
    schema = schemathesis.openapi.from_dict(described)
    schema.app = site.app
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    assert len(operations) == sum(bool(door.answers) for door in DOORS)
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _fuzz(operation, mode, headers)


def _fuzz(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @settings(
        max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def fuzz(case: Any) -> None:
        case.call_and_validate(headers=headers)

    try:
        fuzz()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, operation.label  # nothing in it could be wrong
