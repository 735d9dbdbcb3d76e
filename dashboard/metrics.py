"""Figures of operation as Prometheus reads them (text exposition format 0.0.4). No title, no name, nothing of a desk.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.records import OperationFigures, SourceHealth

_LABEL: Final = re.compile(r"[^A-Za-z0-9_.:-]")
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One figure with its values by label."""

    name: str
    about: str
    values: Mapping[tuple[tuple[str, str], ...], float] = field(default_factory=dict)


def exposition(figures: OperationFigures, sources: Sequence[SourceHealth], at: datetime) -> str:
    """All gauges as one text."""
    return "".join(line + "\n" for gauge in gauges(figures, sources, at) for line in _lines(gauge))


def gauges(figures: OperationFigures, sources: Sequence[SourceHealth], at: datetime) -> Iterator[Gauge]:
    """What is told, over all desks."""
    yield _by("info", "Versions.", {tuple(sorted(figures.versions.items())): 1.0})
    yield _one("desks", "Desks of the record.", len(figures.desks))
    yield _one("pages_pending", "Pages that are still to be read.", figures.pending_pages)
    waited = (at - figures.oldest_pending).total_seconds() if figures.oldest_pending else 0.0
    yield _one("pages_pending_oldest_seconds", "Age of the oldest of them.", max(0.0, waited))
    yield _by("pages_failed_7d", "Pages that could not be read in seven days.",
              {(("reason", reason),): float(n) for reason, n in figures.failures})  # fmt: skip
    yield _one("articles_unlabelled", "Articles that wait for a worker that labels.", figures.unlabelled)
    for state in ("waiting", "held", "refused"):
        number = sum(getattr(desk, state) for desk in figures.desks)
        yield _one(f"messages_{state}", f"Messages that are {state}.", number)
    statuses = Counter(one.standing for one in sources)
    yield _by("sources", "Publishers by how they can be read.",
              {(("status", status),): float(n) for status, n in sorted(statuses.items())})  # fmt: skip
    roles = Counter(worker.role for worker in figures.workers)
    yield _by("workers", "Processes heard of within a minute.",
              {(("role", role),): float(n) for role, n in sorted(roles.items())})  # fmt: skip
    for name, about, size in (
        ("record_bytes", "Size of the record.", figures.record_bytes),
        ("record_log_bytes", "Size of its write-ahead log.", figures.log_bytes),
        ("disk_free_bytes", "Room on its disk.", figures.disk_free),
        ("disk_bytes", "Size of its disk.", figures.disk_total),
    ):
        yield _one(name, about, size)
    kept = {"here": figures.last_backup, "away": figures.backup_away if figures.backups_away else None}
    ages: dict[tuple[tuple[str, str], ...], float] = {
        (("place", place),): max(0.0, (at - made).total_seconds()) for place, made in kept.items() if made
    }
    yield _by("backup_age_seconds", "Age of the newest backup.", ages)


def _one(name: str, about: str, value: float) -> Gauge:
    return Gauge(name=name, about=about, values={(): float(value)})


def _by(name: str, about: str, values: Mapping[tuple[tuple[str, str], ...], float]) -> Gauge:
    return Gauge(name=name, about=about, values=values)


def _lines(gauge: Gauge) -> Iterator[str]:
    if not gauge.values:
        return
    yield f"# HELP diembao_{gauge.name} {gauge.about}"
    yield f"# TYPE diembao_{gauge.name} gauge"
    for labels, value in gauge.values.items():
        yield f"diembao_{gauge.name}{_labels(labels)} {value:.17g}"


def _labels(labels: Iterable[tuple[str, str]]) -> str:
    said = ",".join(f'{name}="{_LABEL.sub("_", value)[:_LONGEST]}"' for name, value in labels)
    return f"{{{said}}}" if said else ""
