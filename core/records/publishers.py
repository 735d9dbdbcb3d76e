"""Publishers and the addresses at which they say what is new."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

EndpointKind = Literal["feed", "sitemap", "section"]


class PublisherKind(StrEnum):
    """The closed list of kinds of publisher. A person's account, blog, group or forum is none of them."""

    NEWSPAPER = "newspaper"
    BROADCASTER = "broadcaster"
    AGENCY = "agency"
    PUBLIC_BODY = "public_body"
    INTERNATIONAL = "international_publisher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address at which a publisher says what is new."""

    source: str  # id of the publisher
    kind: EndpointKind
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """CSS selectors of a publisher's pages, where they help; empty means: find it without."""

    title: str = ""
    lead: str = ""
    body: str = ""  # container of the article's paragraphs
    published: str = ""
    boxes: tuple[str, ...] = ()  # editorial boxes that belong to the article though they stand outside the body
    drop: tuple[str, ...] = ()  # parts inside the body that are not the article


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """One declaration: an organisation that publishes and answers for it."""

    id: str
    name: str
    kind: PublisherKind
    licence: str  # number of its press licence, or the body that issues it
    home: str
    endpoints: tuple[Endpoint, ...]
    language: str = "vi"
    province: str | None = None  # two-digit NSO code of 2025 for a provincial publisher; None: national
    pace: float | None = None  # seconds between two requests to one host; None: the setting's default
    selectors: Selectors = Selectors()
    hosts: tuple[str, ...] = ()  # hosts besides home's on which it publishes
    skip_sections: tuple[str, ...] = ()  # path prefixes not read: readers' letters, forums
    address_source: str = ""  # where its addresses were found
    verified: bool = False  # seen to answer by `sources check`
