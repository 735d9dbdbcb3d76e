"""The lead (sapo): the paragraph between headline and body that says the news in short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.text import clean, fold
from crawlers.extract.blocks import Block
from crawlers.extract.head import Head, unescaped
from crawlers.extract.named import Named

MAX_LEAD: Final = 3_000
_LEADS: Final = Named((
    '[class*="sapo"]', '[id*="sapo"]', '[class*="chapeau"]', '[class*="chappeau"]', '[class*="abstract"]',
    '[class*="standfirst"]', "p.description", "h2.description", '[itemprop="description"]', '[class*="lead"]',
    '[class*="summary"]', '[class*="intro"]', '[class*="excerpt"]', '[class*="trich"]', '[class*="tomtat"]',
    '[class*="tom-tat"]', '[class*="teaser"]', '[class*="dek"]', '[class*="subtitle"]', '[class*="desc"]', "h2",
))  # fmt: skip
_SURE: Final = re.compile(
    r"sapo|chapp?eau|standfirst|(?:^|[\s_-])summary(?:\s|$)|abstract|(?:^|\s)(?:p-?|h2-?)?description(?:\s|$)|tom-?tat",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\w+")


def find_lead(tree: LexborHTMLParser, markup: bytes, head: Head, declared: str) -> str:
    """The visible lead outside or inside the body, or "". `markup`: the page in UTF-8, in small letters."""
    if declared:
        for node in tree.css(declared):
            if text := _text(node):
                return text[:MAX_LEAD]
    said = head.first("og:description", "description", "twitter:description") or head.said("description")
    for node in tree.css(_LEADS.standing(markup))[:300]:
        if node.tag in ("body", "html", "main", "meta", "img", "a", "ul", "section", "article"):
            continue
        text = _text(node)
        if 30 <= len(text) <= MAX_LEAD and _is_lead(node, text, said):
            return text
    return ""


def _is_lead(node: LexborNode, text: str, said: str) -> bool:
    if said and agree(text, said) >= 0.8:
        return True
    return bool(_SURE.search(node.attributes.get("class") or "")) and (not said or agree(text, said) >= 0.3)


def told_lead(tree: LexborHTMLParser, head: Head) -> str:
    """The line of the page that the head repeats as its description, wherever it stands, or ""."""
    said = head.first("og:description", "description") or head.said("description")
    if len(said) < 40:
        return ""
    for node in tree.css("p, h2, h3, h4, strong, b, em, span")[:600]:
        text = clean(node.text())
        if 0.7 * len(said) <= len(text) <= 2.5 * len(said) and agree(text, said) >= 0.8:
            return unescaped(text)
    return ""


def split_lead(blocks: Sequence[Block], lead: str, head: Head) -> tuple[str, list[Block]]:
    """Take the lead out of the body where it opens it; where none was found, the paragraph that the head repeats."""
    said = head.first("og:description", "description") or head.said("description")
    rest = list(blocks)
    for k, block in enumerate(rest[:4]):
        if block.kind == "caption":
            continue
        if lead:
            if _same(block.text, lead) or (len(block.text) > 40 and _folded(block.text) in _folded(lead)):
                del rest[k]
                return lead, rest
        elif said and len(block.text) >= 40 and agree(block.text, said) >= 0.8:
            del rest[k]
            return block.text, rest
    return lead, rest


def agree(text: str, said: str) -> float:
    """How much of the shorter text's words, in number, the longer one has, for texts of like length."""
    one, other = _WORD.findall(fold(text)), _WORD.findall(fold(said))
    if not one or not other:
        return 0.0
    said_cut = said.rstrip(" .…").endswith(("...", "…")) or said.rstrip().endswith(("...", "…"))
    common = len(set(one) & set(other))
    share = common / len(set(other))
    back = common / len(set(one))
    return share if said_cut else min(share, back * 1.25)


def _same(one: str, other: str) -> bool:
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return "".join(_WORD.findall(fold(text)))


def _text(node: LexborNode) -> str:
    related = node.css("ul, ol, script, style, .related, [class*=relat]")
    text = node.text()
    for inner in related:
        text = text.replace(inner.text(), " ")
    return unescaped(clean(text))
