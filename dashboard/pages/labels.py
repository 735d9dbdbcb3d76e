"""Nhãn đã sửa: labels that a person has set, how to set one, take it back, and carry them out as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from core.records import Correction, ListedArticle
from core.topics import TONES, TOPIC_IDS, TOPICS, ToneLabel, Topic
from dashboard import asking, forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form

PER_PAGE, MOST_PAGES = 50, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What of an article's labels was set by a person, and what can still be added."""

    by_topic: dict[str, int]  # topic -> id of the correction
    tone: int | None  # id of the correction
    addable: tuple[Topic, ...]
    other_tones: tuple[ToneLabel, ...]


def labels(ask: Asked, listed: ListedArticle) -> Labels:
    """For the article's page."""
    set_by_person = ask.room.corrections.corrections(ask.desk.id, listed.id) if ask.desk else ()
    there = {label.topic for label in listed.topics} | set(listed.removed_topics)
    return Labels(
        by_topic={c.topic: c.id for c in set_by_person if c.topic},
        tone=next((c.id for c in set_by_person if c.tone), None),
        addable=tuple(topic for topic in TOPICS if topic.id not in there),
        other_tones=tuple(tone for tone in TONES if tone != listed.tone.label),
    )


def correct(request: Request, form: Form) -> Response:
    """POST `/bai/{article}/nhan`: `chu-de` with `co` (1: it belongs, 0: it doesn't), or `sac-thai`."""
    ask = asked(request)
    article = request.path_params["article"]
    topic, tone, present = form.get("chu-de", ""), form.get("sac-thai", ""), form.get("co", "1")
    if bool(topic) == bool(tone) or (topic and topic not in TOPIC_IDS) or present not in ("0", "1"):
        raise BadRequest("error.bad_form")
    wanted = _tone(tone) if tone else None
    done = ask.desk and ask.room.corrections.correct(
        ask.desk.id, article, topic=topic, present=present == "1", tone=wanted, at=ask.words.now, by=ask.user.id
    )
    if not done:
        raise NotHere("error.no_such_article")
    return forms.onward(ask, f"/bai/{article}", "labels")


def undo(request: Request, form: Form) -> Response:
    """POST `/sua-nhan/{number}/hoan-lai`; `ve=bai` leads back to the article, anything else to the list.

    One that was taken back already is no error: the page then shows what holds.
    """
    ask = asked(request)
    number = request.path_params["number"]
    known = next((c for c in _all(ask) if c.id == number), None)
    if known and ask.desk:
        ask.room.corrections.undo(ask.desk.id, number, ask.words.now, ask.user.id)
    if known and form.get("ve") == "bai":
        return forms.onward(ask, f"/bai/{known.article}", "labels")
    return forms.onward(ask, "/sua-nhan")


def page(request: Request) -> Response:
    """`/sua-nhan?trang=1`: newest first."""
    ask = asked(request)
    every = _all(ask)[::-1]
    number = asking.number(ask, "trang", most=MOST_PAGES)
    pages = max(1, min(MOST_PAGES, -(-len(every) // PER_PAGE)))
    shown = every[(number - 1) * PER_PAGE : number * PER_PAGE]
    rows = [(correction, _listed(ask, correction)) for correction in shown]
    return render.page(
        ask, "labels.html", changes=True, rows=rows, total=len(every), number=number, pages=pages,
        text_language=ask.room.language_of,
    )  # fmt: skip


def export(request: Request) -> Response:
    """`/sua-nhan/xuat`: JSON Lines, one correction a line, oldest first. No text of any article and no person."""
    ask = asked(request)
    name = f"nhan-da-sua-{ask.desk.id if ask.desk else 'khong'}.jsonl"
    return Response(
        "".join(_lines(ask)), media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _lines(ask: Asked) -> Iterator[str]:
    for correction in _all(ask):
        listed = _listed(ask, correction)
        row = {
            "article": correction.article,
            "url": listed.url if listed else None,
            "source": listed.source if listed else None,
            "published": listed.published.at.isoformat() if listed else None,
            "model": correction.model,
            "at": correction.at.isoformat(),
        }
        said = {"topic": correction.topic, "present": correction.present} if correction.topic else {}
        yield json.dumps(row | (said or {"tone": correction.tone}), ensure_ascii=False) + "\n"


def _all(ask: Asked) -> tuple[Correction, ...]:
    return ask.room.corrections.corrections(ask.desk.id) if ask.desk else ()


def _listed(ask: Asked, correction: Correction) -> ListedArticle | None:
    read = ask.room.reading.article(correction.desk, correction.article)
    return read.listed if read else None


def _tone(given: str) -> ToneLabel:
    for tone in TONES:
        if tone == given:
            return tone
    raise BadRequest("error.bad_form")
