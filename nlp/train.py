"""`diembao nlp train`: from labelled and unlabelled texts to the shipped models.

No text goes into a model: only n-grams that stand in at least `RARE` texts, and their weights.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from skops.io import dump

from core.text import fold
from core.topics import TONES, TOPICS
from nlp.features import GramCounts, Parts, count_grams
from nlp.network import LabelNet, Matrix, sublinear
from nlp.tagger import FORMAT, parts

RARE: Final = (5, 8, 12)
"""In how many texts a 1-, 2-, 3-gram must stand to be kept: no store of names, no text to be read back."""
TOPIC_IDS: Final = tuple(topic.id for topic in TOPICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Titles and leads: the labelled ones first."""

    texts: list[Parts]
    topics: Matrix  # labelled texts x topics, 0 or 1
    tones: Matrix  # labelled texts, index into TONES
    random: Matrix  # labelled texts drawn at random: their shares are the press's


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file, packed or not."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_corpus(data: Path) -> Corpus:
    """Labelled texts, then unlabelled ones; none that is in the test set."""
    labelled = read_rows(data / "topics" / "train2026.jsonl.xz")
    taken = {fold(row["title"]) for row in [*labelled, *read_rows(data / "topics" / "gold2026.jsonl")]}
    unlabelled = []
    for row in read_rows(data / "feeds" / "items_2025-08_2026-04.jsonl.xz"):
        if (key := fold(row["title"])) not in taken:
            taken.add(key)
            unlabelled.append(row)
    return Corpus(
        texts=[parts(row["title"], row["summary"], "") for row in [*labelled, *unlabelled]],
        topics=np.array([[topic in row["topics"] for topic in TOPIC_IDS] for row in labelled], np.float32),
        tones=np.array([TONES.index(row["tone"]) for row in labelled]),
        random=np.array([row["round"] == 1 for row in labelled]),
    )


def choose_vocabulary(texts: Sequence[Parts]) -> tuple[list[str], Matrix]:
    """N-grams common enough to keep, and in how many texts each stands."""
    spread: Counter[str] = Counter()
    for text in texts:
        spread.update(count_grams(text).keys())
    kept = sorted(gram for gram, n in spread.items() if n >= RARE[gram.count(" ")])
    return kept, np.array([spread[gram] for gram in kept], np.float64)


def inverse_frequency(spread: Matrix, texts: int) -> Matrix:
    """Smoothed idf (as scikit-learn's), float32."""
    return (np.log((texts + 1) / (spread + 1)) + 1).astype(np.float32)


def train_net(counts: sparse.csr_matrix, corpus: Corpus, idf: Matrix, seed: int) -> LabelNet:
    """One logistic regression a topic and one for tone."""
    rows = sublinear(counts, idf)
    fitted = [
        LogisticRegression(C=20, solver="liblinear", random_state=seed).fit(rows, corpus.topics[:, k])
        for k in range(len(TOPIC_IDS))
    ]
    tones = LogisticRegression(C=5, max_iter=500, random_state=seed).fit(rows, corpus.tones)
    weights = np.vstack([*(model.coef_ for model in fitted), tones.coef_]).T
    bias = np.concatenate([*(model.intercept_ for model in fitted), tones.intercept_])
    return LabelNet(TOPIC_IDS, idf, weights.astype(np.float16), bias.astype(np.float32))


def train(data: Path, out: Path, seed: int = 7) -> None:
    """Train on the folder of labelled data and write models, manifest and checksums to `out`."""
    corpus = read_corpus(data)
    terms, spread = choose_vocabulary(corpus.texts)
    counter = GramCounts.of(terms)
    counts = counter.transform(corpus.texts[: len(corpus.topics)])
    net = train_net(counts, corpus, inverse_frequency(spread, len(corpus.texts)), seed)
    pipeline = Pipeline([("counts", counter), ("net", net)])
    write_models(out, pipeline, dict.fromkeys(TOPIC_IDS, 0.3))


def write_models(out: Path, pipeline: Pipeline, thresholds: dict[str, float]) -> None:
    """The skops file and its manifest. The version is named after the file's content."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "head.skops"
    dump(pipeline, path, compression=zipfile.ZIP_DEFLATED)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = {
        "format": FORMAT,
        "version": f"topics-tone-1-{digest[:8]}",
        "sha256": {path.name: digest},
        "thresholds": thresholds,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
