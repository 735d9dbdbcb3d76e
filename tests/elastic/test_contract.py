"""Elasticsearch finds what FTS5 finds: the same contract."""

from __future__ import annotations

import pytest
from elasticsearch import Elasticsearch

from core.ports import SearchIndex, Store
from store.elastic.feed import Feed
from store.elastic.search import ElasticSearch
from store.sqlite.record import Record
from tests.contracts.search_index import Refresh, SearchIndexContract


class TestElasticSearch(SearchIndexContract):
    @pytest.fixture
    def store(self, record: Record) -> Store:
        return record.articles

    @pytest.fixture
    def index(self, found: ElasticSearch, feed: Feed) -> SearchIndex:
        del feed  # stands before anything is asked
        return found

    @pytest.fixture
    def refresh(self, feed: Feed, client: Elasticsearch, alias: str) -> Refresh:
        def bring() -> None:
            feed.all()
            client.indices.refresh(index=alias)

        return bring
