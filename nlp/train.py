"""`diembao nlp train`: from labelled and unlabelled texts to the shipped model.

1. n-grams and word vectors from all texts, and centres among them; 2. kernel ridge regression on the labelled ones;
3. calibration and threshold from answers out of fold; 4. weights for long texts from the sections of older papers.
No text goes into it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import optimize
from sklearn.linear_model import LogisticRegression

from core.topics import TONES, TOPICS
from nlp import modelfile
from nlp.corpus import LEARNED, Bodies, Corpus, choose_ngrams, read_bodies, read_corpus
from nlp.kernel import WIDTHS, Centres, Texts, gather, likeness, out_of_fold, side_by_side, solve, views
from nlp.labelkernel import LabelKernel, squash
from nlp.modelfile import Pipeline
from nlp.reader import Array, Batch, Reader, packed, sublinear
from nlp.tagger import BODY_SYLLABLES, FORMAT, MODEL
from nlp.vectors import choose_terms, embed, neighbours, salience

_OURS: Final = len(TOPICS)
_SHIPPED: Final = [*range(_OURS), *range(len(LEARNED), len(LEARNED) + len(TONES))]
TERMS: Final = 36_000
DIMENSIONS: Final = 256
CENTRES: Final = 2048
PENALTIES: Final = (0.2, 0.6)
"""Ridge of topics and of tones, by cross-validation: tones are the noisier labels."""
_OTHERS: Final = 20_000
"""Texts without labels over which the centres are found."""
_FOLDS: Final = 4
_TOWARDS_ALL: Final = 10.0
"""How firmly a topic's own shift is held to that of all topics, in log-odds squared."""

Say = Callable[[str], object]


def train(data: Path, out: Path, seed: int = 7, say: Say | None = None) -> None:
    """Train on the folder of labelled data; write model, manifest and checksum to `out`. About ten minutes on one core,
    6 GB of memory."""
    say = say or (lambda line: sys.stderr.write(f"{line}\n"))
    say("reading")
    corpus, bodies = read_corpus(data), read_bodies(data, BODY_SYLLABLES)
    say(f"{len(corpus.topics):,} labelled texts, {len(corpus.texts) - len(corpus.topics):,} without labels")
    reader, vectors = learn_words(corpus, bodies, seed)
    say(f"{len(reader.indexes[0]):,} n-grams, {len(reader.indexes[1]):,} terms")
    net, thresholds = learn_labels(reader.transform(corpus.texts), corpus, vectors, seed)
    say("regression solved and calibrated")
    net.body, net.body_bias = learn_bodies(reader, bodies, net, seed)
    write_models(out, Pipeline(read=reader, label=net), thresholds)
    say(f"written to {out}")


def learn_words(corpus: Corpus, bodies: Bodies, seed: int) -> tuple[Reader, Array]:
    """Both vocabularies, and vectors of the terms. Titles and leads count twice: they are of today."""
    ngrams, spread = choose_ngrams(corpus.texts, corpus.names)
    idf = (np.log((len(corpus.texts) + 1) / (spread + 1)) + 1).astype(np.float32)
    short = [part for text in corpus.texts for part in text]
    sequences = [*short, *short, *bodies.texts]
    terms, seen = choose_terms(sequences, TERMS, corpus.names)
    index = {term: number for number, term in enumerate(terms, 1)}
    vectors = embed(neighbours(sequences, index), seen, DIMENSIONS, seed)
    return Reader(packed(ngrams), idf, packed(terms), salience(seen)), vectors


def learn_labels(batch: Batch, corpus: Corpus, vectors: Array, seed: int) -> tuple[LabelKernel, dict[str, float]]:
    """The fitted and calibrated regression, and the thresholds of topics."""
    labels = targets(corpus)
    count = len(labels)
    told = seen(batch[:count], vectors)
    chosen = np.random.default_rng(seed).permutation(np.arange(count, len(batch)))[:_OTHERS]
    around = seen(batch[np.concatenate([np.arange(count), chosen])], vectors).views
    centres = [Centres.among(rows, CENTRES, width, seed) for rows, width in zip(around, WIDTHS, strict=True)]
    coordinates = [c.coordinates(view) for c, view in zip(centres, told.views, strict=True)]
    kernel = likeness(told, coordinates)
    groups = list(zip(np.split(labels, [len(LEARNED)], axis=1), PENALTIES, strict=True))
    said = np.hstack([out_of_fold(kernel, group, ridge, folds=_FOLDS, seed=seed) for group, ridge in groups])
    solved = side_by_side([solve(kernel, group, ridge) for group, ridge in groups])
    fitted = gather(solved, told, centres, coordinates)
    net = LabelKernel.packed(fitted, vectors, LEARNED[:_OURS], _SHIPPED)
    drawn = np.flatnonzero(corpus.drawn)
    return net, calibrate(net, said[drawn][:, _SHIPPED], labels[drawn][:, _SHIPPED])


