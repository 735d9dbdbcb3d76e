"""The resolver is held to floors: on the public benchmark anywhere, on the labelled data where that is."""

from __future__ import annotations

import json
import lzma
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nlp.desks import load_desks
from nlp.gazetteer.units import Gazetteer
from nlp.locate import DeskLocator
from nlp.locate.rows import filter_rows
from nlp.locate.weigh import Weigher
from nlp.locate_train import calibration_error
from tests.data import data_dir, needs_data
from tests.nlp.places.passages import Passage, passages, resolver_says, simple_rule_says

GAZETTEER = Gazetteer.load()
DESKS = Path(__file__).resolve().parents[2] / "desks"


@cache
def outcome() -> dict[str, list[tuple[Passage, bool]]]:
    """Kind -> its passages, each with whether the resolver is right."""
    kinds: dict[str, list[tuple[Passage, bool]]] = defaultdict(list)
    weigher = Weigher(GAZETTEER)
    for passage in passages():
        kinds[passage.kind].append((passage, resolver_says(passage, GAZETTEER, weigher) == passage.concerned))
    return kinds


def test_the_benchmark_has_twenty_kinds_of_ten() -> None:
    assert len(outcome()) >= 20
    assert min(len(of_kind) for of_kind in outcome().values()) >= 10
    for of_kind in outcome().values():
        assert {passage.concerned for passage, _ in of_kind} == {True, False}, of_kind[0][0].kind


def test_the_simple_rule_fails_half_of_it() -> None:
    wrong = sum(simple_rule_says(passage, GAZETTEER) != passage.concerned for passage in passages())
    assert wrong >= 0.5 * sum(len(of_kind) for of_kind in outcome().values())


def test_the_resolver_holds_its_floor_on_the_benchmark() -> None:
    all_of_them = [pair for of_kind in outcome().values() for pair in of_kind]
    wrong = [f"{passage.kind}: {passage.text}" for passage, right in all_of_them if not right]
    assert len(wrong) <= 0.04 * len(all_of_them), "\n".join(wrong)


@pytest.mark.parametrize("kind", sorted(outcome()))
def test_no_kind_of_case_is_left_to_chance(kind: str) -> None:
    wrong = [passage.text for passage, right in outcome()[kind] if not right]
    assert len(wrong) <= max(2, 0.06 * len(outcome()[kind])), wrong


@cache
def gold() -> list[dict[str, Any]]:
    with lzma.open(data_dir() / "locality" / "gold.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@cache
def said() -> list[dict[str, Any]]:
    locator = DeskLocator(GAZETTEER, load_desks(DESKS, GAZETTEER))
    rows = [{"id": row["id"], "title": row["title"], "lead": "", "text": row["text"]} for row in gold()]
    return list(filter_rows(rows, locator))


def counts(desk: str, key: str = "localities") -> tuple[int, int, int]:
    """Right, said and wanted articles of a desk."""
    pairs = [
        (any(p["id"] == desk and (key == "localities" or p["focus"]) for p in out["localities"]), desk in row[key])
        for row, out in zip(gold(), said(), strict=True)
        if key == "localities" or row["sure"]
    ]
    return sum(a and b for a, b in pairs), sum(a for a, _ in pairs), sum(b for _, b in pairs)


FIVE = ("thuong_xuan", "que_phong", "hong_ngu", "binh_son", "my_hao")


@needs_data
@pytest.mark.parametrize(("key", "floor"), [("localities", 0.975), ("focus", 0.88)])
def test_articles_of_the_five_desks(key: str, floor: float) -> None:
    right, found, wanted = (sum(column) for column in zip(*(counts(desk, key) for desk in FIVE), strict=True))
    assert 2 * right / (found + wanted) >= floor


@needs_data
@pytest.mark.parametrize("desk", FIVE)
def test_each_desk_by_itself(desk: str) -> None:
    right, found, wanted = counts(desk)
    if wanted < 20:
        assert wanted - right <= 1
        assert found - right <= 1
    else:
        assert right / found >= 0.93
        assert right / wanted >= 0.93


@needs_data
def test_scores_are_calibrated() -> None:
    pairs = [
        (place["score"], place["id"] in row["localities"])
        for row, out in zip(gold(), said(), strict=True)
        for place in out["localities"]
    ]
    assert calibration_error(pairs) <= 0.05
