"""Reservation of text and data mining: TDMRep (W3C community group report, 10 May 2024).

Three places say it: /.well-known/tdmrep.json, the header tdm-reservation, and a meta element of that name. The page's
own word goes before the header's, the header's before the file's (report, "Processing priority").
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PATH: Final = "/.well-known/tdmrep.json"
MAX_RULES: Final = 1_000
MAX_BYTES: Final = 256_000
_META: Final = re.compile(rb"<meta\b[^>]{0,300}\btdm-reservation\b[^>]{0,300}>", re.IGNORECASE)
_CONTENT: Final = re.compile(rb"""content\s*=\s*["']?\s*([01])\b""", re.IGNORECASE)
_HEAD: Final = 65_536


@dataclass(frozen=True, slots=True)
class TdmRules:
    """The rules of a host's tdmrep.json in their order: (pattern of the path, reserved)."""

    rules: tuple[tuple[str, bool], ...] = ()

    def reserved(self, path: str) -> bool | None:
        """What the first rule that fits the path says; None where none fits."""
        return next((reserved for pattern, reserved in self.rules if _fits(pattern, path)), None)

    @property
    def everywhere(self) -> bool:
        """Whether the front page is reserved: what is shown of the source as a whole."""
        return bool(self.reserved("/"))


def read_rules(body: bytes) -> TdmRules:
    """The rules of a tdmrep.json; a body that is none has no rules (report: an error counts as unset)."""
    if len(body) > MAX_BYTES:
        return TdmRules()
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return TdmRules()
    items = document if isinstance(document, list) else [document]
    found = []
    for item in items[:MAX_RULES]:
        if isinstance(item, dict) and isinstance(item.get("location"), str):
            value = _value(item.get("tdm-reservation"))
            if value is not None:
                found.append((str(item["location"])[:1024], value))
    return TdmRules(tuple(found))


def page_reserved(rules: TdmRules, path: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a page is reserved, by its meta element, else its header, else the host's rules."""
    if b"tdm-reservation" in body[:_HEAD] and (meta := _META.search(body[:_HEAD])):
        content = _CONTENT.search(meta.group())
        if content:
            return content.group(1) == b"1"
    header = _value(headers.get("tdm-reservation", "").strip())
    if header is not None:
        return header
    return bool(rules.reserved(path))


def _value(raw: object) -> bool | None:
    return {"1": True, "0": False}.get(str(int(raw)) if isinstance(raw, bool | int) else str(raw))


def _fits(pattern: str, path: str) -> bool:
    """Patterns as in robots.txt: a prefix with `*` for anything and `$` for the end. Linear, no regular expression."""
    anchored = pattern.endswith("$")
    pieces = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not anchored or at == len(path) or (len(pieces) > 1 and path.endswith(pieces[-1]))
