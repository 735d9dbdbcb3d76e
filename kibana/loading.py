"""Loading the dashboards, and looking whether they are there. Both may be repeated: ids are fixed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from core.settings import KibanaSettings
from kibana.boards import view_id
from kibana.client import Kibana, KibanaRefuses, advice, part
from kibana.objects import lines, saved_objects

FILE: Final = "diembao.ndjson"
_ZONE: Final = "dateFormat:tz"
_BY_HAND: Final = f"set it by hand: Stack Management, Advanced Settings, {_ZONE}"
Sign = Literal["ok", "--", "!!"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was done or found of one thing: ok, -- (works, with a remark) or !! (wrong), the last two with a `todo`."""

    sign: Sign
    what: str
    says: str
    todo: str = ""


def load(kibana: Kibana, settings: KibanaSettings) -> tuple[Found, ...]:
    """Bring every object into the space, set its default data view and time zone, and look whether all is there.

    Raises KibanaAway, and KibanaRefuses with everything that Kibana did not take.
    """
    objects = saved_objects(settings)
    before = (_ready(kibana), *_space(kibana))
    taken, moved = _imported(kibana, kibana.upload("/api/saved_objects/_import?overwrite=true", FILE, lines(objects)))
    there = _there(kibana, [one for one in objects if (one["type"], one["id"]) not in moved])
    name = view_id(settings, "counts")
    lacking = ("index-pattern", name) in moved or there[0].sign == "!!"
    return (
        *before,
        *taken,
        *(() if lacking else (_default_view(kibana, name),)),
        _zone(kibana, settings.time_zone, change=True),
        *there,
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
                f"Kibana has no space {kibana.space}",
                todo="Make it (Stack Management, Spaces), or correct [kibana] space",
                status=404,
            ) from None
        if refused.status != 403:
            raise
        return (
            Found(
                sign="--", what="space", says=f"{kibana.space}: this login may not look at it",
                todo="nothing, if the rest is ok; else look whether it is there: Stack Management, Spaces",
            ),
        )  # fmt: skip
    return (Found(sign="ok", what="space", says=kibana.space),)


def _imported(kibana: Kibana, said: Any) -> tuple[tuple[Found, ...], set[tuple[str, str]]]:
    """What `_import` answers, and which objects it gave other ids. 200 with success false is usual."""
    if not isinstance(said, Mapping) or "success" not in said:
        raise KibanaRefuses(
            "Kibana: an answer to an import that is none", todo="Check that [kibana] url is a Kibana's address"
        )
    errors = said.get("errors") or []
    if not said["success"] or errors:
        raise _not_taken(kibana, errors)
    results = said.get("successResults") or []
    moved = [one for one in results if one.get("destinationId") and one["destinationId"] != one.get("id")]
    done = Found(sign="ok", what="import", says=f"{said.get('successCount', len(results))} objects")
    warnings = (_warning(kibana, one) for one in said.get("warnings") or [])
    return (done, *warnings, *map(_moved, moved)), {(str(one.get("type")), str(one.get("id"))) for one in moved}


def _not_taken(kibana: Kibana, errors: Sequence[Mapping[str, Any]]) -> KibanaRefuses:
    """Every object that was not taken, whether the rest was, and each thing to do once."""
    kinds = {str(part(one, "error").get("type", "")) for one in errors}
    outcome = "nothing was loaded" if kinds & _WHOLE or not errors else "the rest was loaded"
    reasons = [_reason(part(one, "error")) for one in errors]
    named = zip(errors, reasons, strict=True)
    told = "; ".join(f"{one.get('type')} {one.get('id')}: {reason.says}" for one, reason in named)
    todo = "; ".join(dict.fromkeys(reason.todo for reason in reasons)) or "See Kibana's own log"
    says = f"Kibana did not take everything, {outcome}: {told or 'it gives no reason'}"
    return KibanaRefuses(kibana.without_secrets(says), todo=todo)


_WHOLE: Final = frozenset({"conflict", "ambiguous_conflict", "missing_references"})
"""Any of these, and nothing is created, whatever successCount says; with other kinds the rest is."""


class _Reason(NamedTuple):
    """Why an object was not taken."""

    says: str
    todo: str


_OWNED: Final = (
    "The dashboard's owner made it read-only: let the owner or an administrator take that off, or delete it, in Kibana,"
    " and load again"
)
_UNREADABLE: Final = "This Kibana can't read the object: upgrade it (8.19 or 9.x), and load again"


