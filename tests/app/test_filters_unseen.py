"""The filters read what a reader sees: soft hyphens and zero-width marks change no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from app import answering, wiring
from app.filters import Row
from nlp.locate.rows import filter_rows as locate
from nlp.tagger import load

_TEXT = "Mưa lũ làm 3 người chết, 16.300 ngôi nhà bị ngập tại xã Bình Minh, huyện Bình Sơn, tỉnh Quảng Ngãi."
_FACT = {"indicator": "số ngôi nhà bị ngập", "value": 16_300, "dim": "count", "place": "huyện Bình Sơn", "period": ""}
_FILTERS: dict[str, Callable[[Iterable[Row]], Iterator[Row]]] = {
    "locate": lambda rows: locate(rows, wiring.example_locator()),
    "tag": lambda rows: load().filter_rows(rows),
    "figures": answering.figures,
    "compare": answering.compare,
}


def _scattered(text: str, mark: str) -> str:
    return mark + mark.join(text)


@pytest.mark.parametrize("mark", ["\u00ad", "\u200b", "\ufeff"])
@pytest.mark.parametrize("name", _FILTERS)
def test_unseen_characters_change_no_answer(name: str, mark: str) -> None:
    row = {"id": 1, "title": "Mưa lũ ở Quảng Ngãi", "lead": "Lũ lên nhanh trong đêm qua.", "text": _TEXT, "fact": _FACT}
    scattered = {key: _scattered(value, mark) if isinstance(value, str) else value for key, value in row.items()}
    scattered["fact"] = {
        key: _scattered(v, mark) if isinstance(v, str) and key != "dim" else v for key, v in _FACT.items()
    }
    as_it_is, with_marks = (list(_FILTERS[name]([one])) for one in (row, scattered))
    assert as_it_is == with_marks
    assert any(as_it_is[0].get(key) for key in ("localities", "topics", "figures", "printed"))
