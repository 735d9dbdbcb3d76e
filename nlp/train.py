"""`diembao nlp train`: from labelled and unlabelled texts to the shipped model.

1. n-grams and word vectors from all texts; 2. teachers from the labelled ones; 3. their mean answer for each
unlabelled text; 4. one network fitted to labels and answers together (self-training; Xie et al. 2020, Noisy Student);
5. weights for long texts from the sections of older papers; 6. calibration on texts held out. No text goes into it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import optimize, sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from skops.io import dump

from core.topics import TONES, TOPICS
from nlp.corpus import LEARNED, Bodies, Corpus, choose_ngrams, read_bodies, read_corpus
from nlp.labelnet import LabelNet
from nlp.learn import Network, Recipe, fit, squash
from nlp.reader import Array, Batch, Reader, packed, sublinear
from nlp.tagger import BODY_SYLLABLES, FORMAT, MODEL
from nlp.vectors import choose_terms, embed, neighbours, salience

_OURS: Final = len(TOPICS)
TERMS: Final = 36_000
DIMENSIONS: Final = 256
_SPREAD: Final = 3.0
"""Length of a word vector at the start; with it the first steps move units as much as labels need (found by trial)."""
_TEACHERS: Final = 3
_LINEAR_SHARE: Final = 0.35
_HELD_OUT: Final = 600
_TONE_SHARE: Final = 0.35
_NEVER: Final = -10.0
_REPEATED: Final = 2
_STUDENT: Final = Recipe(epochs=6, batch=128, drop=0.3, seed=9)
_FINISH: Final = Recipe(epochs=3, rate=1e-4, vector_rate=3e-4, linear_rate=5e-4, drop=0.3, seed=4)

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Row numbers in the batch: labelled ones to learn from, those held out, those without labels."""

    learn: Array
    held: Array
    unlabelled: Array


def train(data: Path, out: Path, seed: int = 7, say: Say | None = None) -> None:
    """Train on the folder of labelled data; write model, manifest and checksum to `out`. Half an hour on one core."""
    say = say or (lambda line: sys.stderr.write(f"{line}\n"))
    say("reading")
    corpus, bodies = read_corpus(data), read_bodies(data, BODY_SYLLABLES)
    say(f"{len(corpus.topics):,} labelled texts, {len(corpus.texts) - len(corpus.topics):,} without labels")
    reader, vectors = learn_words(corpus, bodies, seed)
    say(f"{len(reader.indexes[0]):,} n-grams, {len(reader.indexes[1]):,} terms")
    batch = reader.transform(corpus.texts)
    split = hold_out(corpus, seed)
    straight = regress(batch[split.learn].ngrams, targets(corpus)[split.learn], seed)
    answers = teach(batch, corpus, split, vectors, straight=straight, seed=seed)
    say("teachers have answered")
    network = blend_tones(learn(batch, corpus, split, answers, vectors), straight)
    say("network fitted")
    net = LabelNet.packed(network, LEARNED[:_OURS], [*range(_OURS), *range(len(LEARNED), len(LEARNED) + len(TONES))])
    thresholds = temper(net, batch[split.held], corpus, split.held)
    net.body, net.body_bias = learn_bodies(reader, bodies, net, seed)
    write_models(out, Pipeline([("read", reader), ("label", net)]), thresholds)
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
    return Reader(packed(ngrams), idf, packed(terms), salience(seen)), vectors * np.float32(_SPREAD)


