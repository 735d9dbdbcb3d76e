"""Quality floors on the labelled real pages (skipped where they are absent), with and without publishers' selectors."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from core.errors import ExtractError
from core.records import Publisher
from crawlers.extract import PressExtractor
from crawlers.extract.filter import rows
from crawlers.publishers import loader
from tests.crawlers.pages import at, page
from tests.data import data_dir, needs_data
from tests.pages.score_pages_en import mean, ours, score

FLOOR, FLOOR_WITHOUT, FLOOR_EN = 0.995, 0.995, 0.94


@dataclass(frozen=True, kw_only=True)
class Scored:
    f1: float
    titles: int
    minutes: int
    pages: int


def words(text: str) -> Counter[str]:
    return Counter(unicodedata.normalize("NFC", text).split())


def scored(publishers: tuple[Publisher, ...]) -> Scored:
    files = [f for f in sorted((data_dir() / "pages").glob("*.json")) if "-list-" not in f.name]
    gold = [json.loads(f.read_text(encoding="utf-8")) for f in files]
    asked = [
        {"id": f.stem, "url": g["url"], "path": str(f.with_suffix(".html"))} for f, g in zip(files, gold, strict=True)
    ]
    total, titles, minutes = 0.0, 0, 0
    for want, got in zip(gold, rows(asked, publishers), strict=True):
        a, b = words(" ".join([want["sapo"], *want["body"]])), words(" ".join([got["lead"], *got["paragraphs"]]))
        total += 2 * (a & b).total() / (a.total() + b.total())
        titles += words(want["title"]) == words(got["title"])
        apart = datetime.fromisoformat(got["published"]) - datetime.fromisoformat(want["published"])
        minutes += abs(apart.total_seconds()) < 60
    return Scored(f1=total / len(files), titles=titles, minutes=minutes, pages=len(files))


@needs_data
@pytest.mark.data
@pytest.mark.parametrize(("declared", "floor"), [(True, FLOOR), (False, FLOOR_WITHOUT)])
def test_vietnamese_pages(declared: bool, floor: float) -> None:
    found = scored(loader.shipped() if declared else ())
    assert found.f1 >= floor
    assert (found.titles, found.minutes) == (found.pages, found.pages)


@needs_data
@pytest.mark.data
def test_english_pages_without_any_rule() -> None:
    assert mean(score(ours))[2] >= FLOOR_EN


@needs_data
@pytest.mark.data
def test_lists_of_articles_are_no_articles() -> None:
    for file in sorted((data_dir() / "pages").glob("*-list-*.json")):
        url = json.loads(file.read_text(encoding="utf-8"))["url"]
        with pytest.raises(ExtractError) as caught:
            PressExtractor().extract(at(page(Path(file.with_suffix(".html")).read_bytes()), url), None)
        assert caught.value.reason in ("not-article", "no-body"), file.name


def test_a_page_that_cannot_be_read_is_an_empty_row_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>", encoding="utf-8")
    asked = [{"id": "1", "url": "https://bao.example/a", "path": str(tmp_path / "a.html")}]
    assert [(r["id"], r["title"], r["paragraphs"], r["error"]) for r in rows(asked)] == [("1", "", [], "no-title")]
