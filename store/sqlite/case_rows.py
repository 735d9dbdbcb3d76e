"""How cases, rules of a desk and kept texts are written into rows and read back."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from datetime import date
from typing import Any

from core.records import (
    AnswerRules,
    Case,
    CaseKind,
    CaseOutcome,
    CaseState,
    Deadline,
    Ground,
    Holiday,
    KeptText,
    Release,
    SentPaper,
    SourceDocument,
)
from store.sqlite.rows import dump, from_us, maybe_from_us, maybe_us, texts, to_us

_REST = ("subject", "opened_by", "assigned", "source", "story", "url", "title", "body", "due_from", "reply_to",
         "confirmed_by", "reason", "closed_by")  # fmt: skip


def case_values(case: Case) -> dict[str, object]:
    """Column -> value, without the id."""
    return {
        "desk": case.desk, "kind": case.kind.value, "state": case.state.value, "article": case.article,
        "hash": case.text_hash, "due": case.due.isoformat() if case.due else None, "opened_at": to_us(case.opened_at),
        "touched": to_us(case.touched), "sent_at": maybe_us(case.sent_at), "closed_at": maybe_us(case.closed_at),
        "asked_at": maybe_us(case.asked_at), "outcome": case.outcome.value if case.outcome else None,
        "body": dump(_rest(case)),
    }  # fmt: skip


def _rest(case: Case) -> dict[str, Any]:
    rest: dict[str, Any] = {name: getattr(case, name) for name in _REST}
    rest["published"] = maybe_us(case.published)
    rest["confirmed_at"] = maybe_us(case.confirmed_at)
    rest["sent"] = asdict(case.sent) | {"day": case.sent.day.isoformat()} if case.sent else None
    rest["ground"] = ground_values(case.ground) if case.ground else None
    return rest


def ground_values(ground: Ground) -> dict[str, Any]:
    """The ground as plain values."""
    values = asdict(ground)
    if ground.document:
        values["document"]["issued"] = ground.document.issued.isoformat()
    return values


def load_case(row: sqlite3.Row) -> Case:
    """A row of cases."""
    rest = json.loads(row["body"])
    sent, ground = rest.pop("sent"), rest.pop("ground")
    published, confirmed = rest.pop("published"), rest.pop("confirmed_at")
    return Case(
        id=row["id"], desk=row["desk"], kind=CaseKind(row["kind"]), state=CaseState(row["state"]),
        article=row["article"], text_hash=row["hash"], due=date.fromisoformat(row["due"]) if row["due"] else None,
        opened_at=from_us(row["opened_at"]), touched=from_us(row["touched"]), sent_at=maybe_from_us(row["sent_at"]),
        closed_at=maybe_from_us(row["closed_at"]), asked_at=maybe_from_us(row["asked_at"]),
        outcome=CaseOutcome(row["outcome"]) if row["outcome"] else None, published=maybe_from_us(published),
        confirmed_at=maybe_from_us(confirmed), ground=_ground(ground) if ground else None,
        sent=SentPaper(**sent | {"day": date.fromisoformat(sent["day"])}) if sent else None, **rest,
    )  # fmt: skip


def _ground(values: dict[str, Any]) -> Ground:
    document = values.pop("document")
    if document:
        document = SourceDocument(**document | {"issued": date.fromisoformat(document["issued"])})
    return Ground(**values, document=document)


def load_release(row: sqlite3.Row) -> Release:
    return Release(
        case=row["cid"], desk=row["desk"], title=row["title"], text=row["text"], number=row["number"],
        published=from_us(row["published"]),
    )  # fmt: skip


def dump_rules(rules: AnswerRules) -> str:
    return dump(
        {
            "two_people": rules.two_people,
            "deadlines": {kind.value: asdict(deadline) for kind, deadline in rules.deadlines.items()},
            "holidays": [asdict(day) | {"day": day.day.isoformat()} for day in rules.holidays],
        }
    )


def load_rules(desk: str, body: str) -> AnswerRules:
    values = json.loads(body)
    return AnswerRules(
        desk=desk,
        two_people=values["two_people"],
        deadlines={CaseKind(kind): Deadline(**deadline) for kind, deadline in values["deadlines"].items()},
        holidays=tuple(Holiday(**day | {"day": date.fromisoformat(day["day"])}) for day in values["holidays"]),
    )


def kept_texts(con: sqlite3.Connection, desk: str, article: str) -> tuple[KeptText, ...]:
    """The revisions of an article of the desk that are kept, the newest first."""
    row = con.execute(
        "SELECT a.*, t.paragraphs, t.captions FROM articles a JOIN desk_articles d ON d.n = a.n AND d.desk = ?"
        " LEFT JOIN article_text t ON t.n = a.n WHERE a.id = ?",
        (desk, article),
    ).fetchone()
    if row is None:
        return ()
    origins = {o["hash"]: o for o in con.execute("SELECT * FROM text_origins WHERE n = ?", (row["n"],))}
    old = con.execute("SELECT * FROM revisions WHERE n = ? ORDER BY number DESC", (row["n"],)).fetchall()
    found = [_text(o, origins.get(o["hash"]), o["seen_at"], row) for o in old if o["title"] is not None]
    if row["state"] == "live":
        found.insert(0, _text(row, origins.get(row["hash"]), row["last_seen"], row))
    return tuple(found)


def _text(row: sqlite3.Row, origin: sqlite3.Row | None, last_seen: int, article: sqlite3.Row) -> KeptText:
    current = row is article
    first = origin["at"] if origin else row["first_seen"] if current else last_seen
    return KeptText(
        text_hash=row["hash"], title=row["title"], lead=row["lead"] or "", paragraphs=texts(row["paragraphs"]),
        captions=texts(row["captions"]), first_seen=from_us(first), last_seen=from_us(last_seen), current=current,
        headers=json.loads(origin["headers"]) if origin else {},
        fetched_from=origin["url"] if origin else "", reserved=bool(article["reserved"]),
    )  # fmt: skip
