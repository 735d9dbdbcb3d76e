"""Nothing that a feed or a stranger sends can act through the pages, and nobody else reaches them."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message

from core.errors import ConfigError, StoreError
from core.records import ListedArticle
from dashboard import evidence
from dashboard.safety import CSP, check_bind, host_name
from tests.dashboard.conftest import MORNING, client
from tests.dashboard.test_pages import main
from tests.fakes.hostile import hostile_press
from tests.fakes.reading import FakePress, sample_press

PATHS = ("/", "/tim-kiem?q=binh+son", "/canh-bao", "/nguon-tin", "/pham-vi", "/khoe", "/khong-co", "/static/style.css")


class TestBinding:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
    def test_loopback_is_taken(self, host: str) -> None:
        assert check_bind(host) in {"127.0.0.1", "127.0.0.2", "::1"}

    @pytest.mark.parametrize(
        "host",
        ["0.0.0.0", "::", "", "192.168.1.5", "10.0.0.1", "8.8.8.8", "bao.example", "localhost.example", "*", "fe80::1",
         "::ffff:10.0.0.1", "127.1", "2130706433", "0x7f.1"],
    )  # fmt: skip
    def test_any_other_address_is_refused_with_what_to_do(self, host: str) -> None:
        with pytest.raises(ConfigError, match=r"serve\.host .*127\.0\.0\.1"):
            check_bind(host)


class TestHostHeader:
    @pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST", "[::1]:8765", "localhost."])
    def test_our_own_names_are_answered(self, press: FakePress, host: str) -> None:
        assert client(press).get("/khoe", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1", "a@b",
         "127.0.0.1@evil.example", "169.254.169.254", "evil.example/127.0.0.1"],
    )  # fmt: skip
    def test_foreign_names_get_nothing(self, press: FakePress, host: str) -> None:
        answer = client(press).get("/", headers={"host": host})
        assert answer.status_code == 421
        assert "Bình Sơn" not in answer.text

    def test_the_public_name_is_answered(self, press: FakePress) -> None:
        browser = client(press, settings={"public_url": "https://bao.binhson.example/diem-bao"})
        assert browser.get("/khoe", headers={"host": "bao.binhson.example"}).status_code == 200
        assert browser.get("/khoe", headers={"host": "binhson.example"}).status_code == 421

    @given(st.text(max_size=60))
    def test_any_header_has_a_name_or_none(self, header: str) -> None:
        assert isinstance(host_name(header), str)


class TestHeaders:
    @pytest.mark.parametrize("path", PATHS)
    def test_every_answer_carries_them(self, press: FakePress, path: str) -> None:
        headers = client(press).get(path).headers
        assert headers["content-security-policy"] == CSP
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"

    def test_refused_and_failed_answers_too(self, press: FakePress) -> None:
        assert "content-security-policy" in client(press).get("/", headers={"host": "x.example"}).headers
        assert "content-security-policy" in client(Broken()).get("/").headers

    @pytest.mark.parametrize(
        ("public", "host", "told"),
        [("https://bao.example.vn", "bao.example.vn", ["max-age=31536000"]),
         ("https://bao.example.vn:443/", "bao.example.vn", ["max-age=31536000"]),
         ("https://bao.example.vn", "127.0.0.1:8765", []), ("https://localhost", "localhost", []),
         ("http://bao.example.vn", "bao.example.vn", []), ("", "127.0.0.1", []),
         ("https://tinh.example.vn/diem-bao", "tinh.example.vn", []),
         ("https://bao.example.vn:8443", "bao.example.vn:8443", [])],
    )  # fmt: skip
    def test_a_host_of_our_own_is_asked_by_https_alone(
        self, press: FakePress, public: str, host: str, told: list[str]
    ) -> None:
        answer = client(press, settings={"public_url": public}).get("/khoe", headers={"host": host})
        assert answer.headers.get_list("strict-transport-security") == told

    def test_the_policy_allows_no_inline_and_no_other_host(self) -> None:
        assert "unsafe" not in CSP and "http" not in CSP and "*" not in CSP
        assert CSP.startswith("default-src 'none'")

    def test_pages_are_not_kept_by_caches_and_files_are(self, press: FakePress) -> None:
        browser = client(press)
        assert browser.get("/").headers["cache-control"] == "no-store"
        assert "immutable" in browser.get("/static/style.css").headers["cache-control"]

    @pytest.mark.parametrize("path", ["/", "/canh-bao", "/nguon-tin", "/pham-vi", "/tim-kiem?q=binh"])
    def test_no_page_carries_inline_style_script_or_foreign_files(self, press: FakePress, path: str) -> None:
        page = client(press).get(path).text
        assert not re.search(r"\sstyle=|<style|\son\w+=", page)
        scripts = re.findall(r"<script[^>]*>[^<]*", page)
        assert all(re.fullmatch(r'<script src="/static/(app|share)\.js\?v=\w+" defer>\s*', one) for one in scripts)
        assert all(address.startswith("/") for address in re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', page))


class TestHostileFeeds:
    """Scripts and header lines in titles, links that lead off the web."""

    @pytest.fixture
    def pages(self) -> list[str]:
        press = hostile_press(MORNING)
        browser = client(press)
        paths = ["/", "/tim-kiem?q=binh+son", "/canh-bao", "/nguon-tin"]
        paths += [f"/bai/{article.listed.id}" for article in press.articles["binh_son"]]
        answers = [browser.get(path) for path in paths]
        assert {answer.status_code for answer in answers} == {200}
        return [answer.text for answer in answers]

    def test_titles_are_shown_as_text(self, pages: list[str]) -> None:
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[0]
        for page in pages:
            assert not re.search(r"<(script|img|iframe|object|base|b|u|i)[\s>]", main(page))
            assert not re.search(r"<svg class=.?owned", page)
            assert page.count("<title>") == 1

    def test_links_lead_to_the_web_only(self, pages: list[str]) -> None:
        for page in pages:
            for address in re.findall(r'href="([^"]*)"', page):
                assert re.match(r"^(/[^/]|/$|#|https?://)", address), address
                assert "onclick" not in address and "secret@" not in address

    def test_no_control_or_bidi_character_reaches_a_page(self, pages: list[str]) -> None:
        for page in pages:
            assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", page)

    def test_a_template_in_a_title_is_not_run(self, pages: list[str]) -> None:
        assert "{{ 7 * 191 }}" in pages[0]
        assert "1337" not in pages[0]

    def test_a_monstrous_title_stays_bounded_on_lists(self, pages: list[str]) -> None:
        assert all(len(page) < 100_000 for page in pages[:4])

    def test_parameters_are_shown_as_text(self) -> None:
        page = client(sample_press(MORNING)).get("/tim-kiem", params={"q": '"><script>alert(1)</script>'}).text
        assert "<script" not in main(page)
        assert "&lt;script&gt;" in page


class TestMarks:
    @given(st.text(max_size=80), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=6))
    def test_marking_never_loses_or_adds_text(self, text: str, spans: list[tuple[int, int]]) -> None:
        shown = str(evidence.marked(text, spans))
        bare = shown.replace("<mark>", "").replace("</mark>", "")
        assert bare == str(evidence.marked(text, []))
        assert shown.count("<mark>") == shown.count("</mark>")

    @given(st.text(alphabet="ab<&\ue000\ue001", max_size=40))
    def test_search_marks_are_always_balanced(self, snippet: str) -> None:
        shown = str(evidence.hits(snippet))
        assert shown.count("<mark>") == shown.count("</mark>")
        assert "\ue000" not in shown and "\ue001" not in shown
        assert "<" not in shown.replace("<mark>", "").replace("</mark>", "")

    def test_the_words_of_a_phrase_are_one_mark(self) -> None:
        shown = evidence.hits("ở xã \ue000Bình\ue001 \ue000Sơn\ue001, \ue000Bình\ue001 Hiệp")
        assert shown == "ở xã <mark>Bình Sơn</mark>, <mark>Bình</mark> Hiệp"

    @given(st.text(min_size=1, max_size=600), st.data())
    def test_a_passage_always_holds_its_name(self, text: str, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        assert str(evidence.around(text, start, end)).count("<mark>") == 1


class Broken(FakePress):
    """A press with a bug in it."""

    def day(self, desk: str, day: date) -> tuple[ListedArticle, ...]:
        raise RuntimeError("a bug")

    def desks(self):  # type: ignore[no-untyped-def]
        return sample_press(MORNING).desks()


class Unreadable(FakePress):
    """A press whose record can't be read."""

    def desks(self):  # type: ignore[no-untyped-def]
        raise StoreError("/var/lib/diembao/diembao.sqlite3: disk I/O error")

    def sources(self, at: datetime):  # type: ignore[no-untyped-def]
        raise StoreError("/var/lib/diembao/diembao.sqlite3: disk I/O error")


