"""One page, one identity; and what is no address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AddressRefused
from core.urls import article_id, canonical, host_of, is_web, join, parse

ONE_PAGE = [
    "https://bao.example/tin-tuc/lu-lon-123.html",
    "http://bao.example/tin-tuc/lu-lon-123.html",
    "https://www.bao.example/tin-tuc/lu-lon-123.html",
    "https://m.bao.example/tin-tuc/lu-lon-123.html",
    "https://bao.example/tin-tuc/lu-lon-123.html#binh-luan",
    "https://bao.example/tin-tuc/lu-lon-123.html?utm_source=zalo&fbclid=x",
    "https://bao.example:443/tin-tuc//lu-lon-123.html",
    "HTTPS://BAO.example/tin-tuc/lu-lon-123.html/",
]


@pytest.mark.parametrize("url", ONE_PAGE)
def test_addresses_of_one_page_have_one_identity(url: str) -> None:
    assert article_id(url) == article_id(ONE_PAGE[0])


def test_parameters_that_choose_a_page_are_kept() -> None:
    assert article_id("https://bao.example/?id=1") != article_id("https://bao.example/?id=2")
    assert canonical("https://bao.example/?b=2&a=1") == canonical("https://bao.example/?a=1&b=2")


def test_codes_of_another_encoding_than_utf_8_are_kept_apart() -> None:
    one, other = (f"https://bao.example/tin-%{code}.html?tu=%{code}" for code in ("E1", "e9"))
    assert article_id(one) != article_id(other)
    assert canonical(other) == "https://bao.example/tin-%E9.html?tu=%E9"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:text/html,x",
        "s3://bucket/x",
        "ftp://bao.example/x",
        "javascript:alert(1)",
        "javascript://bao.example/%0Aalert(1)",
        "http://169.254.169.254:8888\\@public.example/",
        "http://public.example\\@10.0.0.1/",
        "http://name:secret@bao.example/",
        "http://bao.example@10.0.0.1/",
        "http://bao.example:99999/",
        "http://bao.example:0/",
        "http:///x",
        "http://[::1/",
        "http://bao .example/",
        "http://bao.example/\r\nHost: other",
        "//bao.example/x",
        "",
        "https://bao.example/" + "x" * 3000,
        "https://bao.example/\ud800",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        parse(url)
    assert not is_web(url)


def test_hosts_are_compared_in_ascii() -> None:
    assert host_of("https://BÁO.example/x") == "xn--bo-mia.example"


def test_links_are_joined_to_their_page() -> None:
    assert join("https://bao.example/a/b.html", "../c d.html") == "https://bao.example/c%20d.html"
    assert join("https://bao.example/a", "javascript:void(0)") is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    url = "http://bao.example/" + text
    if is_web(url):
        assert canonical(canonical(url)) == canonical(url)
