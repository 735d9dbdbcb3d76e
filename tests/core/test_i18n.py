"""The catalogue: both languages, every key that the code asks for, and nothing that nobody asks for."""

from __future__ import annotations

import re
from pathlib import Path

from core.i18n import LANGUAGES, catalogue

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
