"""Environment over file over default, with errors that name the file and the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import settings
from core.errors import ConfigError


def test_environment_stands_over_the_file_and_the_file_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "diembao.toml"
    file.write_text('[serve]\nport = 9000\n[crawl]\ncontact = "a@example.org"\npace = 7\n')
    monkeypatch.setenv("DIEMBAO_CRAWL__PACE", "9")
    read = settings.load(file)
    assert (read.serve.port, read.crawl.pace, read.crawl.contact, read.serve.host) == (
        9000,
        9.0,
        "a@example.org",
        "127.0.0.1",
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[serve]\nport = 'high'", "serve.port"),
        ("[serve]\nprt = 1", "serve.prt"),
        ("[keep]\narticle_months = 37", "keep.article_months"),
        ("[keep]\nbackup_days = 91", "keep.backup_days"),
        ("[keep]\nreplaced_days = 91", "keep.replaced_days"),
        ("not toml", "TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "diembao.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=named):
        settings.load(file)


def test_a_secret_is_not_in_the_error_nor_in_the_printed_settings(tmp_path: Path) -> None:
    file = tmp_path / "diembao.toml"
    file.write_text('[smtp]\npassword = "hush-hush"\nport = "hush-hush"')
    with pytest.raises(ConfigError) as caught:
        settings.load(file)
    assert "hush" not in str(caught.value)
    file.write_text('[smtp]\npassword = "hush-hush"')
    assert "hush" not in repr(settings.load(file))


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such settings file"):
        settings.load(tmp_path / "absent.toml")
