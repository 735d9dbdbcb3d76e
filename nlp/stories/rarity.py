"""How rare a word is: document frequencies learned once and shipped, so that signatures of any time are comparable.

`frequencies.zst` holds one byte for each of 2^22 hash buckets of words and word pairs: 8 * log2 of the number of
documents (30,049 newspaper bodies up to 2020 and 28,675 titles with leads of 2025-26) in which it occurs, 0 for fewer
than three. Rebuild with `python -m nlp.stories.rarity SOURCE.jsonl.xz...`.
"""

from __future__ import annotations

import json
import lzma
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from core.errors import ConfigError
from nlp.stories.words import hashes, pairs, singles, words

BITS: Final = 22
SHIPPED: Final = Path(__file__).parent / "frequencies.zst"
_HEAD: Final = struct.Struct("<8sHI")  # mark, format, documents
_MARK: Final = b"diembDF\n"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Rarity:
    """The file's bytes as they are: a float for each of them would take four times the memory."""

    steps: NDArray[np.uint8]  # of each bucket
    logarithms: NDArray[np.float32]  # of each of the 256 steps

    def of(self, buckets: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Inverse document frequencies (natural logarithm), one for each bucket."""
        found: NDArray[np.float32] = self.logarithms[self.steps[buckets]]
        return found


@cache
def rarity(path: Path = SHIPPED) -> Rarity:
    """What is known of every bucket.

    Raises ConfigError where the file is missing, damaged or of another format.
    """
    try:
        raw = zstandard.ZstdDecompressor().decompress(path.read_bytes(), max_output_size=_HEAD.size + (1 << BITS))
        mark, form, documents = _HEAD.unpack_from(raw)
    except (OSError, zstandard.ZstdError, struct.error) as error:
        raise ConfigError(f"{path}: the word frequencies of the stories can't be read ({error}); reinstall") from error
    if mark != _MARK or form != _FORMAT or len(raw) != _HEAD.size + (1 << BITS):
        raise ConfigError(f"{path}: not word frequencies of format {_FORMAT}; reinstall the program")
    steps = np.frombuffer(raw, dtype=np.uint8, offset=_HEAD.size)
    table = np.log((documents + 1) / np.maximum(2.0, 2.0 ** (np.arange(256) / 8)))
    return Rarity(steps, table.astype(np.float32))


def build(texts: Iterable[str], path: Path = SHIPPED) -> int:
    """Count the texts and write the file. Returns the number of documents."""
    counts = np.zeros(1 << BITS, dtype=np.int64)
    documents = 0
    for text in texts:
        hashed = hashes(words(text))
        counts[np.unique(np.concatenate([singles(hashed, BITS), pairs(hashed, BITS)]))] += 1
        documents += 1
    steps = np.where(counts < 3, 0, np.clip(np.round(8 * np.log2(np.maximum(counts, 1))), 0, 255)).astype(np.uint8)
    raw = _HEAD.pack(_MARK, _FORMAT, documents) + steps.tobytes()
    path.write_bytes(zstandard.ZstdCompressor(level=19).compress(raw))
    return documents


def _texts(paths: list[str]) -> Iterator[str]:
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                row = json.loads(line)
                if "summary" in row:
                    if number % 4 == 0:
                        yield f"{row['title']}. {row['summary']}"
                elif row.get("split") != "test":
                    yield row["text"]


if __name__ == "__main__":
    print(build(_texts(sys.argv[1:])))  # noqa: T201 - a command
