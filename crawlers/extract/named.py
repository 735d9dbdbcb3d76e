"""Selectors by name, of which only those are tried whose name stands in the page at all.

Each selector is held against each element, so that sixty of them take longer than parsing the page did; one search for
all the names takes a tenth of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

_NAME: Final = re.compile(r"[.#\"]([\w-]+)\"?\]?$")


class Named:
    """Selectors that end in a class, an id or an attribute's value; one without such a name is always tried."""

    def __init__(self, selectors: Sequence[str]) -> None:
        self._selectors = tuple(selectors)
        names = [match.group(1).lower() if (match := _NAME.search(one)) else "" for one in self._selectors]
        self._always = frozenset(number for number, name in enumerate(names) if not name)
        self._numbers = [number for number, name in enumerate(names) if name]
        self._search = BytesAhoCorasick([name.encode() for name in names if name])

    def standing(self, markup: bytes) -> str:
        """Those that may fit an element of the page, as one selector; "" for none. `markup`: UTF-8, small letters."""
        found = {which for which, _, _ in self._search.find_matches_as_indexes(markup, overlapping=True)}
        chosen = self._always | {self._numbers[which] for which in found}
        return ", ".join(self._selectors[number] for number in sorted(chosen))
