"""No file that is half written stands where a whole one is looked for."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from alerts.links import load_secret
from app import sealed, updates
from app.commands import desks, export, reports
from core import files
from core.errors import ConfigError, StoreError
from core.records import Desk
from crawlers.autodiscover import write_declaration
from crawlers.publishers import loader
from tests.data import ROOT
from tests.fakes.small import no_file_longer_than

LONG = b"0123456789" * 20_000


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.rglob("*") if one.is_file())


def _export(file: Path) -> None:
    export._write(iter([LONG.decode()] * 3), file)


def _declare(file: Path) -> None:
    home = "https://bao-moi.example.vn/"
    declared = loader.Declaration(
        id=file.stem, name="Báo mới", kind="newspaper", home=home, feeds=(f"{home}rss.xml",), licence="1/GP-BTTTT",
        address_source="its page",
    )  # fmt: skip
    write_declaration(file.parent, declared)


def _seal(file: Path) -> None:
    source = file.with_name("clear")
    source.write_bytes(b"short")
    sealed.seal(source, file, b"k" * 32)


def test_a_file_keeps_what_it_held_where_a_new_one_finds_no_room(tmp_path: Path) -> None:
    file = tmp_path / "bao-cao.docx"
    file.write_bytes(b"last week's")
    with no_file_longer_than(1000), pytest.raises(ConfigError, match=r"bao-cao\.docx: can't be written"):
        reports._write(file, LONG)
    assert file.read_bytes() == b"last week's"
    assert names(tmp_path) == ["bao-cao.docx"]


@pytest.mark.parametrize("write", [
    _export, _declare, _seal, sealed.new_key, updates.new_keys, load_secret, partial(reports._write, content=LONG),
    lambda file: desks._write_sheets(file, [Desk(id="d", name="D", office="", units=())]),
])  # fmt: skip
def test_whatever_finds_no_room_leaves_nothing_behind(tmp_path: Path, write: Callable[[Path], object]) -> None:
    file = tmp_path / "bao_moi.toml"
    with no_file_longer_than(20), pytest.raises((ConfigError, StoreError), match="File too large"):
        write(file)
    assert [name for name in names(tmp_path) if name != "clear"] == []


def test_what_ends_in_the_middle_takes_no_name(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), files.whole(tmp_path / "out") as out:
        out.write(b"half")
        raise RuntimeError
    assert names(tmp_path) == []


def test_rights_links_and_pipes_stay_what_they_are(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    files.write(link, b"new")
    assert link.is_symlink() and file.read_bytes() == b"new" and stat.S_IMODE(file.stat().st_mode) == 0o640
    said = subprocess.run(
        [sys.executable, "-c", "from pathlib import Path; from core import files; "
         "files.write(Path('/dev/stdout'), b'out')"], capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert said.stdout == b"out"


def test_a_fresh_file_takes_no_name_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    files.write(file, b"one", fresh=True)
    with pytest.raises(FileExistsError):
        files.write(file, b"two", fresh=True)
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links here")))
    with pytest.raises(FileExistsError):
        files.write(file, b"two", fresh=True)
    files.write(tmp_path / "other", b"two", fresh=True)
    assert file.read_bytes() == b"one" and names(tmp_path) == ["key", "other"]


def test_processes_that_begin_together_have_one_secret(tmp_path: Path) -> None:
    """The pages and the deliveries of a first start: one that reads what the other has not yet written would end."""
    for number in range(50):
        file, begin, found = tmp_path / f"{number}.key", threading.Barrier(4), list[bytes]()

        def ask(file: Path = file, begin: threading.Barrier = begin, found: list[bytes] = found) -> None:
            begin.wait()
            found.append(load_secret(file))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4 and len(set(found)) == 1


def test_an_update_that_finds_no_room_is_not_signed(tmp_path: Path) -> None:
    key, folder = tmp_path / "key", tmp_path / "data" / "publishers"
    updates.new_keys(key)
    folder.mkdir(parents=True)
    (folder / "bao.toml").write_bytes(LONG)
    with no_file_longer_than(20), pytest.raises(ConfigError, match="nothing was signed"):
        updates.sign(folder.parent, "2026.12.01", key, tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()
