"""Selectors by name, of which only those are tried whose name stands in the page at all.

Each selector is held against each element, so that sixty of them take longer than parsing the page did; one search for
all the names takes a tenth of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

_NAME: Final = re.compile(r"[.#\"]([\w-]+)\"?\]?(?: a)?$")


class Named:
    """Lists of selectors that end in a class, an id or an attribute's value, or in a link below such an element; one
    without such a name is always tried.

    A page is searched once for the names of all lists.
    """

    def __init__(self, *lists: Sequence[str]) -> None:
        self._lists = tuple(tuple((selector, _name(selector)) for selector in one) for one in lists)
        self._names = tuple(sorted({name for one in self._lists for _, name in one if name}))
        self._search = BytesAhoCorasick([name.encode() for name in self._names])

    def standing(self, markup: bytes) -> list[str]:
        """Of each list, those that may fit an element of the page, as one selector; "" for none.

        `markup`: UTF-8, small letters.
        """
        found = {which for which, _, _ in self._search.find_matches_as_indexes(markup, overlapping=True)}
        there = {self._names[which] for which in found} | {""}
        return [", ".join(selector for selector, name in one if name in there) for one in self._lists]


def _name(selector: str) -> str:
    match = _NAME.search(selector)
    return match.group(1).lower() if match else ""