async def cut_off(app: ASGIApp, path: str, headers: dict[str, str], sent: list[Message]) -> None:
    """POST the beginning of a form; then the line breaks."""
    parts: list[Message] = [{"type": "http.request", "body": b"ma=1", "more_body": True}]

    async def receive() -> Message:
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    named = [
        (b"host", b"127.0.0.1"),
        (b"origin", b"http://127.0.0.1"),
        *((name.encode(), value.encode()) for name, value in headers.items()),
    ]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": named, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8765), "scheme": "http", "root_path": "",
        "http_version": "1.1",
    }  # fmt: skip
    await app(scope, receive, send)


class TestFailures:
    def test_an_unknown_page_says_so_in_vietnamese(self, press: FakePress) -> None:
        answer = client(press).get("/khong-co-trang-nay")
        assert answer.status_code == 404
        assert "Không có trang này" in answer.text and 'href="/"' in answer.text

    def test_an_unreadable_record_is_told_without_its_path(self) -> None:
        answer = client(Unreadable()).get("/nguon-tin")
        assert answer.status_code == 503
        assert "Kho bài đang không đọc được" in answer.text
        assert "sqlite" not in answer.text and "Thử lại" in answer.text

    @pytest.mark.parametrize("door", ["/c", "/dat-mat-khau"])
    @pytest.mark.parametrize("root", ["", "/diem-bao"])
    def test_a_links_token_stands_in_no_log(self, caplog: pytest.LogCaptureFixture, door: str, root: str) -> None:
        caplog.set_level(logging.DEBUG)
        browser = client(Unreadable(), settings={"public_url": f"https://bao.binhson.example{root}"})
        told = {"host": "bao.binhson.example"}
        assert browser.get(f"{root}{door}/ma-cua-lien-ket", headers=told).status_code == 503
        (said,) = (one.getMessage() for one in caplog.records if "disk I/O error" in one.getMessage())
        assert f"GET {door}/{{token}}" in said
        assert not [one for one in caplog.records if one.name != "httpx2" and "ma-cua-lien-ket" in one.getMessage()]

    def test_nor_where_a_form_is_cut_off(self, press: FakePress, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        headers = {"content-type": "application/x-www-form-urlencoded", "cookie": "phien=x"}
        sent: list[Message] = []
        asyncio.run(cut_off(client(press).app, "/dat-mat-khau/ma-cua-lien-ket", headers, sent))
        assert sent[0]["status"] == 400
        (said,) = (one.getMessage() for one in caplog.records if "cut off" in one.getMessage())
        assert "/dat-mat-khau/{token}" in said and "ma-cua-lien-ket" not in said

    def test_a_bug_is_a_page_too(self) -> None:
        answer = client(Broken()).get("/")
        assert answer.status_code == 500
        assert "Chương trình gặp lỗi ở trang này" in answer.text
        assert "RuntimeError" not in answer.text

    def test_the_watchdog_is_told(self, press: FakePress) -> None:
        assert client(press).get("/khoe").json() == {"status": "ok", "desks": 1}
        assert client(Unreadable()).get("/healthz").status_code == 503

    def test_nothing_can_be_changed(self, press: FakePress) -> None:
        browser = client(press)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for path in ("/", "/tim-kiem", "/canh-bao", "/nguon-tin", "/pham-vi"):
                assert browser.request(method, path).status_code == 405

    def test_head_is_answered(self, press: FakePress) -> None:
        answer = client(press).head("/")
        assert answer.status_code == 200 and answer.text == ""

    def test_there_is_no_machine_page_that_loads_from_elsewhere(self, press: FakePress) -> None:
        browser = client(press)
        assert {browser.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")} == {404}

    def test_static_files_stay_in_their_folder(self, press: FakePress) -> None:
        browser = client(press)
        for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"):
            assert browser.get(path).status_code in (404, 405)
