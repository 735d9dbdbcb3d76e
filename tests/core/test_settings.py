"""Environment over file over default, with errors that name the file and the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import doctor
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
        ("[serve]\nprt = 1", r"serve.prt: no such setting; docs/diembao.example.toml"),
        ("[data]\ntrusted_key = 'x'", r"data: it is called \[updates\] now"),
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


@pytest.mark.parametrize(
    ("variable", "value", "read"),
    [
        ("ELASTIC__HOSTS", "https://node:9200", ("https://node:9200",)),
        ("ELASTIC__HOSTS", "https://a:9200, https://b:9200", ("https://a:9200", "https://b:9200")),
        ("ELASTIC__HOSTS", '["https://a:9200"]', ("https://a:9200",)),
        ("SERVE__TRUSTED_PROXIES", "127.0.0.1", ("127.0.0.1",)),
        ("CRAWL__PRIVATE_HOSTS", "a,b,", ("a", "b")),
    ],
)
def test_a_list_in_the_environment_is_json_or_has_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, read: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"DIEMBAO_{variable}", value)
    part, name = variable.lower().split("__")
    assert getattr(getattr(settings.load(), part), name) == read


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DIEMBAO_SMTP", "hush", "JSON; set each"),
        ("DIEMBAO_ZALO__ZNS_FIELDS", "hush", "write a table"),
        ("DIEMBAO_CRAWL__PRIVATE_HOSTS", "[hush", "write a list"),
        ("DIEMBAO_CRAWL__PRIVATE_HOSTS", "5", "valid tuple"),
        ("DIEMBAO_ELASTIC__HOSTS", "node", "https://host:port"),
        ("DIEMBAO_SERVE__PORT", "abc", "valid integer"),
        ("DIEMBAO_SERVE__PRT", "1", "no such setting"),
        ("DIEMBAO_SMTP", '{"port": "hush"}', "valid integer"),
        ("DIEMBAO_SMTP__PASSWORD_FILE", "/nowhere/key", "can't be read"),
    ],
)
def test_a_wrong_variable_is_named_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=said) as caught:
        settings.load()
    assert variable.removesuffix("PASSWORD_FILE") in str(caught.value) and "diembao.toml" not in str(caught.value)
    assert "hush" not in str(caught.value)
    (finding,) = doctor.examine()
    assert finding.wrong and variable.removesuffix("PASSWORD_FILE") in finding.says


def test_file_and_variable_are_blamed_each_for_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "diembao.toml"
    file.write_text("[serve]\nport = 'high'\n[crawl]\npace = 'slow'")
    monkeypatch.setenv("DIEMBAO_SERVE__PORT", "higher")
    monkeypatch.setenv("DIEMBAO_CRAWL__ATTEMPTS", "3")
    with pytest.raises(ConfigError) as caught:
        settings.load(file)
    port, pace = sorted(str(caught.value).split("; "), key=lambda said: "pace" in said)
    assert port.startswith("DIEMBAO_SERVE__PORT: serve.port") and pace.startswith(f"{file}: crawl.pace")


def test_what_is_wrong_is_told_in_our_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_PUBLIC_URL", "x")
    with pytest.raises(ConfigError, match=r"^DIEMBAO_PUBLIC_URL: public_url: must be the whole address"):
        settings.load()


@pytest.mark.parametrize("empty", ["", "  "])
def test_a_folder_that_is_empty_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIEMBAO_DATA_DIR", raising=False)
    default = settings.load().data_dir
    monkeypatch.setenv("DIEMBAO_DATA_DIR", empty)
    monkeypatch.setenv("DIEMBAO_CONFIG", "")
    assert settings.load().data_dir == default == tmp_path / "var"


@pytest.mark.parametrize(
    "url",
    ["diembao.example.gov.vn", "javascript:x", "https://", "ftp://x.vn", "https://x.vn/?a=1", "https://u:p@x.vn",
     "https://x y.vn"],
)  # fmt: skip
def test_links_in_messages_begin_with_a_whole_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_PUBLIC_URL", url)
    with pytest.raises(ConfigError, match=r"public_url: .*whole address"):
        settings.load()


def test_a_public_address_ends_without_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_PUBLIC_URL", " https://tinh.example.gov.vn/diem-bao/ ")
    assert settings.load().public_url == "https://tinh.example.gov.vn/diem-bao"
    monkeypatch.setenv("DIEMBAO_PUBLIC_URL", "http://[::1]:8765")
    assert settings.load().public_url == "http://[::1]:8765"
