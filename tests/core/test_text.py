"""Folding: what compares equal, and that offsets survive."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean, clip, fold, fold_plain, has_diacritics, marked, nfc, plain, seen, strip_unseen, written

VIETNAMESE = st.text(alphabet="aàảãáạăằẳẵắặâầẩẫấậeèéẹêếệiíìoòóọôốộơớợuúùụưứựyýỳđhqtngDHÀÒÓÚ ̣́̀,.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mỹ Hoà", "Mỹ Hòa"),
        ("HOÀ PHONG", "hòa phong"),
        ("Khánh Hoè", "Khánh Hòe"),
        ("Thuý", "Thúy"),
        ("Qúy", "Quý"),
        (unicodedata.normalize("NFD", "Thường Xuân"), "thường xuân"),
    ],
)
def test_spellings_of_one_name_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("đường", "dường"), ("hoàn", "hòan"), ("Bình Sơn", "Bình Son")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_plain_folding_drops_every_mark() -> None:
    assert fold_plain("Đường Thường Xuân, QUẾ PHONG") == "duong thuong xuan, que phong"


@given(st.text())
def test_folds_keep_the_length_of_composed_text(text: str) -> None:
    composed = nfc(text)
    assert len(fold_plain(composed)) == len(composed)
    assert len(fold(composed)) == len(composed)


@given(VIETNAMESE)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_plain(fold(text)) == fold_plain(text)


@given(st.text())
def test_a_clean_line_is_one_line_without_unseen_characters(text: str) -> None:
    line = clean(text)
    assert "\n" not in line and "\r" not in line and "\x00" not in line
    assert not any(mark in line for mark in "\u202e\u202d\u200b\ufeff")
    assert clean(line) == line


@pytest.mark.parametrize("between", ["\x0b", "\x0c", "\x1d", "\x85", "\u2029", "\u200b \u200b"])
def test_words_that_any_white_space_parts_stay_two(between: str) -> None:
    assert clean(f"Bình{between}Sơn") == "Bình Sơn"


def test_bidi_overrides_and_surrogates_are_dropped() -> None:
    assert strip_unseen("a\u202eb\ud800c") == "abc"
    assert strip_unseen("a\ufffeb\uffffc\ufdd0d\U0010ffffe") == clean("a\ufffeb\uffffc\ufdd0d\U0010ffffe") == "abcde"


@given(st.text(), st.integers(min_value=2, max_value=80))
def test_clipping_never_exceeds_the_limit(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit


def test_diacritics_are_noticed() -> None:
    assert has_diacritics("đuong") and not has_diacritics("thuong xuan")


@given(st.one_of(VIETNAMESE, st.text()).map(nfc))
def test_characters_with_a_mark_are_those_that_plain_text_lacks(text: str) -> None:
    assert marked(text) == sum(one != bare for one, bare in zip(text, plain(text), strict=True))


@given(st.one_of(VIETNAMESE, st.text()).map(nfc), st.booleans())
def test_a_word_is_found_as_it_is_written_where_folding_finds_it(text: str, bare: bool) -> None:
    folded = (fold_plain if bare else fold)(text)
    for word in set(re.findall(r"[^\W_]+", folded)):
        if "ς" in word or "σ" in word:  # the Greek one depends on where it stands
            continue
        found = re.finditer(rf"(?<![^\W_])(?:{written(word, bare=bare)})(?![^\W_])", text)
        there = re.finditer(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", folded)
        assert {match.span() for match in there} <= {match.span() for match in found}


@given(VIETNAMESE.map(nfc), VIETNAMESE.map(nfc), st.booleans())
def test_a_word_is_found_in_no_text_that_folds_to_another(word: str, text: str, bare: bool) -> None:
    folding = fold_plain if bare else fold
    for syllable in re.findall(r"[^\W_]+", folding(word)):
        for match in re.finditer(rf"(?<![^\W_])(?:{written(syllable, bare=bare)})(?![^\W_])", text):
            assert folding(text)[slice(*match.span())] == syllable


def test_a_mark_joins_its_letter_where_something_unseen_stood_between() -> None:
    assert seen("Bi\u200b\u0300nh  So\u00ad\u031bn\n") == "Bình  Sơn\n"
