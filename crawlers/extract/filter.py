"""The filter `extract`: rows that name a saved page in, rows with its article out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.clock import Clock, SystemClock
from core.errors import AddressRefused, ExtractError
from core.records import FetchedPage, Publisher
from core.urls import bare_host, host_of
from crawlers.extract.press import PressExtractor


def rows(
    lines: Iterable[dict[str, Any]], publishers: Iterable[Publisher] = (), clock: Clock | None = None
) -> Iterator[dict[str, Any]]:
    """{"id","url","path"} -> {"id","title","lead","paragraphs","captions","published",...}, in the same order.

    A page that can't be read gives empty fields and "error" with the reason.
    """
    by_host = {
        bare_host(host): p for p in publishers for host in (host_of(p.home), *(h.partition("/")[0] for h in p.hosts))
    }
    extractor, now = PressExtractor(), (clock or SystemClock()).now()
    for line in lines:
        yield {"id": line["id"], **_one(extractor, line, by_host, now)}


def _one(
    extractor: PressExtractor, line: Mapping[str, Any], by_host: Mapping[str, Publisher], now: datetime
) -> dict[str, Any]:
    url = str(line.get("url", ""))
    try:
        publisher = by_host.get(bare_host(host_of(url)))
        page = FetchedPage(
            source=publisher.id if publisher is not None else "", url=url, final_url=url, status=200, headers={},
            body=_read(str(line.get("path", ""))), fetched_at=now,
        )  # fmt: skip
        article = extractor.extract(page, publisher)
    except (ExtractError, AddressRefused) as error:
        return {"title": "", "lead": "", "paragraphs": [], "captions": [], "published": None, "error": error.reason}
    return {
        "title": article.title,
        "lead": article.lead,
        "paragraphs": list(article.paragraphs),
        "captions": list(article.captions),
        "published": article.published.at.astimezone(UTC).isoformat(),
        "provenance": article.published.provenance,
        "language": article.language,
        "url": article.url,
    }


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError):
        raise ExtractError(f"{path}: not readable", reason="unreadable-file") from None
