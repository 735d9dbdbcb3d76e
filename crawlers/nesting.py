"""A bound on how deep a page nests, told before any parser sees it.

An HTML parser looks up the chain of open elements at each start tag, so time grows with the square of the depth:
200,000 open elements take lexbor a minute and a half. Real pages stay below a hundred.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import numpy as np

MAX_DEPTH: Final = 3_000
_FEW: Final = 20_000  # so many elements parse in a second however they nest; the heaviest real pages have 5,000
_TAG: Final = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})")
_FLAT: Final = frozenset(
    b"area base br col embed hr img input link meta param source track wbr "
    b"p li td tr th dt dd option tbody thead".split()
)
"""Void elements, and those that close their like when they begin again."""


def too_deep(body: bytes) -> bool:
    """Whether more than MAX_DEPTH elements are open at once. Counts per tag name, so that it errs on the deep side."""
    if np.count_nonzero(np.frombuffer(body, np.uint8) == ord("<")) < _FEW:
        return False
    depth, open_now = 0, Counter[bytes]()
    for slash, name in _TAG.findall(body):
        tag = name.lower()
        if tag in _FLAT:
            continue
        if not slash:
            open_now[tag] += 1
            depth += 1
        elif open_now[tag]:
            open_now[tag] -= 1
            depth -= 1
        if depth > MAX_DEPTH:
            return True
    return False
