"""Numbers written in Vietnamese ways are read as the number that was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.numbers import read_amount, read_fraction
from answers.tokens import cut

ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def below_hundred(n: int) -> str:
    tens, one = divmod(n, 10)
    if tens == 0:
        return ONES[one]
    head = "mười" if tens == 1 else f"{ONES[tens]} mươi"
    last = {0: "", 1: "một" if tens == 1 else "mốt", 5: "lăm"}.get(one, ONES[one])
    return f"{head} {last}".strip()


def below_thousand(n: int, *, full: bool = False) -> str:
    hundreds, rest = divmod(n, 100)
    if not hundreds and not full:
        return below_hundred(rest)
    head = f"{ONES[hundreds]} trăm"
    if not rest:
        return head
    return f"{head} linh {ONES[rest]}" if rest < 10 else f"{head} {below_hundred(rest)}"


def in_words(n: int) -> str:
    parts, full = [], False
    for scale, name in ((10**9, "tỷ"), (10**6, "triệu"), (1000, "nghìn"), (1, "")):
        group, n = divmod(n, scale)
        if group:
            parts.append(f"{below_thousand(group, full=full and scale == 1)} {name}".strip())
        full = True if parts else full
    return " ".join(parts)


def read(text: str, *, measured: bool = False) -> float | None:
    tokens = cut(text)
    amount = read_amount(tokens, 0, measured=measured)
    return amount.value if amount and amount.past == len(tokens) else None


@given(st.integers(1, 999_999_999_999))
def test_words_round_trip(n: int) -> None:
    assert read(in_words(n)) == n


@given(st.integers(0, 10**12))
def test_thousands_with_dots(n: int) -> None:
    assert read(f"{n:,}".replace(",", ".")) == n


@given(st.integers(1000, 10**12))
def test_thousands_with_commas_before_things_counted(n: int) -> None:
    assert read(f"{n:,}") == n


@given(st.integers(0, 10**6), st.integers(1, 2))
def test_decimal_comma(n: int, places: int) -> None:
    text = f"{n / 10**places:,.{places}f}".replace(",", "_").replace(".", ",").replace("_", ".")
    assert read(text) == pytest.approx(n / 10**places)


@given(st.integers(1, 999), st.sampled_from([("nghìn", 1e3), ("ngàn", 1e3), ("triệu", 1e6), ("tỷ", 1e9), ("tỉ", 1e9)]))
def test_multipliers(n: int, by: tuple[str, float]) -> None:
    assert read(f"{n} {by[0]}") == n * by[1]
    assert read(f"{n} {by[0]} rưỡi") == n * by[1] + by[1] / 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 triệu 200 nghìn", 1_200_000),
        ("10,9 ngàn tỷ", 10.9e12),
        ("2.5 tỷ", 2.5e9),
        ("41,420 triệu", 41.42e6),
        ("nửa tỷ", 5e8),
        ("mười lăm", 15),
        ("hai mươi tư", 24),
        ("một trăm lẻ năm", 105),
        ("ba nghìn không trăm linh hai", 3002),
    ],
)
def test_as_the_press_writes(text: str, value: float | None) -> None:
    if value is not None:
        assert read(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["1.5.2020", "1" * 10_000, "1.2.3", "triệu", "chục", "trăm", "tỷ lệ"])
def test_no_number(text: str) -> None:
    assert read(text) is None


def test_share() -> None:
    found = read_fraction(cut("hai phần ba số hộ"), 0)
    assert found is not None
    assert found[0] == pytest.approx(2 / 3)


@given(st.text(alphabet="một hai ba mươi trăm nghìn 0123456789.,-/", max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    tokens = cut(text)
    for at in range(len(tokens)):
        amount = read_amount(tokens, at)
        assert amount is None or (amount.past > at and amount.value >= 0)
