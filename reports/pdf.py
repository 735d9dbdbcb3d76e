"""A Word paper as PDF, made by LibreOffice where it is installed: it looks the same, and its charts stay vectors."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.papers import PaperError

FONT: Final = "Times New Roman"
FREE_FONT: Final = "Liberation Serif"
"""As wide as Times New Roman, letter by letter (SIL Open Font License)."""
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
        said = _run(command, seconds)
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
    families = _families(FONT)
    if FONT in families:
        return ""
    return OTHER_FONT if FREE_FONT in families else NO_FONT


def _families(font: str) -> str:
    """What this machine shows for a font."""
    match = shutil.which("fc-match")
    if not match:
        return ""
    try:
        done = subprocess.run([match, font, "family"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _run(command: list[str], seconds: float) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise PaperError("report.pdf.slow", seconds=f"{seconds:.0f}") from None
    except OSError as error:
        raise PaperError("report.pdf.no_start", program=command[0], why=error.strerror or str(error)) from None
    return " ".join((done.stderr or done.stdout).split())[-300:]
