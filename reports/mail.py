"""A report's summary as a mail to the office's leadership and information office. Pure.

Recipients are the desk's own, by their roles, and pass the one check of core.roles like every other door.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from core.records import Attachment, Desk, Message, PaperFile, Recipient, Report, ReportContent
from core.roles import Role, refusal
from core.text import clean, clip
from reports import periods, sections
from reports.telling import compared, moment_day, t

ROLES: Final = frozenset({Role.LEADERSHIP, Role.INFORMATION_OFFICE})
_STORIES: Final = 5
_SUBJECT: Final = 160
_FONT: Final = "font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5"
"""No colour: the letters take that of the reader's own ground, light or dark."""


def recipients(desk: Desk) -> tuple[Recipient, ...]:
    """Those of the desk who may be sent a report: by mail, as leadership or information office, refused by nothing."""
    return tuple(
        person
        for person in desk.recipients
        if ROLES & set(person.roles)
        and "email" in person.ways
        and all(refusal(role=role, name=person.name, address=person.email) is None for role in person.roles)
    )


def messages(desk: Desk, report: Report, files: tuple[PaperFile, ...], link: str = "") -> tuple[Message, ...]:
    """One mail to each of them, with the files. The same report is mailed to nobody twice."""
    content = report.content
    subject = clip(clean(_subject(content)), _SUBJECT)
    text, html = plain(report, link), page(report, link)
    attachments = tuple(Attachment(name=f.name, media_type=f.media_type, content=f.content) for f in files)
    return tuple(
        Message(
            key=f"report:{report.head.id}:{person.id}", desk=desk.id, recipient=person.id, channel="email",
            article=None, subject=subject, text=text, html=html, thread=f"report:{content.ask.kind}", link=link,
            attachments=attachments,
        )
        for person in recipients(desk)
    )  # fmt: skip


def _subject(content: ReportContent) -> str:
    """The paper's title, with the place where that doesn't say it already."""
    title = sections.title(content)
    named = content.ask.kind in ("story", "topic")
    return title if named else t("report.mail.subject", title=title, place=content.place)


def summary(content: ReportContent) -> Iterator[str]:
    """What is said first: how much, against before, and that the rest stands in the report."""
    yield sections.counted(content)
    if content.ask.kind != "story" and sections.known(content):
        before = content.before.articles if content.before else None
        said = compared(content.articles, before, periods.before_name(content.ask))
        yield t("report.general.compared", said=said) if content.before else f"{said[:1].upper()}{said[1:]}."
    if content.changed:
        yield t("report.mail.changed", articles=len(content.changed))


def plain(report: Report, link: str = "") -> str:
    """The text part."""
    content = report.content
    lines = [*summary(content), ""]
    for story in content.stories[:_STORIES]:
        lines.append(f"- {sections.headline(story)} ({t('report.mail.articles', articles=story.articles)})")
        if story.quotes:
            lines.append(
                f"  {_quoted(story.quotes[0].text, story.quotes[0].source, moment_day(story.quotes[0].published))}"
            )
    if not content.stories:
        lines.append(sections.no_stories(content))
    lines += ["", t("report.mail.attached")] + ([link] if link else [])
    lines.append(t("report.mail.draft" if report.head.issued is None else "report.mail.issued"))
    return "\n".join(lines) + "\n"


def page(report: Report, link: str = "") -> str:
    """The HTML part: one column, no pictures, no outside address but the report's own page."""
    content = report.content
    parts = [f"<p>{escape(line)}</p>" for line in summary(content)]
    rows = []
    for story in content.stories[:_STORIES]:
        head = escape(sections.headline(story))
        counted = escape(t("report.mail.articles", articles=story.articles))
        quote = ""
        if story.quotes:
            one = story.quotes[0]
            quote = f"<br>{escape(_quoted(one.text, one.source, moment_day(one.published)))}"
        rows.append(f'<li style="margin:0 0 12px"><strong>{head}</strong> ({counted}){quote}</li>')
    parts.append(
        f'<ol style="padding-left:24px">{"".join(rows)}</ol>'
        if rows
        else f"<p>{escape(sections.no_stories(content))}</p>"
    )
    parts.append(f"<p>{escape(t('report.mail.attached'))}</p>")
    if link:
        parts.append(f'<p><a href="{escape(link, quote=True)}">{escape(t("report.mail.open"))}</a></p>')
    parts.append(f"<p>{escape(t('report.mail.draft' if report.head.issued is None else 'report.mail.issued'))}</p>")
    title = escape(sections.title(content))
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{title}</title></head><body style="{_FONT};margin:0;padding:16px">'
        f'<div style="max-width:640px;margin:0 auto"><h1 style="font-size:20px">{title}</h1>{"".join(parts)}</div>'
        "</body></html>"
    )


def _quoted(text: str, source: str, day: str) -> str:
    return f"“{text}” ({t('report.quote.source', source=source, day=day)})"
