"""The pages of an installation."""

from __future__ import annotations

import uvicorn

from app import wiring
from app.comparing import differ
from app.world import World
from core.settings import Settings
from dashboard.app import create_app
from dashboard.room import RunStatus
from dashboard.safety import check_bind
from store.sqlite.record import Record


def serve(settings: Settings, world: World) -> None:
    """Serve until stopped. Raises ConfigError for an address that is not loopback, StoreError for the record."""
    host = check_bind(settings.serve.host)
    with wiring.record(settings, world.clock) as kept:
        application = create_app(
            reading=kept.reading,
            search=kept.search,
            desks=kept.desks,
            corrections=kept.corrections,
            differ=differ,
            publishers=world.publishers,
            clock=world.clock,
            settings=settings,
            status=lambda: _status(kept, world),
        )
        uvicorn.run(
            application,
            host=host,
            port=settings.serve.port,
            log_config=None,
            server_header=False,
            proxy_headers=False,  # whom to believe is decided in dashboard.peer
            timeout_graceful_shutdown=5,
        )


def _status(kept: Record, world: World) -> RunStatus:
    totals = kept.counts.totals()
    read = totals.get("stopped", 0) + totals.get("kept", 0)
    return RunStatus(filling=not totals.get("kept"), read=read, sample=world.kind == "sample")
