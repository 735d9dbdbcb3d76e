"""Processes that work on one record, and what is lent to each so that no two do the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Something that one worker alone may do until the lease ends: ask a host, plan the alerts."""

    name: str
    holder: str  # id of the worker
    fence: int  # one more with each change of hands: what carries an older one is no longer obeyed
    ago: float | None  # seconds since anybody else can have used it last; None: nobody has


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that was heard of lately."""

    id: str
    role: str
    machine: str
    started: datetime
    seen: datetime
