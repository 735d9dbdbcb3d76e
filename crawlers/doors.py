"""Publishers only: the one check that every door asks before an address comes in.

Doors are the commands, OPML, declaration files, pages, redirects, and links that lead off a publisher's hosts.
Kept out are social networks, video and chat platforms, blog hosts, forums, bridges that turn any of these into a
feed, feeds of comments, and pages or feeds of one person, on whatever host they stand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from typing import Final
from urllib.parse import parse_qsl, unquote

from core import urls
from core.errors import AddressRefused
from core.records import Publisher
from core.text import fold_plain

_OFF_HOST: Final = "source.off_host"
_TABLES: Final = tomllib.loads((resources.files("crawlers") / "platforms.toml").read_text(encoding="utf-8"))
_PLATFORMS: Final = tuple((f"source.{name}", frozenset(hosts)) for name, hosts in _TABLES["hosts"].items())
_LABELS: Final = tuple((f"source.{name}", frozenset(words)) for name, words in _TABLES["labels"].items())
_READERS: Final = frozenset(_TABLES["readers_sections"])
_BRIDGE_PATH: Final = re.compile(
    r"/(rss-?bridge|rsshub|nitter|makefulltextfeed\.php|extract\.php|morss|twitter2rss|facebook2rss|fb2rss|tg2rss)(/|$)"
)
_COMMENT_PATH: Final = re.compile(
    r"/(comments?|commentrss|y-kien-binh-luan)(/|\.(rss|xml|atom|aspx|htm|html)$|$)"
    r"|/comments?[-_](feed|rss)|/feeds/\d+/comments/|/rss/comments?"
)
"""Readers' comments. Not "binh-luan": under that name papers print their own commentary."""

_FORUM_PATH: Final = re.compile(
    r"/(forums?|dien-?dan|viewtopic\.php|viewforum\.php|showthread\.php|threads?|bbs|hoi-dap-cong-dong)(/|\.|$)"
)
_PERSON_PATH: Final = re.compile(
    r"^/(@|~)[^/]+|^(/rss|/feed|/en|/vi)?/(authors?|tac-gia|users?|members?|profiles?|u|nguoi-dung|thanh-vien"
    r"|tai-khoan|account|phong-vien|cay-but|but-danh)/[^/]+"
    r"|/(author|tac-gia|user)/[^/]+/(feed|rss)|^/(author|user|tac-gia)s?[-_]?(sitemap|rss)|/(author|users?)-sitemap"
)
_PROFILES: Final = frozenset({"profile.php", "people", "in", "pub"})
"""Below these, platforms show persons."""
_OF_ALL: Final = frozenset(
    {"groups", "group", "hashtag", "watch", "results", "feed", "feeds", "search", "events", "share", "sharer",
     "stories", "story.php", "permalink.php", "photo.php", "video.php", "reel", "reels", "shorts", "live", "explore",
     "i", "home"}
)  # fmt: skip
"""Below these stands what anybody writes there."""
_BEFORE_NAME: Final = frozenset({"channel", "c", "company", "s", "pages", "pg"})
"""Below these stand the channels themselves: alone they would open all of them."""
_SEARCH_PATH: Final = re.compile(
    r"^(/rss|/feed|/en|/vi)?/((tim-?kiem|search)(/|\.|$)|(tags?|tu-?khoa|keywords?|hashtags?)(/|\.|-|$))"
    r"|/(tags?|search)/[^/]+/(feed|rss)"
)
"""A site's own search, and its pages of one word."""

_SEARCH_WORDS: Final = frozenset(
    {"q", "s", "k", "query", "search", "keyword", "keywords", "key", "tukhoa", "tu-khoa", "tu_khoa", "tag", "tags"}
)
_QUERY: Final = {
    "feed": (re.compile(r"comment", re.IGNORECASE), "source.comments"),
    "withcomments": (re.compile(r""), "source.comments"),
    "action": (re.compile(r"^(display|frontpage)$"), "source.bridge"),
    "bridge": (re.compile(r""), "source.bridge"),
    "author": (re.compile(r""), "source.person"),
    "author_name": (re.compile(r""), "source.person"),
}


def refusal(url: str, *, publisher: Publisher | None = None, others: Iterable[Publisher] = ()) -> str | None:
    """Why this address can't come in, as a catalogue key, or None where nothing stands against it.

    Without a publisher it is asked whether the address could be a publisher's at all (adding a source). With one,
    whether it stands on that publisher's hosts and in a part that is read; `others` are declared publishers whose
    hosts are as good (a paper that merged into another redirects there).
    """
    try:
        parts = urls.parse(url)
        host = urls.host_of(url)
    except AddressRefused:
        return "source.not_an_address"
    path = fold_plain(unquote(parts.path))
    owners = [owner for owner in (publisher, *others) if owner is not None]
    if any(_declares_channel(owner, host, path) for owner in owners):
        return None
    found = _platform(host) or _label(host) or _by_path(path) or _by_query(parts.query)
    if found:
        return found
    if owners and not any(owns(owner, host) for owner in owners):
        return _OFF_HOST
    if in_readers_part(path, publisher):
        return "source.readers_section"
    return None


