"""Lens panels as Kibana 8.11 and later reads them: form-based layers, by value.

Shapes: the state that Kibana itself saves (x-pack/platform/plugins/shared/lens, types.ts of the form_based data source
and of the visualizations xy, datatable, metric, pie), written for the lowest supported version; newer ones lift it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal["metric", "bars", "stack", "rows", "row_stack", "line", "treemap", "table"]
Interval = Literal["1d", "1w", "1M"]
JsonObject = dict[str, Any]

_SERIES: Final[Mapping[Kind, str]] = {
    "bars": "bar", "stack": "bar_stacked", "rows": "bar_horizontal", "row_stack": "bar_horizontal_stacked",
    "line": "line",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The sum of a field, of documents that a KQL expression names, if one does."""

    field: str
    label: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct:
    """How many different values a field has."""

    field: str
    label: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A bar each day, week (from Monday) or month."""

    every: Interval
    label: str
    field: str = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """The values with the most of the first metric."""

    field: str
    label: str
    size: int


Bucket = Days | Top
Metric = Sum | Distinct


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a panel stands on the grid of 48 columns."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: what it counts, of which documents (KQL), by what."""

    id: str
    title: str
    view: str  # id of its data view
    kind: Kind
    query: str
    metrics: tuple[Metric, ...]
    buckets: tuple[Bucket, ...] = ()  # outer first
    place: Place = field(default_factory=lambda: Place(x=0, y=0, w=48, h=10))

    @property
    def layer(self) -> str:
        """Id of its one layer."""
        return f"layer-{self.id}"

    @property
    def reference(self) -> str:
        """Name by which the layer's data view is referred to."""
        return f"indexpattern-datasource-layer-{self.layer}"


def attributes(panel: Panel) -> JsonObject:
    """The Lens attributes of a panel, as they stand inside a dashboard."""
    columns = _columns(panel)
    layer = {
        "columnOrder": list(columns), "columns": columns, "incompleteColumns": {}, "sampling": 1,
        "ignoreGlobalFilters": False,
    }  # fmt: skip
    return {
        "title": panel.title,
        "description": "",
        "type": "lens",
        "visualizationType": _TYPES.get(panel.kind, "lnsXY"),
        "references": [{"type": "index-pattern", "id": panel.view, "name": panel.reference}],
        "state": {
            "query": {"query": panel.query, "language": "kuery"},
            "filters": [],
            "internalReferences": [],
            "adHocDataViews": {},
            "datasourceStates": {"formBased": {"layers": {panel.layer: layer}}},
            "visualization": _SHOWN.get(panel.kind, _xy)(panel),
        },
    }


def _columns(panel: Panel) -> dict[str, JsonObject]:
    """Buckets first, metrics last: the order in which Kibana nests them."""
    columns = {f"b{n}": _bucket(bucket) for n, bucket in enumerate(panel.buckets)}
    return columns | {f"m{n}": _metric(metric) for n, metric in enumerate(panel.metrics)}


def _bucket(bucket: Bucket) -> JsonObject:
    common = {"label": bucket.label, "customLabel": True, "sourceField": bucket.field, "isBucketed": True}
    if isinstance(bucket, Days):
        params = {"interval": bucket.every, "includeEmptyRows": True, "dropPartials": False}
        return common | {"dataType": "date", "operationType": "date_histogram", "scale": "interval", "params": params}
    return common | {
        "dataType": "string", "operationType": "terms", "scale": "ordinal",
        "params": {
            "size": bucket.size, "orderBy": {"type": "column", "columnId": "m0"}, "orderDirection": "desc",
            "otherBucket": False, "missingBucket": False, "parentFormat": {"id": "terms"}, "include": [],
            "exclude": [], "includeIsRegex": False, "excludeIsRegex": False,
        },
    }  # fmt: skip


def _metric(metric: Metric) -> JsonObject:
    column: JsonObject = {
        "label": metric.label, "customLabel": True, "dataType": "number", "sourceField": metric.field,
        "isBucketed": False, "scale": "ratio",
        "operationType": "sum" if isinstance(metric, Sum) else "unique_count",
        "params": {"emptyAsNull": False, "format": {"id": "number", "params": {"decimals": 0}}},
    }  # fmt: skip
    return column | ({"filter": {"query": metric.where, "language": "kuery"}} if metric.where else {})


def _xy(panel: Panel) -> JsonObject:
    series = _SERIES[panel.kind]
    times = [f"b{n}" for n, bucket in enumerate(panel.buckets) if isinstance(bucket, Days)]
    across = times[0] if times else "b0"
    split = next((f"b{n}" for n in range(len(panel.buckets)) if f"b{n}" != across), "")
    layer = {
        "layerId": panel.layer, "layerType": "data", "seriesType": series, "xAccessor": across,
        "accessors": [f"m{n}" for n in range(len(panel.metrics))], "position": "top", "showGridlines": False,
    } | ({"splitAccessor": split} if split else {})  # fmt: skip
    axes = {"x": True, "yLeft": True, "yRight": True}
    return {
        "preferredSeriesType": series,
        "legend": {"isVisible": bool(split) or len(panel.metrics) > 1, "position": "right"},
        "valueLabels": "show" if panel.kind == "rows" else "hide",
        "fittingFunction": "None",
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "tickLabelsVisibilitySettings": axes,
        "gridlinesVisibilitySettings": axes,
        "layers": [layer],
    }


def _table(panel: Panel) -> JsonObject:
    shown = [f"b{n}" for n in range(len(panel.buckets))] + [f"m{n}" for n in range(len(panel.metrics))]
    return {
        "layerId": panel.layer, "layerType": "data",
        "columns": [{"columnId": column, "isTransposed": False} for column in shown],
        "sorting": {"columnId": "m0", "direction": "desc"}, "paging": {"size": 20, "enabled": True},
    }  # fmt: skip


def _number(panel: Panel) -> JsonObject:
    return {"layerId": panel.layer, "layerType": "data", "metricAccessor": "m0"}


def _treemap(panel: Panel) -> JsonObject:
    layer = {
        "layerId": panel.layer, "layerType": "data", "primaryGroups": ["b0"], "metrics": ["m0"],
        "allowMultipleMetrics": False, "numberDisplay": "percent", "categoryDisplay": "default",
        "legendDisplay": "default", "nestedLegend": False,
    }  # fmt: skip
    return {"shape": "treemap", "layers": [layer]}


_TYPES: Final[Mapping[Kind, str]] = {"metric": "lnsMetric", "table": "lnsDatatable", "treemap": "lnsPie"}
_SHOWN: Final = {"metric": _number, "table": _table, "treemap": _treemap}
