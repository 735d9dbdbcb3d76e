"""Words of a message, from the templates in alerts/templates. Pure but for reading them once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from core.clock import local
from core.i18n import t
from core.records import Article, Desk, DeskMatch, Mention, Publisher, TaggedArticle
from core.text import clean, clip
from core.topics import TOPIC_BY_ID
from core.urls import is_web

TEMPLATES: Final = Path(__file__).parent / "templates"
SUBJECT_LIMIT, TITLE_LIMIT, LEAD_LIMIT, AROUND = 180, 300, 800, 90
"""Characters. A subject beyond this is cut by mail clients anyway; the others bound what a feed can make us send."""
REASONS: Final = 3
"""Why a name was taken for the place: those that weigh most stand first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message's three parts: the subject is one line, the HTML is a whole document."""

    subject: str
    text: str
    html: str


def compose(
    tagged: TaggedArticle, desk: Desk, match: DeskMatch, publisher: Publisher | None, *, public_url: str = ""
) -> Words:
    """An alert about one article. Every value is one clean line, whatever the feed sent: no CR, LF, NUL, bidi mark."""
    article = tagged.located.article
    values = {
        "place": clean(desk.name),
        "office": clean(desk.office),
        "source": clean(publisher.name if publisher else article.source),
        "title": clip(clean(article.title), TITLE_LIMIT),
        "lead": clip(clean(article.lead), LEAD_LIMIT),
        "time": f"{local(article.published.at):%H:%M ngày %d/%m/%Y}",
        "doubtful": article.published.doubtful,
        "focus": match.focus,
        "passage": passage(article, match.mentions),
        "topics": ", ".join(TOPIC_BY_ID[label.topic].vi for label in tagged.topics),
        "tone": t(f"tone.{tagged.tone.label}") if tagged.tone.sure else "",
        "url": article.url if is_web(article.url) else "",
        "page": f"{public_url.rstrip('/')}/bai/{article.id}?ban={desk.id}" if public_url else "",
    }
    plain, rich = _environment(html=False), _environment(html=True)
    return Words(
        subject=clip(clean(plain.get_template("alert/subject.txt").render(values)), SUBJECT_LIMIT),
        text=plain.get_template("alert/body.txt").render(values).strip() + "\n",
        html=rich.get_template("alert/body.html").render(values),
    )


def passage(article: Article, mentions: tuple[Mention, ...]) -> dict[str, str]:
    """The surest mention with the words around it: before, name, after, why; empty where its text is not kept."""
    for mention in sorted(mentions, key=lambda m: (-m.score, m.index, m.start)):
        text = _field(article, mention)
        if 0 <= mention.start < mention.end <= len(text):
            left = max(0, mention.start - AROUND)
            right = min(len(text), mention.end + AROUND)
            left = 0 if left == 0 else text.find(" ", left, mention.start) + 1 or left
            right = right if right == len(text) else max(text.rfind(" ", mention.end, right), mention.end)
            return {
                "before": ("… " if left else "") + _inner(text[left : mention.start]),
                "name": clean(text[mention.start : mention.end]),
                "after": _inner(text[mention.end : right]) + (" …" if right < len(text) else ""),
                "why": "; ".join(clean(reason) for reason in mention.evidence[:REASONS]),
            }
    return {}


def _inner(text: str) -> str:
    """One clean line that keeps a space at either end, since it stands beside the name."""
    line = clean(text)
    if not line:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + line + (" " if text[-1].isspace() else "")


def _field(article: Article, mention: Mention) -> str:
    match mention.field:
        case "title":
            return article.title
        case "lead":
            return article.lead
        case "body" | "caption":
            rows = article.paragraphs if mention.field == "body" else article.captions
            return "" if article.reserved or mention.index >= len(rows) else rows[mention.index]
        case "meta":
            return ""


@cache
def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    """Sandboxed, since an office may edit the templates; nothing in a value is ever markup."""
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES), autoescape=html, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
