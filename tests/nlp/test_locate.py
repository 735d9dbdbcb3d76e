"""Which places an article names: what officers and other parts rely on."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Article, Desk, DeskMatch, Published, Publisher, PublisherKind
from core.text import fold, fold_plain, nfc
from nlp.desks import load_desks
from nlp.gazetteer.units import Gazetteer
from nlp.locate import DeskLocator, gate_names
from nlp.locate.rows import article_of, filter_rows
from nlp.locate.weigh import Weigher
from tests.nlp.places.passages import article as passage_article
from tests.nlp.places.passages import passages, publisher, unit_of

GAZETTEER = Gazetteer.load()
DESKS = load_desks(Path(__file__).resolve().parents[2] / "desks", GAZETTEER)
WEIGHER = Weigher(GAZETTEER)
FIVE = DeskLocator(GAZETTEER, DESKS, WEIGHER)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def article(
    *paragraphs: str, title: str = "", lead: str = "", published: datetime | None = None, **more: Sequence[str]
) -> Article:
    return Article(
        id="a",
        url="https://bao.example.vn/a",
        source="bao",
        title=title,
        lead=lead,
        paragraphs=paragraphs,
        captions=tuple(more.get("captions", ())),
        meta=tuple(more.get("meta", ())),
        published=Published(at=published or LONG_AGO, provenance="meta", doubtful=published is None),
        fetched_at=LONG_AGO,
    )


def found(one: Article, locator: DeskLocator = FIVE) -> dict[str, DeskMatch]:
    return {match.desk: match for match in locator.locate(one).matches}


def desk(*units: str, **more: object) -> DeskLocator:
    return DeskLocator(GAZETTEER, [replace(Desk(id="d", name="", office="", units=units), **more)], WEIGHER)  # type: ignore[arg-type]


def test_a_caption_alone_makes_no_article_about_the_place() -> None:
    text = "Ngành đường sắt tăng chuyến dịp cuối năm."
    one = found(article(text, captions=("Ga ở xã Bình Châu, huyện Bình Sơn, tỉnh Quảng Ngãi.",)))["binh_son"]
    assert not one.focus and {mention.field for mention in one.mentions} == {"caption"}


def test_evidence_is_whole_and_says_nothing_twice() -> None:
    text = "Mực nước ở các xã Bình Sơn, Đông Sơn, Bình Minh, Bình Chương của tỉnh Quảng Ngãi lên nhanh, Châu Ổ ngập."
    for mention in found(article(text))["binh_son"].mentions:
        assert all(reason == reason.strip() and not reason.endswith(" có") for reason in mention.evidence)
        quotes = [reason.partition("“")[2] for reason in mention.evidence if "“" in reason]
        assert not [q for i, q in enumerate(quotes) if any(q.rstrip("”") in earlier for earlier in quotes[:i])]


def test_evidence_is_told_in_words() -> None:
    mention = found(article("Cháy rừng tại xã Bình Châu, huyện Bình Sơn, tỉnh Quảng Ngãi."))["binh_son"].mentions[0]
    said = " ".join(mention.evidence)
    assert "“xã”" in said
    assert "tỉnh Quảng Ngãi" in said
    assert all(reason.startswith("vì ") for reason in mention.evidence)
    assert mention.unit == "old:21112"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_offsets_are_those_of_the_field_in_nfc(form: Literal["NFC", "NFD"]) -> None:
    title = unicodedata.normalize(form, "Bình Châu đón tàu cá trở về")
    body = unicodedata.normalize(form, "Sáng nay tại xã Bình Châu (huyện Bình Sơn, Quảng Ngãi).")
    caption = unicodedata.normalize(form, "Cảng cá ở xã Bình Châu.")
    one = article("Không có gì ở đây.", body, title=title, captions=[caption])
    places = {
        (m.field, m.index): {"title": title, "body": body, "caption": caption}[m.field]
        for m in found(one)["binh_son"].mentions
    }
    assert {("title", 0), ("body", 1), ("caption", 0)} == set(places)
    for mention in found(one)["binh_son"].mentions:
        text = nfc(places[mention.field, mention.index])
        assert text[mention.start : mention.end] in {"Bình Châu", "Bình Sơn"}


def test_an_article_of_2026_on_a_successor_concerns_the_former_district() -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    assert set(found(article("Xã Vạn Tường mở bến cá mới.", published=day))) == {"binh_son"}
    assert set(found(article("Phường Thường Lạc, tỉnh Đồng Tháp sửa đê.", published=day))) == {"hong_ngu"}
    assert not found(article("Phường Hồng Ngự, tỉnh Đồng Tháp sửa đê.", published=day))


def test_the_district_and_the_town_of_one_name_are_two_places() -> None:
    town, district = DeskLocator(GAZETTEER, [replace(DESKS[1], id="town", units=("old:868",))], WEIGHER), FIVE
    for name in ("thị xã Hồng Ngự", "TP Hồng Ngự", "TX. Hồng Ngự"):
        one = article(f"Công an {name} (Đồng Tháp) bắt nhóm trộm xe.")
        assert not found(one, district)
        assert "town" in found(one, town)
    one = article("Công an huyện Hồng Ngự (Đồng Tháp) bắt nhóm trộm xe.")
    assert "hong_ngu" in found(one, district)
    assert not found(one, town)


def test_what_a_name_is_elsewhere_in_the_text_speaks_for_its_other_occurrences() -> None:
    one = article("UBND TX Hồng Ngự (Đồng Tháp) xây bến xe.", "Bến xe Hồng Ngự rộng hai héc ta.")
    assert not found(one)


@pytest.mark.parametrize(
    "text",
    [
        "Công ty cổ phần Lọc hóa dầu Bình Sơn (BSR) có trụ sở tại Quảng Ngãi báo lãi.",
        "Ông Phạm Lương Sơn phát biểu tại Thanh Hóa.",
        "Trao đổi với Tiền Phong, đại diện tỉnh Nghệ An nói dự án chậm.",
        "Vở Lương Sơn Bá - Chúc Anh Đài diễn ở Thanh Hóa.",
        "Bình Sơn Ocean Park mở bán, khách từ Quảng Ngãi quan tâm.",
    ],
)
def test_companies_people_papers_and_works_are_no_places(text: str) -> None:
    assert not found(article(text))


def test_the_publishers_province_is_evidence() -> None:
    one = article("UBND xã Tân Thành tổ chức đối thoại với thanh niên.")

    def of(province: str) -> Publisher:
        return Publisher(
            id="p", name="", kind=PublisherKind.NEWSPAPER, licence="", home="", endpoints=(), province=province
        )

    assert not FIVE.locate(one).matches
    assert not FIVE.locate(one, of("82")).matches
    scores = {p: desk("new:15661").locate(one, of(p)).matches for p in ("38", "82")}
    assert scores["38"]
    assert not scores["82"]


def test_focus_is_about_and_not_only_naming() -> None:
    about = article(
        "Mưa lớn từ đêm qua khiến nhiều tuyến đường ở huyện Quế Phong (Nghệ An) bị chia cắt.",
        "Tại xã Tri Lễ, huyện Quế Phong, 12 hộ dân phải sơ tán; xã Nậm Nhoóng mất điện hoàn toàn.",
        title="Quế Phong: mưa lớn, nhiều nơi bị chia cắt",
    )
    naming = article(
        "Rạng sáng nay, hai xe tải va chạm trên quốc lộ 1 qua huyện Diễn Châu, tỉnh Nghệ An. " * 4,
        "Công an huyện Diễn Châu đang điều tra. Xã Diễn Hồng cử người dọn đường. " * 4,
        "Tài xế là anh H. (34 tuổi, trú xã Tri Lễ, huyện Quế Phong) bị thương nhẹ.",
        title="Hai xe tải va chạm ở Diễn Châu",
    )
    assert found(about)["que_phong"].focus
    assert not found(naming)["que_phong"].focus


def test_a_digest_is_understood_item_by_item() -> None:
    lines = (
        "Quảng Ngãi: khởi công cầu",
        "Cầu dài 300 m, vốn 500 tỉ đồng.",
        "Bắt trộm chó",
        "Công an xã Bình Sơn, huyện Long Thành bắt ba đối tượng.",
        "Cháy rừng",
        "Lửa thiêu 2 ha rừng ở xã Bình Khương, huyện Bình Sơn.",
    )
    match = found(article(*lines, title="Tin vắn ngày 5/6"))["binh_son"]
    assert {mention.index for mention in match.mentions} == {5}
    assert match.focus, "one item is about the place"
    assert not found(article(*lines[:4], title="Tin vắn ngày 5/6"))


@pytest.mark.parametrize(
    ("kind", "name", "text", "concerned"),
    [
        ("river", "sông Trà Bồng", "Hai tàu cá trên sông Trà Bồng (Quảng Ngãi) bị lũ cuốn.", True),
        ("river", "sông Trà Bồng", "Doanh nghiệp Trà Bồng ở Quảng Ngãi báo lãi.", False),
        ("road", "quốc lộ 24C", "QL 24C qua Quảng Ngãi đầy ổ gà.", True),
        ("road", "quốc lộ 24C", "QL 24B qua Quảng Ngãi đầy ổ gà.", False),
        ("economic_zone", "Khu kinh tế Dung Quất", "KKT Dung Quất (Quảng Ngãi) đón tàu lớn.", True),
        ("economic_zone", "Khu kinh tế Dung Quất", "Ông Lê Dung Quất sống tại Quảng Ngãi.", False),
        ("port", "cảng Sa Kỳ", "Cảng Sa Kỳ đông khách; Quảng Ngãi thêm tàu.", True),
        ("port", "cảng Sa Kỳ", "Cảng Sa Kỳ, một tên trùng ở Cà Mau, vắng khách.", False),
        ("road", "đường Phạm Văn Đồng", "Ông Phạm Văn Đồng về thăm Quảng Ngãi.", False),
    ],
)
def test_listed_places_count_only_after_a_word_of_their_kind(kind: str, name: str, text: str, concerned: bool) -> None:
    locator = desk("old:533", places=((kind, name, "new:51"),))
    assert bool(locator.locate(article(text)).matches) is concerned


def test_a_listed_place_is_told_as_evidence() -> None:
    locator = desk("old:533", places=(("river", "sông Trà Bồng"),))
    match = locator.locate(article("Tàu trôi trên sông Trà Bồng, Quảng Ngãi.")).matches[0]
    assert match.mentions[0].evidence == ("vì bài có nhắc “sông Trà Bồng”",)


def test_a_desk_of_a_province_gets_its_units_and_its_name() -> None:
    province = desk("new:51")
    for text in (
        "Tỉnh Quảng Ngãi giải ngân vốn đầu tư công.",
        "Quảng Ngãi: tàu cá gặp nạn.",
        "Xã Đăk Hà, tỉnh Quảng Ngãi trồng cà phê.",
        "Thành phố Kon Tum nắng nóng.",
        "Huyện Mộ Đức gặt lúa chạy lũ.",
    ):
        assert found(article(text), province), text
    for text in (
        "Ông Thanh sống ở Hà Nội.",
        "Đội Quảng Nam thắng trận.",
        "Ba Tơ là tên một quán ăn ở Đà Lạt.",
    ):
        assert not found(article(text), desk("new:44")), text


def test_many_desks_are_matched_in_one_pass_as_each_would_be_alone() -> None:
    units = ["old:139", "old:447", "old:449", "old:546", "old:924", "old:313", "old:542", "old:236", "old:871"]
    all_desks = [Desk(id=unit, name="", office="", units=(unit,)) for unit in units]
    together = DeskLocator(GAZETTEER, all_desks, WEIGHER)
    alone = [DeskLocator(GAZETTEER, [one], WEIGHER) for one in all_desks]
    for passage in list(passages())[::7]:
        one = passage_article(passage)
        separate = [match for locator in alone for match in locator.locate(one).matches]
        assert sorted(together.locate(one).matches, key=lambda m: m.desk) == sorted(separate, key=lambda m: m.desk)


def test_no_match_without_one_of_the_gates_names() -> None:
    for passage in passages():
        one = Desk(id="d", name="", office="", units=(unit_of(passage, GAZETTEER),))
        names = gate_names(GAZETTEER, [one])
        if DeskLocator(GAZETTEER, [one], WEIGHER).locate(passage_article(passage), publisher(passage)).matches:
            text = passage.text
            assert any(fold(name) in fold(text) or fold_plain(name) in fold_plain(text) for name in names)


def test_gate_names_hold_old_and_new_communes_and_listed_places() -> None:
    names = gate_names(GAZETTEER, [replace(DESKS[0], places=(("river", "sông Trà Bồng"), ("road", "QL 24C")))])
    assert {"Bình Sơn", "Bình Châu", "Châu Ổ", "Vạn Tường", "Đông Sơn", "Trà Bồng", "24C"} <= names
    assert not gate_names(GAZETTEER, [])


def test_no_persons_name_leaves_the_locator() -> None:
    one = article(
        "Ông Nguyễn Văn Kanariô (xã Bình Châu, huyện Bình Sơn, Quảng Ngãi) gặp bà Trần Thị Bình Sơn.",
        "Chủ tịch UBND xã Bình Châu Lê Kanariô cho biết.",
    )
    assert "anari" not in str(FIVE.locate(one).matches)
    assert [m.index for m in found(one)["binh_son"].mentions].count(0) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "The committee met in Hanoi on Monday to discuss the national budget.",
        "河内今天下雨。",
        "Xin chào các bạn.",
        "\x00\ufffd\u200b",
        "(((((,,,,,-----",
        "x" * 10_000_000,
    ],
    ids=["empty", "space", "english", "chinese", "greeting", "unseen", "signs", "10 MB"],
)
def test_texts_that_name_nothing(text: str) -> None:
    assert not found(article(text, title=text[:100]))


def test_ten_megabytes_of_names_are_read_in_part_and_marked_in_part() -> None:
    match = found(article("xã Bình Châu, huyện Bình Sơn, Quảng Ngãi. " * 240_000))["binh_son"]
    assert 0 < len(match.mentions) <= 100


def test_no_desks_no_matches() -> None:
    assert not DeskLocator(GAZETTEER, []).locate(article("Xã Bình Châu, huyện Bình Sơn, Quảng Ngãi.")).matches


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_round_a_sure_mention_is_read_without_harm(before: str, after: str) -> None:
    one = article(before + "\nTại xã Bình Châu, huyện Bình Sơn, tỉnh Quảng Ngãi.\n" + after)
    assert "binh_son" in found(one)


def test_an_article_in_english_names_places_without_diacritics() -> None:
    one = article("Fishermen of Binh Son District, Quang Ngai Province, returned on Monday.")
    assert set(found(one)) == {"binh_son"}
    assert not found(article("Binh Son Refining and Petrochemical posted a profit."))


@pytest.mark.parametrize("stray", ["Nguyễn Văn A runs a café there.", "The town sells bánh mì.", "Hội An was spared."])
def test_a_word_with_diacritics_in_an_english_article_hides_no_place(stray: str) -> None:
    told = (
        "Heavy rain flooded Binh Son District in Quang Ngai Province on Tuesday, and hundreds of people had to leave. "
    )
    assert set(found(article("Floods hit Binh Son in Quang Ngai", told * 3 + stray))) == {"binh_son"}


def test_the_filter_takes_the_publishers_province_by_its_source() -> None:
    paper = Publisher(
        id="bao_th", name="", kind=PublisherKind.NEWSPAPER, licence="", home="", endpoints=(), province="38"
    )
    row = {"id": "1", "text": "UBND xã Tân Thành, nơi có suối lớn, họp dân.", "source": "bao_th"}
    without, with_it = (next(iter(filter_rows([row], desk("new:15661"), papers))) for papers in ({}, {"bao_th": paper}))
    assert not without["localities"]
    assert with_it["localities"]


def test_the_filter_keeps_order_and_form() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "1", "title": "", "lead": "", "text": "Huyện Mỹ Hào, Hưng Yên có lụt."},
        {"id": "2", "title": None, "text": "Không có gì."},
        {"id": "3", "text": "Huyện Quế Phong, Nghệ An.", "published": "never", "section": "Xã hội"},
    ]
    out = list(filter_rows(rows, FIVE))
    assert [row["id"] for row in out] == ["1", "2", "3"]
    assert [[place["id"] for place in row["localities"]] for row in out] == [["my_hao"], [], ["que_phong"]]
    assert isinstance(out[0]["localities"][0]["focus"], bool)
    assert article_of({"id": 1, "text": "x", "published": "2025-01-01T00:00:00+07:00"}).published.doubtful is False
