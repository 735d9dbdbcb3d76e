"""What a page tells of changed and withdrawn texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import DiffSentence, RevisionText
from dashboard import changes
from tests.dashboard.conftest import MORNING, client
from tests.dashboard.test_pages import main, words
from tests.fakes.busy import busy_ids, busy_press
from tests.fakes.differ import differ
from tests.fakes.reading import FakePress

Get = Callable[[str], str]


@pytest.fixture
def press() -> FakePress:
    return busy_press(MORNING)


@pytest.fixture
def ids(press: FakePress) -> dict[str, str]:
    return busy_ids(press)


class TestChanged:
    def test_times_and_kinds_of_what_changed(self, get: Get, ids: dict[str, str]) -> None:
        said = words(get(f"/bai/{ids['changed']}"))
        assert "Bài đã thay đổi lúc 07:22 hôm nay" in said
        assert "Bản trước còn thấy lúc 07:12 hôm nay" in said
        assert "Có thay đổi về: con số ngày giờ địa danh" in said

    def test_words_removed_and_added_are_told_without_colour(self, get: Get, ids: dict[str, str]) -> None:
        page = get(f"/bai/{ids['changed']}")
        removed, added = re.findall(r"<del>(.*?)</del>", page), re.findall(r"<ins>(.*?)</ins>", page)
        assert "bỏ: [− 25 ]" in [words(part) for part in removed]
        assert "thêm: [+ 40 ]" in [words(part) for part in added]
        assert any('<strong class="marked">Vạn Tường</strong>' in part for part in removed)
        assert any('<strong class="marked">2 giờ</strong>' in part for part in added)

    def test_unchanged_sentences_are_counted_not_repeated(self, get: Get, ids: dict[str, str]) -> None:
        section = words(get(f"/bai/{ids['changed']}").split('id="revisions"')[1])
        assert "3 câu giữ nguyên" in section and "1 câu giữ nguyên" in section
        assert "Lực lượng tại chỗ đã dựng rào chắn" not in section

    def test_an_article_that_did_not_change_has_no_such_part(self, get: Get, ids: dict[str, str]) -> None:
        assert 'id="revisions"' not in get(f"/bai/{ids['reopened']}")

    def test_hostile_text_in_a_version_is_shown_as_text(self, press: FakePress, ids: dict[str, str]) -> None:
        old = press.changed[ids["changed"]][0]
        before, after = "Xã có <script>alert(1)</script> 5 cầu.", "Xã có <img src=x> 6 \u202ecầu.\x00"
        press.changed[ids["changed"]] = [replace(old, before=before, after=after)]
        page = client(press).get(f"/bai/{ids['changed']}").text
        assert not re.search(r"<(script|img)[\s>]", main(page)) and "\u202e" not in page and "\x00" not in page

    def test_a_rewritten_monster_stays_a_small_page(self, press: FakePress, ids: dict[str, str]) -> None:
        old = press.changed[ids["changed"]][0]
        before, after = ("\n".join(f"Câu {w} số {n}." for n in range(20_000)) for w in ("cũ", "mới"))
        press.changed[ids["changed"]] = [replace(old, before=before, after=after), replace(old, number=2)]
        page = client(press).get(f"/bai/{ids['changed']}").text
        assert len(page) < 150_000
        assert "câu khác không hiện ở đây" in words(page)


class TestHashOnly:
    def test_a_source_that_reserves_is_told_by_its_hash(self, get: Get, ids: dict[str, str]) -> None:
        page = get(f"/bai/{ids['reserved']}")
        assert "Văn bản đã thay đổi" in words(page)
        assert "<code>0123456789ab</code> → <code>fedcba987654</code>" in page
        assert "<del>" not in page and "<ins>" not in page

    def test_an_erased_version_says_so(self, press: FakePress, ids: dict[str, str]) -> None:
        old = press.changed[ids["changed"]][0]
        press.changed[ids["changed"]] = [replace(old, before=None)]
        assert "Một trong hai bản đã hết hạn lưu" in words(client(press).get(f"/bai/{ids['changed']}").text)


class TestWithdrawn:
    def test_both_looks_are_named(self, get: Get, ids: dict[str, str]) -> None:
        said = words(get(f"/bai/{ids['withdrawn']}"))
        assert "Báo đã gỡ bài (thấy lần đầu 06:45 hôm nay, lần hai 07:10 hôm nay)" in said
        assert "sẽ được xóa sau 30 ngày" in said

    def test_the_text_taken_down_is_not_shown_as_a_difference(self, press: FakePress, ids: dict[str, str]) -> None:
        press.changed[ids["withdrawn"]] = [replace(press.changed[ids["withdrawn"]][0], before="Chữ đã gỡ.")]
        section = client(press).get(f"/bai/{ids['withdrawn']}").text.split('id="revisions"')[1]
        assert "Chữ đã gỡ" not in section and "<del>" not in section


def revision(number: int) -> RevisionText:
    at = MORNING - timedelta(hours=number)
    return RevisionText(
        number=number, seen_at=at - timedelta(hours=1), replaced_at=at, before="Có 5 cầu.", after="Có 6 cầu."
    )


def test_only_the_latest_changes_are_compared() -> None:
    told = [change.told for change in changes.shown([revision(n) for n in range(changes.COMPARED + 3)], differ)]
    assert told == ["compared"] * changes.COMPARED + ["older"] * 3


KINDS = st.sampled_from(("kept", "removed", "added"))


@given(st.lists(KINDS, max_size=300))
def test_folding_counts_every_kept_sentence_and_loses_no_difference(kinds: list[str]) -> None:
    sentences = [DiffSentence(kind=kind, before="x", after="x") for kind in kinds]  # type: ignore[arg-type]
    lines, more = changes.folded(sentences)
    shown = [line for line in lines if isinstance(line, DiffSentence)]
    assert len(shown) + more == sum(kind != "kept" for kind in kinds)
    if shown and not more:
        assert sum(line.kept for line in lines if isinstance(line, changes.Gap)) == kinds.count("kept")


@given(st.text(max_size=60), st.text(max_size=60))
def test_runs_of_any_two_texts_tell_both(before: str, after: str) -> None:
    for sentence in differ(before, after):
        if sentence.kind == "kept":
            continue
        for run in changes.runs(sentence):
            assert run.parts and all(isinstance(text, str) for text, _ in run.parts)
            assert run.kind == "kept" or any(text.strip() for text, _ in run.parts)
