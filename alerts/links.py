"""Signed links: an address that shows one story to one recipient for seven days, without login. Pure but for the key.

Token: `<id>.<expiry>.<mac>`, base64url without padding or base 36; mac = HMAC-SHA256 (RFC 2104) over id and expiry,
cut to 128 bits. What a link shows stands in the record under its id, where it can be revoked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from core import files
from core.errors import ConfigError
from core.records import SignedLink

VALID: Final = timedelta(days=7)
_MAC_BYTES: Final = 16
_TOKEN: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{22})")
_KEY_BYTES: Final = 32
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Signer:
    """Makes and reads tokens with one secret."""

    def __init__(self, secret: bytes, public_url: str = "") -> None:
        self._secret, self._base = secret, public_url.rstrip("/")

    @property
    def can(self) -> bool:
        """Whether links can be given out at all."""
        return bool(self._base)

    def make(self, *, desk: str, story: str, recipient: str, key: str, at: datetime) -> tuple[SignedLink, str]:
        """The link of that story in the message `key`, and its address. The same input gives the same id."""
        named = "\x1f".join((desk, story, recipient, key)).encode()
        link_id = _text(hmac.new(self._secret, b"link\x1f" + named, hashlib.sha256).digest()[:_MAC_BYTES])
        expires = at.replace(second=0, microsecond=0) + VALID
        link = SignedLink(id=link_id, desk=desk, story=story, recipient=recipient, key=key, created=at, expires=expires)
        return link, f"{self._base}/c/{self.token(link)}"

    def token(self, link: SignedLink) -> str:
        """The part of the address that names it."""
        minutes = _base36(int(link.expires.timestamp()) // 60)
        return f"{link.id}.{minutes}.{self._mac(link.id, minutes)}"

    def read(self, token: str, at: datetime) -> str | None:
        """The id that a token names; None for one that is forged, cut or over."""
        match = _TOKEN.fullmatch(token)
        if match is None or not hmac.compare_digest(match[3], self._mac(match[1], match[2])):
            return None
        expires = datetime.fromtimestamp(int(match[2], 36) * 60, UTC)
        return match[1] if at < expires else None

    def _mac(self, link: str, minutes: str) -> str:
        signed = f"c\x1f{link}\x1f{minutes}".encode()
        return _text(hmac.new(self._secret, signed, hashlib.sha256).digest()[:_MAC_BYTES])


def load_secret(file: Path) -> bytes:
    """The installation's secret for links, made where there is none. Deleting the file ends all links.

    Raises ConfigError where it can't be read or written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make(file)
        return _read(file)
    except OSError as error:
        raise ConfigError(
            f"{file}: the secret of signed links can't be kept ({error.strerror}); check space there, and that the"
            " user of the service may read and write it"
        ) from None


def _make(file: Path) -> None:
    """Pages and deliveries begin at once: one of them makes it, and both have that one."""
    with suppress(FileExistsError):
        files.write(file, os.urandom(_KEY_BYTES), fresh=True)


def _read(file: Path) -> bytes:
    secret = file.read_bytes()
    if len(secret) != _KEY_BYTES:
        raise ConfigError(f"{file}: damaged; delete it, which ends the links that were given out")
    return secret


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode("ascii").rstrip("=")


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"
