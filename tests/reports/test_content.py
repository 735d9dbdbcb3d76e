"""What a report says: figures, comparisons, stories in the articles' own sentences; zero, one and many."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import HandItem, MessageCounts, ReportAsk, ReportContent, ReportKind, ReportWords, UnreadSource
from nlp.sentences import sentences as split
from reports import mail, periods, sections, sentences, telling, word
from reports.blocks import Chart
from tests.reports.making import ASK, AT, DESK, FIRST, LAST, LEAD, article, content, reading, report


def said(made: ReportContent, words: ReportWords | None = None, *, draft: bool = False) -> str:
    """Every sentence of the report's body."""
    parts = sections.sections(made, words or ReportWords(), draft=draft)
    return "\n".join(getattr(block, "text", "") for part in parts for block in part.blocks)


def test_a_week_with_articles() -> None:
    found = [article(n) for n in range(12)]
    text = said(content(reading(found, before=7)))
    assert (
        "Trong kỳ báo cáo (từ ngày 03 tháng 11 đến ngày 09 tháng 11 năm 2025), đã đọc 1.840 tin, bài của 36 nguồn báo"
        " chí; có 12 bài viết về hoặc nhắc đến huyện Bình Sơn." in text
    )
    assert "Số bài tăng 5 bài so với tuần trước (7 bài)." in text
    assert "12 bài của một cơ quan báo chí, từ ngày 03/11/2025 đến ngày 09/11/2025." in text
    assert "Lĩnh vực: Thiên tai, tai nạn. Sắc thái: thiệt hại, khó khăn." in text
    assert f"“{LEAD}” (Báo Miền Trung, ngày 03/11/2025)." in text
    assert "Có 1 xã, phường được nhắc đến: xã Vạn Tường (12 bài)." in text


def test_an_empty_week_is_said_to_be_empty() -> None:
    text = said(content(reading([], before=3)))
    assert "không có bài nào viết về hoặc nhắc đến huyện Bình Sơn." in text
    assert "Trong kỳ không có nội dung nào được báo chí phản ánh." in text
    assert "%" not in text


def test_a_week_that_nobody_has_read_has_no_figures() -> None:
    text = said(content(reading([], read=0)))
    assert "chương trình chưa đọc được tin, bài nào nên không có số liệu." in text


def test_of_a_week_that_nobody_has_read_nothing_is_said_of_the_press() -> None:
    made = content(reading([], read=0, read_by_day={}, sources_read=0))
    texts = (said(made), mail.plain(report(made)), mail.page(report(made)), next(iter(word.annex(made))).text)  # type: ignore[union-attr]
    for text in texts:
        assert "Chưa có số liệu của kỳ báo cáo." in text
        assert "báo chí phản ánh" not in text
        assert "tuần trước" not in text
        assert "Không có tin, bài" not in text


def test_nothing_is_compared_with_a_week_that_nobody_has_read() -> None:
    made = content(reading([article(0)], since=FIRST - timedelta(days=60), read_by_day={LAST.isoformat(): 1840}))
    assert made.before is None
    assert "Chưa có đủ số liệu của tuần trước để so sánh." in said(made)
    assert "tuần trước không có bài nào" not in said(made)


def test_articles_of_days_that_were_filled_in_later_are_not_counted_against_what_was_read() -> None:
    text = said(content(reading([article(n) for n in range(3)], read=0, read_by_day={}, sources_read=0)))
    assert "năm 2025), có 3 bài viết về hoặc nhắc đến huyện Bình Sơn." in text
    assert "đã đọc" not in text


def test_a_topic_that_nobody_wrote_of_does_not_make_the_press_silent() -> None:
    topic = ReportAsk(kind="topic", first=FIRST, last=LAST, topic="disaster")
    assert "nội dung nào thuộc lĩnh vực này được báo chí phản ánh" in said(content(reading([]), topic))


