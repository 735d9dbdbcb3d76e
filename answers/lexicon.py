"""The word lists of lexicon.toml, read once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "lexicon.toml"
_LISTS: Final[dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))


def words(name: str) -> frozenset[str]:
    """A list of single words. Raises KeyError for an unknown name."""
    return frozenset(_LISTS[name].split())


def phrases(name: str) -> frozenset[str]:
    """A list of phrases, comma between them. Raises KeyError for an unknown name."""
    return frozenset(" ".join(phrase.split()) for phrase in _LISTS[name].split(","))
