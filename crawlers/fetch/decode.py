"""Content codings undone piece by piece, so that a bomb is noticed after the bytes allowed, not after all of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

import brotli
import zstandard

from core.errors import FetchError

ACCEPTED: Final = "gzip, deflate, br, zstd"
MAX_CODINGS: Final = 3
"""Codings laid over each other: more is a trick, not a publisher (a bomb inside a bomb)."""

MAX_IDLE: Final = 1_000
"""Empty members of a gzip stream in a row: they cost time and never reach a limit of bytes."""

_STEP: Final = 65_536
_ZSTD_WINDOW: Final = 2**23
"""RFC 9659: zstd as a content coding needs no larger window than 8 MB."""


class TooLarge(FetchError):  # noqa: N818 - an outcome with a name
    """More bytes than are read of one answer."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="too-large")


class Undecodable(FetchError):  # noqa: N818 - an outcome with a name
    """A content coding that is unknown, or bytes that are not in it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="coding")


class _Coding(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]: ...

    @property
    def complete(self) -> bool: ...


class Body:
    """Collects one answer's bytes, decompressed; never holds more than `limit` and a step.

    With `cut` what stands behind the limit is left out (robots.txt), else it is refused.
    """

    def __init__(self, content_encoding: str, limit: int, *, cut: bool = False) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name and name != "identity"]
        if len(names) > MAX_CODINGS:
            raise Undecodable(f"{len(names)} content codings over each other")
        self._codings = [_coding(name) for name in reversed(names)]
        self._limit, self._cut = limit, cut
        self._pieces: list[bytes] = []
        self.size = 0
        self.full = False

    def feed(self, data: bytes) -> None:
        """Take bytes as they came. Raises TooLarge, Undecodable."""
        if self.full:
            return
        if not self._codings:
            self._keep(data)
            return
        try:
            for piece in self._decoded(data, 0):
                if not self._keep(piece):
                    return
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise Undecodable(f"content coding broken: {error}") from None

    def whole(self) -> bytes:
        """All of it. Raises FetchError ("truncated") where a coding's stream did not end."""
        if not self.full and self.size and not all(coding.complete for coding in self._codings):
            raise FetchError("the compressed body ends in the middle", reason="truncated")
        return self.so_far()

    def so_far(self) -> bytes:
        """What has come, whether or not it is all."""
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def _decoded(self, data: bytes, level: int) -> Iterator[bytes]:
        if level == len(self._codings):
            yield data
            return
        for piece in self._codings[level].feed(data):
            yield from self._decoded(piece, level + 1)

    def _keep(self, piece: bytes) -> bool:
        room = self._limit - self.size
        if len(piece) > room:
            if not self._cut:
                raise TooLarge(f"more than {self._limit} bytes")
            piece, self.full = piece[:room], True
        if piece:
            self._pieces.append(piece)
            self.size += len(piece)
        return not self.full


class _Zlib:
    """gzip (several members too) and deflate, with or without zlib's header."""

    def __init__(self, wbits: int, *, members: bool) -> None:
        self._wbits, self._members = wbits, members
        self._stream = zlib.decompressobj(wbits)
        self._started = False
        self._idle = 0  # members in a row that held nothing

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof:
                if not self._members or not data.startswith(b"\x1f\x8b"):
                    return  # padding after the end is common and harmless
                self._idle += 1
                if self._idle > MAX_IDLE:
                    raise zlib.error("empty members without end")
                self._stream = zlib.decompressobj(self._wbits)
            try:
                piece = self._stream.decompress(data, _STEP)
            except zlib.error:
                if self._started or self._wbits != zlib.MAX_WBITS:
                    raise
                self._wbits = -zlib.MAX_WBITS  # raw deflate, as some servers send it
                self._stream = zlib.decompressobj(self._wbits)
                piece = self._stream.decompress(data, _STEP)
            self._started = True
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            if piece:
                self._idle = 0
                yield piece

    @property
    def complete(self) -> bool:
        return self._stream.eof


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream.is_finished():
            return
        piece = self._stream.process(data, output_buffer_limit=_STEP)
        while piece:
            yield piece
            piece = self._stream.process(b"", output_buffer_limit=_STEP)

    @property
    def complete(self) -> bool:
        return bool(self._stream.is_finished())


class _Zstd:
    """Frames one after another. A block of 4 bytes can hold 128 KB, hence the small pieces: 8 MB at most a step."""

    _PIECE: Final = 256

    def __init__(self) -> None:
        self._stream = self._fresh()

    @staticmethod
    def _fresh() -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj(write_size=_STEP)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof:
                self._stream = self._fresh()
            piece = self._stream.decompress(data[: self._PIECE])
            data = self._stream.unused_data + data[self._PIECE :] if self._stream.eof else data[self._PIECE :]
            if piece:
                yield piece

    @property
    def complete(self) -> bool:
        return bool(self._stream.eof)


def _coding(name: str) -> _Coding:
    match name:
        case "gzip" | "x-gzip":
            return _Zlib(zlib.MAX_WBITS | 16, members=True)
        case "deflate":
            return _Zlib(zlib.MAX_WBITS, members=False)
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstd()
    raise Undecodable(f"unknown content coding {name[:40]!r}")
