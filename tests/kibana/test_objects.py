"""The saved objects hold together, and the shipped file is the one that the program makes."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.i18n import LANGUAGES, Language
from core.settings import KibanaSettings
from kibana.boards import SLUGS, board_id, dashboards, link, view_id
from kibana.objects import lines, reader_roles, saved_objects
from tests.kibana.checks import faults

CONFIG = Path(__file__).resolve().parents[2] / "index_config"
SPACES = ("", "default", "phong-vh")


def settings(space: str = "", **over: Any) -> KibanaSettings:
    return KibanaSettings.model_validate({"url": "https://kibana.tinh.vn/kibana/", "space": space} | over)


def fields(given: KibanaSettings) -> dict[str, dict[str, str]]:
    """Data view -> field -> type, by the index templates that are shipped."""
    found = {}
    for name in ("counts", "reading"):
        template = json.loads((CONFIG / f"daily-{name}.template.json").read_text(encoding="utf-8"))
        mapped = template["template"]["mappings"]["properties"]
        found[view_id(given, name)] = {field: one["type"] for field, one in mapped.items()}
    return found


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wrong_with_any_object(space: str, language: Language) -> None:
    given = settings(space)
    assert faults(lines(saved_objects(given, language)), fields(given)) == []


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda line: line.replace("indexpattern-datasource-layer-layer-today-tone", "x", 1), "references"),
        (lambda line: line.replace('"sourceField\\": \\"topic_name', '"sourceField\\": \\"title', 1), "no field title"),
        (lambda line: line.replace('"w\\": 24', '"w\\": 40', 1), "leaves the grid|overlap"),
        (lambda line: line.replace('"typeMigrationVersion": "10.2.0"', '"typeMigrationVersion": "10.3.0"'), "version"),
        (lambda line: line.replace('\\"columnId\\": \\"m0\\"', '\\"columnId\\": \\"m7\\"', 1), "ordered by no metric"),
        (lambda line: line.replace('\\"xAccessor\\": \\"b0\\"', '\\"xAccessor\\": \\"b9\\"', 1), "no column"),
        (lambda line: line.replace('\\"m0\\"], \\"columns', '\\"b0\\"], \\"columns', 1), "columnOrder"),
    ],
)
def test_the_checks_find_what_is_wrong(spoil: Callable[[str], str], says: str) -> None:
    given = settings()
    text = lines(saved_objects(given))
    line = next(one for one in text.splitlines() if '"diembao-hom-nay"' in one)
    spoiled = spoil(line)
    assert spoiled != line
    found = "; ".join(faults(text.replace(line, spoiled), fields(given)))
    assert any(part in found for part in says.split("|")), found


def test_the_shipped_file_is_what_the_program_writes() -> None:
    assert (CONFIG / "kibana.ndjson").read_text(encoding="utf-8") == lines(saved_objects(KibanaSettings()))


def test_three_dashboards_in_vietnamese_whose_days_end_today() -> None:
    objects = saved_objects(settings())
    boards = [one["attributes"] for one in objects if one["type"] == "dashboard"]
    assert [board["title"] for board in boards] == ["Hôm nay", "Xu hướng", "Vận hành"]
    assert all(board["timeRestore"] and board["timeTo"] == "now/d" for board in boards)
    assert all(one["managed"] for one in objects)
    text = lines(objects)
    assert text == unicodedata.normalize("NFC", text)


def test_ids_are_a_spaces_own_and_links_lead_to_them() -> None:
    first, second = (saved_objects(settings(space)) for space in ("", "phong-vh"))
    assert not {one["id"] for one in first} & {one["id"] for one in second}
    given = settings("phong-vh", public_url="https://tinh.vn/kibana")
    ids = {one["id"] for one in saved_objects(given)}
    for board in SLUGS:
        assert link(given, board) == f"https://tinh.vn/kibana/s/phong-vh/app/dashboards#/view/{board_id(given, board)}"
        assert board_id(given, board) in ids
    assert link(KibanaSettings(), "today") == ""


def test_each_panel_counts_within_one_cut() -> None:
    for board in dashboards(settings()):
        for panel in board.panels:
            assert panel.query.startswith("cut : "), panel.id


def test_no_panel_has_tone_beside_a_publisher() -> None:
    for board in dashboards(settings()):
        for panel in board.panels:
            used = {bucket.field for bucket in panel.buckets} | {metric.field for metric in panel.metrics}
            words = " ".join((panel.query, *(metric.where for metric in panel.metrics), *used))
            assert not ("publisher" in words.replace('"publisher"', "") and "tone" in words), panel.id


def test_a_role_a_desk() -> None:
    roles = yaml.safe_load(reader_roles(("binh_son", "que_phong"), "diembao-daily"))
    assert set(roles) == {"diembao_reader", "diembao_reader_binh_son", "diembao_reader_que_phong"}
    (entry,) = roles["diembao_reader_que_phong"]["indices"]
    assert entry == {
        "names": ["diembao-daily-reading", "diembao-daily-counts-que_phong"],
        "privileges": ["read", "view_index_metadata"],
    }
    shipped = yaml.safe_load((CONFIG / "roles.yml").read_text(encoding="utf-8"))
    for name in ("diembao_reader", "diembao_reader_binh_son"):
        assert shipped[name] == roles[name]


def test_roles_follow_the_names_of_the_indices() -> None:
    roles = yaml.safe_load(reader_roles(("binh_son",), "tinh-ngay"))
    names = {name: role["indices"][0]["names"] for name, role in roles.items()}
    assert names == {
        "diembao_reader": ["tinh-ngay-reading"],
        "diembao_reader_binh_son": ["tinh-ngay-reading", "tinh-ngay-counts-binh_son"],
    }
