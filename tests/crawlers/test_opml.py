"""Lists of sources, in and out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from crawlers import opml
from crawlers.publishers import shipped


def listed(*outlines: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def outline(url: str, more: str = "") -> str:
    return f'<outline type="rss" text="Báo" xmlUrl="{url}" {more}/>'


def test_each_outline_passes_the_doors() -> None:
    found = opml.import_opml(
        listed(
            outline("https://bao.example.vn/rss/home.rss", 'htmlUrl="https://www.bao.example.vn/"'),
            outline("https://bao.example.vn/rss/kinh-te.rss"),
            outline("https://ai.blogspot.com/feeds/posts/default"),
            outline("https://www.youtube.com/feeds/videos.xml?channel_id=1"),
            outline("https://khac.example.vn/comments/feed/"),
            outline("file:///etc/passwd"),
            outline("https://vov.vn/rss/moi.rss"),
            '<outline text="Nhóm"><outline text="con" xmlUrl="https://khac.example.vn/author/ai/feed"/></outline>',
        ),
        kind="newspaper",
        licence="GP 1/GP-BVHTTDL",
        known=shipped(),
    )
    assert [row.refused for row in found] == [
        "", "", "source.blog", "source.video_chat", "source.comments", "source.not_an_address",
        "source.already_declared", "source.person",
    ]  # fmt: skip
    declared = [row.declared for row in found if row.declared]
    assert [(row.id, row.home, row.feeds) for row in declared] == [
        (
            "bao_example",
            "https://www.bao.example.vn/",
            ("https://bao.example.vn/rss/home.rss", "https://bao.example.vn/rss/kinh-te.rss"),
        )
    ]
    assert "taken" in opml.told(found[0])
    assert "blog" in opml.told(found[2])


def test_without_kind_and_licence_nothing_is_taken() -> None:
    body = listed(outline("https://bao.example.vn/rss/home.rss"))
    for kind, licence in (("", ""), ("newspaper", ""), ("", "GP 1/GP-BVHTTDL"), ("blog", "GP 1/GP-BVHTTDL")):
        (found,) = opml.import_opml(body, kind=kind, licence=licence)
        assert (found.refused, found.declared) == ("source.needs_kind_and_licence", None)


def test_a_home_page_elsewhere_is_not_believed() -> None:
    body = listed(outline("https://bao.example.vn/rss/home.rss", 'htmlUrl="https://www.facebook.com/bao"'))
    (found,) = opml.import_opml(body, kind="newspaper", licence="GP 1/GP-BVHTTDL")
    assert found.declared is not None
    assert found.declared.home == "https://bao.example.vn/"


def test_what_is_given_out_can_be_taken_in() -> None:
    out = opml.export_opml(shipped())
    found = opml.import_opml(out.encode())
    assert not any(row.refused for row in found)
    feeds = {endpoint.url for publisher in shipped() for endpoint in publisher.endpoints if endpoint.kind == "feed"}
    assert {row.feed for row in found} == feeds
    vov = next(row.declared for row in found if row.feed == "https://vov.vn/rss.xml")
    assert vov is not None
    assert (vov.name, vov.kind.value) == ("VOV (Đài Tiếng nói Việt Nam)", "broadcaster")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"xin chao",
        b"<html><body></body></html>",
        b'<rss version="2.0"/>',
        b"<opml><body><outline",
        b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline xmlUrl="&a;"/></body></opml>',
        b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>',
        b"<opml>" + b"<outline>" * 100 + b"</opml>",
        b"x" * (opml.MAX_BYTES + 1),
        listed(*(outline(f"https://bao.example.vn/{number}.rss") for number in range(opml.MAX_OUTLINES + 2))),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(ConfigError):
        opml.import_opml(body, kind="newspaper", licence="GP 1/GP-BVHTTDL")


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_an_answer_or_a_reason(body: bytes) -> None:
    try:
        opml.import_opml(body)
    except ConfigError as error:
        assert str(error)
