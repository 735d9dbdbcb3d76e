"""Log files: one process, one file."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import logs
from core.settings import Settings

_OTHER = """
import logging, sys
from pathlib import Path
from app import logs
from core.settings import Settings
print(logs.start(Settings(data_dir=Path(sys.argv[1])), "crawl").name, flush=True)
logging.getLogger("other").warning("theirs")
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:], root.level = handlers, level


def test_two_processes_of_a_role_never_write_one_file(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert logs.start(settings, "crawl").name == "crawl.jsonl"
    assert logs.start(settings, "crawl").name == "crawl.jsonl", "the same process goes on in its own"
    other = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "crawl-2.jsonl\n"
    logging.getLogger("own").warning("ours")
    other.communicate()
    assert "ours" in (tmp_path / "log" / "crawl.jsonl").read_text(encoding="utf-8")
    assert "theirs" in (tmp_path / "log" / "crawl-2.jsonl").read_text(encoding="utf-8")
    assert logs.start(settings, "deliver").name == "deliver.jsonl"
