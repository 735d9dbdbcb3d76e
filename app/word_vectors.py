"""Makes answers/models/words.npz, the vectors and rarities by which printed figures are held beside facts.

    python -m app.word_vectors DATA [OUT]

From the texts of the two older press corpora in DATA/topics, without their labels: terms and vectors as in
nlp/vectors.py, with reaches of 2 (what does the same) and of 5 terms (what belongs together), put side by side and
brought to 128 dimensions. The same texts give the same file. Some ten minutes and 4 GB on one core; whoever makes it
anew fits the comparison after it (`python -m answers.learn DATA`).
"""

from __future__ import annotations

import itertools
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from answers.terms import MODELS
from core.text import fold, nfc
from nlp.vectors import choose_terms, embed, neighbours

Array = np.ndarray[Any, Any]
_CORPORA: Final = (("sections2020", 1), ("vntc10", 2))
"""A corpus, and how many of its texts one is taken of: the older and larger one counts half."""
_CHARACTERS: Final = 6000
_WORD: Final = re.compile(r"[^\W\d_]+|\d[\d.,]*")
_TERMS, _KEPT = 30_000, 24_000
_REACHES: Final = (2, 5)
_DIMENSIONS, _BROUGHT_TO = 200, 128
_SEEN_LEAST: Final = 15
"""As nlp.vectors asks of a term: what is seen more seldom is as rare as this."""
_OF_FREQUENCY: Final = 0.1
"""Power of a term's frequency by which it weighs in choosing the dimensions."""
_SEED: Final = 7


def texts(data: Path) -> Iterator[str]:
    """Beginnings of the corpora's texts, NFC."""
    for name, share in _CORPORA:
        with lzma.open(data / "topics" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in itertools.islice(lines, 0, None, share):
                yield nfc(json.loads(line)["text"])[:_CHARACTERS]


def read(found: Iterator[str]) -> tuple[list[list[str]], Counter[str]]:
    """Each text's syllables in small letters (numbers as "0"), and pairs that are capitalised, as names are."""
    sequences, capitals = [], Counter[str]()
    for text in found:
        raw = _WORD.findall(text)
        low = [sys.intern("0" if word[0].isdigit() else word) for word in _WORD.findall(fold(text))]
        if len(low) != len(raw):
            continue
        pairs = zip(itertools.pairwise(raw), itertools.pairwise(low), strict=True)
        capitals.update(f"{c} {d}" for (a, b), (c, d) in pairs if a[0].isupper() and b[0].isupper())
        sequences.append(low)
    return sequences, capitals


def learn(sequences: Sequence[Sequence[str]], capitals: Counter[str]) -> dict[str, Array]:
    """The file's arrays: terms (UTF-8, newline between), vectors int8 with a scale a row, rarity; row 0 is unknown."""
    terms, seen = choose_terms(sequences, _TERMS, capitals)
    index = {term: number for number, term in enumerate(terms, 1)}
    beside = [embed(neighbours(sequences, index, reach), seen, _DIMENSIONS, _SEED) for reach in _REACHES]
    return packed(terms, seen, narrowed(np.hstack(beside), seen))


def narrowed(vectors: Array, seen: Array, dimensions: int = _BROUGHT_TO) -> Array:
    """Unit vectors in the dimensions that tell most of frequent terms."""
    _, _, axes = np.linalg.svd(vectors[1:] * (seen**_OF_FREQUENCY)[:, None], full_matrices=False)
    found: Array = vectors @ axes.T[:, :dimensions]
    found /= np.maximum(1e-9, np.linalg.norm(found, axis=1, keepdims=True))
    found[0] = 0
    return found.astype(np.float32)


def packed(terms: Sequence[str], seen: Array, vectors: Array, most: int = _KEPT) -> dict[str, Array]:
    """The most frequent terms, small in a file."""
    rows = vectors[: most + 1]
    largest = np.abs(rows).max(axis=1, keepdims=True)
    rarity = np.log(seen.sum() / np.concatenate([[_SEEN_LEAST], seen[:most]]))
    return {
        "terms": np.frombuffer("\n".join(terms[:most]).encode(), dtype=np.uint8),
        "vectors": np.round(rows / np.maximum(1e-9, largest / 127)).astype(np.int8),
        "scales": (largest[:, 0] / 127).astype(np.float16),
        "rarity": rarity.astype(np.float16),
    }


def main(data: str, out: str = "") -> None:
    """Read, learn, write."""
    sequences, capitals = read(texts(Path(data)))
    sys.stdout.write(f"{len(sequences):,} texts read\n")
    sys.stdout.flush()
    file = Path(out) if out else MODELS / "words.npz"
    made = learn(sequences, capitals)
    np.savez_compressed(
        file, terms=made["terms"], vectors=made["vectors"], scales=made["scales"], rarity=made["rarity"]
    )
    sys.stdout.write(f"written to {file}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
