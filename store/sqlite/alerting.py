"""The port AlertBook: plans of rules, what happened to articles, how far each story has been told to whom."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final, cast

from core.errors import ConfigError
from core.i18n import t
from core.records import (
    AlertEvent,
    AlertPlan,
    AlertTiming,
    Escalation,
    Message,
    Rule,
    RuleEvent,
    StoryAlert,
)
from core.roles import Role
from core.rules import plan_refusal
from store.sql import Connection, upsert
from store.sqlite import audit, outbox
from store.sqlite.database import Database
from store.sqlite.rows import dump, from_us, maybe_from_us, maybe_us, texts, to_us

_PUT_ALERT: Final = upsert(
    "story_alerts",
    "desk, story, recipient, rules, first, due, pace, cause, covered_by, told, told_at, told_by, notices, urgent_told,"
    " basis",
    key="desk, story, recipient",
)
REPEATED_FOR: Final = timedelta(days=3)
"""How long after its last message an urgent story may be told again without news."""
SHOWN_FOR: Final = timedelta(days=1)
"""A message for the page alone is made anew for so long; then it is a thing of the past."""
_TELLS_OF: Final = "(article = ? OR id IN (SELECT message FROM outbox_articles WHERE article = ?))"


class AlertBook:
    """The port AlertBook on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def session(self) -> AbstractContextManager[object]:
        """Calls inside are one transaction."""
        return self._db.write()

    def plan(self, desk: str) -> AlertPlan | None:
        """The desk's own plan; None where it has none."""
        with self._db.read() as con:
            row = con.execute(
                "SELECT * FROM alert_plans WHERE desk = ? ORDER BY version DESC LIMIT 1", (desk,)
            ).fetchone()
            return load_plan(row["body"], row["version"]) if row else None

    def apply_plan(self, plan: AlertPlan, at: datetime, by: str) -> bool:
        """Take a plan as the desk's next version, audited; False where nothing changed. Raises ConfigError."""
        if wrong := plan_refusal(plan):
            raise ConfigError(f"alert rules of desk {plan.desk}, rule {wrong[0] or '-'}: {t(wrong[1], 'en')}")
        body = dump_plan(plan)
        with self._db.write(durable=True) as con:
            row = con.execute(
                "SELECT version, body FROM alert_plans WHERE desk = ? ORDER BY version DESC LIMIT 1", (plan.desk,)
            ).fetchone()
            if row is not None and row["body"] == body:
                return False
            version = row["version"] + 1 if row else 1
            con.execute("INSERT INTO alert_plans VALUES (?, ?, ?, ?, ?)", (plan.desk, version, body, to_us(at), by))
            detail = f"version {version}"
            audit.write(con, at, who=by, action="alerts.apply", subject=plan.desk, detail=detail, desk=plan.desk)
        return True

    def events(self, limit: int = 500) -> tuple[AlertEvent, ...]:
        """What happened to articles and was not looked at yet, oldest first."""
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM alert_events ORDER BY id LIMIT ?", (limit,)).fetchall()
        return tuple(
            AlertEvent(id=r["id"], desk=r["desk"], article=r["article"], kind=r["kind"], at=from_us(r["at"]))
            for r in rows
        )

    def forget_events(self, events: Iterable[AlertEvent]) -> None:
        """They have been looked at."""
        with self._db.write() as con:
            con.executemany("DELETE FROM alert_events WHERE id = ?", [(event.id,) for event in events])

    def story_of(self, desk: str, article: str) -> str | None:
        """The story that the desk has this article in now."""
        with self._db.read() as con:
            row = con.execute(
                "SELECT s.key FROM articles a JOIN desk_articles d ON d.n = a.n JOIN stories s ON s.id = d.story"
                " WHERE a.id = ? AND d.desk = ?",
                (article, desk),
            ).fetchone()
            return row["key"] if row else None

    def alerts(self, desk: str, story: str | None = None) -> tuple[StoryAlert, ...]:
        """How far each recipient has been told: of one story, or (None) whatever waits or was told in the last days."""
        with self._db.read() as con:
            if story is not None:
                rows = con.execute("SELECT * FROM story_alerts WHERE desk = ? AND story = ?", (desk, story)).fetchall()
            else:
                rows = con.execute(
                    "SELECT * FROM story_alerts WHERE desk = ? AND (due IS NOT NULL OR told_at >="
                    " (SELECT max(told_at) FROM story_alerts WHERE desk = ?) - ?) ORDER BY due, story",
                    (desk, desk, REPEATED_FOR // timedelta(microseconds=1)),
                ).fetchall()
            return tuple(_load_alert(row) for row in rows)

    def due(self, at: datetime) -> tuple[StoryAlert, ...]:
        """Alerts of all desks whose message may be due, and urgent ones that may be repeated."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM story_alerts WHERE due <= ? OR due > ? ORDER BY desk, due, story",
                (to_us(at), to_us(at + timedelta(hours=1))),
            ).fetchall()
            rows += con.execute(
                "SELECT * FROM story_alerts WHERE urgent_told = 1 AND due IS NULL AND told_at BETWEEN ? AND ?"
                " ORDER BY desk, story",
                (to_us(at - REPEATED_FOR), to_us(at)),
            ).fetchall()
            return tuple(_load_alert(row) for row in rows)

    def put(self, alerts: Iterable[StoryAlert]) -> None:
        """Write these as they are now."""
        with self._db.write() as con:
            con.executemany(
                _PUT_ALERT,
                [_alert_values(alert) for alert in alerts],
            )

    def drop_alerts(self, desk: str, story: str) -> None:
        """Forget a story: it has become part of another."""
        with self._db.write() as con:
            con.execute("DELETE FROM story_alerts WHERE desk = ? AND story = ?", (desk, story))

    def merges(self, desk: str) -> dict[str, str]:
        """Stories with alerts that have become part of another: from -> into."""
        with self._db.read() as con:
            return {
                row["story"]: row["into_story"]
                for row in con.execute(
                    "SELECT story, into_story FROM story_merges m WHERE desk = ? AND EXISTS"
                    " (SELECT 1 FROM story_alerts a WHERE a.desk = m.desk AND a.story = m.story)",
                    (desk,),
                )
            }

    def escalating(self) -> frozenset[str]:
        """Desks where any wait."""
        with self._db.read() as con:
            return frozenset(row["desk"] for row in con.execute("SELECT DISTINCT desk FROM escalations"))

    def escalations(self, desk: str) -> tuple[Escalation, ...]:
        """Those that wait, by story."""
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM escalations WHERE desk = ? ORDER BY story, rule", (desk,)).fetchall()
        return tuple(
            Escalation(desk=r["desk"], story=r["story"], rule=r["rule"], step=r["step"], due=from_us(r["due"]))
            for r in rows
        )

    def put_escalation(self, escalation: Escalation) -> None:
        """Write or move one on."""
        with self._db.write() as con:
            con.execute(
                upsert("escalations", "desk, story, rule, step, due", key="desk, story, rule"),
                (escalation.desk, escalation.story, escalation.rule, escalation.step, to_us(escalation.due)),
            )

    def drop_escalation(self, escalation: Escalation) -> None:
        """Somebody has taken it, or nobody is left to tell."""
        with self._db.write() as con:
            con.execute(
                "DELETE FROM escalations WHERE desk = ? AND story = ? AND rule = ?",
                (escalation.desk, escalation.story, escalation.rule),
            )

    def restored_at(self) -> datetime | None:
        """When the record was last put back from a backup: what happened before may have been told."""
        with self._db.read() as con:
            return maybe_from_us(con.execute("SELECT max(at) FROM restores").fetchone()[0])

    def enqueue(
        self,
        messages: Sequence[Message],
        at: datetime,
        *,
        held: str = "",
        tells_of: Mapping[str, datetime] | None = None,
    ) -> int:
        """Write messages to the outbox. Returns the new ones."""
        with self._db.write() as con:
            return outbox.enqueue(con, messages, at, held=held, tells_of=tells_of)


def note_event(con: sqlite3.Connection, desk: str, article: str, kind: str, at: datetime) -> None:
    """That something happened to an article of a desk, in the article's own transaction."""
    con.execute(
        "INSERT INTO alert_events (desk, article, kind, at) VALUES (?, ?, ?, ?)", (desk, article, kind, to_us(at))
    )


def forget_article(con: sqlite3.Connection, article: str, at: datetime) -> None:
    """An article is erased: every message that tells of it loses its words and is never sent.

    Alerts that nobody has had yet are made anew without it; other mail that waited stays as refused, so that the
    office sees what did not go out. One that a worker has in hand at this moment may still be told as delivered.
    """
    con.execute("DELETE FROM alert_events WHERE article = ?", (article,))
    _make_anew(con, article)
    con.execute("DELETE FROM outbox WHERE article = ? AND state IN ('waiting', 'held')", (article,))
    con.execute(
        "UPDATE outbox SET subject = '', text = '', html = '', brief = '', fields = '{}',"  # noqa: S608
        " reason = CASE WHEN state IN ('delivered', 'page') THEN reason ELSE ? END,"
        " done_at = CASE WHEN state IN ('waiting', 'held', 'claimed') THEN ? ELSE done_at END,"
        " state = CASE WHEN state IN ('waiting', 'held', 'claimed') THEN 'refused' ELSE state END"
        f" WHERE {_TELLS_OF}",
        (outbox.ERASED, to_us(at), article, article),
    )
    con.execute(
        f"DELETE FROM outbox_attachments WHERE message IN (SELECT id FROM outbox WHERE {_TELLS_OF})",  # noqa: S608
        (article, article),
    )


def set_aside(con: sqlite3.Connection, desk: str, article: str, at: datetime) -> None:
    """A desk puts an article aside: what was not sent yet is made anew without it, and plans are looked at again."""
    _make_anew(con, article, desk, shown_since=to_us(at - SHOWN_FOR))
    note_event(con, desk, article, "changed", at)


def _make_anew(con: sqlite3.Connection, article: str, desk: str | None = None, shown_since: int | None = None) -> None:
    """Takes back messages that nobody has sent and that tell of the article, and has them planned again. One that a
    worker is just taking is that worker's.

    `shown_since`: also those for the page alone that were written since.
    """
    ours = cast(Connection, con).skip_locked
    waiting = con.execute(
        "SELECT o.id, o.key FROM outbox o JOIN outbox_articles t ON t.message = o.id"  # noqa: S608
        " WHERE t.article = ? AND o.desk = coalesce(?, o.desk) AND (o.state IN ('waiting', 'held')"
        " OR (o.state = 'page' AND o.created >= ?))"
        f" AND EXISTS (SELECT 1 FROM story_alerts s WHERE s.told_by = o.key) {ours}",
        (article, desk, shown_since),
    ).fetchall()
    for row in waiting:
        told = {
            r["article"] for r in con.execute("SELECT article FROM outbox_articles WHERE message = ?", (row["id"],))
        }
        for alert in con.execute("SELECT * FROM story_alerts WHERE told_by = ?", (row["key"],)).fetchall():
            con.execute(
                "UPDATE story_alerts SET due = told_at, basis = told_at, told = ?"
                " WHERE desk = ? AND story = ? AND recipient = ?",
                (dump([one for one in texts(alert["told"]) if _article_of(one) not in told]), *tuple(alert)[:3]),
            )
        con.execute("DELETE FROM outbox WHERE id = ?", (row["id"],))


def _article_of(news: str) -> str:
    """The article of what was told: its id, or event:id:stamp."""
    parts = news.split(":")
    return parts[1] if len(parts) > 1 else news


def purge(con: sqlite3.Connection, before: datetime, at: datetime) -> int:
    """States, marks, links and silences whose time is over, with the delivery log. Returns how many rows went."""
    old, now = to_us(before), to_us(at)
    done = 0
    for sql, value in (
        ("DELETE FROM story_alerts WHERE max(coalesce(told_at, 0), first) < ?", old),
        ("DELETE FROM story_marks WHERE at < ?", old),
        ("DELETE FROM silences WHERE ends < ?", old),
        ("DELETE FROM signed_links WHERE expires < ?", now),
        ("DELETE FROM escalations WHERE due < ?", old),
        ("DELETE FROM restores WHERE at < ?", old),
    ):
        done += con.execute(sql, (value,)).rowcount
    return done


def dump_plan(plan: AlertPlan) -> str:
    values = dataclasses.asdict(plan)
    del values["version"]
    return dump(values)


def load_plan(body: str, version: int) -> AlertPlan:
    """The plan of `dump_plan`; fields that a newer version added have their defaults."""
    values = json.loads(body)
    return AlertPlan(
        desk=values["desk"],
        rules=tuple(_load_rule(rule) for rule in values["rules"]),
        timing=AlertTiming(**values["timing"]),
        version=version,
    )


def _load_rule(values: dict[str, Any]) -> Rule:
    fixed: dict[str, Any] = {name: tuple(values[name]) for name in ("units", "topics", "publishers")}
    fixed |= {name: tuple(Role(role) for role in values[name]) for name in ("roles", "next_roles")}
    return Rule(**{**values, **fixed, "event": RuleEvent(values["event"])})


def _alert_values(alert: StoryAlert) -> tuple[object, ...]:
    return (
        alert.desk, alert.story, alert.recipient, dump(alert.rules), to_us(alert.first), maybe_us(alert.due),
        alert.pace, alert.cause, alert.covered_by, dump(alert.told), maybe_us(alert.told_at), alert.told_by,
        alert.notices, int(alert.urgent_told), maybe_us(alert.basis),
    )  # fmt: skip


def _load_alert(row: sqlite3.Row) -> StoryAlert:
    return StoryAlert(
        **{name: row[name] for name in ("desk", "story", "recipient", "pace", "cause", "covered_by", "told_by")},
        rules=texts(row["rules"]),
        first=from_us(row["first"]),
        due=maybe_from_us(row["due"]),
        told=texts(row["told"]),
        told_at=maybe_from_us(row["told_at"]),
        notices=row["notices"],
        urgent_told=bool(row["urgent_told"]),
        basis=maybe_from_us(row["basis"]),
    )
