"""The body of a report: sections with their sentences, from frozen figures and a person's words. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from core.clock import local_day
from core.records import NO_SUBJECT, PlaceLine, ReportContent, ReportWords, StoryLine
from core.topics import TOPIC_BY_ID
from reports import office, periods
from reports.blocks import Block, Chart, Heading, Para, Run, Section, para
from reports.telling import (
    about,
    compared,
    day_digits,
    days_between,
    moment_day,
    sentence,
    share,
    t,
)

_PLACES = 20
_CULTURE = 10
_TOPICS_DRAWN = 10


def sections(content: ReportContent, words: ReportWords, *, draft: bool) -> tuple[Section, ...]:
    """In their order. A draft says where something is to be written; an issued paper leaves such a section out."""
    kind = content.ask.kind
    found = [
        Section(id="chung", title=t("report.title.general"), blocks=tuple(_general(content, words, draft))),
        Section(id="noi_bat", title=t("report.title.stories"), blocks=tuple(_stories(content))),
    ]
    if kind != "story":
        found.append(Section(id="linh_vuc", title=t("report.title.topics"), blocks=tuple(_fields(content))))
        found.append(Section(id="xu_ly", title=t("report.title.handling"), blocks=tuple(office.handling(content))))
        found.append(Section(id="nguon", title=t("report.title.sources"), blocks=tuple(office.sources(content))))
    for name, written in (("danh_gia", words.assessment), ("kien_nghi", words.proposals)):
        blocks = tuple(_written(written, name, draft))
        if blocks:
            found.append(Section(id=name, title=t(f"report.title.{name}"), blocks=blocks))
    return tuple(section for section in found if section.blocks)


def title(content: ReportContent) -> str:
    """What the paper is about, under "BÁO CÁO": "Điểm báo tuần (từ ngày … đến ngày …)"."""
    period = periods.name(content.ask)
    if content.ask.kind in ("story", "topic"):
        subject = content.subject or NO_SUBJECT
        return t(f"report.subject.{content.ask.kind}", subject=subject, period=period, place=content.place)
    return t("report.subject.all", period=period, place=content.place)


def lines(text: str) -> list[str]:
    """The paragraphs that a person wrote."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _written(text: str, name: str, draft: bool) -> Iterator[Block]:
    for line in lines(text):
        yield para(line)
    if draft and not lines(text):
        yield Para(runs=(Run(text=t(f"report.hint.{name}"), italic=True),), hint=True)


# Tình hình chung -----------------------------------------------------------------------------------------------------


def _general(content: ReportContent, words: ReportWords, draft: bool) -> Iterator[Block]:
    yield from _written(words.intro, "intro", draft and content.ask.kind != "story")
    yield para(counted(content))
    if content.articles:
        yield para(_kinds(content))
    if content.ask.kind != "story" and content.articles:
        yield para(_compared(content))
    if content.since:
        yield para(t("report.since", day=day_digits(content.since)))
    if content.articles and len(content.bars) > 1:
        yield _over_time(content)


def counted(content: ReportContent) -> str:
    """How much there was, in one sentence: of the place, of a topic or of one story."""
    between, place = periods.between(content.ask), content.place
    if content.ask.kind == "story":
        return t("report.general.story", articles=content.articles, sources=content.sources_told, between=between)
    if not known(content):
        return t("report.general.nothing_read", between=between)
    about = f" ({content.subject})" if content.ask.kind == "topic" else ""
    if content.read < content.articles:  # of days before the first that was read: those that were filled in later
        return t("report.general.filled", between=between, place=place, articles=content.articles, about=about)
    key = "none" if content.articles == 0 else "some"
    return t(
        f"report.general.{key}", between=between, read=content.read, sources=content.sources_read, place=place,
        articles=content.articles, about=about,
    )  # fmt: skip


def known(content: ReportContent) -> bool:
    """Whether anything is known of the period: of one that nobody has read it is not said that the press was silent."""
    return content.read > 0 or content.articles > 0


def no_stories(content: ReportContent) -> str:
    """What stands where stories would."""
    if not known(content):
        return t("report.stories.unknown")
    return t("report.stories.none_of_topic" if content.ask.kind == "topic" else "report.stories.none")


