"""From what the record says of a period to what a report says: counts, comparisons, stories, lists. Pure.

Nothing is added up about a publisher: how many there were, never which had how much.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core.records import (
    AnnexLine,
    ArticleText,
    Bar,
    CaseFigures,
    HandItem,
    HandlingCounts,
    PeriodReading,
    PlaceLine,
    ReportArticle,
    ReportAsk,
    ReportContent,
    Span,
    StoryLine,
    ToneCounts,
    TopicLine,
    UnreadSource,
)
from core.text import clean
from core.topics import TOPIC_BY_ID, ToneLabel
from reports import periods, sentences

CULTURE: Final = "culture_tourism"
_STORIES: Final = {"weekly": 7, "monthly": 10, "quarterly": 12, "yearly": 15, "story": 1}
"""Stories that are told; the others stand in the annex by their articles."""
_QUOTES_OF_ONE: Final = 8
"""Sentences of a report about a single story."""
_TEXTS: Final = 12
"""Articles of a story whose texts are looked at: its first and its newest."""
_MOST_OF_TONE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What comes from elsewhere than the period's articles."""

    place: str  # of the desk
    publisher: Callable[[str], str]  # id -> name
    communes: Mapping[str, str]  # gazetteer ids of the desk's communes of either age -> name
    texts: Callable[[Sequence[str]], Mapping[str, ArticleText]]
    split: sentences.Split
    handled: Callable[[Sequence[str]], HandlingCounts]  # stories -> how far anybody has come with them
    unread: Sequence[UnreadSource] | None = ()  # None: the period is too long ago
    by_hand: Sequence[HandItem] = ()
    cases: CaseFigures | None = None


def look_back(ask: ReportAsk) -> tuple[date, date]:
    """First day of the span before, and the day from which counts are needed to know what is usual."""
    return periods.earlier(ask, 1)[0], periods.earlier(ask, periods.usual_of(ask))[0]


def collect(desk: str, ask: ReportAsk, reading: PeriodReading, beside: Beside, at: datetime) -> ReportContent:
    """Everything that the report says but what a person writes into it."""
    articles = reading.articles
    whole = ask.kind != "story"
    stories = _by_story(articles)
    before = _span(reading, periods.earlier(ask, 1)) if whole else None
    usual = _usual(ask, reading) if whole else ()
    return ReportContent(
        ask=ask, desk=desk, place=beside.place, subject=_subject(ask, reading), collected=at,
        articles=len(articles), focus=sum(a.focus for a in articles), reprints=sum(a.reprint for a in articles),
        read=_read(reading, ask.first, ask.last), sources_read=reading.sources_read,
        sources_told=len({a.source for a in articles}),
        before=before, usual=sum(usual) / len(usual) if len(usual) > 1 else None, usual_of=len(usual),
        bars=_bars(ask, articles), topics=_topics(articles, reading, before),
        untold=sum(not a.topics for a in articles),
        tones=_tones(articles), stories=_told(ask, reading, stories, beside), stories_all=len(stories),
        places=_places(articles, beside.communes),
        culture=tuple(a.id for a in reversed(articles) if CULTURE in a.topics) if whole else (),
        messages=reading.messages, handled=beside.handled(sorted(stories)),
        changed=tuple(a.id for a in articles if a.revised_at is not None and a.state != "expired"),
        unread=tuple(beside.unread or ()), unread_known=beside.unread is not None, by_hand=len(beside.by_hand),
        annex=_annex(articles, beside), cases=beside.cases, since=_since(ask, reading),
    )  # fmt: skip


def _subject(ask: ReportAsk, reading: PeriodReading) -> str:
    if ask.kind == "topic":
        return TOPIC_BY_ID[ask.topic].vi
    return clean(reading.stories.get(ask.story, "")) if ask.kind == "story" else ""


def _by_story(articles: Sequence[ReportArticle]) -> dict[str, list[ReportArticle]]:
    found: dict[str, list[ReportArticle]] = defaultdict(list)
    for article in articles:
        found[article.story or article.id].append(article)
    return found


def _read(reading: PeriodReading, first: date, last: date) -> int:
    return _sum(reading.read_by_day, first, last)


def _sum(by_day: Mapping[str, int], first: date, last: date) -> int:
    return sum(n for day, n in by_day.items() if first.isoformat() <= day <= last.isoformat())


def _span(reading: PeriodReading, days: tuple[date, date]) -> Span | None:
    """The counts of other days; None where the record doesn't reach that far, or nothing was read of them.

    Nothing is compared with a half, nor with a silence that was not the press's.
    """
    first, last = days
    read = _read(reading, first, last)
    if reading.since is None or first < reading.since or not read:
        return None
    return Span(first=first, last=last, articles=_sum(reading.by_day, first, last), read=read)


