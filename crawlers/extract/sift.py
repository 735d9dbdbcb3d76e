"""Which blocks of the body are the article: bylines, credits, related headlines and calls to the reader go."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from core.text import fold
from crawlers.extract.blocks import Block

_RELATED: Final = re.compile(
    r"^[>»›➤►*•-]*\s*(?:xem thêm|đọc thêm|xem tiếp|xem chi tiết|mời (?:quý )?(?:độc giả|bạn đọc)|"
    r"tin liên quan|bài liên quan|tin cùng chuyên mục|bài viết liên quan|có thể bạn quan tâm|read more|see also|"
    r"related(?: stories| articles)?|more on this|also read|more:|watch:|recommended|sign up|subscribe|click here|"
    r"advertisement|story continues|theo dõi .{2,40} trên|chia sẻ bài viết|bình luận|tags?:|từ khóa)\b",
    re.IGNORECASE,
)
_ARROW: Final = re.compile(r"^(?:>{1,3}|»|➤|►|👉|☞)\s*\S")
_CREDIT: Final = re.compile(
    r"^(?:\(?\s*)(?:nguồn|theo|tác giả|thực hiện|bài(?:,| và)? ?(?:ảnh|và ảnh)?|bài viết|tin(?:,| và) ?ảnh|ảnh|video|"
    r"clip|đồ họa|thiết kế|biên tập|biên dịch|tổng hợp|phóng viên|nhóm (?:pv|phóng viên)|pv|ctv|photos?|text|by|"
    r"written by|reporting by|editing by|source)\s*[:\-–]\s*.{2,120}$",
    re.IGNORECASE,
)
_CREDIT_ANYWHERE: Final = re.compile(
    r"^\(?\s*(?:(?:bài|tin|bài viết)(?:,| và) ?ảnh|ảnh|tác giả|thực hiện|video|clip|đồ họa|phóng viên|nhóm pv|"
    r"pv|photos?)\s*:\s*.{2,80}$",
    re.IGNORECASE,
)
_REPORTING: Final = re.compile(r"^\(?(?:reporting|editing|additional reporting|writing|compiled) by\b", re.IGNORECASE)
_SOURCE_TAIL: Final = re.compile(r"^\(?theo\s+[^.!?]{2,60}\)?$", re.IGNORECASE)
_NAME_WORD: Final = re.compile(
    r"^(?:[A-ZÀ-ỸĐ][\w'’.]*|[-–—,&/|+]|và|and|\(.{1,30}\)|\(?(?:t/h|ghi|thực hiện|tổng hợp|dịch|pv)\)?)$"
)
_DATED_NAME: Final = re.compile(
    r"^(?=[A-ZÀ-ỸĐ][\w'’.-]*\s?[A-ZÀ-ỸĐ])[A-ZÀ-ỸĐ][\w'’.-]*(?:\s[A-ZÀ-ỸĐ][\w'’.-]*){0,4}\s{0,2}"
    r"[,|–—-]?\s?\d{1,2}[ /.-](?:\w{3,9}|\d{1,2})[ /.-]\d{4}[ ,|-]*"
    r"(?:\d{1,2}[:h]\d{2})?$"
)
_AGENCY_PHOTO: Final = re.compile(
    r"^.{0,80}\|\s*(?:.{0,40}\|\s*)?(?:Getty|Afp|Reuters|AP|Bloomberg|Shutterstock|NurPhoto)\b.{0,40}$|"
    r"^.{0,60}(?:/|via )\s?(?:Getty Images|AFP|AP Photo|Reuters|Shutterstock).{0,30}$",
    re.IGNORECASE,
)
_REACHED: Final = re.compile(
    r"\bcan be reached (?:at|on|via)\b|^copyright ©|^©|all rights reserved|^click (?:here|to)\b|"
    r"^follow \S+ (?:\S+ )?on\b",
    re.IGNORECASE,
)
_STAMP: Final = re.compile(
    r"(?:(?:thứ \w+|chủ nhật|hôm (?:qua|nay)|ngày|đăng|cập nhật|lúc|xuất bản|published|updated|posted|on|gmt|am|pm|sa|"
    r"ch)\b|[\W\d]|(?<=\d)[hg](?=\d))+",
    re.IGNORECASE,
)
_MOMENT: Final = re.compile(
    r"(?:\b(?:thứ \w+|chủ nhật|hôm (?:qua|nay))\b|\b\d{1,2}[:h]\d{2}\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b"
    r"|\(?gmt ?\+? ?\d\)?|[\s,|•·–—-])+",
    re.IGNORECASE,
)
_LONGEST_CAPTION: Final = 2_000
_PHOTO: Final = re.compile(
    r"\s*[.\-–—|,;(\[]*\s*(?:ảnh|hình|photo|video|đồ họa|nguồn|nguồn ảnh|image|credit|minh họa|clip|via)\s*"
    r"(?:minh họa|chụp|tư liệu|internet|cắt từ clip)?\s*[:\-–]\s*[^:]{1,80}[)\]]?\s*$",
    re.IGNORECASE,
)


def sift(found: Sequence[Block], title: str, authors: Collection[str] = ()) -> list[Block]:
    """The blocks that are the article's own. `authors` serve to drop lines that hold little but such a name."""
    own = _after_title(found, title)
    kept = [block for block in own if not _foreign(block) and not _signed(block.text, authors)]
    while (place := _last_text(kept)) >= 0 and (_is_credit(kept[place]) or kept[place].kind == "head"):
        del kept[place]
    while (place := _first_text(kept)) >= 0 and _is_credit(kept[place]):
        del kept[place]
    return _once(kept)


