"""Choosing topics, reasons and tone from scores; corrections as a layer over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.topics import TONES, TOPIC_IDS, TOPICS
from nlp.corrections import LABELS, Correction, Corrections
from nlp.tone import tone
from nlp.topics import MOST_TOPICS, carriers, chosen, with_best

EVEN = dict.fromkeys(TOPIC_IDS, 0.4)


def test_topics_at_or_above_their_threshold_are_said_best_first() -> None:
    scores = {"health": 0.4, "economy": 0.9, "sport": 0.39}
    assert chosen(scores, EVEN) == [("economy", 0.9), ("health", 0.4)]


def test_no_topic_is_an_answer_for_a_headed_text_but_a_long_one_gets_its_best() -> None:
    scores = {"health": 0.2, "economy": 0.3}
    assert chosen(scores, EVEN) == []
    assert with_best(scores, EVEN) == [("economy", 0.3)]
    assert with_best({"health": 0.01, "economy": 0.02}, EVEN) == []


@given(st.dictionaries(st.sampled_from([*sorted(TOPIC_IDS), "world", "religion"]), st.floats(0, 1)))
def test_only_topics_of_the_closed_set_are_ever_said(scores: dict[str, float]) -> None:
    said = chosen(scores, EVEN)
    assert len(said) <= MOST_TOPICS
    assert {topic for topic, _ in said} <= TOPIC_IDS


def test_reasons_are_words_best_first_without_numbers_and_repeats() -> None:
    added = [("lũ quét", 0.5), ("lũ", 0.9), ("000", 5.0), ("sạt lở", 0.4), ("lũ", 0.1), ("vui", -1.0), ("a 00", 2.0)]
    assert carriers(added) == ("lũ", "sạt lở")


def test_no_reason_holds_a_number_which_the_model_knows_by_its_size_only() -> None:
    assert carriers([("0 người", 0.9), ("làm 0", 0.8), ("năm 2000", 0.7), ("chết", 0.2)]) == ("chết",)


def test_tone_is_the_most_probable() -> None:
    said = tone([0.2, 0.3, 0.5])
    assert (said.label, said.score) == ("positive", 0.5)


def row(*weights: float) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.array([weights], np.float32) / np.linalg.norm(weights))


def flat_scores() -> np.ndarray:
    return np.array([[0.05] * len(TOPICS) + [0.7, 0.2, 0.1]])


def test_a_correction_turns_its_own_text_and_leaves_unlike_texts_alone() -> None:
    text = ("t", "l", "")
    made = [Correction(text=text, label="health"), Correction(text=text, label="positive")]
    rows = sparse.vstack([row(1, 1, 0), row(1, 1, 0)]).tocsr()
    layer = Corrections(made, rows, np.repeat(flat_scores(), 2, axis=0))
    own = layer.adjust(flat_scores(), row(1, 1, 0))[0]
    assert own[LABELS.index("health")] == pytest.approx(0.9, abs=0.01)
    assert own[LABELS.index("positive")] == pytest.approx(0.9, abs=0.01)
    assert own[len(TOPICS) :].sum() == pytest.approx(1)
    other = layer.adjust(flat_scores(), row(0, 0, 1))
    assert np.array_equal(other, flat_scores())
    near = layer.adjust(flat_scores(), row(1, 0.2, 0))[0]
    assert 0.05 < near[LABELS.index("health")] < 0.9


def test_a_label_can_be_taken_away() -> None:
    scores = flat_scores()
    scores[0, LABELS.index("sport")] = 0.97
    layer = Corrections([Correction(text=("t", "", ""), label="sport", holds=False)], row(1, 0, 0), scores)
    assert layer.adjust(scores, row(1, 0, 0))[0, LABELS.index("sport")] < 0.2


def test_only_our_labels_can_be_corrected() -> None:
    with pytest.raises(ValueError, match="world"):
        Correction(text=("t", "", ""), label="world")


def test_labels_are_the_columns_of_scores() -> None:
    assert LABELS[-3:] == TONES
