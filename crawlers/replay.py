"""The publishers, addresses and clock of a press replay: a server that gives past press material on loopback.

At its root stands JSON: {"clock", "speed", "publishers": {host: {"address", "feed", "sitemap", "sitemap_index",
"front"}}}.
"""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import datetime
from http.client import HTTPException
from typing import Any, Final

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from core.clock import Clock, FixedClock, ShiftedClock, SystemClock
from core.errors import ConfigError
from core.records import Endpoint, EndpointKind, Publisher, PublisherKind
from core.urls import parse

_ENDPOINTS: Final[tuple[tuple[str, EndpointKind], ...]] = (
    ("feed", "feed"),
    ("sitemap_index", "sitemap"),
    ("front", "section"),
)
_NOT_ID: Final = re.compile(r"[^a-z0-9]+")
TIMEOUT: Final = 10.0
TRIES: Final = 6
"""A replay may be told to fail now and then; it does so at its root too."""

MAX_BYTES: Final = 1_000_000


def replay_publishers(url: str) -> tuple[tuple[Publisher, ...], tuple[str, ...], Clock]:
    """Declarations, private hosts and the clock of the replay at that address. Raises ConfigError."""
    document = _read(url)
    try:
        publishers = tuple(_publisher(host, entry) for host, entry in sorted(document["publishers"].items()))
        hosts = tuple(sorted({_netloc(endpoint.url) for p in publishers for endpoint in p.endpoints}))
        start, speed = datetime.fromisoformat(document["clock"]), float(document["speed"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{url}: answers, but is no press replay ({error!r})") from None
    return publishers, hosts, _clock(start, speed)


def _read(url: str) -> Any:
    parse(url)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    tries = Retrying(
        stop=stop_after_attempt(TRIES),
        wait=wait_fixed(0.5),
        retry=retry_if_exception_type((OSError, ValueError, HTTPException)),
        reraise=True,
    )
    try:
        return tries(lambda: json.loads(opener.open(url, timeout=TIMEOUT).read(MAX_BYTES)))
    except (OSError, ValueError, HTTPException) as error:
        raise ConfigError(f"{url}: no press replay answers there ({error}); start it or mend the address") from None


def _publisher(host: str, entry: dict[str, str]) -> Publisher:
    source = _NOT_ID.sub("_", host.removeprefix("www.")).strip("_")
    return Publisher(
        id=source,
        name=host,
        kind=PublisherKind.NEWSPAPER,
        licence="press replay on the own machine",
        home=entry["front"],
        endpoints=tuple(Endpoint(source=source, kind=kind, url=entry[name]) for name, kind in _ENDPOINTS),
        address_source="press replay",
    )


def _netloc(url: str) -> str:
    return parse(url).netloc


def _clock(start: datetime, speed: float) -> Clock:
    return ShiftedClock(SystemClock(), start, speed) if speed else FixedClock(start)
