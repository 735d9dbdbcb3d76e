"""Signing in by a provider, over real HTTP to a stand-in of one."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from core.access import Level
from dashboard.asking import SESSION_COOKIE
from store.sqlite.record import Record
from tests.dashboard.conftest import MORNING, client, make_user
from tests.dashboard.test_pages import words
from tests.fakes.reading import FakePress
from tests.standins.oidc import CLIENT, SECRET, Provider, serving

EMAIL = "administrator4@binhson.gov.vn"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(email=EMAIL, now=MORNING.timestamp())
    with serving(made):
        yield made


@pytest.fixture
def browser(press: FakePress, record: Record, provider: Provider) -> TestClient:
    make_user(record, Level.ADMINISTRATOR, "binh_son", factor=False, name="Minh")
    oidc = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "name": "Tỉnh Quảng Ngãi"}
    return client(press, record=record, client=("203.0.113.7", 1), settings={"oidc": oidc})


def through(browser: TestClient, path: str = "/dang-nhap/oidc?tiep=/nguoi-dung") -> str:
    """From the login page to the provider and back; gives the path of the way back."""
    leaving = browser.get(path, follow_redirects=False)
    assert leaving.status_code == 303, leaving.text[-600:]
    sent = httpx.get(leaving.headers["location"], follow_redirects=False).headers["location"]
    return sent.removeprefix("http://127.0.0.1:8765")


def test_who_signs_in_there_is_signed_in_here(browser: TestClient, provider: Provider, record: Record) -> None:
    assert "Đăng nhập bằng Tỉnh Quảng Ngãi" in words(browser.get("/dang-nhap").text)
    back = browser.get(through(browser), follow_redirects=False)
    assert back.status_code == 303 and back.headers["location"] == "/nguoi-dung"
    assert browser.get("/nguoi-dung").status_code == 200, "the provider sees to the second factor"
    assert record.people.sessions("u-administrator-4")[0].way == "oidc"
    (question,) = provider.asked
    assert question["code_challenge_method"] == "S256" and question["scope"] == "openid email"
    assert SECRET not in str(question) and len(question["nonce"]) > 30


@pytest.mark.parametrize(
    "wrong", ["nonce", "key", "audience", "issuer", "expired", "unverified", "alg_none", "hs256", "code"]
)
def test_a_token_that_does_not_hold_opens_nothing(browser: TestClient, provider: Provider, wrong: str) -> None:
    provider.wrong = wrong
    answer = browser.get(through(browser))
    assert answer.status_code == 502 and SESSION_COOKIE not in browser.cookies
    assert "Không đăng nhập được qua Tỉnh Quảng Ngãi" in words(answer.text)


@pytest.mark.parametrize("wrong", ["down", "big"])
def test_a_provider_that_can_not_be_asked_is_told(browser: TestClient, provider: Provider, wrong: str) -> None:
    provider.wrong = wrong
    assert browser.get("/dang-nhap/oidc").status_code == 502


def test_users_must_be_there_beforehand(browser: TestClient, provider: Provider, record: Record) -> None:
    provider.email = "stranger@quangngai.gov.vn"
    answer = browser.get(through(browser))
    assert answer.status_code == 403 and "chưa có tài khoản ở đây" in words(answer.text)
    record.people.disable(make_user(record, Level.OFFICER, "binh_son", name="Lan").id, MORNING, "test")
    provider.email = "officer3@binhson.gov.vn"
    assert browser.get(through(browser)).status_code == 403


def test_the_way_back_holds_once_and_in_its_own_browser(browser: TestClient, press: FakePress, record: Record) -> None:
    way = through(browser)
    state = parse_qs(urlsplit(way).query)["state"][0]
    assert browser.get(way.replace(state, "another")).status_code == 502
    other = client(press, record=record, client=("203.0.113.7", 1), settings=None)
    assert other.get(way).status_code == 404, "off by default"
    fresh = through(browser)
    assert browser.get(fresh, follow_redirects=False).status_code == 303
    assert browser.get(fresh, follow_redirects=False).status_code == 502


@pytest.mark.parametrize("path", ["/dang-nhap/oidc", "/dang-nhap/oidc/ve?state=x&code=y"])
def test_who_is_not_signed_in_asks_it_no_more_often_than_forms_are_sent(
    press: FakePress, record: Record, provider: Provider, path: str
) -> None:
    make_user(record, Level.ADMINISTRATOR, "binh_son", factor=False, name="Minh")
    oidc = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    settings = {"oidc": oidc, "serve": {"forms_per_minute": 30}}
    browser = client(press, record=record, client=("203.0.113.7", 1), settings=settings)
    answers = [browser.get(path, follow_redirects=False) for _ in range(31)]
    assert [one.status_code == 429 for one in answers] == [False] * 30 + [True]
    assert answers[-1].headers["retry-after"] == "2"


def test_it_leads_nowhere_else(browser: TestClient) -> None:
    back = browser.get(through(browser, "/dang-nhap/oidc?tiep=//evil.example"), follow_redirects=False)
    assert back.headers["location"] == "/"


def test_passwords_can_be_shut_off(press: FakePress, record: Record, provider: Provider) -> None:
    make_user(record, Level.OFFICER, "binh_son", name="Lan")
    oidc = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "only": True}
    browser = client(press, record=record, client=("203.0.113.7", 1), settings={"oidc": oidc})
    assert "mat-khau" not in browser.get("/dang-nhap").text
    plain = client(press, record=record, client=("203.0.113.7", 1))
    assert plain.get("/dang-nhap/oidc").status_code == 404
