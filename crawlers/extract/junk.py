"""What stands on an article's page and is not the article: told by an element's name, class, id or own words.

Class names were gathered from the content systems that Vietnamese papers share and from English papers; a rule for one
paper belongs into its declaration.
"""

# ruff: noqa: SIM905 - long lists of words are easier read in rows
from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

TAGS: Final = frozenset(
    "script style noscript template iframe object embed svg canvas form button input select textarea label nav footer "
    "audio video source track map menu dialog head meta link title base ins amp-ad amp-embed amp-social-share "
    "amp-video amp-iframe x-embed".split()
)
"""Elements that never hold article text."""

_WORDS: Final = (
    r"relat(?:ed|e)|lien-?quan|tin-?lien|tin-?khac|tin-?moi|cung-?chuyen-?muc|doc-?them|xem-?them|read-?more|readnext|"
    r"more-?(?:on|from|stories|news|info)|see-?also|also-?read|recirc\w*|recommend\w*|suggest\w*|popular|trending|"
    r"most-?read|doc-?nhieu|share|sharing|social\w*|sns|tags?|tag-?list|keywords?|tu-?khoa|comments?|cmt|binh-?luan|"
    r"y-?kien|disqus|livefyre|author\w*|byline\w*|by-?line|bio|tac-?gia|nguon|copyright|credit\w*|source-?(?:news|link)|"
    r"link-?source|ads?|adv|advert\w*|sponsor\w*|promo\w*|banner\w*|quang-?cao|newsletter\w*|subscri\w*|sign-?up|"
    r"signup|donat\w*|breadcrumbs?|menu|nav|navbar|navigation|pagination|pager|footer|toolbar|tool-?box|"
    r"sidebar|side-?bar|embed\w*|twitter\w*|tweet\w*|facebook\w*|fb|instagram\w*|tiktok\w*|threads|zalo|"
    r"youtube\w*|poll|quiz|survey|rating|vote|player|video-?(?:info|title|list|js|js-?\w+|wrap\w*|container)|audio\w*|"
    r"tts|speech|listen|print\w*|hidden|sr-only|visually-?hidden|screen-?reader\w*|visuallyhidden|skip-?link|"
    r"cookie\w*|modal|popup|tooltip|widget\w*|outbrain|taboola\w*|google-?news|follow\w*|topic-?list|timeline-?nav|"
    r"most-?viewed|list-?news|box-?news|news-?box|box-?tin|tin-?bai|hot-?news|login|register|correction-?form|"
    r"feedback|reaction\w*|like-?box|emotion|react-?box|app-?download|toc|table-?of-?contents|metadata|meta-?info|"
    r"date-?line-?share|article-?(?:tools|actions|footer|tags|share|author|related|bio)|slot-?\w*|dfp|gpt|"
    r"insert-wiki-content|articles-edit|inner-article|z-\w*widget\w*|link-content-footer|relatednews\w*|relatedonenews\w*|kbwc\w*|detail-(?:tab|author|comment|share|related)\w*|"
    r"live-?feed-?list|trinity\w*|btn|cta|inline-?cta|off-?screen|aria-hidden|caas-\w*xray\w*|figure-?source"
)
_CLASS: Final = re.compile(rf"(?:^|[\s_])(?:\w{{1,60}}-)*?(?:{_WORDS})(?=$|[\s_-])", re.IGNORECASE)
_CLASS_FIRST: Final = re.compile(rf"(?:^|[\s_])(?:{_WORDS})(?=$|[\s_-])", re.IGNORECASE)
_KEEP: Final = re.compile(
    r"article-?(?:body|content|text|detail)|(?:body|content|detail)-?(?:article|content|text|main)|main-?content|"
    r"entry-?content|post-?content|story-?(?:body|content|text)|fck_detail|afcbc-body|cms-body|maincontent|no-ads|"
    r"has-(?:sidebar|ads|share|related)|with-(?:sidebar|ads|share)",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 2_000
_TYPE: Final = re.compile(r"related|news|relate|video|poll|vote|social|embed", re.IGNORECASE)
_CAPTION: Final = re.compile(
    r"(?:^|[\s_-])(?:caption\w*|photocms_caption|image-?(?:desc\w*|note|title|caption)|chu-?thich|pCaption|Image|"
    r"wp-caption-text|photo-?desc\w*|img-?desc\w*|picture-?desc\w*|fig-?\w*)(?=$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SOCIAL: Final = re.compile(
    r"twitter-|instagram-|tiktok-|fb-|bluesky|mastodon|threads-|reddit-|telegram-|social", re.IGNORECASE
)
_HREF_SOCIAL: Final = re.compile(
    r"//(?:[\w.-]+\.)?(?:twitter|x|facebook|instagram|tiktok|threads|t|bsky|reddit|youtube)\.(?:com|net|co|app|me)/",
    re.IGNORECASE,
)


def names(node: LexborNode) -> str:
    """Class and id of an element, for the rules; 2,000 characters of each at the most."""
    attributes = node.attributes
    kind, identity = (attributes.get(name) or "" for name in ("class", "id"))
    return f"{kind[:_LONGEST_NAME]} {identity[:_LONGEST_NAME]}".strip()


def is_junk(node: LexborNode) -> bool:
    """Whether an element inside an article's container is no part of the article."""
    tag = node.tag or ""
    if tag in TAGS:
        return True
    attributes = node.attributes
    if not attributes and tag != "blockquote":
        return False
    if _marked(attributes):
        return True
    if tag == "blockquote" and _is_post(node, attributes):
        return True
    named = names(node)
    if not named or (tag in ("p", "body", "html", "article", "main") and not _CLASS_FIRST.search(named)):
        return False
    return _is_junks(named)


@lru_cache(maxsize=2_000)
def _is_junks(named: str) -> bool:
    """Whether class and id are those of junk. A publisher's pages have the same few hundred of them."""
    return bool(_CLASS.search(named)) and not _KEEP.search(named)


def _is_post(node: LexborNode, attributes: dict[str, str | None]) -> bool:
    """A quotation that is a post of a social network: by its class, its source, or the link to it."""
    if _SOCIAL.search(attributes.get("class") or "") or _HREF_SOCIAL.search(attributes.get("cite") or ""):
        return True
    return any(_HREF_SOCIAL.search(link.attributes.get("href") or "") for link in node.css("a[href]")[:20])


def _marked(attributes: dict[str, str | None]) -> bool:
    """Marked by an attribute other than its class: hidden, an author, a comment, a box of another kind."""
    if _not_shown(attributes) or attributes.get("aria-hidden") == "true":
        return True
    if attributes.get("itemprop") in ("author", "comment", "publisher", "datePublished", "dateModified"):
        return True
    if attributes.get("rel") == "author" or attributes.get("role") in ("navigation", "complementary", "contentinfo"):
        return True
    kind = attributes.get("type") or attributes.get("data-type") or ""
    return bool(kind) and bool(_TYPE.search(kind))


def is_hidden(node: LexborNode) -> bool:
    """Whether an element, or one that it stands in, is marked as not to be shown."""
    at: LexborNode | None = node
    while at is not None and at.tag not in ("body", "html", None):
        if _not_shown(at.attributes):
            return True
        at = at.parent
    return False


def _not_shown(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def is_caption(node: LexborNode) -> bool:
    """Whether an element holds the words under a picture."""
    tag = node.tag
    if tag == "figcaption":
        return True
    return tag in ("p", "div", "span", "em", "td", "cite") and bool(_CAPTION.search(node.attributes.get("class") or ""))