@pytest.mark.parametrize(
    ("ask", "title", "labels", "where"),
    [
        (
            ReportAsk(kind="quarterly", first=date(2025, 10, 1), last=date(2025, 12, 31)),
            "Số bài về huyện Bình Sơn theo tuần (dưới cột là ngày đầu tuần)", ("01/10", "08/10"), "(tuần từ 29/10)",
        ),
        (
            ReportAsk(kind="yearly", first=date(2025, 1, 1), last=date(2025, 12, 31)),
            "Số bài về huyện Bình Sơn theo tháng", ("01/2025", "02"), "(11/2025)",
        ),
    ],
)  # fmt: skip
def test_a_bar_of_several_days_is_not_taken_for_one(
    ask: ReportAsk, title: str, labels: tuple[str, ...], where: str
) -> None:
    made = content(reading([article(n) for n in range(7, 10)], since=date(2024, 1, 1)), ask)
    parts = sections.sections(made, ReportWords(), draft=False)
    (chart,) = (block for block in parts[0].blocks if isinstance(block, Chart))
    assert chart.title == title
    assert chart.labels[:2] == labels
    assert max(map(len, chart.labels[1:])) <= 5  # thirteen stand side by side
    assert where in chart.alt


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("weekly", "Số bài về huyện Bình Sơn theo thời gian"),
        ("topic", "Số bài về huyện Bình Sơn (Thiên tai, tai nạn) theo thời gian"),
        ("story", "Số bài về nội dung này theo thời gian"),
    ],
)
def test_a_chart_of_one_story_is_not_called_the_places(kind: ReportKind, title: str) -> None:
    ask = ReportAsk(kind=kind, first=FIRST, last=LAST, topic="disaster", story="bai0")
    parts = sections.sections(content(reading([article(0), article(1)]), ask), ReportWords(), draft=False)
    (chart,) = (block for block in parts[0].blocks if isinstance(block, Chart))
    assert chart.title == title


def test_one_article_is_told_in_the_singular() -> None:
    text = said(content(reading([article(0)], before=0)))
    assert "Bài này có nội dung chính về huyện Bình Sơn." in text
    assert "Báo chí phản ánh một nội dung." in text
    assert "Một bài, đăng ngày 03/11/2025." in text
    assert "Số bài tăng 1 bài (tuần trước không có bài nào)." in text
    assert "Thiên tai, tai nạn tăng 1 bài (tuần trước không có bài nào)." in text
    assert "đăng lại" not in text


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (12, 7, "tăng 5 bài so với tuần trước (7 bài)"),
        (19, 40, "giảm 21 bài so với tuần trước (40 bài)"),
        (28, 25, "tăng 12% so với tuần trước (25 bài)"),
        (1500, 2000, "giảm 25% so với tuần trước (2.000 bài)"),
        (70, 20, "gấp 3,5 lần tuần trước (20 bài)"),
        (1000, 1001, "xấp xỉ tuần trước (1.001 bài)"),
        (7, 7, "bằng tuần trước"),
        (0, 0, "bằng tuần trước (không có bài nào)"),
        (3, 0, "tăng 3 bài (tuần trước không có bài nào)"),
        (3, None, "chưa có đủ số liệu của tuần trước để so sánh"),
    ],
)
def test_a_change_is_told_in_numbers_below_twenty_and_per_cent_above(now: int, before: int | None, words: str) -> None:
    assert telling.compared(now, before, "tuần trước") == words


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_few_articles_are_never_told_per_cent(now: int, before: int) -> None:
    text = telling.compared(now, before, "tuần trước")
    assert "%" not in text or min(now, before) >= telling.FEW


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2026, 11, 5), "ngày 05 tháng 11 năm 2026"),
        (date(2026, 2, 3), "ngày 03 tháng 02 năm 2026"),
        (date(2026, 3, 12), "ngày 12 tháng 3 năm 2026"),
    ],
)
def test_days_are_written_as_the_decree_asks(day: date, shown: str) -> None:
    assert telling.day_full(day) == shown


def test_nothing_is_compared_with_a_span_that_was_read_by_half() -> None:
    half = reading([article(0)], since=FIRST - timedelta(days=3))
    assert content(half).before is None
    assert "Chưa có đủ số liệu của tuần trước để so sánh." in said(content(half))
    begun = content(reading([article(3)], since=FIRST + timedelta(days=2)))
    assert "Chương trình bắt đầu đọc báo từ ngày 05/11/2025" in said(begun)


