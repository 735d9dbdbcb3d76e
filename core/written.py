"""Text files that people write: settings, desks, rules, publishers."""

from __future__ import annotations

from typing import Protocol

from core.errors import ConfigError


class _Readable(Protocol):
    def read_bytes(self) -> bytes: ...


def text_of(file: _Readable, where: str) -> str:
    """The file's text, without the byte order mark that editors on Windows put before it.

    Raises ConfigError, which calls the file `where`: it can't be read, or is no UTF-8.
    """
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{where}: can't be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: not UTF-8; save it as a text file in UTF-8") from None
