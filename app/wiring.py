"""Builds every part from the settings. The only place that knows who stands behind which port."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path

from app.telling import Telling
from app.world import World
from core.clock import Clock, SystemClock
from core.errors import ConfigError
from core.records import Desk
from core.settings import Settings
from crawlers.publishers import updated
from nlp.desks import load_desk, load_desks
from nlp.gazetteer.units import SHIPPED, Gazetteer
from nlp.locate.locator import DeskLocator
from store.postgres.moving import where_to
from store.sqlite.record import Record, open_record


def record(settings: Settings, clock: Clock | None = None) -> Record:
    """The record of this installation, brought to this program's schema. Raises StoreError, ConfigError."""
    update = updated.folder(settings.data_dir)
    _units[0] = update / SHIPPED.name if update and (update / SHIPPED.name).exists() else SHIPPED
    kept = opened(settings, clock or SystemClock())
    if moved := where_to(kept):
        kept.close()
        raise ConfigError(f"the record {place(settings)} has moved to {moved}; set [record] url to that place")
    return kept


def opened(settings: Settings, clock: Clock) -> Record:
    """The record at the place of the settings, even one that has moved."""
    if not settings.on_server:
        return open_record(settings.database, clock=clock, keep=settings.keep, telling=Telling())
    from store.postgres.address import read  # noqa: PLC0415 - a desk on one machine needs no driver
    from store.postgres.record import open_record as open_on_server  # noqa: PLC0415

    told = settings.record
    address = read(
        told.url, password=told.password.get_secret_value(), ca_file=told.ca_file, connections=told.connections,
        timeout=told.timeout,
    )  # fmt: skip
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return open_on_server(address, settings.data_dir, clock=clock, keep=settings.keep, telling=Telling())


def place(settings: Settings) -> str:
    """Where the record is, for people."""
    return settings.record.url if settings.on_server else str(settings.database)


def is_there(settings: Settings) -> bool:
    """Whether there is a record to be opened; a server's is asked when it is opened."""
    return settings.on_server or settings.database.exists()


def gazetteer() -> Gazetteer:
    """The shipped gazetteer, or that of the update that holds in the folder whose record was opened last."""
    return _gazetteer(_units[0])


_units: list[Path] = [SHIPPED]


@cache
def _gazetteer(file: Path) -> Gazetteer:
    return Gazetteer.load(file)


def shipped_desks() -> Path:
    """The folder of desk files that come with the program."""
    return Path(str(resources.files("app"))).parent / "desks"


def has_desks(settings: Settings) -> bool:
    """Whether the record holds a desk; does not make a record where there is none."""
    if not is_there(settings):
        return False
    with record(settings) as kept:
        return bool(kept.desks.desks())


def apply_sample_desk(settings: Settings) -> None:
    """Put the sample's desk into a record."""
    with record(settings) as kept:
        desk = load_desk(shipped_desks().parent / "sample" / "desk.toml", gazetteer())
        kept.desks.apply_desk(desk, SystemClock().now(), "sample")


def check_ready(settings: Settings, world: World, roles: Collection[str]) -> None:
    """Raises ConfigError where a run can't begin: no desk, or no contact for a real press that one of them crawls.

    The pages, too, fetch an address that somebody pastes; they refuse it then where there is no contact.
    """
    if not has_desks(settings):
        raise ConfigError(
            f"no desk in {place(settings)}; take one: diembao desk apply desks/binh_son.toml "
            "(diembao desk list --shipped names them)"
        )
    if "crawl" in roles and world.kind == "real" and not reachable(settings.crawl.contact):
        raise ConfigError(
            "no contact address: publishers must be able to reach you before they are asked. "
            'Set [crawl] contact = "..." in diembao.toml or DIEMBAO_CRAWL__CONTACT'
        )


def reachable(contact: str) -> bool:
    """Whether a publisher could reach the operator there: given, and not the address of an example."""
    return bool(contact.strip()) and not re.search(r"[@/.]example\.", contact.strip().lower())


def locator(desks: tuple[Desk, ...]) -> DeskLocator:
    """The locator of these desks."""
    return DeskLocator(gazetteer(), desks)


def example_locator() -> DeskLocator:
    """The locator of the desks that come with the program."""
    return locator(load_desks(shipped_desks(), gazetteer()))


def refill(kept: Record, settings: Settings, desk: Desk | Sequence[Desk], now: datetime) -> tuple[int, int]:
    """Fill new or changed desks from the last days: articles already stored, and pages that the gate stopped.

    Returns how many stored articles they see now, and how many pages will be read again.
    """
    from nlp.tagger import load as load_tagger  # noqa: PLC0415 - only here, and slow to load

    only, tagger = locator((desk,) if isinstance(desk, Desk) else tuple(desk)), load_tagger()
    located = (only.locate(article) for article in kept.articles.stored())
    seen = sum(kept.articles.add_views(tagger.tag(found)) for found in located if found.matches)
    since = now - timedelta(days=settings.keep.stopped_days)
    return seen, kept.ledger.reread(kept.ledger.stopped_since(since), now)


def first_article(settings: Settings) -> Callable[[], str]:
    """Says once, by being asked again and again, how long the first article took to reach the page."""
    clock = SystemClock()
    began = clock.now()
    kept = record(settings)

    def ask() -> str:
        if not kept.counts.totals().get("kept", 0):
            return ""
        kept.close()
        return f"The first article is on the page, {(clock.now() - began).total_seconds():.1f} s after the start."

    return ask


def desk_of(record: Record, name: str) -> Desk:
    """The desk of that id, or the only one. Raises ConfigError."""
    known = {desk.id: desk for desk in record.desks.desks()}
    if not known:
        raise ConfigError(
            "the record has no desk; take one: diembao desk apply desks/binh_son.toml"
            " (the sample has a record of its own: set DIEMBAO_DATA_DIR to the folder sample in the data folder)"
        )
    if not name and len(known) == 1:
        return next(iter(known.values()))
    if name not in known:
        raise ConfigError(
            f"no desk {name}; diembao desk list names them" if name else f"which desk? --desk {', --desk '.join(known)}"
        )
    return known[name]
