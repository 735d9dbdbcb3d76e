"""Tells a block (refusal, captcha, consent wall) from an answer: "blocked" is never "no news".

By status, by headers that protection services set, and by the marks of their pages. Words such as "recaptcha" stand on
many honest article pages (comment forms), so that weak marks count only on small pages that hold no article.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

_STATUS: Final = frozenset({401, 402, 403, 405, 406, 407, 418, 444, 451})
_HEAD: Final = 16_000
_SMALL: Final = 40_000

_STRONG: Final = (
    b"cdn-cgi/challenge-platform/h/", b"window._cf_chl_opt", b"cf-browser-verification", b"_incapsula_resource",
    b"geo.captcha-delivery.com", b"window._pxappid", b"/_sec/cp_challenge/", b'document.cookie="d1n=',
    b"document.cookie='d1n=", b'document.cookie = "d1n=',
)  # fmt: skip
"""Marks of pages that protection services put in an article's place; D1N is the cookie test of a Vietnamese one."""

_TITLES: Final = (
    b"just a moment", b"attention required", b"access denied", b"403 forbidden", b"ddos-guard", b"are you a robot",
    b"security check", b"one moment, please", b"please wait... | cloudflare",
)  # fmt: skip

_WEAK: Final = re.compile(
    rb"g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|captcha|verify (that )?you are (a )?human"
    rb"|not a robot|enable javascript and cookies|checking your browser|location\.reload\(",
    re.IGNORECASE,
)
_WEAK_VIETNAMESE: Final = tuple(
    mark.encode()
    for mark in (
        "không phải là robot", "không phải robot", "không phải là người máy", "mã xác nhận bên dưới",
        "Truy cập của bạn đã bị chặn", "truy cập bị từ chối", "đang kiểm tra trình duyệt",
    )
)  # fmt: skip
_ARTICLE: Final = re.compile(
    rb"<article|NewsArticle|og:type\"\s+content=\"article|article:published_time|<rss|<feed|<urlset|<sitemapindex"
)
_CONSENT_HOST: Final = re.compile(r"^(consent|guce|cmp|privacy-mgmt)\.", re.IGNORECASE)


def block_reason(status: int, headers: Mapping[str, str], body: bytes, final_url: str = "") -> str:
    """A stable word for how the host refuses ("status-403", "challenge", "captcha", "consent"), "" where it doesn't.

    `headers` has lower-case names; `body` is decompressed.
    """
    if headers.get("cf-mitigated") == "challenge" or (status != 200 and "x-datadome" in headers):
        return "challenge"
    if status in _STATUS:
        return f"status-{status}"
    head = body[:_HEAD].lower()
    if any(mark in head for mark in _STRONG) or _title(head).startswith(_TITLES):
        return "challenge"
    if final_url and is_consent(final_url):
        return "consent"
    if len(body) <= _SMALL and _weak(body):
        return "captcha"
    return ""


def is_consent(url: str) -> bool:
    """Whether an address is that of a consent wall."""
    return bool(_CONSENT_HOST.match(urlsplit(url).hostname or ""))


def _title(head: bytes) -> bytes:
    begin = head.find(b"<title>")
    return head[begin + 7 : begin + 100].lstrip() if begin >= 0 else b""


def _weak(body: bytes) -> bool:
    if _ARTICLE.search(body):
        return False
    return bool(_WEAK.search(body)) or any(mark in body for mark in _WEAK_VIETNAMESE)
