"""Headlines of other articles on a page: links of a line's length that are all that their block says.

A paper's "most read" stands on each of its pages; a place that it names would let every one of them through the gate.
Extraction takes no such block for a part of the article (crawlers.extract.sift.is_link), whatever stands in it. What it
might yet take for headline, lead or caption is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Final
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from crawlers.extract.blocks import BLOCKS
from crawlers.extract.junk import is_caption, names
from crawlers.parsed import ParsedPage

_SHORTEST: Final = 25
"""Characters without blanks. Shorter links are names in a sentence, sections and tags."""
_OTHER_WORDS: Final = 0.1
"""Characters that the block may say beside the link, against the link's own: a time, a number of comments."""
_HEADLINE: Final = frozenset(("h1", "title"))
_LEAD: Final = re.compile(
    r"sapo|chapp?eau|standfirst|summary|abstract|description|tom-?tat|lead|intro|excerpt|trich|teaser|dek|subtitle",
    re.IGNORECASE,
)
_MOST: Final = 10
"""Names on a page from which on nobody asks."""
_HOLDS: Final = 'body :lexbor-contains("{}")'
_PLAIN: Final = re.compile(r"[\w ]+")
"""Names that a selector may quote."""


def only_in_teasers(parsed: ParsedPage, address: str, text: str, names: Collection[str]) -> bool:
    """Whether these names, as the page writes them, stand in headlines of other articles and nowhere else.

    `text`: all that the page says, wherever it stands. A name that is said more often there than in such headlines
    stands elsewhere too (in the head, torn by tags, in entities).
    """
    if len(names) > _MOST or not all(map(_PLAIN.fullmatch, names)):
        return False
    own, alone = _Own(address, parsed.base(address)), _Alone()
    for name in names:
        times = text.count(name)
        links = {link.mem_id: link for node in _holding(parsed, name, times) for link in _links(node)}
        said = sum(link.text().count(name) for link in links.values())
        if said != times or not all(_is_teaser(link, own, alone) for link in links.values()):
            return False
    return True


def _holding(parsed: ParsedPage, name: str, times: int) -> list[LexborNode]:
    """The elements whose own text has the name; the page says it so many times."""
    selector = _HOLDS.format(name)
    if times > 1:
        return parsed.tree.css(selector)
    first = parsed.tree.css_first(selector)  # which looks no further
    return [] if first is None else [first]


def _links(node: LexborNode) -> Iterator[LexborNode]:
    """The link that the element is or stands in."""
    if node.tag == "a":
        yield node
    else:
        yield from islice((above for above in _above(node) if above.tag == "a"), 1)


def _is_teaser(link: LexborNode, own: _Own, alone: _Alone) -> bool:
    return (
        _size(link) >= _SHORTEST
        and own.is_other(link)
        and alone.is_alone(link)
        and not any(map(_may_count, _above(link)))
    )


class _Own:
    """Whether links lead away from a page."""

    def __init__(self, address: str, base: str) -> None:
        self._base = base
        self._page = _bare(address)

    def is_other(self, link: LexborNode) -> bool:
        """Whether it leads to another page; what can't be read leads nowhere."""
        target = (link.attributes.get("href") or "").strip()
        try:
            whole = urljoin(self._base, target)
        except ValueError:
            return False
        return whole.startswith(("http://", "https://")) and _bare(whole) != self._page


class _Alone:
    """Whether links are what their blocks say. Remembers each block: many links may stand in one."""

    def __init__(self) -> None:
        self._others: dict[int, int] = {}

    def is_alone(self, link: LexborNode) -> bool:
        """Whether next to nothing but links stands in the block that the link is in."""
        block = next((node for node in _above(link) if node.tag in BLOCKS), None)
        if block is None:
            return False
        others = self._others.get(block.mem_id)
        if others is None:
            others = self._others[block.mem_id] = _size(block) - sum(map(_size, block.css("a")))
        return others <= _OTHER_WORDS * _size(link)


def _above(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None and above.tag not in ("body", "html", None):
        yield above
        above = above.parent


def _may_count(node: LexborNode) -> bool:
    """Whether what stands in an element may become headline, lead or caption."""
    return node.tag in _HEADLINE or is_caption(node) or bool(_LEAD.search(names(node)))


def _size(node: LexborNode) -> int:
    return len("".join(node.text().split()))


def _bare(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0].removeprefix("http://").removeprefix("https://").rstrip("/")
