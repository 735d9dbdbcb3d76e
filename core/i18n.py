"""The one catalogue of strings that officers read, Vietnamese and English side by side.

Files core/catalogue/*.toml, each `[key]` with `vi = "…"` and `en = "…"`; a name in braces is filled in. A string
that lacks one language, or whose languages take different names, does not load.

English tells one from many, Vietnamese does not: `{articles:article|articles}` is "1 article" or "1,840 articles".
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter
from typing import Final, Literal, get_args

from core.errors import ConfigError

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All strings: key -> language -> text. Raises ConfigError for an incomplete or doubled entry."""
    strings: dict[str, Mapping[str, str]] = {}
    for file in sorted((resources.files("core") / "catalogue").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for key, entry in _flatten("", tomllib.loads(file.read_text(encoding="utf-8"))):
            if key in strings:
                raise ConfigError(f"{file.name}: the string {key} stands twice")
            _check(file.name, key, entry)
            strings[key] = entry
    return strings


def t(key: str, language: Language = "vi", /, **values: object) -> str:
    """The string in that language with its names filled in. KeyError for an unknown key: a bug."""
    text = catalogue()[key][language]
    return _FILL.format(text, **values) if values else text


class _Fill(Formatter):
    """Fills names in; one that gives two forms, `one|many`, is followed by the form that its number asks for."""

    def format_field(self, value: object, spec: str) -> str:
        one, mark, many = spec.partition("|")
        return f"{value} {one if str(value) == '1' else many}" if mark else format(value, spec)


_FILL: Final = _Fill()


def _flatten(prefix: str, table: Mapping[str, object]) -> list[tuple[str, Mapping[str, str]]]:
    found: list[tuple[str, Mapping[str, str]]] = []
    for name, value in table.items():
        key = f"{prefix}.{name}" if prefix else name
        if not isinstance(value, Mapping):
            raise ConfigError(f"catalogue: {key} is not a table with vi and en")
        if all(isinstance(inner, str) for inner in value.values()):
            found.append((key, value))
        else:
            found += _flatten(key, value)
    return found


def _check(file: str, key: str, entry: Mapping[str, str]) -> None:
    if set(entry) != set(LANGUAGES) or not all(entry.values()):
        raise ConfigError(f"{file}: the string {key} needs {' and '.join(LANGUAGES)}")
    names = [{name for _, name, _, _ in Formatter().parse(entry[language]) if name} for language in LANGUAGES]
    if names[0] != names[1]:
        raise ConfigError(
            f"{file}: the string {key} takes {names[0] or 'nothing'} in one language, {names[1]} in the other"
        )
