"""Settings: read once, frozen. Environment (DIEMBAO_…) over the file over the defaults."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from core import variables
from core.errors import ConfigError
from core.explained import named
from core.records.alerts import TEMPLATE_FIELDS
from core.urls import is_web
from core.written import text_of

CONFIG_NAME = "diembao.toml"
_DATA_DIR: Final = Path("var")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _from_files(cls, values: Any) -> Any:
        """A secret `name` may lie in the file that `name_file` names: one line, read once."""
        if not isinstance(values, dict):
            return values
        secret = [name for name, info in cls.model_fields.items() if info.annotation is SecretStr]
        return values | {n: _line(f"{n}_file", values[f"{n}_file"]) for n in secret if values.get(f"{n}_file")}


def _line(name: str, file: str) -> str:
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", "") or "not UTF-8"
        raise ValueError(f"{name} = {file!r} can't be read: {why}") from None


class CrawlSettings(_Part):
    """How publishers are asked. Times are seconds, sizes bytes."""

    contact: str = Field(default="", description="e-mail or page by which a publisher reaches the operator")
    pace: float = Field(default=5.0, ge=0, description="seconds between two requests to one host")
    polite: bool = Field(default=True, description="false only against hosts of private_hosts (trials, benchmarks)")
    poll_shortest: float = Field(default=600, gt=0)
    poll_longest: float = Field(default=86_400, gt=0)
    timeout: float = Field(default=30, gt=0)
    max_bytes: int = Field(default=15_000_000, gt=0, description="after decompression")
    max_entries: int = Field(default=5_000, gt=0, description="read of one feed or sitemap")
    max_links: int = Field(default=20_000, gt=0, description="looked at on one section page")
    sitemap_depth: int = Field(default=3, gt=0)
    sitemap_files: int = Field(default=50, gt=0, description="sitemaps read at one poll of an index")
    sitemap_days: int = Field(default=9, gt=0, description="age of the oldest entry of a sitemap that is taken")
    attempts: int = Field(default=8, gt=0, description="tries of one page before it counts as failed")
    wait: float = Field(default=60, ge=0, description="a single crawl waits this long for pages to be tried again")
    concurrency: int = Field(default=16, gt=0, description="requests under way at once, all hosts together")
    lease: float = Field(
        default=45, ge=2, le=55, description="a host is one worker's alone; a worker that died loses it after this"
    )
    private_hosts: tuple[str, ...] = Field(default=(), description="hosts that may have loopback or private addresses")
    proxy: str = Field(default="", description="outbound HTTP proxy; resolves names by itself")
    proxy_allow: tuple[str, ...] = Field(default=(), description="behind a proxy: hosts allowed besides publishers'")


class SmtpSettings(_Part):
    """The mail server that takes alerts. Without a host they stay readable on the page."""

    host: str = ""
    port: int = Field(default=587, gt=0, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: str = Field(default="", description="file that holds the password, in its place")
    sender: str = ""
    timeout: float = Field(default=30, gt=0)
    ca_file: str = Field(default="", description="PEM file of an own certificate authority")


class ZaloSettings(_Part):
    """The office's Zalo Official Account. Without an app_id and its secret Zalo is not connected.

    The two kinds of messages are connected one by one: to followers once somebody has signed in
    (`diembao zalo connect`), to telephone numbers (ZNS) once a template is named besides.
    """

    app_id: str = Field(default="", pattern=r"^\d*$", description="of the app at developers.zalo.me")
    app_secret: SecretStr = SecretStr("")
    app_secret_file: str = ""
    oa_secret: SecretStr = Field(default=SecretStr(""), description="key of the webhook's signatures")
    oa_secret_file: str = ""
    proof: bool = Field(default=True, description="send appsecret_proof")
    message: Literal["cs", "transaction", "promotion"] = Field(default="cs", description="kind of message to followers")
    template_type: str = Field(default="transaction_internal", description="of transaction and promotion messages")
    window_hours: float = Field(default=168, gt=0, description="after a follower's last word in which cs may be sent")
    zns_template: str = Field(default="", description="id of the approved ZNS template; without it no ZNS")
    zns_fields: dict[str, str] = Field(default_factory=dict, description="the template's parameter -> message's field")
    timeout: float = Field(default=10, gt=0, description="seconds for one request as a whole")
    oauth_url: str = "https://oauth.zaloapp.com"
    oa_url: str = "https://openapi.zalo.me"
    zns_url: str = "https://business.openapi.zalo.me"
    ca_file: str = Field(default="", description="PEM file of an own certificate authority")

    @field_validator("oauth_url", "oa_url", "zns_url")
    @classmethod
    def _secure(cls, value: str) -> str:
        """https; http only to this machine, for trials with a stand-in."""
        parts = urlsplit(value)
        near = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if not parts.hostname or parts.query or parts.username or parts.scheme not in ("https", *["http"] * near):
            raise ValueError("must be https://host")
        return value.rstrip("/")

    @field_validator("zns_fields")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        """Fields that every message has: Zalo refuses a parameter that is empty."""
        if wrong := sorted(set(value.values()) - set(TEMPLATE_FIELDS)):
            raise ValueError(f"no message has a field {', '.join(wrong)}; there are {', '.join(TEMPLATE_FIELDS)}")
        return value

    @field_validator("app_secret", "oa_secret")
    @classmethod
    def _plain(cls, value: SecretStr) -> SecretStr:
        """A header's value: anything else would be told in an error of the HTTP library."""
        secret = value.get_secret_value()
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise ValueError("holds characters that no such key has")
        return value

    @property
    def connected(self) -> bool:
        """Whether the app is named; the account's own sign-in lies with the tokens."""
        return bool(self.app_id and self.app_secret.get_secret_value())


