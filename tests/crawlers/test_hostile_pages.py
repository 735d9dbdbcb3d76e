"""Pages that are made, or broken, so that reading them would take minutes: each is read in time near to its length."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from selectolax.lexbor import LexborHTMLParser

from core.errors import ExtractError
from crawlers.autodiscover import in_robots
from crawlers.decode import decode
from crawlers.extract.blocks import Block
from crawlers.extract.junk import is_junk
from crawlers.extract.sift import sift
from crawlers.legacy import mend_markup, to_legacy
from nlp.sentences import sentences

TEXT = "Chính quyền địa phương cho biết nước lũ đã rút, người dân trở về nhà và các trường học mở cửa lại từ ngày mai. "
LENGTH = 60_000


def begun(tag: bytes) -> None:
    """A page in no known encoding whose elements begin without an end."""
    with pytest.raises(ExtractError):
        decode(b"\xe1\xe9 " * 40 + tag * (LENGTH // len(tag)), {})


def classed() -> None:
    page = LexborHTMLParser(f'<div class="{"a_" * (LENGTH // 2)}">x</div>')
    element = page.css_first("div")
    assert element is not None
    assert not is_junk(element)


def mended() -> None:
    """A picture inside a TCVN3 page: one long line without a letter that could be wrong."""
    picture = "A" * LENGTH
    page = f"<p>{to_legacy(TEXT, 'tcvn3')}</p><script>{picture}</script>"
    assert mend_markup(page, "tcvn3") == f"<p>{TEXT}</p><script>{picture}</script>"


def dotted() -> None:
    form = "Họ" + "." * LENGTH + "nay"
    assert "".join(sentences(form)) == form


def arrowed() -> None:
    """A paragraph of marks that stand before links to other articles, and no such words behind them."""
    (kept,) = sift([paragraph("»" + ">" * LENGTH)], "")
    assert kept.text.endswith(">>>")


def lettered() -> None:
    """As long as a line of a name and a date is, all capitals."""
    assert len(sift([paragraph("A" * 160)], "")) == 1


def empty_lines() -> None:
    text = "User-agent: *" + "\n" * LENGTH + "Disallow:\nSitemap: https://bao.example.vn/sitemap.xml"
    found = in_robots(text, "https://bao.example.vn/")
    assert found == ("https://bao.example.vn/sitemap.xml",)


def paragraph(text: str) -> Block:
    return Block(text=text, kind="text", linked=0, strong=False, right=False)


@pytest.mark.parametrize(
    "read",
    [lambda: begun(b"<script "), lambda: begun(b"<style>"), classed, mended, dotted, arrowed, lettered, empty_lines],
    ids=["scripts", "styles", "class", "old encoding", "dots", "arrows", "capitals", "robots"],
)
def test_a_page_takes_time_near_to_its_length(read: Callable[[], None]) -> None:
    began = time.process_time()
    read()
    assert time.process_time() - began < 1.5, "looked through to the end from each place takes minutes"


def test_scripts_say_nothing_of_the_encoding_of_a_page() -> None:
    noise = "<script>" + "var qwxz = '<a href=x>'; " * 400 + "</script>"
    page = f"<html><body>{noise}<p>{to_legacy(TEXT * 3, 'tcvn3')}</p></body></html>".encode("cp1252")
    assert to_legacy(TEXT, "tcvn3") in decode(page, {}).text
