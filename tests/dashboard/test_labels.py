"""Labels set by a person: one click there, one click back, from our own pages only."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.forms import from_us
from tests.dashboard.conftest import MORNING, client
from tests.dashboard.test_pages import words
from tests.fakes.reading import FakePress

DESK = "binh_son"
ORIGIN = {"origin": "http://127.0.0.1:8765"}


@pytest.fixture
def article(press: FakePress) -> str:
    return press.articles[DESK][0].listed.id


def send(browser: TestClient, path: str, fields: dict[str, str], *, opened: str, **how: Any) -> Any:
    """Send a form as a browser does that has `opened` a page: with its seal and where it came from."""
    seal = re.search(r'name="dau" value="(\w+)"', browser.get(opened).text)
    assert seal
    how.setdefault("headers", ORIGIN)
    return browser.post(path, data={"dau": seal[1], **fields}, **how)


class TestOneClick:
    def test_a_label_is_taken_away_and_said_to_be_corrected(self, press: FakePress, article: str) -> None:
        browser = client(press)
        answer = send(browser, f"/bai/{article}/nhan", {"chu-de": "disaster", "co": "0"}, opened=f"/bai/{article}",
                      follow_redirects=False)  # fmt: skip
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/bai/{article}#labels"
        said = words(browser.get(f"/bai/{article}").text)
        assert "Đã bỏ: Thiên tai, tai nạn đã sửa hoàn lại" in said
        assert "Thiên tai, tai nạn" not in words(browser.get("/").text.split("mầm non")[0])

    def test_the_words_that_carried_a_label_stand_beside_its_button(self, press: FakePress, article: str) -> None:
        page = client(press).get(f"/bai/{article}").text
        item = page.split('class="plain why"')[1].split("</li>")[0]
        assert "sạt lở, sơ tán, mưa lớn" in item and "không phải" in item

    def test_a_topic_of_the_closed_set_is_added(self, press: FakePress, article: str) -> None:
        browser = client(press)
        offered = re.findall(
            r'<option value="(\w+)"',
            browser.get(f"/bai/{article}").text.split('id="add-topic"')[1].split("</select>")[0],
        )
        assert "health" in offered and "disaster" not in offered and len(offered) == 14
        page = send(browser, f"/bai/{article}/nhan", {"chu-de": "health", "co": "1"}, opened=f"/bai/{article}").text
        assert "Y tế, sức khỏe đã sửa hoàn lại" in words(page)

    def test_the_tone_is_corrected(self, press: FakePress, article: str) -> None:
        browser = client(press)
        page = send(browser, f"/bai/{article}/nhan", {"sac-thai": "neutral"}, opened=f"/bai/{article}").text
        assert "Với người trong cuộc: thông tin đã sửa" in words(page)

    def test_each_is_undone_in_one_click_on_either_page(self, press: FakePress, article: str) -> None:
        browser = client(press)
        before = browser.get(f"/bai/{article}").text
        here, there = f"/bai/{article}", "/sua-nhan"
        for fields in ({"chu-de": "disaster", "co": "0"}, {"chu-de": "health"}, {"sac-thai": "positive"}):
            for page in (here, there):
                send(browser, f"{here}/nhan", fields, opened=here)
                undo = re.findall(r'action="(/sua-nhan/\d+/hoan-lai)"', browser.get(page).text)
                assert len(undo) == 1
                ask = {"ve": "bai"} if page == here else {}
                answer = send(browser, undo[0], ask, opened=page, follow_redirects=False)
                assert answer.headers["location"] == (f"{here}#labels" if page == here else there)
                assert browser.get(here).text == before

    def test_undoing_twice_is_no_error(self, press: FakePress, article: str) -> None:
        press.correct(DESK, article, topic="health", at=MORNING, by="page")
        browser = client(press)
        for _ in range(2):
            answer = send(browser, "/sua-nhan/1/hoan-lai", {"ve": "bai"}, opened=f"/bai/{article}")
            assert answer.status_code == 200
        assert not press.corrections()

    def test_who_and_when_are_told_to_the_record(self, press: FakePress, article: str) -> None:
        send(client(press), f"/bai/{article}/nhan", {"chu-de": "health"}, opened=f"/bai/{article}")
        assert (press.corrected[0].by, press.corrected[0].at) == ("page", MORNING)


class TestRefused:
    @pytest.mark.parametrize(
        "fields",
        [{"chu-de": "religion"}, {"chu-de": "world"}, {"sac-thai": "hostile"}, {}, {"chu-de": "health", "co": "2"},
         {"chu-de": "health", "sac-thai": "neutral"}, {"chu-de": "<script>"}],
    )  # fmt: skip
    def test_labels_outside_the_closed_sets(self, press: FakePress, article: str, fields: dict[str, str]) -> None:
        answer = send(client(press), f"/bai/{article}/nhan", fields, opened=f"/bai/{article}")
        assert answer.status_code == 400
        assert "Biểu mẫu gửi lên không hiểu được" in words(answer.text)
        assert press.corrected == []

    def test_an_article_that_the_desk_does_not_see(self, press: FakePress, article: str) -> None:
        browser = client(press)
        answer = send(browser, f"/bai/{'f' * 20}/nhan", {"chu-de": "health"}, opened=f"/bai/{article}")
        assert answer.status_code == 404

    def test_another_desks_correction_stays(self, press: FakePress, article: str) -> None:
        press.articles["my_hao"] = press.articles[DESK][:1]
        press.book.append(replace(press.book[0], id="my_hao", name="Mỹ Hào"))
        made = press.correct("my_hao", article, topic="health", at=MORNING, by="page")
        assert made
        send(client(press), f"/sua-nhan/{made.id}/hoan-lai?ban=binh_son", {}, opened=f"/bai/{article}?ban=binh_son")
        assert press.corrections("my_hao")

    @pytest.mark.parametrize(
        "headers",
        [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:9999"},
         {"origin": "https://127.0.0.1:8765"}, {"origin": "http://127.0.0.1.evil.example:8765"},
         {"referer": "http://evil.example/http://127.0.0.1:8765/"}, {"origin": "http://[::1"},
         ORIGIN | {"sec-fetch-site": "cross-site"}, ORIGIN | {"sec-fetch-site": "same-site"}],
    )  # fmt: skip
    def test_a_form_from_elsewhere(self, press: FakePress, article: str, headers: dict[str, str]) -> None:
        answer = send(client(press), f"/bai/{article}/nhan", {"chu-de": "health"}, opened=f"/bai/{article}",
                      headers=headers)  # fmt: skip
        assert answer.status_code == 403
        assert "Chưa sửa gì" in words(answer.text)
        assert press.corrected == []

    def test_a_form_without_seal_or_with_anothers(self, press: FakePress, article: str) -> None:
        browser, other = client(press), client(press)
        path = f"/bai/{article}/nhan"
        theirs = re.search(r'name="dau" value="(\w+)"', other.get(f"/bai/{article}").text)
        assert theirs
        browser.get(f"/bai/{article}")
        for seal in ("", "0" * 64, "đ", theirs[1]):
            answer = browser.post(path, data={"dau": seal, "chu-de": "health"}, headers=ORIGIN)
            assert answer.status_code == 403
        bare = client(press).post(path, data={"dau": theirs[1], "chu-de": "health"}, headers=ORIGIN)
        assert bare.status_code == 403
        assert press.corrected == []

    def test_a_page_opened_before_the_last_start(self, press: FakePress, article: str) -> None:
        before, after = client(press), client(press)
        seal = re.search(r'name="dau" value="(\w+)"', before.get(f"/bai/{article}").text)
        assert seal
        after.cookies = before.cookies
        answer = after.post(f"/bai/{article}/nhan", data={"dau": seal[1], "chu-de": "health"}, headers=ORIGIN)
        assert answer.status_code == 403 and "tải lại trang" in words(answer.text)

    def test_anything_but_a_short_form(self, press: FakePress, article: str) -> None:
        browser = client(press)
        browser.get(f"/bai/{article}")
        path = f"/bai/{article}/nhan"
        many = "&".join(f"a{n}=1" for n in range(50))
        for body, kind in (("x" * 9000, "application/x-www-form-urlencoded"), ("{}", "application/json"),
                           (many, "application/x-www-form-urlencoded"), ("a", "multipart/form-data; boundary=a"),
                           (b"\xff\xfe", "application/x-www-form-urlencoded")):  # fmt: skip
            answer = browser.post(path, content=body, headers=ORIGIN | {"content-type": kind})
            assert answer.status_code == 400
        assert browser.get(path).status_code == 405

    def test_a_foreign_host_name(self, press: FakePress, article: str) -> None:
        answer = client(press).post(f"/bai/{article}/nhan", headers={"host": "evil.example"})
        assert answer.status_code == 421


class TestWhereFormsComeFrom:
    PUBLIC = "https://bao.binhson.example/diem-bao"

    def test_the_public_address_and_this_machine(self) -> None:
        assert from_us({"host": "bao.binhson.example", "origin": "https://bao.binhson.example"}, self.PUBLIC)
        assert from_us({"host": "127.0.0.1:8765", "origin": "https://bao.binhson.example"}, self.PUBLIC)
        assert from_us({"host": "localhost:8765", "referer": "http://localhost:8765/bai/x"}, "")

    def test_never_the_public_name_without_its_lock(self) -> None:
        assert not from_us({"host": "bao.binhson.example", "origin": "http://bao.binhson.example"}, self.PUBLIC)
        assert not from_us({"host": "bao.binhson.example", "origin": "http://127.0.0.1:8765"}, self.PUBLIC)

    def test_the_cookie_is_of_this_site_only(self, press: FakePress, article: str) -> None:
        browser = client(press, settings={"public_url": "https://bao.example"})
        cookie = browser.get(f"/bai/{article}").headers["set-cookie"].lower()
        assert "phien=" in cookie and "httponly" in cookie and "samesite=strict" in cookie and "secure" in cookie


class TestListAndExport:
    def fill(self, press: FakePress, article: str) -> None:
        press.correct(DESK, article, topic="disaster", present=False, at=MORNING, by="page")
        press.correct(DESK, article, topic="health", at=MORNING, by="page")
        press.correct(DESK, press.articles[DESK][1].listed.id, tone="neutral", at=MORNING, by="page")

    def test_all_are_listed_and_counted_newest_first(self, press: FakePress, article: str) -> None:
        self.fill(press, article)
        said = words(client(press).get("/sua-nhan").text)
        assert "3 nhãn đã sửa" in said
        order = ("Với người trong cuộc: thông tin", "Thêm: Y tế, sức khỏe", "Không phải: Thiên tai, tai nạn")
        assert [said.index(part) for part in order] == sorted(said.index(part) for part in order)
        assert "sửa lúc 07:30 hôm nay" in said

    def test_none_says_how(self, press: FakePress) -> None:
        assert "Chưa sửa nhãn nào" in words(client(press).get("/sua-nhan").text)

    def test_many_are_paged(self, press: FakePress, article: str) -> None:
        for listed in press.articles[DESK]:
            for topic in ("sport", "economy", "health", "weather", "education", "agriculture"):
                press.correct(DESK, listed.listed.id, topic=topic, at=MORNING, by="page")
        page = client(press).get("/sua-nhan?trang=2").text
        assert "Trang 2 / 2" in words(page) and page.count('class="correction"') == 10

    def test_the_file_holds_labels_and_addresses_only(self, press: FakePress, article: str) -> None:
        self.fill(press, article)
        answer = client(press).get("/sua-nhan/xuat")
        assert 'attachment; filename="nhan-da-sua-binh_son.jsonl"' in answer.headers["content-disposition"]
        rows = [json.loads(line) for line in answer.text.splitlines()]
        assert rows[0] == {
            "article": article, "url": press.articles[DESK][0].listed.url, "source": "mau-dan-sinh",
            "published": "2026-11-21T00:10:00+00:00", "model": "mẫu", "at": "2026-11-21T00:30:00+00:00",
            "topic": "disaster", "present": False,
        }  # fmt: skip
        assert rows[2]["tone"] == "neutral" and "topic" not in rows[2]
        listed = press.articles[DESK][0]
        for text in (listed.listed.title, listed.listed.lead, *listed.paragraphs, "sạt lở"):
            assert text not in answer.text

    def test_one_taken_back_is_not_carried_out(self, press: FakePress, article: str) -> None:
        self.fill(press, article)
        press.undo(DESK, 2, MORNING, "page")
        assert "health" not in client(press).get("/sua-nhan/xuat").text

    def test_one_whose_article_is_gone_is_still_listed(self, press: FakePress, article: str) -> None:
        self.fill(press, article)
        press.articles[DESK] = press.articles[DESK][1:]
        browser = client(press)
        assert "Bài không còn lưu" in words(browser.get("/sua-nhan").text)
        assert json.loads(browser.get("/sua-nhan/xuat").text.splitlines()[0])["url"] is None