def _compared(content: ReportContent) -> str:
    """Against the span before and the usual one."""
    word = periods.before_name(content.ask)
    if content.before is None:
        return sentence(compared(content.articles, None, word))
    text = t("report.general.compared", said=compared(content.articles, content.before.articles, word))
    if content.usual is not None:
        usual, span = about(content.usual), periods.spans_name(content.ask)
        text += " " + t("report.general.usual", usual=usual, spans=content.usual_of, span=span)
    return text


def _kinds(content: ReportContent) -> str:
    """What is about the place, and what is printed again."""
    named = content.articles - content.focus
    place = content.place
    if content.articles == 1:
        text = t("report.general.one_about" if content.focus else "report.general.one_named", place=place)
    elif named == 0:
        text = t("report.general.all_about", place=place)
    else:
        text = t("report.general.about", focus=content.focus, named=named, place=place)
    if content.articles > 1:
        text += " " + t(
            "report.general.reprints" if content.reprints else "report.general.no_reprints", reprints=content.reprints
        )
    return text


def _over_time(content: ReportContent) -> Chart:
    longest = max((bar.last - bar.first).days for bar in content.bars) + 1
    unit = "time" if longest == 1 else "weeks" if longest <= 7 else "months"
    values = tuple(bar.articles for bar in content.bars)
    most = max(range(len(values)), key=values.__getitem__)
    first = content.bars[most].first
    where = f"{first:%m/%Y}" if unit == "months" else f"{first:%d/%m}"
    return Chart(
        title=t(f"report.chart.{unit}", place=_counted_of(content)), labels=_bar_labels(content, unit), values=values,
        alt=t(
            "report.chart.time_alt", bars=len(values), all=sum(values), most=values[most],
            where=t("report.chart.week_from", day=where) if unit == "weeks" else where, least=min(values),
        ),
    )  # fmt: skip


def _counted_of(content: ReportContent) -> str:
    """What a report's articles are about: the place, or one story or topic of it."""
    if content.ask.kind == "story":
        return t("report.chart.story")
    return f"{content.place} ({content.subject})" if content.ask.kind == "topic" else content.place


def _bar_labels(content: ReportContent, unit: str) -> tuple[str, ...]:
    """Short enough to stand side by side: the year stands below its first month only."""
    if unit != "months":
        return tuple(f"{bar.first:%d/%m}" for bar in content.bars)
    told: set[int] = set()
    labels = []
    for bar in content.bars:
        labels.append(f"{bar.first:%m}" if bar.first.year in told else f"{bar.first:%m/%Y}")
        told.add(bar.first.year)
    return tuple(labels)


# Nội dung nổi bật ----------------------------------------------------------------------------------------------------


def _stories(content: ReportContent) -> Iterator[Block]:
    if not content.stories:
        yield para(no_stories(content))
        return
    one = content.ask.kind == "story"
    if not one:
        yield para(_stories_counted(content))
    for count, story in enumerate(content.stories, 1):
        if not one:
            yield Heading(text=f"{count}. {headline(story)}", level=2)
        yield para(_story_line(story))
        for quote in story.quotes:
            source = t("report.quote.source", source=quote.source, day=moment_day(quote.published))
            yield Para(
                runs=(
                    Run(text=f"“{quote.text}”"),
                    Run(text=f" ({source})."),
                )
            )
        if not story.quotes:
            yield para(t("report.quote.none"))


def headline(story: StoryLine) -> str:
    """Of a story whose headline's article was erased, or withdrawn by its paper, that there is none."""
    return story.title or t("report.no_headline")


def _stories_counted(content: ReportContent) -> str:
    told, every = len(content.stories), content.stories_all
    if every == 1:
        return t("report.stories.one")
    return t(
        "report.stories.all" if told == every else "report.stories.some", told=told, every=every, place=content.place
    )


def _story_line(story: StoryLine) -> str:
    days = days_between(local_day(story.first), local_day(story.last))
    if story.articles == 1:
        text = t("report.story.one", days=days)
    else:
        key = "one_source" if story.sources == 1 else "sources"
        text = t(f"report.story.{key}", articles=story.articles, sources=story.sources, days=days)
    if story.reprints:
        text += t("report.story.reprints", reprints=story.reprints)
    text += "."
    if story.topics:
        text += " " + t("report.story.topics", topics="; ".join(TOPIC_BY_ID[topic].vi for topic in story.topics))
    if story.tone:
        text += " " + t("report.story.tone", tone=t(f"tone.{story.tone}"))
    return text


