"""Loading the dashboards, and looking whether they are there. Both may be repeated: ids are fixed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from core.settings import KibanaSettings
from kibana.boards import view_id
from kibana.client import Kibana, KibanaRefuses, part
from kibana.objects import lines, saved_objects

FILE: Final = "diembao.ndjson"
_ZONE: Final = "dateFormat:tz"
_BY_HAND: Final = "set it by hand: Stack Management, Advanced Settings"
Sign = Literal["ok", "--", "!!"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was done or found of one thing: ok, -- (works, with a remark) or !! (wrong)."""

    sign: Sign
    what: str
    says: str
    todo: str = ""


def load(kibana: Kibana, settings: KibanaSettings) -> tuple[Found, ...]:
    """Bring every object into the space, set its default data view and time zone, and look whether all is there.

    Raises KibanaAway, and KibanaRefuses with everything that Kibana did not take.
    """
    objects = saved_objects(settings)
    found = (
        _ready(kibana),
        *_space(kibana),
        *_imported(kibana, kibana.upload("/api/saved_objects/_import?overwrite=true", FILE, lines(objects))),
    )
    counts, *others = _there(kibana, objects)
    return (
        *found,
        *(() if counts.sign == "!!" else (_default_view(kibana, view_id(settings, "counts")),)),
        _zone(kibana, settings.time_zone, change=True),
        counts,
        *others,
    )


def check(kibana: Kibana, settings: KibanaSettings) -> tuple[Found, ...]:
    """What stands there; nothing is changed. Raises KibanaAway, KibanaRefuses where nothing can be asked at all."""
    return (
        _ready(kibana),
        *_space(kibana),
        *_there(kibana, saved_objects(settings)),
        _zone(kibana, settings.time_zone, change=False),
    )


def _ready(kibana: Kibana) -> Found:
    status = kibana.ready()
    version = f"version {status.version}" if status.version else "version not told without a login"
    if status.level == "degraded":
        return Found(
            sign="--", what="kibana", says=f"degraded: {status.summary}; {version}", todo="see Kibana's own log"
        )
    return Found(sign="ok", what="kibana", says=f"available, {version}")


def _space(kibana: Kibana) -> tuple[Found, ...]:
    if not kibana.space:
        return ()
    try:
        kibana.at_root(f"/api/spaces/space/{kibana.space}")
    except KibanaRefuses as refused:
        if refused.status == 404:
            raise KibanaRefuses(
                f"Kibana has no space {kibana.space}: make it (Stack Management, Spaces), or set [kibana] space",
                status=404,
            ) from None
        if refused.status != 403:
            raise
        return (Found(sign="--", what="space", says=f"{kibana.space}: this login may not look at it"),)
    return (Found(sign="ok", what="space", says=kibana.space),)


def _imported(kibana: Kibana, said: Any) -> tuple[Found, ...]:
    """What `_import` answers. 200 with success false is usual."""
    if not isinstance(said, Mapping) or "success" not in said:
        raise KibanaRefuses("Kibana: an answer to an import that is none; is [kibana] url a Kibana?")
    errors = said.get("errors") or []
    if not said["success"] or errors:
        raise KibanaRefuses(kibana.without_secrets(_not_taken(errors)))
    results = said.get("successResults") or []
    moved = [one for one in results if one.get("destinationId") and one["destinationId"] != one.get("id")]
    warnings = [
        Found(sign="--", what="import", says=kibana.without_secrets(_warning(one)))
        for one in said.get("warnings") or []
    ]
    done = Found(sign="ok", what="import", says=f"{said.get('successCount', len(results))} objects")
    return (done, *warnings, *map(_moved, moved))


def _not_taken(errors: Sequence[Mapping[str, Any]]) -> str:
    """Every object that was not taken, and whether the rest was."""
    kinds = {str(one.get("error", {}).get("type", "")) for one in errors}
    whole = bool(kinds & _WHOLE) or not errors
    told = "; ".join(f"{one.get('type')} {one.get('id')}: {_reason(one.get('error', {}))}" for one in errors)
    outcome = "nothing was loaded" if whole else "the rest was loaded"
    return f"Kibana did not take everything, {outcome}: {told or 'it gives no reason; see its log'}"


_WHOLE: Final = frozenset({"conflict", "ambiguous_conflict", "missing_references"})
"""Any of these, and nothing is created, whatever successCount says; with other kinds the rest is."""


def _reason(error: Mapping[str, Any]) -> str:
    kind = str(error.get("type", "unknown"))
    if kind == "conflict":
        return f"conflicts with {error.get('destinationId') or 'one that is there'}: delete that one and load again"
    if kind == "ambiguous_conflict":
        others = ", ".join(str(one.get("id")) for one in error.get("destinations") or [])
        return f"conflicts with several copies ({others}): delete them and load again"
    if kind == "missing_references":
        missing = ", ".join(f"{one.get('type')} {one.get('id')}" for one in error.get("references") or [])
        return f"needs {missing}, which is not there: load the whole file, not a part of it"
    if kind == "unsupported_type":
        return "this Kibana does not know that type: use 8.11 or newer"
    if kind == "unknown":
        code = error.get("statusCode", "")
        hint = "; the login lacks a privilege in this space" if code == 403 or "Unable to" in str(error) else ""
        return f"{error.get('message', 'no reason given')} (HTTP {code}){hint}"
    rest = {key: value for key, value in error.items() if key != "type"}
    return f"{kind}{f' {json.dumps(rest, ensure_ascii=False)}' if rest else ''}"


