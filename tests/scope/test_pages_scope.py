"""What the pages may not do, and that "Phạm vi" tells every sentence of the line."""

from __future__ import annotations

import re
from dataclasses import fields
from html import unescape
from inspect import signature

import pytest

from core.i18n import Language, catalogue, t
from core.ports import SearchIndex
from core.records import ListedArticle, SourceHealth
from core.roles import Role
from core.settings import KeepSettings
from core.topics import TOPICS
from dashboard.pages.scope import SECTIONS, bounds, sentences
from tests.dashboard.conftest import MORNING, client
from tests.fakes.busy import busy_press
from tests.fakes.reading import FakePress, sample_press


@pytest.fixture
def press() -> FakePress:
    return sample_press(MORNING)


def page(press: FakePress, path: str, language: Language = "vi") -> str:
    answer = client(press).get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer.status_code == 200
    return unescape(answer.text)


class TestScopePage:
    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_every_sentence_is_told(self, press: FakePress, language: Language) -> None:
        told = page(press, "/pham-vi", language)
        keys = [key for key in catalogue() if re.match(r"scope\.\w+\.(s\d+|title)$", key)]
        assert len(keys) > 30
        assert [key for key in keys if t(key, language) not in told] == []

    def test_every_section_of_the_catalogue_is_on_the_page(self) -> None:
        named = {key.split(".")[1] for key in catalogue() if re.match(r"scope\.\w+\.s\d+$", key)}
        assert named == set(SECTIONS)
        assert all(sentences(section) for section in SECTIONS)

    @pytest.mark.parametrize(
        "phrase",
        [
            "theo luật báo chí hoặc nhiệm vụ công",
            "Không đọc tài khoản cá nhân, blog, nhóm, diễn đàn, mạng xã hội",
            "Bình luận và bài nhúng từ mạng xã hội bị cắt bỏ",
            "Tên tác giả bị bỏ",
            "không đặt được theo dõi một cái tên",
            "không bao giờ dựa trên từ tự nhập",
            "Dữ liệu cá nhân duy nhất",
            "Không có nhãn về tôn giáo, dân tộc, chính kiến",
            "Sắc thái không phải lập trường, không dùng để tìm kiếm và không xếp hạng tòa soạn nào",
            "không bao giờ với hành chính, tòa án hay một tòa soạn",
            "không có yêu cầu gỡ bài",
            "Không gửi cho vai trò hay địa chỉ thư của công an, an ninh, quân sự",
            "Người nhận chuyển tiếp thư cho ai thì chương trình không ngăn được",
            "không bao giờ gọi một bài là sai",
            "tòa soạn có quyền từ chối, nêu lý do",
            "Ai cần nhiều hơn những điều này là cần một chương trình khác",
        ],
    )
    def test_the_line_in_plain_vietnamese(self, press: FakePress, phrase: str) -> None:
        assert phrase in page(press, "/pham-vi")

    def test_periods_are_those_that_hold_with_their_upper_bounds(self, press: FakePress) -> None:
        told = " ".join(re.sub(r"<[^>]+>", " ", page(press, "/pham-vi")).split())
        assert bounds(KeepSettings()) == {
            "article_months": 36, "replaced_days": 90, "stopped_days": 30, "delivery_months": 12,
            "audit_months": 36, "case_months": 60, "backup_days": 90, "account_months": 24,
        }  # fmt: skip
        assert "24 tháng 36 tháng" in told and "30 ngày 90 ngày" in told and "không bao giờ lưu" in told

    def test_a_shorter_period_is_shown(self, press: FakePress) -> None:
        shown = client(press, settings={"keep": {"article_months": 7}}).get("/pham-vi").text
        assert "7 tháng" in shown

    def test_the_closed_lists_are_shown_whole(self, press: FakePress) -> None:
        told = page(press, "/pham-vi")
        assert all(topic.vi in told for topic in TOPICS)
        assert all(t(f"role.{role.value}") in told for role in Role)

    def test_it_names_a_contact_and_needs_no_desk(self) -> None:
        told = client(FakePress(), settings={"crawl": {"contact": "diembao@binhson.gov.vn"}}).get("/pham-vi").text
        assert "diembao@binhson.gov.vn" in told


class TestSearch:
    def test_nothing_can_be_saved_watched_or_sent(self, press: FakePress) -> None:
        browser = client(press)
        for path in ("/", "/tim-kiem?q=binh+son"):
            forms = re.findall(r"<form[^>]*>", browser.get(path).text)
            assert forms and all(re.search('method="(get|dialog)"', form) for form in forms)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert browser.request(method, "/tim-kiem?q=binh+son").status_code == 405
        found = browser.get("/tim-kiem?q=binh+son")
        assert "set-cookie" not in found.headers
        assert not re.search(r"rss|atom|ical|rel=.alternate", found.text)

    def test_tone_is_no_search_field(self, press: FakePress) -> None:
        form = re.search(r'<form class="search".*?</form>', page(press, "/tim-kiem"), re.DOTALL)
        assert form
        assert set(re.findall(r'name="([\w-]+)"', form[0])) - {"chu-de"} == {"q", "xep", "nguon", "tu", "den"}
        assert "tone" not in signature(SearchIndex.search).parameters
        ordinary = page(press, "/tim-kiem?q=binh+son")
        for parameter in ("tone=negative", "sac-thai=negative", "source=mau-bien"):
            assert page(press, f"/tim-kiem?q=binh+son&{parameter}").count('class="card"') == ordinary.count(
                'class="card"'
            )
        for label in ("negative", "positive"):
            assert "Không có bài nào" in page(press, f"/tim-kiem?q=tone:{label}")


