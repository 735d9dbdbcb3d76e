"""Reprints told from own reporting, on the test set beside this file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from nlp.stories import Item, Stories
from nlp.stories.reprints import sameness
from tests.nlp.reprints.pairs import Pair, Text, pairs

START = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)


def _by_texts(pair: Pair) -> bool:
    return sameness(pair.first.body, pair.second.body).reprint


def _by_index(pair: Pair) -> bool:
    stories = Stories()
    stories.assign(_item("first", pair.first))
    return stories.assign(_item("second", pair.second)).reprint_of == "first"


def _item(name: str, text: Text) -> Item:
    return Item(id=name, title=text.title, body=text.body, published=text.at)


def test_the_set_is_large_and_of_both_kinds() -> None:
    assert len(pairs()) >= 200
    assert 80 <= sum(pair.reprint for pair in pairs()) <= len(pairs()) - 80


@pytest.mark.parametrize("decide", [_by_texts, _by_index])
def test_reprints_are_found_and_own_reports_are_not(decide: Callable[[Pair], bool]) -> None:
    said = [(decide(pair), pair) for pair in pairs()]
    right = sum(yes and pair.reprint for yes, pair in said)
    wrong = [(pair.kind, pair.first.title) for yes, pair in said if yes != pair.reprint]
    assert right / sum(yes for yes, _ in said) >= 0.965, wrong
    assert right / sum(pair.reprint for _, pair in said) >= 0.985, wrong


def test_how_much_is_kept_is_said_of_both_sides() -> None:
    whole = "Nước sông lên nhanh trong đêm. Hàng trăm hộ ven sông phải dời lên đồi cao. Đò ngang ngừng chạy từ sáng."
    added = " Chính quyền xã mở kho gạo dự trữ và cắt cử dân quân gác các ngầm tràn suốt ngày đêm cho đến khi nước rút."
    found = sameness(whole, whole + added)
    assert found.of_first == 1.0
    assert 0.4 < found.of_second < 0.6


@pytest.mark.parametrize(("first", "second"), [("", ""), ("một", "một"), ("", "một hai"), ("hello world", "xin chào")])
def test_too_little_is_no_reprint(first: str, second: str) -> None:
    assert not sameness(first, second).reprint


BODY = (
    "Dông lốc chiều qua làm tốc mái mười hai căn nhà ở thôn ven biển, quật ngã nhiều trụ điện và một ăng ten của đài "
    "truyền thanh. Không ai bị thương nặng. Dân quân cùng thanh niên lợp lại mái ngay trong đêm để bà con có chỗ ngủ."
)


def _told(name: str, published: int, seen: int, doubtful: bool = False) -> Item:
    return Item(
        id=name,
        title=f"Dông lốc, bản {name}",
        body=BODY,
        published=START + timedelta(hours=published),
        seen=START + timedelta(hours=seen),
        doubtful=doubtful,
    )


@pytest.mark.parametrize(
    ("first", "second", "earlier", "doubtful"),
    [
        (_told("a", 0, 1), _told("b", 2, 3), "a", False),
        (_told("a", 2, 3), _told("b", 0, 4), "b", True),  # seen later, printed earlier: both can be
        (_told("a", 0, 1), _told("b", -5, 3, doubtful=True), "a", True),  # a wrong time makes no reprint the original
        (_told("a", 9, 1), _told("b", 2, 2), "a", False),  # printed after it was seen: the seeing counts
        (_told("a", 1, 1), _told("b", 1, 1), "a", True),
    ],
)
def test_which_came_first(first: Item, second: Item, earlier: str, doubtful: bool) -> None:
    stories = Stories()
    stories.assign(first)
    found = stories.assign(second)
    assert found.story == "a"
    assert found.reprint_of == "a"
    assert found.overlap == 1.0
    assert (found.earlier_is, found.doubtful) == (earlier, doubtful)


def test_a_reprint_is_found_whatever_its_time_says() -> None:
    stories = Stories()
    stories.assign(_told("a", 0, 0))
    assert stories.assign(_told("b", -24 * 400, 5, doubtful=True)).reprint_of == "a"
