"""Looking at publishers and adding them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from app import wiring
from app.crawling import crawl_settings
from app.world import World
from core.clock import SystemClock
from core.errors import ConfigError, DiembaoError
from core.records import Publisher
from core.settings import Settings
from core.urls import bare_host
from crawlers import doors
from crawlers.autodiscover import Proposal, declaration, propose, proposed_id, write_declaration
from crawlers.check import SourceReport, check_source
from crawlers.crawl_plan import Crawl
from crawlers.etiquette.guard import AddressGuard, private_hosts
from crawlers.extract import PressExtractor
from crawlers.fetch.visit import Visitor
from crawlers.opml import Outline, import_opml, told
from crawlers.publishers.loader import Declaration


def chosen(world: World, ids: Sequence[str]) -> tuple[Publisher, ...]:
    """The named publishers, or all. Raises ConfigError for an unknown id."""
    unknown = [name for name in ids if name not in world.publishers]
    if unknown:
        raise ConfigError(f"no publisher {', '.join(unknown)}; diembao sources list names them")
    return tuple(world.publishers[name] for name in ids) if ids else tuple(world.publishers.values())


def check(settings: Settings, world: World, publishers: Sequence[Publisher]) -> Iterator[SourceReport]:
    """Ask each publisher once, tell what was found, and remember it in the record. Raises ConfigError."""
    limits = crawl_settings(settings, world)
    plan = Crawl(
        publishers=publishers, ledger=None, clock=world.clock, settings=limits,  # type: ignore[arg-type] # not crawled
        on_page=lambda *_: "", parse={}, version=version("diembao"),
    )  # fmt: skip
    guard = plan.guard()
    plan.check(guard)
    with wiring.record(settings, world.clock) as kept:
        visitor = Visitor(limits, guard, world.clock, plan.user_agent, kept.leases)
        for publisher in publishers:
            report = check_source(
                publisher, visitor, PressExtractor(), world.clock.now(),
                settings=limits, others=world.publishers.values(),
            )  # fmt: skip
            text = json.dumps(report.as_dict(), ensure_ascii=False)
            kept.source_checks.save(publisher.id, report.at, text, verified=report.verified)
            kept.ledger.set_reserved(publisher.id, report.reserved, report.at)
            yield report
        visitor.close()


def found_at(settings: Settings, url: str) -> Proposal:
    """What autodiscovery finds at an address. Raises ConfigError (no contact), FetchError."""
    refused = doors.endpoint_refusal(url)
    if refused:
        return Proposal(home=url, refused=refused)
    with _visitor(settings) as visitor:
        return propose(url, visitor)


def add(
    settings: Settings,
    world: World,
    proposal: Proposal,
    *,
    kind: str,
    licence: str,
    name: str,
    province: str,
    by: str = "operator",
) -> Path:
    """Write the declaration of a proposal into the installation's folder. Raises ConfigError with the reason."""
    declared = declaration(
        proposal, source=proposed_id(proposal.home), kind=kind, licence=licence, name=name, province=province or None
    )
    _check_addresses(declared, _guard(settings))
    file = write_declaration(settings.data_dir / "publishers", declared, known=world.publishers.values())
    _audit(settings, "source.add", declared.id, licence, by)
    return file


def take_opml(settings: Settings, world: World, body: bytes, *, kind: str, licence: str) -> Iterator[tuple[bool, str]]:
    """Declare what an OPML list names, each through the doors; yields whether it was taken, and a line that says so."""
    known = tuple(world.publishers.values())
    guard = _guard(settings)
    for outline in import_opml(body, kind=kind, licence=licence, known=known):
        yield _taken(settings, world, outline, guard)


def _taken(settings: Settings, world: World, outline: Outline, guard: AddressGuard) -> tuple[bool, str]:
    if outline.declared is None:
        return False, told(outline)
    try:
        _check_addresses(outline.declared, guard)
        write_declaration(settings.data_dir / "publishers", outline.declared, known=world.publishers.values())
    except DiembaoError as error:
        return False, f"{outline.title or outline.feed}: {error}"
    _audit(settings, "source.add", outline.declared.id, outline.licence)
    return True, told(outline)


def _check_addresses(declared: Declaration, guard: AddressGuard) -> None:
    """No door lets in an address that could never be asked. Raises AddressRefused."""
    for url in (declared.home, *declared.feeds, *declared.sitemaps, *declared.sections):
        guard.check_url(url)


def _guard(settings: Settings) -> AddressGuard:
    return AddressGuard(private=private_hosts(settings.crawl.private_hosts))


def _audit(settings: Settings, action: str, subject: str, detail: str, by: str = "operator") -> None:
    with wiring.record(settings) as kept:
        kept.audit.add(SystemClock().now(), by, action, subject, detail)


@contextmanager
def _visitor(settings: Settings) -> Iterator[Visitor]:
    contact = settings.crawl.contact.strip() if wiring.reachable(settings.crawl.contact) else ""
    if not contact and not settings.crawl.private_hosts:
        raise ConfigError("no contact address: set [crawl] contact before a publisher is asked")
    guard = AddressGuard(
        private=private_hosts(settings.crawl.private_hosts), proxied=bool(settings.crawl.proxy),
        allowed=frozenset(map(bare_host, settings.crawl.proxy_allow)),
    )  # fmt: skip
    visitor = Visitor(settings.crawl, guard, SystemClock(), f"diembao/{version('diembao')} (+{contact or 'trial'})")
    try:
        yield visitor
    finally:
        visitor.close()
