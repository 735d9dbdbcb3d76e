"""What Kibana sends for a panel: the saved Lens state as a search with aggregations, and the answer as rows.

By the translation of x-pack/platform/plugins/shared/lens (form_based/to_expression, operations) and of
src/plugins/data/common/search (aggs, es_query): buckets nested in the order of columnOrder, metrics below the
innermost, the metric by which values are ordered beside each of them too; a filtered metric is a filter bucket; KQL as
boolean queries; the dashboard's time range in the space's time zone as a range filter. Kibana numbers the aggregations;
here they have the names of their columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Rows = dict[tuple[str, ...], tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A panel as it is asked: the index pattern and the body of the search."""

    panel: str
    index: str
    body: Json
    columns: tuple[tuple[str, Json], ...]  # in columnOrder


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks: when, in which time zone, with which desks chosen in the dashboard's list."""

    now: datetime
    zone: str
    desks: tuple[str, ...] = ()


def requests_of(objects: Sequence[Mapping[str, Any]], dashboard: str, viewer: Viewer) -> list[Asked]:
    """What is sent when a dashboard is opened, a request a panel."""
    by_id = {(one["type"], one["id"]): one for one in objects}
    board = by_id["dashboard", dashboard]
    outer = {reference["name"]: reference["id"] for reference in board["references"]}
    body = board["attributes"]
    zone = ZoneInfo(viewer.zone)
    first, last = moment(body["timeFrom"], viewer.now, zone), moment(body["timeTo"], viewer.now, zone, up=True)
    filters = [_phrases("desk_name", viewer.desks)] if viewer.desks and "controlGroupInput" in body else []
    asked = []
    for panel in json.loads(body["panelsJSON"]):
        lens = panel["embeddableConfig"]["attributes"]
        ((layer, state),) = lens["state"]["datasourceStates"]["formBased"]["layers"].items()
        view = by_id["index-pattern", outer[f"{panel['panelIndex']}:indexpattern-datasource-layer-{layer}"]][
            "attributes"
        ]
        times = {"range": {view["timeFieldName"]: {"format": "strict_date_optional_time", "gte": first.isoformat(),
                                                   "lte": last.isoformat()}}}  # fmt: skip
        query = kql(lens["state"]["query"]["query"])
        columns = tuple((name, state["columns"][name]) for name in state["columnOrder"])
        asked.append(Asked(
            panel=panel["panelIndex"], index=view["title"], columns=columns,
            body={
                "size": 0, "track_total_hits": False, "stored_fields": ["*"], "script_fields": {},
                "runtime_mappings": {}, "_source": {"excludes": []},
                "docvalue_fields": [{"field": view["timeFieldName"], "format": "date_time"}],
                "query": {"bool": {"must": [], "filter": [query, *filters, times], "should": [], "must_not": []}},
                "aggs": _aggs(columns, (first, last), viewer.zone),
            },
        ))  # fmt: skip
    return asked


def suggestions(objects: Sequence[Mapping[str, Any]], dashboard: str, viewer: Viewer) -> tuple[str, Json] | None:
    """What the dashboard's list of desks asks for to fill itself: (index pattern, body); None where it has none."""
    by_id = {(one["type"], one["id"]): one for one in objects}
    board = by_id["dashboard", dashboard]
    if "controlGroupInput" not in board["attributes"]:
        return None
    ((name, control),) = json.loads(board["attributes"]["controlGroupInput"]["panelsJSON"]).items()
    outer = {reference["name"]: reference["id"] for reference in board["references"]}
    view = by_id["index-pattern", outer[f"controlGroup_{name}:optionsListDataView"]]["attributes"]
    field = control["explicitInput"]["fieldName"]
    found = {"terms": {"field": field, "size": 10, "order": {"_count": "desc"}, "shard_size": 10}}
    body = {"size": 0, "aggs": {"suggestions": found, "unique_terms": {"cardinality": {"field": field}}}}
    return view["title"], body


def rows(asked: Asked, aggregations: Mapping[str, Any]) -> Rows:
    """The table that Kibana makes of the answer: values of the buckets -> values of the metrics."""
    return dict(_rows(asked.columns, aggregations, 0, ()))


def moment(text: str, now: datetime, zone: ZoneInfo, *, up: bool = False) -> datetime:
    """Date arithmetic of the kind now-89d/d, in the viewer's zone; rounded up to the end of the day as an upper end."""
    match = re.fullmatch(r"now(?:-(\d+)d)?(/d)?", text)
    assert match is not None, text
    at = now.astimezone(zone) - timedelta(days=int(match[1] or 0))
    if match[2]:
        at = at.replace(hour=0, minute=0, second=0, microsecond=0)
        at = at + timedelta(days=1) - timedelta(milliseconds=1) if up else at
    return at.astimezone(UTC)


