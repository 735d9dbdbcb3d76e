"""Every door, tried with each level and with none: who has the right comes in, and nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import ClassVar

import pytest
from starlette.testclient import TestClient

from core.access import RIGHTS, Level, Right
from core.i18n import t
from core.records import Desk
from dashboard.asking import SESSION_COOKIE
from dashboard.pace import Pace
from dashboard.routes import DOORS, Door
from store.sqlite.record import Record
from tests.dashboard.conftest import MORNING, SignIn, client, make_user, open_session
from tests.fakes.reading import FakePress

NOT_ALLOWED = t("error.not_allowed")


def address(door: Door, number: str = "1") -> str:
    """The door's address with something in its places."""
    return re.sub(r"\{\w+:int\}", number, re.sub(r"\{\w+(:path)?\}", "nothing", door.path))


def outcome(browser: TestClient, door: Door) -> str:
    """login, refused or in."""
    answer = browser.request(door.method, address(door), follow_redirects=False)
    to = answer.headers.get("location", "").partition("?")[0]
    if answer.status_code == 401 or (answer.status_code == 303 and to == "/dang-nhap"):
        return "in" if door.right is Right.PUBLIC and door.path.startswith("/dang-nhap") else "login"
    if answer.status_code == 403 and (
        NOT_ALLOWED in answer.text or (door.answers and NOT_ALLOWED in str(answer.json()))
    ):
        return "refused"
    return "in"


def wanted(level: Level | None, door: Door) -> str:
    if door.right is Right.PUBLIC:
        return "in"
    if level is None:
        return "login"
    if level is Level.OPERATOR and door.path == "/":
        return "in"  # led on to the page of all desks
    return "in" if door.right in RIGHTS[level] else "refused"


@pytest.mark.parametrize("level", [None, *Level])
def test_every_door_asks_for_its_right(signed_in: SignIn, level: Level | None) -> None:
    browser = signed_in(level)
    wrong = []
    for door in DOORS:
        got = outcome(browser, door)
        if got != wanted(level, door):
            wrong.append((door.method, door.path, door.right, got))
    assert not wrong


def test_a_number_beyond_any_row_is_no_page(press: FakePress) -> None:
    browser, most = client(press), "9" * 18
    numbered = [door for door in DOORS if ":int}" in door.path]
    assert numbered
    for door in numbered:
        assert browser.request(door.method, address(door, most + "999")).status_code == 404, door.path
        assert browser.request(door.method, address(door, most)).status_code in {403, 404}, door.path


def test_only_these_doors_are_for_everybody() -> None:
    """A door for everybody is added here with care: it must show nothing of a desk but what a signed link names."""
    public = {door.path for door in DOORS if door.right is Right.PUBLIC}
    pages = {"/pham-vi", "/khoe", "/healthz", "/readyz", "/metrics", "/bat-dau"}
    login = {"/dang-nhap", "/dang-nhap/ma", "/dang-nhap/oidc", "/dang-nhap/oidc/ve", "/dang-xuat"}
    links = {"/dat-mat-khau/{token}", "/c/{token}", "/zalo/su-kien"}
    feeds = r"/cong/\{desk\}\.(atom|json)|/thong-cao(\.atom|\.json|/\{number:int\})?"
    own = re.compile(rf"{feeds}|/c/\{{token\}}/[a-z-]+")
    """What the office publishes itself, and the buttons behind a signed link."""
    assert {path for path in public - pages - login - links if not own.fullmatch(path)} == set()


def test_what_changes_something_takes_post_only_and_from_our_own_pages(signed_in: SignIn) -> None:
    assert {door.method for door in DOORS} <= {"GET", "POST"}
    browser = signed_in(Level.ADMINISTRATOR)
    for door in DOORS:
        if door.method == "POST" and Right.OPERATE is not door.right:
            for headers in ({}, {"origin": "https://evil.example"}):
                answer = browser.post(address(door), headers=headers, follow_redirects=False)
                assert 400 <= answer.status_code < 500, (door.path, headers, answer.status_code)


