"""Where a place was named: marked spans and short passages. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from core.records import ListedArticle, Mention, MentionField, ReadArticle
from core.text import strip_unseen

HIT_START, HIT_END = "\ue000", "\ue001"
_APART = re.compile(f"{HIT_END}(\\s+){HIT_START}")
WIDTH = 90
"""Characters shown on either side of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage with a name in it, where it stands, and why the name was taken for the place."""

    field: MentionField
    marked: Markup  # "" where the text of the field is not kept
    reasons: tuple[str, ...]


def marked(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    """The text, escaped, with the spans in <mark>. Overlapping spans become one; spans out of the text are dropped."""
    parts: list[Markup] = []
    at = 0
    for start, end in _merged(spans, len(text)):
        parts += [escape(_safe(text[at:start])), Markup("<mark>"), escape(_safe(text[start:end])), Markup("</mark>")]
        at = end
    return Markup("").join([*parts, escape(_safe(text[at:]))])


def hits(snippet: str) -> Markup:
    """A search snippet, escaped, its hits (between U+E000 and U+E001) in <mark>.

    Hits with only spaces between them (the words of a phrase) become one; stray marks are dropped.
    """
    parts: list[Markup] = []
    for number, piece in enumerate(_APART.sub(r"\1", snippet).split(HIT_START)):
        inside, end, after = piece.partition(HIT_END)
        if number == 0 or not end:
            parts.append(escape(_safe(piece.replace(HIT_END, ""))))
            continue
        parts += [Markup("<mark>"), escape(_safe(inside)), Markup("</mark>")]
        parts.append(escape(_safe(after.replace(HIT_END, ""))))
    return Markup("").join(parts)


def around(text: str, start: int, end: int, width: int = WIDTH) -> Markup:
    """The name in <mark> with up to `width` characters on either side, cut at spaces, with ellipses."""
    left = 0 if start <= width else text.rfind(" ", 0, start - width + 20) + 1
    right = len(text) if len(text) - end <= width else text.find(" ", end + width - 20)
    right = len(text) if right < 0 else right
    body = marked(text[left:right], [(start - left, end - left)])
    return Markup("{}{}{}").format("… " if left else "", body, " …" if right < len(text) else "")


def spans(mentions: Sequence[Mention], field: MentionField, index: int = 0) -> list[tuple[int, int]]:
    """Where names stand in one field."""
    return [(m.start, m.end) for m in mentions if m.field == field and m.index == index]


def best(listed: ListedArticle) -> Mention | None:
    """The mention with the strongest proof: the surest, then one whose reason quotes the article, then the most
    reasons; of equals the one that is read first.
    """
    return min(listed.mentions, key=_rank, default=None)


def _rank(mention: Mention) -> tuple[float, bool, int, int, int, int]:
    order: tuple[MentionField, ...] = ("title", "lead", "body", "caption", "meta")
    quotes = any("“" in reason for reason in mention.evidence)
    place = (order.index(mention.field), mention.index, mention.start)
    return -round(mention.score, 2), not quotes, -len(mention.evidence), *place


def passages(listed: ListedArticle, read: ReadArticle) -> list[Passage]:
    """One passage a mention, in reading order. What is not kept is told only where nothing else is."""
    found = [passage(mention, listed, read) for mention in listed.mentions]
    shown = [one for one in found if one.marked]
    unkept = {(one.field, one.reasons): one for one in found if not one.marked}
    return shown or list(unkept.values())


def named_up_front(listed: ListedArticle) -> bool:
    """Whether a name stands in the title or the lead, where a list shows it anyway."""
    return any(m.field in ("title", "lead") for m in listed.mentions)


def passage(mention: Mention, listed: ListedArticle, read: ReadArticle | None) -> Passage:
    """The passage of a mention; its text is empty where the field is not kept or not at hand."""
    text = _field(mention, listed, read)
    fits = 0 <= mention.start < mention.end <= len(text)
    return Passage(
        field=mention.field,
        marked=around(text, mention.start, mention.end) if fits else Markup(""),
        reasons=mention.evidence,
    )


def _field(mention: Mention, listed: ListedArticle, read: ReadArticle | None) -> str:
    match mention.field:
        case "title":
            return listed.title
        case "lead":
            return listed.lead
        case "body" | "caption":
            rows = () if read is None else read.paragraphs if mention.field == "body" else read.captions
            return rows[mention.index] if mention.index < len(rows) else ""
        case "meta":
            return ""


def _safe(text: str) -> str:
    return strip_unseen(text)


def _merged(spans: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not 0 <= start < end <= length:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
