"""Forms that carry a file or a longer text: the same locks as dashboard.forms, with a bound on the whole body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard import forms
from dashboard.asking import BadRequest

MOST_BYTES: Final = 11_000_000
_MOST_FIELDS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form's fields and files (name of the field -> name of the file and its bytes); empty files are none."""

    fields: Mapping[str, str]
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The field's text; "" where it was not sent."""
        return self.fields.get(name, "")


Handler = Callable[[Request, Sent], Response]


def taking(
    handler: Handler, most_bytes: int = MOST_BYTES, *, once: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind the locks. Raises Forged, and BadRequest for a body that is too large or broken.

    `once`: the same form with the same file, sent twice, makes one thing.
    """

    async def endpoint(request: Request) -> Response:
        if not forms.from_us(request.headers, request.app.state.room.settings.public_url):
            raise forms.Forged
        sent = await sent_of(request, most_bytes)
        if not forms._fits(request, sent[forms.FIELD]):
            raise forms.Forged
        act = partial(handler, request, sent)
        return (
            await run_in_threadpool(forms.only_once, request, _known_by(sent), act)
            if once
            else await run_in_threadpool(act)
        )

    return endpoint


def _known_by(sent: Sent) -> dict[str, str]:
    """The fields, and of each file its name and what is in it."""
    return {
        **sent.fields,
        **{key: f"{name} {sha256(content).hexdigest()}" for key, (name, content) in sent.files.items()},
    }


async def sent_of(request: Request, most_bytes: int) -> Sent:
    """The form that a request carries. Raises BadRequest for one that is too large or broken."""
    request.state.form = {}
    whole = forms.again(request, await forms.whole_body(request, most_bytes))
    fields: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    try:
        async with whole.form(max_files=2, max_fields=_MOST_FIELDS, max_part_size=most_bytes) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    if content:
                        files[name] = (value.filename or "tep", content)
                else:
                    fields[name] = value
    except (HTTPException, ValueError, AssertionError):
        raise BadRequest("error.bad_form") from None
    request.state.form = fields
    return Sent(fields=fields, files=files)