def test_the_stories_that_are_told_are_those_the_words_say() -> None:
    named = [article(n, story="nhac", focus=False) for n in range(9)]
    others = [article(10 + n, story=f"ve-{n}", focus=True) for n in range(7)]
    made = content(reading([*named, *others]))
    assert "nhac" not in {story.id for story in made.stories} and made.stories_all == 8
    assert "8 nội dung; 7 nội dung có nhiều bài viết về huyện Bình Sơn nhất như sau" in said(made)
    assert "Trong đó, 7 bài có nội dung chính về huyện Bình Sơn, 9 bài chỉ nhắc đến" in said(made)


def test_the_usual_week_is_the_mean_of_those_before() -> None:
    made = content(reading([article(0)], before=30, weeks=8))
    assert (made.usual, made.usual_of) == (30, 8)
    assert "Bình quân 8 tuần trước đó, mỗi tuần có khoảng 30 bài." in said(made)


def test_changed_and_withdrawn_texts_alerts_sources_and_items_by_hand_are_told() -> None:
    gone = article(1, state="withdrawn", revised_at=AT)
    new = article(2, revised_at=AT)
    item = HandItem(
        id=1, desk="binh_son", source="mien_trung", medium="print", title="Phóng sự ảnh", day="2025-11-04",
        where="trang 3", at=AT, by="u1",
    )  # fmt: skip
    made = content(
        reading([article(0), gone, new], messages=MessageCounts(delivered=2, waiting=1)), by_hand=(item,),
        unread=(UnreadSource(name="Báo Duyên Hải", reason="blocked", last_success=AT),),
    )  # fmt: skip
    text = said(made)
    assert "Phát hiện 1 bài có nội dung được sửa sau khi đăng và 1 bài đã được gỡ:" in text
    assert "không còn trên trang của báo từ ngày 10/11/2025" in text
    assert "Đã lập 3 tin cảnh báo: 2 tin đã gửi đến nơi và 1 tin đang chờ gửi." in text
    assert "Báo Duyên Hải: máy chủ của báo từ chối truy cập, lần đọc được gần nhất ngày 10/11/2025." in text
    assert "“Phóng sự ảnh” (Báo Miền Trung, trang 3, 04/11/2025)." in text
    assert [line.title for line in made.annex if not line.article] == ["Phóng sự ảnh"]


def test_a_silent_source_is_told_with_its_newest_article_and_not_with_the_last_answer() -> None:
    silent = UnreadSource(name="Báo Biển", reason="silent", last_success=AT, last_new=AT - timedelta(days=9))
    text = said(content(reading([article(0)]), unread=(silent,)))
    assert "Báo Biển: không có tin mới lâu hơn thường lệ, tin mới gần nhất ngày 01/11/2025." in text


def test_what_is_mainly_about_the_place_stands_beside_the_count_that_it_is_a_part_of() -> None:
    text = said(content(reading([article(0), article(1, focus=False)], before=30, weeks=8)))
    counted, part, compared = (text.index(words) for words in ("có 2 bài", "Trong đó, 1 bài", "so với tuần trước"))
    assert counted < part < compared


def test_communes_of_today_are_counted_apart_from_those_that_were_merged() -> None:
    names = {"new:1": "xã Vạn Tường", "old:1": "xã Bình Hải (cũ)", "old:2": "thị trấn Châu Ổ (cũ)"}
    found = [article(0, units=("new:1", "old:1")), article(1, units=("old:1", "old:2"))]
    text = said(content(reading(found), communes=names))
    assert "Có 1 xã, phường được nhắc đến: xã Vạn Tường (1 bài)." in text
    assert (
        "Có 2 đơn vị hành chính cấp xã trước sắp xếp được nhắc tên: xã Bình Hải (cũ) (2 bài), thị trấn Châu Ổ (cũ)"
        " (1 bài)." in text
    )


def test_nothing_is_said_of_sources_when_the_period_is_long_ago() -> None:
    assert "Nguồn tin không đọc được" not in said(content(reading([article(0)]), unread=None))


