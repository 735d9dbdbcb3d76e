"""A publisher's site in memory, at the port through which sources are asked."""

from __future__ import annotations

from datetime import UTC, datetime

from core.errors import FetchError
from core.records import FetchedPage

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class Site:
    """Answers by address; (status, body), a redirect "-> address", or a FetchError to raise. 404 for the rest."""

    def __init__(self, pages: dict[str, str | bytes | tuple[int, str] | FetchError]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def __call__(self, url: str) -> FetchedPage:
        self.asked.append(url)
        final, answer = url, self.pages.get(url)
        if isinstance(answer, str) and answer.startswith("-> "):
            final = answer[3:]
            answer = self.pages.get(final)
        if isinstance(answer, FetchError):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200 if answer is not None else 404, answer or "")
        raw = body.encode() if isinstance(body, str) else body
        headers = {"content-type": "text/html; charset=utf-8"}
        return FetchedPage(source="", url=url, final_url=final, status=status, headers=headers, body=raw, fetched_at=AT)
