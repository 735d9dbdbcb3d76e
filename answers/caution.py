"""What the fact book refuses: documents marked secret, and tables of persons. Pure.

Law on Protection of State Secrets 29/2018/QH14, Article 8: three degrees, marked TUYỆT MẬT, TỐI MẬT and MẬT.
"""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Iterable
from typing import Final

from core.archives import DAMAGED
from core.text import clean, fold_plain, nfc, seen

MOST_BYTES: Final = 10_000_000
_MOST_UNPACKED: Final = 50_000_000
"""Of the parts of a Word or Excel file in which text stands."""
_PARTS: Final = re.compile(r"word/(document|header\d*|footer\d*)\.xml|xl/(sharedStrings|worksheets/sheet\d+)\.xml")
_MARK: Final = re.compile(r"(?<!\w)(?:TUYỆT|TỐI)\s+MẬT(?!\w)|(?:^|[\s|:\-\[(.])MẬT(?:$|[\s|:\-\]).])", re.MULTILINE)
_MARK_PLAIN: Final = re.compile(r"(?<![a-z])(?:tuyet|toi)[ _-]?mat(?![a-z])|(?:do|dau|van ban|tai lieu) mat(?![a-z])")
_BESIDE: Final = re.compile(r"(BẢO|BÍ)\s+MẬT|MẬT\s+(ONG|ĐỘ|MÍA|THIẾT)")
_NUMBER: Final = re.compile(r"(?:-|/|\.)(?:TM|UTM|TUM|M)$")
"""Papers of the three degrees often carry the degree at the end of their sign: "12/BC-UBND-M"."""
_PERSON_COLUMNS: Final = (
    "ho va ten", "ho ten", "ho va ten chu ho", "ten chu ho", "chu ho", "ngay sinh", "nam sinh", "ngay thang nam sinh",
    "so cccd", "cccd", "so cmnd", "cmnd", "so dinh danh", "so dinh danh ca nhan", "so dien thoai", "dien thoai", "sdt",
    "dia chi thuong tru", "noi thuong tru", "que quan", "so tai khoan", "ho va ten nguoi nhan", "ten hoc sinh",
    "nguoi nhan", "ho va ten nan nhan", "full name", "name of person", "date of birth", "phone number",
)  # fmt: skip
_WORD_TEXT: Final = re.compile(
    rb"<w:t(?: [^<>]*)?>(?P<run>[^<]*)</w:t>|(?P<end></w:(?:p|tc)>)|(?P<tab><w:tab[ />])|(?P<gap><w:(?:br|cr)[ />])"
)
_CELL_TEXT: Final = re.compile(rb"<t(?: [^<>]*)?>(?P<run>[^<]*)</t>|(?P<end></(?:si|is)>)")
"""Of strings that stand apart (as Excel writes them), and in the sheet itself (as other programs may)."""
_BETWEEN: Final = {"end": "\n", "tab": "\t", "gap": " "}
"""What stands between two runs: a paragraph's or cell's end, a tab, a break of the line within one."""


def secret(*texts: str) -> bool:
    """Whether a text carries a mark of secrecy."""
    for text in texts:
        line = _BESIDE.sub(" ", seen(text))
        if _MARK.search(line) or _MARK_PLAIN.search(fold_plain(line)):
            return True
    return False


def secret_number(number: str) -> bool:
    """Whether a document's number and sign say that it is secret."""
    return bool(_NUMBER.search(clean(number).upper())) or secret(number)


def persons(headers: Iterable[str]) -> bool:
    """Whether the head of a table names columns of persons."""
    found = {re.sub(r"[^a-z ]", "", fold_plain(clean(header))).strip() for header in headers}
    return bool(found & set(_PERSON_COLUMNS))


def document_refusal(name: str, content: bytes) -> str | None:
    """Why a document can't be kept, as a catalogue key, or None. Reads what text it can: DOCX, XLSX, PDF, plain."""
    if len(content) > MOST_BYTES:
        return "factbook.file_large"
    if secret(name):
        return "factbook.secret"
    try:
        text = _text_of(content)
    except _TooMuch:
        return "factbook.file_large"
    if secret(text):
        return "factbook.secret"
    cells = [cell for line in text.splitlines()[:4000] for cell in re.split(r"\t|\||;| {3,}", line)]
    return "factbook.persons" if persons(cells) else None


def _text_of(content: bytes) -> str:
    """Its text as far as it can be read, a paragraph or cell a line; "" for a picture or another kind.

    Raises _TooMuch.
    """
    if content[:4] == b"PK\x03\x04":
        return _zipped(content)
    if content[:5] == b"%PDF-":
        return _pdf(content)
    try:
        return nfc(content[:2_000_000].decode("utf-8-sig"))
    except UnicodeDecodeError:
        return ""


class _TooMuch(Exception):  # noqa: N818 - an outcome with a name
    """More text than any document has: a file of few bytes that unpacks to many."""


def _zipped(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [info for info in archive.infolist() if _PARTS.fullmatch(info.filename)]
            if sum(info.file_size for info in wanted) > _MOST_UNPACKED:
                raise _TooMuch
            raw = [(info.filename, archive.read(info)) for info in wanted]
    except DAMAGED:
        return ""
    parts = [_pieces(_WORD_TEXT if name.startswith("word/") else _CELL_TEXT, xml) for name, xml in raw]
    return nfc("\n".join(parts))


def _pieces(pattern: re.Pattern[bytes], xml: bytes) -> str:
    """The text of a part, a paragraph or cell a line; one whose words differ in their form is of several runs."""
    return "".join(
        _BETWEEN.get(one.lastgroup or "") or one["run"].decode("utf-8", "replace") for one in pattern.finditer(xml)
    )


def _pdf(content: bytes) -> str:
    """By the system's pdftotext, where it is there. A scanned page has no text: a person must look."""
    try:
        done = subprocess.run(
            ["pdftotext", "-layout", "-l", "20", "-", "-"], input=content, capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return nfc(done.stdout.decode("utf-8", "replace"))
