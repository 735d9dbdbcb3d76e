"""Addresses of the shipped publishers: none guessed, each found on something that the declaration names."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from core.records import Publisher
from core.urls import host_of
from crawlers import publishers
from tests.data import ROOT

PAGE = "docs/publisher-addresses.md"
NAMED = re.compile(rf"{re.escape(PAGE)}|github\.com/[\w.-]+/[\w.-]+|https?://[\w.-]+\.[a-z]+/\S+")
shipped = pytest.mark.parametrize("publisher", publishers.shipped(), ids=lambda publisher: publisher.id)


def rows() -> list[list[str]]:
    """The cells of each table row of the page, without the part on what is not declared."""
    text = (ROOT / PAGE).read_text(encoding="utf-8").partition("## Not declared")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def hosts_of(cell: str) -> set[str]:
    return set(re.findall(r"[\w-]+(?:\.[\w-]+)+", cell))


@shipped
def test_a_declaration_names_the_page_its_addresses_were_found_on(publisher: Publisher) -> None:
    assert NAMED.search(publisher.address_source)


@shipped
def test_every_host_stands_on_the_page(publisher: Publisher) -> None:
    declared = {host_of(publisher.home), *publisher.hosts, *(host_of(end.url) for end in publisher.endpoints)}
    assert any(declared <= hosts_of(row[0]) for row in rows())


@shipped
def test_every_address_stands_in_the_row_of_its_host(publisher: Publisher) -> None:
    (row,) = [row for row in rows() if host_of(publisher.home) in hosts_of(row[0])]
    assert sorted(row[1].split(", ")) == sorted(urlsplit(end.url).path for end in publisher.endpoints)
    assert row[2]


@shipped
def test_no_number_of_a_licence_is_made_up(publisher: Publisher) -> None:
    assert not re.search(r"\d", publisher.licence)


@pytest.mark.parametrize("vague", ["listed in a public feed list of 2025-26", "read by a public program (2026)", ""])
def test_a_source_without_a_name_is_none(vague: str) -> None:
    assert not NAMED.search(vague)