def hold_out(corpus: Corpus, seed: int) -> Split:
    """Texts for calibration are drawn from those drawn at random: their shares are the press's."""
    labelled = len(corpus.topics)
    drawn = np.flatnonzero(corpus.drawn)
    held = np.random.default_rng(seed).choice(drawn, min(_HELD_OUT, len(drawn) // 4), replace=False)
    learn_from = np.setdiff1d(np.arange(labelled), held)
    return Split(learn=learn_from, held=held, unlabelled=np.arange(labelled, len(corpus.texts)))


def targets(corpus: Corpus) -> Array:
    """Labelled texts x (LEARNED, TONES): what the reader said."""
    return np.hstack([corpus.topics, np.eye(len(TONES), dtype=np.float32)[corpus.tones]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Straight:
    """Logistic regressions on n-grams alone: n-grams x (LEARNED, TONES), and bias."""

    weights: Array
    bias: Array


def teach(batch: Batch, corpus: Corpus, split: Split, vectors: Array, *, straight: Straight, seed: int) -> Array:
    """Mean answer of logistic regressions and some networks for the texts without labels: n x (LEARNED, TONES)."""
    asked, told = batch[split.unlabelled], batch[split.learn]
    labels = targets(corpus)[split.learn]
    even = np.ones(len(labels), np.float32)
    linear = squash(asked.ngrams @ straight.weights + straight.bias, len(LEARNED))
    networks = np.zeros_like(linear)
    for number in range(_TEACHERS):
        recipe = Recipe(seed=100 * seed + number)
        networks += fit(new_network(batch, vectors, recipe), told, labels, even, recipe).predict(asked) / _TEACHERS
    answer: Array = (_LINEAR_SHARE * linear + (1 - _LINEAR_SHARE) * networks).astype(np.float32)
    return answer


def regress(told: sparse.csr_matrix, labels: Array, seed: int) -> Straight:
    """One logistic regression a topic and one for tone; a topic without examples is never said."""
    weights = np.zeros((told.shape[1], labels.shape[1]), np.float32)
    bias = np.full(labels.shape[1], _NEVER, np.float32)
    for k in np.flatnonzero(labels[:, : len(LEARNED)].any(axis=0)):
        model = LogisticRegression(C=20, solver="liblinear", random_state=seed).fit(told, labels[:, k])
        weights[:, k], bias[k] = model.coef_[0], model.intercept_[0]
    tone = LogisticRegression(C=4, max_iter=300).fit(told, labels[:, len(LEARNED) :].argmax(axis=1))
    weights[:, len(LEARNED) :], bias[len(LEARNED) :] = tone.coef_.T, tone.intercept_
    return Straight(weights=weights, bias=bias)


def new_network(batch: Batch, vectors: Array, recipe: Recipe) -> Network:
    """An untrained one of the right shape."""
    ngrams = batch.ngrams.shape[1]
    labels = len(LEARNED) + len(TONES)
    return Network.new(vectors, ngrams=ngrams, topics=len(LEARNED), labels=labels, recipe=recipe)


def learn(batch: Batch, corpus: Corpus, split: Split, answers: Array, vectors: Array) -> Network:
    """The network that is shipped: from labels and the teachers' answers together, then a little from labels alone."""
    labels = targets(corpus)[split.learn]
    rows = np.concatenate([*[split.learn] * _REPEATED, split.unlabelled])
    aims = np.vstack([*[labels] * _REPEATED, answers])
    even = np.ones(len(rows), np.float32)
    network = fit(new_network(batch, vectors, _STUDENT), batch[rows], aims, even, _STUDENT)
    return fit(network, batch[split.learn], labels, even[: len(labels)], _FINISH)


def blend_tones(network: Network, straight: Straight) -> Network:
    """Logits of tone, mixed in place with those of the regression, which holds to the words of the headline."""
    tones = slice(len(LEARNED), None)
    network.out[:, tones] *= 1 - _TONE_SHARE
    for mine, other in ((network.out_bias, straight.bias), (network.linear.T, straight.weights.T)):
        mine[tones] = (1 - _TONE_SHARE) * mine[tones] + _TONE_SHARE * other[tones]
    return network


def temper(net: LabelNet, held: Batch, corpus: Corpus, rows: Array) -> dict[str, float]:
    """Set the scales of `net` on texts held out, and find the one threshold that serves topics best (micro-F1)."""
    true, tones = corpus.topics[rows, :_OURS] > 0, corpus.tones[rows]
    raw = net.logits(held)

    def topic_loss(scale_shift: Array) -> float:
        z = raw[:, :_OURS] * scale_shift[0] + scale_shift[1]
        return float(np.logaddexp(0, np.where(true, -z, z)).mean())

    def tone_loss(scale: Array) -> float:
        z = raw[:, _OURS:] * scale[0]
        return float((np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), tones]).mean())

    scale, shift = optimize.minimize(topic_loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    tone = optimize.minimize(tone_loss, np.array([1.0]), method="Nelder-Mead").x[0]
    net.temper = (float(scale), float(shift), float(tone))
    said = net.predict_proba(held)[:, :_OURS]
    best = max((_micro_f1(said >= t, true), t) for t in np.arange(0.2, 0.55, 0.01))[1]
    return dict.fromkeys(net.topics, round(float(best), 3))


def _micro_f1(said: Array, true: Array) -> float:
    return float(2 * (said & true).sum() / (said.sum() + true.sum()))


def learn_bodies(reader: Reader, bodies: Bodies, net: LabelNet, seed: int) -> tuple[Array, Array]:
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
    """The skops file and its manifest. The version is named after the weights: the same training, the same name."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / MODEL
    dump(pipeline, path, compression=zipfile.ZIP_DEFLATED)
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
    for _, step in pipeline.steps:
        for name, value in sorted(step.get_params(deep=False).items()):
            digest.update(name.encode())
            digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()
