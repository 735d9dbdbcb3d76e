"""What can be proved of saved objects without a Kibana: their form, their references, their fields. No fault: []."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

HIGHEST = {"index-pattern": "8.0.0", "dashboard": "10.2.0"}
"""Versions that the lowest supported Kibana reads; a file with later ones is refused."""
COMMON = {"id", "type", "attributes", "references", "coreMigrationVersion", "typeMigrationVersion", "managed"}
DASHBOARD = {
    "title", "description", "timeRestore", "timeFrom", "timeTo", "refreshInterval", "version", "optionsJSON",
    "kibanaSavedObjectMeta", "panelsJSON", "controlGroupInput", "hits",
}  # fmt: skip
BUCKETS = {"date_histogram", "terms"}
AGGREGATABLE = {"keyword", "long", "date", "boolean", "double"}
LARGEST = 26_214_400

Fields = Mapping[str, Mapping[str, str]]  # data view id -> field -> type in the index template


def faults(text: str, fields: Fields) -> list[str]:
    """Everything that is wrong in an NDJSON file."""
    objects: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    found = list(_whole(text, objects))
    known = {(one["type"], one["id"]) for one in objects}
    for one in objects:
        name = f"{one['type']} {one['id']}"
        found += [f"{name}: {fault}" for fault in _line(one, known)]
        by_kind = {"index-pattern": _view, "dashboard": _dashboard}[one["type"]]
        found += [f"{name}: {fault}" for fault in by_kind(one, fields)]
    return found


def _whole(text: str, objects: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not text.endswith("\n") or "\r" in text:
        yield "lines don't end with a line feed"
    if len(text.encode()) >= LARGEST:
        yield "larger than Kibana takes"
    for key, times in Counter((one["type"], one["id"]) for one in objects).items():
        if times > 1:
            yield f"{key} stands {times} times"


def _line(one: Mapping[str, Any], known: set[tuple[str, str]]) -> Iterator[str]:
    if set(one) != COMMON:
        yield f"keys {sorted(set(one) ^ COMMON)}"
    if one["typeMigrationVersion"] != HIGHEST[one["type"]] or one["coreMigrationVersion"] != "8.8.0":
        yield f"version {one['typeMigrationVersion']}"
    if not one["id"].isascii() or "/" in one["id"]:
        yield "id is no slug"
    names = Counter(reference["name"] for reference in one["references"])
    if any(times > 1 for times in names.values()):
        yield "a reference stands twice"
    for reference in one["references"]:
        if (reference["type"], reference["id"]) not in known:
            yield f"reference to {reference['type']} {reference['id']} leads out of the file"


def _view(one: Mapping[str, Any], fields: Fields) -> Iterator[str]:
    body, has = one["attributes"], fields[one["id"]]
    for name, kind in (("fields", list), ("sourceFilters", list), ("fieldFormatMap", dict), ("fieldAttrs", dict),
                       ("runtimeFieldMap", dict), ("typeMeta", dict)):  # fmt: skip
        if not isinstance(json.loads(body[name]), kind):
            yield f"{name} is no {kind.__name__}"
    for name, value in body.items():
        if not isinstance(value, bool if name in ("allowNoIndex", "allowHidden") else str):
            yield f"{name} has the wrong type"
    if has.get(body["timeFieldName"]) != "date":
        yield "its time field is no date"
    for name in (*json.loads(body["fieldFormatMap"]), *json.loads(body["fieldAttrs"])):
        if name not in has:
            yield f"no field {name} in the index template"
    if not body["allowNoIndex"]:
        yield "an index that is not there yet would be an error"


def _dashboard(one: Mapping[str, Any], fields: Fields) -> Iterator[str]:
    body = one["attributes"]
    if not set(body) <= DASHBOARD:
        yield f"unknown keys {sorted(set(body) - DASHBOARD)}"
    json.loads(body["optionsJSON"])
    if json.loads(body["kibanaSavedObjectMeta"]["searchSourceJSON"])["filter"] != []:
        yield "a filter of the dashboard needs a reference"
    panels = json.loads(body["panelsJSON"])
    outer = {reference["name"]: reference["id"] for reference in one["references"]}
    yield from _grid([panel["gridData"] for panel in panels])
    used: set[str] = set()
    for panel in panels:
        name = panel["panelIndex"]
        used |= {f"{name}:{reference['name']}" for reference in panel["embeddableConfig"]["attributes"]["references"]}
        yield from (f"panel {name}: {fault}" for fault in _panel(panel, outer, fields))
    group = body.get("controlGroupInput", {"panelsJSON": "{}", "ignoreParentSettingsJSON": "{}"})
    controls = json.loads(group["panelsJSON"])
    json.loads(group["ignoreParentSettingsJSON"])
    for name, control in controls.items():
        reference = f"controlGroup_{name}:optionsListDataView"
        used.add(reference)
        field, view = control["explicitInput"]["fieldName"], outer.get(reference)
        if control["explicitInput"]["id"] != name or view is None or fields[view].get(field) != "keyword":
            yield f"control {name} has no data view or no such field"
    if left := outer.keys() ^ used:
        yield f"references that nobody uses or that are missing: {sorted(left)}"


def _grid(places: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for place in places:
        if place["x"] + place["w"] > 48 or min(place["x"], place["y"]) < 0 or min(place["w"], place["h"]) < 1:
            yield f"{place['i']} leaves the grid"
    for one, other in combinations(places, 2):
        across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
        down = one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]
        if across and down:
            yield f"{one['i']} and {other['i']} overlap"
    if len({place["i"] for place in places}) < len(places):
        yield "two panels have one id"


def _panel(panel: Mapping[str, Any], outer: Mapping[str, str], fields: Fields) -> Iterator[str]:
    if panel["type"] != "lens" or panel["gridData"]["i"] != panel["panelIndex"]:
        yield "type or id"
    lens = panel["embeddableConfig"]["attributes"]
    inner = {reference["name"]: reference["id"] for reference in lens["references"]}
    layers = lens["state"]["datasourceStates"]["formBased"]["layers"]
    if set(inner) != {f"indexpattern-datasource-layer-{layer}" for layer in layers}:
        yield "layers and inner references differ"
    for layer, state in layers.items():
        name = f"indexpattern-datasource-layer-{layer}"
        view = outer.get(f"{panel['panelIndex']}:{name}", "")
        if view != inner.get(name):
            yield f"layer {layer} has no twin among the dashboard's references"
            continue
        yield from _columns(state, fields[view])
        yield from _accessors(lens["state"]["visualization"], layer, state["columns"])


def _columns(state: Mapping[str, Any], fields: Mapping[str, str]) -> Iterator[str]:
    columns, order = state["columns"], state["columnOrder"]
    if sorted(order) != sorted(columns) or len(set(order)) < len(order):
        yield "columnOrder is not the columns"
        return
    kinds = [columns[name]["isBucketed"] for name in order]
    if kinds != sorted(kinds, reverse=True):
        yield "a metric stands before a bucket"
    for name, column in columns.items():
        field, operation = column["sourceField"], column["operationType"]
        if fields.get(field) not in AGGREGATABLE:
            yield f"{name}: no field {field} that can be aggregated"
        if column["isBucketed"] != (operation in BUCKETS):
            yield f"{name}: {operation} is no bucket or no metric"
        if operation == "date_histogram" and fields.get(field) != "date":
            yield f"{name}: {field} is no date"
        if operation in ("sum", "average", "min", "max") and fields.get(field) != "long":
            yield f"{name}: {field} is no number"
        if operation == "terms":
            by = columns.get(column["params"]["orderBy"].get("columnId"))
            if by is None or by["isBucketed"]:
                yield f"{name}: ordered by no metric"


def _accessors(shown: Mapping[str, Any], layer: str, columns: Mapping[str, Any]) -> Iterator[str]:
    """Every column that the visualization names, and those that it leaves out."""
    named = list(_named(shown))
    parts = shown.get("layers", [shown])
    if [part["layerId"] for part in parts] != [layer]:
        yield "the visualization shows another layer"
    if unknown := set(named) - set(columns):
        yield f"no column {sorted(unknown)}"
    if unseen := set(columns) - set(named):
        yield f"columns that nothing shows: {sorted(unseen)}"


def _named(shown: Any) -> Iterator[str]:
    one = ("xAccessor", "splitAccessor", "metricAccessor", "columnId")
    several = ("accessors", "primaryGroups", "metrics")
    if isinstance(shown, list):
        for part in shown:
            yield from _named(part)
    elif isinstance(shown, dict):
        for key, value in shown.items():
            if key in one:
                yield value
            elif key in several:
                yield from value
            else:
                yield from _named(value)
