"""The three dashboards: Hôm nay, Xu hướng, Vận hành. Each panel adds up within one cut, so that its sums are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from core.i18n import Language, t
from core.settings import KibanaSettings
from core.topics import TOPICS
from kibana.lens import Days, Distinct, Interval, Panel, Place, Sum, Top

Board = Literal["today", "trends", "operation"]
SLUGS: Final[dict[Board, str]] = {"today": "hom-nay", "trends": "xu-huong", "operation": "van-hanh"}
_ALL: Final = 'cut : "all"'
_TOPIC: Final = 'cut : "topic"'
_PLACE: Final = 'cut : "place"'
_PUBLISHER: Final = 'cut : "publisher"'
_HARM: Final = 'tone : "negative"'
_SPANS: Final[dict[Board, str]] = {"today": "now/d", "trends": "now-89d/d", "operation": "now-13d/d"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One dashboard; its span always ends with today."""

    id: str
    title: str
    about: str
    by_desk: str  # data view of its list of desks; "" where figures are of the installation
    since: str  # date arithmetic of the engine
    panels: tuple[Panel, ...]


def view_id(settings: KibanaSettings, view: str) -> str:
    """Id of the data view "counts" or "reading"."""
    return settings.named(view)


def board_id(settings: KibanaSettings, board: Board) -> str:
    """Id of a dashboard."""
    return settings.named(SLUGS[board])


def link(settings: KibanaSettings, board: Board) -> str:
    """Address of a dashboard for people's browsers; "" where there is no Kibana."""
    return settings.link(SLUGS[board])


