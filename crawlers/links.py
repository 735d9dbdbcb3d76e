"""Links of a list page and what can be seen of each: the features from which sections.py tells articles.

Nothing here knows any publisher. A link is described by its address (words of the slug, digits, date, depth), by
where it stands (heading, menu, picture), by its text, and by the company it keeps: how many links of the page have
an address of the same shape, and how long their texts are.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from selectolax.lexbor import LexborNode

from core import urls
from core.errors import AddressRefused
from core.text import clean, fold_plain
from crawlers.decode import untwist
from crawlers.extract.shown import shown
from crawlers.parsed import ParsedPage

ANCESTORS: Final = 14
"""How far up a link's surroundings are looked at; also what bounds the work on pages nested a thousand levels deep."""

TEXT_CHARS: Final = 400
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MENUS: Final = frozenset({"nav", "header", "footer", "menu"})
_MENU_CLASS: Final = re.compile(
    r"(^|[\s_-])(nav|navbar|menu|submenu|mega|header|footer|breadcrumbs?|pagination|paging|pager|topbar|toolbar|share"
    r"|social|lang|login|sitemap|tags?|tagbox|chuyen-muc|danh-muc|lien-ket)([\s_-]|$)",
    re.IGNORECASE,
)
_TITLE_CLASS: Final = re.compile(r"title|headline|tieu-?de|news-name|name-news|(^|[\s_-])(tit|heading)([\s_-]|$)", re.I)
_LIST_CLASS: Final = re.compile(r"item|article|story|news|post|card|list|entry|box-category|tin-tuc", re.IGNORECASE)
_BYLINE: Final = "[rel~=author], [itemprop=author], [class*=author], [class*=byline], [class*=tacgia], [class*=tac-gia]"
_SUFFIX: Final = re.compile(r"\.(html?|aspx|chn|vnp|vov|ldo|epi|tpo|antd|jsp|php|bbp|vgp|shtml?)$")
_NOT_ARTICLE: Final = re.compile(
    r"/(video|videos|clip|podcasts?|audio|radio|truyen-hinh|tv|truc-tiep-tv|photo|anh|gallery|media|tags?|tu-khoa|topic"
    r"|chu-de|su-kien|event|events|dong-su-kien|search|tim-kiem|rss|login|dang-nhap|dang-ky|lien-he|contact|about"
    r"|gioi-thieu|quang-cao|ads|page|trang|author|tac-gia|lich|calendar|van-ban|thu-tuc|hoi-dap|category|chuyen-muc"
    r"|danh-muc|chuyen-trang|so-do|sitemap|dieu-khoan|chinh-sach-bao-mat|tra-cuu|xo-so|lich-thi-dau)([/._-]|$)"
)
_ARTICLE_MARK: Final = re.compile(
    r"/-/asset_publisher/[^/]{1,40}/content/|[?&](itemid|newsid|articleid|id|tin|post|nid|iid|p)=\d{2,}"
    r"|-(post|art|a|d|c|r|i|n|p|detail)?\d{3,}(-d\d{1,9})?(\.[a-z]{2,6})?$"
    r"|/(news-detail|chi-tiet|chi-tiet-tin|view|detail|content)/",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(r"[-_.+ ]")
_DIGITS: Final = re.compile(r"\d+")
_IDENTITY: Final = re.compile(
    r"^(q|id|itemid|newsid|articleid|nid|iid|p|tin|post|urile|pageid|categoryid|cat|catid)$", re.I
)


@dataclass(slots=True, kw_only=True)
class Link:
    """One address of the page's own host, with all that is seen of it where it stands."""

    url: str
    key: str  # canonical address
    text: str = ""
    anchors: int = 0
    headings: int = 0
    titles: int = 0
    listed: int = 0
    menus: int = 0
    asides: int = 0
    pictures: int = 0
    texts: list[str] = field(default_factory=list)


def collect(markup: str, page: str, limit: int) -> tuple[list[Link], bool]:
    """The page's links to its own host, in the order of the page, and whether there were more than `limit`.

    `page`: the address that answered.
    """
    parsed = ParsedPage(markup)  # without scripts, which may stand in a link and are no text of it
    own, base = urls.bare_host(urls.host_of(page)), parsed.base(page)
    here = urls.canonical(page)
    found: dict[str, Link] = {}
    anchors = parsed.tree.css("a[href]")
    for node in anchors[:limit]:
        address = _address(node, base)
        if address is None or urls.bare_host(urls.host_of(address)) != own:
            continue
        key = urls.canonical(address)
        if key != here:
            _see(found.setdefault(key, Link(url=address, key=key)), node)
    for link in found.values():
        link.text = max(link.texts, key=len, default="")
    return list(found.values()), len(anchors) > limit


def _address(node: LexborNode, base: str) -> str | None:
    href = (node.attributes.get("href") or "").strip()
    if not href or href.startswith("#") or len(href) > urls.MAX_URL:
        return None
    address = urls.join(base, href.partition("#")[0])
    try:
        return address if address and urls.canonical(address) else None
    except AddressRefused:
        return None


def _see(link: Link, node: LexborNode) -> None:
    text = _said(node)
    text = text or clean(untwist((node.attributes.get("title") or "")[: 4 * TEXT_CHARS]))[:TEXT_CHARS]
    if text:
        link.texts.append(text)
    link.anchors += 1
    tags, classes = _surroundings(node)
    link.headings += bool(tags & _HEADINGS) or node.css_first("h1, h2, h3, h4, h5, h6") is not None
    link.titles += bool(_TITLE_CLASS.search(classes))
    link.listed += "article" in tags or bool(_LIST_CLASS.search(classes))
    link.menus += bool(tags & _MENUS) or bool(_MENU_CLASS.search(classes))
    link.asides += "aside" in tags
    link.pictures += node.css_first("img, picture") is not None


def _said(node: LexborNode) -> str:
    """The text of a link: of the headline where a whole card is one link, and never that of a byline in it."""
    whole = clean(untwist(shown(node, _BYLINE)[: 4 * TEXT_CHARS]))
    heading = node.css_first("h1, h2, h3, h4, h5, h6") if whole else None
    text = clean(untwist(shown(heading, _BYLINE)[: 4 * TEXT_CHARS])) if heading is not None else ""
    return (text or whole)[:TEXT_CHARS]


def _surroundings(node: LexborNode) -> tuple[set[str], str]:
    tags: set[str] = set()
    classes: list[str] = []
    at: LexborNode | None = node
    for _ in range(ANCESTORS):
        if at is None or at.tag in ("body", "html"):
            break
        tags.add(at.tag or "")
        attributes = at.attributes
        classes.append(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:200])
        at = at.parent
    return tags, " ".join(classes)


