"""Signing in, and what users can do with their own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.access import Level
from core.clock import FixedClock
from core.people import hashed
from core.records import Attempt
from dashboard.asking import SESSION_COOKIE
from dashboard.people import throttle, totp
from dashboard.people.passwords import Passwords
from store.sqlite.record import Record
from tests.dashboard.conftest import MORNING, SignIn, client, make_user, open_session
from tests.dashboard.test_labels import ORIGIN
from tests.dashboard.test_pages import words
from tests.fakes.reading import FakePress

PASSWORD = "mưa rơi trên sông Trà"
SECRET = "JBSWY3DPEHPK3PXP"
Seal = Callable[[str], str]


def seal_of(page: str) -> str:
    found = re.search(r'name="dau" value="(\w+)"', page)
    assert found, page[-400:]
    return found[1]


def send(browser: TestClient, path: str, fields: dict[str, str], *, opened: str, **how: Any) -> Any:
    seal = seal_of(browser.get(opened).text)
    return browser.post(path, data={"dau": seal} | fields, headers=ORIGIN, follow_redirects=False, **how)


def log_in(browser: TestClient, email: str, password: str = PASSWORD, back: str = "/") -> Any:
    return send(
        browser, "/dang-nhap", {"thu": email, "mat-khau": password, "tiep": back}, opened=f"/dang-nhap?tiep={back}"
    )


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MORNING)


@pytest.fixture
def browser(press: FakePress, record: Record, clock: FixedClock) -> TestClient:
    """Somewhere in a network, signed in as nobody; Lan is an officer with a password."""
    from argon2.profiles import CHEAPEST

    lan = make_user(record, Level.OFFICER, "binh_son", name="Lan")
    record.people.set_password(lan.id, Passwords(CHEAPEST).hash(PASSWORD), MORNING, "test")
    return client(press, record=record, clock=clock, client=("203.0.113.7", 50000))


EMAIL = "officer3@binhson.gov.vn"


class TestLogin:
    def test_a_page_leads_to_the_login_and_back(self, browser: TestClient) -> None:
        asked = browser.get("/tim-kiem?q=binh", follow_redirects=False)
        assert asked.status_code == 303 and asked.headers["location"] == "/dang-nhap?tiep=/tim-kiem%3Fq%3Dbinh"
        answer = log_in(browser, EMAIL, back="/tim-kiem?q=binh")
        assert answer.status_code == 303 and answer.headers["location"] == "/tim-kiem?q=binh"
        assert browser.get("/tim-kiem?q=binh").status_code == 200
        assert "Lan" in browser.get("/").text

    @pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1"])
    def test_it_leads_nowhere_else(self, browser: TestClient, back: str) -> None:
        answer = send(browser, "/dang-nhap", {"thu": EMAIL, "mat-khau": PASSWORD, "tiep": back}, opened="/dang-nhap")
        assert answer.status_code == 303 and answer.headers["location"] == "/"

    @pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong password"), ("nobody@x.vn", PASSWORD), ("", "")])
    def test_a_wrong_one_says_the_same_whatever_was_wrong(self, browser: TestClient, email: str, password: str) -> None:
        answer = log_in(browser, email, password)
        assert answer.status_code == 401 and "không đúng" in words(answer.text)
        assert SESSION_COOKIE not in browser.cookies

    def test_the_cookie_is_for_no_script_and_only_its_hash_is_kept(self, browser: TestClient, record: Record) -> None:
        answer = log_in(browser, EMAIL)
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{SESSION_COOKIE}="))
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie
        token = browser.cookies[SESSION_COOKIE]
        (session,) = record.people.sessions("u-officer-3")
        assert session.id == hashed(token) and session.network == "203.0.113.0/24"

    def test_behind_https_the_cookie_is_secure(self, press: FakePress, record: Record, browser: TestClient) -> None:
        public = client(press, record=record, settings={"public_url": "https://bao.binhson.example"})
        public.base_url = "https://bao.binhson.example"
        seal = seal_of(public.get("/dang-nhap").text)
        answer = public.post(
            "/dang-nhap", data={"dau": seal, "thu": EMAIL, "mat-khau": PASSWORD}, follow_redirects=False,
            headers={"origin": "https://bao.binhson.example"},
        )  # fmt: skip
        assert answer.status_code == 303
        assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))

    def test_who_is_disabled_stays_out(self, browser: TestClient, record: Record) -> None:
        record.people.disable("u-officer-3", MORNING, "test")
        assert log_in(browser, EMAIL).status_code == 401

    def test_logging_out_ends_the_session(self, browser: TestClient, record: Record) -> None:
        log_in(browser, EMAIL)
        assert send(browser, "/dang-xuat", {}, opened="/tai-khoan").status_code == 303
        assert record.people.sessions("u-officer-3") == ()
        assert browser.get("/", follow_redirects=False).status_code == 303

    def test_an_unused_session_ends(self, browser: TestClient, clock: FixedClock) -> None:
        log_in(browser, EMAIL)
        clock.move(timedelta(hours=71))
        assert browser.get("/", follow_redirects=False).status_code == 200
        clock.move(timedelta(hours=73))
        assert browser.get("/", follow_redirects=False).status_code == 303

    def test_a_form_of_another_session_is_refused(self, browser: TestClient, record: Record) -> None:
        log_in(browser, EMAIL)
        seal = seal_of(browser.get("/tai-khoan").text)
        browser.cookies.delete(SESSION_COOKIE)
        browser.cookies.set(SESSION_COOKIE, open_session(record, make_user(record, Level.EDITOR, "binh_son")))
        answer = browser.post(
            "/tai-khoan/phien", data={"dau": seal, "tat-ca": "1"}, headers=ORIGIN, follow_redirects=False
        )
        assert answer.status_code == 403


class TestDelays:
    def test_whoever_guesses_waits_longer_and_longer(self, browser: TestClient, clock: FixedClock) -> None:
        assert [log_in(browser, EMAIL, "wrong password").status_code for _ in range(6)] == [401] * 5 + [429]
        answer = log_in(browser, EMAIL)
        assert answer.status_code == 429 and int(answer.headers["retry-after"]) <= 11
        clock.move(timedelta(seconds=11))
        assert log_in(browser, EMAIL, "wrong password").status_code == 401
        clock.move(timedelta(seconds=11))
        assert log_in(browser, EMAIL).status_code == 429
        clock.move(timedelta(seconds=10))
        assert log_in(browser, EMAIL).status_code == 303

    def test_tries_at_the_same_moment_are_as_many_as_one_after_the_other(
        self, browser: TestClient, press: FakePress, record: Record, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meeting, real = Barrier(8), throttle.wait

        def met(*given: Any) -> timedelta:
            """All who may be here at once have seen the same attempts."""
            left = real(*given)
            with suppress(BrokenBarrierError):
                meeting.wait(0.2)
            return left

        monkeypatch.setattr(throttle, "wait", met)
        crowd = [client(press, record=record, client=("203.0.113.7", 50000 + n)) for n in range(8)]
        seals = [seal_of(one.get("/dang-nhap").text) for one in crowd]

        def guess(n: int) -> int:
            fields = {"dau": seals[n], "thu": EMAIL, "mat-khau": f"wrong password {n}"}
            return crowd[n].post("/dang-nhap", data=fields, headers=ORIGIN, follow_redirects=False).status_code

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(guess, range(8))) == [401] * 5 + [429] * 3

    def test_wrong_tries_of_a_clock_that_was_ahead_lock_nobody_out(
        self, browser: TestClient, clock: FixedClock
    ) -> None:
        clock.move(timedelta(hours=7))
        assert [log_in(browser, EMAIL, "wrong password").status_code for _ in range(6)] == [401] * 5 + [429]
        clock.move(timedelta(hours=-7))
        assert log_in(browser, EMAIL).status_code == 303

    def guessed(self, record: Record, times: int) -> None:
        """So many failures for Lan's account, each from a network of its own."""
        for number in range(times):
            network = f"198.51.{number}.0/24"
            record.people.note_attempt(Attempt(at=MORNING, account=hashed(EMAIL), network=network, good=False))

    def test_nobody_is_kept_out_by_somebody_elses_guessing(self, browser: TestClient, record: Record) -> None:
        self.guessed(record, 200)
        assert log_in(browser, EMAIL).status_code == 303

    def test_while_an_account_is_guessed_everywhere_a_strange_network_has_one_try(
        self, browser: TestClient, press: FakePress, record: Record, clock: FixedClock
    ) -> None:
        assert log_in(browser, EMAIL).status_code == 303
        self.guessed(record, 50)
        stranger = client(press, record=record, clock=clock, client=("192.0.2.1", 50000))
        assert [log_in(stranger, EMAIL, "wrong password").status_code for _ in range(2)] == [401, 429]
        send(browser, "/dang-xuat", {}, opened="/tai-khoan")
        assert [log_in(browser, EMAIL, "wrong password").status_code for _ in range(2)] == [401, 401], "known there"


