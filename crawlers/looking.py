"""Looking again at the page of a kept article: what is asked, and what an answer without a text means."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from core.records import Again, Looked
from crawlers.recheck import Look, Presence, next_look, second_look, withdrawn

GIVE_UP: Final = timedelta(days=7)
"""A page that was missing once and has been silent since is not asked for every hour for longer than this."""
_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


def conditions(again: Again | None) -> dict[str, str]:
    """Headers of a conditional request (RFC 9110, 13.1), as far as the server named its versions."""
    if again is None or again.missing_since is not None:
        return {}
    named = {"If-None-Match": again.etag, "If-Modified-Since": again.last_modified}
    return {name: value for name, value in named.items() if value}


def unchanged(again: Again, at: datetime) -> Looked:
    """The server says that the page is as it was."""
    return Looked(at=at, status=HTTPStatus.NOT_MODIFIED, next_look=_by_age(again, at))


def missed(again: Again, status: int, at: datetime) -> Looked:
    """No page came. 404 or 410 is asked about a second time; then the text counts as withdrawn."""
    since = again.missing_since
    looks = [Look(at=since, status=HTTPStatus.NOT_FOUND)] if since else []
    presence = withdrawn([*looks, Look(at=at, status=status)])
    if presence is Presence.WITHDRAWN and status in _GONE:
        return Looked(at=at, status=status, next_look=_by_age(again, at), withdrawn=True)
    if presence is not Presence.PRESENT and at - (since or at) < GIVE_UP:
        return Looked(at=at, status=status, next_look=max(second_look(since or at), at + _SOON))
    return Looked(at=at, status=status, next_look=_by_age(again, at))


_SOON: Final = timedelta(minutes=30)


def _by_age(again: Again, at: datetime) -> datetime | None:
    return next_look(again.published, at, at, again.changes, again.open_case)
