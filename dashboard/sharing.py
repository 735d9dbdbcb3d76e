"""What is copied by hand to Zalo: title, two lines, the publisher's own link. Needs no account and no script. Pure."""

from __future__ import annotations

from typing import Final

from core.records import ListedArticle
from core.text import clean, clip
from core.urls import is_web
from dashboard.asking import Asked

TITLE_LIMIT: Final = 200
LEAD_LIMIT: Final = 220


def share_text(ask: Asked, article: ListedArticle, title: str = "", others: int = 0) -> str:
    """Title; who printed it when and what it says; the link."""
    said = clip(clean(title or article.title), TITLE_LIMIT)
    source = clean(ask.room.publisher_name(article.source))
    more = f" ({ask.words.t('share.others', papers=others)})" if others else ""
    lines = [said, f"{source}, {ask.words.full_moment(article.published.at)}{more}"]
    if article.lead:
        lines.append(clip(clean(article.lead), LEAD_LIMIT))
    if is_web(article.url):
        lines.append(article.url)
    return "\n".join(lines)
