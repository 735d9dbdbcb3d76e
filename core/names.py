"""Names of persons: one check for every door at which nothing may be named after somebody. Pure.

A closed list of family names, and how a name is written beside one, tell a person from what is measured and from a
place. A given name alone or a name from abroad can't be told so; where texts are read, it counts no more than any
other proper name (answers/likeness.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from core.text import clean, fold, fold_plain, has_diacritics


def _set(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split("|"))


_FAMILY: Final = _set(
    "nguyễn | trần | lê | phạm | huỳnh | hoàng | phan | vũ | võ | đặng | bùi | đỗ | ngô | trịnh | đinh | trương "
    "| phùng | quách | đàm | mạc"
)
"""Family names that before another capital are hardly anything else."""
_ALSO_WORDS: Final = _set(
    "hà | hồ | cao | mai | lương | lâm | đào | thái | văn | từ | tô | lý | kiều | châu | chu | vi | dương | tạ | tống "
    "| hứa | lò | lô | triệu | khổng | bạch | la | quan | sầm | thân | doãn | đoàn | lưu | nông | giàng | thạch | diệp "
    "| ninh | tăng | vương"
)
"""Family names that are ordinary words as well: believed only before a middle name."""
_NO_WORDS: Final = _set("nguyễn | huỳnh | trịnh | phùng | quách")
"""Family names that are no word at all: believed without capitals too."""
FAMILY_PLAIN: Final = frozenset(map(fold_plain, _FAMILY | _ALSO_WORDS))
"""All of them as addresses write them."""
_MIDDLE: Final = _set(
    "văn | thị | đình | hữu | đức | quang | minh | ngọc | thanh | xuân | công | quốc | bá | trọng | duy | hồng | kim "
    "| thu | mạnh | thế | viết | tiến | anh | hoàng | thành | phương | bích | mỹ | thúy | gia | khắc | danh | chí "
    "| trung | bảo | tuấn | hải | huy | nhật | diệu | thùy | tấn | phước | vĩnh"
)
_NOT_AFTER: Final = _set(
    "trường | xã | trấn | phần | hóa | phòng | bản | bằng | nghệ | học | ủy | giá | thực | thư | kiện | công"
)
"""What makes a word of "thị" and "văn", as in "mức trần thị trường"."""
_TITLES: Final = _set(
    "ông | bà | anh | chị | cô | đồng chí | nhà báo | phóng viên | bị can | bị cáo | luật sư | mr | mrs"
)
_NAMED_AFTER: Final = _set(
    "đường | phố | ngõ | cầu | trường | thcs | thpt | tiểu học | mầm non | mẫu giáo | trung học | cao đẳng | đại học "
    "| xã | phường | quận | huyện | thị trấn | thị xã | thành phố | tp | tỉnh | thôn | xóm | ấp | khóm | khu phố "
    "| khu | tổ dân phố | hồ | hồ chứa | đập | cảng | công viên | quảng trường | bệnh viện | chợ | ga | đền | chùa "
    "| đình | lăng | tượng đài | bảo tàng | kênh | sông | núi | đảo | giải | quỹ | học bổng | nhà máy | thủy điện "
    "| kkt | kcn | khu kinh tế | khu công nghiệp | cụm công nghiệp | dự án | tuyến | nhà thờ | di tích | đặc khu"
)
"""What bears a person's name and is none."""
_TOKEN: Final = re.compile(r"[^\W\d_]+|\S")
_ABROAD: Final = frozenset({"việt nam", "vũ hán"})
"""Places of no gazetteer that begin as a name or follow a title."""

IsPlace = Callable[[str], bool]


def names_person(text: str, is_place: IsPlace = lambda _: False) -> bool:
    """Whether a person is named in words that should name a thing. `is_place`: whether a unit bears a name."""
    words = _TOKEN.findall(clean(unicodedata.normalize("NFKC", text)))
    letters = "".join(words)
    if letters.islower() or letters.isupper():
        return _without_case([fold(word) for word in words], is_place)
    return any(_named_at(words, at, is_place) for at, word in enumerate(words) if word[0].isupper())


def _named_at(words: Sequence[str], at: int, is_place: IsPlace) -> bool:
    """Whether a name begins at this capital."""
    run = _run(words[at:])
    if _places(run, is_place) or _stands_after(words, at, _NAMED_AFTER):
        return False
    if _stands_after(words, at, _TITLES) and (at == 1 or words[at - 1].islower()):
        return not _places([words[at - 1], *run], is_place) and not (run[0].isupper() and len(run[0]) > 2)
    return len(run) > 1 and _is_name([fold(word) for word in run], run)


def _is_name(folded: Sequence[str], run: Sequence[str]) -> bool:
    if folded[0] in _FAMILY:
        return True
    if not has_diacritics("".join(run)):
        short = run[0].isupper() and len(run[0]) <= 3  # an abbreviation
        return not short and folded[0] in _plain(_FAMILY)
    return len(run) > 2 and folded[0] in _ALSO_WORDS and folded[1] in _MIDDLE


def _without_case(words: Sequence[str], is_place: IsPlace) -> bool:
    """The same where all letters are small, or all are capitals, and only the words themselves tell."""
    if _places(words, is_place):
        return False
    if len(words) <= 4 and _whole_name(words):
        return True
    return any(
        first in _FAMILY and second in ("văn", "thị") and third.isalpha() and third not in _NOT_AFTER
        for first, second, third in zip(words, words[1:], words[2:], strict=False)
    )


def _whole_name(words: Sequence[str]) -> bool:
    first, second, *rest = (*words, "", "")
    if first in _NO_WORDS | _plain(_NO_WORDS):
        return len(words) > 1
    if not rest[0].isalpha() or rest[0] in _NOT_AFTER:
        return False
    return (first in _FAMILY and second in _MIDDLE) or (first in _ALSO_WORDS and second in ("văn", "thị"))


def _run(words: Sequence[str]) -> list[str]:
    """The capitalised words in a row."""
    past = next((n for n, word in enumerate(words) if not word[0].isupper()), len(words))
    return list(words[:past])


def _stands_after(words: Sequence[str], at: int, known: frozenset[str]) -> bool:
    """Whether one of these (of up to three words) stands right before."""
    before = [fold(word) for word in words[max(0, at - 3) : at] if word != "."]
    return any(" ".join(before[start:]) in known for start in range(len(before)))


def _places(run: Sequence[str], is_place: IsPlace) -> bool:
    names = [" ".join(run[:length]) for length in range(2, min(len(run), 4) + 1)]
    return any(fold(name) in _ABROAD or is_place(name) for name in names)


def _plain(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold_plain, names))
