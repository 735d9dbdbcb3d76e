"""A story as a list shows it, and Câu chuyện: one story with its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from core.records import Label, ListedArticle, ReadStory, StoryView, WorkStatus
from dashboard import forms, render
from dashboard.asking import Asked, NotHere, asked
from dashboard.pages.cards import Card, card
from dashboard.pages.work import work
from dashboard.sharing import share_text

REPORTS_SHOWN = 6
"""Own reports of a day that a list names; the others are on the story's page."""
TOPICS_SHOWN = 4
UNTOUCHED = WorkStatus()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCard:
    """A story with the article whose headline stands for it."""

    view: StoryView
    head: Card  # of the article that is shown with lead and evidence
    own_headline: bool  # the story's title is that of `head`
    topics: tuple[Label, ...]
    reports: tuple[ListedArticle, ...]  # own reports of the day, newest first
    reprints: tuple[ListedArticle, ...]  # of the day
    sources: tuple[str, ...]  # names, by the alphabet
    fresh: int = 0  # articles that came since the reader's last visit
    work: WorkStatus = UNTOUCHED

    @property
    def single(self) -> bool:
        """Whether it is shown as its one article."""
        return self.view.articles == 1

    @property
    def focus(self) -> bool:
        """Whether an article of the day is about the place, not only naming it."""
        return any(article.focus for article in (*self.reports, *self.reprints))


def story_card(
    ask: Asked, view: StoryView, *, since: datetime | None = None, work: WorkStatus = UNTOUCHED
) -> StoryCard:
    """The card of a story with at least one article of the day; `since`: the reader's last visit."""
    reports, reprints = apart(view.of_day)
    shown = headed_by(view.title, reports or reprints)
    return StoryCard(
        view=view, head=card(ask, shown), own_headline=shown.title == view.title,
        topics=topics(reports or reprints), reports=reports, reprints=reprints, sources=names(ask, view.sources),
        work=work, fresh=fresh(view, since),
    )  # fmt: skip


def fresh(view: StoryView, since: datetime | None) -> int:
    """Articles of the day that came since then."""
    return sum(since is not None and article.first_seen > since for article in view.of_day)


def apart(articles: Sequence[ListedArticle]) -> tuple[tuple[ListedArticle, ...], tuple[ListedArticle, ...]]:
    """Own reports, and texts that repeat an earlier one."""
    return tuple(a for a in articles if not repeats(a)), tuple(a for a in articles if repeats(a))


def repeats(article: ListedArticle) -> bool:
    """Whether the text was printed by another before."""
    return article.reprint is not None and not article.reprint.first


def headed_by(title: str, articles: Sequence[ListedArticle]) -> ListedArticle:
    """The article with that title, else the newest about the place that still stands, else the newest."""
    titled = (a for a in articles if a.title == title)
    standing = (a for a in articles if a.focus and a.state == "live")
    return next(titled, None) or next(standing, articles[0])


def topics(articles: Sequence[ListedArticle]) -> tuple[Label, ...]:
    """Each topic once, those of most articles first."""
    every = [label for article in articles for label in article.topics]
    times = {label.topic: sum(other.topic == label.topic for other in every) for label in every}
    once = {label.topic: label for label in reversed(every)}
    order = list(dict.fromkeys(label.topic for label in every))
    return tuple(once[topic] for topic in sorted(order, key=lambda topic: -times[topic])[:TOPICS_SHOWN])


def names(ask: Asked, sources: Sequence[str]) -> tuple[str, ...]:
    """Names of publishers by the alphabet: their order says nothing about them."""
    return tuple(sorted((ask.room.publisher_name(source) for source in sources), key=str.casefold))


def page(request: Request) -> Response:
    """`/cau-chuyen/{story}`; the address of a story that was merged leads on to what it became."""
    ask = asked(request)
    wanted = request.path_params["story"]
    read = ask.room.reading.story(ask.desk.id, wanted, ask.words.now) if ask.desk else None
    if read is None:
        raise NotHere("error.no_such_story")
    if read.view.id != wanted:
        return forms.onward(ask, f"/cau-chuyen/{read.view.id}")
    return render.page(
        ask, "story.html", changes=True, work=work(ask, "story", read.view.id), view=read.view,
        days=read.days, merges=read.merges,
        sources=names(ask, read.view.sources), text_language=ask.room.language_of, title_language=_language(ask, read),
        topics=topics([article for day in read.days for article in day.articles or day.reprints]),
        share=_share(ask, read),
    )  # fmt: skip


def _language(ask: Asked, read: ReadStory) -> str:
    """Language of the story's title: that of the article which gave it, else Vietnamese."""
    articles = [article for day in read.days for article in (*day.articles, *day.reprints)]
    return next((ask.room.language_of(a.source) for a in articles if a.title == read.view.title), "vi")


def _share(ask: Asked, read: ReadStory) -> str:
    """The story with its newest own report, for Zalo."""
    articles = [article for day in read.days for article in (*day.reprints, *day.articles)]
    return share_text(ask, headed_by(read.view.title, articles[::-1]), read.view.title, len(read.view.sources) - 1)
