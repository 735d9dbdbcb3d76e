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


def test_a_secret_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush-hush\n")
    file = tmp_path / "diembao.toml"
    file.write_text(
        f'[zalo]\napp_id = "1"\napp_secret_file = "{tmp_path}/key"\n[smtp]\npassword_file = "{tmp_path}/key"'
    )
    read = settings.load(file)
    assert read.zalo.app_secret.get_secret_value() == read.smtp.password.get_secret_value() == "hush-hush"
    assert read.zalo.connected and "hush" not in repr(read)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('app_secret_file = "/nowhere/key"', "app_secret_file"),
        ('app_secret = "hush\\r\\nX: y"', "zalo.app_secret"),
        ('oauth_url = "http://oauth.zaloapp.com"', "zalo.oauth_url"),
        ('oa_url = "https://user:hush@openapi.zalo.me"', "zalo.oa_url"),
        ('app_id = "12 34"', "zalo.app_id"),
    ],
)
def test_a_wrong_setting_of_zalo_is_named_and_no_secret_told(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "diembao.toml"
    file.write_text(f"[zalo]\n{text}")
    with pytest.raises(ConfigError, match=named) as caught:
        settings.load(file)
    assert "hush" not in str(caught.value)
