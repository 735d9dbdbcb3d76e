"""A page's tree, made once: what the gate has parsed and let pass, extraction reads on.

Parsing is most of what the gate costs and was a quarter of extraction.
"""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from core import urls
from core.records import FetchedPage

_BASE: Final = "base[href]"
_BESIDE: Final = 'meta[name$="description" i], meta[property$="description" i], script[type*="ld+json" i]'
"""What readers don't see and an article is yet found by. Titles of the head stand in <title> as well."""
_UNSEEN_TAGS: Final = ["script", "style"]
_WITHOUT_EVENTS: Final = int(LexborDocumentOptions.WO_EVENTS)


def base_of(tree: LexborHTMLParser, address: str) -> str:
    """The address from which a page's links are read: its own, or that which its <base> names."""
    node = tree.css_first(_BASE)
    return _joined(address, node.attributes.get("href") or "") if node is not None else address


def _joined(address: str, base: str) -> str:
    return urls.join(address, base) or address


class ParsedPage:
    """A tree without its scripts and styles, and what was read before they went, at one look through the whole tree.

    `beside`: in the page's order, whether it is a script, and the script's text (JSON-LD) or the description.
    """

    __slots__ = ("_base", "beside", "tree")

    def __init__(self, markup: bytes | str) -> None:
        self.tree = LexborHTMLParser(markup, options=_WITHOUT_EVENTS)
        self._base: str | None = None
        self.beside: list[tuple[bool, str]] = []
        for node in self.tree.css(f"{_BESIDE}, {_BASE}"):
            match node.tag:
                case "script":
                    self.beside.append((True, node.text()))
                case "meta":
                    self.beside.append((False, node.attrs.sget("content", "")))
                case _ if self._base is None:
                    self._base = node.attrs.sget("href", "")
        self.tree.strip_tags(_UNSEEN_TAGS)

    def base(self, address: str) -> str:
        """See base_of."""
        return address if self._base is None else _joined(address, self._base)

    def scripts(self) -> list[str]:
        """Texts of the JSON-LD."""
        return [text for is_script, text in self.beside if is_script]


class Handed:
    """The page that passed the gate last, parsed, until extraction takes it: whoever takes it may change the tree."""

    def __init__(self) -> None:
        self._held: tuple[FetchedPage, ParsedPage] | None = None

    def hold(self, page: FetchedPage, parsed: ParsedPage) -> None:
        """Keep it for the extraction that follows, in place of any other."""
        self._held = page, parsed

    def take(self, page: FetchedPage) -> ParsedPage | None:
        """What was held of this very page; nothing is held any more."""
        held, self._held = self._held, None
        return held[1] if held is not None and held[0] is page else None