def reason_of(refused: str) -> str:
    """The reason that is noted where a page led to an address with this refusal."""
    return "off-publisher" if refused == _OFF_HOST else "door"


def is_anothers(url: str, publisher: Publisher | None) -> bool:
    """Whether an endpoint has moved to a host that is not its publisher's, as when papers merge."""
    return publisher is not None and refusal(url, publisher=publisher) == _OFF_HOST


def endpoint_refusal(url: str, *, publisher: Publisher | None = None) -> str | None:
    """The same for an address that is to be asked again and again: nor may it look for words or a tag.

    A feed, section or home page made of typed words would watch for whoever is named in them.
    """
    reason = refusal(url, publisher=publisher)
    if reason:
        return reason
    parts = urls.parse(url)
    labels = set(urls.host_of(url).split("."))
    searched = labels & {"search", "timkiem"} or _SEARCH_PATH.search(fold_plain(unquote(parts.path)))
    return "source.search" if searched or any(map(_typed, parse_qsl(parts.query[:2048]))) else None


def _typed(pair: tuple[str, str]) -> bool:
    """Whether a parameter holds typed words; "q=node/12" and "q=rss.xml" are paths of a content system."""
    name, value = pair
    return name.lower() in _SEARCH_WORDS and "/" not in value and not value.endswith(".xml")


def owns(publisher: Publisher, host: str) -> bool:
    """Whether the publisher answers for a host: its home's, a declared one, or one below either."""
    bare = urls.bare_host(host)
    return any(bare == own or bare.endswith("." + own) for own in own_hosts(publisher))


def own_hosts(publisher: Publisher) -> tuple[str, ...]:
    """The bare host names of a publisher: home's first, then the declared ones (channels on platforms left out)."""
    return (urls.bare_host(urls.host_of(publisher.home)),
            *(urls.bare_host(host) for host in publisher.hosts if "/" not in host))  # fmt: skip


def in_readers_part(path: str, publisher: Publisher | None = None) -> bool:
    """Whether a path lies in readers' letters, forums or contests, by the general list or the declaration's own."""
    parts = [part for part in fold_plain(path).split("/") if part]
    if not parts:
        return False
    leading = {*parts[:-1][:3], parts[-1].split(".")[0]}
    if leading & _READERS:
        return True
    return publisher is not None and any(_below(path, prefix) for prefix in publisher.skip_sections)


def channel_refusal(own: str) -> str | None:
    """Why "host/channel" can't be a publisher's own channel, as a catalogue key, or None where it may be one.

    Only networks and video platforms have channels; a forum, a blog host or a bridge has none, nor has a profile.
    """
    host, _, channel = own.lower().partition("/")
    kind = _platform(host)
    if kind not in ("source.social_network", "source.video_chat"):
        return kind or "source.not_an_address"
    path = "/" + fold_plain(unquote(channel)).strip("/")
    first, _, rest = path[1:].partition("/")
    if first in _PROFILES:
        return "source.person"
    if not first or first in _OF_ALL or (first in _BEFORE_NAME and not rest):
        return kind
    return _by_path(path.replace("/@", "/", 1))


def is_platform(host: str) -> bool:
    """Whether the host is a shared platform, on which only a declared channel may be read."""
    return _platform(host.lower()) is not None


def _declares_channel(publisher: Publisher, host: str, path: str) -> bool:
    """A publisher's own channel: `hosts` names platform and channel, as in "youtube.com/@kenh"."""
    for own in publisher.hosts:
        name, slash, channel = own.lower().partition("/")
        named = slash and channel_refusal(own) is None and urls.bare_host(host) == urls.bare_host(name)
        if named and _below(path, "/" + fold_plain(channel)):
            return True
    return False


def _below(path: str, prefix: str) -> bool:
    """Whether the path is the prefix or lies under it; "/ban-doc" covers /ban-doc.htm, not /ban-doc-hoi."""
    prefix = fold_plain(prefix).rstrip("/")
    path = fold_plain(path)
    return path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/", ".")


def _platform(host: str) -> str | None:
    labels = host.split(".")
    names = {".".join(labels[start:]) for start in range(len(labels) - 1)}
    return next((key for key, platforms in _PLATFORMS if names & platforms), None)


def _label(host: str) -> str | None:
    labels = set(host.split("."))
    return next((key for key, words in _LABELS if labels & words), None)


def _by_path(path: str) -> str | None:
    if _BRIDGE_PATH.search(path):
        return "source.bridge"
    if _COMMENT_PATH.search(path):
        return "source.comments"
    if _FORUM_PATH.search(path):
        return "source.forum"
    return "source.person" if _PERSON_PATH.search(path) else None


def _by_query(query: str) -> str | None:
    for name, value in parse_qsl(query[:2048], keep_blank_values=True):
        pattern, key = _QUERY.get(name.lower(), (None, ""))
        if pattern is not None and pattern.search(value):
            return key
    return None
