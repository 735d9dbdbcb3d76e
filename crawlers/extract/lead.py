"""The lead (sapo): the paragraph between headline and body that says the news in short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.text import fold
from crawlers.extract.blocks import Block
from crawlers.extract.head import Head, unescaped
from crawlers.extract.junk import is_hidden
from crawlers.extract.shown import shown

MIN_LEAD: Final = 30
MAX_LEAD: Final = 3_000
_LOOKED_AT: Final = 5 * MAX_LEAD
"""Characters with which an element may yet be a lead beside lists of other articles."""
_NO_LEADS: Final = frozenset(("body", "html", "main", "meta", "img", "a", "ul", "section", "article"))
LEADS: Final = (
    '[class*="sapo"]', '[id*="sapo"]', '[class*="chapeau"]', '[class*="chappeau"]', '[class*="abstract"]',
    '[class*="standfirst"]', "p.description", "h2.description", '[itemprop="description"]', '[class*="lead"]',
    '[class*="summary"]', '[class*="intro"]', '[class*="excerpt"]', '[class*="trich"]', '[class*="tomtat"]',
    '[class*="tom-tat"]', '[class*="teaser"]', '[class*="dek"]', '[class*="subtitle"]', '[class*="desc"]', "h2",
)  # fmt: skip
"""Where papers show a lead, by the names that content systems give it."""
_SURE: Final = re.compile(
    r"sapo|chapp?eau|standfirst|(?:^|[\s_-])summary(?:\s|$)|abstract|(?:^|\s)(?:p-?|h2-?)?description(?:\s|$)|tom-?tat",
    re.IGNORECASE,
)
_BESIDE: Final = "ul, ol, script, style, .related, [class*=relat]"
_WORD: Final = re.compile(r"\w+")


def find_lead(tree: LexborHTMLParser, leads: str, head: Head, declared: str) -> str:
    """The visible lead outside or inside the body, or "".

    `leads`: those of LEADS that the page may have, as one selector.
    """
    if declared:
        for node in tree.css(declared):
            if text := unescaped(shown(node, _BESIDE)):
                return text[:MAX_LEAD]
    said = head.first("og:description", "description", "twitter:description") or head.said("description")
    for node in tree.css(leads)[:300]:
        if node.tag in _NO_LEADS or not MIN_LEAD <= len(node.text()) <= _LOOKED_AT:
            continue
        text = unescaped(shown(node, _BESIDE))
        if MIN_LEAD <= len(text) <= MAX_LEAD and _is_lead(node, text, said) and not is_hidden(node):
            return text
    return ""


def _is_lead(node: LexborNode, text: str, said: str) -> bool:
    if not said:
        return _is_sure(node)
    agreed = agree(text, said)
    return agreed >= 0.8 or (agreed >= 0.3 and _is_sure(node))


def _is_sure(node: LexborNode) -> bool:
    return bool(_SURE.search(node.attributes.get("class") or ""))


def told_lead(tree: LexborHTMLParser, head: Head) -> str:
    """The line of the page that the head repeats as its description, wherever it stands, or ""."""
    said = head.first("og:description", "description") or head.said("description")
    if len(said) < 40:
        return ""
    shortest, longest = 0.7 * len(said), 2.5 * len(said)
    for node in tree.css("p, h2, h3, h4, strong, b, em, span")[:600]:
        if not shortest <= len(node.text()) <= _LOOKED_AT:
            continue
        text = unescaped(shown(node, _BESIDE))
        if shortest <= len(text) <= longest and agree(text, said) >= 0.8:
            return text
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
    one, other = frozenset(_WORD.findall(fold(text))), _words(said)
    if not one or not other:
        return 0.0
    common = len(one & other)
    share, back = common / len(other), common / len(one)
    return share if said.rstrip().endswith(("...", "…")) else min(share, back * 1.25)


@lru_cache(maxsize=4)
def _words(said: str) -> frozenset[str]:
    """What the head says is held against hundreds of a page's lines."""
    return frozenset(_WORD.findall(fold(said)))


def _same(one: str, other: str) -> bool:
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return "".join(_WORD.findall(fold(text)))
