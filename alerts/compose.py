"""Words of a message: what its templates are filled with. Pure but for the templates' files.

Every value is one clean line, whatever a feed sent: no CR, LF, NUL or bidi mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts import causes
from alerts.templating import Rendered, Templates
from core.clock import local
from core.i18n import t
from core.records import (
    AlertCause,
    Attachment,
    Desk,
    ListedArticle,
    Mention,
    Publisher,
    ReadArticle,
    StoryView,
)
from core.text import clean, clip
from core.topics import TOPIC_BY_ID
from core.urls import is_web

SUBJECT_LIMIT, TITLE_LIMIT, LEAD_LIMIT, AROUND = 180, 300, 800, 90
"""Characters. A subject beyond this is cut by mail clients anyway; the others bound what a feed can make us send."""
SHORT_LEAD: Final = 160
BRIEF_LIMIT: Final = 1_000
FIELD_LIMIT: Final = 90
REASONS: Final = 3
"""Why a name was taken for the place: those that weigh most stand first."""
ITEMS: Final = 6
"""Articles of one story that a message names."""
DIGEST_STORIES: Final = 30
DIGEST_LEAD: Final = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message's parts: the subject is one line, the HTML is a whole document."""

    subject: str
    text: str
    html: str
    brief: str
    fields: Mapping[str, str]
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all messages of a desk share."""

    desk: Desk
    publishers: Mapping[str, Publisher]
    templates: Templates
    public_url: str = ""

    def name(self, source: str) -> str:
        """The publisher's name, or the source's id where its declaration is gone."""
        known = self.publishers.get(source)
        return clean(known.name if known else source)

    def page(self, path: str) -> str:
        """An address of our pages; "" without public_url."""
        return f"{self.public_url.rstrip('/')}{path}?ban={self.desk.id}" if self.public_url else ""

    def common(self) -> dict[str, object]:
        return {"place": clean(self.desk.name), "office": clean(self.desk.office)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told of one story: `told` are the articles, those that matter most first."""

    view: StoryView
    told: tuple[ListedArticle, ...]
    cause: AlertCause
    urgent: bool = False
    covered: bool = False
    link: str = ""
    head: ReadArticle | None = None  # the first one with its text, for quoting where the place is named


def alert(frame: Frame, telling: Telling) -> Words:
    """A message about one story."""
    values = alert_values(frame, telling)
    done = frame.templates.render("alert", values)
    return _words(done, _fields(frame, telling))


def alert_values(frame: Frame, telling: Telling) -> dict[str, object]:
    """What the templates `alert` are filled with."""
    first = telling.told[0]
    values: dict[str, object] = frame.common()
    values |= {
        "cause": telling.cause,
        "urgent": telling.urgent,
        "mark": causes.mark(telling.cause, telling.told, urgent=telling.urgent),
        "notice": causes.notice(telling.cause, telling.told, urgent=telling.urgent),
        "title": clip(clean(telling.view.title), TITLE_LIMIT),
        "items": [_item(frame, article) for article in telling.told[:ITEMS]],
        "count": len(telling.told),
        "more": max(0, len(telling.told) - ITEMS),
        "articles": telling.view.articles,
        "sources": len(telling.view.sources),
        "focus": any(article.focus for article in telling.told),
        "passage": passage(telling.head) if telling.head else {},
        "topics": ", ".join(TOPIC_BY_ID[topic].vi for topic in topics(telling.told)),
        "tone": t(f"tone.{first.tone.label}") if first.tone.sure else "",
        "link": telling.link,
        "page": frame.page(f"/cau-chuyen/{telling.view.id}"),
    }
    return values


def digest(frame: Frame, tellings: Sequence[Telling], sources: Sequence[tuple[str, str]], at: datetime) -> Words:
    """A message about several stories. `sources`: (source, catalogue key) of those that want attention."""
    values = digest_values(frame, tellings, sources, at)
    done = frame.templates.render("digest", values)
    told = dict.fromkeys(frame.name(telling.told[0].source) for telling in tellings)
    fields = {
        "noi_dung": _field(done.subject), "nguon": _field(", ".join(told)), "thoi_gian": time_of(at),
        "dia_ban": _field(frame.desk.name),
    }  # fmt: skip
    attached = _whole(frame, tellings, at) if len(tellings) > DIGEST_STORIES else ()
    return _words(done, fields, attached)


