"""Bài báo: one article with its text, the evidence for the place, and why these labels."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.records import ReadArticle
from dashboard import evidence, render
from dashboard.asking import NotHere, asked

PASSAGES_SHOWN = 4


def page(request: Request) -> Response:
    """`/bai/{article}`; an article that does not concern the desk is not shown."""
    ask = asked(request)
    wanted = request.path_params["article"]
    read = ask.room.reading.article(ask.desk.id, wanted) if ask.desk else None
    if read is None:
        raise NotHere("error.no_such_article")
    listed = read.listed
    return render.page(
        ask, "article.html", read=read, listed=listed, source=ask.room.publisher_name(listed.source),
        text_language=ask.room.language_of(listed.source),
        title=evidence.marked(listed.title, evidence.spans(listed.mentions, "title")),
        lead=evidence.marked(listed.lead, evidence.spans(listed.mentions, "lead")),
        paragraphs=_marked(read, "body"), captions=_marked(read, "caption"),
        passages=evidence.passages(listed, read), shown=PASSAGES_SHOWN,
    )  # fmt: skip


def _marked(read: ReadArticle, name: str) -> list[object]:
    texts = read.paragraphs if name == "body" else read.captions
    mentions = read.listed.mentions
    return [
        evidence.marked(text, evidence.spans(mentions, "body" if name == "body" else "caption", number))
        for number, text in enumerate(texts)
    ]
