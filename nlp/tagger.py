"""Topics and tone of an article: the port core.ports.Tagger over the shipped model."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from skops.io import load as load_skops

from core.errors import ModelError
from core.records import Label, LocatedArticle, TaggedArticle, Tone
from nlp.features import GramCounts, Parts
from nlp.network import LabelNet, Matrix
from nlp.tone import tone
from nlp.topics import carriers, chosen, labels
from nlp.words import tokens

FORMAT: Final = 1
"""Of the model folder. Another one is refused."""
MODELS: Final = Path(__file__).parent / "models"
_MANIFEST: Final = "manifest.json"
_TRUSTED: Final = ["nlp.features.GramCounts", "nlp.network.LabelNet"]
_TITLE: Final = 60
_LEAD: Final = 120
"""Syllables read of a title and of a lead; also how much of the text is read where it has no lead."""
_CHARACTERS: Final = 12_000
"""Characters of a text that are looked at, however long it is."""
_BATCH: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What the model says of one text."""

    topics: tuple[Label, ...]
    tone: Tone


def parts(title: str, lead: str, text: str) -> Parts:
    """The syllables that are read. Without a lead the beginning of the text takes its place."""
    opening = lead if lead.strip() else text[:_CHARACTERS]
    return tokens(title[:_CHARACTERS], _TITLE), tokens(opening[:_CHARACTERS], _LEAD)


class Tagger:
    """The shipped models. Pure: the same text gets the same labels."""

    def __init__(self, counts: GramCounts, net: LabelNet, thresholds: dict[str, float], version: str) -> None:
        self.version = version
        self._counts = counts
        self._net = net
        self._thresholds = thresholds
        self._terms = counts.vocabulary

    def tag(self, located: LocatedArticle) -> TaggedArticle:
        """Labels with calibrated scores and the words that carried each."""
        article = located.article
        said = self.read([(article.title, article.lead, "\n".join(article.paragraphs))])[0]
        return TaggedArticle(located=located, topics=said.topics, tone=said.tone, model=self.version)

    def read(self, texts: Sequence[tuple[str, str, str]]) -> list[Tags]:
        """Tags of (title, lead, text) triples."""
        counts = self._counts.transform([parts(*text) for text in texts])
        scores = self._net.predict_proba(counts)
        return [self._tags(counts[row], scores[row]) for row in range(len(texts))]

    def scores(self, texts: Sequence[tuple[str, str, str]]) -> Matrix:
        """All probabilities of (title, lead, text) triples: texts x (topics in core.topics' order, then TONES)."""
        return self._net.predict_proba(self._counts.transform([parts(*text) for text in texts]))

    def _tags(self, counts: Any, scores: Matrix) -> Tags:
        topics = self._net.topics
        said = chosen(dict(zip(topics, map(float, scores), strict=False)), self._thresholds)
        words = {topic: self._words(counts, topics.index(topic)) for topic, _ in said}
        return Tags(topics=labels(said, words), tone=tone(scores[len(topics) :].tolist()))

    def _words(self, counts: Any, topic: int) -> tuple[str, ...]:
        return carriers((self._terms[column], added) for column, added in self._net.contributions(counts, topic))

    def filter_rows(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Rows with id, title, lead, text -> id, topics, tone, in the same order."""
        rows = iter(rows)
        while batch := list(itertools.islice(rows, _BATCH)):
            texts = [(str(r.get("title") or ""), str(r.get("lead") or ""), str(r.get("text") or "")) for r in batch]
            for row, said in zip(batch, self.read(texts), strict=True):
                yield {
                    "id": row["id"],
                    "topics": [{"id": label.topic, "score": label.score} for label in said.topics],
                    "tone": {"label": said.tone.label, "score": said.tone.score},
                }


def load(models: Path = MODELS) -> Tagger:
    """The tagger of a folder of models. Raises ModelError where one is missing, damaged or of another version."""
    manifest = _manifest(models)
    pipeline = _checked(models, "head.skops", manifest)
    try:
        counts, net = pipeline["counts"], pipeline["net"]
        return Tagger(counts, net, dict(manifest["thresholds"]), str(manifest["version"]))
    except (KeyError, TypeError) as error:
        raise ModelError(f"{models / _MANIFEST}: incomplete ({error}); {_REMEDY}") from None


_REMEDY: Final = "restore the folder from the release, or train it anew with `diembao nlp train`"


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
    return load_skops(path, trusted=_TRUSTED)
