"""A Word paper as PDF, made by LibreOffice where it is installed: it looks the same, and its charts stay vectors."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.papers import PaperError

FONT: Final = "Times New Roman"
FREE_FONT: Final = "Tinos"
"""As wide as Times New Roman letter by letter, with every Vietnamese letter (Apache-2.0; Debian: fonts-croscore)."""
HALF_FONT: Final = "Liberation Serif"
"""As wide too, but without most Vietnamese letters: LibreOffice takes it first and borrows those from another font."""
SECONDS: Final = 180
OTHER_FONT: Final = "report.pdf.other_font"
NO_FONT: Final = "report.pdf.no_font"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdf:
    """A paper as PDF. `note`: catalogue key of what must be said of its font; "" where it is the one asked for."""

    content: bytes
    note: str = ""


def convert(docx: bytes, *, seconds: float = SECONDS) -> Pdf:
    """The PDF of a .docx. Raises PaperError where LibreOffice is missing, fails or takes too long."""
    office = program()
    with tempfile.TemporaryDirectory(prefix="diembao-pdf-") as folder:
        source = Path(folder) / "paper.docx"
        source.write_bytes(docx)
        command = [
            office, "--headless", "--nologo", "--norestore", f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to", "pdf:writer_pdf_Export", "--outdir", folder, str(source),
        ]  # fmt: skip
        said = _run(command, seconds, _fonts(Path(folder)))
        made = source.with_suffix(".pdf")
        if not made.exists():
            raise PaperError("report.pdf.none_made", why=said or "-")
        return Pdf(content=made.read_bytes(), note=font_note())


def program() -> str:
    """Where LibreOffice is. Raises PaperError that names the package."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        raise PaperError("report.pdf.no_office", package="libreoffice-writer-nogui")
    return found


def font_note() -> str:
    """What must be said of the font: nothing, that a metric-equal one stands in, or that none does."""
    if _installed(FONT):
        return ""
    return OTHER_FONT if _installed(FREE_FONT) else NO_FONT


def _fonts(folder: Path) -> dict[str, str]:
    """Environment by which one font stands in for all letters, where Times New Roman is not installed."""
    if _installed(FONT) or not _installed(FREE_FONT):
        return {}
    file = folder / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include><selectfont><rejectfont><pattern>'
        f'<patelt name="family"><string>{HALF_FONT}</string></patelt></pattern></rejectfont></selectfont></fontconfig>',
        encoding="utf-8",
    )
    return {"FONTCONFIG_FILE": str(file)}


def _installed(font: str) -> bool:
    """Whether this machine has a font of that family."""
    listing = shutil.which("fc-list")
    if not listing:
        return False
    try:
        done = subprocess.run([listing, font, "family"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(done.stdout.strip())


def _run(command: list[str], seconds: float, fonts: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, check=False, env={**os.environ, **fonts}
        )
    except subprocess.TimeoutExpired:
        raise PaperError("report.pdf.slow", seconds=f"{seconds:.0f}") from None
    except OSError as error:
        raise PaperError("report.pdf.no_start", program=command[0], why=error.strerror or str(error)) from None
    return " ".join((done.stderr or done.stdout).split())[-300:]
