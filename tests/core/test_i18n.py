"""The catalogue: both languages, every key that the code asks for, and nothing that nobody asks for."""

from __future__ import annotations

import re
from pathlib import Path

from core.i18n import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[2]
CODE = ("core", "crawlers", "nlp", "store", "alerts", "dashboard", "reports", "app")
LITERAL = re.compile(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)+)["']""")


def _mentioned() -> set[str]:
    files = [f for folder in CODE for f in (ROOT / folder).rglob("*") if f.suffix in {".py", ".html", ".txt"}]
    return {key for file in files for key in LITERAL.findall(file.read_text(encoding="utf-8"))}


def test_every_string_has_both_languages() -> None:
    assert catalogue()
    for key, entry in catalogue().items():
        assert set(entry) == set(LANGUAGES), key
        assert all(text.strip() == text and text for text in entry.values()), key


def test_nothing_in_the_catalogue_is_unused() -> None:
    mentioned = _mentioned()
    families = {key.rsplit(".", 1)[0] for key in mentioned} | {key.split(".", 1)[0] for key in mentioned}
    unused = [k for k in catalogue() if k not in mentioned and k.rsplit(".", 1)[0] not in families]
    assert not unused
