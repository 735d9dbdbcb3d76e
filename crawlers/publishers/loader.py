"""Declarations of publishers: one TOML file each, read into core.records.Publisher.

The files under vn/ are shipped; an installation adds its own in the folder `publishers` of its data directory.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.errors import ConfigError
from core.explained import explain
from core.i18n import t
from core.records import Endpoint, EndpointKind, Publisher, PublisherKind, Selectors
from core.text import clean
from core.urls import host_of, is_web
from core.written import text_of
from crawlers import doors
from crawlers.publishers import updated

_ID: Final = r"^[a-z0-9][a-z0-9_]{1,39}$"
_HOST: Final = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+(/[^\s?#]+)?$")
_LISTS: Final[tuple[tuple[str, EndpointKind], ...]] = (
    ("feeds", "feed"),
    ("sitemaps", "sitemap"),
    ("sections", "section"),
)


class _Selectors(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    lead: str = ""
    body: str = ""
    published: str = ""
    boxes: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class Declaration(BaseModel):
    """A declaration file as it is written. Unknown fields are refused: nothing slips in beside what is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=_ID)]
    name: Annotated[str, Field(min_length=2, max_length=120)]
    kind: PublisherKind
    licence: Annotated[str, Field(min_length=8, max_length=400)]
    home: str
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "vi"
    province: Annotated[str, Field(pattern=r"^\d{2}$")] | None = None
    pace: Annotated[float, Field(ge=1, le=3600)] | None = None
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    channels_page: str = ""  # of its own, on which it links to the channels that `hosts` names
    skip_sections: tuple[str, ...] = ()
    address_source: Annotated[str, Field(min_length=5)]
    verified: bool = False
    selectors: _Selectors = _Selectors()

    @field_validator("name", "licence", "address_source")
    @classmethod
    def _clean(cls, value: str) -> str:
        return clean(value)

    @field_validator("home", "feeds", "sitemaps", "sections")
    @classmethod
    def _web(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for address in (value,) if isinstance(value, str) else value:
            if not is_web(address):
                raise ValueError(f"not a web address: {address[:80]!r}")
        return value

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not _HOST.match(host):
                raise ValueError(f"not a host name: {host[:80]!r}")
            if doors.is_platform(host.partition("/")[0]) and "/" not in host:
                raise ValueError(
                    f"{host} is a shared platform: name the publisher's channel on it, as in host/@channel"
                )
        return value

    @field_validator("skip_sections")
    @classmethod
    def _prefixes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in value:
            if not prefix.startswith("/") or prefix == "/":
                raise ValueError(f"a path begins with a slash and is not the whole site: {prefix[:80]!r}")
        return value


@cache
def shipped() -> tuple[Publisher, ...]:
    """The publishers that come with the program, in the order of their ids. Raises ConfigError."""
    return _load(sorted((resources.files("crawlers.publishers") / "vn").iterdir(), key=lambda file: file.name))


def load_dir(folder: Path) -> tuple[Publisher, ...]:
    """The declarations of an installation; none where the folder does not exist. Raises ConfigError."""
    return _load(sorted(folder.iterdir())) if folder.is_dir() else ()


def load_all(folder: Path) -> tuple[Publisher, ...]:
    """Shipped publishers, or those of the update that holds, and an installation's own.

    Raises ConfigError, also for an id that stands in both.
    """
    update = updated.folder(folder.parent)
    renewed = load_dir(update / "publishers") if update else ()
    return unique((*(renewed or shipped()), *load_dir(folder)))


def unique(publishers: Iterable[Publisher]) -> tuple[Publisher, ...]:
    """The publishers as they are; raises ConfigError where two share an id or an endpoint."""
    ids: dict[str, str] = {}
    found = tuple(publishers)
    for publisher in found:
        for key in (publisher.id, *(endpoint.url for endpoint in publisher.endpoints)):
            if key in ids:
                raise ConfigError(f"{key} is declared twice: by {ids[key]} and by {publisher.id}; keep one")
            ids[key] = publisher.id
    return found


def parse(file_name: str, text: str) -> Publisher:
    """A declaration from its text; every address passes the doors. Raises ConfigError naming file and field."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file_name}: not readable as TOML: {error}") from None
    publisher = to_record(validated(file_name, values))
    if Path(file_name).stem != publisher.id:
        raise ConfigError(f"{file_name}: id: is {publisher.id}, but the file is named otherwise; make both the same")
    return publisher


def validated(file_name: str, values: Mapping[str, object]) -> Declaration:
    """A declaration from its fields, every address past the doors. Raises ConfigError naming file and field."""
    try:
        declared = Declaration.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{file_name}: {explain(error)}") from None
    publisher = to_record(declared)
    _pass_doors(file_name, publisher)
    _own_page(file_name, declared, publisher)
    return declared


def to_record(declared: Declaration) -> Publisher:
    """The record of a declaration, endpoints in the order feeds, sitemaps, sections."""
    endpoints = tuple(
        Endpoint(source=declared.id, kind=kind, url=url) for field, kind in _LISTS for url in getattr(declared, field)
    )
    return Publisher(
        id=declared.id,
        name=declared.name,
        kind=declared.kind,
        licence=declared.licence,
        home=declared.home,
        endpoints=endpoints,
        language=declared.language,
        province=declared.province,
        pace=declared.pace,
        selectors=Selectors(**declared.selectors.model_dump()),
        hosts=declared.hosts,
        skip_sections=declared.skip_sections,
        address_source=declared.address_source,
        verified=declared.verified,
    )


def _pass_doors(file_name: str, publisher: Publisher) -> None:
    reason = doors.endpoint_refusal(publisher.home)
    if reason:
        raise ConfigError(f"{file_name}: home: {publisher.home}: {t(reason, 'en')}")
    for host in publisher.hosts:
        reason = doors.channel_refusal(host) if "/" in host else doors.refusal(f"https://{host}/")
        if reason:
            raise ConfigError(f"{file_name}: hosts: {host}: {t(reason, 'en')}")
    for endpoint in publisher.endpoints:
        reason = doors.endpoint_refusal(endpoint.url, publisher=publisher)
        if reason:
            raise ConfigError(f"{file_name}: {endpoint.kind}s: {endpoint.url}: {t(reason, 'en')}")


def _own_page(file_name: str, declared: Declaration, publisher: Publisher) -> None:
    """A channel is believed only where a page of the publisher's own is named that links to it."""
    page = declared.channels_page
    if not page and not any("/" in host for host in declared.hosts):
        return
    if not is_web(page) or doors.refusal(page, publisher=publisher) or not doors.owns(publisher, host_of(page)):
        raise ConfigError(
            f"{file_name}: channels_page: a channel in hosts needs the address of a page on the publisher's own host"
            " that links to it"
        )


def _load(files: Iterable[Traversable]) -> tuple[Publisher, ...]:
    return unique(parse(file.name, text_of(file, file.name)) for file in files if file.name.endswith(".toml"))
