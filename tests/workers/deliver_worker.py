"""Delivers what is due at a moment, in a process that may be killed."""

from __future__ import annotations

import threading
from datetime import datetime

from app import delivering
from app.world import World
from core.clock import FixedClock
from core.settings import Settings


def deliver(settings: Settings, at: datetime) -> None:
    """Send until nothing is due."""
    world = World(kind="replay", publishers={}, clock=FixedClock(at))
    delivering.deliver(settings, world, stop=threading.Event(), forever=False)
