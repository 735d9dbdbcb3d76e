"""Desk files: what they say, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigError
from core.roles import Role
from nlp.desks import dump_desk, load_desk, load_desks, parse_desk
from nlp.gazetteer.units import Gazetteer

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
id = "hoai_an"
name = "Huyện Hoài Ân"
office = "UBND xã Hoài Ân, tỉnh Gia Lai"
units = ["old:544"]

[[places]]
kind = "river"
name = "sông Kim Sơn"
unit = "new:21901"

[[recipients]]
id = "thong-tin"
name = "Bộ phận thông tin"
roles = ["information_office"]
email = "thong-tin@example.gov.vn"
"""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def good(gazetteer: Gazetteer) -> str:
    return GOOD.replace("new:21901", next(unit.id for unit in gazetteer.named("Hoài Ân") if unit.id.startswith("new")))


def test_the_five_desks_ship(gazetteer: Gazetteer) -> None:
    desks = {desk.id: desk for desk in load_desks(ROOT / "desks", gazetteer)}
    assert {name: desk.units for name, desk in desks.items()} == {
        "thuong_xuan": ("old:396",),
        "que_phong": ("old:415",),
        "hong_ngu": ("old:870",),
        "binh_son": ("old:524",),
        "my_hao": ("old:328",),
    }
    assert all("UBND" in desk.office for desk in desks.values()), "the office of today"
    assert not any(desk.recipients for desk in desks.values())


def test_desks_of_whole_provinces_ship(gazetteer: Gazetteer) -> None:
    desks = {desk.id for desk in load_desks(ROOT / "desks" / "provinces", gazetteer)}
    assert {"quang_ngai", "dak_lak"} <= desks


def test_a_desk_comes_back_as_it_was_written(gazetteer: Gazetteer) -> None:
    desk = parse_desk(good(gazetteer), gazetteer)
    assert desk.recipients[0].roles == (Role.INFORMATION_OFFICE,)
    assert desk.places[0][:2] == ("river", "sông Kim Sơn")
    assert parse_desk(dump_desk(desk), gazetteer) == desk


def test_units_may_be_named_instead_of_coded(gazetteer: Gazetteer) -> None:
    text = good(gazetteer).replace('"old:544"', '"huyện Hoài Ân", "xã Vạn Tường, Quảng Ngãi"')
    assert parse_desk(text, gazetteer).units == ("old:544", "new:21061")


def test_an_ambiguous_unit_is_refused_with_its_candidates(gazetteer: Gazetteer) -> None:
    with pytest.raises(ConfigError) as error:
        parse_desk(good(gazetteer).replace("old:544", "Bình Sơn"), gazetteer, "desks/x.toml")
    said = str(error.value)
    assert "desks/x.toml" in said
    assert "units.0" in said
    assert "'Bình Sơn' is 14 units" in said
    assert "old:524 = huyện Bình Sơn, tỉnh Quảng Ngãi" in said


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('"old:544"', '"old:99999"', "no unit 'old:99999'"),
        ('"old:544"', '"huyện Không Có"', "no unit"),
        ('["old:544"]', "[]", "units"),
        ('id = "hoai_an"', 'id = "Hoài Ân"', "id"),
        ('office = "UBND xã Hoài Ân, tỉnh Gia Lai"', "", "office"),
        ('id = "hoai_an"', 'id = "hoai_an"\nkeywords = ["x"]', "keywords"),
        ('kind = "river"', 'kind = "person"', "places.0.kind"),
        ('kind = "river"', 'kind = "organisation"', "places.0.kind"),
        ('"sông Kim Sơn"', '"Kim Sơn"', "word of its kind"),
        ('"sông Kim Sơn"', '"sông"', "word of its kind"),
        ('roles = ["information_office"]', "roles = []", "recipients.0.roles"),
        ('roles = ["information_office"]', 'roles = ["police"]', "recipients.0"),
        ('"Bộ phận thông tin"', '"Công an xã"', "recipients.0"),
        ("thong-tin@example.gov.vn", "x@bocongan.gov.vn", "recipients.0"),
        ('id = "hoai_an"', "id = ", "TOML"),
    ],
)
def test_what_is_wrong_is_named(gazetteer: Gazetteer, was: str, now: str, said: str) -> None:
    text = good(gazetteer)
    assert was in text
    with pytest.raises(ConfigError, match=said) as error:
        parse_desk(text.replace(was, now), gazetteer, "desks/x.toml")
    assert "desks/x.toml" in str(error.value)


def test_an_empty_or_unreadable_file_is_named(gazetteer: Gazetteer, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("", encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes('name = "Hu\xe9"'.encode("latin-1"))
    for name in ("empty.toml", "latin.toml", "missing.toml"):
        with pytest.raises(ConfigError, match=name):
            load_desk(tmp_path / name, gazetteer)


def test_one_id_stands_once_in_a_folder(gazetteer: Gazetteer, tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(good(gazetteer), encoding="utf-8")
    with pytest.raises(ConfigError, match="hoai_an"):
        load_desks(tmp_path, gazetteer)


PAPERS = """
[papers]
parent = "Tỉnh Quảng Ngãi"
office = "Ủy ban nhân dân xã Bình Sơn"
number = "{number}/BC-UBND"
place = "Bình Sơn"
authority = "TM. Ủy ban nhân dân"
title = "Chủ tịch"
filing = "VT, VHXH"

[[papers.copies]]
role = "leadership"
name = "Thường trực HĐND xã"
"""


def test_an_offices_papers_come_back_as_they_were_written(gazetteer: Gazetteer) -> None:
    desk = parse_desk(good(gazetteer) + PAPERS, gazetteer)
    assert desk.papers is not None
    assert (desk.papers.number, desk.papers.copies[0].role) == ("{number}/BC-UBND", Role.LEADERSHIP)
    assert parse_desk(dump_desk(desk), gazetteer) == desk


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('"leadership"', '"police"', "papers"),
        ('"Thường trực HĐND xã"', '"Công an xã"', "papers"),
        ('"VT, VHXH"', '"VT, Ban CHQS xã"', "papers"),
        ("{number}/BC", "{số}/BC", "papers.number"),
    ],
)
def test_papers_with_a_wrong_recipient_or_pattern_are_refused(
    gazetteer: Gazetteer, was: str, now: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_desk((good(gazetteer) + PAPERS).replace(was, now), gazetteer)
