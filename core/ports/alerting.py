"""What is kept of alerts between an article and a message: plans of rules, how far each alert has come, who took it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from core.records import (
    AlertEvent,
    AlertPlan,
    Escalation,
    Handling,
    Mark,
    Message,
    OutboxRow,
    Rule,
    RulePreview,
    SignedLink,
    Silence,
    StoryAlert,
    TemplateText,
)


class AlertBook(Protocol):
    """Plans, events and states. Calls inside `session` are one transaction."""

    def session(self) -> AbstractContextManager[object]: ...

    def plan(self, desk: str) -> AlertPlan | None:
        """The desk's own plan; None where it has none."""
        ...

    def apply_plan(self, plan: AlertPlan, at: datetime, by: str) -> bool:
        """Take a plan as the desk's next version, audited; False where nothing changed. Raises ConfigError."""
        ...

    def events(self, limit: int = 500) -> tuple[AlertEvent, ...]:
        """What happened to articles and was not looked at yet, oldest first."""
        ...

    def forget_events(self, events: Iterable[AlertEvent]) -> None: ...

    def story_of(self, desk: str, article: str) -> str | None:
        """The story that the desk has this article in now."""
        ...

    def alerts(self, desk: str, story: str | None = None) -> tuple[StoryAlert, ...]:
        """How far each recipient has been told: of one story, or (None) whatever waits or was told in the last days."""
        ...

    def due(self, at: datetime) -> tuple[StoryAlert, ...]:
        """Alerts of all desks whose message may be due, and urgent ones that may be repeated."""
        ...

    def put(self, alerts: Iterable[StoryAlert]) -> None: ...

    def drop_alerts(self, desk: str, story: str) -> None: ...

    def merges(self, desk: str) -> dict[str, str]:
        """Stories with alerts that have become part of another: from -> into."""
        ...

    def escalating(self) -> frozenset[str]:
        """Desks where any wait."""
        ...

    def escalations(self, desk: str) -> tuple[Escalation, ...]: ...

    def put_escalation(self, escalation: Escalation) -> None: ...

    def drop_escalation(self, escalation: Escalation) -> None: ...

    def restored_at(self) -> datetime | None:
        """When the record was last put back from a backup: what happened before may have been told."""
        ...

    def enqueue(
        self,
        messages: Sequence[Message],
        at: datetime,
        *,
        held: str = "",
        tells_of: Mapping[str, datetime] | None = None,
    ) -> int:
        """Write messages to the outbox. Returns the new ones.

        `held`: the reason for which they wait for a person; "" none. `tells_of`: article -> its publication.
        """
        ...


class Handlings(Protocol):
    """Who has seen and taken what, what is silenced, and the links that were given out."""

    def mark(
        self, desk: str, story: str, handling: Handling, note: str, at: datetime, *, recipient: str = "", user: str = ""
    ) -> Mark: ...

    def marks(self, desk: str, story: str | None = None) -> tuple[Mark, ...]:
        """Oldest first; of one story or of all."""
        ...

    def silence(
        self, desk: str, at: datetime, ends: datetime, by: str, *, story: str = "", topic: str = "", unit: str = ""
    ) -> Silence: ...

    def silences(self, desk: str, at: datetime) -> tuple[Silence, ...]:
        """Those in force."""
        ...

    def end_silence(self, desk: str, silence: int, at: datetime, by: str) -> bool: ...

    def put_links(self, links: Iterable[SignedLink]) -> None: ...

    def link(self, link: str) -> SignedLink | None: ...

    def links(self, key: str) -> tuple[SignedLink, ...]:
        """Those of a message."""
        ...

    def revoke(self, desk: str, key: str, at: datetime, by: str) -> int:
        """End the links of a message at once. Returns how many there were."""
        ...


class Undelivered(Protocol):
    """What a person decides about messages of the outbox."""

    def message(self, message_id: int) -> OutboxRow | None: ...

    def send_again(self, message_id: int, at: datetime) -> bool: ...

    def drop(self, message_id: int, reason: str, at: datetime) -> bool: ...


class AlertDesk(Protocol):
    """What the pages of alerts are given."""

    @property
    def handlings(self) -> Handlings: ...

    @property
    def outbox(self) -> Undelivered: ...

    def waiting(self, desk: str) -> tuple[StoryAlert, ...]:
        """Alerts whose message is still to be made, the soonest first."""
        ...

    def plan(self, desk: str) -> AlertPlan:
        """The plan in force."""
        ...

    def take_plan(self, plan: AlertPlan, at: datetime, by: str) -> str:
        """Take a plan; "" or the catalogue key of why it can't be taken."""
        ...

    def preview(self, desk: str, rules: Sequence[Rule], at: datetime) -> tuple[RulePreview, ...]:
        """What these rules would have raised in the past month."""
        ...

    def read_link(self, token: str, at: datetime) -> SignedLink | None:
        """The link that a token names: neither forged nor over nor revoked, and its recipient still on the desk."""
        ...

    def template_names(self) -> tuple[tuple[str, str], ...]:
        """(name, part) of each template."""
        ...

    def template(self, desk: str, name: str, part: str, text: str | None = None) -> TemplateText:
        """A template in force, or (with `text`) how that one would look. KeyError for none of ours."""
        ...

    def keep_template(self, name: str, part: str, text: str) -> None:
        """Take a text as the office's own; "" for the shipped one again."""
        ...
