"""Articles join stories: what an officer sees, and what the record can rely on."""

from __future__ import annotations

import json
import lzma
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from nlp.stories import Assignment, Item, Signature, Stories, StoryRow, signature
from nlp.stories.rarity import rarity
from nlp.stories.rows import filter_rows
from sample.articles import load
from tests.data import data_dir, needs_data
from tests.nlp.reprints.forms import FORMS

START = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _item(name: str, title: str, body: str, hours: float = 0.0, places: Iterable[str] = ()) -> Item:
    return Item(id=name, title=title, body=body, published=START + hours * HOUR, places=frozenset(places))


STORM = (
    "Bão số 9 đổ bộ vào xã ven biển lúc rạng sáng, sóng cao sáu mét tràn kè Thanh Thủy, hàng trăm căn nhà tốc mái.",
    "Sau khi bão số 9 tan, kè Thanh Thủy sạt lở 300 m, hàng trăm nhà tốc mái, xã ven biển xin hỗ trợ gấp tấm lợp.",
    "Kè Thanh Thủy bị bão số 9 đánh sập được gia cố tạm bằng rọ đá, người dân xã ven biển lợp lại nhà tốc mái.",
)
SCHOOL = "Trường tiểu học khánh thành thư viện xanh với ba nghìn cuốn sách do cựu học sinh quyên góp suốt hai năm qua."


def test_reports_of_one_event_are_one_story_and_others_are_not() -> None:
    stories = Stories()
    found = [stories.assign(_item(f"s{n}", "Bão số 9", text, n * 6)) for n, text in enumerate(STORM)]
    other = stories.assign(_item("x", "Thư viện xanh", SCHOOL, 3))
    assert [a.story for a in found] == ["s0"] * 3
    assert [a.opened for a in found] == [True, False, False]
    assert other.story == "x"
    assert stories.members("s0") == ("s0", "s1", "s2")


def test_the_story_is_the_same_in_every_order_of_arrival() -> None:
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)):
        stories = Stories()
        assert len({stories.assign(_item(f"s{n}", "Bão số 9", STORM[n], n * 6)).story for n in order}) == 1


def test_decided_once() -> None:
    stories = Stories()
    first = stories.assign(_item("a", "Bão số 9", STORM[0]))
    again = stories.assign(_item("a", "Chuyện khác hẳn", SCHOOL))
    assert (again.story, again.opened, len(stories)) == (first.story, False, 1)


def test_a_running_story_prolongs_its_window() -> None:
    stories = Stories()
    days = (0, 4, 8, 12, 16)
    found = [stories.assign(_item(f"d{d}", "Bão số 9", STORM[d % 3] + f" Ngày thứ {d}.", 24 * d)) for d in days]
    assert {a.story for a in found} == {"d0"}
    late = stories.assign(_item("late", "Bão số 9", STORM[0] + " Nhìn lại.", 24 * 40))
    assert late.story == "late"
    stories.close(START + timedelta(days=25))
    assert stories.members("d0") == tuple(f"d{d}" for d in days)


def test_stories_out_of_their_window_are_let_go() -> None:
    stories = Stories()
    stories.assign(_item("a", "Bão số 9", STORM[0]))
    stories.assign(_item("b", "Thư viện xanh", SCHOOL, 24 * 9))
    assert stories.close(START + timedelta(days=12)) == ("a",)
    assert (len(stories), "a" in stories, "b" in stories) == (1, False, True)
    assert stories.assign(_item("c", "Thư viện xanh", SCHOOL, 24 * 12)).story == "b"


def test_two_stories_become_one_where_an_article_belongs_to_both() -> None:
    one = "Cháy chợ trung tâm lúc nửa đêm, hai trăm sạp vải bị thiêu rụi, tiểu thương khóc ròng bên đống tro."
    two = "Ngân hàng giãn nợ cho tiểu thương có sạp vải bị thiêu rụi sau vụ cháy chợ trung tâm lúc nửa đêm."
    stories = Stories(join=0.3)
    stories.assign(_item("a", "Cháy chợ trung tâm", one))
    stories.assign(_item("b", "Giãn nợ cho tiểu thương", two, 5))
    assert stories.members("b") == ("b",)
    found = stories.assign(_item("c", "Cháy chợ trung tâm: giãn nợ cho tiểu thương", f"{one} {two}", 6))
    assert (found.story, found.merged) == ("a", ("b",))
    assert stories.members("a") == ("a", "b", "c")
    assert stories.members("b") == ()


