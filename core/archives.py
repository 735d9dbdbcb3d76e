"""ZIP files (Word, Excel, updates) that come from outside: what reading one can raise."""

from __future__ import annotations

import zipfile
import zlib
from lzma import LZMAError
from typing import Final

DAMAGED: Final = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, RuntimeError)
"""Of one that is cut off, changed, encrypted (RuntimeError), or packed in a way that zipfile doesn't know (of the
same family). The directory of a file may be whole where its content is not, so that `read` raises these too.
"""
