"""Canonical addresses and the identity of an article.

One parser (urllib's, after the checks below) decides for checking and for fetching, so that the address that was
allowed is the address that is asked, and no second parser can be led to read another host in it.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from core.errors import AddressRefused

MAX_URL: Final = 2048
_LATELY: Final = 2_048
"""Addresses whose parts are remembered: each is asked about a dozen times on its page's way."""
_TRACKING: Final = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|zarsrc|msclkid|mc_[ce]id|igshid|_ga|_gl|ref|ref_src|referrer|source|src|from"
    r"|zalo_\w+|vnexpress_\w+|itm_\w+|cmpid|ocid|spm|share|amp|outputtype|gidzl|zlink\d*)$",
    re.IGNORECASE,
)
_BYTES: Final = "surrogateescape"
"""Percent codes that are no UTF-8 (addresses in an encoding from before) stay apart from each other."""
_TWIN_HOST: Final = re.compile(r"^(www|m|mobile|amp|wap)\d?\.(?=[^.]+\.[^.]+)")
_BAD: Final = re.compile(r"[\x00-\x20\x7f\\<>\"^`{|}]|[\u200b-\u200f\u202a-\u202e\ud800-\udfff]")
_LOGIN: Final = re.compile(r"://([^/:@]*):([^/]*)@")
"""User and password before a host; of several "@" the last ends them."""
_HOST: Final = re.compile(r"^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$")


@lru_cache(_LATELY)
def parse(url: str) -> SplitResult:
    """The parts of an http(s) address.

    Raises AddressRefused for any other scheme, credentials, back slashes, control characters, a host that is no
    host name or address, or a port out of range.
    """
    if len(url) > MAX_URL:
        raise AddressRefused(f"address of {len(url)} characters (at most {MAX_URL})")
    if _BAD.search(url):
        raise AddressRefused(f"address with characters that no address has: {url[:80]!r}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused(f"not an address: {url[:80]!r} ({error})") from None
    if parts.scheme not in ("http", "https"):
        raise AddressRefused(f"only http and https are read, not {parts.scheme or 'nothing'}: {url[:80]!r}")
    if not host or "@" in parts.netloc:
        raise AddressRefused(f"no host, or credentials in the address: {url[:80]!r}")
    if ":" not in host and not _HOST.match(_idna(host)):
        raise AddressRefused(f"not a host name: {host[:80]!r}")
    if port == 0:
        raise AddressRefused(f"port 0: {url[:80]!r}")
    return parts


def is_web(url: str) -> bool:
    """Whether the address may stand behind a link: http or https, well formed."""
    try:
        parse(url)
    except AddressRefused:
        return False
    return True


@lru_cache(_LATELY)
def host_of(url: str) -> str:
    """Lower-case ASCII host name of a well formed address. Raises AddressRefused."""
    return _idna(parse(url).hostname or "").rstrip(".")


def bare_host(host: str) -> str:
    """The host without www., m., amp. and the like: the twin hosts of one publisher."""
    return _TWIN_HOST.sub("", host.lower().rstrip("."))


def join(base: str, link: str) -> str | None:
    """The address a link on a page leads to, or None where it is no web address."""
    try:
        joined = urljoin(base, link.strip())
    except ValueError:
        return None
    joined = joined.replace(" ", "%20")
    return joined if is_web(joined) else None


def canonical(url: str) -> str:
    """One spelling for the addresses of one page.

    https for http on the default port, no www./m./amp. host, no fragment, no tracking parameters, parameters in
    order, no trailing slash, one percent encoding. Raises AddressRefused.
    """
    parts = parse(url)
    host = bare_host(_idna(parts.hostname or ""))
    default = {"http": 80, "https": 443}[parts.scheme]
    own_port = parts.port is not None and parts.port != default
    netloc = f"[{host}]" if ":" in host else host
    if own_port:
        netloc += f":{parts.port}"
    scheme = parts.scheme if own_port else "https"
    given = unquote(re.sub(r"/{2,}", "/", parts.path), errors=_BYTES)
    path = quote(given, safe="/:@!$&'()*+,;=~-._", errors=_BYTES).rstrip("/") or "/"
    values = parse_qsl(parts.query, keep_blank_values=True, errors=_BYTES)
    kept = sorted((k, v) for k, v in values if not _TRACKING.match(k))
    return urlunsplit((scheme, netloc, path, urlencode(kept, errors=_BYTES), ""))


def article_id(url: str) -> str:
    """Identity of an article: 20 hexadecimal digits of the SHA-256 of its canonical address."""
    return hashlib.sha256(canonical(url).encode()).hexdigest()[:20]


def login_of(address: str) -> tuple[str, str]:
    """Name and password that stand in an address, as they are written there; "" where none do."""
    found = _LOGIN.search(address)
    return (found[1], found[2]) if found else ("", "")


def without_password(address: str) -> str:
    """The address as it may be shown."""
    return _LOGIN.sub(r"://\1:*****@", address)


def _idna(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise AddressRefused(f"not a host name: {host[:80]!r}") from None