def test_a_round_up_joins_no_two_stories() -> None:
    stories = Stories()
    stories.assign(_item("a", "Bão số 9", STORM[0]))
    stories.assign(_item("b", "Thư viện xanh", SCHOOL, 1))
    digest = stories.assign(_item("c", "Điểm tin: Bão số 9, thư viện xanh", f"{STORM[0]} {SCHOOL}", 2))
    assert digest.merged == ()
    assert stories.members("a")[0] == "a"
    assert stories.members("b")[0] == "b"


@pytest.mark.parametrize("form", FORMS)
def test_a_form_filled_each_day_is_no_endless_story(form: Any) -> None:

    stories, r = Stories(), Random(3)
    texts = [form(day, r) for day in range(1, 15)]
    sizes: dict[str, int] = defaultdict(int)
    for day, (title, body) in enumerate(texts):
        sizes[stories.assign(_item(str(day), title, body, 24 * day)).story] += 1
    assert max(sizes.values()) <= 4


def test_another_place_speaks_against_one_story() -> None:
    near = "Lở núi làm hai người bị thương ở thôn vùng cao."
    far = "Lở núi làm ba người bị thương nhẹ ở bản vùng cao."
    joins = [
        stories.assign(_item("b", "Lở núi", far, 2, places)).likeness
        for places in (("new:1",), (), ("new:2",))
        if (stories := Stories(join=0.01)).assign(_item("a", "Lở núi", near, 0, ("new:1",)))
    ]
    assert joins[0] == joins[1] > joins[2]


def test_built_again_from_the_record_it_decides_the_same() -> None:
    items = [
        Item(
            id=a.slug,
            title=a.text.title,
            lead=a.text.lead,
            body="\n".join(a.text.paragraphs),
            published=START + n * HOUR,
        )
        for n, a in enumerate(load())
    ]
    whole, rows, half = Stories(), [], Stories()
    decided = []
    for n, item in enumerate(items):
        found = whole.assign(item)
        decided.append(found.story)
        if n < 120:
            rows.append(
                StoryRow(article=item.id, story=found.story, published=item.published, signature=found.signature)
            )
    assert half.load(rows) == 120
    assert [half.assign(item).story for item in items[120:]] == decided[120:]


def _row(item: Item, found: Assignment) -> StoryRow:
    return StoryRow(
        article=item.id,
        story=found.story,
        published=item.published,
        signature=found.signature,
        likeness=found.likeness,
    )


def test_the_sample_press_falls_into_stories_of_fitting_size() -> None:
    stories = Stories()
    by_slug = {}
    for a in load():
        body = "\n".join(a.text.paragraphs)
        by_slug[a.slug] = stories.assign(_item(a.slug, a.text.title, f"{a.text.lead}\n{body}"))
    for a in load():
        if a.reprint_of:
            assert by_slug[a.slug].story == by_slug[a.reprint_of].story
            assert by_slug[a.slug].reprint_of == a.reprint_of
    assert not [slug for slug, found in by_slug.items() if found.reprint_of and slug not in _reprints()]


HOUSE_LINE = "Tòa soạn Hải Đăng mời bạn đọc gửi phóng sự ảnh dự thi Nhịp cầu xuân"


def test_a_line_under_every_article_of_a_paper_makes_no_story() -> None:
    stories = Stories()
    for a in load():
        stories.assign(_item(a.slug, a.text.title, "\n".join((a.text.lead, *a.text.paragraphs, HOUSE_LINE))))
    sizes = [len(members) for a in load() if (members := stories.members(a.slug))]  # a story has its first one's id
    assert len(sizes) > 0.8 * len(load())
    assert max(sizes) <= 6


def _reprints() -> set[str]:
    return {a.slug for a in load() if a.reprint_of}


def test_an_erased_text_is_compared_with_nothing() -> None:
    stories = Stories()
    stories.assign(_item("a", "Bão số 9", STORM[0]))
    stories.forget("a")
    stories.forget("never seen")
    assert stories.assign(_item("b", "Bão số 9", STORM[0], 1)).story == "b"