def digest_values(
    frame: Frame, tellings: Sequence[Telling], sources: Sequence[tuple[str, str]], at: datetime
) -> dict[str, object]:
    """What the templates `digest` are filled with."""
    here = local(at)
    values: dict[str, object] = frame.common()
    values |= {
        "part": "buổi sáng" if here.hour < 12 else "buổi chiều",
        "day": f"{here:%d/%m/%Y}",
        "stories": [_line(frame, telling) for telling in tellings[:DIGEST_STORIES]],
        "more": max(0, len(tellings) - DIGEST_STORIES),
        "sources": [{"name": frame.name(source), "says": t(says)} for source, says in sources],
        "page": frame.page("/"),
    }
    return values


def topics(articles: Sequence[ListedArticle]) -> tuple[str, ...]:
    """Topics of these articles, those of most first."""
    every = [label.topic for article in articles for label in article.topics]
    return tuple(sorted(dict.fromkeys(every), key=lambda topic: -every.count(topic)))


def example(frame: Frame, name: str, telling: Telling, at: datetime) -> dict[str, object]:
    """Values for trying a template."""
    return alert_values(frame, telling) if name == "alert" else digest_values(frame, [telling, telling], (), at)


def passage(read: ReadArticle) -> dict[str, str]:
    """The surest mention with the words around it: before, name, after, why; empty where its text is not kept."""
    mentions = read.listed.mentions
    for mention in sorted(mentions, key=lambda m: (-m.score, m.index, m.start)):
        text = _text_of(read, mention)
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


def _text_of(read: ReadArticle, mention: Mention) -> str:
    match mention.field:
        case "title":
            return read.listed.title
        case "lead":
            return read.listed.lead
        case "body" | "caption":
            rows = read.paragraphs if mention.field == "body" else read.captions
            return rows[mention.index] if mention.index < len(rows) else ""
        case "meta":
            return ""


def _item(frame: Frame, article: ListedArticle) -> dict[str, object]:
    lead = clean(article.lead)
    return {
        "source": frame.name(article.source),
        "title": clip(clean(article.title), TITLE_LIMIT),
        "lead": clip(lead, LEAD_LIMIT),
        "lead_short": clip(lead, SHORT_LEAD),
        "time": time_of(article.published.at),
        "doubtful": article.published.doubtful,
        "url": article.url if is_web(article.url) else "",
    }


def _line(frame: Frame, telling: Telling) -> dict[str, object]:
    first = _item(frame, telling.told[0])
    return {
        "title": clip(clean(telling.view.title), TITLE_LIMIT),
        "source": first["source"],
        "time": first["time"],
        "lead": clip(clean(telling.told[0].lead), DIGEST_LEAD),
        "url": first["url"],
        "articles": telling.view.articles,
        "sources": len(telling.view.sources),
        "cause": telling.cause,
        "covered": telling.covered,
        "mark": causes.line_mark(telling.cause, telling.told, covered=telling.covered),
        "link": telling.link,
    }


def _whole(frame: Frame, tellings: Sequence[Telling], at: datetime) -> tuple[Attachment, ...]:
    """Every story of a long digest, as a text file."""
    lines = []
    for number, telling in enumerate(tellings, 1):
        line = _line(frame, telling)
        lines += [f"{number}. {line['title']}", f"   {line['source']}, {line['time']}", f"   {line['url']}", ""]
    content = "\r\n".join(lines).encode("utf-8-sig")
    name = f"diem-bao-{local(at):%Y-%m-%d}.txt"
    return (Attachment(name=name, media_type="text/plain", content=content),)


def _words(done: Rendered, fields: Mapping[str, str], attachments: tuple[Attachment, ...] = ()) -> Words:
    return Words(
        subject=clip(clean(done.subject), SUBJECT_LIMIT),
        text=_airy(done.text),
        html=done.html,
        brief=clip(_airy(done.brief).strip(), BRIEF_LIMIT),
        fields=fields,
        attachments=attachments,
    )


def _airy(text: str) -> str:
    """Trimmed, with one empty line at most between two that are not."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1].strip()):
            lines.append(line.rstrip() if line.strip() != "--" else "-- ")
    return "\n".join(lines) + "\n"


def _fields(frame: Frame, telling: Telling) -> dict[str, str]:
    first = telling.told[0]
    return {
        "noi_dung": _field(telling.view.title),
        "nguon": _field(frame.name(first.source)),
        "thoi_gian": time_of(first.published.at),
        "dia_ban": _field(frame.desk.name),
    }


def _field(text: str) -> str:
    return clip(clean(text), FIELD_LIMIT)


def time_of(moment: datetime) -> str:
    """ "09:20 ngày 21/11/2026", in Viet Nam."""
    return f"{local(moment):%H:%M ngày %d/%m/%Y}"


def _inner(text: str) -> str:
    """One clean line that keeps a space at either end, since it stands beside the name."""
    line = clean(text)
    if not line:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + line + (" " if text[-1].isspace() else "")
