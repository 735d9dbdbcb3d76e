"""Which press is read: the real one, a replay, or the sample. Decides publishers, private hosts and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.clock import Clock, SystemClock
from core.errors import ConfigError
from core.records import Publisher
from core.settings import Settings
from core.urls import host_of
from crawlers.publishers import load_all
from crawlers.replay import replay_publishers

_ANY_PORT = 8080
"""Of the sample where it is not asked for anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A press and the time that holds in it."""

    kind: Literal["real", "replay", "sample"]
    publishers: Mapping[str, Publisher]
    private_hosts: tuple[str, ...] = ()
    clock: Clock = field(default_factory=SystemClock)


def choose(settings: Settings, *, replay: str = "", sample_port: int = 0) -> World:
    """The world that the command line asks for; without a wish the real one."""
    if replay and sample_port:
        raise ConfigError("a run reads either a replay or the sample, not both")
    if replay:
        return _replay(replay)
    if sample_port:
        return _sample(sample_port)
    return World(kind="real", publishers=by_id(load_all(settings.data_dir / "publishers")))


def named(settings: Settings) -> dict[str, Publisher]:
    """Publishers by whose names a command calls what the record holds; the sample's own in the sample's folder."""
    world = _sample(_ANY_PORT) if settings.data_dir.name == "sample" else choose(settings)
    return dict(world.publishers)


def by_id(publishers: tuple[Publisher, ...]) -> dict[str, Publisher]:
    """Publishers by id."""
    return {publisher.id: publisher for publisher in publishers}


def _replay(url: str) -> World:
    publishers, hosts, clock = replay_publishers(url)
    return World(kind="replay", publishers=by_id(tuple(publishers)), private_hosts=tuple(hosts), clock=clock)


def _sample(port: int) -> World:
    from sample.server import publishers  # noqa: PLC0415 - the sample's texts are read only where it is asked for

    declared = publishers(port)
    hosts = tuple(sorted({host_of(p.home) for p in declared}))
    return World(kind="sample", publishers=by_id(declared), private_hosts=hosts)