class TestNobody:
    def test_without_users_only_this_machine_may_look(self, press: FakePress, record: Record) -> None:
        here = client(press, record=record, client=("127.0.0.1", 50000))
        assert here.get("/", follow_redirects=False).status_code == 200
        for address, headers in (
            ("203.0.113.7", {}), ("10.0.0.5", {}), ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
            ("127.0.0.1", {"forwarded": "for=127.0.0.1"}), ("127.0.0.1", {"x-real-ip": "127.0.0.1"}),
        ):  # fmt: skip
            far = client(press, record=record, client=(address, 50000))
            assert far.get("/", headers=headers, follow_redirects=False).status_code == 303, (address, headers)

    def test_with_a_public_address_this_machine_is_a_proxys_too(self, press: FakePress, record: Record) -> None:
        here = client(
            press, record=record, client=("127.0.0.1", 50000), settings={"public_url": "https://bao.binhson.example"}
        )
        assert here.get("/", follow_redirects=False).status_code == 303
        assert here.get("/bat-dau").status_code == 403

    def test_with_users_this_machine_has_to_sign_in_too(
        self, signed_in: SignIn, press: FakePress, record: Record
    ) -> None:
        signed_in(None)
        here = client(press, record=record, client=("127.0.0.1", 50000))
        assert here.get("/", follow_redirects=False).status_code == 303

    def test_a_cookie_of_no_session_is_nobody(self, signed_in: SignIn) -> None:
        browser = signed_in(None)
        browser.cookies.set("vao", "guessed")
        assert browser.get("/", follow_redirects=False).status_code == 303


class TestDesks:
    @pytest.fixture
    def other(self, press: FakePress, record: Record) -> Desk:
        desk = Desk(id="my_hao", name="Mỹ Hào", office="UBND phường Mỹ Hào", units=())
        press.book.append(desk)
        press.articles["my_hao"] = []
        record.desks.apply_desk(desk, MORNING, "test")
        return desk

    @pytest.mark.parametrize("level", [level for level in Level if level is not Level.OPERATOR])
    def test_a_level_holds_on_its_desk_alone(self, signed_in: SignIn, other: Desk, level: Level) -> None:
        browser = signed_in(level)
        assert browser.get("/?ban=binh_son").status_code == 200
        assert browser.get("/?ban=my_hao").status_code == 404
        page = browser.get("/").text
        assert "Mỹ Hào" not in page

    def test_the_operator_sees_no_desks_articles(self, signed_in: SignIn, other: Desk, press: FakePress) -> None:
        browser = signed_in(Level.OPERATOR)
        article = press.articles["binh_son"][0].listed
        assert browser.get("/", follow_redirects=False).headers["location"] == "/cac-ban-tin"
        for path in (f"/bai/{article.id}", "/tim-kiem?q=binh+son", "/canh-bao", "/sua-nhan/xuat"):
            answer = browser.get(path)
            assert answer.status_code == 403 and article.title not in answer.text, path

    def test_who_holds_no_level_sees_nothing(self, signed_in: SignIn, record: Record) -> None:
        browser = signed_in(Level.OFFICER)
        (user,) = [u for u in record.people.users() if u.id.startswith("u-officer")]
        record.people.change(user.id, memberships=(), at=MORNING, by="test")
        assert browser.get("/").status_code == 403 and browser.get("/tai-khoan").status_code == 200

    @pytest.mark.parametrize("level", [Level.ADMINISTRATOR, Level.OPERATOR])
    def test_who_lacks_only_the_second_factor_is_told_so(self, press: FakePress, record: Record, level: Level) -> None:
        """Not sent to the desk's administrator, who they are themselves."""
        browser = client(press, record=record, client=("203.0.113.7", 50000))
        user = make_user(record, level, press.book[0].id, factor=False)
        browser.cookies.set(SESSION_COOKIE, open_session(record, user))
        answer = browser.get("/" if level is Level.OPERATOR else "/nguoi-dung")
        assert answer.status_code == 403
        assert t("error.factor_first") in answer.text and NOT_ALLOWED not in answer.text
        beyond = browser.get("/canh-bao" if level is Level.OPERATOR else "/cac-ban-tin")
        assert NOT_ALLOWED in beyond.text

    def test_a_page_that_is_not_there_knows_who_is_signed_in(self, signed_in: SignIn) -> None:
        asked = signed_in(Level.OFFICER), signed_in(None)
        officer, nobody = (browser.get("/khong-co-trang-nay") for browser in asked)
        assert officer.status_code == nobody.status_code == 404
        assert t("login.title") not in officer.text and t("login.title") in nobody.text


def test_a_level_taken_away_acts_at_once(signed_in: SignIn, record: Record) -> None:
    browser = signed_in(Level.OFFICER)
    assert browser.get("/").status_code == 200
    record.people.disable(record.people.users()[0].id, MORNING, "test")
    assert browser.get("/", follow_redirects=False).status_code == 303


