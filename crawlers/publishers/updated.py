"""Declarations that came as an update of data: they stand in place of the shipped ones until the next update.

`updates/current` beside an installation's own declarations names the version that holds; each lies in a folder of its
own. Whoever writes there has checked signature and content (app/updates.py).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

VERSION: Final = re.compile(r"^\d{4}\.\d{2}\.\d{2}(\.\d+)?$")
"""Of an update: the day it was made, and a number where there were several."""


def folder(data_dir: Path) -> Path | None:
    """The folder of the update that holds; None where the shipped data holds."""
    try:
        version = (data_dir / "updates" / "current").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    found = data_dir / "updates" / version
    return found if VERSION.match(version) and found.is_dir() else None
