"""Lists of sources in OPML: taken in one by one through the doors, given out with kind and licence.

An outline of a reader's list names no kind and no licence; it is taken only with both, told for the whole file or by
the outline itself (as our own export writes them). A list is refused as a whole where it brings a DTD.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from lxml import etree

from core import urls
from core.errors import AddressRefused, ConfigError
from core.i18n import t
from core.records import Publisher, PublisherKind
from core.text import clean, clip
from crawlers import doors, markup
from crawlers.autodiscover import Proposal, declaration, proposed_id
from crawlers.publishers.loader import Declaration

MAX_BYTES: Final = 5_000_000
MAX_OUTLINES: Final = 5_000
MAX_DEPTH: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One line of a list and what became of it: a declaration, or the reason why there is none."""

    title: str
    feed: str
    home: str = ""
    kind: str = ""
    licence: str = ""
    province: str = ""
    refused: str = ""  # catalogue key; "source.needs_kind_and_licence" where only these are missing
    note: str = ""  # what a declaration made of it lacks, for the operator's terminal
    declared: Declaration | None = None


def import_opml(
    body: bytes, *, kind: str = "", licence: str = "", known: Iterable[Publisher] = ()
) -> tuple[Outline, ...]:
    """Every outline with an address, past the doors; those of one host become one declaration, on the first of them.

    `kind` and `licence` hold for outlines that name none. Raises ConfigError for a body that is no OPML, is too
    large, nests too deeply or declares a document type or entities.
    """
    found = [_judged(outline, kind, licence) for outline in _outlines(body)]
    taken = {doors.own_hosts(publisher)[0] for publisher in known}
    groups: dict[str, list[int]] = {}
    for number, outline in enumerate(found):
        if outline.refused:
            continue
        host = urls.bare_host(urls.host_of(outline.feed))
        if host in taken:
            found[number] = replace(outline, refused="source.already_declared")
        else:
            groups.setdefault(host, []).append(number)
    for numbers in groups.values():
        members = [found[number] for number in numbers]
        found[numbers[0]] = _declared(members)
    return tuple(found)


def export_opml(publishers: Iterable[Publisher]) -> str:
    """An OPML 2.0 list of the publishers' feeds, with kind, licence and province beside each."""
    rows: list[str] = []
    for publisher in publishers:
        for endpoint in publisher.endpoints:
            if endpoint.kind != "feed":
                continue
            values = {
                "type": "rss", "text": publisher.name, "title": publisher.name, "xmlUrl": endpoint.url,
                "htmlUrl": publisher.home, "language": publisher.language, "kind": publisher.kind.value,
                "licence": publisher.licence, "province": publisher.province or "",
            }  # fmt: skip
            rows.append("<outline " + " ".join(f"{name}={quoteattr(value)}" for name, value in values.items()) + "/>")
    lines = "\n    ".join(rows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>diembao</title></head>\n'
        f"  <body>\n    {lines}\n  </body>\n</opml>\n"
    )


def _outlines(body: bytes) -> list[Outline]:
    if len(body) > MAX_BYTES:
        raise ConfigError(f"the list has {len(body)} bytes (at most {MAX_BYTES}); split it")
    document = markup.xml_text(markup.decode(body, {}))
    if document.problem == "dtd":
        raise ConfigError("the list declares a document type or entities, which no list of feeds needs: not read")
    if document.problem:
        raise ConfigError("the list is not OPML; export it again from the program that wrote it")
    found: list[Outline] = []
    depth, root = 0, ""
    parser = etree.iterparse(
        _stream(document.text), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False,
    )  # fmt: skip
    try:
        for event, element in parser:
            depth += 1 if event == "start" else -1
            root = root or str(element.tag)
            if depth > MAX_DEPTH or len(found) > MAX_OUTLINES:
                raise ConfigError(f"the list is deeper than {MAX_DEPTH} or longer than {MAX_OUTLINES} lines; split it")
            if event == "start" and element.tag == "outline" and element.get("xmlUrl"):
                found.append(_outline(element))
    except etree.XMLSyntaxError as error:
        raise ConfigError(f"the list is not well-formed OPML: {error.msg}") from None
    if root != "opml":
        raise ConfigError("the list is not OPML: its root is not <opml>")
    return found


def _stream(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode("utf-8"))


def _outline(element: etree._Element) -> Outline:
    def value(name: str, limit: int) -> str:
        return clip(clean(str(element.get(name) or "")), limit)

    return Outline(
        title=value("title", 120) or value("text", 120),
        feed=str(element.get("xmlUrl") or "").strip(),
        home=str(element.get("htmlUrl") or "").strip(),
        kind=value("kind", 40),
        licence=value("licence", 400),
        province=value("province", 2),
    )


def _judged(outline: Outline, kind: str, licence: str) -> Outline:
    outline = replace(outline, kind=outline.kind or kind, licence=outline.licence or licence)
    reason = doors.endpoint_refusal(outline.feed)
    if reason:
        return replace(outline, refused=reason)
    if outline.kind not in set(PublisherKind) or len(outline.licence) < 8:
        return replace(outline, refused="source.needs_kind_and_licence")
    return outline


def _declared(members: list[Outline]) -> Outline:
    first = members[0]
    proposal = Proposal(home=_home(first), name=first.title, feeds=tuple(dict.fromkeys(m.feed for m in members)))
    try:
        declared = declaration(
            proposal, source=proposed_id(proposal.home), kind=first.kind, licence=first.licence,
            province=first.province or None,
        )  # fmt: skip
    except ConfigError as error:
        return replace(first, refused="source.not_an_address", note=str(error))
    return replace(first, declared=declared.model_copy(update={"address_source": "taken from a list (OPML)"}))


def _home(outline: Outline) -> str:
    """The home page that the outline names, where it stands on the feed's own host; else the feed's origin."""
    feed = urlsplit(outline.feed)
    try:
        if outline.home and urls.bare_host(urls.host_of(outline.home)) == urls.bare_host(urls.host_of(outline.feed)):
            return outline.home
    except AddressRefused:
        pass
    return f"{feed.scheme}://{feed.netloc}/"


def told(outline: Outline) -> str:
    """A line for the terminal: what became of an outline."""
    if outline.refused:
        return f"{outline.title or outline.feed}: {outline.note or t(outline.refused, 'en')}"
    return f"{outline.title or outline.feed}: taken"
