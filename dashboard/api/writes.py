"""What the machine may change: the same as the pages' forms, for the same user."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Path
from starlette.requests import Request

from core.topics import TOPIC_IDS
from dashboard.api import models
from dashboard.api.reads import Ban, Id, at
from dashboard.asking import Asked, NotHere
from dashboard.pages.work import colleagues


def set_topic(request: Request, article: Id, given: models.TopicGiven, ban: Ban = None) -> models.Done:
    """Say that an article belongs to a topic, or doesn't."""
    ask, desk = at(request, ban)
    if given.topic not in TOPIC_IDS:
        raise NotHere("error.bad_form")
    made = ask.room.corrections.correct(
        desk.id, article, topic=given.topic, present=given.present, at=ask.words.now, by=ask.user.id
    )
    return _done(made is not None)


def set_tone(request: Request, article: Id, given: models.ToneGiven, ban: Ban = None) -> models.Done:
    """Say how the event comes across for the people concerned."""
    ask, desk = at(request, ban)
    made = ask.room.corrections.correct(desk.id, article, tone=given.tone, at=ask.words.now, by=ask.user.id)
    return _done(made is not None)


def undo(request: Request, number: Annotated[int, Path(ge=1, le=2**53)], ban: Ban = None) -> models.Done:
    """Take a correction back. One that was taken back already is no error."""
    ask, desk = at(request, ban)
    if not any(one.id == number for one in ask.room.corrections.corrections(desk.id)):
        return models.Done(done=False)
    return models.Done(done=ask.room.corrections.undo(desk.id, number, ask.words.now, ask.user.id))


def note_article(request: Request, article: Id, given: models.NoteGiven, ban: Ban = None) -> models.Done:
    """Add a note of the office to an article."""
    ask, desk = at(request, ban)
    work = ask.room.office.work
    return _done(work.add_note(desk.id, "article", article, given.text, at=ask.words.now, by=ask.user.id))


def note_story(request: Request, story: Id, given: models.NoteGiven, ban: Ban = None) -> models.Done:
    """Add a note of the office to a story."""
    ask, desk = at(request, ban)
    work = ask.room.office.work
    return _done(work.add_note(desk.id, "story", story, given.text, at=ask.words.now, by=ask.user.id))


def handle_article(
    request: Request, article: Id, given: Annotated[models.StateGiven, Body()], ban: Ban = None
) -> models.Done:
    """Set how far the office is with an article, who has it, or both."""
    ask, desk = at(request, ban)
    _known(ask, given.assigned)
    work = ask.room.office.work
    return _done(
        work.handle(
            desk.id, "article", article, state=given.state, assigned=given.assigned, at=ask.words.now, by=ask.user.id
        )
    )


def handle_story(
    request: Request, story: Id, given: Annotated[models.StateGiven, Body()], ban: Ban = None
) -> models.Done:
    """Set how far the office is with a story, who has it, or both."""
    ask, desk = at(request, ban)
    _known(ask, given.assigned)
    work = ask.room.office.work
    return _done(
        work.handle(
            desk.id, "story", story, state=given.state, assigned=given.assigned, at=ask.words.now, by=ask.user.id
        )
    )


def set_aside(request: Request, article: Id, given: models.AsideGiven, ban: Ban = None) -> models.Done:
    """Say that an article is not about this place, or that it is after all. Twice is once."""
    ask, desk = at(request, ban)
    work = ask.room.office.work
    act = work.set_aside if given.aside else work.take_back
    return models.Done(done=act(desk.id, article, ask.words.now, ask.user.id))


def _known(ask: Asked, assigned: str | None) -> None:
    if assigned and assigned not in {ask.user.id, *(colleague for colleague, _ in colleagues(ask))}:
        raise NotHere("people.no_such_user")


def _done(done: bool) -> models.Done:
    """Raises NotHere for what the desk doesn't have."""
    if not done:
        raise NotHere("error.no_such_article")
    return models.Done(done=True)