class TestPublishers:
    def test_nothing_is_added_up_about_a_publisher_but_reading_and_counts(self, press: FakePress) -> None:
        told = page(press, "/nguon-tin").split("<main")[1].split("<footer")[0]
        for label in ("negative", "positive"):
            assert t(f"tone.{label}") not in told
        assert {field.name for field in fields(SourceHealth)} == {
            "source", "status", "reason", "endpoints", "last_poll", "last_success", "last_new", "read_7d", "kept_7d",
            "failed_7d", "no_body_7d", "blocked_7d", "silent", "paused", "moved_to", "reserved", "endpoints_unread",
        }  # fmt: skip

    def test_sources_stand_by_name_not_by_what_they_print(self, press: FakePress) -> None:
        told = page(press, "/nguon-tin")
        usual = [told.index(name) for name in ("Báo Dân Sinh (mẫu)", "Báo Miền Núi (mẫu)", "Thời báo Kinh Tế")]
        assert usual == sorted(usual)

    def test_an_article_has_no_place_for_a_person(self) -> None:
        named = {field.name for field in fields(ListedArticle)}
        assert not named & {"author", "authors", "byline", "journalist", "person", "persons", "people"}


def test_tone_is_told_as_of_the_event(press: FakePress) -> None:
    article = press.articles["binh_son"][0].listed.id
    assert t("article.tone_note") in page(press, f"/bai/{article}")
    assert {t(f"tone.{label}") for label in ("negative", "neutral", "positive")} == {
        "thiệt hại, khó khăn", "thông tin", "thuận lợi",
    }  # fmt: skip


def test_a_desk_sees_its_own_articles_only(press: FakePress) -> None:
    other = sample_press(MORNING)
    press.book.append(type(press.book[0])(id="my_hao", name="Mỹ Hào", office="UBND phường Mỹ Hào", units=()))
    press.articles["my_hao"] = []
    article = other.articles["binh_son"][0].listed
    for path in ("/?ban=my_hao", "/canh-bao?ban=my_hao", "/tim-kiem?q=binh+son&ban=my_hao"):
        assert article.title not in page(press, path)
    assert client(press).get(f"/bai/{article.id}?ban=my_hao").status_code == 404


class TestStoriesAndCorrections:
    def pages(self, press: FakePress) -> list[str]:
        story = press.articles["binh_son"][0].listed.id
        return [f"/cau-chuyen/{story}", f"/bai/{story}", "/", "/sua-nhan", "/nguon-tin"]

    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_no_paper_is_called_first_nor_ranked(self, language: Language) -> None:
        press = busy_press(MORNING)
        for path in self.pages(press):
            told = page(press, path, language).lower()
            for phrase in ("đưa tin đầu tiên", "đưa tin trước", "sớm nhất", "chậm nhất", "first to report", "fastest",
                           "xếp hạng", "ranking"):  # fmt: skip
                assert phrase not in told, (path, phrase)

    def test_no_record_counts_changes_or_corrections_of_a_paper(self) -> None:
        assert not {name for name in (f.name for f in fields(SourceHealth)) if re.search("revis|correct|withdr", name)}
        press = busy_press(MORNING)
        main = page(press, "/nguon-tin").split("<main")[1].split("</main>")[0]
        assert "Báo Dân Sinh" in main and "đã sửa" not in main and "gỡ" not in main

    def test_a_label_is_set_from_the_closed_set_only_and_never_by_words(self) -> None:
        press = busy_press(MORNING)
        article = page(press, f"/bai/{press.articles['binh_son'][0].listed.id}")
        forms = re.findall(r'<form[^>]*action="[^"]*/(?:nhan|hoan-lai)".*?</form>', article, re.DOTALL)
        assert forms
        for form in forms:
            assert not re.search(r'<textarea|type="(text|search)"|contenteditable', form)
            assert set(re.findall(r'name="([\w-]+)"', form)) <= {"dau", "chu-de", "co", "sac-thai", "ve"}
            assert set(re.findall(r'<option value="(\w+)"', form)) <= {topic.id for topic in TOPICS}

    def test_the_file_of_corrections_names_no_person_and_holds_no_text(self) -> None:
        press = busy_press(MORNING)
        first = press.articles["binh_son"][0]
        press.correct("binh_son", first.listed.id, topic="health", at=MORNING, by="Nguyễn Thị Mẫu")
        told = client(press).get("/sua-nhan/xuat").text
        assert "health" in told and "Nguyễn" not in told
        assert first.listed.title not in told and first.listed.lead not in told
        assert "Nguyễn" not in page(press, "/sua-nhan")

    def test_a_difference_never_says_which_text_is_right(self) -> None:
        press = busy_press(MORNING)
        told = page(press, f"/bai/{press.articles['binh_son'][0].listed.id}").lower()
        assert "không nói bản nào đúng" in told
        for phrase in ("sai sự thật", "tin giả", "đính chính", "bịa"):
            assert phrase not in told

    def test_withdrawal_is_told_as_a_fact_without_a_reason(self) -> None:
        press = busy_press(MORNING)
        gone = next(a for a in press.articles["binh_son"] if a.listed.state == "withdrawn")
        told = page(press, f"/bai/{gone.listed.id}")
        assert "Báo đã gỡ bài" in told and "vì vi phạm" not in told and "bị buộc" not in told
