"""Train the model that tells article links from others on list pages, and say how well it does on pages it never saw.

    python -m crawlers.sections_train DATA/pages            prints the scores
    python -m crawlers.sections_train DATA/pages --write    and writes crawlers/sections_model.json

Pages: `*-list-*.html` with gold `links` in the JSON beside it. To these are added invented list pages in the manner
of provincial papers' and portals' systems (Liferay, SharePoint, DotNetNuke, WordPress), since the labelled pages are
all of national papers. Scored by leaving each labelled page out in turn, and each publisher with all of its pages.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.linear_model import LogisticRegression

from core import urls
from core.text import fold_plain
from crawlers import links, sections

STRENGTH: Final = 1.0
"""Inverse regularisation; between 0.3 and 3 the scores of pages left out hardly change."""

_WORDS: Final = [
    "xã",
    "phường",
    "huyện",
    "tỉnh",
    "người",
    "dân",
    "nông",
    "dân",
    "lúa",
    "đường",
    "cầu",
    "trường",
    "học",
    "sinh",
    "giáo",
    "viên",
    "bệnh",
    "viện",
    "mưa",
    "lũ",
    "bão",
    "hạn",
    "khởi",
    "công",
    "khánh",
    "thành",
    "kiểm",
    "tra",
    "tập",
    "huấn",
    "hội",
    "nghị",
    "triển",
    "khai",
    "kế",
    "hoạch",
    "phát",
    "triển",
    "du",
    "lịch",
    "lễ",
    "hội",
    "sản",
    "xuất",
    "vụ",
    "mùa",
    "xuất",
    "khẩu",
    "chuyển",
    "đổi",
    "số",
    "cải",
    "cách",
    "hành",
    "chính",
    "hỗ",
    "trợ",
    "vay",
    "vốn",
    "giảm",
    "nghèo",
    "bền",
    "vững",
    "nước",
    "sạch",
    "môi",
    "trường",
    "rừng",
    "biển",
    "tàu",
    "cá",
    "an",
    "toàn",
    "giao",
    "thông",
    "phòng",
    "cháy",
    "vắc",
    "xin",
    "tiêm",
    "phòng",
    "dịch",
    "bệnh",
    "thu",
    "hoạch",
    "giá",
    "tăng",
    "giảm",
    "đầu",
    "tư",
    "dự",
    "án",
    "khu",
    "công",
    "nghiệp",
    "mới",
]
_MEDIA: Final = (
    "video", "videos", "media", "podcast", "anh", "photo", "chu-de", "su-kien", "event", "topic", "tag", "van-ban"
)  # fmt: skip
_MENU: Final = [
    "Trang chủ",
    "Giới thiệu",
    "Thời sự",
    "Kinh tế",
    "Văn hóa - Xã hội",
    "Đời sống",
    "Pháp luật",
    "Thể thao",
    "Du lịch",
    "Tin địa phương",
    "Liên hệ",
    "Sơ đồ cổng",
    "Văn bản mới",
    "Chuyển đổi số",
    "Quốc phòng",
    "Bạn đọc",
    "Video",
    "Ảnh",
    "Podcast",
    "Cải cách hành chính",
    "Tiếp nhận phản ánh kiến nghị của người dân",
    "Hệ thống thông tin giải quyết thủ tục hành chính",
    "Lấy ý kiến góp ý dự thảo văn bản quy phạm pháp luật",
    "Lịch tiếp công dân của lãnh đạo",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list page and the articles on it (canonical addresses without parameters, or with, where these identify)."""

    name: str
    publisher: str
    url: str
    markup: str
    articles: frozenset[str]
    by_query: bool = False

    def key(self, link: links.Link) -> str:
        """The link's address in the form of `articles`."""
        return link.key if self.by_query else link.key.partition("?")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one page left out was read."""

    name: str
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def labelled(folder: Path) -> list[ListPage]:
    """The labelled list pages of a folder; empty where there are none."""
    pages = []
    for file in sorted(folder.glob("*-list-*.json")):
        gold = json.loads(file.read_text(encoding="utf-8"))
        markup = file.with_suffix(".html").read_text(encoding="utf-8", errors="replace")
        articles = frozenset(urls.canonical(url) for url in gold["links"])
        name = file.stem
        pages.append(
            ListPage(name=name, publisher=name.split("-")[0], url=gold["url"], markup=markup, articles=articles)
        )
    return pages


@cache
def invented(seed: int = 1) -> tuple[ListPage, ...]:
    """List pages made up in the manner of provincial papers' and portals' systems; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - for variety, not secrecy
    return tuple(_invent(name, made, chance) for name, made in sorted(_ADDRESSES.items()) for _ in range(3))


