"""Passages in the manner of the press, written for this test: the figures that a reader would name, and no others."""

from __future__ import annotations

import json
from pathlib import Path

from answers.figures import read_figures
from answers.learn import measures, out_of_sample, read_judged
from core.text import nfc
from tests.data import data_dir, needs_data

DIMENSIONS = {
    "c": "count", "p": "percent", "vnd": "money_vnd", "usd": "money_usd", "m2": "area_m2", "m": "length_m",
    "kg": "mass_kg", "m3": "volume_m3", "min": "duration_minute", "h": "duration_hour", "d": "duration_day",
    "w": "duration_week", "mo": "duration_month", "y": "duration_year", "t": "temperature_c", "kmh": "speed_kmh",
    "W": "power_w",
}  # fmt: skip
Wanted = tuple[str, float, float]


def _wanted(text: str) -> list[tuple[Wanted, bool]]:
    found = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        value, unit = part.strip("[]").split()
        low, _, high = value.partition("..")
        found.append(((DIMENSIONS[unit], float(low), float(high or low)), part[0] != "["))
    return found


def _near(a: Wanted, b: Wanted) -> bool:
    return a[0] == b[0] and all(abs(x - y) <= 0.005 * max(abs(x), abs(y)) for x, y in zip(a[1:], b[1:], strict=True))


def test_figures_of_passages() -> None:
    lines = (Path(__file__).parent / "passages.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.partition(" ||") for line in lines if line and not line.startswith("#")]
    assert len(rows) >= 150
    wrong = []
    for text, _, told in rows:
        spare: list[Wanted] = [(f.dimension, f.low, f.high) for f in read_figures(nfc(text))]
        for wanted, needed in _wanted(told):
            hit = next((s for s in spare if _near(s, wanted)), None)
            if hit:
                spare.remove(hit)
            elif needed:
                wrong.append(("missed", wanted, text))
        wrong += [("too many", s, text) for s in spare]
    assert not wrong


@needs_data
def test_figures_and_comparisons_of_labelled_passages() -> None:
    path = data_dir() / "figures" / "gold.jsonl"
    said = right = true = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spare: list[Wanted] = [(f.dimension, f.low, f.high) for f in read_figures(nfc(row["text"]))]
        for number, figure in enumerate(row["figures"] + row["either"]):
            wanted = (figure["dim"], float(figure["value"][0]), float(figure["value"][1]))
            hit = next((s for s in spare if _near(s, wanted)), None)
            if hit:
                spare.remove(hit)
            if number < len(row["figures"]):
                true, right = true + 1, right + bool(hit)
        said += len(spare)
    precision, recall = right / (right + said), right / true
    assert 2 * precision * recall / (precision + recall) >= 0.97
    judged = read_judged(path)
    told = measures(judged, out_of_sample(judged, folds=10, same_at=0.5, differs_at=0.81))
    assert told["differs_precision"] >= 0.85
    assert told["differs_recall"] >= 0.5
    assert told["accuracy"] >= 0.72
