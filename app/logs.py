"""Structured logs: one JSON object a line in a rotating file, plain lines on the terminal.

Secrets are masked by value in whatever is logged, also inside tracebacks.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pydantic import BaseModel, SecretStr

from core.settings import Settings
from core.text import clean

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOISY = ("scrapy", "twisted", "trafilatura", "htmldate", "charset_normalizer", "asyncio", "uvicorn.access")


class JsonLines(logging.Formatter):
    """A record as one JSON line: time (UTC), level, part, event, and the fields given as `extra`."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        row: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "event": clean(record.getMessage()),
        }
        row |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        return self._masked(json.dumps(row, ensure_ascii=False, default=str))

    def _masked(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "*****")
        return line


def start(settings: Settings, role: str, *, quiet: bool = False) -> Path:
    """Log to data_dir/log/<role>.jsonl, and warnings to the terminal. Returns the file's path."""
    file = settings.data_dir / "log" / f"{role}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        file, maxBytes=settings.log.max_bytes, backupCount=settings.log.files, encoding="utf-8"
    )
    handler.setFormatter(JsonLines(secrets(settings)))
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.ERROR if quiet else logging.WARNING)
    terminal.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=settings.log.level.upper(), handlers=[handler, terminal], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    return file


def secrets(settings: Settings) -> list[str]:
    """Values of all secret settings."""
    return [
        value.get_secret_value()
        for part in (getattr(settings, name) for name in type(settings).model_fields)
        for value in (vars(part).values() if isinstance(part, BaseModel) else ())
        if isinstance(value, SecretStr)
    ]
