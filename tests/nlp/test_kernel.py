"""The regression behind topics and tone: the same without its texts, blind to a text out of fold, true reasons."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from nlp.kernel import WIDTHS, Centres, Texts, gather, gaussian, likeness, out_of_fold, solve, views
from nlp.labelkernel import LabelKernel
from nlp.reader import Batch

PENALTY = 0.3
SIZE = 24


def texts(count: int, seed: int = 1) -> Texts:
    draw = np.random.default_rng(seed)
    ngrams = sparse.random(count, 40, density=0.2, random_state=seed, format="csr", dtype=np.float32)
    title, lead = (draw.standard_normal((count, SIZE)).astype(np.float32) for _ in range(2))
    return Texts(ngrams=ngrams, views=views(title, lead))


def labels(count: int, seed: int = 2) -> np.ndarray:
    return (np.random.default_rng(seed).random((count, 5)) < 0.4).astype(np.float32)


def test_weights_of_ngrams_and_centres_say_what_the_training_texts_said() -> None:
    told, asked, known = texts(60), texts(9, seed=5), labels(60)
    centres = [Centres.among(view, 20, width, 3) for view, width in zip(told.views, WIDTHS, strict=True)]
    there = [c.coordinates(view) for c, view in zip(centres, told.views, strict=True)]
    here = [c.coordinates(view) for c, view in zip(centres, asked.views, strict=True)]
    solved = solve(likeness(told, there), known, PENALTY)
    cross = (asked.ngrams @ told.ngrams.T).toarray() + sum(a @ b.T for a, b in zip(here, there, strict=True))
    by_texts = cross / 4 @ solved.shares + solved.mean
    fitted = gather(solved, told, centres, there)
    by_weights = asked.ngrams @ fitted.linear + fitted.mean
    for view, points, weights, width in zip(asked.views, fitted.centres, fitted.weights, WIDTHS, strict=True):
        by_weights = by_weights + gaussian(view, points, width) @ weights
    assert by_weights == pytest.approx(by_texts, abs=1e-3)


def test_as_many_centres_as_texts_give_the_gaussian_kernel_itself() -> None:
    view = texts(30).views[0]
    there = Centres.among(view, 30, 1.0, 3).coordinates(view)
    assert there @ there.T == pytest.approx(gaussian(view, view, 1.0), abs=0.01)


def test_out_of_fold_an_own_label_says_nothing() -> None:
    told, known = texts(40), labels(40)
    kernel = likeness(told, [])
    plain = out_of_fold(kernel, known, PENALTY, folds=4, seed=1)
    other = known.copy()
    other[7] = 1 - other[7]
    turned = out_of_fold(kernel, other, PENALTY, folds=4, seed=1)
    assert turned[7] == pytest.approx(plain[7])
    assert not np.allclose(turned, plain)


def test_reasons_are_the_slope_of_the_answer() -> None:
    """More of a term that carries a topic raises its score, as the reason says."""
    told, known = texts(60), labels(60)
    centres = [Centres.among(view, 20, width, 3) for view, width in zip(told.views, WIDTHS, strict=True)]
    there = [c.coordinates(view) for c, view in zip(centres, told.views, strict=True)]
    fitted = gather(solve(likeness(told, there), known, PENALTY), told, centres, there)
    vectors = np.vstack([np.zeros((1, SIZE)), np.random.default_rng(4).standard_normal((8, SIZE))]).astype(np.float32)
    net = LabelKernel.packed(fitted, vectors, ("a", "b"), [0, 1, 2, 3, 4])
    title = sparse.csr_matrix(np.array([[0, 1, 2, 0, 0, 1, 0, 0, 0]], np.float32))
    lead = sparse.csr_matrix(np.array([[0, 0, 0, 1, 1, 0, 0, 0, 0]], np.float32))
    batch = Batch(title=title, lead=lead, ngrams=sparse.csr_matrix((1, 40), dtype=np.float32))
    reasons = dict(net.carriers(batch, 0)[1][:3])
    for number, told_slope in reasons.items():
        more = title.copy()
        more[0, number] *= 1.001
        raised = net.said(Batch(title=more, lead=lead, ngrams=batch.ngrams))[0, 0] - net.said(batch)[0, 0]
        assert raised * 1000 == pytest.approx(told_slope, abs=0.02)
