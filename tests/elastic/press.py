"""The press over which both engines are compared: the sample's articles, and titles and leads of the replayed press."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from core.clock import local
from core.records import Label, TaggedArticle
from core.text import clean, fold_plain
from sample.articles import Text, dated, load
from tests.data import data_dir
from tests.fakes.records import NOON, make_article, make_tagged

DESK = "binh_son"
TOPICS = ("agriculture", "disaster", "economy", "education", "health", "transport_infrastructure")
FIRST, LAST = "2025-11-10", "2025-11-24"
REPLAYED = 2500


def sample_press() -> Iterator[TaggedArticle]:
    """Every article of the sample, published so many days before NOON as the sample says."""
    for number, one in enumerate(load()):
        at = NOON - timedelta(days=one.day, minutes=number)
        text = dated(one.text, local(at).date())
        yield _tagged(f"{one.slug}.html", f"mau_{one.house}", at, text)


def replayed_press() -> Iterator[TaggedArticle]:
    """Titles and leads of two weeks of three national papers, moved to end at NOON. Needs the labelled data.

    Never nothing: else a comparison over this press would silently be one over the sample alone.
    """
    with lzma.open(data_dir() / "feeds" / "items_2025-08_2026-04.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if FIRST <= row["published"][:10] <= LAST]
    assert len(rows) >= REPLAYED, f"only {len(rows)} articles of the replayed press lie in those two weeks"
    moved = NOON - datetime.fromisoformat(f"{LAST}T23:59:59+07:00")
    for row in rows[:: max(1, len(rows) // REPLAYED)]:
        at = datetime.fromisoformat(row["published"]) + moved
        text = Text(title=clean(row["title"]), lead=clean(row["summary"]), paragraphs=())
        yield _tagged(row["url"], fold_plain(row["outlet"]).replace(" ", "_"), at, text)


def _tagged(path: str, source: str, at: datetime, text: Text) -> TaggedArticle:
    article = make_article(
        path, source, at=at, title=text.title, lead=text.lead, paragraphs=(*text.paragraphs, *text.box),
        captions=(text.caption,) if text.caption else (),
    )  # fmt: skip
    topic = TOPICS[crc32(article.id.encode()) % len(TOPICS)]  # which topic does not matter here, only that some have it
    return replace(make_tagged(article, (DESK,)), topics=(Label(topic=topic, score=0.9, words=()),))
