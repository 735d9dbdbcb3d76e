"""Vietnamese text in the font encodings from before Unicode: TCVN3 (ABC) and VNI-Windows.

Such a page is decoded as windows-1252 by any browser and looks right only in its own font. Tables: TCVN 5712:1993
VN3 (glibc's charmap TCVN5712-1 agrees) and the VNI-Windows layout, in which a modifier follows its base letter.
"""

# ruff: noqa: SIM905 - long lists of words are easier read in rows
from __future__ import annotations

import html
import re
import unicodedata
from typing import Final, Literal

Legacy = Literal["tcvn3", "vni"]

_TCVN3_LETTERS: Final = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ", 0xB5: "àảãáạ", 0xBB: "ằẳẵắ", 0xC6: "ặầẩẫấậè", 0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò", 0xE1: "ỏõóọồổỗốộờởỡớợù", 0xF1: "ủũúụừửữứựỳỷỹýỵ",
}  # fmt: skip
TCVN3: Final = {first + k: letter for first, row in _TCVN3_LETTERS.items() for k, letter in enumerate(row)}
"""Code (as read in windows-1252) -> letter."""
_TCVN3_BACK: Final = {ord(letter): chr(code) for code, letter in TCVN3.items()}
_CAPS_FONT: Final = {ord(letter.upper()): chr(code) for code, letter in TCVN3.items() if letter.islower()}
_TCVN3_BACK_ALL: Final = {**_CAPS_FONT, **_TCVN3_BACK}

_VNI_TONES: Final = {"̀": "ø", "́": "ù", "̉": "û", "̃": "õ", "̣": "ï"}
_VNI_ON_HAT: Final = {"": "â", "̀": "à", "́": "á", "̉": "å", "̃": "ã", "̣": "ä"}
_VNI_ON_BREVE: Final = {"": "ê", "̀": "è", "́": "é", "̉": "ú", "̃": "ü", "̣": "ë"}
_VNI_WHOLE: Final = {"ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "đ": "ñ", "ơ": "ô", "ư": "ö"}


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_WHOLE)
    for tone in ("", "̀", "́", "̉", "̃", "̣"):
        for base in "aeo":
            table[unicodedata.normalize("NFC", base + "̂" + tone)] = base + _VNI_ON_HAT[tone]
        table[unicodedata.normalize("NFC", "ă" + tone)] = "a" + _VNI_ON_BREVE[tone]
        for base, code in (("a", "a"), ("e", "e"), ("o", "o"), ("u", "u"), ("y", "y"), ("ơ", "ô"), ("ư", "ö")):
            if tone and (base, tone) != ("y", "̣"):
                table[unicodedata.normalize("NFC", base + tone)] = code + _VNI_TONES[tone]
    return table | {letter.upper(): code.upper() for letter, code in table.items()}


VNI: Final = _vni_table()
"""Letter -> one or two characters (as read in windows-1252)."""
_VNI_BACK: Final = {code: letter for letter, code in VNI.items()} | {
    code[0].lower() + code[1].upper(): letter for letter, code in VNI.items() if len(code) == 2 and code[0].isupper()
}
_VNI_BACK.update(
    {code[0].upper() + code[1].lower(): letter for letter, code in VNI.items() if len(code) == 2 and letter.isupper()}
)
_VNI_TWO: Final = re.compile("|".join(sorted((re.escape(code) for code in _VNI_BACK), key=len, reverse=True)))

TWINS: Final = {ord("ð"): "đ", ord("Ð"): "Đ", ord("ƣ"): "ư", ord("Ƣ"): "Ư"}
"""Look-alikes that old keyboards and converters leave in Vietnamese: eth for đ, the letter gha for ư."""

_COMMON: Final = frozenset(  # the words are easier read in a row
    "của và là được người những không các với đã năm này cũng tại để nhiều ông một có đến khi về từ trên việc như "
    "số nước sự đó phải hàng thành thời tỉnh huyện xã phố thị trường công chính quyền động đồng điều quốc hội học "
    "bị theo ngày sau trước giá phát triển thế giới nhà máy đầu tư kinh tế bà còn làm hơn đang sẽ nơi vào rất "
    "lại thì vì bằng cả đi lên ở nhất mới vụ đất xây dựng quản lý cơ quan nhân dân ủy ban".split()
)
"""Frequent syllables; those without a mark say nothing of the encoding and are dropped below."""
_MARKED: Final = frozenset(word for word in _COMMON if not word.isascii())
_WORD: Final = re.compile(r"[^\W\d_]+")
UNICODE_ONLY: Final = re.compile("[\u1ea0-\u1ef9ơưđăƠƯĐĂ]")
"""Letters of Vietnamese that no page in the old encodings has."""
_SUSPECT: Final = re.compile("[\u00a1-\u00ff]")
_SAMPLE: Final = 20_000
_LONGEST: Final = 200_000
_ENTITY: Final = re.compile(r"&(?:#\d{3}|#[xX][0-9a-fA-F]{2}|[A-Za-z]{2,8});")
_PIECE: Final = re.compile(r"[^<>\"\n]+")


def to_legacy(text: str, encoding: Legacy) -> str:
    """NFC text as it reads, in windows-1252, on a page in that encoding."""
    if encoding == "tcvn3":
        return text.translate(_TCVN3_BACK_ALL)
    return "".join(VNI.get(letter, letter) for letter in text)


def from_legacy(text: str, encoding: Legacy) -> str:
    """The reverse of `to_legacy`; what is no letter of the encoding stays."""
    if encoding == "tcvn3":
        return text.translate(TCVN3)
    return _VNI_TWO.sub(lambda m: _VNI_BACK[m.group()], text)


def vietnamese(text: str) -> float:
    """Share of the words that are among the frequent marked syllables of Vietnamese (about .3 in a newspaper)."""
    words = _WORD.findall(unicodedata.normalize("NFC", text[:_SAMPLE]).lower())
    return sum(word in _MARKED for word in words) / len(words) if words else 0.0


def detect(text: str) -> Legacy | None:
    """Which of the two encodings a text is in, wholly or in lines of it, or None. Needs some ten words to tell."""
    sample = "\n".join(line for line in text[:_LONGEST].splitlines() if not UNICODE_ONLY.search(line))[:_SAMPLE]
    if len(_SUSPECT.findall(sample)) < 5:
        return None
    scores: dict[Legacy, float] = {
        "tcvn3": vietnamese(from_legacy(sample, "tcvn3")),
        "vni": vietnamese(from_legacy(sample, "vni")),
    }
    best: Legacy = "tcvn3" if scores["tcvn3"] >= scores["vni"] else "vni"
    return best if scores[best] >= 0.06 and scores[best] > 2 * vietnamese(sample) else None


def mend_markup(markup: str, encoding: Legacy) -> str:
    """A page's mark-up with its texts put right, piece by piece; tags are ASCII and stay as they are."""
    plain = _ENTITY.sub(_high_letter, markup)
    return _PIECE.sub(lambda m: mend(m.group(), encoding) if _SUSPECT.search(m.group()) else m.group(), plain)


def _high_letter(entity: re.Match[str]) -> str:
    letter = html.unescape(entity.group())
    return letter if len(letter) == 1 and "\xa1" <= letter <= "\xff" else entity.group()


def mend(text: str, encoding: Legacy | None) -> str:
    """Text of a page in `encoding`, made right; a passage that is in Unicode already is left alone."""
    if encoding is None or UNICODE_ONLY.search(text):
        return text
    return unicodedata.normalize("NFC", from_legacy(text, encoding))