# Lĩnh vực, sắc thái, địa bàn, văn hóa -----------------------------------------------------------------------------


def _fields(content: ReportContent) -> Iterator[Block]:
    if not content.articles:
        yield para(t("report.fields.none" if known(content) else "report.stories.unknown"))
        return
    names = iter("1234")
    if content.ask.kind != "topic":
        yield Heading(text=f"{next(names)}. {t('report.title.topic')}", level=2)
        yield from _topics(content)
    yield Heading(text=f"{next(names)}. {t('report.title.tone')}", level=2)
    yield para(_tones(content))
    yield Heading(text=f"{next(names)}. {t('report.title.places')}", level=2)
    yield para(_places(content))
    if content.ask.kind != "topic":
        yield Heading(text=f"{next(names)}. {t('report.title.culture')}", level=2)
        yield from _culture(content)


def _topics(content: ReportContent) -> Iterator[Block]:
    if not content.topics:
        yield para(t("report.topics.none"))
        return
    said = [
        t("report.topics.one", topic=TOPIC_BY_ID[line.topic].vi, articles=line.articles)
        + share(line.articles, content.articles)
        for line in content.topics
    ]
    text = sentence(t("report.topics.all", topics="; ".join(said)))
    if content.untold:
        text += " " + t("report.topics.untold", articles=content.untold)
    yield para(f"{text} {t('report.topics.several')}" if len(content.topics) > 1 else text)
    changed = _changed_topics(content)
    if changed:
        yield para(changed)
    if len(content.topics) > 1:
        drawn = content.topics[:_TOPICS_DRAWN]
        yield Chart(
            title=t("report.chart.topics"),
            labels=tuple(TOPIC_BY_ID[line.topic].vi for line in drawn),
            values=tuple(line.articles for line in drawn),
            alt=t("report.chart.topics_alt", topics="; ".join(said[:_TOPICS_DRAWN])),
            lying=True,
        )


def _changed_topics(content: ReportContent) -> str:
    """The three topics that changed most against the span before."""
    moved = [line for line in content.topics if line.before is not None and line.before != line.articles]
    moved.sort(key=lambda line: -abs(line.articles - (line.before or 0)))
    if not moved:
        return ""
    word = periods.before_name(content.ask)
    parts = [f"{TOPIC_BY_ID[x.topic].vi} {compared(x.articles, x.before, word)}" for x in moved[:3]]
    return sentence(t("report.topics.moved", topics="; ".join(parts)))


def _tones(content: ReportContent) -> str:
    tones = content.tones
    counted = (("negative", tones.negative), ("neutral", tones.neutral), ("positive", tones.positive))
    said = [
        t("report.tone.one", tone=t(f"tone.{name}"), articles=n) + share(n, content.articles)
        for name, n in counted
        if n
    ]
    if not said:
        return t("report.tone.none")
    if tones.unsure:
        said.append(t("report.tone.unsure", articles=tones.unsure))
    return f"{sentence('; '.join(said))} {t('report.tone.note')}"


def _places(content: ReportContent) -> str:
    if not content.places:
        return t("report.places.none")
    today = [line for line in content.places if not line.former]
    former = [line for line in content.places if line.former]
    return " ".join(_named(key, lines) for key, lines in (("all", today), ("former", former)) if lines)


def _named(key: str, lines: list[PlaceLine]) -> str:
    said = [t("report.places.one", place=line.name, articles=line.articles) for line in lines[:_PLACES]]
    rest = len(lines) - _PLACES
    text = t(f"report.places.{key}", communes=len(lines), places=", ".join(said))
    return sentence(f"{text} {t('report.places.more', communes=rest)}" if rest > 0 else text)


def _culture(content: ReportContent) -> Iterator[Block]:
    if not content.culture:
        yield para(t("report.culture.none"))
        return
    yield para(
        t("report.culture.some", articles=len(content.culture)) + share(len(content.culture), content.articles) + ":"
    )
    known = office.by_id(content)
    for article in content.culture[:_CULTURE]:
        yield para(f"- {office.named(known[article])}.")
    rest = len(content.culture) - _CULTURE
    if rest > 0:
        yield para(t("report.more_in_annex", articles=rest))


def closing(content: ReportContent) -> str:
    """The last sentence of the body: "Trên đây là báo cáo …./."."""
    return t("report.closing", title=title(content)[:1].lower() + title(content)[1:])
