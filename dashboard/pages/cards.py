"""An article as a list shows it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from core.records import ListedArticle, ReadArticle
from core.text import clean, clip
from dashboard import evidence
from dashboard.asking import Asked
from dashboard.evidence import Passage

TITLE_LIMIT, LEAD_LIMIT = 300, 600
"""Characters of a title and lead that a list shows; the rest of a monstrous one is on no page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A listed article with its marked title and lead, and the passage that names the place."""

    listed: ListedArticle
    source: str
    language: str  # of the article's text
    title: Markup
    lead: Markup
    passage: Passage | None


def card(ask: Asked, listed: ListedArticle) -> Card:
    """The card. Where the place is named in the text only, the text is asked for."""
    mention = evidence.best(listed)
    up_front = evidence.named_up_front(listed)
    read: ReadArticle | None = None
    if mention and not up_front and ask.desk:
        read = ask.room.reading.article(ask.desk.id, listed.id)
    return Card(
        listed=listed,
        source=ask.room.publisher_name(listed.source),
        language=ask.room.language_of(listed.source),
        title=_field(listed, "title", TITLE_LIMIT),
        lead=_field(listed, "lead", LEAD_LIMIT),
        passage=evidence.passage(mention, listed, read) if mention else None,
    )


def _field(listed: ListedArticle, name: str, limit: int) -> Markup:
    text = listed.title if name == "title" else listed.lead
    if len(text) > limit:
        return evidence.marked(clean(clip(text, limit)), [])
    return evidence.marked(text, evidence.spans(listed.mentions, "title" if name == "title" else "lead"))
