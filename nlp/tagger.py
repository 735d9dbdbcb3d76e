"""Topics and tone of an article: the port core.ports.Tagger over the shipped model.

Labels are by title and lead, as in the guide by which the training texts were labelled; an article without a lead gives
its opening instead. A text that has neither title nor lead is judged by its body.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.errors import ModelError
from core.records import Label, LocatedArticle, TaggedArticle, Tone
from core.text import seen
from nlp import modelfile
from nlp.corrections import Correction, Corrections
from nlp.labelkernel import LabelKernel
from nlp.reader import Array, Batch, Parts, Reader, sublinear
from nlp.tone import tone
from nlp.topics import carriers, chosen, labels, with_best
from nlp.words import is_foreign, tokens

FORMAT: Final = 4
"""Of the model folder. Another one is refused."""
MODELS: Final = Path(__file__).parent / "models"
MODEL: Final = "labels.npz"
BODY_SYLLABLES: Final = 400
_MANIFEST: Final = "manifest.json"
_TITLE: Final = 60
_LEAD: Final = 120
_OPENING: Final = 60
"""Syllables read of a title, of a lead, and of a text where there is no lead."""
_HEADED: Final = 6
"""Syllables that title and lead must have together to be judged by."""
_LONG: Final = 40
"""Syllables of a body that is surely about something."""
_CHARACTERS: Final = 12_000
"""Characters of a text that are looked at, however long it is."""
_BATCH: Final = 256
_TELLING_NGRAM: Final = 3.5
_TELLING_TERM: Final = 0.5
"""Least idf and salience of a word that is shown as a reason: commoner words tell nobody anything."""
_REMEDY: Final = "restore the folder from the release, or train it anew with `diembao nlp train`"

Text = tuple[str, str, str]
"""Title, lead, and the text with or without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What the model says of one text."""

    topics: tuple[Label, ...]
    tone: Tone


_UNREAD: Final = Tags(topics=(), tone=Tone(label="neutral", score=0.3333))
"""Of a text in another language, of which the model knows nothing: each tone is as probable as the others."""


def parts(text: Text) -> tuple[Parts, list[str] | None]:
    """The syllables of title and lead; and those of the body where it has to be judged by that."""
    title = tokens(text[0][:_CHARACTERS], _TITLE)
    lead = tokens(text[1][:_CHARACTERS], _LEAD)
    if len(title) + len(lead) >= _HEADED and lead:
        return (title, lead), None
    body = tokens(text[2][:_CHARACTERS], BODY_SYLLABLES)
    if len(title) >= _HEADED:
        return (title, body[:_OPENING]), None
    return (title, (lead + body)[:_LEAD]), body


class Tagger:
    """The shipped model. Pure: the same text gets the same labels."""

    def __init__(
        self,
        reader: Reader,
        net: LabelKernel,
        *,
        thresholds: dict[str, float],
        version: str,
    ) -> None:
        self.version = version
        self._corrections: Corrections | None = None
        self._reader = reader
        self._net = net
        self._thresholds = thresholds

    def tag(self, located: LocatedArticle) -> TaggedArticle:
        """Labels with calibrated scores and the words that carried each."""
        article = located.article
        said = self.read([(article.title, article.lead, "\n".join(article.paragraphs))])[0]
        return TaggedArticle(located=located, topics=said.topics, tone=said.tone, model=self.version)

    def corrected(self, made: Sequence[Correction]) -> Tagger:
        """This tagger with officers' corrections over it (only these: an earlier layer is replaced)."""
        plain = Tagger(self._reader, self._net, thresholds=self._thresholds, version=self.version)
        texts = [correction.text for correction in made]
        ngrams = self._reader.transform([parts(text)[0] for text in texts]).ngrams
        plain._corrections = Corrections(made, ngrams, plain.scores(texts))
        return plain

    def read(self, texts: Sequence[Text]) -> list[Tags]:
        """Tags of each text."""
        found = [parts(text) for text in texts]
        batch = self._reader.transform([head for head, _ in found])
        scores = self._scores(batch, found)
        return [
            _UNREAD if is_foreign([*head[0], *head[1]]) else self._tags(batch[row : row + 1], scores[row], body)
            for row, (head, body) in enumerate(found)
        ]

    def scores(self, texts: Sequence[Text]) -> Array:
        """All probabilities: texts x (topics in core.topics' order, then TONES)."""
        found = [parts(text) for text in texts]
        return self._scores(self._reader.transform([head for head, _ in found]), found)

    def _scores(self, batch: Batch, found: Sequence[tuple[Parts, list[str] | None]]) -> Array:
        scores: Array = self._net.predict_proba(batch)
        long = [row for row, (_, body) in enumerate(found) if body and len(body) >= _HEADED]
        if long:
            bodies = [((), found[row][1] or []) for row in long]
            scores[long] = self._net.with_body(scores[long], sublinear(self._reader.counts(bodies), self._reader.idf))
        return self._corrections.adjust(scores, batch.ngrams) if self._corrections else scores

    def _tags(self, batch: Batch, scores: Array, body: list[str] | None) -> Tags:
        topics = self._net.topics
        by_topic = dict(zip(topics, map(float, scores), strict=False))
        choose = with_best if body and len(body) >= _LONG else chosen
        said = choose(by_topic, self._thresholds) if batch.ngrams.nnz else []
        words = {topic: self._words(batch, topics.index(topic)) for topic, _ in said}
        return Tags(topics=labels(said, words), tone=tone(scores[len(topics) :].tolist()))

    def _words(self, batch: Batch, topic: int) -> tuple[str, ...]:
        ngrams, terms = self._net.carriers(batch, topic)
        reader = self._reader
        told = [(reader.ngram(c), added) for c, added in ngrams if reader.idf[c] >= _TELLING_NGRAM]
        told += [(reader.term(n), added) for n, added in terms if reader.salience[n] >= _TELLING_TERM]
        return carriers(told)

    def filter_rows(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Rows with id, title, lead, text -> id, topics, tone, in the same order."""
        rows = iter(rows)
        while batch := list(itertools.islice(rows, _BATCH)):
            texts = [(_given(row, "title"), _given(row, "lead"), _given(row, "text")) for row in batch]
            for row, said in zip(batch, self.read(texts), strict=True):
                yield {
                    "id": row["id"],
                    "topics": [{"id": label.topic, "score": label.score} for label in said.topics],
                    "tone": {"label": said.tone.label, "score": said.tone.score},
                }


def _given(row: dict[str, Any], key: str) -> str:
    return seen(str(row.get(key) or ""))


def load(models: Path = MODELS) -> Tagger:
    """The tagger of a folder of models. Raises ModelError where one is missing, damaged or of another version."""
    manifest = _manifest(models)
    pipeline = _checked(models, MODEL, manifest)
    try:
        return Tagger(
            pipeline.read, pipeline.label, thresholds=dict(manifest["thresholds"]), version=str(manifest["version"])
        )
    except (KeyError, TypeError) as error:
        raise ModelError(f"{models / _MANIFEST}: incomplete ({error}); {_REMEDY}") from None


def _manifest(models: Path) -> dict[str, Any]:
    path = models / _MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"no models at {models} ({error.strerror}); {_REMEDY}") from None
    except ValueError:
        raise ModelError(f"{path} is damaged; {_REMEDY}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else "none"
        raise ModelError(f"{path}: models of format {found}, this program reads format {FORMAT}; {_REMEDY}")
    return manifest


def _checked(models: Path, name: str, manifest: dict[str, Any]) -> Any:
    path = models / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"model {path} can't be read ({error.strerror}); {_REMEDY}") from None
    if hashlib.sha256(content).hexdigest() != manifest.get("sha256", {}).get(name):
        raise ModelError(f"model {path} is damaged or of another version (its checksum is wrong); {_REMEDY}")
    return modelfile.load(content)
