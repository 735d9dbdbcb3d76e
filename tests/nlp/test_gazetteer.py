"""The gazetteer: units of both ages, their names, and what became of what."""

from __future__ import annotations

import lzma
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.text import plain
from nlp.gazetteer.build import SOURCES, build, split_type
from nlp.gazetteer.spelling import key, spellings
from nlp.gazetteer.units import SHIPPED, Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def names(gazetteer: Gazetteer, area: frozenset[int], age: str) -> set[str]:
    return {gazetteer.name[i] for i in area if gazetteer.ids[i].startswith(age)}


def test_holds_the_whole_country_in_both_ages(gazetteer: Gazetteer) -> None:
    def count(age: str, level: int) -> int:
        return sum(unit.startswith(age) and gazetteer.level[i] == level for i, unit in enumerate(gazetteer.ids))

    assert (count("new:", 1), count("new:", 3)) == (34, 3321)
    assert (count("old:", 1), count("old:", 2)) == (63, 696)
    assert count("old:", 3) > 10_000


def test_a_unit_says_when_it_was_and_what_became_of_it(gazetteer: Gazetteer) -> None:
    unit = gazetteer.unit("old:16747")
    assert (unit.full_name, unit.level, unit.until) == ("xã Hạnh Dịch", "commune", date(2025, 7, 1))
    assert unit.successors == ("new:16750",)
    assert gazetteer.unit("new:16750").full_name == "xã Tiền Phong"
    origins = gazetteer.origins[gazetteer.number["new:16750"]]
    assert {gazetteer.unit(gazetteer.ids[i]).name for i, _ in origins} == {"Hạnh Dịch", "Tiền Phong"}
    assert gazetteer.unit(unit.parent or "").full_name == "huyện Quế Phong"
    assert gazetteer.label(unit) == "xã Hạnh Dịch, huyện Quế Phong, tỉnh Nghệ An (đến 01/07/2025)"


def test_points_of_old_units_are_marked_as_derived(gazetteer: Gazetteer) -> None:
    old, new = gazetteer.unit("old:16747"), gazetteer.unit("new:16750")
    assert old.point == new.point
    assert old.point_derived
    assert not new.point_derived
    assert new.point is not None
    assert 8 < new.point[0] < 24


def test_a_commune_that_was_divided_leads_to_each_part(gazetteer: Gazetteer) -> None:
    divided = gazetteer.unit("old:29995")
    assert {gazetteer.unit(unit).name for unit in divided.successors} == {"Long Phú Thuận", "Tân Long"}
    assert divided.parts == frozenset(divided.successors)


def test_earlier_types_are_known(gazetteer: Gazetteer) -> None:
    assert ("huyện", date(2019, 5, 1)) in gazetteer.unit("old:328").earlier_types
    assert {"thị xã", "thị trấn"} <= {kind for kind, _ in gazetteer.unit("old:868").earlier_types}


@pytest.mark.parametrize(
    ("unit", "today"),
    [
        ("old:396", "Bát Mọt,Yên Nhân,Vạn Xuân,Lương Sơn,Luận Thành,Thắng Lộc,Thường Xuân,Xuân Chinh,Tân Thành"),
        ("old:415", "Tiền Phong,Quế Phong,Thông Thụ,Tri Lễ,Mường Quàng"),
        ("old:870", "Thường Phước,Thường Lạc,Long Khánh,Long Phú Thuận"),
        ("old:524", "Bình Sơn,Vạn Tường,Bình Minh,Bình Chương,Đông Sơn"),
        ("old:328", "Mỹ Hào,Thượng Hồng,Đường Hào"),
    ],
)
def test_a_former_district_gets_all_that_it_became(gazetteer: Gazetteer, unit: str, today: str) -> None:
    assert names(gazetteer, gazetteer.area([unit]), "new:") == set(today.split(","))


def test_without_partial_successors_only_what_lies_inside_counts(gazetteer: Gazetteer) -> None:
    strict = names(gazetteer, gazetteer.area(["old:870"], partial=False), "new:")
    assert strict == {"Thường Phước", "Long Khánh", "Long Phú Thuận"}, "Thường Lạc took in a ward of the town too"


def test_a_unit_of_today_gets_what_it_came_from(gazetteer: Gazetteer) -> None:
    ward = gazetteer.area(["new:29955"])
    assert names(gazetteer, ward, "old:") == {"An Thạnh", "Bình Thạnh", "Tân Hội"}
    province = names(gazetteer, gazetteer.area(["new:51"]), "old:")
    assert {"Quảng Ngãi", "Kon Tum", "Bình Sơn", "Bình Châu", "Đăk Hà"} <= province