class AlertSettings(_Part):
    """Which articles raise an alert."""

    old_days: float = Field(default=2, gt=0, description="an article published longer ago raises none (first filling)")
    spread_minutes: float = Field(
        default=20, ge=0, le=180, description="window over which the digests of several desks are spread"
    )
    per_day: dict[Literal["email", "zalo_oa", "zns"], int] = Field(
        default={}, description="messages a day that a channel may send; the last tenth is kept for urgent ones"
    )


class ServeSettings(_Part):
    """The page."""

    host: str = "127.0.0.1"
    port: int = Field(default=8765, gt=0, le=65_535)
    language: Literal["vi", "en"] = "vi"
    trusted_proxies: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"), description="addresses whose X-Forwarded-For and X-Forwarded-Prefix are believed"
    )
    forms_per_minute: int = Field(
        default=120, ge=30, description="forms that one session, or one network without a session, may send"
    )
    searches_per_minute: int = Field(default=240, ge=60, description="searches, exports and files likewise")
    session_idle_hours: int = Field(default=72, ge=1, le=720, description="a session that nobody uses ends after this")
    session_days: int = Field(default=30, ge=1, le=90, description="any session ends after this; administrators': 7")
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="who carries it (Authorization: Bearer) reads /metrics from elsewhere"
    )
    metrics_token_file: str = ""

    @property
    def origin(self) -> str:
        """Where a browser on this machine finds the pages: "http://127.0.0.1:8765", "http://[::1]:8765"."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"


class OidcSettings(_Part):
    """Signing in by the province's own OpenID Connect provider. Off without an issuer."""

    issuer: str = Field(default="", description="https address whose /.well-known/openid-configuration answers")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    name: str = Field(default="", description="as people call that login")
    only: bool = Field(default=False, description="whether passwords are no longer taken")
    ca_file: str = Field(default="", description="PEM file of an own certificate authority")
    timeout: float = Field(default=10, gt=0)