def test_nothing_ranks_publishers() -> None:
    """However many articles each has, the report says how many publishers there were and orders none of them."""
    many = [article(n, source="lon") for n in range(9)] + [article(n, source="nho") for n in range(9, 12)]
    made = content(reading(many), publisher={"lon": "Báo Lớn", "nho": "Báo Nhỏ"}.__getitem__)
    swapped = content(reading(many), publisher={"lon": "Báo Nhỏ", "nho": "Báo Lớn"}.__getitem__)
    bare = [line for line in said(made).splitlines() if not line.startswith("“")]
    assert bare == [line for line in said(swapped).splitlines() if not line.startswith("“")]


def test_what_a_person_writes_stands_in_it_and_an_empty_part_is_left_out_when_issued() -> None:
    made = content(reading([article(0)]))
    written = said(made, ReportWords(assessment="Báo chí phản ánh kịp thời.\nKhông có thông tin sai."))
    assert "Báo chí phản ánh kịp thời.\nKhông có thông tin sai." in written
    titles = [part.title for part in sections.sections(made, ReportWords(), draft=False)]
    assert "ĐÁNH GIÁ" not in titles
    assert "người lập báo cáo viết" in said(made, draft=True)


def test_a_topic_and_a_story_are_reports_of_their_own() -> None:
    found = [article(n) for n in range(3)]
    topic = content(reading(found), ReportAsk(kind="topic", first=FIRST, last=LAST, topic="disaster"))
    assert sections.title(topic).startswith("Điểm báo lĩnh vực Thiên tai, tai nạn, từ ngày 03 tháng 11")
    story = content(reading(found), ReportAsk(kind="story", first=FIRST, last=LAST, story="bai0"))
    assert "“Bão gây thiệt hại ở Vạn Tường”" in sections.title(story)
    assert "nội dung này được phản ánh trong 3 bài của 1 cơ quan báo chí" in said(story)


# Sentences ------------------------------------------------------------------------------------------------------------


def test_a_mail_counts_what_its_report_is_about() -> None:
    topic = ReportAsk(kind="topic", first=FIRST, last=LAST, topic="disaster")
    story = ReportAsk(kind="story", first=FIRST, last=LAST, story="bai0")
    three, nothing = reading([article(n) for n in range(3)]), reading([], read=0, read_by_day={}, sources_read=0)
    asked = (("week", ASK, three), ("topic", topic, three), ("story", story, three), ("unread", ASK, nothing))
    made = {name: next(mail.summary(content(read, ask))) for name, ask, read in asked}
    assert "có 3 bài viết về hoặc nhắc đến huyện Bình Sơn." in made["week"]
    assert "nhắc đến huyện Bình Sơn (Thiên tai, tai nạn)." in made["topic"]
    assert "nội dung này được phản ánh trong 3 bài" in made["story"]
    assert "chưa đọc được tin, bài nào" in made["unread"]


@pytest.mark.parametrize("kind", ["weekly", "topic", "story"])
def test_the_subject_of_a_mail_names_the_place_once(kind: ReportKind) -> None:
    ask = ReportAsk(kind=kind, first=FIRST, last=LAST, topic="disaster", story="bai0")
    (message,) = mail.messages(DESK, report(content(reading([article(0)]), ask)), ())
    assert message.subject.count("huyện Bình Sơn") == 1


def test_a_mail_can_be_read_on_a_dark_ground() -> None:
    """Letters of a colour of their own on a ground that is the reader's would be black on black."""
    html = mail.page(report(content(reading([article(0)]))))
    assert '<meta name="color-scheme" content="light dark">' in html
    assert ("color:#" in html) == ("background:#" in html)


def test_every_quoted_sentence_stands_in_the_article() -> None:
    found = [article(0), article(1)]
    made = content(
        reading(found), lead=f"(BMT) - {LEAD} Theo ông Nguyễn Văn A, mưa còn to. “Tôi rất sợ”, một người kể."
    )
    quotes = made.stories[0].quotes
    assert quotes
    assert all(quote.text in f"{LEAD} Chính quyền xã đã huy động 120 người giúp dân lợp lại mái." for quote in quotes)


