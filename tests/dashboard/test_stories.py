"""Stories of the day, and the page of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dashboard.pages.stories import headed_by, topics
from tests.dashboard.conftest import MORNING, client
from tests.dashboard.test_pages import words
from tests.fakes.busy import MERGED, busy_ids, busy_press
from tests.fakes.reading import FakePress

Get = Callable[[str], str]


@pytest.fixture
def press() -> FakePress:
    return busy_press(MORNING)


@pytest.fixture
def ids(press: FakePress) -> dict[str, str]:
    return busy_ids(press)


class TestToday:
    def test_a_story_is_one_card_with_its_state_and_sources(self, get: Get) -> None:
        page = get("/")
        said = words(page)
        assert page.count('class="card story"') == 1
        assert "đang tăng 9 bài 9 nguồn: Báo Biển Xanh (mẫu), Báo Dân Sinh (mẫu)" in said
        assert "và 5 nguồn khác" in said and "tiếp diễn từ 18:30 hôm qua" in said
        assert "14 bài 7 câu chuyện" in said and "Viết về Bình Sơn 5" in said

    def test_reprints_are_folded_and_own_reports_listed(self, get: Get, press: FakePress) -> None:
        page = get("/")
        folded = page.split('<details class="reprints"', 1)[1].split("</details>")[0]
        assert "Đăng lại: 4 báo" in words(folded)
        assert all(f"Báo Mẫu Số {number}" in words(folded) for number in range(1, 5))
        listed = words(page.split('class="plain reports"')[1].split("</ul>")[0])
        assert "thông một làn sau sạt lở" in listed and "cho học sinh nghỉ" in listed
        assert "Báo Mẫu Số" not in listed

    def test_changed_and_withdrawn_texts_are_noted(self, get: Get) -> None:
        said = words(get("/"))
        assert "báo đã sửa bài lúc 07:15 hôm nay" in said
        assert "báo đã gỡ bài 07:10 hôm nay" in said

    def test_an_article_alone_looks_as_an_article(self, get: Get) -> None:
        page = get("/")
        card = next(part for part in page.split('<article class="card">')[1:] if "mầm non" in part)
        assert "nguồn:" not in words(card.split("</article>")[0])

    def test_the_only_article_of_the_day_of_a_running_story_is_shown_as_part_of_it(self, get: Get) -> None:
        page = get("/?ngay=2026-11-20")
        card = page.split('class="card story"')[1].split("</article>")[0]
        assert "vết nứt dài" in words(card) and "9 bài" in words(card)

    @pytest.mark.parametrize(("state", "said"), [("new", "mới"), ("growing", "đang tăng"), ("quiet", "đã lắng")])
    def test_states_in_words(self, press: FakePress, ids: dict[str, str], state: str, said: str) -> None:
        old = press.standings[ids["changed"]]
        press.standings[ids["changed"]] = replace(old, state=state)  # type: ignore[arg-type]
        assert f"Tình trạng: {said} 9 bài" in words(client(press).get("/").text)

    def test_a_story_whose_headline_is_of_another_day_shows_the_lead_with_the_article(self, get: Get) -> None:
        page = get("/")
        reports = page.split('class="plain reports"')[1].split("</ul>")[0]
        assert "Khoảng 200 m taluy dương" in words(reports)
        assert "200 m taluy" in words(reports)


class TestStory:
    def test_the_timeline_runs_from_the_oldest_day(self, get: Get, ids: dict[str, str]) -> None:
        page = get(f"/cau-chuyen/{ids['changed']}")
        told = words(page.split('id="timeline"')[1].split('class="side"')[0])
        order = ("Hôm qua", "vết nứt dài", "Hôm nay", "ba xe bị vùi", "cho học sinh nghỉ", "thông một làn",
                 "40 hộ dân phải dời", "Đăng lại: 4 báo")  # fmt: skip
        places = [told.index(part) for part in order]
        assert places == sorted(places)
        said = words(page)
        assert "24 giờ qua 8 bài, thường ngày 1,2 bài" in said

    def test_sources_stand_by_the_alphabet_and_carry_no_figure(self, get: Get, ids: dict[str, str]) -> None:
        panel = words(get(f"/cau-chuyen/{ids['changed']}").split('id="all-sources"')[1].split("</section>")[0])
        names = panel.split("> ", 1)[-1].removeprefix("Các nguồn 9 ").split(", ")
        assert len(names) == 9 and names == sorted(names, key=str.casefold)

    def test_a_merge_is_told_and_the_old_address_leads_on(self, press: FakePress, ids: dict[str, str]) -> None:
        browser = client(press)
        answer = browser.get(f"/cau-chuyen/{MERGED}", follow_redirects=False)
        assert answer.status_code == 303 and answer.headers["location"] == f"/cau-chuyen/{ids['changed']}"
        assert "“Đường ven biển nứt dài” được gộp vào đây lúc 06:30 hôm nay" in words(
            browser.get(f"/cau-chuyen/{MERGED}").text
        )

    def test_an_unknown_story_says_what_to_do(self, press: FakePress) -> None:
        answer = client(press).get("/cau-chuyen/" + "0" * 20)
        assert answer.status_code == 404 and "Bàn tin này không có câu chuyện ấy" in words(answer.text)

    def test_in_english(self, get: Get, ids: dict[str, str]) -> None:
        said = words(get(f"/cau-chuyen/{ids['changed']}?lang=en"))
        assert "growing" in said and "Reprinted by 4 papers" in said and "usually 1.2 a day" in said


class TestArticleOfAStory:
    def test_it_leads_to_its_story(self, get: Get, ids: dict[str, str]) -> None:
        page = get(f"/bai/{ids['reopened']}")
        assert f'href="/cau-chuyen/{ids["changed"]}"' in page
        assert "Câu chuyện của bài này Tình trạng: đang tăng" in words(page)

    def test_a_reprint_names_its_twin(self, get: Get, press: FakePress, ids: dict[str, str]) -> None:
        said = words(get(f"/bai/{ids['reprint']}"))
        assert "Đăng lại bài của Báo Dân Sinh (mẫu): Mưa lớn gây sạt lở" in said
        assert "trùng khoảng 96% nội dung" in said
        last = press.articles["binh_son"][8].listed.id
        assert "chưa rõ bài nào có trước" in words(get(f"/bai/{last}"))


def test_topics_of_a_story_are_those_of_most_articles_first(press: FakePress) -> None:
    found = [label.topic for label in topics([article.listed for article in press.articles["binh_son"][:9]])]
    assert found[0] == "disaster" and len(found) == len(set(found))


def test_a_withdrawn_article_does_not_stand_for_its_story(press: FakePress) -> None:
    gone = press.articles["binh_son"][4].listed
    live = press.articles["binh_son"][3].listed
    assert gone.state == "withdrawn"
    assert headed_by("another headline", [gone, live]) == live
