"""An upgrade by bundle: what the new version doesn't have is gone, what is the operator's stays."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.data import ROOT

OLD = {"app/cli.py": "1", "app/gone/away.py": "1", "crawlers/publishers/vn/gone.toml": "1", "desks/gone.toml": "1"}
NEW = {"app/cli.py": "2", "app/fresh.py": "2", "crawlers/publishers/vn/stays.toml": "2", "desks/a.toml": "2"}
STAYS = "desks/gone.toml"
OWN = ("diembao.toml", "var/diembao.sqlite3", "var/publishers/own.toml", "desks/own.toml", "docs/notes.txt")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A folder with an operator's own files, and an environment that takes any wheels."""
    there = tmp_path / "diem bao"
    for name in OWN:
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_text("own")
    python = there / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    return there


def install(tmp_path: Path, target: Path, files: dict[str, str]) -> str:
    bundle = tmp_path / "bundle"
    bundle.mkdir(exist_ok=True)
    with tarfile.open(bundle / "diembao.tar.gz", "w:gz") as packed:
        for name, text in files.items():
            info = tarfile.TarInfo(f"diembao/{name}")
            info.size = len(text)
            packed.addfile(info, io.BytesIO(text.encode()))
    sha256 = hashlib.sha256((bundle / "diembao.tar.gz").read_bytes()).hexdigest()
    (bundle / "SHA256SUMS").write_text(f"{sha256}  ./diembao.tar.gz\n")
    (bundle / "install").write_bytes((ROOT / "deploy/install-bundle").read_bytes())
    done = subprocess.run(
        ["sh", str(bundle / "install"), str(target)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: Path) -> set[str]:
    kept = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return {name.as_posix() for name in kept if name.parts[0] not in (".venv", ".program")}


def test_an_upgrade_takes_away_what_the_version_before_had(tmp_path: Path, target: Path) -> None:
    install(tmp_path, target, OLD)
    assert files(target) == {*OLD, *OWN}
    (target / "app/gone/__pycache__").mkdir()
    (target / "app/gone/__pycache__/away.pyc").write_text("1")
    (target / "app/own.py").write_text("own")
    install(tmp_path, target, NEW)
    assert files(target) == {*NEW, *OWN, STAYS, "app/own.py"}
    assert all((target / name).read_text() == "2" for name in NEW)
    assert all((target / name).read_text() == "own" for name in OWN)
    assert not (target / "app/gone").exists() and not list(target.glob(".unpacked*"))
    install(tmp_path, target, NEW)
    assert files(target) == {*NEW, *OWN, STAYS, "app/own.py"}, "once more changes nothing"


def test_of_a_version_without_a_list_the_code_is_set_aside(tmp_path: Path, target: Path) -> None:
    install(tmp_path, target, OLD)
    (target / ".program").unlink()
    said = install(tmp_path, target, NEW)
    gone = {"app/gone/away.py", "crawlers/publishers/vn/gone.toml"}
    assert files(target) == {*NEW, *OWN, STAYS, *(f"before-upgrade/{name}" for name in gone)}
    assert all(name in said for name in gone)
    assert "before-upgrade" not in install(tmp_path, target, NEW)


def test_the_folders_of_code_are_those_that_are_packed() -> None:
    packed = (ROOT / "pyproject.toml").read_text().partition("\ninclude = [")[2].partition("]")[0]
    named = [name.strip().strip('"').rstrip("*") for name in packed.split(",")]
    assert f"for part in {' '.join(named)}; do" in (ROOT / "deploy/install-bundle").read_text()
