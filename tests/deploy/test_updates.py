"""Updates of data: taken only signed, whole, newer and sound; gone back from; nothing else comes that way."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard

from app import drafting, updates, wiring
from app.world import choose
from core.clock import FixedClock
from core.errors import ConfigError
from core.records import ReportSchedule
from core.settings import Settings, UpdateSettings
from nlp.gazetteer.units import SHIPPED
from tests.data import ROOT
from tests.fakes.records import NOON, make_desk

Edit = Callable[[dict[str, bytes]], object]
PAPERS = ROOT / "crawlers" / "publishers" / "vn"


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    return tmp_path / "private", updates.new_keys(tmp_path / "private")


@pytest.fixture
def here(tmp_path: Path, key: tuple[Path, str]) -> Settings:
    settings = Settings(data_dir=tmp_path / "var", updates=UpdateSettings(trusted_key=key[1]))
    with wiring.record(settings) as kept:
        kept.desks.apply_desk(make_desk(units=("old:524",)), NOON, "test")
    return settings


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(PAPERS, tmp_path / "content" / "publishers")
    shutil.copy(SHIPPED, tmp_path / "content" / "units.json.zst")
    first = sorted((tmp_path / "content" / "publishers").glob("*.toml"))[0]
    first.write_text(
        first.read_text(encoding="utf-8").replace('\nname = "', '\nname = "Đổi tên: ', 1), encoding="utf-8"
    )
    return tmp_path / "content"


def made(tmp_path: Path, content: Path, key: tuple[Path, str], version: str = "2026.12.01") -> Path:
    updates.sign(content, version, key[0], tmp_path / f"{version}.zip")
    return tmp_path / f"{version}.zip"


def renamed(settings: Settings) -> bool:
    return any(p.name.startswith("Đổi tên: ") for p in choose(settings).publishers.values())


def test_taken_up_and_gone_back_from(tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]) -> None:
    assert not renamed(here)
    assert "2026.12.01 holds" in updates.apply(here, made(tmp_path, content, key))
    assert renamed(here) and updates.current(here) == "2026.12.01"
    updates.apply(here, made(tmp_path, content, key, "2027.01.15"))
    assert updates.back(here).startswith("2026.12.01") and renamed(here)
    assert updates.back(here).startswith("the shipped data") and not renamed(here)
    with pytest.raises(ConfigError, match="nothing to go back from"):
        updates.back(here)
    with wiring.record(here) as kept:
        assert [line.action for line in kept.audit.lines()][:4] == [
            "data.back",
            "data.back",
            "data.apply",
            "data.apply",
        ]


def test_an_older_or_the_same_version_is_refused(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]
) -> None:
    updates.apply(here, made(tmp_path, content, key))
    for version in ("2026.12.01", "2026.11.30"):
        with pytest.raises(ConfigError, match="not newer"):
            updates.apply(here, made(tmp_path, content, key, version))


@pytest.mark.parametrize("version", ["2026.11.21", "2025.07.01"])
def test_one_older_than_the_shipped_data_is_refused(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str], version: str
) -> None:
    with pytest.raises(ConfigError, match="not newer than the data that came with the program"):
        updates.apply(here, made(tmp_path, content, key, version))
    assert not updates.current(here) and not renamed(here)


def test_the_day_of_the_shipped_data_is_theirs() -> None:
    """Where this fails, publishers or gazetteer have changed: SHIPPED_ON is to be that day, the sum to be theirs."""
    files = [*sorted(PAPERS.glob("*.toml")), SHIPPED]
    assert (updates.SHIPPED_ON, sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]) == (
        "2026.11.21",
        "b547d2bb7fffd4f4",
    )


def _changed(files: dict[str, bytes]) -> None:
    files["units.json.zst"] += b"x"


def _manifest(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(manifest | {"version": "2030.01.01"}).encode()


@pytest.mark.parametrize(
    "edit",
    [
        _changed,
        _manifest,
        lambda files: files.pop("signature"),
        lambda files: files.update({"app/evil.py": b"x"}),
        lambda files: files.update({"../publishers/a.toml": b"x"}),
    ],
)
def test_whatever_is_changed_is_refused_and_nothing_is_written(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str], edit: Edit
) -> None:
    file = made(tmp_path, content, key)
    with zipfile.ZipFile(file) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    edit(files)
    with zipfile.ZipFile(file, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    with pytest.raises(ConfigError, match="not taken"):
        updates.apply(here, file)
    assert updates.current(here) == "" and not renamed(here)


def test_a_file_that_was_damaged_on_its_way_is_told_of(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]
) -> None:
    file = made(tmp_path, content, key)
    with zipfile.ZipFile(file) as packed:
        part = next(info for info in packed.infolist() if info.filename.startswith("publishers/"))
    data = bytearray(file.read_bytes())
    data[part.header_offset + 30 + len(part.filename)] = 0xFF
    file.write_bytes(data)
    with pytest.raises(ConfigError, match="no update can be read there"):
        updates.apply(here, file)


def test_another_key_is_refused_and_without_one_nothing_is_taken(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]
) -> None:
    other = tmp_path / "other"
    updates.new_keys(other)
    updates.sign(content, "2026.12.01", other, tmp_path / "forged.zip")
    with pytest.raises(ConfigError, match="not signed"):
        updates.apply(here, tmp_path / "forged.zip")
    with pytest.raises(ConfigError, match="trusted_key is not set"):
        updates.apply(here.model_copy(update={"updates": UpdateSettings()}), made(tmp_path, content, key))


@pytest.mark.parametrize("wrong", ["out", "key", "broken key"])
def test_a_wrong_path_for_signing_is_named(
    tmp_path: Path, content: Path, key: tuple[Path, str], wrong: str
) -> None:  # fmt: skip
    out = tmp_path / "nowhere" / "o.zip" if wrong == "out" else tmp_path / "o.zip"
    named = {"out": key[0], "key": tmp_path / "none", "broken key": tmp_path / "broken"}[wrong]
    (tmp_path / "broken").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=re.escape(str(out if wrong == "out" else named))):
        updates.sign(content, "2026.12.01", named, out)
    assert not out.exists()


def test_signed_content_passes_the_same_checks(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]
) -> None:
    paper = sorted((content / "publishers").glob("*.toml"))[0]
    sound = paper.read_text(encoding="utf-8")
    paper.write_text(sound.replace("https://", "https://www.facebook.com/", 1), encoding="utf-8")
    with pytest.raises(ConfigError):
        updates.apply(here, made(tmp_path, content, key))
    paper.write_text(sound, encoding="utf-8")
    for file in sorted((content / "publishers").glob("*.toml"))[10:]:
        file.unlink()
    with pytest.raises(ConfigError, match="10 publishers"):
        updates.apply(here, made(tmp_path, content, key))
    shutil.rmtree(content / "publishers")
    data = json.loads(zstandard.ZstdDecompressor().decompress((content / "units.json.zst").read_bytes()))
    data["id"][data["id"].index("old:524")] = "old:999999"
    (content / "units.json.zst").write_bytes(zstandard.ZstdCompressor().compress(json.dumps(data).encode()))
    with pytest.raises(ConfigError, match="lacks units that desks watch"):
        updates.apply(here, made(tmp_path, content, key))
    assert updates.current(here) == ""


def test_an_update_of_one_part_leaves_the_other_as_it_is(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]
) -> None:
    (content / "units.json.zst").unlink()
    updates.apply(here, made(tmp_path, content, key))
    shutil.rmtree(content / "publishers")
    shutil.copy(SHIPPED, content / "units.json.zst")
    updates.apply(here, made(tmp_path, content, key, "2026.12.02"))
    assert renamed(here), "the gazetteer came, the publishers stayed"
    updates.back(here)
    assert renamed(here) and updates.current(here) == "2026.12.01"


def test_what_is_no_text_and_no_gazetteer_is_named(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]
) -> None:
    (content / "publishers" / "aaa.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(ConfigError, match=r"publishers/aaa\.toml of the update: not UTF-8"):
        updates.apply(here, made(tmp_path, content, key))
    (content / "publishers" / "aaa.toml").unlink()
    (content / "units.json.zst").write_bytes(b"nothing of the kind")
    with pytest.raises(ConfigError, match=r"units\.json\.zst of the update: not a gazetteer"):
        updates.apply(here, made(tmp_path, content, key))


def test_no_way_back_to_a_gazetteer_that_lacks_what_a_desk_watches(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]
) -> None:
    updates.apply(here, made(tmp_path, content, key))
    with wiring.record(here) as kept:
        kept.desks.apply_desk(make_desk("moi", units=("new:99999",)), NOON, "test")
    with pytest.raises(ConfigError, match=r"the shipped data lacks units that desks watch \(new:99999\)"):
        updates.back(here)
    assert updates.current(here) == "2026.12.01"


def test_scheduled_reports_know_the_units_of_an_update(
    tmp_path: Path, here: Settings, content: Path, key: tuple[Path, str]
) -> None:
    data = json.loads(zstandard.ZstdDecompressor().decompress(SHIPPED.read_bytes()))
    data["id"][data["id"].index("new:21238")] = "new:99999"
    (content / "units.json.zst").write_bytes(zstandard.ZstdCompressor().compress(json.dumps(data).encode()))
    updates.apply(here, made(tmp_path, content, key))
    with wiring.record(here) as kept:
        kept.desks.apply_desk(make_desk("moi", units=("new:99999",)), NOON, "test")
        publishers = choose(here).publishers
        kept.reports.set_schedule(ReportSchedule(desk="moi", kind="weekly"), NOON, "test")
        drafting.scheduled(here, kept, publishers, FixedClock(NOON + timedelta(days=14)))()
        assert [one.title for one in kept.reports.reports("moi")]
