"""Which of the articles that were found come first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from store.sqlite.query import Query, expressions, pairs

COMMON: Final = 5000
"""Articles from which on a word says little about which of them was meant."""
NARROW: Final = 10_000
"""Articles over which what was found may be spread for the common words to be looked up in all their titles."""
_WEIGHTS: Final = "0.0, 5.0, 1.0"
"""Of a hit in the desk's word, the title and the body."""
_IN_TITLE: Final = 1.0
"""What a common word in the title counts for: about what bm25 adds there for a word that is only just not common."""
_BETWEEN: Final = "FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
_AMONG: Final = "+rowid IN (SELECT value FROM json_each(?))"
_SCORES: Final = f"SELECT rowid AS n, -bm25(search, {_WEIGHTS}) AS score {_BETWEEN} AND {_AMONG}"
_STANDING: Final = f"SELECT rowid AS n {_BETWEEN}"
_WIDE: Final = "SELECT 1 FROM indexed WHERE n BETWEEN ? AND ? LIMIT 1 OFFSET ?"


def best_first(con: sqlite3.Connection, asked: Query, found: Sequence[int]) -> list[int]:
    """The numbers of articles that have all words asked for, newest first -> the best first, of equals the newest.

    bm25 reads the whole list of each word that it is given, to know how rare it is: it is given the rarer words, and
    the rarer pairs of neighbours. Of the common ones it is only asked whether they stand in the title, and that not
    where few articles were found among very many: there the pairs must do.
    """
    if len(found) < 2:
        return list(found)
    rare, common = _by_rarity(con, expressions(asked))
    rare_pairs, common_pairs = _by_rarity(con, pairs(asked))
    between = (found[-1], found[0])
    scores = _scores(con, rare, rare_pairs, found)
    wide = con.execute(_WIDE, (*between, NARROW)).fetchone() is not None
    for word in () if wide else (*common, *common_pairs):
        said = " AND ".join([*rare, f"title : {word}"])
        for row in con.execute(_STANDING, (said, *between)):
            scores[row["n"]] = scores.get(row["n"], 0.0) + _IN_TITLE
    return sorted(found, key=lambda n: (-scores.get(n, 0.0), -n))


def _scores(
    con: sqlite3.Connection, rare: Sequence[str], beside: Sequence[str], found: Sequence[int]
) -> dict[int, float]:
    """bm25 of what has all the rare words; pairs add to it where they occur."""
    more = [*rare[:1], *beside]
    if not more:
        return {}
    said = " AND ".join([*rare, f"({' OR '.join(more)})"] if beside else rare)
    return {row["n"]: row["score"] for row in con.execute(_SCORES, (said, found[-1], found[0], json.dumps(found)))}


def _by_rarity(con: sqlite3.Connection, words: Sequence[str]) -> tuple[list[str], list[str]]:
    common = {word: _is_common(con, word) for word in words}
    return [word for word in words if not common[word]], [word for word in words if common[word]]


def _is_common(con: sqlite3.Connection, word: str) -> bool:
    past = con.execute("SELECT 1 FROM search WHERE search MATCH ? LIMIT 1 OFFSET ?", (word, COMMON)).fetchone()
    return past is not None
