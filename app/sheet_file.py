"""A table of people that an operator names on the command line."""

from __future__ import annotations

from pathlib import Path

from core.errors import ConfigError
from core.sheets import decode


def text_of(file: Path) -> str:
    """What stands in it. Raises ConfigError naming the file where it can't be read or is no text."""
    try:
        return decode(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None