def train(pages: Sequence[ListPage], strength: float = STRENGTH) -> dict[str, float]:
    """Weights by name of feature, and the bias. Every page weighs the same however many links it has."""
    rows, labels, weights = [], [], []
    for page in pages:
        found, seen = _seen(page)
        rows += seen
        labels += [page.key(link) in page.articles for link in found]
        weights += [100 / len(found)] * len(found)
    model = LogisticRegression(C=strength, max_iter=5_000)
    model.fit(np.array(rows), np.array(labels), sample_weight=np.array(weights))
    learned = {name: round(float(weight), 4) for name, weight in zip(links.FEATURES, model.coef_[0], strict=True)}
    return {"bias": round(float(model.intercept_[0]), 4), **learned}


def score(page: ListPage, weights: dict[str, float]) -> Score:
    """How the weights read one page: each article counts once."""
    found, seen = _seen(page)
    chosen = sections.above([links.weighed(row, weights) for row in seen])
    got = {page.key(link) for link, taken in zip(found, chosen, strict=True) if taken}
    right = len(got & page.articles)
    return Score(name=page.name, precision=right / len(got) if got else 0.0, recall=right / max(1, len(page.articles)))


@cache
def _seen(page: ListPage) -> tuple[list[links.Link], list[list[float]]]:
    found, _ = links.collect(page.markup, page.url, 20_000)
    return found, links.features(found, page.url)


def cross_validate(real: Sequence[ListPage], same: Callable[[ListPage, ListPage], bool]) -> list[Score]:
    """Each labelled page scored by a model trained on the invented pages and those labelled ones that aren't `same`."""
    extra = invented()
    return [score(page, train([*(other for other in real if not same(page, other)), *extra])) for page in real]


def leave_page_out(real: Sequence[ListPage]) -> list[Score]:
    """Each labelled page left out in turn."""
    return cross_validate(real, lambda page, other: page.name == other.name)


def leave_publisher_out(real: Sequence[ListPage]) -> list[Score]:
    """Each labelled page read by a model that saw no page of its publisher."""
    return cross_validate(real, lambda page, other: page.publisher == other.publisher)


def leave_system_out() -> list[Score]:
    """Each kind of invented page read by a model that saw no page of that kind."""
    pages = invented()
    return [score(page, train([other for other in pages if other.publisher != page.publisher])) for page in pages]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores; with --write, train on everything and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("pages", type=Path, help="folder with *-list-*.html and their gold")
    parser.add_argument("--write", action="store_true", help="write crawlers/sections_model.json")
    chosen = parser.parse_args(arguments)
    real = labelled(chosen.pages)
    if not real:
        sys.stderr.write(f"{chosen.pages}: no *-list-*.json there\n")
        return 1
    _print("page left out", leave_page_out(real))
    _print("publisher left out", leave_publisher_out(real))
    _print("invented system left out", leave_system_out())
    if chosen.write:
        weights = train([*real, *invented()])
        sections.MODEL.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"written: {sections.MODEL}\n")
    return 0


def _print(what: str, scores: Iterable[Score]) -> None:
    for found in scores:
        sys.stdout.write(
            f"{what:26} {found.name:24} F1 {found.f1:.3f}  P {found.precision:.3f}  R {found.recall:.3f}\n"
        )


# --- invented pages ---------------------------------------------------------------------------------------------


def _slug(title: str) -> str:
    return "-".join("".join(c for c in word if c.isalnum()) for word in fold_plain(title).split())


def _code(chance: random.Random, length: int) -> str:
    return "".join(chance.choice("0123456789abcdef") for _ in range(length))


_ADDRESSES: Final[dict[str, str]] = {
    "asset": "/web/guest/tin-tuc/-/asset_publisher/{code}/content/{slug}",
    "asset_query": "/-/asset_publisher/Content/{slug}?redirect=%2Ftin-tuc",
    "aspx_item": "/Default.aspx?sname=tinh&sid=4&pageid=31427&p_itemid={number}",
    "aspx_path": "/portal/Pages/2025-11-{day:02}/{slug}{code}.aspx",
    "drupal": "/?q=node/{number}",
    "query_slug": "/?q=tin-tuc/{slug}",
    "month_code": "/kinh-te/202511/{slug}-{code}/",
    "htm_id": "/{slug}-{number}.htm",
    "section_htm_id": "/xa-hoi/{slug}-10{number}.html",
    "post_id": "/xa-hoi/{slug}-post{number}.vov",
    "ids_slug": "/tin-tuc/206/{number}/{slug}",
    "detail_id": "/chi-tiet-tin?id={number}",
    "wordpress": "/2025/11/{slug}/",
    "bare_slug": "/tin-tuc/{slug}",
}
_BY_QUERY: Final = frozenset({"aspx_item", "drupal", "query_slug", "detail_id"})


