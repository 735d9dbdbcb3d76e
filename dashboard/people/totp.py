"""Time-based one-time passwords (RFC 6238 over RFC 4226): SHA-1, six digits, thirty seconds, as every app has them."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import segno
from markupsafe import Markup

STEP, DIGITS, EITHER_WAY = 30, 6, 1
"""Seconds of a step, digits of a code, steps by which a phone's clock may be off."""
RECOVERY_CODES: Final = 8
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that looks like another."""


def new_secret() -> str:
    """160 random bits in base 32 (RFC 4226, section 4)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_of(at: datetime) -> int:
    """The number of the step in which a moment lies."""
    return int(at.timestamp()) // STEP


def code(secret: str, step: int) -> str:
    """The code of a step. Raises ValueError for a secret that is not base 32."""
    try:
        key = base64.b32decode(secret)
    except binascii.Error:
        raise ValueError("a secret is base 32") from None
    mac = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def fitting_step(secret: str, given: str, at: datetime) -> int | None:
    """The step near `at` whose code that is, or None. Spaces in the code do no harm."""
    digits = "".join(given.split())
    near = range(step_of(at) - EITHER_WAY, step_of(at) + EITHER_WAY + 1)
    fitting = [step for step in near if hmac.compare_digest(code(secret, step).encode(), digits.encode())]
    return fitting[-1] if fitting else None


def address(secret: str, email: str) -> str:
    """The otpauth address that apps read from the picture."""
    return f"otpauth://totp/diembao:{quote(email)}?secret={secret}&issuer=diembao&algorithm=SHA1&digits=6&period=30"


def picture(secret: str, email: str) -> Markup:
    """The address as a QR code: an inline SVG without any style, dark on light in either colour scheme."""
    drawn = segno.make(address(secret, email), error="m", micro=False)
    return Markup(drawn.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - digits


def grouped(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def new_recovery_codes() -> tuple[str, ...]:
    """Codes for the day on which the phone is lost: "k7m2-x9qd", 39 bits each, behind the same delays."""
    return tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    )


def plain_recovery(given: str) -> str:
    """A recovery code as it is hashed."""
    bare = "".join(letter for letter in given.lower() if letter in _LETTERS)
    return f"{bare[:4]}-{bare[4:]}"


VALID_FOR: Final = timedelta(minutes=5)
"""Between password and code."""
