"""The shipped model holds its floors on the doubly read items."""

from __future__ import annotations

import json

import pytest

from nlp import evaluate
from nlp.tagger import load
from tests.data import data_dir, needs_data


@needs_data
def test_topics_and_tone_hold_their_floors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "_RESAMPLES", 2)
    floors = json.loads(evaluate.FLOORS.read_text(encoding="utf-8"))
    found = {score.name: score.value for score in evaluate.scores(load(), data_dir())}
    held = {name: bound for name, bound in floors.items() if name in found}
    assert {"topics micro-F1", "tone accuracy", "topics calibration error"} <= held.keys()
    for name, bound in held.items():
        assert bound.get("min", 0) <= found[name] <= bound.get("max", 1), name
