"""Backups that leave the machine are sealed: AES-256-GCM in pieces, so that nothing of them is in the clear elsewhere.

A sealed file: 8 bytes of mark, 7 of nonce, then pieces of 1 MiB each followed by its 16 bytes of tag. A piece's nonce
is those 7 bytes, its number (4) and whether it is the last (1): pieces can't be dropped, changed, moved or cut off
(the construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). The key is 32 bytes in a file, base64.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import files
from core.errors import ConfigError, StoreError

MARK: Final = b"DIEMBAO1"
SUFFIX: Final = ".sealed"
_PIECE: Final = 1 << 20
_TAG: Final = 16


def new_key(file: Path) -> None:
    """Write a new key, readable by its owner only. Raises ConfigError where the file exists."""
    try:
        files.write(file, base64.b64encode(secrets.token_bytes(32)) + b"\n", fresh=True)
    except FileExistsError:
        raise ConfigError(f"{file}: File exists; name a file that doesn't exist yet") from None
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; no key was written, check space and rights there") from None


def is_sealed(file: Path) -> bool:
    """Whether a file begins as sealed ones do; False for one that can't be read."""
    try:
        with file.open("rb") as begin:
            return begin.read(len(MARK)) == MARK
    except OSError:
        return False


def load_key(file: Path, *, to_open: bool = False) -> bytes:
    """The key of a file. Raises ConfigError; a new key seals the backups to come, but opens none that there is."""
    todo = (
        "bring the key with which this backup was sealed; no other opens it" if to_open else
        "bring back its copy, or make one: diembao backup --new-key FILE (older backups open with the old one only)"
    )  # fmt: skip
    try:
        key = base64.b64decode(file.read_bytes().strip(), validate=True)
    except (OSError, binascii.Error) as error:
        why = getattr(error, "strerror", "") or error
        raise ConfigError(f"{file}: no key can be read there ({why}); {todo}") from None
    if len(key) != 32:
        raise ConfigError(f"{file}: holds {len(key)} bytes where a key has 32; {todo}")
    return key


def seal(source: Path, target: Path, key: bytes) -> None:
    """Write a sealed copy; the target is there whole or not at all. Raises StoreError."""
    try:
        with source.open("rb") as clear, files.whole(target) as out:
            nonce = secrets.token_bytes(7)
            out.write(MARK + nonce)
            for number, last, piece in _pieces(clear, _PIECE):
                out.write(AESGCM(key).encrypt(_nonce(nonce, number, last=last), piece, MARK))
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror or error}; check space and rights there") from None


def unseal(source: Path, target: Path, key: bytes) -> None:
    """Write the clear content of a sealed file.

    Raises StoreError: wrong key, damaged, cut off; nothing is left then.
    """
    try:
        with (
            source.open("rb") as sealed,
            os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        ):
            head = sealed.read(len(MARK) + 7)
            if not head.startswith(MARK):
                raise StoreError(f"{source}: no sealed backup of this program")
            nonce = head[len(MARK) :]
            for number, last, piece in _pieces(sealed, _PIECE + _TAG):
                out.write(AESGCM(key).decrypt(_nonce(nonce, number, last=last), piece, MARK))
    except InvalidTag:
        target.unlink(missing_ok=True)
        raise StoreError(f"{source}: another key sealed it, or it is damaged or cut off; nothing was taken") from None
    except OSError as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"{source}: {error.strerror or error}") from None
    except StoreError:
        target.unlink(missing_ok=True)
        raise


def _pieces(file: IO[bytes], size: int) -> Iterator[tuple[int, bool, bytes]]:
    """Number, whether it is the last, piece; one empty piece of an empty file."""
    number, piece = 0, file.read(size)
    while True:
        following = file.read(size)
        yield number, not following, piece
        if not following:
            return
        number, piece = number + 1, following


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
