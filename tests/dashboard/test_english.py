"""The English pages: what stays Vietnamese says so, for voices that read aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from tests.dashboard.conftest import MORNING, client
from tests.fakes.busy import MERGED, busy_ids, busy_press

VIETNAMESE = re.compile(r"[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
NAME = 6
"""Words. Names of places and papers are the same in every language; what is longer is a sentence."""
VOID = {"meta", "link", "input", "br", "img"}


class _Spoken(HTMLParser):
    """Each text of a page with the language that it states."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []
        self.said: list[tuple[str, str]] = []
        self.feed(page.partition("<body>")[2].partition("</body>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            above = self._open[-1][1] if self._open else "en"
            self._open.append((tag, dict(attrs).get("lang") or above))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said.append((self._open[-1][1] if self._open else "en", " ".join(data.split())))


def mispronounced(page: str) -> Iterator[str]:
    """Vietnamese sentences that a voice would read as English."""
    for language, text in _Spoken(page).said:
        foreign = [word for word in text.split() if VIETNAMESE.search(word)]
        if language == "en" and len(foreign) > NAME and "nguồn" not in text and "(mẫu)" not in text:
            yield text


@pytest.mark.parametrize("path", ["/", "/canh-bao", f"/cau-chuyen/{MERGED}", "/bai/{changed}", "/tim-kiem?q=binh+son"])
def test_what_stays_vietnamese_says_so(path: str) -> None:
    press = busy_press(MORNING)
    browser = client(press)
    browser.get("/?lang=en")
    shown = browser.get(path.format(**busy_ids(press)))
    assert shown.status_code == 200 and '<html lang="en">' in shown.text
    assert any(language == "vi" for language, _ in _Spoken(shown.text).said)
    assert list(mispronounced(shown.text)) == []