class TestReset:
    def test_a_link_sets_a_password_once_and_ends_sessions(self, browser: TestClient, record: Record) -> None:
        lan = record.people.user("u-officer-3")
        assert lan
        open_session(record, lan)
        record.people.new_link(lan.id, hashed("t0ken"), MORNING + timedelta(hours=1), MORNING, "operator")
        assert browser.head("/dat-mat-khau/t0ken").status_code == browser.get("/dat-mat-khau/t0ken").status_code == 200
        new = "mật khẩu hoàn toàn mới"
        assert send(browser, "/dat-mat-khau/t0ken", {"moi": new}, opened="/dat-mat-khau/t0ken").status_code == 303
        assert browser.get("/dat-mat-khau/t0ken").status_code == 404
        assert record.people.sessions(lan.id) == ()
        assert log_in(browser, EMAIL).status_code == 401 and log_in(browser, EMAIL, new).status_code == 303

    @pytest.mark.parametrize("weak", ["ngắn", "aaaaaaaaaaaaa", "MatKhau123", "officer3@binhson.gov.vn", "x" * 201])
    def test_a_weak_password_is_refused_with_the_reason(self, browser: TestClient, record: Record, weak: str) -> None:
        record.people.new_link("u-officer-3", hashed("t0ken"), MORNING + timedelta(hours=1), MORNING, "operator")
        answer = send(browser, "/dat-mat-khau/t0ken", {"moi": weak}, opened="/dat-mat-khau/t0ken")
        assert answer.status_code == 422 and 'role="alert"' in answer.text

    def test_an_unknown_link_says_what_to_do(self, browser: TestClient) -> None:
        answer = browser.get("/dat-mat-khau/no-such-token")
        assert answer.status_code == 404 and "Xin quản trị viên cấp đường dẫn mới" in words(answer.text)