def _reason(error: Mapping[str, Any]) -> _Reason:
    kind = str(error.get("type", "unknown"))
    if kind == "conflict":
        other = error.get("destinationId") or "one that is there"
        return _Reason(f"conflicts with {other}", "Delete the one in the way and load again")
    if kind == "ambiguous_conflict":
        others = ", ".join(str(one.get("id")) for one in error.get("destinations") or [])
        return _Reason(f"conflicts with several copies ({others})", "Delete the copies and load again")
    if kind == "missing_references":
        missing = ", ".join(f"{one.get('type')} {one.get('id')}" for one in error.get("references") or [])
        return _Reason(f"needs {missing}, which is not there", "Load the whole file, not a part of it")
    if kind == "unsupported_type":
        return _Reason("this Kibana does not know that type", "Use Kibana 8.11 or newer")
    if kind == "unknown":
        return _unknown(error)
    rest = {key: value for key, value in error.items() if key != "type"}
    says = f"{kind}{f' {json.dumps(rest, ensure_ascii=False)}' if rest else ''}"
    return _Reason(says, _OWNED if "access_control" in kind else "See Kibana's own log; a newer diembao may know more")


def _unknown(error: Mapping[str, Any]) -> _Reason:
    """A failure of one object, with a status of its own as a request has it."""
    message, code = str(error.get("message", "no reason given")), error.get("statusCode", 0)
    status = 403 if "Unable to" in message else code if isinstance(code, int) else 0
    todo = _UNREADABLE if status == 400 else advice(status, message)
    return _Reason(f"{message} (HTTP {code})", todo)


def _warning(kibana: Kibana, one: Mapping[str, Any]) -> Found:
    """What Kibana remarks on an import that it took; it may name a page of its own on which something is to be done."""
    page = str(one.get("actionPath") or "")
    todo = f"open {page} in Kibana and do what it asks" if page else "look at the dashboards in Kibana, and at its log"
    says = f"{one.get('type', 'warning')}: {one.get('message', '')}"
    return Found(sign="--", what="import", says=kibana.without_secrets(says), todo=kibana.without_secrets(todo))


def _moved(one: Mapping[str, Any]) -> Found:
    """Loading again keeps the other id as long as the copy with it is there, so that one must go too."""
    return Found(
        sign="!!", what="import",
        says=f"{one.get('type')} {one.get('id')} has the id {one['destinationId']} here: another space uses its own",
        todo="delete it here and in the other space (Stack Management, Saved Objects) and load again, else our pages'"
        " links lead nowhere",
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
            return _zone_set(kibana, wanted)
    except KibanaRefuses as refused:
        by_hand = {403: f"{_BY_HAND}; or give the login Advanced Settings all", 404: _BY_HAND}
        todo = by_hand.get(refused.status, refused.todo)
        return Found(sign="--", what="time zone", says=f"can't be set from here: {refused.says}", todo=todo)
    stands = str(entry.get("userValue") or "Browser")
    whose = "by each viewer's own clock" if stands == "Browser" else f"there, not in {wanted}"
    says = f"{stands}: days are cut {whose}"
    return Found(sign="!!", what="time zone", says=says, todo="diembao kibana load")


def _zone_set(kibana: Kibana, wanted: str) -> Found:
    """Kibana refuses a name that is none of its zones; by hand it would do so too."""
    try:
        kibana.post("/api/kibana/settings", {"changes": {_ZONE: wanted}})
    except KibanaRefuses as refused:
        if refused.status != 400:
            raise
        todo = "correct [kibana] time_zone: a name such as Asia/Ho_Chi_Minh"
        return Found(sign="!!", what="time zone", says=f"{wanted} is not taken: {refused.says}", todo=todo)
    return Found(sign="ok", what="time zone", says=f"{wanted}, set now")


_READ: Final = ("title", "timeFieldName")
"""Of a data view: the indices and the day. Without them every panel is blank, mostly without a message."""


def _there(kibana: Kibana, objects: Sequence[Mapping[str, Any]]) -> tuple[Found, ...]:
    return tuple(_one_there(kibana, one, str(_title(one))) for one in objects)


def _title(one: Mapping[str, Any]) -> object:
    return one["attributes"].get("name") or one["attributes"]["title"]


def _one_there(kibana: Kibana, ours: Mapping[str, Any], title: str) -> Found:
    """Whether an export finds it with all that it refers to. Only what is not there is mended by loading."""
    kind, name = str(ours["type"]), str(ours["id"])
    asked = {"objects": [{"type": kind, "id": name}], "includeReferencesDeep": True, "excludeExportDetails": False}
    try:
        text = kibana.lines("/api/saved_objects/_export", asked)
    except KibanaRefuses as refused:
        if not refused.missing:
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
        raise KibanaRefuses(
            "Kibana: an export that can't be read",
            todo="Let its answers through the proxy before it unchanged and whole",
        )
    return said
