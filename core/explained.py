"""What is wrong in a file that people write, in words, without the values: one may be a secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

_FOREWORD: Final = "Value error, "
"""What pydantic puts before the words of our own checks."""


def explain(error: ValidationError) -> str:
    """Each wrong field with what is wrong."""
    return "; ".join(named([str(part) for part in item["loc"]], item["msg"]) for item in error.errors())


def named(path: Sequence[str], message: str) -> str:
    """The message with the field that it is about."""
    return f"{'.'.join(path) or 'file'}: {message.removeprefix(_FOREWORD)}"