@pytest.mark.parametrize(
    "sentence",
    [
        "Theo ông Nguyễn Văn Bảy, nước lên rất nhanh trong đêm và bà con không kịp trở tay.",
        "“Nước lên nhanh quá, chúng tôi chỉ kịp chạy lên gác và chờ trời sáng thôi”, một người dân kể.",
        "Ngày 24/11, đoàn do Ni trưởng Thích Nữ Tâm Nguyên dẫn đầu đã trao 200 phần quà cho bà con vùng lũ.",
        "Nước lên nhanh.",
        "Xã đã làm gì để bà con vùng thấp trũng khỏi bị ngập như những năm trước đây?",
    ],
)
def test_persons_speech_fragments_and_questions_are_not_quoted(sentence: str) -> None:
    assert not sentences.quotable(sentence)


def test_withdrawn_and_reserved_texts_are_not_quoted() -> None:
    made = content(reading([article(0, state="withdrawn", revised_at=AT)]))
    assert made.stories[0].quotes == ()
    assert "Không trích dẫn" in said(made)


@given(st.lists(st.text(max_size=300), max_size=4))
def test_any_text_gives_at_most_three_quotes_each_from_it(paragraphs: list[str]) -> None:
    from core.records import ArticleText
    from core.text import clean

    found = article(0)
    text = ArticleText(id=found.id, lead="", paragraphs=tuple(paragraphs))
    quotes = sentences.choose([found], {found.id: text}, split, lambda source: source)
    assert len(quotes) <= sentences.MOST
    assert all(quote.text in clean(" ".join(clean(s) for p in paragraphs for s in split(p))) for quote in quotes)


# Periods --------------------------------------------------------------------------------------------------------------


def test_the_newest_week_ends_before_its_own_day() -> None:
    friday = date(2025, 11, 21)
    assert periods.newest("weekly", friday) == ReportAsk(
        kind="weekly", first=date(2025, 11, 14), last=date(2025, 11, 20)
    )
    assert periods.newest("weekly", date(2025, 11, 20)).last == date(2025, 11, 13)


@pytest.mark.parametrize(
    ("kind", "today", "first", "last", "named"),
    [
        ("monthly", date(2026, 1, 15), date(2025, 12, 1), date(2025, 12, 31), "tháng 12 năm 2025"),
        ("quarterly", date(2026, 1, 1), date(2025, 10, 1), date(2025, 12, 31), "quý IV năm 2025"),
        ("yearly", date(2026, 1, 1), date(2025, 1, 1), date(2025, 12, 31), "năm 2025"),
        ("monthly", date(2024, 3, 1), date(2024, 2, 1), date(2024, 2, 29), "tháng 02 năm 2024"),
    ],
)
def test_months_quarters_and_years(kind: str, today: date, first: date, last: date, named: str) -> None:
    ask = periods.newest(kind, today)  # type: ignore[arg-type]
    assert (ask.first, ask.last, periods.name(ask)) == (first, last, named)


@given(st.sampled_from(["weekly", "monthly", "quarterly", "yearly"]), st.dates(date(2001, 1, 1), date(2100, 1, 1)))
def test_spans_follow_each_other_without_a_gap_and_bars_fill_them(kind: str, today: date) -> None:
    ask = periods.newest(kind, today)  # type: ignore[arg-type]
    assert ask.last < today
    before = periods.earlier(ask, 1)
    assert before[1] + timedelta(days=1) == ask.first
    assert periods.earlier(ask, 2)[1] + timedelta(days=1) == before[0]
    bars = periods.buckets(ask)
    days = [first + timedelta(days=n) for first, last in bars for n in range((last - first).days + 1)]
    assert days == [ask.first + timedelta(days=n) for n in range((ask.last - ask.first).days + 1)]
    assert len(bars) <= 31


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(3, 24, " (13%)"), (1, 24, " (4%)"), (5, 40, " (13%)"), (3, 9, "")]
)
def test_a_share_is_rounded_as_readers_round(part: int, whole: int, said: str) -> None:
    assert telling.share(part, whole) == said
