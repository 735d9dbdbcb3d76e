"""What `doctor` says of the search engine, and what to do."""

from __future__ import annotations

from typing import Final, Literal

from app import engine
from core.records import IndexStatus
from core.settings import Settings

Sign = Literal["ok", "--", "!!"]
_BEHIND: Final = 2_000
_STATES: Final[dict[str, tuple[Sign, str]]] = {
    "green": ("ok", ""),
    "yellow": ("--", "copies are missing: start the other nodes, or set [elastic] replicas = 0 and run index rebuild"),
    "red": ("!!", "a part of the index is gone: bring its node back, or run diembao index rebuild"),
}


def engine_findings(settings: Settings) -> list[tuple[Sign, str, str]]:
    """(sign, what was found, what to do), a line each; one line where no engine is set. Raises ConfigError."""
    if not settings.elastic.hosts:
        return [("ok", "the record's own; no other engine is set", "")]
    found = engine.status(settings)
    assert found is not None
    return _judged(found)


def _judged(found: IndexStatus) -> list[tuple[Sign, str, str]]:
    if not found.reachable:
        return [("!!", found.reason, "as it says; meanwhile the record's own search answers, and says so")]
    if found.reason:
        return [("!!", found.reason, "diembao index rebuild")]
    sign, todo = _STATES.get(found.state, ("!!", "look at the cluster's own log"))
    said = f"Elasticsearch {found.version}, {found.state}: {found.articles} articles, {found.bytes / 1e6:.1f} MB"
    lines: list[tuple[Sign, str, str]] = [(sign, said, todo)]
    if found.behind > _BEHIND:
        lines.append(("--", f"{found.behind} changes wait", "is diembao run running? If so it catches up by itself"))
    if found.refused:
        lines.append(("--", f"{found.refused} articles refused", "their reasons: diembao index status"))
    return lines