def _after_title(found: Sequence[Block], title: str) -> list[Block]:
    """What follows the headline, where the container holds it; the headline itself goes."""
    same = [k for k, block in enumerate(found) if block.kind != "caption" and fold(block.text) == fold(title)]
    start = same[0] + 1 if same and same[0] < 15 else 0
    return [block for k, block in enumerate(found) if k >= start and k not in same]


def caption_text(text: str) -> str:
    """A caption without the name of who took the picture."""
    return _PHOTO.sub("", text[:_LONGEST_CAPTION]).strip(" -–—|(")


def _signed(text: str, authors: Collection[str]) -> bool:
    """A line that is an author's name with at most a date, a word or an address of mail beside it."""
    if len(text) > 160:
        return False
    folded, more = fold(text), 80 if "@" in text else 30
    return any(name in folded and len(folded) <= len(name) + more for name in authors) or bool(_DATED_NAME.match(text))


def is_link(block: Block) -> bool:
    """Whether all of a block is a link, as headlines of other articles are."""
    size = len("".join(block.text.split()))
    return block.linked >= 0.9 * size and size > (20 if block.kind == "head" else 3)


def _foreign(block: Block) -> bool:
    """A link to another article, a credit, a call to the reader, a date that stands alone."""
    if block.kind == "caption":
        return False
    text, linked = block.text, block.linked > 0.3 * len("".join(block.text.split()))
    if is_link(block) or _CREDIT_ANYWHERE.match(text) or _AGENCY_PHOTO.match(text):
        return True
    if len(text) <= 160 and _REACHED.search(text):
        return True
    if (_RELATED.match(text) and (linked or len(text) < 80)) or (linked and _ARROW.match(text)):
        return True
    return len(text) <= 80 and bool(_STAMP.fullmatch(text)) and any(letter.isdigit() for letter in text)


def _is_credit(block: Block) -> bool:
    """Whether a line at either end says who wrote, took, translated or first printed it."""
    text = block.text
    if _CREDIT.match(text) or _REPORTING.match(text):
        return True
    return (len(text) <= 60 and bool(_SOURCE_TAIL.match(text))) or _is_name(block) or _is_timed_name(text)


def _is_timed_name(text: str) -> bool:
    """A name with a time of day, in either order ("Nguyễn Văn A - 08:05, 21/11/2026"), as some papers begin."""
    if len(text) > 120 or not re.search(r"\d[:h]\d\d", text):
        return False
    left = [part for part in _MOMENT.split(" ".join(text.split())) if part]
    return 2 <= len(left) <= 5 and all(_NAME_WORD.match(word) for word in left)


def _is_name(block: Block) -> bool:
    """A short line of capitalised words, as names under an article are."""
    words = block.text.split()
    if not words or len(words) > 10 or len(block.text) > 80 or (block.kind == "head" and not block.right):
        return False
    if not (block.right or block.strong or len(words) <= 6):
        return False
    return all(_NAME_WORD.match(word) for word in words) and not block.text.endswith(("!", "?", ":"))


def _last_text(kept: Sequence[Block]) -> int:
    """Place of the last block that is no caption, or -1."""
    return max((k for k, block in enumerate(kept) if block.kind != "caption"), default=-1)


def _first_text(kept: Sequence[Block]) -> int:
    """Place of the first block that is no caption, or -1."""
    return min((k for k, block in enumerate(kept) if block.kind != "caption"), default=-1)


def _once(kept: Sequence[Block]) -> list[Block]:
    """Without long paragraphs that stand twice (a layout for phones beside one for desks)."""
    seen: set[str] = set()
    out = []
    for block in kept:
        if len(block.text) > 80 and block.text in seen:
            continue
        seen.add(block.text)
        out.append(block)
    return out
