"""A morning with a running story: own reports, reprints, a changed, a reserved and a withdrawn text.

`busy_press(now)` is the sample press with these; ids of what tests ask for are beside it. All texts are invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.records import ReadArticle, Reprint, RevisionText, StoryMerge, StoryStanding
from tests.fakes.reading import FakePress, publisher, sample_press, written

MERGED = "f00d" * 5
"""The id of a story that became part of the running one."""


def busy_press(now: datetime) -> FakePress:
    """The sample press; its newest article is of a story with eight more, told since yesterday."""
    press = sample_press(now)
    press.publishers |= {f"mau-{n}": publisher(f"mau-{n}", f"Báo Mẫu Số {n}") for n in range(1, 5)}
    newest, *others = press.articles["binh_son"]
    story = newest.listed.id
    added = [_of(story, article) for article in (_reopened(now), _schools(now), _before(now), _gone(now))]
    added += [_reprint(story, newest, number, now) for number in range(1, 5)]
    newest = _of(story, replace(newest, listed=replace(newest.listed, revised_at=now - timedelta(minutes=8))))
    press.articles["binh_son"] = [newest, *added, *others]
    press.standings[story] = StoryStanding(state="growing", recent=8, usual=1.25)
    press.merges[story] = [
        StoryMerge(story=MERGED, title="Đường ven biển nứt dài", at=now - timedelta(hours=1), article=story)
    ]
    press.changed = {
        story: [_revision(newest, now)],
        added[1].listed.id: [_hashes(now)],
        added[3].listed.id: [_withdrawal(now)],
    }
    return press


def busy_ids(press: FakePress) -> dict[str, str]:
    """Ids of the articles: changed, reopened, reserved, before, withdrawn, reprint."""
    names = ("changed", "reopened", "reserved", "before", "withdrawn", "reprint")
    return {name: article.listed.id for name, article in zip(names, press.articles["binh_son"], strict=False)}


def _of(story: str, article: ReadArticle) -> ReadArticle:
    return replace(article, listed=replace(article.listed, story=story))


def _reopened(now: datetime) -> ReadArticle:
    return written(
        "mau-dai", "Đường ven biển qua Bình Sơn thông một làn sau sạt lở",
        "Xe máy và xe cứu hộ được đi từ 6 giờ 45, xe tải vẫn theo tỉnh lộ.",
        ["Hai máy xúc dọn xong phần đất tràn xuống mặt đường ở xã Bình Sơn."], now - timedelta(minutes=30),
        topics=[("transport_infrastructure", ("thông một làn", "xe tải")), ("disaster", ("sạt lở",))],
        tone="positive",
    )  # fmt: skip


def _schools(now: datetime) -> ReadArticle:
    article = written(
        "mau-kinh-te", "Ba trường ở Bình Sơn cho học sinh nghỉ sáng nay vì sạt lở",
        "Nhà trường sẽ báo lịch học bù trong tuần.", [], now - timedelta(minutes=50),
        topics=[("education", ("học sinh nghỉ", "học bù"))], tone="negative",
    )  # fmt: skip
    return replace(article, listed=replace(article.listed, revised_at=now - timedelta(minutes=15)))


def _before(now: datetime) -> ReadArticle:
    return written(
        "mau-mien-nui", "Mặt đường ven biển ở Bình Sơn xuất hiện vết nứt dài",
        "Vết nứt chạy dọc mép đường, có chỗ rộng bằng bàn tay.", ["Xã Bình Sơn đã cắm biển cảnh báo từ chiều."],
        now - timedelta(hours=13), topics=[("transport_infrastructure", ("mặt đường", "vết nứt"))], tone="negative",
    )  # fmt: skip


def _gone(now: datetime) -> ReadArticle:
    article = written(
        "mau-bien", "Sạt lở ở Bình Sơn: ba xe bị vùi", "Tin ban đầu từ hiện trường.",
        ["Người đi đường cho biết có ba xe bị đất vùi ở xã Bình Sơn."], now - timedelta(hours=2),
        topics=[("disaster", ("sạt lở", "bị vùi"))], tone="negative",
    )  # fmt: skip
    listed = replace(
        article.listed, state="withdrawn", withdrawn_at=now - timedelta(minutes=20), lead="", mentions=(),
    )  # fmt: skip
    return replace(article, listed=listed, paragraphs=())


def _reprint(story: str, of: ReadArticle, number: int, now: datetime) -> ReadArticle:
    article = written(
        f"mau-{number}", of.listed.title, of.listed.lead, of.paragraphs, now - timedelta(minutes=number),
        topics=[("disaster", ("sạt lở",))], tone="negative",
    )  # fmt: skip
    twin = Reprint(article=of.listed.id, source=of.listed.source, title=of.listed.title, overlap=0.96, first=False,
                   doubtful=number == 4)  # fmt: skip
    return _of(story, replace(article, listed=replace(article.listed, reprint=twin)))


def _revision(article: ReadArticle, now: datetime) -> RevisionText:
    after = "\n".join((article.listed.title, article.listed.lead, *article.paragraphs))
    before = (
        after.replace("40 hộ dân", "25 hộ dân").replace("2 giờ sáng", "3 giờ sáng")
        .replace("tới trường học và nhà văn hóa thôn, chưa ghi nhận", "tới Vạn Tường, chưa ghi nhận")
        .replace("Dự kiến một làn đường được thông trước 16 giờ nếu trời ngớt mưa.", "Chưa rõ khi nào thông đường.")
    )  # fmt: skip
    return RevisionText(
        number=1, seen_at=now - timedelta(minutes=18), replaced_at=now - timedelta(minutes=8), before=before,
        after=after, hash_before="a" * 64, hash_after="b" * 64,
    )  # fmt: skip


def _hashes(now: datetime) -> RevisionText:
    return RevisionText(
        number=1, seen_at=now - timedelta(minutes=40), replaced_at=now - timedelta(minutes=15), before=None, after=None,
        hash_before="0123456789abcdef" * 4, hash_after="fedcba9876543210" * 4,
    )  # fmt: skip


def _withdrawal(now: datetime) -> RevisionText:
    return RevisionText(
        number=1, seen_at=now - timedelta(hours=1), replaced_at=now - timedelta(minutes=20), before="x", after=None,
        withdrawn=True, missing_since=now - timedelta(minutes=45), hash_before="c" * 64,
    )  # fmt: skip
