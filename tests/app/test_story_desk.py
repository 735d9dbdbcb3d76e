"""Stories while the program runs: what was erased elsewhere is compared with no longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.stories import StoryDesk
from core.clock import FixedClock
from core.records import Article, StoryChoice
from core.settings import KeepSettings
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON, make_article, make_tagged

TEXT = (
    "Cầu dân sinh qua sông Trà Bồng thông xe kỹ thuật sáng nay sau hai năm thi công, dài 240 m, rộng 7 m.",
    "Từ hôm nay người dân hai bờ không còn phải đi đò ngang, học sinh đến trường gần hơn chín cây số.",
    "Ban quản lý dự án cho biết phần đường dẫn phía nam còn 300 m thảm nhựa, xong trước tháng mười hai.",
)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "diembao.db", clock=FixedClock(NOON), keep=KeepSettings()) as kept:
        yield kept


def _article(name: str, hours: int = 0) -> Article:
    article = make_article(name, title="Thông xe cầu qua sông Trà Bồng", at=NOON + timedelta(hours=hours))
    return replace(article, paragraphs=TEXT)


def _told(desk: StoryDesk, record: Record, article: Article) -> StoryChoice:
    tagged = make_tagged(article)
    choice = desk.choose(tagged.located, None)
    assert choice is not None
    record.articles.save(tagged, story=choice)
    return choice


@pytest.mark.parametrize("way", ["erased", "withdrawn"])
def test_a_text_that_another_process_took_away_is_no_original_any_more(record: Record, way: str) -> None:
    desk = StoryDesk(record.stories, FixedClock(NOON))
    first = _article("1.html")
    _told(desk, record, first)
    assert _told(desk, record, _article("2.html", 1)).reprint_of == first.id
    for gone in ("1.html", "2.html"):
        if way == "erased":
            record.retention.erase(make_article(gone).id, NOON, "operator")
        else:
            record.articles.withdraw(make_article(gone).id, NOON)
    later = _told(desk, record, _article("3.html", 2))
    assert (later.reprint_of, later.story) == ("", make_article("3.html").id)
