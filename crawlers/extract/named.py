"""Selectors by name, of which only those are tried whose name stands in the page at all.

Each selector is held against each element, so that sixty of them take longer than parsing the page did; one search for
all the names takes a tenth of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

_NAME: Final = re.compile(r"(?:[.#]|\[([\w-]+)[*~]?=\")([\w-]+)(?:\"\])?(?: a)?$")
_ANYWHERE: Final = frozenset(("class", "id", "rel"))
"""Attributes whose names stand in every page."""


class Named:
    """Lists of selectors that end in a class, an id or an attribute's value, or in a link below such an element; one
    without such a name is always tried.

    A page is searched once for the names of all lists.
    """

    def __init__(self, *lists: Sequence[str]) -> None:
        self._lists = tuple(tuple((selector, _names(selector)) for selector in one) for one in lists)
        self._names = tuple(sorted({name for one in self._lists for _, names in one for name in names}))
        self._search = BytesAhoCorasick([name.encode() for name in self._names])

    def standing(self, markup: bytes) -> list[str]:
        """Of each list, those that may fit an element of the page, as one selector; "" for none.

        `markup`: UTF-8, small letters.
        """
        found = {which for which, _, _ in self._search.find_matches_as_indexes(markup, overlapping=True)}
        there = {self._names[which] for which in found}
        return [", ".join(selector for selector, names in one if names <= there) for one in self._lists]


def _names(selector: str) -> frozenset[str]:
    """What stands in a page with such an element: class, id or value, and the attribute unless every page has it."""
    match = _NAME.search(selector)
    return frozenset(name.lower() for name in match.groups() if name) - _ANYWHERE if match else frozenset()
