"""Police, security and military bodies: told by name, address or host, however it is written. Pure.

Before anything is looked for, a text is brought to plain letters: full-width and look-alike letters, marks
that can't be seen, diacritics and separators are taken away. Ordinary offices whose names come
near ("Phòng Công thương", "an toàn", "công ăn việc làm") are kept apart by tests/scope/test_security_bodies.py.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from core.names import FAMILY_PLAIN
from core.text import fold, fold_plain, strip_unseen

_ALIKE: Final = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕңһԁɡɑοаαΑΒΕΗΙΚΜΝΟΡΤΥΧνρτυı", "ABEKMHOPCTYXIJSaeopcyxijsnhdgaoaaABEHIKMNOPTYXvptui"
)
"""Cyrillic, Greek and phonetic letters that look as Latin ones do."""
_OTHER_WORDS: Final = re.compile(
    r"công ăn\b|\bcơ quan\b|\bcả\b|\b(?:xã|phường|thị trấn|thôn|ấp|khu phố|hợp tác xã) an ninh(?= |,|$)|nguyễn an ninh"
)
"""What without diacritics would read as such a body, and communes that are called (Nguyễn) An Ninh."""
_NAME: Final = re.compile(
    r"\b(cong an|congan(?!h\b)\w*|canh sat|canhsat\w*|an ninh|anninh\w*|quan doi|quan su|bien phong|tinh bao"
    r"|quoc phong|dieu tra|dan quan|phong chong toi pham|bo doi|cax\w?|cap xa|catp|cand|csgt|cscd|csdt|pc ?\d{2}"
    r"|pa ?\d{2}|antt|qdnd|b?chqs|bch quan su|bdbp|don bp"
    r"|ca (xa|phuong|huyen|quan|tinh|tp|thanh pho|thi tran|thi xa)|police|security|military|army|intelligence)\b"
)
_MARKED: Final = frozenset(
    ("công an", "cảnh sát", "quân đội", "quân sự", "biên phòng", "tình báo", "quốc phòng", "điều tra", "dân quân",
     "phòng chống tội phạm", "bộ đội", "đồn bp", "bch quân sự", "cônganxã", "cap xã", "ca xã", "ca phường", "ca huyện",
     "ca quận", "ca tỉnh", "ca thành phố", "ca thị trấn", "ca thị xã")
)  # fmt: skip
"""The same with their marks."""
_SPELT: Final = re.compile(r"(?<!\w)(?:\w[._-]){1,8}\w?(?: (?:xã|phường|huyện|tỉnh|tp|\d+))?|\w+(?:[-_]\w+)+")
"""Letters or syllables with dots and hyphens between."""
_PARTS: Final = (
    r"bocongan|bca|congan\w*|\w*congan|canhsat\w*|\w*canhsat|csgt\w*|catp|cax\w*|cand|antt|mps|catinh|mod|bqp|bqpvn"
    r"|quansu\w*|\w*quansu|bienphong\w*|\w*bienphong|quandoi\w*|\w*quandoi|anninh\w*|police|army|military|qdnd"
    r"|b?chqs\w*|bdbp\w*|p[ac]\d{2}|danquan\w*"
)
_ADDRESS: Final = re.compile(rf"(^|[._+-])({_PARTS})([._+-]|$)")
_BRANCH: Final = re.compile(r"^(?:ca|cat|cah|cap|catx)(?:[._-](?P<of>[a-z0-9]+)|$)")
"""Under a public office's host "ca.binhson@" is Công an Bình Sơn; "ca.nguyen@" is somebody's name."""


def is_security_name(text: str) -> bool:
    """Whether a name is, or holds, that of a police, security or military body."""
    return bool(_NAME.search(_words(text)))


def tells_of_security_body(prose: str) -> bool:
    """Whether a body of the kind is named in running text, whose marks are believed ("cả tỉnh" is no "CA tỉnh")."""
    marked = [(fold_plain(word), word) for word in re.findall(r"[^\W_]+", _readable(prose))]
    plain = " ".join(word for word, _ in marked)
    for match in _NAME.finditer(plain):
        first = plain[: match.start()].count(" ")
        words = " ".join(word for _, word in marked[first : first + match.group().count(" ") + 1])
        if words == fold_plain(words) or words in _MARKED:
            return True
    return any(len(word) > 1 and is_security_name(word) for word in _SPELT.findall(_readable(prose)))


def is_security_address(address: str) -> bool:
    """The same of a mail address or a host name."""
    local, at, host = strip_unseen(unicodedata.normalize("NFKC", address)).lower().rpartition("@")
    if _ADDRESS.search(host) or _ADDRESS.search(local) or is_security_name(local):
        return True
    branch = _BRANCH.search(local) if at and host.endswith(".gov.vn") else None
    return branch is not None and branch["of"] not in FAMILY_PLAIN


def _words(text: str) -> str:
    """Plain small words with one space between, letters that stand alone joined: "C.A. xã" -> "ca xa"."""
    words = re.findall(r"[a-z0-9]+", fold_plain(_readable(text)))
    return re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(words))


def _readable(text: str) -> str:
    """As the eye reads it, in small letters and with its marks, ordinary words that come near taken out."""
    seen = unicodedata.normalize("NFKC", strip_unseen(text)).translate(_ALIKE)
    return _OTHER_WORDS.sub(" ", fold("".join(char for char in seen if unicodedata.category(char) != "Cf")))