class TestSecondFactor:
    def test_the_codes_are_those_of_the_standard(self) -> None:
        """RFC 6238, appendix B, SHA-1, cut to six digits."""
        import base64

        secret = base64.b32encode(b"12345678901234567890").decode()
        for seconds, wanted in (
            (59, "287082"),
            (1111111109, "081804"),
            (1234567890, "005924"),
            (20000000000, "353130"),
        ):
            assert totp.code(secret, seconds // totp.STEP) == wanted

    def set_up(self, browser: TestClient, record: Record) -> str:
        page = browser.get("/tai-khoan/ma-xac-thuc").text
        assert "<svg" in page and "style=" not in page
        secret = record.people.pending_secret("u-administrator-4")
        now = totp.code(secret, totp.step_of(MORNING))
        given = {"mat-khau": PASSWORD, "ma": now}
        answer = send(browser, "/tai-khoan/ma-xac-thuc", given, opened="/tai-khoan/ma-xac-thuc")
        assert answer.status_code == 200
        codes = re.findall(r"<code>([\w-]+)</code>", answer.text)
        assert len(codes) == totp.RECOVERY_CODES
        return str(codes[0])

    @pytest.fixture
    def minh(self, browser: TestClient, record: Record) -> TestClient:
        from argon2.profiles import CHEAPEST

        make_user(record, Level.ADMINISTRATOR, "binh_son", factor=False, name="Minh")
        record.people.set_password("u-administrator-4", Passwords(CHEAPEST).hash(PASSWORD), MORNING, "test")
        assert log_in(browser, "administrator4@binhson.gov.vn").status_code == 303
        return browser

    def test_an_administrators_rights_wait_for_it(self, minh: TestClient, record: Record) -> None:
        assert "đang chờ mã xác thực" in words(minh.get("/").text)
        assert minh.get("/nguoi-dung").status_code == 403
        self.set_up(minh, record)
        assert minh.get("/nguoi-dung").status_code == 200

    def test_then_the_login_asks_for_it_and_takes_no_code_twice(
        self, minh: TestClient, record: Record, clock: FixedClock
    ) -> None:
        recovery = self.set_up(minh, record)
        factor = record.people.second_factor("u-administrator-4")
        assert factor
        send(minh, "/dang-xuat", {}, opened="/tai-khoan")
        assert log_in(minh, "administrator4@binhson.gov.vn").headers["location"] == "/dang-nhap/ma"
        assert minh.get("/", follow_redirects=False).status_code == 303, "a password alone opens nothing"
        used = totp.code(factor.secret, totp.step_of(MORNING))
        assert send(minh, "/dang-nhap/ma", {"ma": used}, opened="/dang-nhap/ma").status_code == 401
        clock.move(timedelta(seconds=30))
        fresh = totp.code(factor.secret, totp.step_of(clock.now()))
        assert send(minh, "/dang-nhap/ma", {"ma": fresh}, opened="/dang-nhap/ma").status_code == 303
        assert minh.get("/nguoi-dung").status_code == 200
        send(minh, "/dang-xuat", {}, opened="/tai-khoan")
        log_in(minh, "administrator4@binhson.gov.vn")
        shown = recovery.upper().replace("-", " ")
        assert send(minh, "/dang-nhap/ma", {"ma": shown}, opened="/dang-nhap/ma").status_code == 303

    @pytest.mark.parametrize("given", [{}, {"mat-khau": "wrong password"}])
    def test_an_open_session_alone_sets_up_none(self, minh: TestClient, record: Record, given: dict[str, str]) -> None:
        page = "/tai-khoan/ma-xac-thuc"
        minh.get(page)
        now = totp.code(record.people.pending_secret("u-administrator-4"), totp.step_of(MORNING))
        assert send(minh, page, {"ma": now} | given, opened=page).status_code in (400, 422)
        assert record.people.second_factor("u-administrator-4") is None
        assert minh.get("/nguoi-dung").status_code == 403

    def test_whoever_guesses_the_password_to_replace_it_waits(self, minh: TestClient, record: Record) -> None:
        self.set_up(minh, record)
        page = "/tai-khoan/ma-xac-thuc"
        tries = [send(minh, page, {"mat-khau": "wrong password", "ma": "000000"}, opened=page) for _ in range(6)]
        assert [answer.status_code for answer in tries] == [422] * 5 + [429]
        assert "Đã sai nhiều lần. Đợi" in words(tries[-1].text)

    def test_without_a_first_step_there_is_no_second(self, browser: TestClient) -> None:
        assert browser.get("/dang-nhap/ma", follow_redirects=False).headers["location"] == "/dang-nhap"


class TestOwnAccount:
    def test_sessions_are_listed_and_ended(self, browser: TestClient, record: Record) -> None:
        lan = record.people.user("u-officer-3")
        assert lan
        log_in(browser, EMAIL)
        open_session(record, lan, "another browser")
        page = browser.get("/tai-khoan").text
        assert "Firefox, Linux" in page and "trình duyệt này" in page
        send(browser, "/tai-khoan/phien", {"phien": hashed("another browser")}, opened="/tai-khoan")
        assert len(record.people.sessions(lan.id)) == 1

    def test_another_users_session_is_not_ended(self, browser: TestClient, record: Record) -> None:
        other = make_user(record, Level.EDITOR, "binh_son")
        open_session(record, other, "theirs")
        log_in(browser, EMAIL)
        send(browser, "/tai-khoan/phien", {"phien": hashed("theirs")}, opened="/tai-khoan")
        assert len(record.people.sessions(other.id)) == 1

    def test_the_password_is_changed_with_the_old_one(self, browser: TestClient, record: Record) -> None:
        log_in(browser, EMAIL)
        wrong = send(browser, "/tai-khoan/mat-khau", {"cu": "nope", "moi": PASSWORD * 2}, opened="/tai-khoan")
        assert wrong.status_code == 422
        right = send(browser, "/tai-khoan/mat-khau", {"cu": PASSWORD, "moi": "câu mới dễ nhớ"}, opened="/tai-khoan")
        assert right.status_code == 303 and browser.get("/").status_code == 200

    def test_who_guesses_the_password_in_an_open_session_waits_as_at_the_login(
        self, browser: TestClient, clock: FixedClock
    ) -> None:
        log_in(browser, EMAIL)

        def tried(old: str) -> Any:
            return send(browser, "/tai-khoan/mat-khau", {"cu": old, "moi": "câu mới dễ nhớ"}, opened="/tai-khoan")

        assert [tried("wrong password").status_code for _ in range(6)] == [422] * 5 + [429]
        slowed = tried(PASSWORD)
        assert slowed.status_code == 429 and int(slowed.headers["retry-after"]) <= 11
        assert "Đã sai nhiều lần. Đợi" in words(slowed.text)
        clock.move(timedelta(seconds=11))
        assert tried(PASSWORD).status_code == 303

    def test_it_says_what_is_kept_and_for_how_long(self, browser: TestClient) -> None:
        log_in(browser, EMAIL)
        said = words(browser.get("/tai-khoan").text)
        assert "Bài bạn đọc không được ghi" in said and "30 ngày" in said and "24 tháng" in said

    def test_reading_leaves_no_trace_of_the_reader(self, browser: TestClient, record: Record, press: FakePress) -> None:
        log_in(browser, EMAIL)
        before = len(record.audit.lines())
        for article in press.articles["binh_son"]:
            browser.get(f"/bai/{article.listed.id}")
        assert len(record.audit.lines()) == before


def test_the_login_page_is_readable_by_all_and_asks_nothing_else(browser: TestClient, signed_in: SignIn) -> None:
    page = browser.get("/dang-nhap").text
    assert set(re.findall(r'name="([\w-]+)"', page.split("<main")[1])) == {"dau", "tiep", "thu", "mat-khau"}
    assert browser.get("/pham-vi").status_code == 200
