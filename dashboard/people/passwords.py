"""Passwords are kept as Argon2id (RFC 9106, the second recommended profile: 64 MiB, three passes) and checked by it."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Final

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

_AT_ONCE: Final = 2
"""Checks under way at once: each takes 64 MiB, and a flood of logins must not take the machine's memory."""


class Passwords:
    """Hashes and checks. May be used from several threads."""

    def __init__(self, profile: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(profile)
        self._turn = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash to keep, salted."""
        with self._turn:
            return self._hasher.hash(password)

    def fits(self, hashed: str, password: str) -> bool:
        """Whether that is the password. Without a hash it takes as long: nobody learns which accounts there are."""
        try:
            with self._turn:
                return self._hasher.verify(hashed or self._nobodys, password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False

    def aged(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than would be used today."""
        return self._hasher.check_needs_rehash(hashed)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody's password")
