"""Invented articles with the statistics of Vietnamese press: few syllables, used unevenly, standing in words of two.

No text of any publisher: syllables are put together by the rules of the script, words and sentences by chance (seeded).
`python -m bench.likeness` says how often what stands in one article stands in others, here and in the labelled press.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from core.records import Article, DeskMatch, Label, LocatedArticle, Mention, Published, TaggedArticle, Tone
from core.text import nfc
from core.urls import article_id

START: Final = datetime(2024, 1, 1, tzinfo=UTC)
_ONSETS: Final = "b c ch d đ g gi h kh l m n ng nh ph qu s t th tr v x"
_RIMES: Final = (
    "a ai am an ang anh ao ap at ay âm ân âng âu ăm ăn ăng e em en ê êm ên ênh i iên iêu im in inh o oa oan oi om on"
    " ong ô ôi ôn ông ơ ơi ơn u ui un ung uân uôn ư ưa ưng ươi ươn ương y yên"
)
_TONES: Final = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")


_FOLLOWERS: Final = 12
_FOLLOWED: Final = 0.6
"""Share of the words that are one of the twelve that often come after the word before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words of one or two syllables, the commonest first, with their summed frequencies (Zipf)."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    followers: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)

    def draw(self, rng: random.Random, count: int) -> list[str]:
        """A run of words."""
        drawn = rng.choices(self.words, cum_weights=self.weights, k=count)
        for at in range(1, count):
            if rng.random() < _FOLLOWED:
                drawn[at] = self._after(drawn[at - 1])[int(rng.random() ** 2 * _FOLLOWERS)]
        return drawn

    def _after(self, word: str) -> list[str]:
        known = self.followers.get(word)
        if known is None:
            own = random.Random(word)
            known = self.followers[word] = own.choices(self.words, cum_weights=self.weights, k=_FOLLOWERS)
        return known


def vocabulary(seed: int = 7, size: int = 20_000) -> Vocabulary:
    """Three words in ten are single syllables; how frequencies fall, and what follows what, is fitted to the press."""
    rng = random.Random(seed)
    syllables = [nfc(o + r + rng.choice(_TONES)) for o in _ONSETS.split() for r in _RIMES.split() for _ in range(3)]
    rng.shuffle(syllables)
    common = list(accumulate(1 / (rank + 40) for rank in range(len(syllables))))
    words: dict[str, None] = {}
    while len(words) < size:
        words[" ".join(rng.choices(syllables, cum_weights=common, k=1 if rng.random() < 0.3 else 2))] = None
    return Vocabulary(words=tuple(words), weights=tuple(accumulate(1 / (rank + 100) for rank in range(size))))


def articles(
    count: int, *, first: int = 0, seed: int = 1, syllables: int = 250, desk: str = "desk", sources: int = 40,
    step_minutes: float = 7,
) -> Iterator[TaggedArticle]:  # fmt: skip
    """Tagged articles of one desk, in order of publication, `step_minutes` apart; the first is number `first`."""
    rng = random.Random(seed)
    words = vocabulary()
    for number in range(first, first + count):
        at = START + timedelta(minutes=step_minutes * number)
        yield _tagged(_article(rng, words, number, at, syllables, sources), rng, desk)


def _article(rng: random.Random, words: Vocabulary, number: int, at: datetime, syllables: int, sources: int) -> Article:
    source = f"bao{number % sources}"
    url = f"https://{source}.vn/tin-{number}.html"
    drawn = words.draw(rng, round(syllables / 1.7))
    sentences = [" ".join(drawn[i : i + 14]).capitalize() + "." for i in range(22, len(drawn), 14)]
    return Article(
        id=article_id(url),
        url=url,
        source=source,
        title=" ".join(drawn[:7]).capitalize(),
        lead=" ".join(drawn[7:22]).capitalize() + ".",
        paragraphs=tuple(" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)),
        captions=(),
        published=Published(at=at, provenance="meta"),
        fetched_at=at + timedelta(minutes=6),
    )


def _tagged(article: Article, rng: random.Random, desk: str) -> TaggedArticle:
    mention = Mention(
        field="title", index=0, start=0, end=4, unit="xa_mau", score=0.97, evidence=("vì câu có tên tỉnh",)
    )
    match = DeskMatch(desk=desk, score=0.97, focus=rng.random() < 0.5, mentions=(mention,))
    return TaggedArticle(
        located=LocatedArticle(article=article, matches=(match,)),
        topics=(Label(topic=rng.choice(("health", "economy", "disaster")), score=0.9, words=("một", "hai")),),
        tone=Tone(label=rng.choice(("negative", "neutral", "positive")), score=0.8),
        model="bench",
    )
