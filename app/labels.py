"""Labels as officers correct them: a small local layer over the shipped model, renewed with every correction."""

from __future__ import annotations

from core.clock import SystemClock
from core.records import LocatedArticle, TaggedArticle
from nlp.corrections import Correction
from nlp.tagger import Tagger
from store.sqlite.corrections import CorrectedText, Corrections
from store.sqlite.record import Record


class CorrectedTagger:
    """The port Tagger: the shipped model with the corrections that are in force now."""

    def __init__(self, shipped: Tagger, corrections: Corrections) -> None:
        self._shipped, self._corrections = shipped, corrections
        self._mark: tuple[int, int] = (0, 0)
        self._tagger = shipped

    def tag(self, located: LocatedArticle) -> TaggedArticle:
        """Labels with calibrated scores and the words that carried each."""
        mark = self._corrections.mark()
        if mark != self._mark:
            made = [learnt(text) for text in self._corrections.texts()]
            self._tagger = self._shipped.corrected(made) if made else self._shipped
            self._mark = mark
        return self._tagger.tag(located)


def learnt(made: CorrectedText) -> Correction:
    """A correction as the local layer learns from it."""
    said = made.correction
    return Correction(
        text=(made.title, made.lead, "\n".join(made.paragraphs)),
        label=said.tone or said.topic,
        holds=said.tone is not None or said.present,
    )


def retag(kept: Record, shipped: Tagger, by: str) -> tuple[int, int]:
    """Labels of the shipped model for every article that has those of another; audited.

    Returns how many were labelled anew, and how many keep their old labels because their text is no longer kept.
    What was corrected stays: an article with a correction of its own gets the model's plain answer beneath it, any
    other the answer with the local layer, as new articles do.
    """
    clock, layered = SystemClock(), CorrectedTagger(shipped, kept.corrections)
    own = {made.article for made in kept.corrections.corrections()}
    done = 0
    for batch in kept.retagging.articles(shipped.version):
        located = (LocatedArticle(article=article, matches=()) for article in batch)
        tagged = [(shipped if one.article.id in own else layered).tag(one) for one in located]
        done += kept.retagging.relabel(tagged, clock.now())
    if done:
        kept.retagging.note(clock.now(), who=by, model=shipped.version, articles=done)
    return done, kept.retagging.textless(shipped.version)
