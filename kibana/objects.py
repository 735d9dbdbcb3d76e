"""The saved objects: two data views and three dashboards, a JSON line each, for Kibana 8.11 to 9.x.

Versions are those of the lowest supported Kibana: a newer one lifts them, while a file with newer ones is refused as a
whole by an older server. Panels are by value and take their data view from references, so nothing breaks where a
space renames ids. `managed` lets people copy a dashboard but not edit it in place: loading again loses nobody's work.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from core.i18n import Language, t
from core.settings import KibanaSettings
from kibana.boards import Dashboard, dashboards, view_id
from kibana.lens import JsonObject, Panel, attributes

CORE_VERSION: Final = "8.8.0"
VERSIONS: Final[Mapping[str, str]] = {"index-pattern": "8.0.0", "dashboard": "10.2.0"}
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "counts": (
        "desk", "desk_name", "day", "cut", "place", "place_name", "topic", "topic_name", "tone", "tone_name",
        "articles",
    ),
    "reading": (
        "desk", "desk_name", "day", "cut", "publisher", "publisher_name", "found", "read", "kept", "failed", "health",
        "health_name",
    ),
}  # fmt: skip
_NUMBERS: Final = ("articles", "found", "read", "kept", "failed")


def saved_objects(settings: KibanaSettings, language: Language = "vi") -> tuple[JsonObject, ...]:
    """Every object, in the order in which they are written."""
    views = (
        _view(settings, "counts", f"{settings.indices}-counts-*", language),
        _view(settings, "reading", f"{settings.indices}-reading", language),
    )
    return (*views, *(_dashboard(board, language) for board in dashboards(settings, language)))


def lines(objects: Iterable[Mapping[str, Any]]) -> str:
    """NDJSON as `_import` takes it: UTF-8, one object a line."""
    return "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in objects)


def reader_roles(desks: Iterable[str], indices: str) -> str:
    """Roles for the engine's roles.yml: of who reads figures of operation alone, and one a desk with its counts too."""
    reading = f"{indices}-reading"
    of_desks = (_role(f"diembao_reader_{desk}", reading, f"{indices}-counts-{desk}") for desk in desks)
    return "".join((_role("diembao_reader", reading), *of_desks))


def _role(name: str, *indices: str) -> str:
    return (
        f"{name}:\n  cluster: []\n  indices:\n    - names: {json.dumps(indices)}\n"
        '      privileges: ["read", "view_index_metadata"]\n'
    )


def _line(
    kind: str, name: str, attributes: JsonObject, references: Iterable[Mapping[str, str]]
) -> JsonObject:  # fmt: skip
    return {
        "id": name, "type": kind, "attributes": attributes, "references": list(references), "managed": True,
        "coreMigrationVersion": CORE_VERSION, "typeMigrationVersion": VERSIONS[kind],
    }  # fmt: skip


def _view(settings: KibanaSettings, name: str, title: str, language: Language) -> JsonObject:
    fields = _FIELDS[name]
    formats = {field: {"id": "number", "params": {"pattern": "0,0"}} for field in fields if field in _NUMBERS}
    labels = {field: {"customLabel": t(f"kibana.field.{field}", language)} for field in fields}
    body = {
        "title": title, "name": t(f"kibana.view.{name}", language), "timeFieldName": "day", "fields": "[]",
        "fieldFormatMap": _text(formats), "fieldAttrs": _text(labels), "runtimeFieldMap": "{}", "sourceFilters": "[]",
        "typeMeta": "{}", "allowNoIndex": True, "allowHidden": False,
    }  # fmt: skip
    return _line("index-pattern", view_id(settings, name), body, ())


def _dashboard(board: Dashboard, language: Language) -> JsonObject:
    control = f"{board.id}-desk"
    body = {
        "title": board.title, "description": board.about, "version": 1, "timeRestore": True,
        "timeFrom": board.since, "timeTo": "now/d", "refreshInterval": {"pause": True, "value": 60_000},
        "optionsJSON": _text({
            "useMargins": True, "syncColors": False, "syncCursor": True, "syncTooltips": False,
            "hidePanelTitles": False,
        }),
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": _text({"query": {"query": "", "language": "kuery"}, "filter": []}),
        },
        "panelsJSON": _text([_panel(panel) for panel in board.panels]),
    }  # fmt: skip
    references = [
        {"type": "index-pattern", "id": panel.view, "name": f"{panel.id}:{panel.reference}"} for panel in board.panels
    ]
    if board.by_desk:
        body["controlGroupInput"] = _controls(control, t("kibana.field.desk_name", language))
        name = f"controlGroup_{control}:optionsListDataView"
        references.append({"type": "index-pattern", "id": board.by_desk, "name": name})
    return _line("dashboard", board.id, body, references)


def _panel(panel: Panel) -> JsonObject:
    place = panel.place
    return {
        "type": "lens", "panelIndex": panel.id, "title": panel.title,
        "gridData": {"x": place.x, "y": place.y, "w": place.w, "h": place.h, "i": panel.id},
        "embeddableConfig": {
            "enhancements": {}, "hidePanelTitles": False, "title": panel.title, "attributes": attributes(panel),
        },
    }  # fmt: skip


def _controls(name: str, title: str) -> JsonObject:
    """A list from which one or more desks are chosen; a reader of one desk finds that one."""
    panel = {
        "order": 0, "width": "medium", "grow": True, "type": "optionsListControl",
        "explicitInput": {
            "id": name, "fieldName": "desk_name", "title": title, "selectedOptions": [], "enhancements": {},
        },
    }  # fmt: skip
    ignored = {"ignoreFilters": False, "ignoreQuery": False, "ignoreTimerange": False, "ignoreValidations": False}
    return {
        "controlStyle": "oneLine", "chainingSystem": "HIERARCHICAL", "ignoreParentSettingsJSON": _text(ignored),
        "panelsJSON": _text({name: panel}),
    }  # fmt: skip


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
