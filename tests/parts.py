"""Parts of the machine that some tests need. An absent one is a printed skip; with DIEMBAO_REQUIRE_ALL=1, a failure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM_PATHS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")

_NAMED = os.environ.get("DIEMBAO_CHROMIUM", "")


def chromium() -> str | None:
    """Path of the system's Chromium, or None."""
    candidates = [_NAMED] if _NAMED else [*CHROMIUM_PATHS, shutil.which("chromium") or ""]
    return next((path for path in candidates if path and Path(path).is_file()), None)


def require(part: str) -> str:
    """Where the part is. Skips the test with the reason printed where it is absent; fails where all are required."""
    found = {"chromium": chromium}[part]()
    if found:
        return found
    reason = f"{part} is not on this machine (looked at {', '.join(CHROMIUM_PATHS)}; set DIEMBAO_CHROMIUM to name it)"
    if os.environ.get("DIEMBAO_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
