"""An article's container -> its paragraphs, subheads and captions, in reading order."""

# ruff: noqa: SIM905 - long lists of words are easier read in rows
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from selectolax.lexbor import LexborNode

from core.text import clean
from crawlers.extract.junk import TAGS, is_caption, is_junk

Kind = Literal["text", "head", "item", "caption"]

BLOCKS: Final = frozenset(
    "address article aside blockquote center dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header "
    "hr li main ol p pre section summary table tbody td tfoot th thead tr ul body html hgroup".split()
)
_HEADS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BOLD: Final = frozenset(("b", "strong", "em", "i"))
MAX_BLOCKS: Final = 5_000
MAX_BLOCK: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, subhead, list item or caption."""

    text: str
    kind: Kind
    linked: int  # characters that are links
    strong: bool  # all of it bold or italic
    right: bool  # set to the right, as bylines are


@dataclass(slots=True)
class _Open:
    """The block that is being read."""

    kind: Kind = "text"
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    strong: int = 0
    right: bool = False

    def block(self) -> Block | None:
        text = clean("".join(self.parts))[:MAX_BLOCK]
        if not text:
            return None
        size = len("".join("".join(self.parts).split()))
        return Block(text=text, kind=self.kind, linked=self.linked, strong=self.strong >= size * 0.9, right=self.right)


def blocks(container: LexborNode) -> list[Block]:
    """Blocks below the container, junk left out. Bounded by MAX_BLOCKS and, each, MAX_BLOCK characters."""
    found: list[Block] = []
    for block in _walk(container):
        found.append(block)
        if len(found) >= MAX_BLOCKS:
            break
    return found


def _walk(container: LexborNode) -> Iterator[Block]:
    """Depth first without recursion: pages may nest a thousand levels."""
    now, size = _Open(), len(container.text())
    stack: list[tuple[Iterator[LexborNode], _Open | None, str]] = [(container.iter(include_text=True), None, "")]
    linked = strong = 0
    while stack:
        children, outer, tag = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            linked -= tag == "a"
            strong -= tag in _BOLD or tag in _HEADS
            if outer is not None:
                if block := now.block():
                    yield block
                now = _Open(kind=outer.kind, right=outer.right)
            continue
        name = child.tag or ""
        if name == "-text":
            _add(now, child.text_content or "", linked, strong)
        elif name == "br":
            if block := now.block():
                yield block
            now = _Open(kind=now.kind, right=now.right)
        elif name.startswith(("-", "!")) or (is_junk(child) and not _most(child, size)):
            continue
        else:
            opens = name in BLOCKS or is_caption(child)
            if opens:
                if block := now.block():
                    yield block
                outer_now, now = now, _Open(kind=_kind(child, name, now.kind), right=now.right or _right(child))
            linked += name == "a"
            strong += name in _BOLD or name in _HEADS
            stack.append((child.iter(include_text=True), outer_now if opens else None, name))
    if block := now.block():
        yield block


def _add(now: _Open, text: str, linked: int, strong: int) -> None:
    now.parts.append(text)
    if linked or strong:
        size = len("".join(text.split()))
        now.linked += size if linked else 0
        now.strong += size if strong else 0


def _most(node: LexborNode, size: int) -> bool:
    """Whether an element named like junk holds so much of the text that its name must mean something else."""
    return node.tag not in TAGS and len(node.text()) > 0.4 * size


def _kind(node: LexborNode, name: str, outer: Kind) -> Kind:
    if outer == "caption" or is_caption(node):
        return "caption"
    if name in _HEADS:
        return "head"
    return "item" if name == "li" else "text"


def _right(node: LexborNode) -> bool:
    attributes = node.attributes
    return (
        "right" in (attributes.get("align") or "")
        or "text-align:right" in (attributes.get("style") or "").replace(" ", "").lower()
    )
