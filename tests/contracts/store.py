"""What every Store does."""

from __future__ import annotations

from typing import Any

import pytest

from core.ports import CrawlLedger, Store
from core.records import Saved
from tests.contracts.crawl_ledger import listed
from tests.fakes.records import NOON, make_article, make_entry, make_tagged


class StoreContract:
    """Subclass with fixtures `store` and `ledger` on one empty record."""

    def test_an_article_is_new_then_the_same_then_changed(self, store: Store) -> None:
        article = make_article()
        assert store.known_hash(article.id) is None
        assert store.save(make_tagged(article)) is Saved.NEW
        first = store.known_hash(article.id)
        assert first
        assert store.save(make_tagged(make_article())) is Saved.SAME
        assert store.save(make_tagged(make_article(paragraphs=("Cầu dài 210 m.",)))) is Saved.CHANGED
        assert store.known_hash(article.id) not in (None, first)

    @pytest.mark.parametrize("over", [{"title": "Tựa khác"}, {"lead": "Sapo khác."}, {"paragraphs": ("Thân khác.",)}])
    def test_another_title_lead_or_body_is_a_change(self, store: Store, over: dict[str, Any]) -> None:
        store.save(make_tagged())
        assert store.save(make_tagged(make_article(**over))) is Saved.CHANGED

    def test_the_source_that_reserves_mining_is_told_apart_by_hash_too(self, store: Store) -> None:
        store.save(make_tagged(make_article(reserved=True)))
        assert store.save(make_tagged(make_article(reserved=True))) is Saved.SAME
        changed = make_article(reserved=True, paragraphs=("Khác.",))
        assert store.save(make_tagged(changed)) is Saved.CHANGED

    def test_a_new_article_that_concerns_nobody_is_a_bug_of_the_caller(self, store: Store) -> None:
        with pytest.raises(ValueError, match="concerns no desk"):
            store.save(make_tagged(desks=()))
        assert store.known_hash(make_article().id) is None

    def test_the_page_is_marked_with_the_article(self, store: Store, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry("tin-1.html")])
        (page,) = ledger.pending(NOON, 1)
        store.save(make_tagged(), page)
        assert ledger.pending(NOON, 1) == []
        assert ledger.is_read(page.id)

    def test_the_article_is_known_to_the_ledger_under_its_own_address(self, store: Store, ledger: CrawlLedger) -> None:
        listed(ledger, [make_entry("r/1")])
        (page,) = ledger.pending(NOON, 1)
        store.save(make_tagged(), page)
        assert listed(ledger, [make_entry("tin-1.html")]) == 0
