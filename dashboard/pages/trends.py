"""Xu hướng: articles, topics, tone and places over time, each drawn and in a table. Nothing of any publisher."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.clock import local_day
from core.records import LabelCount, Place, Step
from core.topics import TONES, TOPIC_IDS
from dashboard import drawing, render
from dashboard.asking import Asked, BadRequest, asked, day_given

TONE_KEYS: Final = (*TONES, "unsure")
SPANS: Final[dict[str, tuple[int, Step]]] = {
    "30-ngay": (30, "day"), "12-tuan": (12, "week"), "12-thang": (12, "month"), "5-nam": (60, "month"),
}  # fmt: skip
"""Name -> how many steps, the present one among them."""
LONGEST: Final = 20 * 366
PLACES_SHOWN: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when, in which steps."""

    first: date
    last: date
    step: Step
    name: str  # key of SPANS; "" for days that were chosen

    @property
    def slots(self) -> tuple[str, ...]:
        """ISO dates at which the steps begin."""
        found, at = [], begins(self.first, self.step)
        while at <= self.last:
            found.append(at.isoformat())
            at = following(at, self.step)
        return tuple(found)

    def days(self, slot: str) -> tuple[date, date]:
        """First and last day of a step that are counted: of the first and the last step perhaps not all."""
        begun = date.fromisoformat(slot)
        return max(begun, self.first), min(following(begun, self.step) - timedelta(days=1), self.last)


def page(request: Request) -> Response:
    """`/xu-huong?khoang=12-tuan`, or `/xu-huong?tu=2026-01-01&den=2026-06-30`."""
    ask = asked(request)
    try:
        chosen = span(ask)
    except BadRequest as error:
        return _again(ask, error)
    desk = ask.desk.id if ask.desk else ""
    rows = ask.room.reading.label_counts(desk, chosen.first, chosen.last, chosen.step)
    all_, tones = _values(rows, "all"), _values(rows, "tone")
    topics, units = _sums(rows, "topic"), _sums(rows, "unit")
    area, places = _places(ask, units)
    return render.page(
        ask, "trends.html", span=chosen, spans=SPANS, today=local_day(ask.words.now), total=sum(all_.values()),
        articles=drawing.columns(chosen.slots, ("",), all_), tones=drawing.columns(chosen.slots, TONE_KEYS, tones),
        tone_keys=TONE_KEYS, tone_values=tones, tone_sums=_sums(rows, "tone"),
        topics=drawing.shares([(topic, count) for topic, count in topics.most_common() if topic in TOPIC_IDS]),
        topic_values=_values(rows, "topic"), points=drawing.points(area, units), places=places[:PLACES_SHOWN],
        more_places=max(0, len(places) - PLACES_SHOWN), map_size=drawing.MAP, problem="",
        typed=(chosen.first.isoformat(), chosen.last.isoformat()),
    )  # fmt: skip


def _again(ask: Asked, error: BadRequest) -> Response:
    """The form with the days as they were given, and what is wrong with them."""
    given, today = ask.request.query_params, local_day(ask.words.now)
    return render.page(
        ask, "trends.html", status=400, span=_usual("12-tuan", today), spans=SPANS, today=today,
        problem=ask.words.t(error.key, **error.values), typed=(given.get("tu", ""), given.get("den", "")),
    )  # fmt: skip


def span(ask: Asked) -> Span:
    """What the address asks for; twelve weeks where it asks for nothing. Raises BadRequest."""
    given, today = ask.request.query_params, local_day(ask.words.now)
    if given.get("tu") or given.get("den"):
        first, last = _chosen(given.get("tu", ""), given.get("den", ""), today)
        days = (last - first).days
        return Span(first=first, last=last, step="day" if days <= 45 else "week" if days <= 200 else "month", name="")
    name = given.get("khoang", "12-tuan")
    if name not in SPANS:
        raise BadRequest("error.bad_request")
    return _usual(name, today)


def _usual(name: str, today: date) -> Span:
    steps, step = SPANS[name]
    first = begins(today, step)
    for _ in range(steps - 1):
        first = begins(first - timedelta(days=1), step)
    return Span(first=first, last=today, step=step, name=name)


def _chosen(tu: str, den: str, today: date) -> tuple[date, date]:
    """Days that were chosen, up to today where no last is given. Raises BadRequest with what is wrong."""
    if not tu:
        raise BadRequest("error.no_first_day")
    first, last = day_given(tu), day_given(den) if den else today
    if last > today:
        raise BadRequest("error.days_to_come")
    if first > last:
        raise BadRequest("error.days_reversed")
    if (last - first).days > LONGEST:
        raise BadRequest("error.days_too_many", years=LONGEST // 366)
    return first, last


def begins(day: date, step: Step) -> date:
    """First day of the step in which the day lies."""
    if step == "day":
        return day
    return day - timedelta(days=day.weekday()) if step == "week" else day.replace(day=1)


def following(day: date, step: Step) -> date:
    """First day of the next step."""
    if step == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=1 if step == "day" else 7)


def _values(rows: Sequence[LabelCount], kind: str) -> dict[tuple[str, str], int]:
    return {(row.slot, row.key): row.articles for row in rows if row.kind == kind}


def _sums(rows: Sequence[LabelCount], kind: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        if row.kind == kind:
            found[row.key] += row.articles
    return found


def _places(ask: Asked, units: Counter[str]) -> tuple[tuple[Place, ...], list[tuple[str, int]]]:
    """The desk's communes of today for the map; every place that was named, with its articles."""
    known = ask.room.office.places
    if known is None or ask.desk is None:
        return (), [(unit, count) for unit, count in units.most_common()]
    area = {place.unit: place for place in known.area(ask.desk)}
    named = {unit: known.place(unit) for unit in units}
    rows = [(place.name if place else unit, units[unit]) for unit, place in named.items()]
    return tuple(area.values()), sorted(rows, key=lambda row: -row[1])
