"""What the locator finds, the gate has let through: both know the same names, in every script a page comes in."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from core.records import Desk, FetchedPage
from crawlers.gate import PatternGate
from nlp.gazetteer.units import Gazetteer
from nlp.locate import DeskLocator, gate_names
from nlp.locate.weigh import Weigher
from tests.nlp.places.passages import Passage, article, passages, publisher, unit_of

GAZETTEER = Gazetteer.load()


def found() -> list[tuple[Passage, PatternGate]]:
    """Passages of the public benchmark that the locator matches, each with the gate of its desk."""
    weigher = Weigher(GAZETTEER)
    gates: dict[str, tuple[Desk, PatternGate]] = {}
    pairs = []
    for passage in passages():
        if passage.unit not in gates:
            desk = Desk(id="d", name="", office="", units=(unit_of(passage, GAZETTEER),))
            gates[passage.unit] = (desk, PatternGate(gate_names(GAZETTEER, [desk])))
        desk, gate = gates[passage.unit]
        if DeskLocator(GAZETTEER, [desk], weigher).locate(article(passage), publisher(passage)).matches:
            pairs.append((passage, gate))
    return pairs


FOUND = found()
WRITTEN: dict[str, Callable[[str], str]] = {
    "plain": html.escape,
    "decomposed": lambda text: html.escape(unicodedata.normalize("NFD", text)),
    "entities": lambda text: "".join(c if c.isascii() and c not in "<>&" else f"&#{ord(c)};" for c in text),
    "capitals": lambda text: html.escape(text.upper()),
    "lines": lambda text: html.escape(text).replace(" ", "\n  "),
}


@pytest.mark.parametrize("script", sorted(WRITTEN))
def test_the_gate_stops_nothing_that_the_locator_finds(script: str) -> None:
    assert len(FOUND) > 100
    stopped = [passage.text for passage, gate in FOUND if not gate.passes(page(WRITTEN[script](passage.text)))]
    assert not stopped


def page(inner: str) -> FetchedPage:
    return FetchedPage(
        source="bao",
        url="https://bao.example.vn/1",
        final_url="https://bao.example.vn/1",
        status=200,
        headers={"content-type": "text/html; charset=utf-8"},
        body=f"<html><body><article><p>{inner}</p></article></body></html>".encode(),
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
