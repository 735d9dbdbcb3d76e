"""Pages, feeds and sitemaps of the houses, as bytes in each house's own manner."""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.clock import local
from sample.articles import NOTICE
from sample.edition import Item, section_slug
from sample.houses import House

NEWS_SITEMAP: Final = "/sitemap-tin-moi.xml"
FULL_SITEMAP: Final = "/sitemap-tat-ca.xml.gz"
NEWS_SITEMAP_AGE: Final = timedelta(days=2)
"""As news sitemaps are used: an article is listed for two days, then only in the full sitemap."""

_WEEKDAYS: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
_FEED_ITEMS: Final = 60


def visible_date(at: datetime) -> str:
    """As papers print it: "Thứ Sáu, 21/11/2025, 07:30"."""
    here = local(at)
    return f"{_WEEKDAYS[here.weekday()]}, {here:%d/%m/%Y, %H:%M}"


def encode(text: str, house: House) -> bytes:
    """The page in the house's character set and form."""
    if house.charset == "windows-1258":
        return _tones_apart(text).encode("cp1258", errors="xmlcharrefreplace")
    return (unicodedata.normalize("NFD", text) if house.decomposed else text).encode()


def article_page(house: House, base: str, item: Item, others: Sequence[Item]) -> bytes:
    """An article's page with menus, related headlines, byline and comments round it."""
    same = [other for other in others if other.path != item.path]
    page = _render(f"{house.page}.html", house, base, others, item=item, related=same[:4])
    return encode(page, house)


def list_page(house: House, base: str, shown: Sequence[Item], everything: Sequence[Item], heading: str) -> bytes:
    """The front page or a section page."""
    return encode(_render("list.html", house, base, everything, shown=shown, heading=heading), house)


def feed(house: House, base: str, shown: Sequence[Item]) -> bytes:
    """The house's feed: RSS 2.0, Atom, or what a broken script prints instead of one."""
    return _render(f"{house.feed}.xml", house, base, shown, shown=shown[:_FEED_ITEMS]).encode()


def sitemap_index(house: House, base: str, shown: Sequence[Item]) -> bytes:
    """The index of the house's two sitemaps."""
    return _render("sitemapindex.xml", house, base, shown, shown=shown, files=(NEWS_SITEMAP, FULL_SITEMAP)).encode()


def news_sitemap(house: House, base: str, shown: Sequence[Item], now: datetime) -> bytes:
    """Sitemap with news tags of the last two days."""
    young = [item for item in shown if now - item.at <= NEWS_SITEMAP_AGE]
    return _render("newssitemap.xml", house, base, shown, shown=young).encode()


def full_sitemap(house: House, base: str, shown: Sequence[Item]) -> bytes:
    """Sitemap of everything, gzip."""
    return gzip.compress(_render("sitemap.xml", house, base, shown, shown=shown).encode(), mtime=0)


def _render(name: str, house: House, base: str, everything: Sequence[Item], **more: Any) -> str:
    sections = {section_slug(item.article.section): item.article.section for item in everything}
    values: Mapping[str, Any] = {"house": house, "base": base, "sections": sections, "notice": NOTICE, **more}
    return _ENVIRONMENT.get_template(name).render(values)


def _tones_apart(text: str) -> str:
    """Tone marks after their letter, other marks in it: the only way windows-1258 can write Vietnamese."""
    out = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(part for part in parts if part in _TONES)
        out.append(unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES)) + tone)
    return "".join(out)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "iso": lambda at: local(at).isoformat(timespec="seconds"),
        "rfc822": lambda at: format_datetime(local(at)),
        "visible": visible_date,
        "short": lambda at: f"{local(at):%d/%m/%Y %H:%M}",
        "section_slug": section_slug,
    }
    return environment


_ENVIRONMENT: Final = _environment()