def _invent(system: str, made: str, chance: random.Random) -> ListPage:
    base = f"https://{system.replace('_', '-')}.example.vn"
    number = chance.randint(100_000, 900_000)
    items, articles = [], set()
    for _ in range(chance.choice((4, 6, 9, 14, 25, 40))):
        title = " ".join(chance.choices(_WORDS, k=chance.randint(7, 16))).capitalize()
        number += chance.randint(1, 9)
        href = made.format(slug=_slug(title), number=number, day=number % 28 + 1, code=_code(chance, 7))
        items.append(_item(href, title, chance))
        key = urls.canonical(base + href)
        articles.add(key if system in _BY_QUERY else key.partition("?")[0])
    page = (
        f"<html><body>{_menu(system, chance)}<div class='{chance.choice(['main', 'noidung', 'wrap'])}'>"
        f"{''.join(items)}</div>{_others(chance)}{_footer(chance)}</body></html>"
    )
    return ListPage(
        name=f"invented-{system}", publisher=f"invented-{system}", url=f"{base}/tin-tuc-trong-tinh", markup=page,
        articles=frozenset(articles), by_query=system in _BY_QUERY,
    )  # fmt: skip


def _item(href: str, title: str, chance: random.Random) -> str:
    picture = f'<a href="{href}"><img src="/a.jpg" alt=""></a>' if chance.random() < 0.6 else ""
    heading = chance.choice(("h2", "h3", "h4", "div", "p", "span"))
    more = f'<a href="{href}">Xem thêm</a>' if chance.random() < 0.2 else ""
    box = chance.choice(("item", "news-item", "row", "col-md-4", ""))
    return f'<li class="{box}">{picture}<{heading}><a href="{href}" title="{title}">{title}</a></{heading}>{more}</li>'


def _menu(system: str, chance: random.Random) -> str:
    """The menu: sections, in the same system's own way where sections are told by parameters."""
    rows = []
    for number, name in enumerate(_MENU):
        href = f"/{_slug(name)}" + chance.choice(("", ".htm", ".aspx"))
        if system in _BY_QUERY and chance.random() < 0.7:
            href = f"/?q={_slug(name)}" if "q" in system else f"/Default.aspx?sname=tinh&sid=4&pageid={2800 + number}"
        elif system.startswith("asset"):
            href = f"/web/guest/{_slug(name)}"
        rows.append(f'<li><a href="{href}">{name}</a></li>')
    opening, closing = chance.choice((("<nav>", "</nav>"), ('<div class="menu">', "</div>"), ("<table>", "</table>")))
    return f"{opening}<ul>{''.join(rows)}</ul>{closing}"


def _others(chance: random.Random) -> str:
    """What stands beside articles and looks like them: videos, albums, topics, tags, documents, calendars."""
    rows = []
    for place in chance.sample(_MEDIA, 3):
        number, suffix = chance.randint(1_000, 999_999), chance.choice((".htm", ".html", ""))
        for _ in range(chance.randint(2, 10)):
            number += chance.randint(1, 9)
            title = " ".join(chance.choices(_WORDS, k=chance.randint(6, 16))).capitalize()
            rows.append(_item(f"/{place}/{_slug(title)}-{number}{suffix}", title, chance))
    days = "".join(f'<a href="/lich?ngay=2025-11-{day:02}">{day}</a>' for day in range(1, 29))
    pages = "".join(f'<a href="?page={page}">{page}</a>' for page in range(2, 12))
    box = chance.choice(("right", "media", "box"))
    return f"<div class='{box}'>{''.join(rows)}</div><div>{days}</div><div>{pages}</div>"


def _footer(chance: random.Random) -> str:
    names = chance.sample(_MENU, 8)
    rows = "".join(f'<a href="/{_slug(name)}">{name}</a>' for name in names)
    return f"<{(tag := chance.choice(('footer', 'div')))}>{rows}<a href='/'>Về đầu trang</a></{tag}>"


if __name__ == "__main__":
    sys.exit(main())
