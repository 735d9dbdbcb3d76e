"""What was changed in a text: sentences, words, and the marks on figures, dates and places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.revisions import Change, Revision, compare, named_place
from nlp.sentences import sentences

LETTERS = "aăâbđêo ư ơ A B Đ 1 2 . , ! ? … “ ” ( ) \n \t"
TEXTS = st.text(alphabet=LETTERS, max_size=200) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("Một câu", ["Một câu"]),
        ("Câu một. Câu hai! Câu ba?", ["Câu một.", "Câu hai!", "Câu ba?"]),
        ("UBND TP. Quảng Ngãi họp. Dân đến đông.", ["UBND TP. Quảng Ngãi họp.", "Dân đến đông."]),
        ("Theo PGS. TS. Lê, mưa lớn. Nước lên.", ["Theo PGS. TS. Lê, mưa lớn.", "Nước lên."]),
        ("Thu 3.500 tấn, giá 12.5 triệu. Lãi 2,5 tỷ.", ["Thu 3.500 tấn, giá 12.5 triệu.", "Lãi 2,5 tỷ."]),
        ("Bà nói: “Nước rút rồi.” Ông gật đầu.", ["Bà nói: “Nước rút rồi.”", "Ông gật đầu."]),
        ("1. Chuẩn bị. 2. Thực hiện.", ["1. Chuẩn bị.", "2. Thực hiện."]),
        ("Ngày 1.5. Trời mưa...", ["Ngày 1.5.", "Trời mưa..."]),
        ("mưa... rồi nắng. Hết.", ["mưa... rồi nắng.", "Hết."]),
        ("Xã họp. Đường hỏng. Ấp bị ngập.", ["Xã họp.", "Đường hỏng.", "Ấp bị ngập."]),
        ("dòng một\ndòng hai", ["dòng một", "dòng hai"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(TEXTS)
def test_no_letter_is_lost_in_sentences(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def _by_kind(revision: Revision, kind: str) -> list[Change]:
    return [change for change in revision.changes if change.kind == kind]


def _sides(revision: Revision) -> tuple[str, str]:
    """Both versions, put together again from the differences, without white space."""
    before = "".join(c.before for c in revision.changes)
    after = "".join(c.after for c in revision.changes)
    return "".join(before.split()), "".join(after.split())


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_both_versions_can_be_read_from_the_differences(before: str, after: str) -> None:
    revision = compare(before, after, is_place=lambda _: False)
    composed = compare(before, before, is_place=lambda _: False)
    assert composed.same
    assert _sides(revision)[0] == _sides(composed)[0]
    for change in _by_kind(revision, "changed"):
        assert "".join(p.text for p in change.pieces if p.kind != "added") == change.before
        assert "".join(p.text for p in change.pieces if p.kind != "removed") == change.after


def test_same_and_empty_texts() -> None:
    assert compare("", "").same
    assert compare("Mưa lớn. Nước lên.", "Mưa lớn.\n\n Nước  lên.").same
    assert [c.kind for c in compare("", "Mưa lớn.").changes] == ["added"]
    assert [c.kind for c in compare("Mưa lớn.", "").changes] == ["removed"]


def test_figures_dates_and_places_are_marked() -> None:
    before = "Bão làm 5 người chết ở Bình Sơn. Ngày 5/8 nước dâng 3.500 mm. Câu này giữ nguyên."
    after = "Bão làm 7 người chết ở Sơn Tịnh. Ngày 6/8 nước dâng 3.500 mm. Câu này giữ nguyên."
    revision = compare(before, after)
    assert [c.kind for c in revision.changes] == ["changed", "changed", "kept"]
    marked = [(p.kind, p.text, p.mark) for p in revision.changes[0].pieces if p.kind != "kept"]
    assert marked == [
        ("removed", "5", "figure"),
        ("added", "7", "figure"),
        ("removed", "Bình Sơn", "place"),
        ("added", "Sơn Tịnh", "place"),
    ]
    assert revision.changes[1].marks == ("date",)
    assert revision.marks == ("figure", "date", "place")


@pytest.mark.parametrize(
    ("before", "after", "mark"),
    [
        ("Thiệt hại 3,5 tỷ đồng ở vùng này.", "Thiệt hại 3,7 tỷ đồng ở vùng này.", "figure"),
        ("Tỷ lệ hộ nghèo còn 12% cuối kỳ.", "Tỷ lệ hộ nghèo còn 15 % cuối kỳ.", "figure"),
        ("Có ba người bị thương sau vụ việc.", "Có bốn người bị thương sau vụ việc.", "figure"),
        ("Lễ mở ngày 5 tháng 8 năm 2025 tại xã.", "Lễ mở ngày 7 tháng 8 năm 2025 tại xã.", "date"),
        ("Cầu thông xe lúc 7h30 sáng hôm nay.", "Cầu thông xe lúc 9h30 sáng hôm nay.", "date"),
        ("Trận đấu diễn ra vào thứ bảy tuần này.", "Trận đấu diễn ra vào chủ nhật tuần này.", "date"),
        ("Hồ chứa nước ở Quảng Ngãi đã đầy hẳn.", "Hồ chứa nước ở Quảng Nam đã đầy hẳn.", "place"),
        ("Đoàn đã đến Đức Phổ sáng nay.", "Đoàn đã đến Ba Tơ sáng nay.", "place"),
        ("Nước đã rút chậm ở vùng trũng.", "Nước đã rút nhanh ở vùng trũng.", None),
    ],
)
def test_a_change_of_each_kind(before: str, after: str, mark: str | None) -> None:
    revision = compare(before, after)
    assert [c.kind for c in revision.changes] == ["changed"]
    assert revision.marks == ((mark,) if mark else ())


def test_a_moved_sentence_is_removed_and_added_and_others_stay() -> None:
    parts = ["Nước lên nhanh trong đêm.", "Trường học đóng cửa.", "Đường tỉnh lộ bị chia cắt."]
    revision = compare(" ".join(parts), " ".join([parts[1], parts[2], parts[0]]))
    assert sorted(c.kind for c in revision.changes) == ["added", "kept", "kept", "removed"]


def test_a_rewritten_text_keeps_nothing() -> None:
    revision = compare("Mưa lớn kéo dài cả tuần.", "Giá lúa tăng mạnh nhờ xuất khẩu gạo.")
    assert [c.kind for c in revision.changes] == ["removed", "added"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x" * 1_000_000, "y" * 1_000_000),
        ("Câu một. " * 40_000, "Câu một. Câu hai. " * 20_000),
        ("từ " * 300_000, "chữ " * 250_000),
    ],
)
def test_a_megabyte_is_compared_whole(before: str, after: str) -> None:
    revision = compare(before, after, is_place=lambda _: False)
    assert not revision.same
    assert _sides(revision) == ("".join(before.split()), "".join(after.split()))


def test_names_of_places_are_known_without_regard_to_the_placing_of_tones() -> None:
    assert named_place("Thanh Hóa")
    assert named_place("Thanh Hoá")
    assert not named_place("Bão Số")
