"""A desk names units and places of closed kinds: nothing can watch for a person, and no name of one is kept."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from core.errors import ConfigError
from core.records import Article, Desk, DeskMatch, Mention, Published
from nlp.desks import parse_desk
from nlp.gazetteer.units import Gazetteer
from nlp.locate import DeskLocator, gate_names

GAZETTEER = Gazetteer.load()
DESK = """
id = "thu"
name = "Huyện Bình Sơn"
office = "UBND xã Bình Sơn, tỉnh Quảng Ngãi"
units = ["old:524"]
"""
CANARY = "Lê Thị Kanariô"


def article(text: str) -> Article:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    return Article(
        id="a", url="https://bao.example.vn/a", source="bao", title="", lead="", paragraphs=(text,), captions=(),
        published=Published(at=at, provenance="meta"), fetched_at=at,
    )  # fmt: skip


@pytest.mark.parametrize("field", ["keywords", "watch", "persons", "names", "search", "authors"])
def test_a_desk_file_has_no_field_for_free_words(field: str) -> None:
    with pytest.raises(ConfigError, match=field):
        parse_desk(DESK + f'{field} = ["{CANARY}"]\n', GAZETTEER)


@pytest.mark.parametrize("kind", ["person", "organisation", "keyword", "company", "newspaper", "church", ""])
def test_a_listed_place_has_a_kind_of_the_closed_list(kind: str) -> None:
    with pytest.raises(ConfigError, match=r"places\.0\.kind"):
        parse_desk(DESK + f'[[places]]\nkind = "{kind}"\nname = "{CANARY}"\n', GAZETTEER)


@pytest.mark.parametrize(
    "kind",
    ["river", "lake", "road", "bridge", "port", "railway", "mountain", "island", "economic_zone", "heritage_site"],
)
def test_a_persons_name_is_no_place_of_any_kind(kind: str) -> None:
    with pytest.raises(ConfigError, match="word of its kind"):
        parse_desk(DESK + f'[[places]]\nkind = "{kind}"\nname = "{CANARY}"\n', GAZETTEER)


def test_a_road_that_bears_a_persons_name_does_not_watch_for_the_person() -> None:
    desk = parse_desk(DESK + f'[[places]]\nkind = "road"\nname = "đường {CANARY}"\n', GAZETTEER)
    locator = DeskLocator(GAZETTEER, [desk])
    for text in (
        f"Bà {CANARY} phát biểu tại Quảng Ngãi.",
        f"{CANARY} ở Quảng Ngãi.",
        f"Trên con đường đời, {CANARY} nhớ Quảng Ngãi.",
    ):
        assert not locator.locate(article(text)).matches
    assert locator.locate(article(f"Cây đổ trên đường {CANARY}, Quảng Ngãi.")).matches


@pytest.mark.parametrize(
    ("kind", "name", "person"),
    [("lake", "hồ Ngọc Canary", "Hồ Ngọc Canary"), ("heritage_site", "đình Canary", "Trần Đình Canary"),
     ("mountain", "đèo Văn Canary", "Đèo Văn Canary")],
)  # fmt: skip
def test_a_kind_that_is_part_of_a_persons_name_does_not_watch_for_the_person(kind: str, name: str, person: str) -> None:
    for written in (name, name[0].upper() + name[1:]):
        desk = parse_desk(DESK + f'[[places]]\nkind = "{kind}"\nname = "{written}"\n', GAZETTEER)
        locator = DeskLocator(GAZETTEER, [desk])
        for text in (
            f"{person} ở Quảng Ngãi.",
            f"Bà {person} phát biểu tại Quảng Ngãi.",
            f"{person.upper()} Ở QUẢNG NGÃI",
        ):
            assert not locator.locate(article(text)).matches
        assert locator.locate(article(f"Nước tràn qua {name}, Quảng Ngãi.")).matches


def test_what_leaves_the_locator_has_no_field_for_a_person() -> None:
    for record in (DeskMatch, Mention, Desk):
        names = {field.name for field in dataclasses.fields(record)}
        assert not names & {"person", "persons", "author", "byline", "journalist", "keywords"}


def test_persons_found_while_reading_never_leave_it() -> None:
    desk = parse_desk(DESK, GAZETTEER)
    text = (
        f"Bà {CANARY} (xã Bình Châu, huyện Bình Sơn, Quảng Ngãi) gặp ông Trần Bình Sơn. "
        f"Chủ tịch UBND xã Bình Châu {CANARY} trả lời. Bình Minh {CANARY}"
    )
    said = str(DeskLocator(GAZETTEER, [desk]).locate(article(text)).matches)
    assert "anari" not in said
    assert "Trần" not in said
    assert "“Bình Sơn”" not in said, "the name that stands as a person's is quoted nowhere"
    assert not any("anari" in name for name in gate_names(GAZETTEER, [desk]))
