"""Bài báo: one article with its text, the evidence for the place, why these labels, and what the paper changed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.records import Case, FactEntry, KeptComparison, ReadArticle, ReadStory
from dashboard import changes, evidence, render
from dashboard.asking import Asked, NotHere, asked
from dashboard.pages.labels import labels
from dashboard.pages.reports import on_portal
from dashboard.pages.work import work
from dashboard.sharing import share_text

PASSAGES_SHOWN = 4


def page(request: Request) -> Response:
    """`/bai/{article}`; an article that does not concern the desk is not shown."""
    ask = asked(request)
    wanted = request.path_params["article"]
    read = ask.room.reading.article(ask.desk.id, wanted) if ask.desk else None
    if read is None or ask.desk is None:
        raise NotHere("error.no_such_article")
    listed = read.listed
    return render.page(
        ask, "article.html", changes=True, share=share_text(ask, listed), read=read, listed=listed,
        source=ask.room.publisher_name(listed.source),
        text_language=ask.room.language_of(listed.source),
        title=evidence.marked(listed.title, evidence.spans(listed.mentions, "title")),
        lead=evidence.marked(listed.lead, evidence.spans(listed.mentions, "lead")),
        paragraphs=_marked(read, "body"), captions=_marked(read, "caption"),
        passages=evidence.passages(listed, read), shown=PASSAGES_SHOWN, labels=labels(ask, listed),
        revisions=changes.shown(ask.room.reading.revisions(ask.desk.id, wanted), ask.room.differ),
        story=_story(ask, read), keep_days=ask.room.keep.replaced_days,
        work=work(ask, "article", wanted), about=listed.focus, aside=_aside(ask, wanted),
        portal=on_portal(ask, wanted),
        figures=_figures(ask, wanted), book=ask.room.office.facts, cases=_cases(ask, wanted),
    )  # fmt: skip


def _marked(read: ReadArticle, name: str) -> list[object]:
    texts = read.paragraphs if name == "body" else read.captions
    mentions = read.listed.mentions
    return [
        evidence.marked(text, evidence.spans(mentions, "body" if name == "body" else "caption", number))
        for number, text in enumerate(texts)
    ]


def _figures(ask: Asked, article: str) -> tuple[tuple[KeptComparison, FactEntry], ...]:
    """Its printed figures beside those of the fact book."""
    book = ask.room.office.facts
    return book.beside(ask.desk.id, article) if book and ask.desk else ()


def _cases(ask: Asked, article: str) -> tuple[Case, ...] | None:
    """The cases about it, for who may see them; None for others."""
    cases = ask.room.office.cases
    return cases.of_article(ask.desk.id, article) if cases and ask.desk and ask.may("cases") else None


def _aside(ask: Asked, article: str) -> bool:
    """Whether the office found it not to be about the place."""
    desk = ask.desk.id if ask.desk else ""
    return any(one.article == article for one in ask.room.office.work.aside(desk))


def _story(ask: Asked, read: ReadArticle) -> ReadStory | None:
    """The article's story, where it tells more than the article itself."""
    if not read.listed.story or not ask.desk:
        return None
    story = ask.room.reading.story(ask.desk.id, read.listed.story, ask.words.now)
    return story if story and story.view.articles > 1 else None
