"""Structured logs: one JSON object a line in a rotating file, plain lines on the terminal.

Secrets are masked by value in whatever is logged, also inside tracebacks.
"""

from __future__ import annotations

import fcntl
import json
import logging
import sys
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from pydantic import BaseModel, SecretStr

from core.errors import ConfigError
from core.settings import LogSettings, Settings
from core.text import clean
from core.urls import login_of

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_MONTH = timedelta(days=30).total_seconds()
_NOISY = (
    "scrapy", "twisted", "trafilatura", "htmldate", "charset_normalizer", "asyncio", "uvicorn.access",
    "elastic_transport",  # at debug level it writes whole requests, and so the words that people search for
)  # fmt: skip


class PlainLines(logging.Formatter):
    """A record as a line for people, its traceback below."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        written = {form for secret in secrets if secret for form in (secret, _in_json(secret))}
        self._secrets = sorted(written, key=len, reverse=True)  # one may stand in another

    def format(self, record: logging.LogRecord) -> str:
        return self._masked(super().format(record))

    def _masked(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "*****")
        return line


class JsonLines(PlainLines):
    """A record as one JSON line: time (UTC), level, part, event, and the fields given as `extra`."""

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


def _in_json(text: str) -> str:
    """As the text stands within a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


class _OwnFile(RotatingFileHandler):
    """A file that no other process writes: two that turn one over at once lose lines. Turned over by size and by month,
    so that no line is much older than the last one of its file, by which `remove_old` goes.
    """

    def __init__(self, folder: Path, role: str, settings: LogSettings) -> None:
        file, self._claim = _claimed(folder, role)
        super().__init__(file, maxBytes=settings.max_bytes, backupCount=settings.files, encoding="utf-8")
        self._since = _first(file)
        self._fails = False

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the library's name
        """Whether the line begins a new file."""
        self._since = record.created if self._since is None else self._since
        return record.created - self._since > _MONTH or bool(super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: N802
        """Begin a new file."""
        super().doRollover()
        self._since = None

    def flush(self) -> None:
        """Give the lines to the system."""
        super().flush()
        self._fails = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A full disk is told once, until a line can be written again; warnings stand on the terminal meanwhile."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._fails and sys.stderr is not None:
            self._fails = True
            said = f"log {self.baseFilename}: {error.strerror or error}; lines are lost until it can be written again"
            sys.stderr.write(f"diembao: {said}\n")

    def close(self) -> None:
        """Leave the name to others."""
        super().close()
        self._claim.close()


def _first(file: Path) -> float | None:
    """When the first line of a file was written; None for an empty one, and one that is not ours."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        try:
            return datetime.fromisoformat(json.loads(lines.readline())["at"]).timestamp()
        except (ValueError, KeyError, TypeError):
            return None


def remove_old(folder: Path, before: datetime) -> int:
    """Delete files to which nothing was written since then, but those that a process still has; how many.

    They tell of deliveries, and so are kept no longer than the record's own delivery log.
    """
    old = [file for file in folder.glob("*.jsonl*") if file.stat().st_mtime < before.timestamp()]
    gone = [file for file in old if file.suffix != ".jsonl" or not _in_use(file)]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)


def _in_use(file: Path) -> bool:
    with (file.parent / f".{file.stem}.lock").open("w") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _claimed(folder: Path, role: str) -> tuple[Path, IO[str]]:
    """<role>.jsonl; where another process has that, <role>-2.jsonl, and so on; with what holds it."""
    for number in count(1):
        name = role if number == 1 else f"{role}-{number}"
        claim = (folder / f".{name}.lock").open("w")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.close()
        else:
            return folder / f"{name}.jsonl", claim
    raise AssertionError("names never end")


def start(settings: Settings, role: str, *, quiet: bool = False) -> Path:
    """Log to data_dir/log/<role>.jsonl, and warnings to the terminal. Returns the file's path.

    A second process of the role logs to <role>-2.jsonl. Raises ConfigError where no file can be written there.
    """
    folder = settings.data_dir / "log"
    for old in logging.getLogger().handlers[:]:
        if isinstance(old, _OwnFile):
            logging.getLogger().removeHandler(old)
            old.close()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = _OwnFile(folder, role, settings.log)
    except OSError as error:
        raise ConfigError(
            f"log {error.filename or folder}: {error.strerror or error}; give the folder and its files to the user of"
            " the service (a command that another user ran may have made them), or set another data_dir"
        ) from None
    handler.setFormatter(JsonLines(secrets(settings)))
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.ERROR if quiet else logging.WARNING)
    terminal.setFormatter(PlainLines(secrets(settings)))
    logging.basicConfig(level=settings.log.level.upper(), handlers=[handler, terminal], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    return Path(handler.baseFilename)


def secrets(settings: Settings) -> list[str]:
    """Values of all secret settings, the proxy's password, which stands in its address, and what logins are sent as."""
    parts = [vars(part) for part in vars(settings).values() if isinstance(part, BaseModel)]
    values = [value.get_secret_value() for part in parts for value in part.values() if isinstance(value, SecretStr)]
    user, password = login_of(settings.crawl.proxy)
    logins = [(unquote(user), unquote(password))]
    for name, secret in _LOGINS:
        logins += [(part[name], part[secret].get_secret_value()) for part in parts if name in part and secret in part]
    return [*values, password, unquote(password), *(sent for login in logins for sent in _as_sent(*login))]


_LOGINS = (("username", "password"), ("client_id", "client_secret"))
"""Settings that are sent together as a Basic header."""


def _as_sent(user: str, password: str) -> set[str]:
    """A login as a Basic header holds it, in either encoding of HTTP libraries: as good as the password."""
    pairs = {f"{user}:{password}".encode(code, "replace") for code in ("utf-8", "latin-1")} if password else set()
    return {b64encode(pair).decode() for pair in pairs}
