"""The catalogue: both languages, every key that the code asks for, and nothing that nobody asks for."""

from __future__ import annotations

import re
from pathlib import Path

from core.i18n import LANGUAGES, catalogue, t

ROOT = Path(__file__).resolve().parents[2]
CODE = ("core", "crawlers", "nlp", "store", "alerts", "answers", "dashboard", "reports", "kibana", "app")
FAMILY = re.compile(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)*)\.(?:["'{]|["'] ~)""")
"""A key that is put together: f"reason.{word}", 'reason.' ~ word."""

LITERAL = re.compile(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)+)["']""")


def _mentioned() -> tuple[set[str], set[str]]:
    """Keys that stand in the code, and beginnings to which it adds a word."""
    files = [f for folder in CODE for f in (ROOT / folder).rglob("*") if f.suffix in {".py", ".html", ".txt"}]
    texts = [file.read_text(encoding="utf-8") for file in files]
    keys = {key for text in texts for key in LITERAL.findall(text)}
    return keys, {key for text in texts for key in FAMILY.findall(text)}


def test_every_string_has_both_languages() -> None:
    assert catalogue()
    for key, entry in catalogue().items():
        assert set(entry) == set(LANGUAGES), key
        assert all(text.strip() == text and text for text in entry.values()), key


def test_nothing_in_the_catalogue_is_unused() -> None:
    mentioned, families = _mentioned()
    unused = [k for k in catalogue() if k not in mentioned and not any(k.startswith(f + ".") for f in families)]
    assert not unused


def test_english_tells_one_from_many_and_vietnamese_does_not() -> None:
    said = {
        count: (t("today.count", "en", articles=count), t("today.count", articles=count))
        for count in ("0", "1", "1,840")
    }
    assert [english for english, _ in said.values()] == ["0 articles", "1 article", "1,840 articles"]
    assert [vietnamese for _, vietnamese in said.values()] == ["0 bài", "1 bài", "1,840 bài"]
    assert t("revision.more", "en", sentences=1) == "1 more differing sentence is not shown."


BARE = re.compile(r"\{(?!quote\}|name\})\w+\} (?:(?:more|other|new|working) )?[a-z]{3,}s\b")
"""A count before a plural that has no form for one. What reports say (report.*) is written in Vietnamese only."""

NEVER_ONE = {
    "alerts.attempts", "factbook.more", "factbook.too_many_rows", "find.counted", "find.found_more", "find.take_note",
    "people.password_length", "search.found_more", "sheet.too_long", "today.filling_note",
}  # fmt: skip
"""Bounds of the program, and counts that are told from two on."""


def test_no_count_on_the_pages_stands_before_a_bare_plural() -> None:
    on_pages = {key: entry["en"] for key, entry in catalogue().items() if not re.match(r"report\.(?!page\.)", key)}
    assert {key for key, text in on_pages.items() if BARE.search(text)} - NEVER_ONE == set()