def dashboards(settings: KibanaSettings, language: Language = "vi") -> tuple[Dashboard, ...]:
    """All three, for the settings' space."""
    make = _Maker(view_id(settings, "counts"), view_id(settings, "reading"), language)
    panels = {"today": make.today(), "trends": make.trends(), "operation": make.operation()}
    return tuple(
        Dashboard(
            id=board_id(settings, board), title=t(f"kibana.board.{board}", language),
            about=t(f"kibana.board.{board}_about", language),
            by_desk="" if board == "operation" else make.counts, since=_SPANS[board], panels=panels[board],
        )
        for board in SLUGS
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Maker:
    counts: str
    reading: str
    language: Language

    def today(self) -> tuple[Panel, ...]:
        return (
            self._of_counts("today_articles", "metric", _ALL, Place(x=0, y=0, w=12, h=6)),
            self._of_counts("today_harm", "metric", _ALL, Place(x=12, y=0, w=12, h=6), where=_HARM),
            self._of_counts("today_tone", "row_stack", f"{_TOPIC} and tone : *", Place(x=24, y=0, w=24, h=16),
                            self._top("topic_name", 7), self._top("tone_name", 4)),
            self._of_counts("today_topics", "rows", _TOPIC, Place(x=0, y=6, w=24, h=20), self._top("topic_name")),
            self._of_counts("today_places", "rows", _PLACE, Place(x=24, y=16, w=24, h=20), self._top("place_name", 30)),
            self._of_counts("today_where", "table", 'cut : "place_topic"', Place(x=0, y=26, w=24, h=10),
                            self._top("place_name", 30), self._top("topic_name")),
        )  # fmt: skip

    def trends(self) -> tuple[Panel, ...]:
        harm = Sum(field="articles", label=self._t("label.harm"), where=_HARM)
        return (
            self._of_counts("trend_days", "bars", _ALL, Place(x=0, y=0, w=32, h=12), self._each("1d")),
            self._of_counts("trend_months", "bars", _ALL, Place(x=32, y=0, w=16, h=12), self._each("1M")),
            self._of_counts("trend_tone", "stack", _ALL, Place(x=0, y=12, w=24, h=14),
                            self._top("tone_name", 4), self._each("1w")),
            self._of_counts("trend_topics", "stack", _TOPIC, Place(x=24, y=12, w=24, h=14),
                            self._top("topic_name", 8), self._each("1w")),
            self._of_counts("trend_share", "treemap", _TOPIC, Place(x=0, y=26, w=24, h=14), self._top("topic_name")),
            self._panel("trend_places", "table", _PLACE, Place(x=24, y=26, w=24, h=28), self.counts,
                        (self._sum("articles"), Distinct(field="day", label=self._t("label.days"))),
                        self._top("place_name", 100)),
            self._panel("trend_harm", "table", f"{_TOPIC} and tone : *", Place(x=0, y=40, w=24, h=14), self.counts,
                        (self._sum("articles"), harm), self._top("topic_name", 7)),
        )  # fmt: skip

    def operation(self) -> tuple[Panel, ...]:
        days = Distinct(field="day", label=self._t("label.days"))
        sources = Distinct(field="publisher", label=self._t("label.sources"))
        unread = f'{_PUBLISHER} and not health : ("ok" or "silent" or "paused")'
        return (
            self._of_reading("run_read", "metric", _PUBLISHER, Place(x=0, y=0, w=16, h=6), ("read",)),
            self._of_reading("run_kept", "metric", _PUBLISHER, Place(x=16, y=0, w=16, h=6), ("kept",)),
            self._of_reading("run_failed", "metric", _PUBLISHER, Place(x=32, y=0, w=16, h=6), ("failed",)),
            self._of_reading("run_days", "bars", _PUBLISHER, Place(x=0, y=6, w=24, h=14), ("read", "failed"),
                             self._each("1d")),
            self._panel("run_health", "stack", _PUBLISHER, Place(x=24, y=6, w=24, h=14), self.reading, (sources,),
                        self._top("health_name", 8), self._each("1d")),
            self._panel("run_unread", "table", unread, Place(x=0, y=20, w=24, h=14), self.reading, (days,),
                        self._top("publisher_name", 100), self._top("health_name", 8)),
            self._panel("run_desks", "table", 'cut : "desk"', Place(x=24, y=20, w=24, h=14), self.reading,
                        (self._sum("kept"), sources), self._top("desk_name", 500)),
            self._of_reading("run_sources", "table", _PUBLISHER, Place(x=0, y=34, w=48, h=24),
                             ("read", "found", "kept", "failed"), self._top("publisher_name", 500)),
        )  # fmt: skip

    def _of_counts(
        self, name: str, kind: str, query: str, place: Place, *buckets: Top | Days, where: str = ""
    ) -> Panel:
        metric = Sum(field="articles", label=self._t("field.articles"), where=where)
        return self._panel(name, kind, query, place, self.counts, (metric,), *buckets)

    def _of_reading(
        self, name: str, kind: str, query: str, place: Place, fields: tuple[str, ...], *buckets: Top | Days
    ) -> Panel:
        return self._panel(name, kind, query, place, self.reading, tuple(map(self._sum, fields)), *buckets)

    def _panel(  # noqa: PLR0917
        self, name: str, kind: str, query: str, place: Place, view: str, metrics: tuple[Sum | Distinct, ...],
        *buckets: Top | Days,
    ) -> Panel:  # fmt: skip
        return Panel(
            id=name.replace("_", "-"), title=t(f"kibana.panel.{name}", self.language), view=view, kind=kind,  # type: ignore[arg-type]
            query=query, metrics=metrics, buckets=buckets, place=place,
        )  # fmt: skip

    def _sum(self, field: str) -> Sum:
        return Sum(field=field, label=self._t(f"field.{field}"))

    def _top(self, field: str, size: int = len(TOPICS)) -> Top:
        return Top(field=field, label=self._t(f"field.{field}"), size=size)

    def _each(self, every: Interval) -> Days:
        return Days(every=every, label=self._t("field.day"))

    def _t(self, key: str) -> str:
        return t(f"kibana.{key}", self.language)