class TestBehindAProxy:
    PUBLIC: ClassVar = {"public_url": "https://tinh.example/diem-bao"}

    def at(self, signed_in: SignIn, **how: object) -> TestClient:
        browser = signed_in(Level.OFFICER, settings=self.PUBLIC)
        browser.base_url = "https://tinh.example"
        return browser

    def links(self, page: str) -> set[str]:
        return set(re.findall(r'(?:href|action|src)="(/[^"]*)"', page))

    @pytest.mark.parametrize("path", ["/diem-bao/", "/"], ids=["prefix kept", "prefix taken away"])
    def test_every_link_carries_the_prefix(self, signed_in: SignIn, path: str) -> None:
        answer = self.at(signed_in).get(path)
        assert answer.status_code == 200
        assert self.links(answer.text) and all(link.startswith("/diem-bao/") for link in self.links(answer.text))

    def test_files_are_found_with_and_without_it(self, signed_in: SignIn) -> None:
        browser = self.at(signed_in)
        assert browser.get("/diem-bao/static/style.css").status_code == 200
        assert browser.get("/static/style.css").status_code == 200

    def test_the_login_comes_back_under_the_prefix(self, signed_in: SignIn) -> None:
        browser = signed_in(None, settings=self.PUBLIC)
        browser.base_url = "https://tinh.example"
        answer = browser.get("/diem-bao/tim-kiem?q=x", follow_redirects=False)
        assert answer.headers["location"] == "/diem-bao/dang-nhap?tiep=/tim-kiem%3Fq%3Dx"

    def test_only_a_trusted_proxy_names_a_prefix(self, press: FakePress) -> None:
        said = {"x-forwarded-prefix": "/bao"}
        trusted = client(press, client=("127.0.0.1", 1)).get("/", headers=said).text
        stranger = client(press, client=("203.0.113.9", 1)).get("/", headers=said).text
        assert all(link.startswith("/bao/") for link in self.links(trusted))
        assert not any(link.startswith("/bao/") for link in self.links(stranger))

    @pytest.mark.parametrize("prefix", ["//evil.example", "/a/../b", "https://evil.example", '/"onload="', "/a b"])
    def test_a_strange_prefix_is_none(self, press: FakePress, prefix: str) -> None:
        page = client(press, client=("127.0.0.1", 1)).get("/", headers={"x-forwarded-prefix": prefix}).text
        assert all(re.match(r"/(?!/)", link) for link in self.links(page)) and "evil" not in page
        assert '"onload' not in page

    def test_an_address_is_believed_from_a_trusted_proxy_only(
        self, press: FakePress, record: Record, signed_in: SignIn
    ) -> None:
        from tests.dashboard.test_people import log_in

        signed_in(None)
        for direct, said, noted in (
            ("127.0.0.1", "198.51.100.4", "198.51.100.0/24"), ("203.0.113.9", "198.51.100.4", "203.0.113.0/24"),
            ("127.0.0.1", "1.2.3.4, 198.51.100.4", "198.51.100.0/24"), ("127.0.0.1", "nonsense", "127.0.0.0/24"),
            ("127.0.0.1", "2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ):  # fmt: skip
            browser = client(press, record=record, client=(direct, 1))
            browser.headers["x-forwarded-for"] = said
            log_in(browser, "nobody@x.vn", "wrong password")
            with record.database.read() as con:
                row = con.execute("SELECT network FROM sign_ins ORDER BY id DESC LIMIT 1").fetchone()
            assert row["network"] == noted


class TestPace:
    """A limit that no person meets, of each session by itself."""

    def test_more_forms_than_a_person_sends(self, signed_in: SignIn) -> None:
        browser = signed_in(Level.OFFICER)
        answers = [browser.post("/bao-cao").status_code for _ in range(121)]
        assert 429 not in answers[:120]
        last = browser.post("/bao-cao")
        assert answers[120] == last.status_code == 429 and int(last.headers["retry-after"]) >= 1
        assert "Hãy đợi" in last.text and browser.get("/").status_code == 200

    def test_more_searches_by_pages_and_machines_together(self, signed_in: SignIn) -> None:
        browser = signed_in(Level.OFFICER)
        for _ in range(120):
            assert browser.get("/tim-kiem?q=x").status_code == browser.get("/api/search?q=x").status_code == 200
        assert browser.get("/tim-kiem?q=x").status_code == 429
        assert "giây" in browser.get("/api/search?q=x").json()["detail"]
        assert browser.get("/api/today").status_code == 200

    def test_it_fills_again_and_others_are_not_held_up(self) -> None:
        pace = Pace()
        assert all(not pace.take("form", "a", 60, MORNING) for _ in range(60))
        assert pace.take("form", "a", 60, MORNING) == timedelta(seconds=1)
        assert not pace.take("form", "b", 60, MORNING) and not pace.take("search", "a", 60, MORNING)
        later = MORNING + timedelta(seconds=1)
        assert not pace.take("form", "a", 60, later) and pace.take("form", "a", 60, later)
        assert pace.take("form", "a", 60, MORNING) == timedelta(seconds=1), "a clock set back gives nothing"
