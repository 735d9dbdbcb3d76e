"""The pages of an installation."""

from __future__ import annotations

import hmac
import logging
import threading
from contextlib import suppress
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from alerts.links import load_secret
from app import answer_desk, reporting, wiring
from app.addresses import PastedAddresses
from app.alert_desk import record_alerts
from app.channels import statuses
from app.comparing import differ
from app.engine import searching
from app.operation import Keeper, Machine
from app.places import GazetteerPlaces
from app.run import check_port
from app.world import World
from core.clock import SystemClock
from core.errors import StoreError
from core.records import Desk, UnitChoice
from core.settings import Settings
from dashboard.app import create_app
from dashboard.office import Office
from dashboard.room import RunStatus
from dashboard.safety import check_bind, is_loopback
from store.sqlite.record import Record

log = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
LOOKS: Final = 2.0
"""Seconds between two looks whether there is a first user."""


def serve(settings: Settings, world: World) -> None:
    """Serve until stopped. Before the first user on loopback alone, whatever serve.host says.

    Raises ConfigError for an address beyond loopback without public_url and for a port that is taken, StoreError for
    the record.
    """
    with wiring.record(settings, world.clock) as kept:
        host = check_bind(settings.serve.host, others=bool(settings.public_url))
        check_port(settings)
        if not is_loopback(host) and not kept.people.any():
            _until_first_user(settings, world, kept, host)
            if not kept.people.any():
                return
        uvicorn.run(application(settings, world, kept), host=host, **_how(settings))


def _until_first_user(settings: Settings, world: World, kept: Record, host: str) -> None:
    """Serve on loopback until somebody, in this process or another, has made one, or until stopped."""
    log.warning("no user yet (diembao user add): until there is one the pages listen on %s, not %s", LOOPBACK, host)
    server = uvicorn.Server(uvicorn.Config(application(settings, world, kept), host=LOOPBACK, **_how(settings)))
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOKS):
            with suppress(StoreError):  # it may be away for a while
                if kept.people.any():
                    server.should_exit = True
                    return

    threading.Thread(target=look, daemon=True).start()
    try:
        server.run()
    finally:
        over.set()


def _how(settings: Settings) -> dict[str, Any]:
    return {
        "port": settings.serve.port,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,  # whom to believe is decided in dashboard.peer
        "timeout_graceful_shutdown": 5,
    }


def application(settings: Settings, world: World, kept: Record) -> ASGIApp:
    """The pages over an open record with everything that stands behind them. Raises ConfigError where the secret of
    forms can't be kept.
    """
    return create_app(
        reading=kept.reading,
        search=searching(settings, kept, world.clock),
        desks=kept.desks,
        corrections=kept.corrections,
        differ=differ,
        publishers=world.publishers,
        clock=world.clock,
        settings=settings,
        status=_Status(kept, world),
        office=Office(
            reports=reporting.reports(kept, world.publishers, wiring.gazetteer),
            report_book=kept.reports,
            work=kept.work,
            addresses=PastedAddresses(settings, world, kept),
            keeper=Keeper(settings, world, kept),
            operation=Machine(kept, settings.backup),
            places=GazetteerPlaces(wiring.gazetteer()),
            alerts=record_alerts(settings, kept, world.clock, world.publishers),
            channel_book=kept.channels,
            channel_statuses=lambda: statuses(settings, kept.channels, world.clock),
            facts=answer_desk.fact_desk(kept, world.clock),
            cases=answer_desk.case_desk(kept),
        ),
        people=kept.people,
        audit=kept.audit,
        units=units,
        fill=lambda desk: _fill(kept, settings, desk),
        seal=form_seal(settings),
    )


def form_seal(settings: Settings) -> bytes:
    """The secret of forms, made from this installation's: several processes take each other's forms, and a restart
    refuses none that is open. Raises ConfigError where the secret can't be kept.
    """
    return hmac.digest(load_secret(settings.data_dir / "links.key"), b"diembao forms 1", "sha256")


def units(name: str) -> tuple[UnitChoice, ...]:
    """The units that a name may mean."""
    found = wiring.gazetteer().find_units(name)
    return tuple(UnitChoice(id=one.unit.id, name=one.unit.full_name, label=one.label) for one in found)


def _fill(kept: Record, settings: Settings, desk: Desk) -> None:
    """Beside the pages: what is stored and what the gate stopped. A fresh record has neither."""
    if kept.counts.totals():
        threading.Thread(target=wiring.refill, args=(kept, settings, desk, SystemClock().now()), daemon=True).start()


class _Status:
    """How far a first run is. Asked on every page: what is read is added up only until something was kept."""

    def __init__(self, kept: Record, world: World) -> None:
        self._kept, self._sample, self._filled = kept, world.kind == "sample", False

    def __call__(self) -> RunStatus:
        if self._filled:
            return RunStatus(sample=self._sample)
        totals = self._kept.counts.totals()
        self._filled = bool(totals.get("kept"))
        read = totals.get("stopped", 0) + totals.get("kept", 0)
        return RunStatus(filling=not self._filled, read=read, sample=self._sample)
