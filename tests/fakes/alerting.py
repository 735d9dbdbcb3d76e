"""Planning over a real record, with a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from alerts.desk_round import Planned
from alerts.facts import Office
from alerts.links import Signer
from alerts.planner import Planner
from alerts.templating import Templates
from core.clock import FixedClock
from core.records import (
    AlertPlan,
    AlertTiming,
    Article,
    Delivered,
    DeliveryResult,
    Desk,
    Label,
    Message,
    OutboxRow,
    Recipient,
    Rule,
    StoryChoice,
    Tone,
)
from core.roles import Role
from store.sqlite.record import Record
from tests.fakes.reading import publisher
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

SECRET = b"s" * 32
PAPERS = {f"bao_{letter}": publisher(f"bao_{letter}", f"Báo {letter.upper()}") for letter in "abcdefgh"}
PAPERS["bao_mau"] = publisher("bao_mau", "Báo Mẫu")
URGENT = Rule(id="khan", topics=("disaster",), urgent=True, roles=tuple(Role))
DIGEST = Rule(id="ban-tin", roles=tuple(Role))


class Sender:
    """A channel that takes everything, or answers as it is told."""

    def __init__(self, *answers: DeliveryResult) -> None:
        self.answers, self.sent = list(answers), list[tuple[str, str]]()
        self.messages: list[Message] = []

    def send(self, message: Message, address: str) -> DeliveryResult:
        answer = self.answers.pop(0) if self.answers else Delivered()
        if isinstance(answer, Delivered):
            self.sent.append((message.key, address))
            self.messages.append(message)
        return answer

    def close(self) -> None:
        """Nothing is kept open."""


@dataclass
class Newsroom:
    """A desk whose articles come in, and what is made of them."""

    record: Record
    clock: FixedClock
    planner: Planner
    desk: str = "binh_son"
    count: int = 0

    def prints(
        self,
        *topics: str,
        story: str = "",
        source: str = "bao_a",
        tone: str = "negative",
        desks: tuple[str, ...] = ("binh_son",),
        **over: Any,
    ) -> Article:
        """A new article, kept as of now; `story`: the id of the article that opened its story."""
        self.count += 1
        article = make_article(f"tin-{self.count}.html", source, at=self.clock.now(), **over)
        tagged = make_tagged(
            article, desks, topics=tuple(Label(topic=topic, score=0.9) for topic in topics),
            tone=Tone(label=tone, score=0.9),  # type: ignore[arg-type]
        )  # fmt: skip
        self.record.articles.save(tagged, story=StoryChoice(story=story) if story else None)
        return article

    def round(self, minutes: float = 0) -> Planned:
        """Let time pass, then plan."""
        self.clock.move(timedelta(minutes=minutes))
        return self.planner.round()

    def until(self, hours: float, step: float = 10) -> None:
        """Let time pass in steps of minutes, planning at each."""
        for _ in range(int(hours * 60 / step)):
            self.round(step)

    def rows(self) -> list[OutboxRow]:
        """All messages, the oldest first."""
        return list(reversed(self.record.reading.messages(self.desk, 1000)))

    def told(self) -> list[tuple[str, str]]:
        """(recipient, subject without the mark in brackets) of all messages."""
        return [(row.message.recipient, row.message.subject.partition("] ")[2]) for row in self.rows()]


def newsroom(
    record: Record,
    clock: FixedClock,
    *rules: Rule,
    desk: Desk | None = None,
    timing: AlertTiming | None = None,
    channels: Sequence[str] = ("email", "zalo_oa"),
    public_url: str = "",
    folder: Path | None = None,
) -> Newsroom:
    """A desk with these rules; its recipients have mail."""
    here = desk or make_desk()
    record.desks.apply_desk(here, clock.now(), "test")
    if rules:
        plan = AlertPlan(desk=here.id, rules=rules, timing=timing or AlertTiming())
        record.alerts.apply_plan(plan, clock.now(), "test")
    return Newsroom(
        record=record, clock=clock, desk=here.id,
        planner=Planner(office(record, clock, channels=channels, public_url=public_url, folder=folder)),
    )  # fmt: skip


def office(record: Record, clock: FixedClock, **over: Any) -> Office:
    """What planning needs, over this record."""
    public_url = over.pop("public_url", "")
    folder = over.pop("folder", None)
    values: dict[str, Any] = {
        "book": record.alerts, "handlings": record.handlings, "reading": record.reading, "desks": record.desks,
        "publishers": PAPERS, "templates": Templates(folder), "signer": Signer(SECRET, public_url), "clock": clock,
        "channels": ("email",), "public_url": public_url,
    }  # fmt: skip
    return Office(**values | over)


def person(name: str, *roles: Role, **over: Any) -> Recipient:
    """A recipient with an address of mail."""
    values: dict[str, Any] = {"id": name, "name": f"Phòng {name}", "roles": roles, "email": f"{name}@binhson.gov.vn"}
    return Recipient(**values | over)


__all__ = ["DIGEST", "NOON", "PAPERS", "URGENT", "Newsroom", "Sender", "newsroom", "office", "person"]
