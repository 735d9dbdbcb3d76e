"""Words, queries and snippets: pure functions that hold for any text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import fold_plain, nfc
from store.sqlite.query import Term, match_expression, parse
from store.sqlite.snippet import CLOSE, OPEN, snippet
from store.sqlite.words import index_words, syllables

VIETNAMESE = st.text(
    alphabet="abcdđeghiklmnopqrstuvxyàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ .,"
)


@given(VIETNAMESE)
def test_words_do_not_depend_on_case_or_composition(text: str) -> None:
    assert index_words([text.upper()]) == index_words([text]) == index_words([unicodedata.normalize("NFD", text)])


@given(st.text())
def test_index_words_carry_nothing_that_the_index_would_split(text: str) -> None:
    for word in index_words([text]).split(" "):
        assert all(not c.isascii() or c.isalnum() or c in "=_" for c in word)


@given(st.text())
def test_every_syllable_of_a_text_is_asked_for_as_it_is_indexed(text: str) -> None:
    words = set(index_words([text]).split(" "))
    for syllable in syllables(text):
        expression = match_expression(parse(f'"{syllable}"'))
        assert expression is not None
        assert expression.strip('"') in words


@given(st.text(), st.lists(st.text(), max_size=4))
def test_a_snippet_is_text_of_the_article_with_balanced_marks(query: str, texts: list[str]) -> None:
    found = snippet(parse(query), texts)
    assert found.count(OPEN) == found.count(CLOSE)
    bare = found.replace(OPEN, "").replace(CLOSE, "").removeprefix("… ").removesuffix(" …")
    assert not texts or any(bare in text.replace(OPEN, "").replace(CLOSE, "") for text in [*texts, ""])


def test_a_snippet_of_a_long_text_is_short_and_shows_the_hit() -> None:
    text = "mở đầu " * 200 + "cầu Trà Bồng thông xe " + "kết thúc " * 200
    found = snippet(parse('"tra bong"'), [text])
    assert f"{OPEN}Trà Bồng{CLOSE}" in found
    assert len(found) < 300


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("hoà ", ["HÒA", "Hoà"]),
        ("hoa ", ["HÒA", "Hoà", "Hoa"]),
        ("thuỷ ", ["Thủy"]),
        ('"hoa thuy"', ["Hoa – Thủy"]),
        ("hoàn", ["hoàng"]),
        ("oa ", []),
        ("thũy ", []),
    ],
)
def test_what_was_asked_for_is_marked_in_every_spelling_and_nothing_else(query: str, marked: list[str]) -> None:
    found = snippet(parse(query), ["Tỉnh HÒA Bình, Hoà Vang, Hoa – Thủy, hoàng hôn"])
    assert re.findall(f"{OPEN}(.*?){CLOSE}", found) == marked


@given(st.text(alphabet="hoàòảaquyýỳ đĐHÀ_,.1").map(nfc), st.booleans())
def test_each_word_of_a_text_is_marked_when_it_is_asked_for(text: str, plain: bool) -> None:
    for word in syllables(text):
        asked = fold_plain(word) if plain else word
        marked = re.findall(f"{OPEN}(.*?){CLOSE}", snippet(parse(f'"{asked}"'), [text]))
        assert marked and all(asked in (*syllables(found), fold_plain(found)) for found in marked)


def test_a_query_is_read_as_it_is_meant() -> None:
    assert parse('"ven biển" -đường lũ ').terms == (
        Term(syllables=("ven", "biển")),
        Term(syllables=("đường",), wanted=False),
        Term(syllables=("lũ",)),
    )
    assert parse("Covid-19 3.500 ").terms == (Term(syllables=("covid", "19")), Term(syllables=("3", "500")))
    assert parse("“ven biển").terms == (Term(syllables=("ven", "biển")),)


def test_the_last_word_may_be_unfinished() -> None:
    assert parse("cầu thươ").terms[-1] == Term(syllables=("thươ",), prefix=True)
    assert parse("cầu thuon").terms[-1].prefix
    assert parse("cầu th").terms[-1].unfinished
    assert not parse("cầu thuon ").terms[-1].prefix
