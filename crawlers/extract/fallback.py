"""What is left where a page's shape tells nothing: the body in its JSON-LD, then trafilatura."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.text import clean
from crawlers.extract.blocks import MAX_BLOCK, MAX_BLOCKS, Block
from crawlers.extract.head import Head, unescaped

_ENOUGH: Final = 200
_MARKUP: Final = re.compile(r"</?[a-z][^<>]{0,500}>", re.IGNORECASE)
_PARAGRAPH: Final = re.compile(r"</p>|<br\s*/?>|[\r\n]+", re.IGNORECASE)
_LARGEST: Final = 3_000_000  # characters of mark-up that trafilatura is given


def fallback(found: Sequence[Block], head: Head, markup: str) -> list[Block]:
    """The blocks found, or those of another reading where they hold too little of what the page marks as an article."""
    size = _size(found)
    told = head.article.get("articleBody")
    if isinstance(told, str) and len(told) > max(_ENOUGH, 2 * size):
        lines = _PARAGRAPH.split(told[: MAX_BLOCK * 10])
        return [*_as_blocks([unescaped(_MARKUP.sub(" ", line)) for line in lines]), *_captions(found)]
    if size >= _ENOUGH or not head.article or len(markup) > _LARGEST:
        return list(found)
    other = _as_blocks(_trafilatura(markup))
    return [*other, *_captions(found)] if _size(other) > max(_ENOUGH, 2 * size) else list(found)


def _trafilatura(markup: str) -> list[str]:
    import trafilatura  # noqa: PLC0415 - half a second to import, and rarely needed

    text = trafilatura.extract(markup, fast=True, include_comments=False, include_tables=True)
    return [clean(line) for line in (text or "").splitlines()]


def _as_blocks(lines: Sequence[str]) -> list[Block]:
    return [
        Block(text=line[:MAX_BLOCK], kind="text", linked=0, strong=False, right=False)
        for line in lines[:MAX_BLOCKS]
        if line
    ]


def _captions(found: Sequence[Block]) -> list[Block]:
    return [block for block in found if block.kind == "caption"]


def _size(found: Sequence[Block]) -> int:
    return sum(len(block.text) for block in found if block.kind != "caption")
