"""Stones of erased articles, in a file beside the record, so that a restored backup forgets them again.

One JSON object a line: article, url, published_at, erased_at (ISO times); or account, gone_at of a user whose account
was deleted. Lines are only ever added.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from core.clock import to_utc
from core.errors import StoreError
from store.sqlite.rows import dump

NAME: Final = "stones.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stone:
    """What is left of an erased article."""

    article: str
    url: str
    published_at: datetime | None
    erased_at: datetime


def stones_file(record: Path) -> Path:
    return record.with_name(NAME)


def add(record: Path, stone: Stone) -> None:
    """Add a stone and wait until the disk has it. Raises StoreError."""
    path = stones_file(record)
    try:
        _append(path, [_line(stone)])
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}; nothing was erased; free space and try again") from None


def note(record: Path, stones: Iterable[Stone], accounts: Iterable[tuple[str, datetime]]) -> None:
    """Add what is not there yet: these stones, and accounts with the time at which they were deleted."""
    gone = (dump({"account": user, "gone_at": at.isoformat()}) for user, at in accounts)
    merge(record, "\n".join([*map(_line, stones), *gone]))


def merge(record: Path, lines: str) -> None:
    """Add those of another file's lines that are not there yet. Raises StoreError."""
    path = stones_file(record)
    try:
        known = set(path.read_text(encoding="utf-8").splitlines()) if path.exists() else set[str]()
        fresh = [line for line in lines.splitlines() if line and line not in known]
        if fresh:
            _append(path, fresh)
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: {error}; what was erased can't be noted there; nothing was changed") from None


def _append(path: Path, lines: list[str]) -> None:
    """Add lines and wait until the disk has them. One that a full disk or a power cut left unfinished stays apart."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "rb+") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 1))
        begin = "" if file.read(1) in (b"", b"\n") else "\n"
        file.write((begin + "".join(f"{line}\n" for line in lines)).encode())
        file.flush()
        os.fsync(file.fileno())


def carry(source: Path, target: Path) -> None:
    """Note beside the one record what was erased from the other. Raises StoreError."""
    file = stones_file(source)
    if file != stones_file(target) and file.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        merge(target, file.read_text(encoding="utf-8"))


def read(record: Path) -> list[Stone]:
    """All stones; an unfinished last line (a power cut) is left out. Raises StoreError where unreadable."""
    return [stone for line in _lines(record) if (stone := _stone(line)) is not None]


def accounts(record: Path) -> list[str]:
    """Ids of the accounts that were deleted. Raises StoreError where unreadable."""
    return [user for line in _lines(record) if (user := _account(line)) is not None]


def _lines(record: Path) -> list[str]:
    path = stones_file(record)
    try:
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: not readable ({error}); put back the last good copy of this file") from None


def _line(stone: Stone) -> str:
    return dump(
        {
            "article": stone.article,
            "url": stone.url,
            "published_at": stone.published_at.isoformat() if stone.published_at else None,
            "erased_at": stone.erased_at.isoformat(),
        }
    )


def _account(line: str) -> str | None:
    try:
        return str(json.loads(line)["account"])
    except (ValueError, KeyError, TypeError):
        return None


def _stone(line: str) -> Stone | None:
    try:
        values = json.loads(line)
        published = values["published_at"]
        return Stone(
            article=values["article"],
            url=values["url"],
            published_at=to_utc(datetime.fromisoformat(published)) if published else None,
            erased_at=to_utc(datetime.fromisoformat(values["erased_at"])),
        )
    except (ValueError, KeyError, TypeError):
        return None
