"""Alerts of an installation: what planning is given, rules by file, what rules would have raised."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from alerts.compose import time_of
from alerts.drain import Rules
from alerts.facts import Office
from alerts.links import Signer, load_secret
from alerts.preview import preview
from alerts.rules import default_plan
from alerts.templating import Templates
from app import answer_desk, wiring
from app.channels import channels
from app.telling import Telling
from core.clock import Clock, local_day
from core.errors import ConfigError
from core.i18n import t
from core.records import (
    AlertPlan,
    Channel,
    Delivered,
    Desk,
    Message,
    Publisher,
    ReadStory,
    Recipient,
    Rule,
    RulePreview,
)
from core.rules import plan_refusal
from core.settings import Settings
from store.sqlite.record import Record

PREVIEW_DAYS: Final = 30


def templates(settings: Settings) -> Templates:
    """The templates in force, an office's own among them."""
    return Templates(settings.data_dir / "templates")


def signer(settings: Settings) -> Signer:
    """Signs links with this installation's secret. Raises ConfigError."""
    return Signer(load_secret(settings.data_dir / "links.key"), settings.public_url)


def office(
    settings: Settings,
    kept: Record,
    clock: Clock,
    publishers: Mapping[str, Publisher],
    connected: Collection[Channel],
) -> Office:
    """What planning needs. Raises ConfigError."""
    return Office(
        book=kept.alerts,
        handlings=kept.handlings,
        reading=kept.reading,
        desks=kept.desks,
        publishers=publishers,
        templates=templates(settings),
        signer=signer(settings),
        clock=clock,
        channels=connected,
        old_days=settings.alerts.old_days,
        spread_minutes=settings.alerts.spread_minutes,
        public_url=settings.public_url,
        differing=lambda desk, articles: answer_desk.differing(kept, desk, articles),
    )


def sending(settings: Settings, kept: Record) -> Rules:
    """What holds for sending."""
    return Rules(plans=kept.alerts.plan, limits={channel: limit for channel, limit in settings.alerts.per_day.items()})  # noqa: C416 - a wider type


def check_plan(plan: AlertPlan, kept: Record, publishers: Mapping[str, Publisher]) -> None:
    """Raises ConfigError for a plan of no desk of ours, or that names what is not there."""
    if plan.desk not in {desk.id for desk in kept.desks.desks()}:
        raise ConfigError(f"no desk {plan.desk} in the record; diembao desk list names them")
    if wrong := refused(plan, publishers):
        raise ConfigError(f"rule {wrong[0] or 'timing'}: {t(wrong[1], 'en')}")


def refused(plan: AlertPlan, publishers: Mapping[str, Publisher]) -> tuple[str, str] | None:
    """(id of the rule or "", catalogue key) of what is wrong with a plan, or names what is not there; None: nothing."""
    units = {unit for rule in plan.rules for unit in rule.units if unit in wiring.gazetteer()}
    return plan_refusal(plan, units or {"-"}, publishers or {"-"})


def growing(times: Sequence[datetime], at: datetime) -> bool:
    """Whether a story with these articles clearly grows at that moment."""
    return Telling().standing(times, at).state == "growing"


def past_stories(kept: Record, desk: str, now: datetime, days: int = PREVIEW_DAYS) -> Iterator[ReadStory]:
    """Each story of the desk with an article in the past days."""
    seen: set[str] = set()
    for back in range(days):
        for view in kept.reading.stories(desk, local_day(now - timedelta(days=back)), now):
            if view.id not in seen:
                seen.add(view.id)
                read = kept.reading.story(desk, view.id, now)
                if read:
                    yield read


def preview_of(
    kept: Record, desk: Desk, rules: Sequence[Rule], now: datetime, old_days: float
) -> tuple[RulePreview, ...]:
    """What these rules would have raised in the past month."""
    stories = past_stories(kept, desk.id, now)
    return preview(
        desk,
        rules,
        stories,
        growing,
        old_days=old_days,
        differing=lambda here, ids: answer_desk.differing(kept, here, ids),
    )


def plan_of(kept: Record, desk: str) -> AlertPlan:
    """The plan in force."""
    return kept.alerts.plan(desk) or default_plan(desk)


def send_test(settings: Settings, kept: Record, clock: Clock, desk: Desk, recipient: Recipient) -> Iterator[str]:
    """A test message by every connected way of the recipient; a line for each, with what came of it."""
    connected = channels(settings, kept, clock)
    ways = [way for way in recipient.ways if way in connected]
    if not ways:
        yield f"{recipient.id}: no connected channel; set [smtp] or connect Zalo, and give the recipient an address"
    for way in ways:
        words = t("alerts.test_text", "vi", place=desk.name, name=recipient.name)
        message = Message(
            key=f"test:{desk.id}:{recipient.id}:{way}:{clock.now().timestamp():.0f}",
            desk=desk.id, recipient=recipient.id, channel=way, article=None, urgent=True,
            subject=t("alerts.test_subject", "vi", place=desk.name), text=words + "\n", brief=words,
            fields={"nguon": desk.office, "thoi_gian": time_of(clock.now()), "dia_ban": desk.name},
        )  # fmt: skip
        result = connected[way].send(message, recipient.address(way))
        connected[way].close()
        said = "delivered" if isinstance(result, Delivered) else f"{type(result).__name__.lower()}: {result.reason}"
        yield f"{way:8} {said}"
