"""A form filled in on an older page does not silently replace what a colleague has set since.

Its page says by a field what stood there; where something else stands there by now, the form is refused with the
reason, what was typed stays on the page, and a second press decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

FIELD: Final = "truoc"
"""Field of a form: what it changes, as its page showed it (shown_as)."""
WHY: Final = "error.overtaken"


def shown_as(standing: object) -> str:
    """Another value for every content of a record, None (nothing is there yet) among them; the same in each process."""
    return sha256(repr(standing).encode()).hexdigest()[:16]


def overtaken(form: Mapping[str, str], standing: object, wanted: object) -> bool:
    """Whether the form would undo what its sender has not seen; it does not where `wanted` stands there already."""
    shown = form.get(FIELD, "")
    return bool(shown) and shown != shown_as(standing) and wanted != standing
