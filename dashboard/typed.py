"""What somebody typed into a form that could not be taken, to be shown once more: it stands nowhere else.

A session may end, a colleague may remove what the form is about, a right may be taken away while somebody writes; the
page that the form was on may then not open again. Only a form of our own pages is given back, and no secret in it.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import ClientDisconnect, Request

from dashboard import forms, uploads
from dashboard.asking import BadRequest
from dashboard.people.leading import for_machines

_SECRETS: Final = frozenset({"mat-khau", "cu", "moi", "ma"})
"""Fields of passwords and codes."""
_MOST_BYTES: Final = 400_000
"""Of a form that no handler has read: more than any of ours without a file."""
_WORDS: Final = re.compile(r"\s|[^\x00-\x7f]")
"""What a person wrote; ids, days and ticks of a form have no blank and no letter with a sign."""


async def typed(request: Request) -> tuple[str, ...]:
    """The words of a form that was sent, in the order of its fields; nothing for any other request."""
    public_url = request.app.state.room.settings.public_url
    if request.method != "POST" or for_machines(request) or not forms.from_us(request.headers, public_url):
        return ()
    if forms.read(request) is None:
        try:
            if request.headers.get("content-type", "").startswith("multipart/"):
                await uploads.sent_of(request, _MOST_BYTES)
            else:
                await forms.fields_of(request, _MOST_BYTES)
        except (BadRequest, ClientDisconnect):
            return ()
    return read_so_far(request)


def read_so_far(request: Request) -> tuple[str, ...]:
    """The same of a form that a handler has read already."""
    fields = forms.read(request) or {}
    return tuple(text.strip() for name, text in fields.items() if name not in _SECRETS and _WORDS.search(text.strip()))
