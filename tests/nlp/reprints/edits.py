"""What papers do to a text that they take over: each edit makes a reprint of title and paragraphs (the lead first)."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from nlp.sentences import sentences

Paper = tuple[str, list[str]]

_AGENCIES = ("Theo Hãng tin Mẫu Việt,", "(Mẫu Việt) -", "Cổng thông tin dẫn nguồn từ báo bạn cho biết,")
_LIKE = {
    "người dân": "bà con", "cho biết": "cho hay", "hiện nay": "lúc này", "khoảng": "chừng", "địa phương": "sở tại",
    "gần": "ngót", "hơn": "trên", "tuy nhiên": "song", "nhiều": "không ít", "đang": "hiện", "vì": "do",
}  # fmt: skip


def cut(paper: Paper, r: Random) -> Paper:
    """Without one or two paragraphs, though never the lead."""
    title, parts = paper
    gone = set(r.sample(range(1, len(parts)), min(2, len(parts) - 2)))
    return title, [p for n, p in enumerate(parts) if n not in gone]


def first_half(paper: Paper, r: Random) -> Paper:
    """The beginning only, under another headline."""
    return f"Tin vắn: {paper[0]}", paper[1][: max(2, (len(paper[1]) + 1) // 2)]


def swapped(paper: Paper, r: Random) -> Paper:
    """The paragraphs in another order."""
    parts = paper[1][:]
    r.shuffle(parts)
    return paper[0], parts


def other_figures(paper: Paper, r: Random) -> Paper:
    """Every second figure is another one (a correction)."""

    def change(match: re.Match[str]) -> str:
        return str(int(match.group()) + r.randint(1, 9)) if r.random() < 0.5 else match.group()

    return paper[0], [re.sub(r"\d+", change, p) for p in paper[1]]


def prepended(paper: Paper, r: Random) -> Paper:
    """With an agency's line before, and a new headline."""
    return f"Đọc báo bạn: {paper[0].lower()}", [f"{r.choice(_AGENCIES)} bài đã đăng trước đó.", *paper[1]]


def led_in(paper: Paper, r: Random) -> Paper:
    """The agency named within the first sentence, a closing line after."""
    first = f"{r.choice(_AGENCIES)} {paper[1][0][0].lower()}{paper[1][0][1:]}"
    return paper[0], [first, *paper[1][1:], "Mời bạn đọc xem thêm các tin khác cùng chuyên mục."]


def abridged(paper: Paper, r: Random) -> Paper:
    """The first two sentences of each paragraph."""
    return paper[0], [" ".join(sentences(p)[:2]) for p in paper[1]]


def reworded(paper: Paper, r: Random) -> Paper:
    """Here and there another word."""
    pattern = re.compile(r"\b(" + "|".join(_LIKE) + r")\b")

    def change(match: re.Match[str]) -> str:
        return _LIKE[match.group()] if r.random() < 0.7 else match.group()

    return paper[0], [pattern.sub(change, p) for p in paper[1]]


def new_lead(paper: Paper, r: Random) -> Paper:
    """The paper's own headline and lead over the old body."""
    lead = "Vụ việc thu hút sự quan tâm của đông đảo độc giả trong những ngày gần đây, dưới đây là nội dung chi tiết."
    return "Chuyện đáng chú ý trong ngày", [lead, *paper[1][1:]]


def within_longer(paper: Paper, r: Random, more: Paper = ("", [])) -> Paper:
    """The whole text, and the paper's own report of something else after it."""
    return paper[0], [*paper[1], *more[1][:3]]


def spelled(paper: Paper, r: Random) -> Paper:
    """Tone marks in the old place, other quotation marks, other white space."""
    table = {"òa": "oà", "óa": "oá", "ỏa": "oả", "úy": "uý", "ùy": "uỳ", "“": '"', "”": '"', " ": "  "}
    return paper[0], [re.sub("|".join(table), lambda m: table[m.group()], p) for p in paper[1]]


def mixed(paper: Paper, r: Random) -> Paper:
    """Cut, reworded, with other figures and the agency named: all at once."""
    for edit in (cut, reworded, other_figures, led_in):
        paper = edit(paper, r)
    return f"{paper[0].split(',')[0]} và những điều cần biết", paper[1]


EDITS: tuple[Callable[[Paper, Random], Paper], ...] = (
    cut, first_half, swapped, other_figures, prepended, led_in,
    abridged, reworded, new_lead, within_longer, spelled, mixed,
)  # fmt: skip
