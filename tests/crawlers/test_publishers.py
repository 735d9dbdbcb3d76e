"""Declarations of publishers: those shipped, those of an installation, and what is refused."""

from __future__ import annotations

import json
import lzma
import re
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.records import PublisherKind
from crawlers import publishers
from crawlers.publishers import loader
from tests.data import ROOT, data_dir, needs_data

GOOD = """
id = "bao"
name = "Báo Ví dụ"
kind = "newspaper"
licence = "Bộ Văn hóa, Thể thao và Du lịch"
home = "https://bao.example.vn/"
feeds = ["https://bao.example.vn/rss/home.rss"]
address_source = "its own page of feeds"
"""


def test_at_least_forty_real_publishers_are_shipped() -> None:
    shipped = publishers.shipped()
    assert len(shipped) >= 40
    assert all(publisher.licence and publisher.address_source and publisher.endpoints for publisher in shipped)
    assert not any(publisher.verified for publisher in shipped)
    kinds = {publisher.kind for publisher in shipped}
    assert {
        PublisherKind.NEWSPAPER,
        PublisherKind.AGENCY,
        PublisherKind.BROADCASTER,
        PublisherKind.PUBLIC_BODY,
    } <= kinds


def test_the_provinces_of_the_five_desks_have_paper_broadcaster_and_portal() -> None:
    for province in ("38", "40", "82", "51", "33"):
        kinds = {publisher.kind for publisher in publishers.shipped() if publisher.province == province}
        assert kinds >= {PublisherKind.NEWSPAPER, PublisherKind.BROADCASTER, PublisherKind.PUBLIC_BODY}


def test_national_press_is_there() -> None:
    ids = {publisher.id for publisher in publishers.shipped() if publisher.province is None}
    assert ids >= {"vtv", "vov", "nhandan", "vietnamplus", "baochinhphu", "vnexpress", "tuoitre", "thanhnien", "dantri"}


@needs_data
def test_provinces_are_units_of_2025() -> None:
    units = json.loads(lzma.decompress((data_dir() / "gazetteer" / "units_2026.json.xz").read_bytes()))
    codes = {unit["Code"] for unit in units}
    assert {publisher.province for publisher in publishers.shipped()} - {None} <= codes


def test_an_installation_adds_its_own(tmp_path: Path) -> None:
    (tmp_path / "bao.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not read", encoding="utf-8")
    (added,) = publishers.load_dir(tmp_path)
    assert (added.id, added.endpoints[0].kind, added.language, added.verified) == ("bao", "feed", "vi", False)
    assert added in publishers.load_all(tmp_path)
    assert publishers.load_dir(tmp_path / "absent") == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (('kind = "newspaper"', 'kind = "blog"'), "kind"),
        (('kind = "newspaper"', ""), "kind"),
        (("licence = ", "licence_number = "), "licence"),
        (('licence = "Bộ Văn hóa, Thể thao và Du lịch"', 'licence = ""'), "licence"),
        (('address_source = "its own page of feeds"', ""), "address_source"),
        (("feeds =", "fedes ="), "fedes"),
        (('home = "https://bao.example.vn/"', 'home = "bao.example.vn"'), "home"),
        (('"https://bao.example.vn/rss/home.rss"', '"file:///etc/passwd"'), "feeds"),
        (('"https://bao.example.vn/rss/home.rss"', "3"), "feeds"),
        (('"https://bao.example.vn/rss/home.rss"', '"https://khac.example.vn/rss"'), "feeds"),
        (('"https://bao.example.vn/rss/home.rss"', '"https://bao.example.vn/comments/feed"'), "feeds"),
        (('id = "bao"', 'id = "../bao"'), "id"),
        (('id = "bao"', 'id = "khac"'), "id"),
        (('name = "Báo Ví dụ"', 'name = "Báo"\nprovince = "Thanh Hóa"'), "province"),
        (('name = "Báo Ví dụ"', 'name = "Báo"\npace = 0.1'), "pace"),
        (('name = "Báo Ví dụ"', 'name = "Báo"\nhosts = ["facebook.com"]'), "hosts"),
        (('name = "Báo Ví dụ"', 'name = "Báo"\nhosts = ["ai.blogspot.com"]'), "hosts"),
        (('name = "Báo Ví dụ"', 'name = "Báo"\nskip_sections = ["/"]'), "skip_sections"),
        (('name = "Báo Ví dụ"', 'name = "Báo"\nauthor = "x"'), "author"),
        (("id =", "id"), "TOML"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_field(change: tuple[str, str], field: str, tmp_path: Path) -> None:
    assert change[0] in GOOD
    (tmp_path / "bao.toml").write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"bao\.toml: .*{field}"):
        publishers.load_dir(tmp_path)


def test_a_home_that_is_no_publishers_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("bao.example.vn", "ai.blogspot.com")
    (tmp_path / "bao.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bao\.toml: home: .*blog"):
        publishers.load_dir(tmp_path)


def test_doubles_are_refused(tmp_path: Path) -> None:
    text = GOOD.replace('id = "bao"', 'id = "vov"')
    (tmp_path / "vov.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="vov is declared twice"):
        publishers.load_all(tmp_path)
    (tmp_path / "vov.toml").unlink()
    (tmp_path / "bao.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bao2.toml").write_text(GOOD.replace('id = "bao"', 'id = "bao2"'), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"home\.rss is declared twice"):
        publishers.load_dir(tmp_path)


def test_the_example_of_the_guide_loads() -> None:
    guide = (ROOT / "docs" / "add-a-publisher.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert examples
    for example in examples:
        name = re.search(r'^id = "(\w+)"', example, re.MULTILINE)
        assert name
        assert loader.parse(f"{name[1]}.toml", example).endpoints
