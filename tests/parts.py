"""Parts of the machine that some tests need. An absent one is a printed skip; with DIEMBAO_REQUIRE_ALL=1, a failure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

CHROMIUM_PATHS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")

_NAMED = os.environ.get("DIEMBAO_CHROMIUM", "")


def chromium() -> str | None:
    """Path of the system's Chromium, or None."""
    candidates = [_NAMED] if _NAMED else [*CHROMIUM_PATHS, shutil.which("chromium") or ""]
    return next((path for path in candidates if path and Path(path).is_file()), None)


def libreoffice() -> str | None:
    """Path of LibreOffice, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def pdftotext() -> str | None:
    """Path of poppler's pdftotext, or None."""
    return shutil.which("pdftotext")


_PARTS = {
    "chromium": (chromium, f"looked at {', '.join(CHROMIUM_PATHS)}; set DIEMBAO_CHROMIUM to name it"),
    "libreoffice": (libreoffice, "install libreoffice-writer-nogui"),
    "pdftotext": (pdftotext, "install poppler-utils"),
}


def require(part: str) -> str:
    """Where the part is. Skips the test with the reason printed where it is absent; fails where all are required."""
    look, remedy = _PARTS[part]
    found = look()
    return found or missing(f"{part} is not on this machine ({remedy})")


def missing(reason: str) -> NoReturn:
    """A printed skip; a failure where all parts are required."""
    if os.environ.get("DIEMBAO_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
