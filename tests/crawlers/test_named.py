"""Selectors that are left out where their name stands nowhere in the page."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawlers.extract.body import CONTAINERS
from crawlers.extract.lead import LEADS
from crawlers.extract.named import Named

SELECTORS = (
    ".post-body",
    ".post",
    "#post",
    '[class*="Sapo"]',
    "p.description",
    "h2",
    '[itemprop="articleBody"]',
    '[class*="crumb"] a',
)


@pytest.mark.parametrize(
    ("markup", "standing"),
    [
        ("<p>nothing</p>", "h2"),
        ('<div class="post-body">', ".post-body, .post, #post, h2"),
        ('<i class="x-SAPO-y">', '[class*="Sapo"], h2'),
        ('<i itemprop="ArticleBody"><p class=description>', 'p.description, h2, [itemprop="articleBody"]'),
        ('<meta name="articleBody">', "h2"),
        ('<i class="breadcrumbs">', 'h2, [class*="crumb"] a'),
    ],
)
def test_only_those_that_may_fit_are_tried_in_their_order(markup: str, standing: str) -> None:
    assert Named(SELECTORS).standing(markup.lower().encode()) == [standing]


def test_no_selector_where_none_may_fit() -> None:
    assert Named((".post",), ("h2",)).standing(b"<p>") == ["", "h2"]


def test_every_container_is_found_by_its_name() -> None:
    elements = "".join(
        f'<div class="{name}" id="{name}" itemprop="{name}" data-role="{name}"><article class="{name}"></article></div>'
        for name in (one.strip('.#[]"').rpartition('"')[2].rpartition(".")[2] for one in CONTAINERS)
    )
    named = Named(LEADS, CONTAINERS)
    for page in (f"<!doctype html>{elements}", elements.upper()):
        tree = LexborHTMLParser(page)
        all_of_them = [node.mem_id for node in tree.css(", ".join(CONTAINERS))]
        assert [node.mem_id for node in tree.css(named.standing(page.lower().encode())[1])] == all_of_them != []