class ElasticSettings(_Part):
    """An Elasticsearch cluster for search. Without hosts the record's own search answers."""

    hosts: tuple[str, ...] = Field(default=(), description="https://host:port of its nodes")
    alias: str = Field(default="diembao-articles", pattern=r"^[a-z][a-z0-9_-]{0,60}$")
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: str = ""
    api_key: SecretStr = Field(default=SecretStr(""), description="encoded API key, in place of a login")
    api_key_file: str = ""
    ca_file: str = Field(default="", description="PEM file of an own certificate authority")
    replicas: int = Field(default=0, ge=0, le=5, description="copies of each index; 1 from two nodes on")
    timeout: float = Field(default=10, gt=0, description="seconds for one request")

    @field_validator("hosts")
    @classmethod
    def _whole(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Scheme, host and port, and no secret in the address."""
        for host in value:
            parts = urlsplit(host)
            if parts.scheme not in ("http", "https") or not parts.hostname or not parts.port or parts.username:
                raise ValueError("must be https://host:port without a login in it")
        return value


_SPACE: Final = re.compile(r"(^/s/|/s/[^/]+/?$)")
"""A space in an address of Kibana's, with or without a base path before it."""


class KibanaSettings(_Part):
    """A Kibana beside the engine. Without its address no daily counts are written, and no page links there."""

    url: str = Field(default="", description="https://host:port with its base path, if it has one, without a space")
    public_url: str = Field(default="", description="the same as people's browsers reach it, where that differs")
    space: str = Field(default="", pattern=r"^[a-z0-9_-]{0,60}$", description='"" or "default": the default space')
    indices: str = Field(
        default="diembao-daily",
        pattern=r"^[a-z][a-z0-9_-]{0,60}$",
        description="how names of the counts' indices begin",
    )
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: str = ""
    api_key: SecretStr = Field(default=SecretStr(""), description="encoded API key, in place of a login")
    api_key_file: str = ""
    ca_file: str = Field(default="", description="PEM file of an own certificate authority")
    timeout: float = Field(default=30, gt=0, description="seconds for one request")
    wait: float = Field(default=180, ge=0, description="seconds that a starting Kibana is waited for")
    time_zone: str = Field(default="Asia/Ho_Chi_Minh", pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$")

    @field_validator("url", "public_url")
    @classmethod
    def _base(cls, value: str) -> str:
        """A base address without a login, a query or the page of a space."""
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("must be https://host:port, with the base path where there is one")
        if parts.username:
            raise ValueError("must hold no login: set username and password, or api_key")
        if "/app/" in f"{parts.path}/" or _SPACE.search(parts.path):
            raise ValueError("must end before /s/ or /app/; the space is a setting of its own")
        return value.rstrip("/")

    @field_validator("api_key", "password")
    @classmethod
    def _plain(cls, value: SecretStr) -> SecretStr:
        """A header's value: a line break in it would be told in an error of the HTTP library."""
        if not value.get_secret_value().isprintable():
            raise ValueError("holds characters that no such secret has")
        return value

    @property
    def own_space(self) -> str:
        """The space; "" for the default one."""
        return "" if self.space == "default" else self.space

    def named(self, name: str) -> str:
        """Id of one of our saved objects. Ids are unique over all spaces, so each space has its own."""
        return f"diembao-{self.own_space}-{name}" if self.own_space else f"diembao-{name}"

    def link(self, board: str) -> str:
        """Address of a dashboard as people's browsers reach it; "" without a Kibana."""
        base = self.public_url or self.url
        within = f"/s/{self.own_space}" if self.own_space else ""
        return f"{base}{within}/app/dashboards#/view/{self.named(board)}" if self.url else ""


_SERVERS: Final = ("postgresql://", "postgres://")


class RecordSettings(_Part):
    """Where the record is: a file of this machine, or a database of a PostgreSQL server for several machines."""

    url: str = Field(
        default="", description="postgresql://user@host:5432/database, or a file; diembao.sqlite3 if empty"
    )
    password: SecretStr = Field(default=SecretStr(""), description="without it $PGPASSWORD, then ~/.pgpass")
    password_file: str = ""
    ca_file: str = Field(default="", description="PEM file of an own certificate authority")
    connections: int = Field(default=8, ge=3, le=64, description="sessions that one process may open on the server")
    timeout: float = Field(default=10, gt=0, description="seconds for reaching the server")

    @field_validator("url")
    @classmethod
    def _without_secret(cls, value: str) -> str:
        """An address is shown and logged; one of another kind is no file's name."""
        if "://" in value and not value.startswith(_SERVERS):
            raise ValueError(
                f"no such kind of record: {value.split('://', maxsplit=1)[0]}://; write postgresql://, or a file"
            )
        if "://" in value and ":" in value.split("://", 1)[1].rpartition("@")[0]:
            raise ValueError("no password in the address; use password_file, $PGPASSWORD or ~/.pgpass")
        return value


class KeepSettings(_Part):
    """How long things are kept; the upper bounds are design and can't be raised."""

    article_months: Annotated[int, Field(ge=1, le=36)] = 24
    replaced_days: Annotated[int, Field(ge=1, le=90)] = 30
    stopped_days: Annotated[int, Field(ge=1, le=30)] = 30
    delivery_months: Annotated[int, Field(ge=1, le=12)] = 6
    audit_months: Annotated[int, Field(ge=1, le=36)] = 24
    case_months: Annotated[int, Field(ge=1, le=60, description="cases with their evidence, after closing")] = 24
    backup_days: Annotated[int, Field(ge=1, le=90)] = 35
    account_months: Annotated[int, Field(ge=1, le=24)] = 12


class BackupSettings(_Part):
    """Backups that go to another place by themselves. Off without a folder and a key."""

    folder: str = Field(default="", description="on another disk or machine; what is written there is sealed")
    key_file: str = Field(
        default="", description="of `diembao backup --new-key`; keep a copy where the backups are not"
    )
    every_hours: int = Field(default=24, ge=1, le=168)

    @property
    def connected(self) -> bool:
        """Whether backups are made by themselves."""
        return bool(self.folder and self.key_file)


class UpdateSettings(_Part):
    """Updates of publishers and gazetteer as data alone."""

    trusted_key: str = Field(default="", description="public key (Ed25519, base64) whose updates are taken")


class LogSettings(_Part):
    """Structured logs, one JSON object a line, rotated."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    max_bytes: int = Field(default=10_000_000, gt=0)
    files: int = Field(default=5, gt=0)


class Settings(BaseSettings):
    """Everything an operator can set. See docs/operate.md."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=variables.PREFIX,
        env_nested_delimiter=variables.BETWEEN,
        nested_model_default_partial_update=True,
    )

    data_dir: Path = _DATA_DIR
    public_url: str = ""
    crawl: CrawlSettings = CrawlSettings()
    smtp: SmtpSettings = SmtpSettings()
    zalo: ZaloSettings = ZaloSettings()
    alerts: AlertSettings = AlertSettings()
    serve: ServeSettings = ServeSettings()
    oidc: OidcSettings = OidcSettings()
    elastic: ElasticSettings = ElasticSettings()
    kibana: KibanaSettings = KibanaSettings()
    record: RecordSettings = RecordSettings()
    keep: KeepSettings = KeepSettings()
    backup: BackupSettings = BackupSettings()
    updates: UpdateSettings = UpdateSettings()
    log: LogSettings = LogSettings()

    @field_validator("data_dir", mode="before")
    @classmethod
    def _given(cls, value: object) -> object:
        """Empty is not set, as elsewhere: no record in the working folder."""
        return _DATA_DIR if isinstance(value, str) and not value.strip() else value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("public_url")
    @classmethod
    def _reached(cls, value: str) -> str:
        """What stands before the path of every link in a message."""
        value = value.strip().rstrip("/")
        if value and not (is_web(f"{value}/") and value.isascii() and not set(value) & set("?#")):
            raise ValueError("must be the whole address of the pages, as https://diembao.xa.example.gov.vn")
        return value

    @property
    def database(self) -> Path:
        """The record's file, where it is one; beside it lie stones and backups, also of a record on a server."""
        if self.record.url and not self.on_server:
            return Path(self.record.url).expanduser().absolute()
        return self.data_dir / "diembao.sqlite3"

    @property
    def on_server(self) -> bool:
        """Whether the record is on a PostgreSQL server."""
        return self.record.url.startswith(_SERVERS)

    @property
    def keys(self) -> Path:
        """The file of tokens: beside the record and never in its backups."""
        return self.data_dir / "keys.sqlite3"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over the file, whose values come in as `init_settings`."""
        del env_settings, dotenv_settings, file_secret_settings
        return variables.Environment(settings_cls), init_settings


def config_path() -> Path:
    """The settings file: $DIEMBAO_CONFIG, else diembao.toml in the working folder. It need not exist."""
    return Path(os.environ.get("DIEMBAO_CONFIG") or CONFIG_NAME)


def load(path: Path | None = None) -> Settings:
    """Read the settings once.

    Raises ConfigError naming the file and the field, or the variable: for TOML that does not parse, unknown or
    ill-typed fields, and a file that was named but does not exist.
    """
    named = path is not None or bool(os.environ.get("DIEMBAO_CONFIG"))
    file = path or config_path()
    values: dict[str, Any] = {}
    if file.exists():
        try:
            values = tomllib.loads(text_of(file, str(file)))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file}: not readable as TOML: {error}") from None
    elif named:
        raise ConfigError(f"{file}: no such settings file; write it or unset DIEMBAO_CONFIG")
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError(_blamed(error, file, values)) from None


def _blamed(error: ValidationError, file: Path, values: Mapping[str, Any]) -> str:
    """Each wrong setting after where it was given: the file, or a variable, which stands over it."""
    given = variables.Environment(Settings)()
    said = []
    for item in error.errors():
        path = [str(part) for part in item["loc"]]
        variable = variables.named(path) if variables.holds(given, path) else ""
        if len(path) == 1 and isinstance(given.get(path[0]), dict):  # said of a part as a whole: either may be meant
            variable = f"{file} or {variable}" if path[0] in values else variable
        message = _unknown(path) if item["type"] == "extra_forbidden" else item["msg"]
        said.append(f"{variable or file}: {named(path, message)}")
    return "; ".join(said)


_RENAMED: Final = {"data": "updates"}
"""Parts of the file as they were once called -> as they are called now."""


def _unknown(path: Sequence[str]) -> str:
    if path[0] in _RENAMED:
        return f"it is called [{_RENAMED[path[0]]}] now; write that"
    return "no such setting; docs/diembao.example.toml has them all"
