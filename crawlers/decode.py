"""Bytes of a page -> text, tolerant of what servers claim and never leaving mojibake behind.

Order (HTML Living Standard 13.2.3, with what real pages teach put first): byte order mark; UTF-8 where the bytes are
valid UTF-8, whatever was declared; then the declarations (header, meta) and the Vietnamese eight-bit encodings, of
which the one that reads most like Vietnamese is taken. TCVN3 and VNI look like windows-1252 here and are put right by
`crawlers.legacy` once the article's own text is known, since menus and body may differ.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import ExtractError
from crawlers import legacy

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODECS: Final = {
    "utf-8": "utf-8", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "windows-1258": "cp1258", "cp1258": "cp1258",
    "x-cp1258": "cp1258", "windows-1252": "cp1252", "cp1252": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252",
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-15": "iso8859-15", "windows-1250": "cp1250",
    "windows-1251": "cp1251", "iso-8859-2": "iso8859-2", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030",
    "big5": "big5", "shift_jis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949", "euc-jp": "euc_jp",
    "tis-620": "cp874", "windows-874": "cp874", "koi8-r": "koi8_r", "utf-16": "utf-16-le", "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be", "tcvn": "cp1252", "tcvn3": "cp1252", "x-viet-tcvn5712": "cp1252",
    "x-user-defined": "cp1252",
}  # fmt: skip
"""Labels of the Encoding Standard met on news pages; UTF-7 and other ways to hide markup are none of them."""

_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_META: Final = re.compile(rb"""<meta\b[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_XML: Final = re.compile(rb"""^\s{0,64}<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_PRESCAN: Final = 16_384  # the standard says 1,024; real pages put a kilobyte of comments first
_NO_TEXT: Final = re.compile(
    rb"<(script|style)\b(?:(?!<(?:script|style)\b).)*?</\1|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL
)
"""Neither part passes a beginning of its own kind: a page of beginnings without an end would take minutes."""
_SAMPLE: Final = 400_000
_TWICE: Final = re.compile("[ÃÂÄÅÆ][\u0080-\u00bf\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|á[º»]")
_MOJIBAKE: Final = re.compile("á[º»][\u0080-\u00bf\u0152-\u2122]|[ÄÆ][\u0080-\u00bf\u2018-\u201e‘’°¡]|Ã[\u00a0-\u00bf]")
_WRONG: Final = re.compile("[\ufffd\x00\x80-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A page's text and the encoding it was read in."""

    text: str
    encoding: str


def decode(body: bytes, headers: Mapping[str, str] | None = None) -> Decoded:
    """Text of a page. Raises ExtractError(reason="undecodable") for what is no text in any encoding known."""
    content_type = (headers or {}).get("content-type", "")
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return Decoded(text=_strict_enough(body[len(mark) :], encoding), encoding=encoding)
    wide = _wide(body)
    if wide:
        return Decoded(text=_strict_enough(body, wide), encoding=wide)
    try:
        return Decoded(text=body.decode("utf-8"), encoding="utf-8")
    except UnicodeDecodeError:
        return _eight_bit(body, content_type)


def readable(text: str) -> bool:
    """Whether an article's text is free of what a wrong decoding leaves behind."""
    wrong = len(_WRONG.findall(text))
    return wrong <= len(text) / 500 and len(_MOJIBAKE.findall(text)) <= max(2, len(text) / 400)


def untwist(text: str) -> str:
    """Undo UTF-8 that was once read as windows-1252 and saved again ("BÃ¬nh" -> "Bình"); other text is unchanged."""
    if not _TWICE.search(text):
        return text
    whole = f"{text}\xa0" if text.endswith("Ã") else text  # of an "à" at the end a blank is dropped on the way
    try:
        once = "".join(map(_byte, whole)).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
    return unicodedata.normalize("NFC", once)


def _byte(letter: str) -> str:
    try:
        return letter.encode("cp1252").decode("latin-1")
    except UnicodeEncodeError:
        return letter  # the five codes that windows-1252 leaves out are passed through by browsers


def _strict_enough(body: bytes, encoding: str) -> str:
    text = body.decode(encoding, "replace")
    if text.count("\ufffd") > max(3, len(text) // 1000):
        raise _undecodable(f"marked as {encoding}, but it is not")
    return text


def _wide(body: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of the mark-up is zero."""
    head = body[:512]
    if head.count(0) < len(head) // 4 or len(head) < 4:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _declared(body: bytes, content_type: str) -> list[str]:
    """Python names of the encodings that header and meta declare, in the standard's order."""
    labels = [m.group(1) for m in (_CHARSET.search(content_type),) if m]
    labels += [m.group(1).decode("ascii") for m in (_META.search(body[:_PRESCAN]), _XML.search(body[:400])) if m]
    return [_CODECS[label.lower()] for label in labels if label.lower() in _CODECS]


def _eight_bit(body: bytes, content_type: str) -> Decoded:
    damaged = body.decode("utf-8", "replace")
    if damaged.count("\ufffd") <= max(3, _high(body) // 100):
        return Decoded(text=damaged, encoding="utf-8")  # a few broken letters in a UTF-8 page
    declared = [name for name in _declared(body, content_type) if not name.startswith("utf")]
    sample = _NO_TEXT.sub(b" ", body[:_SAMPLE])
    best, likeness = "", 0.0
    for name in dict.fromkeys([*declared, "cp1258", "cp1252"]):
        score = _likeness(sample, name)
        if score > likeness + 0.02:
            best, likeness = name, score
    if not best:
        best = declared[0] if declared else ""
    if not best or (text := _whole(body, best)) is None:
        raise _undecodable("its bytes are no text in any encoding known")
    return Decoded(text=text, encoding=best)


def _likeness(sample: bytes, name: str) -> float:
    """How much the sample reads like Vietnamese in that encoding (as it is, or after TCVN3 or VNI)."""
    text = _whole(sample, name)
    if text is None:
        return 0.0
    found = legacy.detect(text) if name == "cp1252" else None
    return legacy.vietnamese(legacy.mend(text, found))


def _whole(body: bytes, name: str) -> str | None:
    """The text in that encoding, or None where it does not fit."""
    if name == "cp1252":
        return "".join(body.decode("cp1252", "replace")) if not _undefined(body) else _as_browsers_do(body)
    text = body.decode(name, "replace")
    return None if text.count("\ufffd") > max(3, len(text) // 500) else text


def _undefined(body: bytes) -> bool:
    return any(code in body for code in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))


def _as_browsers_do(body: bytes) -> str:
    return "".join(bytes([code]).decode("cp1252", "ignore") or chr(code) for code in body)


def _high(body: bytes) -> int:
    return len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))


def _undecodable(why: str) -> ExtractError:
    return ExtractError(f"the page can't be decoded: {why}", reason="undecodable")
