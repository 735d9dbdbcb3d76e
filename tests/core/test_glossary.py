"""The words of the pages: what the glossary avoids stands in no catalogue and no template."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from core.i18n import LANGUAGES, catalogue
from core.text import fold

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = tomllib.loads((ROOT / "docs" / "glossary.toml").read_text(encoding="utf-8"))
AVOIDED = sorted({word for entry in GLOSSARY.values() for word in entry.get("avoid", [])})


def test_each_word_has_both_languages_and_says_what_it_is() -> None:
    for name, entry in GLOSSARY.items():
        assert {"vi", "en", "says"} <= set(entry) <= {"vi", "en", "says", "avoid"}, name
        assert all(entry[key].strip() for key in ("vi", "en", "says")), name


def test_the_three_that_must_never_stand_on_a_page_are_avoided() -> None:
    assert {"dead letter", "canary", "tin tiêu cực"} <= set(AVOIDED)


@pytest.mark.parametrize("word", AVOIDED)
def test_no_page_says_a_word_that_the_glossary_avoids(word: str) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(fold(word))}(?!\w)")
    for key, entry in catalogue().items():
        assert not any(pattern.search(fold(entry[language])) for language in LANGUAGES), key
    for template in (ROOT / "dashboard" / "templates").rglob("*.html"):
        text = re.sub(r"{[{%#].*?[}%#]}|<[^>]*>", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not pattern.search(fold(text)), template.name


def test_a_story_is_never_called_by_the_word_for_a_case() -> None:
    case = fold(GLOSSARY["case"]["vi"])
    for key, entry in catalogue().items():
        if case in fold(entry["vi"]):
            english = entry["en"].casefold()
            assert "case" in english or not re.search(r"\bstor(y|ies)\b", english), key
    for template in (ROOT / "alerts" / "templates").rglob("*.*"):
        assert case not in fold(template.read_text(encoding="utf-8")), template


def test_the_menu_uses_the_words_of_the_glossary() -> None:
    names = {"today": "today", "sources": "source", "alerts": "alert", "cases": "case", "audit": "audit",
             "scope": "scope"}  # fmt: skip
    for item, word in names.items():
        assert catalogue()[f"nav.{item}"]["vi"] == GLOSSARY[word]["vi"]
