"""What Kibana reads past our roles and audit: numbers and names of closed sets, no text, no person, no case."""

from __future__ import annotations

import json
from dataclasses import fields
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.clock import FixedClock
from core.records import DailyCount, DailyReading, Label, Tone
from core.settings import KeepSettings
from core.topics import HARM_TOPICS, TONES, TOPIC_IDS
from store.sqlite.record import open_record
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

CONFIG = Path(__file__).resolve().parents[2] / "index_config"
COUNTS = {
    "desk", "desk_name", "day", "cut", "place", "place_name", "topic", "topic_name", "tone", "tone_name", "articles",
}  # fmt: skip
READING = {
    "desk", "desk_name", "day", "cut", "publisher", "publisher_name", "found", "read", "kept", "failed", "health",
    "health_name",
}  # fmt: skip


def mapping(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONFIG / name).read_text(encoding="utf-8"))["template"]["mappings"]
    return found


@pytest.mark.parametrize(("name", "known"), [("daily-counts", COUNTS), ("daily-reading", READING)])
def test_the_mapping_is_strict_and_has_no_field_for_a_text(name: str, known: set[str]) -> None:
    mapped = mapping(f"{name}.template.json")
    assert mapped["dynamic"] == "strict"
    assert set(mapped["properties"]) == known
    assert {field["type"] for field in mapped["properties"].values()} <= {"keyword", "long", "date"}
    assert all(set(field) == {"type"} for field in mapped["properties"].values())


def test_tone_and_topic_have_no_place_beside_a_publisher() -> None:
    assert not READING & {"tone", "tone_name", "topic", "topic_name", "place", "place_name"}
    assert not COUNTS & {"publisher", "publisher_name"}
    assert {f.name for f in fields(DailyReading)} == {
        "day", "publisher", "desk", "found", "read", "kept", "failed", "health",
    }  # fmt: skip
    assert {f.name for f in fields(DailyCount)} == {"desk", "day", "cut", "place", "topic", "tone", "articles"}


def test_tone_stands_beside_no_topic_but_one_of_harm(tmp_path: Path) -> None:
    with open_record(tmp_path / "x.sqlite3", clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
        for number, (topic, tone) in enumerate(product(sorted(TOPIC_IDS), TONES)):
            labels = (Label(topic=topic, score=0.9, words=()),)
            article = make_article(f"{number}.html", title=f"Tin {number}")
            record.articles.save(make_tagged(article, topics=labels, tone=Tone(label=tone, score=0.9)))
        counted = record.daily.counts("binh_son", "2026-03-10")
    assert {row.topic for row in counted if row.topic and row.tone} == HARM_TOPICS
    assert {row.topic for row in counted if row.topic} == TOPIC_IDS
    assert not any(row.tone for row in counted if row.cut == "place")


def test_readers_roles_reach_the_counts_and_nothing_else() -> None:
    roles = yaml.safe_load((CONFIG / "roles.yml").read_text(encoding="utf-8"))
    readers = {name: role for name, role in roles.items() if name.startswith("diembao_reader")}
    assert set(readers) == {"diembao_reader", "diembao_reader_binh_son"}
    for role in readers.values():
        assert role["cluster"] == []
        assert set(role) == {"cluster", "indices"}
        assert {right for entry in role["indices"] for right in entry["privileges"]} == {"read", "view_index_metadata"}
    over_desks = [name for entry in readers["diembao_reader"]["indices"] for name in entry["names"]]
    assert over_desks == ["diembao-daily-reading"]
    of_desk = [name for entry in readers["diembao_reader_binh_son"]["indices"] for name in entry["names"]]
    assert of_desk == ["diembao-daily-reading", "diembao-daily-counts-binh_son"]