def test_a_changed_text_keeps_its_story() -> None:
    stories = Stories()
    stories.assign(_item("a", "Bão số 9", STORM[0]))
    stories.replace(_item("a", "Thư viện xanh", SCHOOL))
    assert stories.members("a") == ("a",)
    assert stories.assign(_item("b", "Thư viện xanh", SCHOOL, 1)).story == "a"
    assert stories.assign(_item("c", "Bão số 9", STORM[0], 1)).story == "c"


# --- signatures -------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=400))
def test_a_signature_survives_the_record_and_any_text(title: str, lead: str, body: str) -> None:
    made = signature(title, lead, body)
    raw = made.to_bytes()
    assert len(raw) <= 1672
    assert Signature.from_bytes(raw) == made
    with pytest.raises(ValueError, match="signature"):
        Signature.from_bytes(raw[:-1])


@pytest.mark.parametrize("body", ["", "một", "x" * 1_000_000, "từ khác " * 125_000, "MƯA LỚN", "mua lon o mien trung"])
def test_bad_input_opens_its_own_story(body: str) -> None:
    stories = Stories()
    stories.assign(_item("a", "Bão số 9", STORM[0]))
    assert stories.assign(_item("b", "", body)).story == "b"
    assert stories.assign(_item("c", "", body, 1)).story in {"b", "c"}


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x28\xb5\x2f\xfd\x00"])
def test_damaged_frequencies_are_a_clear_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "frequencies.zst"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="frequencies"):
        rarity(file)
    with pytest.raises(ConfigError, match="frequencies"):
        rarity(tmp_path / "absent")


# --- the verb ---------------------------------------------------------------------------------------------------


def test_rows_in_and_out() -> None:
    rows = [
        {
            "id": "1",
            "title": "Bão số 9",
            "lead": "",
            "text": STORM[0],
            "published": "2026-09-01T08:00:00+07:00",
            "url": "",
        },
        {"id": "2", "title": "Thư viện xanh", "text": SCHOOL, "published": "no time"},
        {"id": "3", "title": "Bão số 9", "text": STORM[1], "published": "2026-09-01T10:00:00"},
        {"id": "4"},
    ]
    assert list(filter_rows(rows)) == [
        {"id": "1", "story": "1"},
        {"id": "2", "story": "2"},
        {"id": "3", "story": "1"},
        {"id": "4", "story": "4"},
    ]


@needs_data
@pytest.mark.data
def test_labelled_clusters() -> None:
    with lzma.open(data_dir() / "stories" / "mds_clusters.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = sorted((json.loads(line) for line in lines), key=lambda row: (_when(row), row["doc"]))
    for line in ("", HOUSE_LINE):
        given_rows = [
            {
                "id": f"{r['cluster']}/{r['doc']}",
                "title": r["title"],
                "text": f"{r['body']}\n{line}",
                "published": _when(r).isoformat(),
            }
            for r in rows
        ]
        said = [row["story"] for row in filter_rows(given_rows)]
        assert _b3(said, [row["cluster"] for row in rows]) >= 0.95, line


def _when(row: dict[str, str]) -> datetime:
    try:
        at = datetime.strptime(row["time"].strip(), "%d/%m/%Y %H:%M")  # noqa: DTZ007 - the zone is set below
    except (ValueError, AttributeError):
        at = datetime(2013, 10, 1)  # noqa: DTZ001
    return at.replace(tzinfo=timezone(timedelta(hours=7)))


def _b3(said: list[str], gold: list[str]) -> float:
    ours, theirs = (defaultdict[str, set[int]](set) for _ in range(2))
    for n, (a, b) in enumerate(zip(said, gold, strict=True)):
        ours[a].add(n)
        theirs[b].add(n)
    shared = [(len(ours[a] & theirs[b]), len(ours[a]), len(theirs[b])) for a, b in zip(said, gold, strict=True)]
    p, r = (sum(s / x[n] for s, *x in shared) / len(shared) for n in (0, 1))
    return 2 * p * r / (p + r)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["bridge first", "rain first"])
def test_a_rare_name_alone_makes_no_story(order: tuple[int, int]) -> None:
    stories = Stories()
    by_slug = {article.slug: article.text for article in load()}
    both = by_slug["cau-qua-song-tra-bong-thong-xe-ky-thuat"], by_slug["mua-lon-du-bao-phia-bac-quang-ngai"]
    for number in order:
        text = both[number]
        body = "\n".join((text.lead, *text.paragraphs))
        item = Item(id=str(number), title=text.title, lead=text.lead, body=body, published=START)
        assert stories.assign(item).opened