def shape(url: str) -> str:
    """The shape of an address: "/thoi-su/muoi-tu-cua-tieu-de-4820001.html" -> "/a/a*-9.html".

    a: one to three words, a*: four or more, 9: digits of an id; parameters by name and shape. A first part that says
    what stands below ("video", "tag") is kept as it is.
    """
    parts = urlsplit(url)
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    shaped = [_segment(segment) for segment in segments]
    if len(segments) > 1 and _NOT_ARTICLE.fullmatch(f"/{segments[0].lower()}"):
        shaped[0] = segments[0].lower()
    if len(shaped) > 3:
        shaped = [shaped[0], "~", shaped[-1]]
    named = [f"{name.lower()}={_value(value)}" for name, value in sorted(parse_qsl(parts.query[:1000])) if value]
    return "/" + "/".join(shaped) + (f"?{'&'.join(named[:4])}" if named else "")


def _value(value: str) -> str:
    return "/".join(_segment(segment) for segment in value.split("/")[:3])


def _segment(segment: str) -> str:
    stem, suffix = _split_suffix(segment.lower())
    words = [word for word in _WORDS.split(stem) if word]
    letters = sum(1 for word in words if not word.isdigit())
    ids = [word for word in words if re.search(r"\d{4,}", word) or (word.isdigit() and not letters)]
    body = "a*" if letters >= 4 else "a" if letters else ""
    return body + ("-9" if body and ids else "9" if ids else "") + suffix


def _split_suffix(segment: str) -> tuple[str, str]:
    found = _SUFFIX.search(segment)
    return (segment[: found.start()], found.group()) if found else (segment, "")


FEATURES: Final = (
    "slug_words", "text_words", "text_long", "overlap", "headline", "id_short", "id_long", "date", "suffix",
    "depth", "query",
    "article_mark", "not_article", "heading", "title_class", "listed", "menu", "aside", "picture", "anchors",
    "peers", "peer_words", "peer_headings", "peer_menus", "parent", "below_page",
)  # fmt: skip


