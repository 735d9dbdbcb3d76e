"""200 questions to both engines over the same press: the same answers by time, nearly the same order by relevance."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock, local_day
from core.ports import SearchIndex
from core.records import SearchPage
from core.settings import KeepSettings
from dashboard.query import read
from store.elastic.client import connect
from store.elastic.feed import Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import open_record
from tests.data import data_dir
from tests.elastic.press import DESK, replayed_press, sample_press
from tests.elastic.server import Node, patient
from tests.elastic.shared import worker
from tests.fakes.records import NOON
from tests.parts import missing

ALIAS = f"same-answers-{worker()}"
EVERY = 10_000
FIRST = 20
IN_COMMON = 0.8
ANSWERED = 150


@dataclass(frozen=True, kw_only=True)
class Both:
    """The engines over one record, and the papers that it has, those with most articles first."""

    own: SearchIndex
    far: SearchIndex
    sources: tuple[str, ...]

    def ask(self, index: SearchIndex, query: str, *, by_time: bool, limit: int) -> SearchPage:
        """As the search page does."""
        days = {f"day{n}": f"{local_day(NOON) - timedelta(days=n):%d/%m/%Y}" for n in range(31)}
        typed = query.format(**{f"source{n}": source for n, source in enumerate(self.sources)}, **days)
        asked = read(typed, {source: source for source in self.sources}, local_day(NOON))
        assert not asked.unknown, asked.unknown
        words = asked.words + (" " if typed.endswith(" ") else "")
        return index.search(DESK, words, by_time=by_time, limit=limit, filters=asked.filters)


def questions() -> list[tuple[str, str]]:
    said = tomllib.loads((Path(__file__).parent / "queries.toml").read_text(encoding="utf-8"))
    return [(kind, query) for kind, queries in said.items() for query in queries]


@pytest.fixture(scope="module", params=["sample", "sample and replayed press"])
def both(request: pytest.FixtureRequest, node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    replayed = request.param != "sample"
    if replayed and not data_dir().is_dir():
        missing("labelled data is neither at $DIEMBAO_DATA nor at ../shared/data: only the sample is compared")
    path = tmp_path_factory.mktemp("record") / "diembao.sqlite3"
    papers = Counter[str]()
    with open_record(path, clock=FixedClock(NOON), keep=KeepSettings()) as record:
        for one in (*sample_press(), *(replayed_press() if replayed else ())):
            record.articles.save(one)
            papers[one.located.article.source] += 1
        with connect(patient(node.url)) as client:
            side = Indexing(record.database)
            upkeep = Upkeep(client, ALIAS, side)
            upkeep.set_up()
            assert Feed(client, ALIAS, side, FixedClock(NOON)).all().indexed == papers.total()
            client.indices.refresh(index=ALIAS)
            yield Both(
                own=record.search, far=ElasticSearch(client, ALIAS, side, FixedClock(NOON)),
                sources=tuple(source for source, _ in papers.most_common()),
            )  # fmt: skip
            upkeep.drop()


def test_there_are_200_questions_and_most_have_answers(both: Both) -> None:
    asked = {query for _, query in questions()}
    assert len(asked) == 200
    answered = sum(both.ask(both.own, query, by_time=True, limit=1).total > 0 for query in asked)
    assert answered >= ANSWERED


@pytest.mark.parametrize("kind", ["syllable", "word", "phrase", "minus", "field", "bare", "mixed"])
def test_by_time_both_say_the_same(both: Both, kind: str) -> None:
    for query in (query for said, query in questions() if said == kind):
        own, far = (both.ask(index, query, by_time=True, limit=EVERY) for index in (both.own, both.far))
        assert far.total == own.total == len(own.hits), query
        assert [hit.article.id for hit in far.hits] == [hit.article.id for hit in own.hits], query


@pytest.mark.parametrize("kind", ["syllable", "word", "phrase", "minus", "field", "bare", "mixed"])
def test_by_relevance_the_first_are_nearly_the_same(both: Both, kind: str) -> None:
    low = {}
    for query in (query for said, query in questions() if said == kind):
        own, far = (both.ask(index, query, by_time=False, limit=FIRST) for index in (both.own, both.far))
        assert far.total == own.total, query
        if not own.bounded and own.hits:
            shared = {hit.article.id for hit in own.hits} & {hit.article.id for hit in far.hits}
            if len(shared) < IN_COMMON * len(own.hits):
                low[query] = (len(shared), len(own.hits), own.total)
    assert low == {}
