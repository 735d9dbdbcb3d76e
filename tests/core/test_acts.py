"""The audit log in words: every act that is written down has its phrase."""

from __future__ import annotations

import re
from pathlib import Path

from core.i18n import catalogue

ROOT = Path(__file__).resolve().parents[2]
ACT = re.compile(r"""(?:\baction=|\baudit\.add\([^"]*|\.audit\(|_audit\([^"]*|\baction = )"([a-z]+\.[a-z_]+)\"""")


def test_every_act_has_its_phrase() -> None:
    files = [file for folder in ("store", "app", "dashboard") for file in (ROOT / folder).rglob("*.py")]
    acts = {act for file in files for act in ACT.findall(file.read_text(encoding="utf-8"))}
    assert len(acts) > 50
    assert sorted(act for act in acts if f"act.{act.replace('.', '_')}" not in catalogue()) == []
