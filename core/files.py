"""Files that are there whole or not at all, whatever ends the writing: a full disk, a kill, an error."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""Numbers of errors of a disk that takes no more, or no more of this user."""


@contextmanager
def whole(file: Path, *, fresh: bool = False) -> Iterator[IO[bytes]]:
    """What is written into it stands under the file's name once the body has ended well; else all is as it was.

    An earlier file keeps its rights, a new one is its owner's. Where there is a device or a pipe it is written to.
    Raises OSError; with `fresh` FileExistsError where the name is taken.
    """
    if file.exists() and not file.is_file():
        with file.open("wb") as out:
            yield out
        return
    named, file = file, file.resolve()  # a link goes on leading to it
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if fresh:
            give(part, file)
        else:
            if file.exists():
                shutil.copymode(file, part)
            part.replace(file)
    except OSError as error:
        if error.filename == str(part):
            error.filename = str(named)
        raise
    finally:
        part.unlink(missing_ok=True)


def write(file: Path, content: bytes, *, fresh: bool = False) -> None:
    """See `whole`."""
    with whole(file, fresh=fresh) as out:
        out.write(content)


def give(part: Path, file: Path) -> None:
    """The name to the file, where nobody has it: of two at once one gets it, and nobody sees it half.

    Raises FileExistsError.
    """
    try:
        os.link(part, file)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if file.exists():
            raise FileExistsError(f"{file} exists") from None
        part.replace(file)
