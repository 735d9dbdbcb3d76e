"""What the machine may read: the same as the pages show, for the same user."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import Path, Query
from starlette.requests import Request

from core.clock import local_day
from core.records import Desk
from core.text import clean, clip
from dashboard.api import models
from dashboard.asking import Asked, NotHere, asked
from dashboard.pages import trends as steps

EARLIEST = date(2000, 1, 1)
LONGEST = timedelta(days=31)
LONGEST_TRENDS = timedelta(days=20 * 366)
ALERTS, PER_PAGE = 200, 20

Ban = Annotated[str | None, Query(max_length=64, description="id of the desk; the first that the user sees without it")]
Day = Annotated[date | None, Query(description="a Vietnamese day; the nearest that there is where it is out of range")]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def me(request: Request) -> models.Me:
    """Who is signed in."""
    ask = asked(request)
    return models.Me(
        id=ask.user.id, name=ask.user.name, levels={desk: level.value for desk, level in ask.user.levels.items()},
        desks=[models.DeskOut.model_validate(desk) for desk in ask.desks],
    )  # fmt: skip


def today(request: Request, ban: Ban = None, ngay: Day = None) -> models.Today:
    """The day's stories, the counts of its week, and the sources that can't be read."""
    ask, desk = at(request, ban)
    day = within(ask, ngay)
    room = ask.room
    return models.Today(
        day=day,
        stories=[models.StoryOut.model_validate(view) for view in room.reading.stories(desk.id, day, ask.words.now)],
        week=[models.DayCountOut.model_validate(count) for count in room.reading.day_counts(desk.id, day)],
        unread=[health.source for health in room.reading.sources(ask.words.now) if health.unread],
    )


def stories(request: Request, ban: Ban = None, tu: Day = None, den: Day = None) -> models.Stories:
    """Stories of up to 31 days, both included; of the last seven without any."""
    ask, desk = at(request, ban)
    last = within(ask, den)
    first = max(within(ask, tu) if tu else last - timedelta(days=6), last - LONGEST)
    first = min(first, last)
    found = ask.room.reading.stories_between(desk.id, first, last, ask.words.now)
    return models.Stories(first=first, last=last, stories=[models.StoryOut.model_validate(view) for view in found])


def story(request: Request, story: Id, ban: Ban = None) -> models.StoryTold:
    """A story with its timeline; the id of one that was merged gives what it became."""
    ask, desk = at(request, ban)
    found = ask.room.reading.story(desk.id, story, ask.words.now)
    if found is None:
        raise NotHere("error.no_such_story")
    return models.StoryTold.model_validate(found)


def article(request: Request, article: Id, ban: Ban = None) -> models.ArticleText:
    """An article with its text."""
    ask, desk = at(request, ban)
    found = ask.room.reading.article(desk.id, article)
    if found is None:
        raise NotHere("error.no_such_article")
    return models.ArticleText.model_validate(found)


def search(
    request: Request,
    q: Annotated[str, Query(max_length=200, description="words, phrases in quotation marks, minus")],
    ban: Ban = None,
    xep: Annotated[Literal["moi", "hop"], Query(description="newest first, or best match first")] = "moi",
    trang: Annotated[int, Query(ge=1, le=50)] = 1,
) -> models.Found:
    """Articles whose text has these words. A search is an address and nothing else: it can't be kept or sent."""
    ask, desk = at(request, ban)
    page = ask.room.search.search(
        desk.id, clip(clean(q), 200), by_time=xep == "moi", offset=(trang - 1) * PER_PAGE, limit=PER_PAGE
    )
    return models.Found.model_validate(page)


def trends(
    request: Request,
    ban: Ban = None,
    tu: Day = None,
    den: Day = None,
    buoc: Annotated[Literal["day", "week", "month"], Query(description="step of time")] = "week",
) -> models.Trends:
    """Articles by topic, tone (where it is sure), unit and in all; of twelve weeks where no first day is given.
    Nothing by publisher.
    """
    ask, desk = at(request, ban)
    last = within(ask, den)
    asked_for = within(ask, tu) if tu else steps.begins(last - timedelta(weeks=11), buoc)
    first = min(max(asked_for, last - LONGEST_TRENDS), last)
    span = steps.Span(first=first, last=last, step=buoc, name="")
    days = ((slot, *span.days(slot)) for slot in span.slots)
    counts = ask.room.reading.label_counts(desk.id, first, last, buoc)
    return models.Trends(
        first=first, last=last,
        slots=[models.SlotOut(slot=date.fromisoformat(slot), first=begun, last=end) for slot, begun, end in days],
        counts=[models.CountOut.model_validate(count) for count in counts],
    )  # fmt: skip


def sources(request: Request, ban: Ban = None) -> models.Sources:
    """How each publisher can be read."""
    ask, _ = at(request, ban)
    rows = ask.room.reading.sources(ask.words.now)
    names = {row.source: ask.room.publisher_name(row.source) for row in rows}
    told = [
        models.SourceOut.model_validate({name: getattr(row, name, names[row.source]) for name in _SOURCE})
        for row in sorted(rows, key=lambda row: names[row.source].casefold())
    ]
    return models.Sources(sources=told)


def alerts(request: Request, ban: Ban = None) -> models.Alerts:
    """The newest messages of the desk."""
    ask, desk = at(request, ban)
    told = [
        models.AlertOut(
            id=row.id, article=row.message.article, recipient=row.message.recipient, channel=row.message.channel,
            subject=row.message.subject, state=row.state, reason=row.reason, created=row.created,
            delivered_at=row.delivered_at,
        )
        for row in ask.room.reading.messages(desk.id, ALERTS)
    ]  # fmt: skip
    return models.Alerts(alerts=told)


def at(request: Request, ban: str | None) -> tuple[Asked, Desk]:
    """What is asked, and the desk that it is about. Raises NotHere where there is none."""
    del ban  # read by `asked`; named in each signature so that it stands in the description
    ask = asked(request)
    if ask.desk is None:
        raise NotHere("error.no_such_desk")
    return ask, ask.desk


def within(ask: Asked, given: date | None) -> date:
    """The day asked for, as far as there are any: from 2000 to today."""
    last = local_day(ask.words.now)
    return min(max(given or last, EARLIEST), last)


_SOURCE = tuple(models.SourceOut.model_fields)
