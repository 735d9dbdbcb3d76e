"""Desk files: TOML -> core.records.Desk, and back.

id = "binh_son"
name = "Huyện Bình Sơn (trước 01/07/2025)"
office = "UBND xã Bình Sơn, tỉnh Quảng Ngãi"     # the office of today that issues its papers
units = ["old:524"]                              # of either age, by id or by name: "huyện Bình Sơn, Quảng Ngãi"
partial_successors = true

[[places]]                                       # other named places, each of a closed kind
kind = "economic_zone"
name = "Khu kinh tế Dung Quất"

[[recipients]]
id = "thong-tin"
name = "Bộ phận thông tin"
roles = ["information_office"]
email = "thong-tin@example.gov.vn"

[papers]                                         # head, signature and "Nơi nhận" of the office's reports
parent = "Tỉnh Quảng Ngãi"                       # the body above it, where one stands there
office = "Ủy ban nhân dân xã Bình Sơn"
number = "{number}/BC-UBND"                      # {number} is left blank for the clerk
place = "Bình Sơn"                               # of the date line
authority = "TM. Ủy ban nhân dân"
title = "Chủ tịch"
signatory = "Họ và tên"
filing = "VT, VHXH"                              # after "Lưu:"

[[papers.copies]]                                # "Nơi nhận"; [[papers.addressed]] is "Kính gửi"
role = "leadership"
name = "Thường trực HĐND xã"
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.errors import ConfigError
from core.explained import explain
from core.i18n import t
from core.names import names_person
from core.papers import check_papers, office_refusal, papers_from
from core.records import Channel, Desk, OfficePapers, QuietHours, Recipient
from core.roles import Role, refusal
from core.text import clean
from core.written import text_of
from nlp.gazetteer.units import Candidate, Gazetteer
from nlp.locate.named import KIND_WORDS, split_kind

_Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Short = Annotated[str, StringConstraints(max_length=200)]
CANDIDATES_SHOWN: Final = 12
_SPAN: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Quiet(_Part):
    hours: Annotated[str, StringConstraints(pattern=_SPAN)]
    channel: Channel | None = None


class _Recipient(_Part):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    name: _Line
    roles: Annotated[tuple[str, ...], Field(min_length=1)]
    email: str = ""
    phone: str = ""
    channels: tuple[Channel, ...] = ()
    quiet: tuple[_Quiet, ...] = ()
    evening: bool = False


class _Place(_Part):
    kind: Literal[
        "river", "lake", "road", "bridge", "port", "railway", "mountain", "island", "economic_zone", "heritage_site"
    ]  # closed: a person, an organisation or a free keyword is none of these
    name: _Line
    unit: str = ""


class _PaperRecipient(_Part):
    role: str
    name: _Line


class _Papers(_Part):
    office: _Line
    parent: _Short = ""
    number: Annotated[str, StringConstraints(max_length=60, pattern=r"^([^{}]*\{number\}[^{}]*)?$")] = ""
    place: _Short = ""
    authority: _Short = ""
    title: _Short = ""
    signatory: _Short = ""
    filing: _Short = ""
    addressed: Annotated[tuple[_PaperRecipient, ...], Field(max_length=20)] = ()
    copies: Annotated[tuple[_PaperRecipient, ...], Field(max_length=20)] = ()


class _DeskFile(_Part):
    id: _Id
    name: _Line
    office: _Line
    units: Annotated[tuple[str, ...], Field(min_length=1)]
    partial_successors: bool = True
    recipients: tuple[_Recipient, ...] = ()
    places: tuple[_Place, ...] = ()
    papers: _Papers | None = None


def load_desk(path: Path, gazetteer: Gazetteer) -> Desk:
    """Read one desk file.

    Raises ConfigError naming the file and the field: TOML that does not parse, unknown or missing fields, a unit
    that is unknown or means several (with the candidates), a recipient who may not be one, an office that may hold no
    desk, a desk named after a person.
    """
    return parse_desk(text_of(path, str(path)), gazetteer, str(path))


def parse_desk(text: str, gazetteer: Gazetteer, where: str = "desk file") -> Desk:
    """The same from the text of a file; `where` names it in errors."""
    try:
        file = _DeskFile(**tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not readable as TOML: {error}") from None
    except (ValidationError, TypeError) as error:
        detail = explain(error) if isinstance(error, ValidationError) else str(error)
        raise ConfigError(f"{where}: {detail}") from None
    if names_person(file.name, lambda name: bool(gazetteer.find_units(name))):
        raise ConfigError(f"{where}: name: {t('desk.person', 'en')}")
    desk = Desk(
        id=file.id,
        name=clean(file.name),
        office=clean(file.office),
        units=tuple(_unit(name, gazetteer, f"{where}: units.{i}") for i, name in enumerate(file.units)),
        partial_successors=file.partial_successors,
        recipients=tuple(_recipient(entry, f"{where}: recipients.{i}") for i, entry in enumerate(file.recipients)),
        places=tuple(_place(place, gazetteer, f"{where}: places.{i}") for i, place in enumerate(file.places)),
        papers=_papers(file.papers, where),
    )
    if reason := office_refusal(desk.name, desk.office):
        raise ConfigError(f"{where}: {t(reason, 'en')}")
    return desk


def load_desks(folder: Path, gazetteer: Gazetteer) -> tuple[Desk, ...]:
    """All *.toml of a folder, by id. Raises ConfigError as load_desk does, and where two have one id."""
    desks: dict[str, Desk] = {}
    for path in sorted(folder.glob("*.toml")):
        desk = load_desk(path, gazetteer)
        if desk.id in desks:
            raise ConfigError(f"{path}: the id {desk.id} is taken by another desk file of the folder")
        desks[desk.id] = desk
    return tuple(desks.values())


def dump_desk(desk: Desk) -> str:
    """The desk as a file that load_desk reads back."""
    content: dict[str, object] = {
        "id": desk.id,
        "name": desk.name,
        "office": desk.office,
        "units": list(desk.units),
        "partial_successors": desk.partial_successors,
    }
    if desk.places:
        keys = ("kind", "name", "unit")
        content["places"] = [dict(zip(keys, place, strict=False)) for place in desk.places]
    if desk.recipients:
        content["recipients"] = [_said(recipient) for recipient in desk.recipients]
    if desk.papers:
        filled = {name: value for name, value in dataclasses.asdict(desk.papers).items() if value}
        content["papers"] = {name: list(v) if isinstance(v, tuple) else v for name, v in filled.items()}
    return tomli_w.dumps(content)


def _unit(name: str, gazetteer: Gazetteer, where: str) -> str:
    if name in gazetteer:
        return name
    found = gazetteer.find_units(name)
    if len(found) == 1:
        return found[0].unit.id
    if not found:
        raise ConfigError(f"{where}: no unit {name!r}; `diembao desk new` finds units by name")
    raise ConfigError(f"{where}: {name!r} is {len(found)} units; name one by its id: {_listed(found)}")


def _listed(found: Iterable[Candidate]) -> str:
    shown = [f"{candidate.unit.id} = {candidate.label}" for candidate in found]
    more = f" and {len(shown) - CANDIDATES_SHOWN} more" if len(shown) > CANDIDATES_SHOWN else ""
    return "; ".join(shown[:CANDIDATES_SHOWN]) + more


def _place(entry: _Place, gazetteer: Gazetteer, where: str) -> tuple[str, ...]:
    if split_kind(entry.kind, entry.name) is None:
        words = ", ".join(KIND_WORDS[entry.kind])
        raise ConfigError(f"{where}: {entry.name!r} does not begin with a word of its kind ({words})")
    unit = (_unit(entry.unit, gazetteer, f"{where}.unit"),) if entry.unit else ()
    return (entry.kind, clean(entry.name), *unit)


def _papers(entry: _Papers | None, where: str) -> OfficePapers | None:
    if entry is None:
        return None
    try:
        papers = papers_from(_clean(entry.model_dump()))
    except ValueError:
        raise ConfigError(f"{where}: papers: {t('recipient.unknown_role', 'en')}") from None
    check_papers(papers, where)
    return papers


def _clean(value: Any) -> Any:
    """Every text of nested values as one clean line."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {name: _clean(inner) for name, inner in value.items()}
    return tuple(_clean(inner) for inner in value)