def features(links: Sequence[Link], base: str) -> list[list[float]]:
    """For each link the values of FEATURES, all between 0 and 1 or a little above."""
    shapes = [shape(link.url) for link in links]
    company: defaultdict[str, list[Link]] = defaultdict(list)
    for link, shaped in zip(links, shapes, strict=True):
        company[shaped].append(link)
    peers = {shaped: _peers(group) for shaped, group in company.items()}
    parents = _parents(links)
    section = _stem(urlsplit(base).path)
    rows = []
    for link, shaped in zip(links, shapes, strict=True):
        path = urlsplit(link.key).path
        below = [float(_stem(path) in parents), float(len(section) > 1 and section in path)]
        rows.append([*_address_features(link), *_place_features(link), *peers[shaped], *below])
    return rows


def _address_features(link: Link) -> list[float]:
    parts = urlsplit(link.key)
    path = unquote(parts.path).lower()
    whole = f"{path}?{parts.query}" if parts.query else path
    last = path.rstrip("/").rpartition("/")[2]
    stem, suffix = _split_suffix(last)
    slug = _slug_words(path, stem, parts.query)
    words = fold_plain(link.text).split()
    digits = max((len(run) for run in _DIGITS.findall(whole)), default=0)
    overlap = _overlap(slug, words)
    return [
        min(len(slug), 15) / 10,
        min(len(words), 20) / 12,
        float(len(words) >= 6),
        overlap,
        float(overlap >= 0.7 and len(slug) >= 7 and digits >= 4),
        float(4 <= digits <= 8),
        float(digits > 8),
        float(bool(re.search(r"/20\d{2}[/-]?\d{2}|(?<!\d)20\d{2}[01]\d[0-3]\d|/\d{4}/\d{1,2}/", path))),
        float(bool(suffix)),
        min(path.count("/"), 8) / 4,
        float(any(_IDENTITY.match(name) for name, _ in parse_qsl(parts.query))),
        float(bool(_ARTICLE_MARK.search(whole))),
        float(bool(_NOT_ARTICLE.search(whole.removesuffix(stem + suffix) + (stem if len(slug) < 4 else "")))),
    ]


def _place_features(link: Link) -> list[float]:
    seen = max(link.anchors, 1)
    return [
        float(link.headings > 0),
        float(link.titles > 0),
        float(link.listed > 0),
        link.menus / seen,
        link.asides / seen,
        float(link.pictures > 0),
        min(link.anchors - 1, 3) / 3,
    ]


def _peers(group: Iterable[Link]) -> list[float]:
    members = list(group)
    lengths = [len(link.text.split()) for link in members]
    return [
        min(math.log1p(len(members)), 5) / 3,
        min(median(lengths), 20) / 12,
        sum(link.headings > 0 for link in members) / len(members),
        sum(link.menus / max(link.anchors, 1) for link in members) / len(members),
    ]


def _slug_words(path: str, stem: str, query: str) -> list[str]:
    """Words of the last part of a path; of the part before it where the last is only a number, or of a parameter."""
    words = [word for word in _WORDS.split(stem) if word and not word.isdigit()]
    if len(words) < 2 and path.count("/") > 1:
        before = path.rstrip("/").rpartition("/")[0].rpartition("/")[2]
        earlier = [word for word in _WORDS.split(before) if word and not word.isdigit()]
        words = earlier if len(earlier) > 3 else words
    if len(words) < 2 and query:
        values = (value.rstrip("/").rpartition("/")[2] for _, value in parse_qsl(query[:1000]))
        longest = max((_WORDS.split(_split_suffix(value.lower())[0]) for value in values), key=len, default=[])
        words = [word for word in longest if word and not word.isdigit()]
    return words


def _overlap(slug: Sequence[str], words: Sequence[str]) -> float:
    """Share of the slug's words that stand in the link's text: a headline makes its own address."""
    if len(slug) < 4 or not words:
        return 0.0
    bare = Counter(re.sub(r"\W", "", word) for word in words)
    return sum(1 for word in slug if bare[re.sub(r"\W", "", word)]) / len(slug)


def _parents(links: Iterable[Link]) -> set[str]:
    """Paths below which other links of the page lie: sections, not articles."""
    above: set[str] = set()
    for link in links:
        path = urlsplit(link.key).path
        while path.count("/") > 1:
            path = path.rpartition("/")[0]
            above.add(path)
    return above


def _stem(path: str) -> str:
    return _SUFFIX.sub("", path.rstrip("/").lower())


def weighed(values: Sequence[float], weights: Mapping[str, float]) -> float:
    """The log-odds that a link is an article's, by a linear model of FEATURES."""
    return weights["bias"] + sum(value * weights[name] for name, value in zip(FEATURES, values, strict=True))
