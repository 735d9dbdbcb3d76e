"""What somebody typed is shown again where the form can't be taken: the page that it was on may not open any more."""

from __future__ import annotations

import html
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.access import Level
from core.clock import FixedClock
from dashboard import forms
from dashboard.asking import SESSION_COOKIE
from dashboard.pages import work
from store.sqlite.record import Record
from tests.dashboard.conftest import MORNING, SignIn, make_user, open_session
from tests.dashboard.test_labels import ORIGIN
from tests.dashboard.test_people import seal_of

NOTE = "Đã gọi Phòng Kinh tế <b>10 giờ</b>\nChờ số liệu của thôn"
PAGE = "/bai/a1/ghi-chu"


def sent(browser: TestClient, path: str = PAGE, *, multipart: bool = False, **how: Any) -> Any:
    seal = seal_of(browser.get("/tai-khoan").text) if "seal" not in how else how["seal"]
    fields = {forms.FIELD: seal, "ghi-chu": NOTE, "so": "17", "mat-khau": "một câu rất dài"} | how.get("form", {})
    body: dict[str, Any] = {"files": {n: (None, v) for n, v in fields.items()}} if multipart else {"data": fields}
    return browser.post(path, **body, headers=ORIGIN | how.get("headers", {}), follow_redirects=False)


def gives_back(answer: Any) -> bool:
    assert "một câu rất dài" not in answer.text, "no password is ever shown"
    assert "<b>10 giờ" not in answer.text
    return NOTE in html.unescape(answer.text)


@pytest.mark.parametrize(("path", "multipart"), [(PAGE, False), ("/vu-viec/1/noi-dung", True)])
def test_a_session_that_ended_meanwhile_takes_no_words_along(
    signed_in: SignIn, record: Record, path: str, multipart: bool
) -> None:
    browser = signed_in(Level.OFFICER)
    seal = seal_of(browser.get("/tai-khoan").text)
    (user,) = record.people.users()
    record.people.end_sessions(user.id, MORNING, user.id)
    told = sent(
        browser, path, seal=seal, multipart=multipart, headers={"referer": "http://127.0.0.1:8765/bai/a1?ban=b"}
    )
    assert told.status_code == 401 and gives_back(told) and "Chưa lưu gì" in told.text
    assert 'href="/dang-nhap?tiep=/bai/a1%3Fban%3Db" target="_blank"' in told.text
    assert ">17<" not in told.text, "what nobody typed is not shown"


def test_with_nothing_typed_it_leads_to_the_login_at_once(signed_in: SignIn) -> None:
    browser = signed_in(None)
    answer = sent(browser, seal="x", form={"ghi-chu": ""})
    assert answer.status_code == 303 and answer.headers["location"] == "/dang-nhap"


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_another_site_gets_nothing_shown_under_our_name(signed_in: SignIn, origin: str) -> None:
    told = sent(signed_in(None), seal="x", headers={"origin": origin})
    assert told.status_code == 303
    told = sent(signed_in(Level.OFFICER), headers={"origin": origin})
    assert told.status_code == 403 and not gives_back(told)


def test_who_signed_in_anew_beside_it_can_copy_what_the_old_page_sent(signed_in: SignIn, record: Record) -> None:
    browser = signed_in(Level.OFFICER)
    seal = seal_of(browser.get("/tai-khoan").text)
    user = make_user(record, Level.EDITOR, "binh_son")
    browser.cookies.delete(SESSION_COOKIE)
    browser.cookies.set(SESSION_COOKIE, open_session(record, user))
    told = sent(browser, seal=seal)
    assert told.status_code == 403 and gives_back(told)


def test_so_can_who_may_not_write_any_more(signed_in: SignIn) -> None:
    told = sent(signed_in(Level.VIEWER))
    assert told.status_code == 403 and gives_back(told)


def test_so_can_who_writes_about_what_is_gone(signed_in: SignIn) -> None:
    told = sent(signed_in(Level.OFFICER), "/bao-cao/99", form={"mo-dau": "x", "danh-gia": NOTE, "kien-nghi": "x"})
    assert told.status_code == 404 and gives_back(told)


def test_so_can_who_sends_too_much_in_a_minute(signed_in: SignIn) -> None:
    browser = signed_in(Level.OFFICER, settings={"serve": {"forms_per_minute": 30}}, clock=FixedClock(MORNING))
    answers = [sent(browser) for _ in range(31)]
    assert answers[-1].status_code == 429 and gives_back(answers[-1])


def test_so_can_who_meets_a_bug(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(work, "_subject", fall)
    told = sent(signed_in(Level.OFFICER))
    assert told.status_code == 500 and gives_back(told)


def test_what_is_too_long_to_read_is_refused_without_a_second_reading(signed_in: SignIn) -> None:
    told = sent(signed_in(Level.OFFICER), form={"ghi-chu": "ă " * 500_000})
    assert told.status_code == 400
