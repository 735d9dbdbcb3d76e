"""Quy tắc báo tin: a desk's rules and timing, tried on the past month before they are taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.clock import local_day
from core.ports import AlertDesk
from core.records import AlertPlan, AlertTiming, Rule, RuleEvent, RulePreview
from core.roles import Role
from core.rules import refusal
from core.topics import HARM_TOPICS, TONES, TOPIC_IDS, TOPICS
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.overtaken import FIELD, WHY, overtaken, shown_as
from dashboard.uploads import Sent

PATH: Final = "/canh-bao/quy-tac"
THERE: Final = "rule.there"
MOST_BYTES: Final = 16_384
SHIPPED: Final = frozenset(
    ("khan-thien-tai", "khan-nhieu-bao", "ban-tin", "so-lieu-khac", "bai-da-sua", "nguon-bi-chan", "nguon-im-lang")
)
"""Rules that come with the program: the catalogue names them."""
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_NONE: Final = -1
NAMED_WITHIN: Final = timedelta(weeks=12)
"""Places that the press named for so long back can be chosen, beside the desk's communes of today."""


def page(request: Request) -> Response:
    """`/canh-bao/quy-tac`; `?thu=1` tries all of them on the past month."""
    ask = asked(request)
    desk, plan = _plan(ask)
    tried = desk.preview(plan.desk, plan.rules, ask.words.now) if request.query_params.get("thu") == "1" else ()
    return _page(ask, plan, tried)


def save(request: Request, sent: Sent) -> Response:
    """POST: try, save or remove one rule."""
    ask = asked(request)
    desk, plan = _plan(ask)
    rule = _rule(sent, plan)
    if overtaken := _overtaken(sent, plan, rule):
        return _page(ask, plan, (), draft=rule, why=overtaken)
    if sent["lam"] == "xem" and (why := refusal(rule)):
        return _page(ask, plan, (), draft=rule, why=why)
    if sent["lam"] == "xem":
        return _page(ask, plan, desk.preview(plan.desk, [rule], ask.words.now), draft=rule)
    others = tuple(one for one in plan.rules if one.id != rule.id)
    if sent["lam"] == "xoa":
        rules = others
    else:
        at = next((number for number, one in enumerate(plan.rules) if one.id == rule.id), len(others))
        rules = (*others[:at], rule, *others[at:])
    return _take(ask, replace(plan, rules=rules), draft=rule)


def _overtaken(sent: Sent, plan: AlertPlan, rule: Rule) -> str:
    """Why a form's rule would undo what its sender has not seen, as a catalogue key; "" where it would not."""
    now = next((one for one in plan.rules if one.id == rule.id), None)
    gone_already = now is None and sent["lam"] == "xoa"
    if gone_already or not overtaken(sent.fields, now, rule):
        return ""
    return THERE if sent[FIELD] == shown_as(None) else "rule.changed"


def timing(request: Request, sent: Sent) -> Response:
    """POST: the hours of digests and of the night, waits."""
    ask = asked(request)
    _, plan = _plan(ask)
    values = {
        "wait_minutes": _number(sent["cho"]), "grow_minutes": _number(sent["tang"]),
        "repeat_hours": _number(sent["nhac"]), "morning": _minute(sent["sang"]), "evening": _minute(sent["chieu"]),
        "night_from": _minute(sent["dem_tu"]), "night_to": _minute(sent["dem_den"]),
    }  # fmt: skip
    wanted = replace(plan, timing=AlertTiming(**values, hold_covered=sent["gop"] == "1"))
    if overtaken(sent.fields, plan.timing, wanted.timing):
        return _page(ask, wanted, (), why=WHY)
    return _take(ask, wanted)


def _take(ask: Asked, plan: AlertPlan, draft: Rule | None = None) -> Response:
    desk, _ = _plan(ask)
    why = desk.take_plan(plan, ask.words.now, ask.user.id)
    if why:
        return _page(ask, replace(desk.plan(plan.desk), timing=plan.timing), (), draft=draft, why=why)
    ask.audit("alerts.rules", draft.id if draft else "timing")
    return forms.onward(ask, PATH, fragment=f"rule-{draft.id}" if draft else "timing")