def _warning(one: Mapping[str, Any]) -> str:
    return f"{one.get('type', 'warning')}: {one.get('message', '')}"


def _moved(one: Mapping[str, Any]) -> Found:
    return Found(
        sign="--", what="import",
        says=f"{one.get('type')} {one.get('id')} has the id {one['destinationId']} here: another space uses its own",
        todo="delete the copy in the other space and load again, else our pages' links lead nowhere",
    )  # fmt: skip


def _default_view(kibana: Kibana, name: str) -> Found:
    """Made default where there is none; somebody's own choice stays. Kibana takes an id that is not there, too."""
    todo = "choose it by hand: Stack Management, Data Views"
    try:
        kibana.post("/api/data_views/default", {"data_view_id": name, "force": False}, versioned=True)
    except KibanaRefuses as refused:
        return Found(sign="--", what="data view", says=f"not made the default: {refused}", todo=todo)
    return Found(sign="ok", what="data view", says=f"{name} is the default, unless another one was chosen")


def _zone(kibana: Kibana, wanted: str, *, change: bool) -> Found:
    """The time zone in which days are cut, of the whole space."""
    try:
        entry = part(part(kibana.get("/api/kibana/settings"), "settings"), _ZONE)
        if entry.get("userValue") == wanted:
            return Found(sign="ok", what="time zone", says=wanted)
        if entry.get("isOverridden"):
            return Found(
                sign="!!", what="time zone", says=f"{entry.get('userValue')}, fixed in kibana.yml",
                todo=f'set uiSettings.overrides: {{"{_ZONE}": "{wanted}"}} there',
            )  # fmt: skip
        if change:
            kibana.post("/api/kibana/settings", {"changes": {_ZONE: wanted}})
            return Found(sign="ok", what="time zone", says=f"{wanted}, set now")
    except KibanaRefuses as refused:
        return Found(
            sign="--", what="time zone", says=f"can't be set from here: {refused}", todo=f"{_BY_HAND}, {_ZONE}"
        )
    stands = str(entry.get("userValue") or "Browser")
    whose = "by each viewer's own clock" if stands == "Browser" else f"there, not in {wanted}"
    says = f"{stands}: days are cut {whose}"
    return Found(sign="!!", what="time zone", says=says, todo="diembao kibana load")


_READ: Final = ("title", "timeFieldName")
"""Of a data view: the indices and the day. Without them every panel is blank, mostly without a message."""


def _there(kibana: Kibana, objects: Sequence[Mapping[str, Any]]) -> tuple[Found, ...]:
    return tuple(_one_there(kibana, one, str(_title(one))) for one in objects)


def _title(one: Mapping[str, Any]) -> object:
    return one["attributes"].get("name") or one["attributes"]["title"]


def _one_there(kibana: Kibana, ours: Mapping[str, Any], title: str) -> Found:
    """Whether an export finds it with all that it refers to. A missing one is answered with 400."""
    kind, name = str(ours["type"]), str(ours["id"])
    asked = {"objects": [{"type": kind, "id": name}], "includeReferencesDeep": True, "excludeExportDetails": False}
    try:
        text = kibana.lines("/api/saved_objects/_export", asked)
    except KibanaRefuses as refused:
        if refused.status != 400 or "kbn-" in str(refused):
            raise
        return Found(sign="!!", what=kind, says=f"{title} ({name}) is not there", todo="diembao kibana load")
    *objects, last = _lines(text)
    gone = {f"{one.get('type')} {one.get('id')}" for one in last.get("missingReferences") or []}
    missing = ", ".join(sorted(gone))
    if missing:
        return Found(sign="!!", what=kind, says=f"{title} ({name}) lacks {missing}", todo="diembao kibana load")
    its = next((part(one, "attributes") for one in objects if (one.get("type"), one.get("id")) == (kind, name)), {})
    for read in _READ if kind == "index-pattern" else ():
        if its.get(read) != ours["attributes"][read]:
            says = f"{title} ({name}) reads {its.get(read)}, not {ours['attributes'][read]}"
            return Found(sign="!!", what=kind, says=says, todo="diembao kibana load")
    return Found(sign="ok", what=kind, says=f"{title} ({name})")


def _lines(text: str) -> list[Mapping[str, Any]]:
    """Of an export: its objects, and what it says of them in the end. Raises KibanaRefuses for one that was cut."""
    try:
        said = [json.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError:
        said = []
    if not said or not all(isinstance(one, Mapping) for one in said) or "exportedCount" not in said[-1]:
        raise KibanaRefuses("Kibana: an export that can't be read; is a proxy changing its answers?")
    return said