def _aggs(columns: Sequence[tuple[str, Json]], span: tuple[datetime, datetime], zone: str) -> Json:
    buckets = [(name, column) for name, column in columns if column["isBucketed"]]
    metrics = [(name, column) for name, column in columns if not column["isBucketed"]]
    by_name = {name: _metric(column) for name, column in metrics}
    inner = dict(by_name)
    filtered = {name for name, column in metrics if "filter" in column}
    for name, column in reversed(buckets):
        ordered = column["params"].get("orderBy", {}).get("columnId", "")
        beside = {ordered: by_name[ordered]} if ordered else {}
        inner = {name: _bucket(column, span, zone, filtered) | {"aggs": inner | beside}}
    return inner


def _bucket(column: Json, span: tuple[datetime, datetime], zone: str, filtered: set[str]) -> Json:
    params = column["params"]
    if column["operationType"] == "date_histogram":
        bounds = {"min": int(span[0].timestamp() * 1000), "max": int(span[1].timestamp() * 1000)}
        return {"date_histogram": {
            "field": column["sourceField"], "calendar_interval": params["interval"], "time_zone": zone,
            "extended_bounds": bounds, "min_doc_count": 0 if params["includeEmptyRows"] else 1,
        }}  # fmt: skip
    by = params["orderBy"]["columnId"]
    order = f"{by}>value" if by in filtered else by
    return {"terms": {
        "field": column["sourceField"], "size": params["size"], "shard_size": max(25, params["size"]),
        "order": {order: params["orderDirection"]},
    }}  # fmt: skip


def _metric(column: Json) -> Json:
    kind = {"sum": "sum", "unique_count": "cardinality"}[column["operationType"]]
    plain = {kind: {"field": column["sourceField"]}}
    if "filter" not in column:
        return plain
    return {"filter": kql(column["filter"]["query"]), "aggs": {"value": plain}}


def _rows(
    columns: Sequence[tuple[str, Json]], found: Mapping[str, Any], depth: int, keys: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    name, column = columns[depth]
    if column["isBucketed"]:
        for bucket in found[name]["buckets"]:
            yield from _rows(columns, bucket, depth + 1, (*keys, _key(column, bucket)))
        return
    values = [found[one].get("value", 0) for one, _ in columns[depth:]]
    yield keys, tuple(int(value["value"] if isinstance(value, dict) else value) for value in values)


def _key(column: Json, bucket: Mapping[str, Any]) -> str:
    if column["operationType"] == "date_histogram":
        return date.fromisoformat(bucket["key_as_string"][:10]).isoformat()
    return str(bucket["key"])


def _phrases(field: str, values: Sequence[str]) -> Json:
    return {"bool": {"should": [{"match_phrase": {field: value}} for value in values], "minimum_should_match": 1}}


_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[():*]|[^\s():"]+)')


def kql(text: str) -> Json:
    """A KQL expression as the query that Kibana makes of it: fields with values, and, or, not, brackets, existence."""
    if not text.strip():
        return {"match_all": {}}
    tokens = _TOKEN.findall(text)
    query = _either(tokens)
    assert not tokens, f"not read: {tokens}"
    return query


def _either(tokens: list[str]) -> Json:
    found = [_both(tokens)]
    while tokens and tokens[0] == "or":
        tokens.pop(0)
        found.append(_both(tokens))
    return found[0] if len(found) == 1 else {"bool": {"should": found, "minimum_should_match": 1}}


def _both(tokens: list[str]) -> Json:
    found = [_one(tokens)]
    while tokens and tokens[0] == "and":
        tokens.pop(0)
        found.append(_one(tokens))
    return found[0] if len(found) == 1 else {"bool": {"filter": found}}


def _one(tokens: list[str]) -> Json:
    token = tokens.pop(0)
    if token == "not":
        return {"bool": {"must_not": _one(tokens)}}
    if token == "(":
        inner = _either(tokens)
        assert tokens.pop(0) == ")"
        return inner
    assert tokens.pop(0) == ":", f"{token}: no value"
    return _value(token, tokens)


def _value(field: str, tokens: list[str]) -> Json:
    token = tokens.pop(0)
    if token == "(":
        found = [_value(field, tokens)]
        while tokens[0] == "or":
            tokens.pop(0)
            found.append(_value(field, tokens))
        assert tokens.pop(0) == ")"
        return {"bool": {"should": found, "minimum_should_match": 1}}
    said = {"exists": {"field": field}} if token == "*" else {"match_phrase": {field: token.strip('"')}}
    return {"bool": {"should": [said], "minimum_should_match": 1}}
