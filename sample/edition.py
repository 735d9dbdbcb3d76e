"""Which article stands at which address and since when: pure functions of the opening time and the present."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from core.clock import VIETNAM, day_bounds, local_day
from core.text import fold_plain
from sample.articles import SampleArticle, Text, dated
from sample.houses import HOUSE_BY_ID

_FIRST_MINUTES: Final = timedelta(minutes=5)
_NEXT_DAYS: Final = timedelta(minutes=10)
"""When the articles of the day appear on the days after the opening: just after midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article as it stands on its publisher's site."""

    article: SampleArticle
    text: Text
    at: datetime  # publication, UTC
    modified: datetime  # the same, or when the text was changed
    path: str


def moment(article: SampleArticle, opened: datetime, day: date) -> datetime:
    """When the article is published, UTC; for an article of the day (`ago`), on that day."""
    if article.ago is None:
        start = local_day(opened) - timedelta(days=article.day)
        return datetime.combine(start, article.clock, tzinfo=VIETNAM).astimezone(UTC)
    midnight = day_bounds(day)[0]
    anchor = opened if day == local_day(opened) else midnight + _NEXT_DAYS
    floor = midnight + min(_FIRST_MINUTES, (anchor - midnight) / 2)
    return max(anchor - timedelta(minutes=article.ago), floor).replace(microsecond=0)


def items(
    articles: Iterable[SampleArticle], opened: datetime, now: datetime, changed_at: datetime | None = None
) -> list[Item]:
    """Everything that can be read at `now`, newest first.

    An article of the day appears anew on each day after the opening, at an address of that day, so that the
    press is never without news of today. `changed_at`: when the changed texts were switched by hand.
    """
    first, last = local_day(opened), local_day(now)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)] or [first]
    found = [
        _item(article, opened, day, now, changed_at)
        for article in articles
        for day in (days if article.ago is not None else days[:1])
    ]
    return sorted((item for item in found if item.at <= now), key=lambda item: (item.at, item.path), reverse=True)


def section_slug(section: str) -> str:
    """ "Thời sự" -> "thoi-su"."""
    return "-".join(fold_plain(section).replace(",", " ").split())


def _item(article: SampleArticle, opened: datetime, day: date, now: datetime, changed_at: datetime | None) -> Item:
    at = moment(article, opened, day)
    text, modified = article.text, at
    if article.changed is not None:
        switch = max(at, changed_at or opened + timedelta(minutes=article.changed_after)).replace(microsecond=0)
        if now >= switch:
            text, modified = article.changed, switch
    return Item(article=article, text=dated(text, local_day(at)), at=at, modified=modified, path=_path(article, day))


def _path(article: SampleArticle, day: date) -> str:
    number = 100_000 + zlib.crc32(article.slug.encode()) % 900_000
    stamp = f"{day:%y%m%d}{number % 1000:03d}" if article.ago is not None else str(number)
    shape = HOUSE_BY_ID[article.house].shape
    return shape.format(section=section_slug(article.section), slug=article.slug, number=stamp)