def _recipient(entry: _Recipient, where: str) -> Recipient:
    for role in entry.roles:
        reason = refusal(role=role, name=entry.name, address=entry.email, phone=entry.phone)
        if reason:
            raise ConfigError(f"{where}: {t(reason, 'en')}")
    return Recipient(
        id=entry.id,
        name=clean(entry.name),
        roles=tuple(Role(role) for role in entry.roles),
        email=entry.email,
        phone=entry.phone,
        channels=entry.channels,
        quiet=tuple(_quiet(one) for one in entry.quiet),
        evening=entry.evening,
    )


def _quiet(entry: _Quiet) -> QuietHours:
    start, end = (int(time[:2]) * 60 + int(time[3:]) for time in entry.hours.split("-"))
    return QuietHours(channel=entry.channel, start=start, end=end)


def _said(recipient: Recipient) -> dict[str, object]:
    """What a desk file says of a recipient. A Zalo account is no part of it: its owner connects it by a code."""
    said: dict[str, object] = {
        "id": recipient.id, "name": recipient.name, "roles": [str(role) for role in recipient.roles],
        "email": recipient.email,
    }  # fmt: skip
    if recipient.phone:
        said["phone"] = recipient.phone
    if recipient.channels:
        said["channels"] = list(recipient.channels)
    if recipient.quiet:
        said["quiet"] = [
            {"hours": f"{_time(one.start)}-{_time(one.end)}"} | ({"channel": one.channel} if one.channel else {})
            for one in recipient.quiet
        ]
    if recipient.evening:
        said["evening"] = True
    return said


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
