"""The labelled and unlabelled texts that the models are trained on. None of it is part of the project."""

from __future__ import annotations

import itertools
import json
import lzma
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.text import fold
from core.topics import TONES, TOPICS
from nlp.reader import Array, Parts, count_grams
from nlp.words import grams, tokens

FEED_LABELS: Final = Path(__file__).parent / "labels" / "feeds2026.tsv"
"""Labels of further feed items by the same guide, one reader each: feed item id, topics, tone, whether drawn at random.
They are joined to the items by id, and used only where those are at hand."""
RARE: Final = (5, 8, 12)
"""In how many texts a 1-, 2-, 3-gram must stand to be kept: no store of names, no text to be read back."""
RARE_IN_TITLE: Final = (6, 12)
NAME_SHARE: Final = 0.5
"""An n-gram that is part of a person's name in this share of its texts is not kept."""
ABROAD: Final = "world"
"""A label of the data that is none of ours; learned beside ours, because it tells them apart, and not shipped."""
LEARNED: Final = (*(topic.id for topic in TOPICS), ABROAD)
SECTIONS: Final = {
    "GD": "education", "KD": "economy", "PL": "law_courts", "SK": "health", "TT": "sport", "KHCN": "science_tech",
    "VH": "culture_tourism", "Kinh doanh": "economy", "Phap luat": "law_courts", "Suc khoe": "health",
    "The thao": "sport", "Van hoa": "culture_tourism", "Vi tinh": "science_tech", "Khoa hoc": "science_tech",
}  # fmt: skip
"""Sections of the older corpora and the topic that answers to each."""

_SURNAMES: Final = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Ngô|Đinh|Đoàn|Trịnh|Trương|Lương|Vương|Lưu|Đào"
)
_NAME: Final = re.compile(rf"\b(?:{_SURNAMES})(?: [^\W\d_]+){{1,3}}")
_TITLE: Final = 60
_LEAD: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Titles and leads: the labelled ones first, then those without labels."""

    texts: list[Parts]
    topics: Array  # labelled texts x LEARNED, 0 or 1
    tones: Array  # labelled texts: index into TONES
    drawn: Array  # labelled texts: whether drawn at random, so that their shares are the press's
    names: Counter[str]  # n-grams of persons' names and how often each is one; to be left out, never kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Long texts of older papers with the topic of their section."""

    texts: list[list[str]]
    topics: list[str | None]


def parts(title: str, lead: str) -> Parts:
    """The syllables that are read of a title and a lead."""
    return tokens(title, _TITLE), tokens(lead, _LEAD)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file, packed or not."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_corpus(data: Path, feed_labels: Path = FEED_LABELS) -> Corpus:
    """Labelled texts, then unlabelled ones; none that is in the test set."""
    told = read_labels(feed_labels)
    labelled = [_labelled(row, row["round"] == 1) for row in read_rows(data / "topics" / "train2026.jsonl.xz")]
    kept = {fold(row["title"]) for row in [*labelled, *read_rows(data / "topics" / "gold2026.jsonl")]}
    unlabelled = []
    items = read_rows(data / "feeds" / "items_2025-08_2026-04.jsonl.xz")
    for row in sorted(items, key=lambda item: item["id"] not in told):  # of reprints the labelled one
        if (key := fold(row["title"])) not in kept:
            kept.add(key)
            if label := told.get(row["id"]):
                labelled.append({**row, **label})
            else:
                unlabelled.append(row)
    rows = [*labelled, *unlabelled]
    return Corpus(
        texts=[parts(row["title"], row["summary"]) for row in rows],
        topics=np.array([[topic in row["topics"] for topic in LEARNED] for row in labelled], np.float32),
        tones=np.array([TONES.index(row["tone"]) for row in labelled]),
        drawn=np.array([row["drawn"] for row in labelled]),
        names=names(f"{row['title']}\n{row['summary']}" for row in rows),
    )


def _labelled(row: dict[str, Any], drawn: bool) -> dict[str, Any]:
    return {**row, "drawn": drawn}


def read_labels(path: Path) -> dict[str, dict[str, Any]]:
    """Feed item id -> topics, tone, drawn. Raises ValueError, naming the line, for a label that is none."""
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        item, topics, tone, drawn = line.split("\t")
        if tone not in TONES or not set(topics.split()) <= set(LEARNED):
            raise ValueError(f"{path.name}, line {number}: {topics!r} and {tone!r} are not all labels of ours")
        found[item] = {"topics": topics.split(), "tone": tone, "drawn": drawn == "1"}
    return found


def read_bodies(data: Path, syllables: int) -> Bodies:
    """Training parts of both older corpora, the first `syllables` of each text."""
    rows = [
        row
        for name in ("sections2020", "vntc10")
        for row in read_rows(data / "topics" / f"{name}.jsonl.xz")
        if row["split"] == "train"
    ]
    texts = [tokens(row["text"][: 12 * syllables], syllables) for row in rows]
    return Bodies(texts=texts, topics=[SECTIONS.get(row["label"]) for row in rows])


def names(texts: Iterable[str]) -> Counter[str]:
    """2- and 3-grams that stand in what looks like a Vietnamese person's name, and how often."""
    found: Counter[str] = Counter()
    for text in texts:
        for match in _NAME.findall(text):
            syllables = tokens(" ".join(itertools.takewhile(lambda word: word[0].isupper(), match.split())))
            found.update(set(grams(syllables)) - set(syllables))
    return found


def choose_ngrams(texts: Iterable[Parts], persons: Counter[str]) -> tuple[list[str], Array]:
    """N-grams common enough to keep that are no names, and in how many texts each stands."""
    spread: Counter[str] = Counter()
    for text in texts:
        spread.update(count_grams(text).keys())

    def common(gram: str, n: int) -> bool:
        least = RARE_IN_TITLE if gram.startswith("^") else RARE
        return n >= least[gram.count(" ")] and not holds_name(gram.removeprefix("^"), spread, persons)

    kept = sorted(gram for gram, n in spread.items() if common(gram, n))
    return kept, np.array([spread[gram] for gram in kept], np.float64)


def holds_name(gram: str, spread: Counter[str], persons: Counter[str]) -> bool:
    """Whether two syllables in a row within it are part of a person's name in NAME_SHARE of their texts."""
    syllables = gram.split()
    pairs = (f"{a} {b}" for a, b in itertools.pairwise(syllables))
    return any(persons[pair] and persons[pair] >= NAME_SHARE * spread[pair] for pair in pairs)
