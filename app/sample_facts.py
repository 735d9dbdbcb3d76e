"""The fact book of the demonstration: sample/facts.toml, entered and approved as an office would."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

from app import answer_desk, wiring
from core.clock import FixedClock, SystemClock, local_day
from core.errors import ConfigError
from core.records import Desk, FactEntry
from core.settings import Settings
from store.sqlite.record import Record

_DAY: Final = re.compile(r"\{ngay([+-]\d+)?\}")
ENTERED_BY, APPROVED_BY = "sample-1", "sample-2"


def enter(kept: Record, desk: Desk, at: datetime) -> int:
    """Fill the desk's book where it is empty. Returns the entries. Raises ConfigError for a wrong file."""
    file = Path(str(resources.files("sample"))) / "facts.toml"
    if kept.facts.search(desk.id, limit=1):
        return 0
    book = answer_desk.fact_desk(kept, FixedClock(at))
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["fact"]
    for row in rows:
        texts = {name: _dated(text, at) for name, text in row.items()}
        entry = book.enter(desk, texts, None, new=True, at=at, by=ENTERED_BY)
        if not isinstance(entry, FactEntry):
            raise ConfigError(f"{file}: {texts['indicator']}: {', '.join(problem.key for problem in entry)}")
        kept.facts.approve(desk.id, entry.id, entry.version, at, APPROVED_BY)
    return len(rows)


def _dated(text: str, at: datetime) -> str:
    today = local_day(at)
    return _DAY.sub(lambda m: f"{today + timedelta(days=int(m.group(1) or 0)):%d/%m/%Y}", text)


def apply(settings: Settings) -> int:
    """The same for the installation of these settings."""
    with wiring.record(settings) as kept:
        return sum(enter(kept, desk, SystemClock().now()) for desk in kept.desks.desks())
