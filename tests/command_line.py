"""The program's command line, run in a test's own process: its start costs more than most commands."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess

import pytest

from app import cli


def run_here(words: Sequence[str]) -> CompletedProcess[str]:
    """What `diembao WORDS` says and how it ends, by its real entry point."""
    out, err, mask = io.StringIO(), io.StringIO(), os.umask(0)
    status: object = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["diembao", *words])
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code or 0
        finally:
            os.umask(mask)
    assert isinstance(status, int)
    return CompletedProcess(words, status, out.getvalue(), err.getvalue())
