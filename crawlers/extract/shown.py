"""What an element says as readers see it: its paragraphs and lines apart, whole words whatever tags stand in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from crawlers.extract.blocks import BLOCKS

_PARTS: Final = ", ".join(("br", *sorted(BLOCKS)))


def shown(node: LexborNode, beside: str = "") -> str:
    """Text of an element as it is written; "" for one that `beside` selects, which is left out inside it as well."""
    out = {inner.mem_id for inner in node.css(beside)} if beside else set[int]()
    if node.mem_id in out:
        return ""
    if not out and len(node.css(_PARTS)) <= (node.tag in BLOCKS):  # a selector finds the element itself as well
        return node.text()
    return "".join(_parts(node, out))


def _parts(outer: LexborNode, out: Collection[int]) -> Iterator[str]:
    last = outer.mem_id
    for node in outer.traverse(include_text=True):
        if node.tag == "br":
            yield " "
        elif node.tag == "-text":
            around = list(_around(node, outer))
            if any(above.mem_id in out for above in around):
                continue
            block = next((above.mem_id for above in around if above.tag in BLOCKS), outer.mem_id)
            yield (node.text_content or "") if block == last else f" {node.text_content or ''}"
            last = block


def _around(node: LexborNode, outer: LexborNode) -> Iterator[LexborNode]:
    """Elements around a node, the innermost first, below `outer`."""
    above = node.parent
    while above is not None and above.mem_id != outer.mem_id:
        yield above
        above = above.parent
