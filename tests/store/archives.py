"""Backup archives as nobody should make them."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

Member = tuple[tarfile.TarInfo, bytes]


def manifest_for(content: bytes, **over: Any) -> bytes:
    values = {
        "format": 1,
        "schema": 1,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "made_at": "2026-03-10T05:00:00+00:00",
    }
    return json.dumps(values | over).encode()


def member(name: str, content: bytes = b"", **over: Any) -> Member:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in over.items():
        setattr(info, key, value)
    return info, content


def archive(path: Path, members: Sequence[Member]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for info, content in members:
            tar.addfile(info, BytesIO(content))
    return path


def read_archive(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {m.name: (file.read() if (file := tar.extractfile(m)) else b"") for m in tar.getmembers()}


def gzip_bomb(path: Path, megabytes: int) -> Path:
    """A gzip stream of zeros that a tar reader would take for an endless archive."""
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(megabytes):
            file.write(bytes(1 << 20))
    return path
