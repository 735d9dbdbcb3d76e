"""Bytes -> text: right whatever the server claims, or refused; never mojibake."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ExtractError
from core.records import Endpoint
from crawlers import feeds
from crawlers.decode import decode, readable, untwist
from crawlers.extract.head import unescaped
from crawlers.legacy import Legacy, detect, from_legacy, mend, to_legacy, vietnamese

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
TEXT = (
    "Chính quyền địa phương cho biết nước lũ đã rút, người dân trở về nhà và các trường học mở cửa lại từ ngày mai. "
    "Theo ủy ban nhân dân huyện, những tuyến đường bị hư hỏng sẽ được sửa trong tháng này."
)
PAGE = f"<html><head><title>Tin</title></head><body><p>{TEXT}</p></body></html>"
words = st.lists(st.text(LETTERS, min_size=1, max_size=6), min_size=1, max_size=12).map(" ".join)


def header(charset: str) -> dict[str, str]:
    return {"content-type": f"text/html; charset={charset}"}


def windows_1258(text: str) -> bytes:
    """Vowel and sign as one letter, the tone after it."""
    out = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(p for p in parts if p in "\u0300\u0301\u0303\u0309\u0323")
        out.append(unicodedata.normalize("NFC", parts.replace(tones, "") if tones else parts) + tones)
    return "".join(out).encode("cp1258")


@pytest.mark.parametrize("claimed", ["utf-8", "iso-8859-1", "windows-1258", "windows-1252", "us-ascii", "nonsense", ""])
def test_utf8_is_utf8_whatever_is_claimed(claimed: str) -> None:
    assert decode(PAGE.encode(), header(claimed)).text == PAGE


@pytest.mark.parametrize("claimed", ["windows-1258", "utf-8", "iso-8859-1", ""])
def test_windows_1258(claimed: str) -> None:
    found = decode(windows_1258(PAGE), header(claimed)).text
    assert unicodedata.normalize("NFC", found) == PAGE


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("claimed", ["utf-8", "iso-8859-1", ""])
def test_wide_and_marked_encodings(codec: str, claimed: str) -> None:
    assert decode(PAGE.encode(codec), header(claimed)).text == PAGE


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize("claimed", ["utf-8", "iso-8859-1", "x-user-defined", ""])
def test_font_encodings(encoding: Legacy, claimed: str) -> None:
    found = decode(to_legacy(PAGE, encoding).encode("cp1252"), header(claimed)).text
    assert detect(found) == encoding
    assert mend(found, encoding) == PAGE


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("windows-1251", "Вьетнам и Россия"),
        ("gb2312", "越南北部暴雨"),
        ("shift_jis", "ベトナム北部の大雨"),
        ("euc-kr", "베트남 북부 폭우"),
    ],
)
def test_declared_encodings_of_other_languages(charset: str, text: str) -> None:
    body = f"<meta charset={charset}><p>{text * 5}</p>".encode(charset)
    assert text in decode(body).text
    assert text in decode(f"<p>{text * 5}</p>".encode(charset), header(charset)).text


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    body = PAGE.encode().replace(b"Tin", b"T\xffin")
    assert decode(body).text == PAGE.replace("Tin", "T\ufffdin")


@pytest.mark.parametrize(
    "body", [bytes(range(128, 256)) * 40, b"\xff\xfe" + b"\x00\xd8" * 400, b"\x89PNG\r\n\x1a\n" + b"\xfa\xfb\xfc" * 900]
)
def test_what_is_no_text_is_refused(body: bytes) -> None:
    with pytest.raises(ExtractError) as caught:
        decode(body)
    assert caught.value.reason == "undecodable"


@given(st.binary(max_size=600), st.sampled_from(["", "utf-8", "windows-1258", "utf-16", "gb2312"]))
def test_any_bytes_give_text_or_a_refusal(body: bytes, claimed: str) -> None:
    try:
        found = decode(body, header(claimed))
    except ExtractError as error:
        assert error.reason == "undecodable"
    else:
        found.text.encode("utf-8")


@given(words)
def test_what_utf8_says_is_what_is_read(text: str) -> None:
    assert decode(text.encode()).text == text


@given(words, st.sampled_from(["tcvn3", "vni"]))
def test_font_encodings_there_and_back(text: str, encoding: Legacy) -> None:
    assert from_legacy(to_legacy(text, encoding), encoding) == text


@given(words)
def test_vni_has_capitals(text: str) -> None:
    assert from_legacy(to_legacy(text.upper(), "vni"), "vni") == text.upper()


def test_other_languages_are_not_taken_for_font_encodings() -> None:
    assert detect("Le préfet de la région a été reçu à l'hôtel de ville, où les élus étaient déjà réunis. " * 5) is None
    assert detect("Die Brücke über den Fluß wird größer, hört man häufig aus München und Köln. " * 5) is None
    assert detect(TEXT * 3) is None


def test_double_encoding_is_undone_or_noticed() -> None:
    twisted = TEXT.encode().decode("latin-1")
    assert untwist(twisted) == TEXT
    assert not readable(TEXT.encode().decode("cp1252", "replace"))
    assert readable(TEXT)
    assert untwist(TEXT) == TEXT
    assert untwist("Ça va, Ângela? Über Ñuñoa") == "Ça va, Ângela? Über Ñuñoa"


@pytest.mark.parametrize("title", ["Bà Rịa đọc “Đắk Lắk” – ổn định", "Quảng Ngãi: ngập 12 nhà", "Trao 5 căn nhà"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_double_encoding_is_undone_in_titles_and_leads_of_pages_and_feeds(title: str, encoding: str) -> None:
    twisted = title.encode().decode("latin-1")
    if encoding == "cp1252":
        twisted = "".join(_in_windows(letter) for letter in twisted)
    assert unescaped(twisted) == title
    numbers = "".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in twisted)
    feed = (
        f"<rss version='2.0'><channel><title>B</title><item><title>{twisted}</title><link>https://b.vn/1</link>"
        f"<description>&lt;p&gt;{twisted}&lt;/p&gt;</description></item><item><title>{numbers}</title>"
        "<link>https://b.vn/2</link></item></channel></rss>"
    )
    endpoint = Endpoint(source="b", kind="feed", url="https://b.vn/rss")
    at = datetime(2026, 11, 21, tzinfo=UTC)
    read = feeds.parse(feed.encode(), endpoint=endpoint, url=endpoint.url, fetched_at=at, headers={})
    assert [(entry.title, entry.lead) for entry in read.entries] == [(title, title), (title, "")]


def _in_windows(letter: str) -> str:
    """As browsers read a byte."""
    return bytes([ord(letter)]).decode("cp1252", "ignore") or letter


def test_vietnamese_is_told_from_other_languages() -> None:
    assert vietnamese(TEXT) > 0.2
    assert vietnamese("The flood has receded and the people of the district went home on Sunday.") < 0.02