def seen(batch: Batch, vectors: Array) -> Texts:
    """A batch as the kernel sees it."""
    return Texts(ngrams=batch.ngrams, views=views(batch.title @ vectors, batch.lead @ vectors))


def targets(corpus: Corpus) -> Array:
    """Labelled texts x (LEARNED, TONES): what the reader said."""
    return np.hstack([corpus.topics, np.eye(len(TONES), dtype=np.float32)[corpus.tones]])


def calibrate(net: LabelKernel, said: Array, true: Array) -> dict[str, float]:
    """Set `temper` and `shift` of `net` on answers out of fold (n x shipped labels) for texts drawn at random, and find
    the one threshold that serves topics best (micro-F1)."""
    held = true[:, :_OURS] > 0
    scale, shifts = fit_topics(said[:, :_OURS], held)
    tones = LogisticRegression(C=10, max_iter=500).fit(said[:, _OURS:], true[:, _OURS:].argmax(axis=1))
    net.temper = np.diag(np.full(len(_SHIPPED), scale)).astype(np.float32)
    net.temper[_OURS:, _OURS:] = tones.coef_.T
    net.shift = np.concatenate([shifts, tones.intercept_]).astype(np.float32)
    scores = squash(said @ net.temper + net.shift, _OURS)[:, :_OURS]
    best = max((_micro_f1(scores >= t, held), t) for t in np.arange(0.2, 0.6, 0.01))[1]
    return dict.fromkeys(net.topics, round(float(best), 3))


def fit_topics(said: Array, held: Array) -> tuple[float, Array]:
    """One scale for all topics, and a shift for each that is held to their mean: scores n x topics, labels the same."""

    def loss(free: Array) -> tuple[float, Array]:
        scale, mean, own = free[0], free[1], free[2:]
        z = said * scale + mean + own
        error = 1 / (1 + np.exp(-z)) - held
        slope = np.concatenate([[(error * said).sum(), error.sum()], error.sum(axis=0) + 2 * _TOWARDS_ALL * own])
        return float(np.logaddexp(0, np.where(held, -z, z)).sum() + _TOWARDS_ALL * (own**2).sum()), slope

    start = np.concatenate([[8.0, -4.0], np.zeros(said.shape[1])])
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B").x
    return float(found[0]), found[1] + found[2:]


def _micro_f1(said: Array, true: Array) -> float:
    return float(2 * (said & true).sum() / max(1, said.sum() + true.sum()))


def learn_bodies(reader: Reader, bodies: Bodies, net: LabelKernel, seed: int) -> tuple[Array, Array]:
    """Weights (n-grams x topics) and bias for long texts. Only topics that have a section are learned."""
    known = [i for i, topic in enumerate(bodies.topics) if topic]
    rows = sublinear(reader.counts([((), bodies.texts[i]) for i in known]), reader.idf)
    sections = np.array([bodies.topics[i] for i in known])
    weights = np.zeros((rows.shape[1], _OURS), np.float16)
    bias = np.full(_OURS, -np.inf, np.float32)
    for k, topic in enumerate(net.topics):
        if (mine := sections == topic).any():
            model = LogisticRegression(C=20, solver="liblinear", random_state=seed).fit(rows, mine)
            weights[:, k], bias[k] = model.coef_[0], model.intercept_[0]
    return weights, bias


def write_models(out: Path, pipeline: Pipeline, thresholds: dict[str, float]) -> None:
    """The model file and its manifest. The version is named after the weights: the same training, the same name."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / MODEL
    modelfile.save(path, pipeline)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": f"labels-{FORMAT}-{weights_digest(pipeline)[:8]}",
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest()},
        "thresholds": thresholds,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def weights_digest(pipeline: Pipeline) -> str:
    """SHA-256 over all that the steps of a pipeline learned."""
    digest = hashlib.sha256()
    for values in pipeline.learned().values():
        for name, value in sorted(values.items()):
            digest.update(name.encode())
            digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()
