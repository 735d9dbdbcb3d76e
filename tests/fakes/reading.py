"""The reading ports in memory, filled with invented articles about Bình Sơn, for trying and testing the pages.

`sample_press(now)` gives a whole set. Papers, articles and figures are invented; the places are real.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from core.clock import local_day
from core.ports import NO_FILTERS
from core.records import (
    Change,
    Correction,
    DayCount,
    Desk,
    EndpointStatus,
    Facets,
    Label,
    LabelCount,
    ListedArticle,
    Mention,
    MentionField,
    Message,
    OutboxRow,
    Published,
    Publisher,
    PublisherKind,
    ReadArticle,
    ReadStory,
    Recipient,
    RevisionText,
    SearchFilters,
    SearchHit,
    SearchPage,
    SourceHealth,
    Step,
    StoryDay,
    StoryMerge,
    StoryStanding,
    StoryView,
    Tone,
)
from core.roles import Role
from core.text import fold, fold_plain, has_diacritics
from core.topics import TONES, TOPIC_IDS, ToneLabel
from core.urls import article_id, is_web


@dataclass
class FakePress:
    """ReadingRoom, SearchIndex, DeskBook and Corrections over lists.

    Articles with the same `listed.story` are one story; one without stands alone under its own id.
    """

    articles: dict[str, list[ReadArticle]] = field(default_factory=dict)  # by desk
    health: list[SourceHealth] = field(default_factory=list)
    outbox: dict[str, list[OutboxRow]] = field(default_factory=dict)  # by desk
    book: list[Desk] = field(default_factory=list)
    publishers: dict[str, Publisher] = field(default_factory=dict)
    read_a_day: int = 263
    bounded: bool = False
    more: bool = False
    changed: dict[str, list[RevisionText]] = field(default_factory=dict)  # by article, newest first
    merges: dict[str, list[StoryMerge]] = field(default_factory=dict)  # by story
    standings: dict[str, StoryStanding] = field(default_factory=dict)  # by story; "quiet" where none is given
    corrected: list[Correction] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)  # ids of corrections

    def day(self, desk: str, day: date) -> tuple[ListedArticle, ...]:
        found = [self._shown(desk, a.listed) for a in self.articles.get(desk, [])]
        found = [listed for listed in found if local_day(listed.published.at) == day]
        return tuple(sorted(found, key=lambda listed: listed.published.at, reverse=True))

    def article(self, desk: str, article_id: str) -> ReadArticle | None:
        found = next((a for a in self.articles.get(desk, []) if a.listed.id == article_id), None)
        return found and replace(found, listed=self._shown(desk, found.listed))

    def day_counts(self, desk: str, last: date, days: int = 7) -> tuple[DayCount, ...]:
        wanted = [last - timedelta(days=back) for back in reversed(range(days))]
        return tuple(
            DayCount(day=day.isoformat(), articles=len(self.day(desk, day)), read=self.read_a_day) for day in wanted
        )

    def stories(self, desk: str, day: date, at: datetime) -> tuple[StoryView, ...]:
        return self.stories_between(desk, day, day, at)

    def label_counts(self, desk: str, first: date, last: date, step: Step) -> tuple[LabelCount, ...]:
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return tuple(
            LabelCount(slot=day.isoformat(), kind="all", key="", articles=len(found))
            for day in days if (found := self.day(desk, day))
        )  # fmt: skip

    def stories_between(self, desk: str, first: date, last: date, at: datetime) -> tuple[StoryView, ...]:
        of_day: dict[str, list[ListedArticle]] = {}
        days = [last - timedelta(days=number) for number in range((last - first).days + 1)]
        for listed in (listed for day in days for listed in self.day(desk, day)):
            of_day.setdefault(listed.story or listed.id, []).append(listed)
        return tuple(replace(self._view(desk, story), of_day=tuple(found)) for story, found in of_day.items())

    def story(self, desk: str, story: str, at: datetime) -> ReadStory | None:
        for into, merges in self.merges.items():
            story = into if any(merge.story == story for merge in merges) else story
        told = self._told(desk, story)
        if not told:
            return None
        days: dict[str, list[ListedArticle]] = {}
        for listed in told:
            days.setdefault(local_day(listed.published.at).isoformat(), []).append(listed)
        return ReadStory(
            view=self._view(desk, story),
            days=tuple(
                StoryDay(day=day, articles=tuple(a for a in found if not _repeats(a)),
                         reprints=tuple(a for a in found if _repeats(a)))
                for day, found in days.items()
            ),
            merges=tuple(self.merges.get(story, ())),
        )  # fmt: skip

    def revisions(self, desk: str, article_id: str) -> tuple[RevisionText, ...]:
        return tuple(self.changed.get(article_id, ())) if self.article(desk, article_id) else ()

    def correct(
        self, desk: str, article: str, *, topic: str = "", present: bool = True, tone: ToneLabel | None = None,
        at: datetime, by: str,
    ) -> Correction | None:  # fmt: skip
        if topic not in {"", *TOPIC_IDS} or tone not in {None, *TONES} or bool(topic) is (tone is not None):
            raise ValueError(f"no such label: {topic or tone}")
        if not self.article(desk, article):
            return None
        made = Correction(
            id=len(self.corrected) + 1, desk=desk, article=article, topic=topic, present=present, tone=tone,
            model="mẫu", at=at, by=by,
        )  # fmt: skip
        for old in self.corrections(desk, article):
            if old.topic == topic:
                self.undo(desk, old.id, at, by)
        self.corrected.append(made)
        return made

    def undo(self, desk: str, correction: int, at: datetime, by: str) -> bool:
        if correction not in {held.id for held in self.corrections(desk)}:
            return False
        self.undone.add(correction)
        return True

    def corrections(self, desk: str | None = None, article: str | None = None) -> tuple[Correction, ...]:
        return tuple(
            c for c in self.corrected
            if c.id not in self.undone and desk in (None, c.desk) and article in (None, c.article)
        )  # fmt: skip

    def _shown(self, desk: str, listed: ListedArticle) -> ListedArticle:
        for made in self.corrections(desk, listed.id):
            others = tuple(label for label in listed.topics if label.topic != made.topic)
            if made.tone:
                listed = replace(listed, tone=Tone(label=made.tone, score=1.0, corrected=True))
            elif made.present:
                listed = replace(listed, topics=(*others, Label(topic=made.topic, score=1.0, corrected=True)))
            else:
                listed = replace(listed, topics=others, removed_topics=(*listed.removed_topics, made.topic))
        return listed

    def _told(self, desk: str, story: str) -> list[ListedArticle]:
        found = [self._shown(desk, a.listed) for a in self.articles.get(desk, [])]
        return sorted((a for a in found if (a.story or a.id) == story), key=lambda a: a.published.at)

    def _view(self, desk: str, story: str) -> StoryView:
        told = self._told(desk, story)
        return StoryView(
            id=story, title=told[0].title,
            standing=self.standings.get(story, StoryStanding(state="quiet", recent=0, usual=1.0)),
            first=told[0].published.at, last=told[-1].published.at, articles=len(told),
            reprints=sum(map(_repeats, told)), sources=tuple(dict.fromkeys(a.source for a in told)),
        )  # fmt: skip

    def sources(self, at: datetime) -> tuple[SourceHealth, ...]:
        return tuple(self.health)

    def messages(self, desk: str, limit: int = 50) -> tuple[OutboxRow, ...]:
        return tuple(self.outbox.get(desk, []))[:limit]

    def desks(self) -> tuple[Desk, ...]:
        return tuple(self.book)

    def apply_desk(self, desk: Desk, at: datetime, by: str) -> bool:
        kept = [known for known in self.book if known.id != desk.id]
        changed = desk not in self.book
        self.book = [*kept, desk]
        return changed

    def change_desk(self, desk: str, how: Callable[[Desk], Desk], at: datetime, by: str) -> bool:
        return self.apply_desk(how(next(one for one in self.book if one.id == desk)), at, by)

    def apply(self, changes: Sequence[Change]) -> None:
        """The fake searches its own lists."""

    def facets(self, desk: str, query: str, filters: SearchFilters = NO_FILTERS) -> Facets:
        found = [hit.article for hit in self.search(desk, query, limit=1000, filters=filters).hits]
        return Facets(
            sources=tuple(Counter(a.source for a in found).most_common()),
            topics=tuple(Counter(label.topic for a in found for label in a.topics).most_common()),
            months=tuple(Counter(local_day(a.published.at).isoformat()[:7] for a in found).most_common()),
            counted=len(found),
        )  # fmt: skip

    def search(
        self, desk: str, query: str, *, by_time: bool = False, offset: int = 0, limit: int = 20,
        filters: SearchFilters = NO_FILTERS,
    ) -> SearchPage:  # fmt: skip
        shape = fold if has_diacritics(query) else fold_plain
        wanted = shape(query.strip('"'))
        found = []
        for article in self.articles.get(desk, []):
            listed = article.listed
            if not _passes(listed, filters):
                continue
            for text in (listed.title, listed.lead, *article.paragraphs):
                at = shape(text).find(wanted)
                if at >= 0:
                    end = at + len(wanted)
                    marked = f"{text[:at]}\ue000{text[at:end]}\ue001{text[end:]}"
                    found.append(SearchHit(article=listed, snippet=marked))
                    break
        if by_time:
            found.sort(key=lambda hit: hit.article.published.at, reverse=True)
        shown = tuple(found[offset : offset + limit])
        return SearchPage(hits=shown, total=len(found), more=self.more, bounded=self.bounded)


def _passes(listed: ListedArticle, filters: SearchFilters) -> bool:
    day = local_day(listed.published.at)
    return (
        (not filters.sources or listed.source in filters.sources)
        and (not filters.topics or any(label.topic in filters.topics for label in listed.topics))
        and (filters.first or day) <= day <= (filters.last or day)
    )


def _repeats(listed: ListedArticle) -> bool:
    return listed.reprint is not None and not listed.reprint.first


def publisher(source: str, name: str, kind: PublisherKind = PublisherKind.NEWSPAPER) -> Publisher:
    """An invented publisher."""
    return Publisher(
        id=source, name=name, kind=kind, licence="giấy phép mẫu", home=f"https://{source}.example/", endpoints=()
    )


def written(
    source: str,
    title: str,
    lead: str,
    paragraphs: Sequence[str],
    at: datetime,
    *,
    name: str = "Bình Sơn",
    because: Sequence[str] = ("vì trước tên có chữ “xã”", "vì bài có nhắc “tỉnh Quảng Ngãi”"),
    topics: Sequence[tuple[str, Sequence[str]]] = (),
    tone: ToneLabel = "neutral",
    focus: bool = True,
    captions: Sequence[str] = (),
    url: str = "",
    doubtful: bool = False,
    revised_at: datetime | None = None,
) -> ReadArticle:
    """An article whose mentions are found by its own `name`."""
    address = url or f"https://{source}.example/{fold_plain(title).replace(' ', '-')[:60]}.html"
    parts: list[tuple[MentionField, int, str]] = [("title", 0, title), ("lead", 0, lead)]
    parts += [("body", number, text) for number, text in enumerate(paragraphs)]
    mentions = [
        Mention(
            field=where, index=number, start=text.find(name), end=text.find(name) + len(name), unit="2025:xa:21034",
            score=0.97, evidence=tuple(because),
        )
        for where, number, text in parts
        if name in text
    ]  # fmt: skip
    listed = ListedArticle(
        id=article_id(address) if is_web(address) else sha256(title.encode()).hexdigest()[:20],
        url=address, source=source, title=title, lead=lead,
        published=Published(at=at, provenance="json-ld", doubtful=doubtful),
        first_seen=at + timedelta(minutes=11), revised_at=revised_at, focus=focus,
        topics=tuple(Label(topic=topic, score=0.93, words=tuple(words)) for topic, words in topics),
        tone=Tone(label=tone, score=0.88), mentions=tuple(mentions),
    )  # fmt: skip
    return ReadArticle(
        listed=listed, paragraphs=tuple(paragraphs), captions=tuple(captions), revisions=int(revised_at is not None),
        model="mẫu",
    )  # fmt: skip


def healthy(source: str, at: datetime, status: EndpointStatus = EndpointStatus.OK, **changes: object) -> SourceHealth:
    """Reading health of one source with whatever is changed."""
    base = SourceHealth(
        source=source, status=status, reason="", endpoints=3, last_poll=at - timedelta(minutes=6),
        last_success=at - timedelta(minutes=6), last_new=at - timedelta(minutes=40), read_7d=312, kept_7d=4,
        failed_7d=1, no_body_7d=0, blocked_7d=0, silent=False,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def waiting(number: int, article: ReadArticle, recipient: str, at: datetime, **changes: object) -> OutboxRow:
    """A message about an article on its way."""
    listed = article.listed
    message = Message(
        key=f"alert:binh_son:{listed.id}:{recipient}", desk="binh_son", recipient=recipient, channel="page",
        article=listed.id, subject=listed.title, text=f"{listed.title}\n\n{listed.lead}\n\n{listed.url}",
    )  # fmt: skip
    return replace(
        OutboxRow(id=number, message=message, created=at, state="page", attempts=0),
        **changes,  # type: ignore[arg-type]
    )


def binh_son() -> Desk:
    """A desk with four recipients."""
    return Desk(
        id="binh_son", name="Bình Sơn", office="UBND xã Bình Sơn", units=("2024:huyen:524",),
        recipients=(
            Recipient(id="van-phong", name="Văn phòng HĐND và UBND", roles=(Role.INFORMATION_OFFICE,),
                      email="vanphong@binhson.example"),
            Recipient(id="kinh-te", name="Phòng Kinh tế",
                      roles=(Role.AGRICULTURE_ENVIRONMENT, Role.TRANSPORT_CONSTRUCTION, Role.DISASTER_PREVENTION),
                      email="kinhte@binhson.example"),
            Recipient(id="van-hoa", name="Phòng Văn hóa - Xã hội", roles=(Role.HEALTH, Role.EDUCATION)),
            Recipient(id="lanh-dao", name="Lãnh đạo Ủy ban", roles=(Role.LEADERSHIP,),
                      email="lanhdao@binhson.example"),
        ),
    )  # fmt: skip


def sample_press(now: datetime) -> FakePress:
    """A whole morning at Bình Sơn."""
    from tests.fakes.sample_texts import articles

    press = FakePress(book=[binh_son()])
    press.publishers = {
        p.id: p
        for p in (
            publisher("mau-dan-sinh", "Báo Dân Sinh (mẫu)"), publisher("mau-mien-nui", "Báo Miền Núi (mẫu)"),
            publisher("mau-bien", "Báo Biển Xanh (mẫu)"),
            publisher("mau-dai", "Đài Phát thanh Truyền hình Sông Trà (mẫu)", PublisherKind.BROADCASTER),
            publisher("mau-cong", "Cổng thông tin huyện Ven Biển (mẫu)", PublisherKind.PUBLIC_BODY),
            publisher("mau-kinh-te", "Thời báo Kinh Tế Miền Trung (mẫu)"),
        )
    }  # fmt: skip
    press.articles = {"binh_son": articles(now)}
    press.health = [
        healthy("mau-dan-sinh", now), healthy("mau-mien-nui", now, read_7d=188, kept_7d=3),
        healthy("mau-bien", now, EndpointStatus.BLOCKED, reason="http-403", blocked_7d=57, failed_7d=57, read_7d=0,
                kept_7d=0, last_success=now - timedelta(days=2, hours=3)),
        healthy("mau-dai", now, silent=True, last_new=now - timedelta(days=4)),
        healthy("mau-cong", now, EndpointStatus.BROKEN, reason="malformed", read_7d=12, kept_7d=1, no_body_7d=6,
                last_success=now - timedelta(days=1)),
        healthy("mau-kinh-te", now, reserved=True, endpoints_unread=1),
        healthy("mau-moi", now, EndpointStatus.NEW, last_poll=None, last_success=None, last_new=None, read_7d=0,
                kept_7d=0, failed_7d=0),
    ]  # fmt: skip
    newest = press.articles["binh_son"]
    press.outbox = {
        "binh_son": [
            waiting(9, newest[0], "van-phong", now - timedelta(minutes=9)),
            waiting(8, newest[0], "kinh-te", now - timedelta(minutes=9), state="waiting", attempts=2,
                    reason="mail-busy 451"),
            waiting(7, newest[1], "van-phong", now - timedelta(minutes=40), state="delivered",
                    delivered_at=now - timedelta(minutes=39), attempts=1),
            waiting(6, newest[2], "lanh-dao", now - timedelta(hours=1), state="refused", attempts=1,
                    reason="mail-refused 550"),
            waiting(5, newest[3], "van-hoa", now - timedelta(hours=2)),
        ]
    }  # fmt: skip
    return press
