"""The port AlertDesk: what the pages of alerts are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts import compose
from alerts.compose import Frame, Telling
from alerts.links import Signer
from alerts.recipients import find, refused
from alerts.templating import NAMES, PARTS, Templates
from app import alerting
from app.alerting import past_stories, plan_of, preview_of
from core.clock import Clock
from core.ports import Handlings, Undelivered
from core.records import (
    AlertPlan,
    Desk,
    Label,
    ListedArticle,
    Published,
    Publisher,
    Rule,
    RulePreview,
    SignedLink,
    StoryAlert,
    StoryStanding,
    StoryView,
    TemplateText,
    Tone,
)
from core.settings import Settings
from store.sqlite.record import Record

_EXAMPLE_TITLE: Final = "Nước sông lên nhanh, nhiều nơi bị ngập"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAlerts:
    """AlertDesk over an open record."""

    settings: Settings
    kept: Record
    clock: Clock
    publishers: Mapping[str, Publisher]
    templates: Templates
    signer: Signer

    @property
    def handlings(self) -> Handlings:
        return self.kept.handlings

    @property
    def outbox(self) -> Undelivered:
        return self.kept.outbox

    def waiting(self, desk: str) -> tuple[StoryAlert, ...]:
        """Alerts whose message is still to be made, the soonest first."""
        return tuple(alert for alert in self.kept.alerts.alerts(desk) if alert.due)

    def plan(self, desk: str) -> AlertPlan:
        """The plan in force."""
        return plan_of(self.kept, desk)

    def take_plan(self, plan: AlertPlan, at: datetime, by: str) -> str:
        """Take a plan; "" or the catalogue key of why it can't be taken."""
        if wrong := alerting.refused(plan, self.publishers):
            return wrong[1]
        self.kept.alerts.apply_plan(plan, at, by)
        return ""

    def preview(self, desk: str, rules: Sequence[Rule], at: datetime) -> tuple[RulePreview, ...]:
        """What these rules would have raised in the past month."""
        found = self._desk(desk)
        return preview_of(self.kept, found, rules, at, self.settings.alerts.old_days) if found else ()

    def read_link(self, token: str, at: datetime) -> SignedLink | None:
        """The link that a token names: neither forged nor over nor revoked, and its recipient still on the desk."""
        wanted = self.signer.read(token, at)
        link = self.kept.handlings.link(wanted) if wanted else None
        if link is None or link.revoked_at is not None or at >= link.expires:
            return None
        recipient = find(self._desk(link.desk), link.recipient)
        return link if recipient is not None and refused(recipient) is None else None

    def template_names(self) -> tuple[tuple[str, str], ...]:
        """(name, part) of each template."""
        return tuple((name, part) for name in NAMES for part in PARTS)

    def template(self, desk: str, name: str, part: str, text: str | None = None) -> TemplateText:
        """A template in force, or (with `text`) how that one would look. KeyError for none of ours."""
        own = self.templates.own(name, part)
        used = self.templates.source(name, part) if text is None else text
        values = self._example(desk, name)
        fault = self.templates.fault(part, used, values)
        shown = "" if fault else self.templates.try_out(part, used, values)
        return TemplateText(name=name, part=part, text=used, own=bool(own), fault=fault, shown=shown)

    def keep_template(self, name: str, part: str, text: str) -> None:
        """Take a text as the office's own; "" for the shipped one again."""
        self.templates.keep(name, part, text)

    def _desk(self, desk: str) -> Desk | None:
        return next((one for one in self.kept.desks.desks() if one.id == desk), None)

    def _example(self, desk: str, name: str) -> dict[str, object]:
        """Values from the newest story of the desk, else from an invented one."""
        now = self.clock.now()
        known = self._desk(desk) or Desk(id=desk, name="Bình Sơn", office="UBND xã Bình Sơn", units=())
        frame = Frame(
            desk=known, publishers=self.publishers, templates=self.templates, public_url=self.settings.public_url
        )
        read = next(past_stories(self.kept, desk, now, days=7), None)
        told = tuple(a for day in read.days for a in (*day.articles, *day.reprints)) if read else (_invented(now),)
        view = read.view if read else _view(now)
        telling = Telling(view=view, told=told, cause="new", urgent=True, link="https://example.gov.vn/c/…")
        return compose.example(frame, name, telling, now)


def record_alerts(settings: Settings, kept: Record, clock: Clock, publishers: Mapping[str, Publisher]) -> RecordAlerts:
    """Built from the settings. Raises ConfigError where the secret of links can't be kept."""
    return RecordAlerts(
        settings=settings, kept=kept, clock=clock, publishers=publishers,
        templates=alerting.templates(settings), signer=alerting.signer(settings),
    )  # fmt: skip


def template_faults(settings: Settings, kept: Record, clock: Clock) -> list[str]:
    """Broken templates of an office, a line each: for doctor."""
    desk = record_alerts(settings, kept, clock, {})
    found = (desk.template("", name, part) for name, part in desk.template_names())
    return [f"templates/{one.name}/{one.part}: {one.fault}" for one in found if one.own and one.fault]


def _invented(now: datetime) -> ListedArticle:
    return ListedArticle(
        id="vi-du", url="https://example.vn/tin.html", source="bao_mau", title=_EXAMPLE_TITLE,
        lead="Đến trưa nay, nước đã tràn qua một số tuyến đường thấp; lực lượng tại chỗ hỗ trợ người dân di chuyển.",
        published=Published(at=now - timedelta(minutes=20), provenance="meta"), first_seen=now, revised_at=None,
        focus=True, topics=(Label(topic="disaster", score=0.9),), tone=Tone(label="negative", score=0.9), mentions=(),
    )  # fmt: skip


def _view(now: datetime) -> StoryView:
    standing = StoryStanding(state="new", recent=1, usual=0.0)
    return StoryView(
        id="vi-du", title=_EXAMPLE_TITLE, standing=standing, first=now, last=now, articles=1, reprints=0,
        sources=("bao_mau",),
    )  # fmt: skip
