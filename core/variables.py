"""Settings in variables of the environment: how they are written, and which one gave a value."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

from core.errors import ConfigError

PREFIX: Final = "DIEMBAO_"
BETWEEN: Final = "__"


class Environment(EnvSettingsSource):
    """Variables. A list is JSON, or its members with commas between them: none of ours may hold a comma."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Raises ConfigError naming the variable, without its value: it may be a secret."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            if get_origin(field.annotation) is tuple and not value.lstrip().startswith(("[", "{", '"')):
                return [part.strip() for part in value.split(",") if part.strip()]
            raise ConfigError(f"{self._variable(field_name, value)}: not readable as JSON; {_form(field)}") from None

    def _variable(self, field_name: str, value: str) -> str:
        """Asked for by the last part of its name only."""
        named = (name for name, given in self.env_vars.items() if name.endswith(field_name.lower()) and given == value)
        return next((name for name in named if name.startswith(PREFIX.lower())), field_name).upper()


def _form(field: FieldInfo) -> str:
    """How a setting of several values is written in a variable."""
    kind = field.annotation
    if get_origin(kind) is tuple:
        return 'write a list as a,b or ["a", "b"]'
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"set each of its settings by a variable of its own, ..{BETWEEN}NAME"
    return """write a table as {"name": "value"}"""


def holds(given: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether something stands at that path."""
    here: Any = given
    for part in path:
        if not isinstance(here, Mapping):
            return True  # the value of a longer variable's part
        if part not in here:
            return False
        here = here[part]
    return bool(path)


def named(path: Sequence[str]) -> str:
    """The variable that gives what stands at a path: its own, or one of the part that it lies in."""
    known = {name.upper() for name in os.environ}
    names = [PREFIX + BETWEEN.join(path[:length]).upper() for length in range(len(path), 0, -1)]
    return next((name for name in names if name in known), f"{names[-1]}{BETWEEN}...")