def test_finds_units_as_people_type_them(gazetteer: Gazetteer) -> None:
    def ids(query: str) -> list[str]:
        return [candidate.unit.id for candidate in gazetteer.find_units(query)]

    assert ids("huyện Bình Sơn") == ["old:524"]
    assert ids("huyen binh son") == ["old:524"]
    assert ids("xã Bình Sơn, Quảng Ngãi") == ["new:21040"]
    assert ids("Hoà Phong, Hưng Yên") == ids("Hòa Phong, Hưng Yên") == ["old:12115"]
    assert len(ids("Bình Sơn")) == 14
    assert ids("Bình Sơn")[0] == "old:524", "larger units first"
    assert ids(unicodedata.normalize("NFD", "thị xã Mỹ Hào")) == ["old:328"]
    assert ids("H. Bình Sơn") == ids("h.binh son") == ids("H Bình Sơn, T. Quảng Ngãi") == ["old:524"]
    assert ids("TX. Mỹ Hào") == ids("TX Mỹ Hào") == ["old:328"]
    assert ids("Atlantis") == ids("") == ids(",") == []


@pytest.mark.parametrize("name", ["Xa Dung", "Quân Chu", "Xà Hồ", "Phương Lâm", "Phương Đông", "Tịnh Đông"])
def test_a_name_that_begins_like_a_type_of_unit_is_found(gazetteer: Gazetteer, name: str) -> None:
    found = gazetteer.find_units(name)
    assert found and {candidate.unit.name for candidate in found} == {name}


@pytest.mark.parametrize("apostrophe", "’‘ʼ`´")
def test_a_name_is_found_with_the_apostrophe_that_a_telephone_types(gazetteer: Gazetteer, apostrophe: str) -> None:
    wanted = [candidate.unit.id for candidate in gazetteer.find_units("xã Ea H'leo, Đắk Lắk")]
    assert wanted
    for typed in (f"xã Ea H{apostrophe}leo, Đắk Lắk", f"ea h{apostrophe}leo, dak lak"):
        found = [candidate.unit.id for candidate in gazetteer.find_units(typed)]
        assert set(wanted) <= set(found)


def test_spellings_and_keys() -> None:
    assert "Mĩ Hào" in spellings("Mỹ Hào")
    assert {"Bà Rịa-Vũng Tàu", "Bà Rịa – Vũng Tàu"} <= set(spellings("Bà Rịa - Vũng Tàu"))
    assert key("  HOÀ   PHONG ") == "hòa phong"


def test_the_shipped_file_is_what_the_sources_give(tmp_path: Path) -> None:
    report = build(SOURCES, tmp_path / "units.json.zst")
    assert (tmp_path / "units.json.zst").read_bytes() == SHIPPED.read_bytes(), "run `diembao gazetteer build`"
    said = "\n".join(report.disagreements)
    assert "06970" in said, "two codes for one commune"
    assert "Xuân Lộc: xã / phường" in said
    assert "new:75 Đồng Nai: tỉnh / thành phố" in said
    assert report.units > 14_000


def test_both_sources_are_shipped_with_their_licences() -> None:
    for name in ("legacy_to_2025", "units_2026"):
        assert "MIT" in (SOURCES / f"{name}.LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["legacy_to_2025.csv.xz", "units_2026.json.xz", "corrections.toml"])
def test_a_damaged_source_is_named(tmp_path: Path, name: str) -> None:
    for file in SOURCES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_bytes(lzma.compress(b"[]") if name.endswith("xz") else b"= broken")
    with pytest.raises(ConfigError, match=name):
        build(tmp_path, tmp_path / "out")


def test_a_correction_of_an_unknown_unit_is_refused(tmp_path: Path) -> None:
    for file in SOURCES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "corrections.toml").write_text('[[alias]]\nid = "old:99999"\nnames = ["X"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="old:99999"):
        build(tmp_path, tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"nothing", SHIPPED.read_bytes()[:1000]])
def test_a_damaged_file_does_not_load(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "units.json.zst"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="gazetteer build"):
        Gazetteer.load(path)


def test_a_name_without_type_is_refused() -> None:
    with pytest.raises(ConfigError, match="type of unit"):
        split_type("Bình Sơn")


WHOLE = Gazetteer.load()


@settings(deadline=None)
@given(st.sampled_from(WHOLE.ids), st.booleans())
def test_every_unit_is_found_by_its_name_with_and_without_diacritics(unit: str, plainly: bool) -> None:
    wanted = WHOLE.unit(unit)
    query = wanted.full_name if wanted.name.isdigit() else wanted.name
    query = plain(query) if plainly and not wanted.name.isdigit() else query
    found = {candidate.unit.id for candidate in WHOLE.find_units(query)}
    assert unit in found


def test_what_is_typed_without_diacritics_may_mean_a_name_with_them() -> None:
    def names(query: str) -> set[str]:
        return {candidate.unit.name for candidate in WHOLE.find_units(query)}

    assert names("ba dinh") == {"Ba Đình", "Ba Dinh"}
    assert names("quan ba dinh") == names("ba dinh, ha noi") == {"Ba Đình"}
    assert names("xã Ba Dinh") == names("Ba Dinh, Quảng Ngãi") == {"Ba Dinh"}
    assert names("Ba Đình") == {"Ba Đình"}
