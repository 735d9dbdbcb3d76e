"""Whatever the locator finds in the labelled articles has passed the gate (skipped where the articles are absent)."""

from __future__ import annotations

import html
import json
import lzma
import unicodedata
from collections.abc import Callable

import pytest

from app import wiring
from crawlers.extract import PressExtractor
from crawlers.gate import PatternGate
from nlp.desks import load_desks
from nlp.locate import DeskLocator, gate_names
from tests.crawlers.pages import article, page
from tests.data import data_dir, needs_data

SHAPES: dict[str, Callable[[str], str]] = {
    "as written": str,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "entities": lambda text: "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in text),
    "torn by tags": lambda text: text.replace(" ", "</span>\n <span>"),
}


@needs_data
@pytest.mark.data
@pytest.mark.parametrize("shape", SHAPES)
def test_no_article_that_concerns_a_desk_is_stopped(shape: str) -> None:
    desks = load_desks(wiring.shipped_desks(), wiring.gazetteer())
    gate = PatternGate(gate_names(wiring.gazetteer(), desks))
    with lzma.open(data_dir() / "locality" / "gold.jsonl.xz", "rt", encoding="utf-8") as lines:
        labelled = [row for row in map(json.loads, lines) if row["localities"]]
    for row in labelled:
        told = SHAPES[shape](html.escape(row["text"]))
        body = article(title=html.escape(row["title"]), lead="", paragraphs=tuple(told.splitlines()))
        assert gate.passes(page(body)), row["id"]


@needs_data
@pytest.mark.data
def test_what_the_locator_finds_in_extracted_pages_has_passed_the_gate() -> None:
    desks = load_desks(wiring.shipped_desks(), wiring.gazetteer())
    gate = PatternGate(gate_names(wiring.gazetteer(), desks))
    locator = DeskLocator(wiring.gazetteer(), desks)
    with lzma.open(data_dir() / "locality" / "gold.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][::4]
    for row in rows:
        body = article(
            title=html.escape(row["title"]), lead="", paragraphs=tuple(html.escape(row["text"]).splitlines())
        )
        fetched = page(body)
        if locator.locate(PressExtractor().extract(fetched, None)).matches:
            assert gate.passes(fetched), row["id"]
