"""Results by relevance do not depend on how the index was spared work."""

from __future__ import annotations

import pytest

from store.sqlite import ranking, search
from store.sqlite.record import Record
from tests.fakes.records import make_article, make_tagged

TITLES = ("Bão số 5 vào bờ", "Giá lúa tăng sau bão", "Trường mới đón học sinh", "Họp bàn phòng chống bão lũ")


@pytest.fixture
def press(record: Record) -> Record:
    """Every article names the storm; only some have it in the title."""
    for number, title in enumerate(TITLES):
        body = ("Cơn bão đi qua các xã ven biển, trường học mở cửa lại.",)
        article = make_article(f"{number}.html", title=title, lead="", paragraphs=body, captions=())
        record.articles.save(make_tagged(article))
    return record


def titles(record: Record, query: str) -> list[str]:
    return [hit.article.title for hit in record.search.search("binh_son", query).hits]


@pytest.mark.parametrize("common", [0, 3, 1000])
def test_what_has_a_word_in_its_title_comes_first_however_common_the_word_is(
    press: Record, monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    monkeypatch.setattr(ranking, "COMMON", common)
    assert titles(press, "bão ")[-1] == "Trường mới đón học sinh"
    assert titles(press, "trường học ")[0] == "Trường mới đón học sinh"
    assert sorted(titles(press, "bão trường ")) == sorted(TITLES)


def test_common_words_are_not_looked_up_where_what_was_found_is_spread_wide(
    press: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "COMMON", 0)
    monkeypatch.setattr(ranking, "NARROW", 2)
    numbers = [hit.article.id for hit in press.search.search("binh_son", "bão ", by_time=True).hits]
    assert [hit.article.id for hit in press.search.search("binh_son", "bão ").hits] == numbers


@pytest.mark.parametrize("forms", [0, 1, 48])
def test_an_unfinished_word_finds_the_same_by_either_way_into_the_index(
    press: Record, monkeypatch: pytest.MonkeyPatch, forms: int
) -> None:
    monkeypatch.setattr(search, "FORMS", forms)
    assert titles(press, "trườ") == titles(press, "trường ")
    assert sorted(titles(press, "bien truo")) == sorted(TITLES)
    assert titles(press, "truox") == []
