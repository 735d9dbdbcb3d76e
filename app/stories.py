"""Stories between the understanding and the record: to which one an article belongs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.records import LocatedArticle, StoryChoice
from nlp.stories.assign import WINDOW, Item, StoryRow
from nlp.stories.assign import Stories as Index
from store.sqlite.rows import content_hash
from store.sqlite.stories import KeptStory, Stories

_TIDY: Final = timedelta(hours=24)
"""How often stories whose window is over are let go of."""


class StoryDesk:
    """Decides to which story an article belongs, once. The index lives in memory and is built from the record.

    Other workers decide too: what they have kept is taken in before each decision. Decide and save within one
    transaction (`Flow.alone`), so that nobody decides in between.
    """

    def __init__(self, kept: Stories, clock: Clock) -> None:
        self._kept, self._clock = kept, clock
        self._index: Index | None = None
        self._seen = 0  # line of the change log up to which erased texts are forgotten
        self._tidied = clock.now()

    def choose(self, located: LocatedArticle, known_hash: str | None) -> StoryChoice | None:
        """What is decided about an article; of a kept one only what its changed text is compared by from now on.

        `known_hash`: of its text as it is kept, None for a new one. None where there is nothing to decide.
        """
        index, article = self._ready(), located.article
        item = _item(located)
        if known_hash is not None:
            if article.id not in index or known_hash == content_hash(article):
                return None
            return StoryChoice(story=index.assign(item).story, signature=index.replace(item))
        made = index.assign(item)
        return StoryChoice(
            story=made.story,
            merged=made.merged,
            reprint_of=made.reprint_of,
            overlap=made.overlap,
            earlier_is=made.earlier_is,
            doubtful=made.doubtful,
            likeness=made.likeness,
            signature=made.signature,
            places=tuple(sorted(item.places)),
        )

    def drop(self) -> None:
        """What was decided was not kept: the index is built anew from the record before the next decision."""
        self._index = None

    def _ready(self) -> Index:
        now = self._clock.now()
        before = self._seen
        self._seen, gone = self._kept.taken_away(before)
        if self._index is not None and self._seen > before and not self._take_in(self._index, before):
            self._index = None
        if self._index is None:
            self._index = Index()
            self._index.load(_row(kept) for kept in self._kept.kept(now - WINDOW))
        elif now - self._tidied > _TIDY:
            self._tidied = now
            self._index.close(now)
        for article in gone:
            self._index.forget(article)
        return self._index

    def _take_in(self, index: Index, after: int) -> bool:
        """Articles that others have kept; False where they have joined stories that stand apart here."""
        fresh = [kept for kept in self._kept.come(after) if kept.article not in index]
        if fresh and any(map(index.holds, self._kept.merged([kept.article for kept in fresh]))):
            return False
        index.load(_row(kept) for kept in fresh)
        return True


def _item(located: LocatedArticle) -> Item:
    article = located.article
    return Item(
        id=article.id,
        title=article.title,
        lead=article.lead,
        body="\n".join(article.paragraphs),
        published=article.published.at,
        source=article.source,
        seen=article.fetched_at,
        doubtful=article.published.doubtful,
        places=frozenset(mention.unit for match in located.matches if match.focus for mention in match.mentions),
    )


def _row(kept: KeptStory) -> StoryRow:
    return StoryRow(
        article=kept.article,
        story=kept.story,
        published=kept.published.at,
        signature=kept.signature,
        likeness=kept.likeness,
        source=kept.source,
        seen=kept.seen,
        doubtful=kept.published.doubtful,
        places=frozenset(kept.places),
    )
