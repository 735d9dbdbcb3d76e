"""Where the labelled data is looked for: $DIEMBAO_DATA, else ../shared/data. It is no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder of labelled data; it need not exist."""
    return Path(os.environ.get("DIEMBAO_DATA") or ROOT.parent / "shared" / "data")


needs_data = pytest.mark.skipif(
    not data_dir().is_dir(), reason="labelled data is neither at $DIEMBAO_DATA nor at ../shared/data"
)
