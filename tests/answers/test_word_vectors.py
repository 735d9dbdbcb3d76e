"""How the file of word vectors is made: what is read, what is kept of it."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from pathlib import Path

import numpy as np

from answers.terms import lexicon
from app import word_vectors
from core.text import nfc


def test_half_of_the_older_corpus_is_read_and_names_are_counted(tmp_path: Path) -> None:
    (tmp_path / "topics").mkdir()
    for name in ("sections2020", "vntc10"):
        with lzma.open(tmp_path / "topics" / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            for number in range(4):
                file.write(json.dumps({"text": f"{name} {number} Trần Văn gặt 1.250 tấn lúa"}) + "\n")
    found = list(word_vectors.texts(tmp_path))
    assert len(found) == 6
    sequences, capitals = word_vectors.read(iter(found))
    assert sequences[1][-6:] == ["trần", "văn", "gặt", "0", "tấn", "lúa"]
    assert capitals == Counter({"trần văn": 6})


def test_what_is_kept_says_the_same_and_is_the_same_each_time() -> None:
    draw = np.random.default_rng(3)
    seen = np.array([400.0, 90.0, 40.0, 15.0])
    vectors = np.vstack([np.zeros((1, 6)), draw.normal(size=(4, 6))])
    narrow = word_vectors.narrowed(vectors, seen, 3)
    assert np.allclose(np.linalg.norm(narrow[1:], axis=1), 1)
    made = word_vectors.packed(["và", "lúa", "tấn", "vụ mùa"], seen, narrow, most=3)
    again = word_vectors.packed(["và", "lúa", "tấn", "vụ mùa"], seen, word_vectors.narrowed(vectors, seen, 3), most=3)
    assert all((made[name] == again[name]).all() for name in made)
    assert made["terms"].tobytes().decode() == nfc("và\nlúa\ntấn")
    assert np.allclose(made["vectors"] * made["scales"][:, None].astype(float), narrow[:4], atol=0.01)
    assert np.allclose(made["rarity"], np.log(545 / np.array([15, 400, 90, 40])), atol=0.01)


def test_the_shipped_file_has_the_form() -> None:
    shipped = lexicon()
    assert shipped.vectors.shape == (24_001, 128)
    lengths = np.linalg.norm(shipped.vectors[1:], axis=1)
    assert np.allclose(lengths, 1, atol=0.02)
    assert shipped.rarity[0] == shipped.rarity.max()