def _page(
    ask: Asked, plan: AlertPlan, tried: Sequence[RulePreview], *, draft: Rule | None = None, why: str = ""
) -> Response:
    names = {one.id: one.name for one in ask.desk.recipients} if ask.desk else {}
    chosen = {unit for rule in (*plan.rules, *((draft,) if draft else ())) for unit in rule.units}
    return render.page(
        ask, "alert_rules.html", changes=True, status=422 if why else 200, plan=plan, draft=draft, why=why,
        tried={one.rule: one for one in tried}, names=names, new=Rule(id=""), events=tuple(RuleEvent), topics=TOPICS,
        harm=HARM_TOPICS, tones=TONES, roles=tuple(Role), clock_time=_clock_time, units=_units(ask, chosen),
        papers={one.id: one.name for one in sorted(ask.room.publishers.values(), key=lambda one: one.name)},
        shipped=SHIPPED, seen_field=FIELD, shown_as=shown_as, kept_timing=_plan(ask)[1].timing,
        kept_rules={one.id: one for one in plan.rules},
        as_new=draft is not None and (why == THERE or all(one.id != draft.id for one in plan.rules)),
    )  # fmt: skip


def _units(ask: Asked, chosen: AbstractSet[str]) -> dict[str, str]:
    """Places that a rule can name, by id: the desk's communes, what the press named lately, what rules name already."""
    places, today = ask.room.office.places, local_day(ask.words.now)
    if ask.desk is None:
        return {}
    named = ask.room.reading.label_counts(ask.desk.id, today - NAMED_WITHIN, today, "month")
    there = {row.key for row in named if row.kind == "unit"} | chosen
    found = {place.unit: place.name for place in places.area(ask.desk)} if places else {}
    for unit in there - found.keys():
        place = places.place(unit) if places else None
        found[unit] = place.name if place else unit
    return dict(sorted(found.items(), key=lambda one: one[1]))


def _plan(ask: Asked) -> tuple[AlertDesk, AlertPlan]:
    desk = ask.room.office.alerts
    if desk is None or ask.desk is None:
        raise NotHere("error.no_such_page")
    return desk, desk.plan(ask.desk.id)


def _rule(sent: Sent, plan: AlertPlan) -> Rule:
    """The rule of a form. What the form can't have sent raises BadRequest; what a rule may not be is told later."""
    title = next((one.title for one in plan.rules if one.id == sent["ma"].strip()), "")
    try:
        return Rule(
            id=sent["ma"].strip(),
            event=RuleEvent(sent["khi"]),
            focus=sent["trong_tam"] == "1",
            units=_ticked(sent, "dv_"),
            topics=tuple(topic for topic in sorted(TOPIC_IDS) if sent[f"cd_{topic}"] == "1"),
            tone=next((tone for tone in TONES if sent["sac_thai"] == tone), None),
            publishers=_ticked(sent, "bao_"),
            min_sources=_number(sent["so_bao"] or "1"),
            growing=sent["tang"] == "1",
            urgent=sent["khan"] == "1",
            roles=tuple(role for role in Role if sent[f"vt_{role}"] == "1"),
            next_roles=tuple(role for role in Role if sent[f"kt_{role}"] == "1"),
            take_minutes=_number(sent["phut"] or "30"),
            enabled=sent["dung"] == "1",
            title=title,
        )
    except ValueError:
        raise BadRequest("error.bad_form") from None


def _ticked(sent: Sent, prefix: str) -> tuple[str, ...]:
    """Those whose box is ticked, and the one that was added."""
    kept = [
        name.removeprefix(prefix) for name, value in sent.fields.items() if name.startswith(prefix) and value == "1"
    ]
    return tuple(dict.fromkeys((*kept, *filter(None, [sent[f"them_{prefix}"]]))))


def _number(text: str) -> int:
    """_NONE for what is no number: the check of rules then says which numbers there may be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else _NONE


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text.strip())
    return int(found[1]) * 60 + int(found[2]) if found else _NONE


def _clock_time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}" if minute != _NONE else ""
