"""What an officer sees on each page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

from core.records import Desk
from core.topics import TOPICS
from dashboard.room import RunStatus
from tests.dashboard.conftest import MORNING, client
from tests.fakes.reading import FakePress, binh_son, waiting, written

Get = Callable[[str], str]


def main(page: str) -> str:
    """The page's own part, without menu and footer."""
    return page.partition("<main")[2].partition("</main>")[0]


def words(html: str) -> str:
    """The page's visible words on one line."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


class TestToday:
    def test_each_article_shows_what_an_officer_asks(self, get: Get, press: FakePress) -> None:
        page = get("/")
        said = words(page)
        first = press.articles["binh_son"][0].listed
        assert "Báo Dân Sinh (mẫu) 07:10 hôm nay" in said
        assert "40 hộ dân phải dời đi trong đêm" in said
        assert "Khoảng 200 m taluy dương" in said
        assert "Thiên tai, tai nạn" in said
        assert "thiệt hại, khó khăn" in said
        assert f'href="{first.url}" rel="noopener noreferrer' in page

    def test_only_the_day_asked_for_newest_first(self, get: Get) -> None:
        today, yesterday = words(get("/")), words(get("/?ngay=2026-11-20"))
        assert "vắc-xin sởi" not in today
        assert (
            "vắc-xin sởi" in yesterday and "Chợ đêm" in yesterday and "sạt lở" not in yesterday.split("Cảnh báo chờ")[0]
        )
        assert today.index("sạt lở") < today.index("mầm non") < today.index("thu hoạch sớm")

    def test_a_name_in_the_title_is_marked_there(self, get: Get) -> None:
        assert "qua xã <mark>Bình Sơn</mark>, 40 hộ dân" in get("/")

    def test_a_name_in_the_text_is_shown_with_its_passage_and_reason(self, get: Get) -> None:
        page = get("/")
        assert "Công an các xã Vạn Tường và <mark>Bình Sơn</mark> hướng dẫn" in page
        assert "vì đứng cạnh đơn vị cùng địa bàn (Vạn Tường)" in words(page)

    def test_articles_about_the_place_stand_before_those_that_name_it(self, get: Get) -> None:
        said = words(get("/"))
        assert said.index("Viết về Bình Sơn 5") < said.index("Có nhắc tới Bình Sơn 2") < said.index("bóng chuyền")

    def test_seven_days_are_counted_against_what_was_read(self, get: Get) -> None:
        page = get("/")
        said = words(page)
        assert "10 trong 1.841 bài đã đọc" in said
        assert "T7 21/11 7 263" in said and "T6 20/11 2 263" in said and "CN 15/11 0 263" in said
        assert page.count('class="bar') >= 7

    def test_waiting_alerts_and_unreadable_sources_are_told(self, get: Get) -> None:
        said = words(get("/"))
        assert "3 cảnh báo trong hai ngày qua chưa ai xem hoặc tiếp nhận" in said
        assert "Chưa nối thư điện tử" in said
        assert "2 nguồn tin chúng tôi không đọc được" in said
        assert "Báo Biển Xanh (mẫu), Cổng thông tin huyện Ven Biển (mẫu)" in said

    def test_an_alert_that_reached_somebody_or_is_old_waits_no_more(self, press: FakePress) -> None:
        first, second = press.articles["binh_son"][:2]
        press.outbox["binh_son"] = [
            waiting(3, first, "van-phong", MORNING, state="delivered", delivered_at=MORNING),
            waiting(2, first, "van-hoa", MORNING),
            waiting(1, second, "van-phong", MORNING - timedelta(days=3)),
        ]
        browser = client(press)
        assert "Không có cảnh báo nào đang chờ" in words(browser.get("/").text)
        assert main(browser.get("/canh-bao").text).count("<summary>") == 2

    def test_the_summary_of_a_report_is_no_alert_that_waits(self, press: FakePress) -> None:
        row = waiting(1, press.articles["binh_son"][0], "lanh-dao", MORNING)
        sent = replace(row.message, key="report:1:lanh-dao", article=None, subject="Điểm báo tuần")
        press.outbox["binh_son"] = [replace(row, message=sent)]
        assert "Không có cảnh báo nào đang chờ" in words(client(press).get("/").text)

    def test_with_a_mail_server_nothing_is_said_of_missing_mail(self, press: FakePress) -> None:
        said = words(client(press, settings={"smtp": {"host": "mail.example"}}).get("/").text)
        assert "Chưa nối thư điện tử" not in said

    def test_without_recipients_the_alerts_page_says_that_nothing_is_sent(self, press: FakePress) -> None:
        assert "Chưa có nơi nhận nào" not in client(press).get("/canh-bao").text
        page = client(FakePress(book=[replace(press.book[0], recipients=())])).get("/canh-bao").text
        assert "Chưa có nơi nhận nào" in page and 'href="/nguoi-nhan"' in page

    def test_a_day_without_articles_says_what_to_do(self, get: Get) -> None:
        page = get("/?ngay=2026-10-01")
        assert "Chưa có bài nào nhắc tới Bình Sơn trong ngày này" in words(page)
        assert 'href="/nguon-tin"' in page and 'href="/?ngay=2026-09-30"' in page

    def test_days_to_come_and_nonsense_are_no_days(self, press: FakePress) -> None:
        browser = client(press)
        for given in ("2026-11-22", "hôm qua", "0001-01-01", "2026-13-40"):
            answer = browser.get("/", params={"ngay": given})
            assert answer.status_code == 400
            assert "Ngày này không xem được" in words(answer.text)

    def test_a_revised_and_a_doubtful_time_are_named(self, get: Get) -> None:
        said = words(get("/"))
        assert "báo đã sửa bài lúc 07:18 hôm nay" in said
        assert "giờ đăng không rõ, ghi theo giờ đọc" in said


class TestFirstFilling:
    def test_it_says_how_far_it_is_and_loads_itself_again(self) -> None:
        answer = client(FakePress(book=[binh_son()]), status=RunStatus(filling=True, read=1840)).get("/")
        assert "Đang đọc báo lần đầu: đã đọc 1.840 bài" in words(answer.text)
        assert answer.headers["refresh"] == "15"

    def test_it_can_be_stopped(self) -> None:
        answer = client(FakePress(book=[binh_son()]), status=RunStatus(filling=True)).get("/?dung=1")
        assert "refresh" not in answer.headers

    def test_it_ends_with_the_first_article(self, press: FakePress) -> None:
        answer = client(press, status=RunStatus(filling=True, read=9)).get("/")
        assert "refresh" not in answer.headers
        assert "Đang đọc báo lần đầu" not in words(answer.text)

    def test_without_a_desk_it_says_how_to_make_one(self) -> None:
        page = client(FakePress()).get("/").text
        assert "diembao desk new" in page and "diembao desk apply" in page and "binh_son" not in page

    def test_the_sample_press_is_named_as_one(self, press: FakePress) -> None:
        assert "Đây là báo mẫu" in client(press, status=RunStatus(sample=True)).get("/bai/" + _newest(press)).text
        assert "Đây là báo mẫu" not in client(press).get("/").text


class TestArticle:
    def test_text_evidence_labels_and_times(self, get: Get, press: FakePress) -> None:
        page = get(f"/bai/{_newest(press)}")
        said = words(page)
        assert "chuẩn bị nước sạch và thuốc" in said
        assert "Phòng thủ dân sự xã <mark>Bình Sơn</mark>, tỉnh Quảng Ngãi" in page
        assert "Từ mang nghĩa: sạt lở, sơ tán, mưa lớn" in said
        assert "Giờ đăng lấy từ dữ liệu kèm trang bài (JSON-LD)" in said
        assert "Báo đăng 07:10 ngày 21/11/2026" in said
        assert "không phải thái độ của báo" in said
        assert "Đoạn taluy sạt xuống" in said

    def test_many_mentions_are_folded_and_what_is_not_kept_is_left_out(self, press: FakePress) -> None:
        first = press.articles["binh_son"][0]
        mention = first.listed.mentions[0]
        many = (*[mention] * 6, *[replace(mention, field="meta")] * 3)
        press.articles["binh_son"][0] = replace(first, listed=replace(first.listed, mentions=many))
        page = client(press).get(f"/bai/{_newest(press)}").text
        assert "Thêm 2 chỗ nhắc tên" in words(page)
        assert "chuyên mục" not in words(page)

    def test_texts_state_their_language_on_an_english_page(self, get: Get) -> None:
        assert '<h3 class="headline" lang="vi">' in get("/?lang=en")

    def test_one_whose_text_is_not_kept_says_so(self, press: FakePress) -> None:
        press.articles["binh_son"][0] = replace(press.articles["binh_son"][0], paragraphs=(), captions=())
        answer = client(press).get(f"/bai/{_newest(press)}")
        assert answer.status_code == 200
        assert "Nội dung không được lưu" in words(answer.text)

    def test_an_unknown_one_and_another_desks_are_not_shown(self, press: FakePress) -> None:
        press.book.append(Desk(id="my_hao", name="Mỹ Hào", office="UBND phường Mỹ Hào", units=()))
        browser = client(press)
        for path in ("/bai/" + "f" * 20, "/bai/../../etc/passwd", f"/bai/{_newest(press)}?ban=my_hao"):
            answer = browser.get(path)
            assert answer.status_code == 404
        assert "Bàn tin này không có bài ấy" in words(browser.get("/bai/" + "f" * 20).text)


class TestSearch:
    def test_without_and_with_diacritics(self, get: Get) -> None:
        assert "<mark>sạt lở</mark>" in get("/tim-kiem?q=sat+lo")
        assert "<mark>sạt lở</mark>" in get("/tim-kiem?q=sạt+lở")
        assert "Không có bài nào có “sát lở”" in words(get("/tim-kiem?q=sát+lở"))

    def test_order_is_kept_in_the_form(self, get: Get) -> None:
        assert 'value="hop" checked' in get("/tim-kiem?q=mua&xep=hop")
        assert 'value="moi" checked' in get("/tim-kiem?q=mua&xep=moi")

    def test_with_words_the_best_match_comes_first_unless_asked_otherwise(self, get: Get) -> None:
        assert 'value="hop" checked' in get("/tim-kiem?q=mua")

    def test_pages_of_results(self, press: FakePress) -> None:
        press.articles["binh_son"] = [
            written("mau-bien", f"Bài số {number} về Bình Sơn", "", [], MORNING - timedelta(minutes=number))
            for number in range(45)
        ]
        browser = client(press)
        first, last = browser.get("/tim-kiem?q=binh").text, browser.get("/tim-kiem?q=binh&trang=3").text
        assert "Trang 1 / 3" in words(first) and "Bài số 19 về" in words(first) and "Bài số 20 về" not in words(first)
        assert 'href="/tim-kiem?q=binh&amp;xep=hop&amp;trang=2"' in first
        assert "Bài số 44 về" in words(last) and "Trang sau" not in words(last)
        for wrong in ("0", "-1", "51", "1e3", "x", "²", "9" * 50):
            assert browser.get("/tim-kiem", params={"q": "binh", "trang": wrong}).status_code == 400

    def test_bounded_ranking_is_told(self, press: FakePress) -> None:
        press.bounded = True
        assert "xét trong các bài mới nhất" in words(client(press).get("/tim-kiem?q=binh&xep=hop").text)

    def test_more_than_are_counted_is_told(self, press: FakePress) -> None:
        press.more = True
        assert "Hơn 10 bài có “binh”" in words(client(press).get("/tim-kiem?q=binh").text)

    def test_an_empty_search_asks_for_words(self, get: Get) -> None:
        assert "Tìm trong tiêu đề, sapo và nội dung" in words(get("/tim-kiem?q=++"))


class TestAlerts:
    def test_who_what_and_what_came_of_it(self, get: Get) -> None:
        said = words(get("/canh-bao"))
        assert "Văn phòng HĐND và UBND đọc trên trang" in said
        assert "Phòng Kinh tế chờ gửi máy chủ thư tạm hoãn, sẽ thử lại (451); đã thử 2 lần" in said
        assert "đã gửi 06:51 hôm nay" in said
        assert "Lãnh đạo Ủy ban không gửi được máy chủ thư từ chối địa chỉ này (550)" in said
        assert "Chưa nối thư điện tử" in said

    def test_one_article_is_one_alert_without_the_mail_box_mark(self, press: FakePress) -> None:
        row = press.outbox["binh_son"][0]
        marked = replace(row, message=replace(row.message, subject="[Điểm báo Bình Sơn] Mưa lớn"))
        press.outbox["binh_son"] = [marked, waiting(2, press.articles["binh_son"][0], "kinh-te", MORNING)]
        page = main(client(press).get("/canh-bao").text)
        assert page.count("<summary>") == 1
        assert ">Mưa lớn</a>" in page

    def test_a_held_message_says_why(self, press: FakePress) -> None:
        press.outbox["binh_son"] = [waiting(1, press.articles["binh_son"][0], "kinh-te", MORNING, state="held")]
        assert "giữ lại, chờ người quyết định gửi" in words(client(press).get("/canh-bao").text)

    def test_none_yet(self, press: FakePress) -> None:
        press.outbox = {}
        assert "Chưa có cảnh báo nào" in words(client(press).get("/canh-bao").text)


class TestSources:
    def test_health_in_words_an_officer_knows(self, get: Get) -> None:
        said = words(get("/nguon-tin"))
        unread, silent = said.index("Chúng tôi không đọc được 2"), said.index("Im lặng lâu hơn thường lệ 1")
        assert unread < said.index("Báo Biển Xanh (mẫu) bị báo từ chối máy chủ báo lỗi (403)") < silent
        assert silent < said.index("Đài Phát thanh Truyền hình Sông Trà (mẫu) im lặng")
        assert said.index("Chưa đọc lần nào 1") < said.index("Đọc bình thường 3")
        assert "chỉ lưu tiêu đề, sapo và đường dẫn" in said
        assert "1 trong 3 mục của nguồn không đọc được" in said

    def test_none_says_where_to_look(self) -> None:
        assert "diembao sources list" in client(FakePress(book=[binh_son()])).get("/nguon-tin").text


class TestLanguageAndDesk:
    def test_english_on_request_and_remembered(self, press: FakePress) -> None:
        browser = client(press)
        assert '<html lang="vi">' in browser.get("/").text
        page = browser.get("/?lang=en").text
        assert '<html lang="en">' in page and "Disasters and accidents" in page and "10 of 1,841 articles read" in page
        assert "Sources" in browser.get("/nguon-tin").text
        assert '<html lang="vi">' in browser.get("/nguon-tin?lang=vi").text
        assert '<html lang="vi">' in browser.get("/").text

    def test_cookies_are_of_this_site_only(self, press: FakePress) -> None:
        browser = client(press, settings={"public_url": "https://bao.example"})
        cookie = browser.get("/?lang=en").headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and "secure" in cookie

    def test_an_unknown_language_is_not_taken(self, press: FakePress) -> None:
        assert '<html lang="vi">' in client(press).get("/?lang=%3Cscript%3E").text

    def test_several_desks_can_be_chosen_and_links_stay_with_one(self, press: FakePress) -> None:
        press.book.append(Desk(id="my_hao", name="Mỹ Hào", office="UBND phường Mỹ Hào", units=()))
        browser = client(press)
        page = browser.get("/?ban=my_hao").text
        assert "Báo chí viết về Mỹ Hào" in words(page)
        assert '<option value="my_hao" selected>' in page
        assert 'href="/canh-bao?ban=my_hao"' in page
        assert "Báo chí viết về Mỹ Hào" in words(browser.get("/").text)
        assert browser.get("/?ban=khong_co").status_code == 404

    def test_one_desk_needs_no_chooser(self, get: Get) -> None:
        assert "<select" not in get("/")

    def test_behind_a_prefix_links_keep_it(self, press: FakePress) -> None:
        page = client(press, root_path="/bao").get("/bao/").text
        assert 'href="/bao/canh-bao"' in page and 'href="/bao/static/style.css?v=' in page
        assert 'href="/bao/?lang=en"' in page


def test_no_page_says_dead_letter_canary_or_negative_news(get: Get, press: FakePress) -> None:
    for path in ("/", f"/bai/{_newest(press)}", "/tim-kiem?q=binh", "/canh-bao", "/nguon-tin", "/pham-vi"):
        for language in ("vi", "en"):
            said = words(get(f"{path}{'&' if '?' in path else '?'}lang={language}")).lower()
            for word in ("dead letter", "canary", "tin tiêu cực", "negative", "positive", "outbox"):
                assert word not in said, (path, word)


def test_every_topic_has_its_name_on_the_pages(press: FakePress) -> None:
    press.articles["binh_son"] = [
        written("mau-bien", f"Bài {topic.id}", "", ["ở Bình Sơn"], MORNING, topics=[(topic.id, ())]) for topic in TOPICS
    ]
    said = words(client(press).get("/").text)
    assert all(topic.vi in said for topic in TOPICS)


def _newest(press: FakePress) -> str:
    return press.articles["binh_son"][0].listed.id