def _usual(ask: ReportAsk, reading: PeriodReading) -> tuple[int, ...]:
    spans = (_span(reading, periods.earlier(ask, back)) for back in range(1, periods.usual_of(ask) + 1))
    return tuple(span.articles for span in spans if span is not None)


def _since(ask: ReportAsk, reading: PeriodReading) -> date | None:
    since = reading.since
    return since if since is not None and ask.first < since else None


def _bars(ask: ReportAsk, articles: Sequence[ReportArticle]) -> tuple[Bar, ...]:
    by_day = Counter(article.day for article in articles)
    return tuple(Bar(first=a, last=b, articles=_sum(by_day, a, b)) for a, b in periods.buckets(ask))


def _topics(articles: Sequence[ReportArticle], reading: PeriodReading, before: Span | None) -> tuple[TopicLine, ...]:
    now = Counter(topic for article in articles for topic in article.topics)
    was = reading.topics_before
    lines = [
        TopicLine(topic=topic, articles=n, before=was.get(topic, 0) if before else None) for topic, n in now.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.articles, TOPIC_BY_ID[line.topic].vi)))


def _tones(articles: Sequence[ReportArticle]) -> ToneCounts:
    found = Counter(article.tone for article in articles)
    return ToneCounts(
        negative=found["negative"], neutral=found["neutral"], positive=found["positive"], unsure=found[None]
    )


def _told(
    ask: ReportAsk, reading: PeriodReading, stories: Mapping[str, list[ReportArticle]], beside: Beside
) -> tuple[StoryLine, ...]:
    def weight(story: str) -> tuple[int, int, datetime]:
        found = stories[story]
        return sum(a.focus for a in found), len(found), max(a.published for a in found)

    largest = sorted(stories, key=weight, reverse=True)[: _STORIES.get(ask.kind, 10)]
    wanted = [a.id for story in largest for a in _looked_at(stories[story])]
    texts = beside.texts(wanted) if wanted else {}
    most = _QUOTES_OF_ONE if ask.kind == "story" else sentences.MOST
    return tuple(
        _story(story, stories[story], reading.stories.get(story, ""), texts, beside, most) for story in largest
    )


def _looked_at(articles: Sequence[ReportArticle]) -> Sequence[ReportArticle]:
    if len(articles) <= _TEXTS:
        return articles
    return [*articles[: _TEXTS // 2], *articles[-(_TEXTS // 2) :]]


def _story(  # noqa: PLR0917
    story: str,
    articles: Sequence[ReportArticle],
    title: str,
    texts: Mapping[str, ArticleText],
    beside: Beside,
    most: int,
) -> StoryLine:
    topics = Counter(topic for article in articles for topic in article.topics)
    shown = clean(title) or clean(articles[0].title)
    return StoryLine(
        id=story,
        title=shown,
        title_of=next((a.id for a in articles if clean(a.title) == shown), ""),
        articles=len(articles),
        reprints=sum(a.reprint for a in articles),
        sources=len({a.source for a in articles}),
        first=min(a.published for a in articles),
        last=max(a.published for a in articles),
        topics=tuple(topic for topic, n in topics.most_common(2) if n * 2 >= len(articles)),
        tone=_tone(articles),
        quotes=sentences.choose(articles, texts, beside.split, beside.publisher, title=shown, most=most),
    )


def _tone(articles: Sequence[ReportArticle]) -> ToneLabel | None:
    """The tone of more than half of a story's articles, where one is sure."""
    found = Counter(article.tone for article in articles if article.tone is not None)
    if not found:
        return None
    tone, n = found.most_common(1)[0]
    return tone if n > _MOST_OF_TONE * len(articles) else None


def _places(articles: Sequence[ReportArticle], communes: Mapping[str, str]) -> tuple[PlaceLine, ...]:
    found = Counter(name for article in articles for name in {communes[u] for u in article.units if u in communes})
    today = {name for unit, name in communes.items() if unit.startswith("new:")}
    lines = [PlaceLine(name=name, articles=n, former=name not in today) for name, n in found.items()]
    return tuple(sorted(lines, key=lambda line: (line.former, -line.articles, line.name)))


def _annex(articles: Sequence[ReportArticle], beside: Beside) -> tuple[AnnexLine, ...]:
    printed = [
        AnnexLine(
            article=a.id, title=clean(a.title), source=beside.publisher(a.source), published=a.published, day=a.day,
            url=a.url, topics=a.topics, reprint=a.reprint, state=a.state, revised_at=a.revised_at,
        )
        for a in articles
    ]  # fmt: skip
    by_hand = [
        AnnexLine(
            article="", title=clean(item.title), source=beside.publisher(item.source), published=None, day=item.day,
            url="", where=clean(item.where),
        )
        for item in beside.by_hand
    ]  # fmt: skip
    return tuple(sorted([*printed, *by_hand], key=lambda line: line.day)) if by_hand else tuple(printed)
