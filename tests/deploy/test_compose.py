"""docker-compose.yml and Dockerfile: held against the compose specification and against what is promised of them.

No engine for containers is needed: the file is checked by the specification's schema (compose_spec.json, Apache-2.0,
of the docker-compose 1.29.2 distribution) and by hand, and the program's own commands and checks are run as they stand.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import uvicorn
import yaml
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from typer.testing import CliRunner

from app import sealed, wiring
from app.cli import program
from app.serving import serve
from app.world import World
from core.clock import SystemClock
from core.errors import ConfigError
from core.settings import Settings
from dashboard.safety import allowed_hosts
from deploy import elastic_setup
from tests.contracts.people import make_user
from tests.data import ROOT
from tests.elastic.server import free_port

Service = dict[str, Any]


def _filled(**variables: str) -> dict[str, Any]:
    """The file as the engine reads it: with the operator's variables, or what stands for them."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    def value(found: re.Match[str]) -> str:
        name, how, other = found.groups()
        given = variables.get(name)
        return (other if given else "") if how == ":+" else given or other

    read: dict[str, Any] = yaml.safe_load(re.sub(r"(?<!\$)\$\{(\w+)(:[-+])([^}]*)\}", value, text))
    return read


COMPOSE = _filled()
SERVICES: dict[str, Service] = COMPOSE["services"]
PROGRAM = {name: one for name, one in SERVICES.items() if one["image"].startswith("diembao:")}
ONCE = {"migrate", "elastic-setup"}
_SIZE = {"m": 1 << 20, "g": 1 << 30}


def test_it_is_what_the_specification_says() -> None:
    schema = json.loads((Path(__file__).parent / "compose_spec.json").read_text(encoding="utf-8"))
    plain = json.loads(json.dumps(COMPOSE))
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(plain)] == []


def test_two_profiles_and_nothing_without_one() -> None:
    profiles = {name: one.get("profiles") for name, one in SERVICES.items()}
    assert {name for name, of in profiles.items() if of == ["small"]} == {"program"}
    assert {name for name, of in profiles.items() if of == ["full"]} == set(SERVICES) - {"program"}
    full = {"crawl", "tag", "deliver", "serve", "postgres", "elasticsearch", "kibana", "proxy", "mail"}
    assert full <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_little_and_says_how_it_fares(name: str) -> None:
    one = SERVICES[name]
    user = str(one["user"]).split(":")[0]
    assert user.isdigit() and int(user) > 0, "no root"
    assert one["read_only"] is True and one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"] and "privileged" not in one
    assert re.search(r":v?\d+\.\d+\.\d+|:\d+\.\d+-bookworm", one["image"]), "pinned"
    assert _bytes(one["mem_limit"]) > 0
    assert bool(one["healthcheck"].get("test")) is not bool(one["healthcheck"].get("disable"))
    assert one["healthcheck"].get("disable", False) is (name in ONCE) and (one["restart"] == "no") is (name in ONCE)


def test_only_the_engine_may_run_what_lies_in_its_temporary_folder() -> None:
    options = {
        (name, mount.split(":")[0]): mount.split(":")[1].split(",")
        for name, one in SERVICES.items() for mount in one.get("tmpfs", ())
    }  # fmt: skip
    assert {where for where, told in options.items() if "exec" in told} == {("elasticsearch", "/tmp")}
    assert all(any(one.startswith("size=") for one in told) for told in options.values()), "none grows without end"


def _bytes(size: str) -> int:
    return int(size[:-1]) * _SIZE[size[-1]]


def test_all_of_it_fits_in_eight_gigabytes() -> None:
    for profile in ("small", "full"):
        used = sum(_bytes(one["mem_limit"]) for one in SERVICES.values() if profile in one["profiles"])
        assert used < 8e9, (profile, used)
    staying = sum(_bytes(one["mem_limit"]) for name, one in SERVICES.items() if name not in {*ONCE, "program"})
    head = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").partition("\n\n")[0]
    said = re.search(r"Memory of the full profile: ([\d.]+) GB at most", head)
    assert said and 0 <= float(said[1]) - staying / 1e9 < 0.1, (said, staying)
    assert f"({said[1]} GB in all)" in (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


def test_ports_are_of_loopback_and_few() -> None:
    ports = {name: port for name, one in SERVICES.items() for port in one.get("ports", ())}
    assert set(ports) == {"proxy", "mail"} and all(port.startswith("127.0.0.1:") for port in ports.values())
    hosts = {name: one["network_mode"] for name, one in SERVICES.items() if "network_mode" in one}
    assert hosts == {"program": "host"}, "none stands or falls with the network of another container"
    assert Settings.model_fields["serve"].default.host == "127.0.0.1"


@pytest.mark.parametrize("given", ["", "10.99.0"])
def test_only_the_proxy_reaches_the_pages_and_is_believed(given: str) -> None:
    compose = _filled(DIEMBAO_PAGES_NET=given)
    serve, proxy = compose["services"]["serve"], compose["services"]["proxy"]
    network = compose["networks"]["pages"]
    assert network["internal"] is True
    assert {name for name, one in compose["services"].items() if "pages" in one.get("networks", ())} == {
        "serve", "proxy",
    }  # fmt: skip
    here, peer = (one["networks"]["pages"]["ipv4_address"] for one in (serve, proxy))
    (subnet,) = (ipaddress.ip_network(one["subnet"]) for one in network["ipam"]["config"])
    assert subnet.is_private and {ipaddress.ip_address(here), ipaddress.ip_address(peer)} < set(subnet.hosts())
    told = serve["environment"]
    assert (told["DIEMBAO_SERVE__HOST"], told["DIEMBAO_SERVE__TRUSTED_PROXIES"]) == (here, peer)
    assert not {"DIEMBAO_SERVE__HOST", "DIEMBAO_SERVE__TRUSTED_PROXIES"} & set(SERVICES["crawl"]["environment"])


def test_the_proxy_asks_by_name() -> None:
    conf = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    places = dict(re.findall(r"location (?:= )?(\S+) \{\n(.*?)\n        \}", conf, flags=re.DOTALL))
    asked = {place: re.findall(r"set \$\w+ (\S+);\s+proxy_pass \$", told) for place, told in places.items()}
    assert asked == {"/kibana/": ["http://kibana:5601"], "/": ["http://pages:8765"]}
    assert "resolver 127.0.0.11 " in conf and conf.count("proxy_pass") == len(asked), "no name is kept from the start"
    assert "X-Forwarded-For $remote_addr;" in places["/"] and 'X-Forwarded-Prefix "";' in places["/"]
    assert SERVICES["serve"]["networks"]["pages"]["aliases"] == ["pages"] and "pages" not in SERVICES
    assert SERVICES["proxy"]["healthcheck"]["test"][-1].endswith("/proxy-health")
    assert "proxy" not in SERVICES["serve"]["depends_on"], "each would wait for the other"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.255"])  # the second: where nobody listens before the first user
def test_the_pages_are_asked_how_they_fare_under_a_name_that_they_take(host: str) -> None:
    asked: list[tuple[str, str]] = []

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Host"]))
            self.send_response(200 if len(asked) == 1 else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        code = SERVICES["serve"]["healthcheck"]["test"][3].replace(":8765", f":{server.server_address[1]}")
        told = {"PATH": os.environ["PATH"], "DIEMBAO_SERVE__HOST": host}
        check = [sys.executable, "-c", code]
        ended = [subprocess.run(check, env=told, capture_output=True, check=False).returncode for _ in range(2)]
        server.shutdown()
    assert ended == [0, 1] and set(asked) == {("/readyz", "localhost")}
    assert "localhost" in allowed_hosts("https://bao.binhson.example")


def test_before_the_first_user_they_listen_on_loopback_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, list[int]]] = []

    def run(app: ASGIApp, *, host: str, **_: object) -> None:
        proxy = TestClient(app, base_url="http://localhost:8443", client=("172.30.255.3", 50000))
        paths = ("/", "/bat-dau", "/tim-kiem?q=a", "/metrics", "/readyz")
        answers = [proxy.get(path, follow_redirects=False) for path in paths]
        shown.append((host, [answer.status_code for answer in answers]))

    class First(uvicorn.Server):
        """Makes the first user as soon as it listens, as `user add` does beside it."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            (listening,) = self.servers[0].sockets
            shown.append((listening.getsockname()[0], []))
            with wiring.record(Settings(data_dir=tmp_path), SystemClock()) as kept:
                kept.people.add(make_user(memberships=()), "operator")

    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DIEMBAO_SERVE__PORT", str(free_port()))
    for name in ("DIEMBAO_SERVE__HOST", "DIEMBAO_SERVE__TRUSTED_PROXIES"):
        monkeypatch.setenv(name, SERVICES["serve"]["environment"][name])
    monkeypatch.setattr("app.serving.uvicorn.run", run)
    monkeypatch.setattr("app.serving.uvicorn.Server", First)
    monkeypatch.setattr("app.serving.LOOKS", 0.05)
    monkeypatch.setattr("app.serving.check_port", lambda _: None)  # this machine has not that address
    with pytest.raises(ConfigError, match="only once public_url is set"):
        serve(Settings(), World(kind="real", publishers={}))
    serve(Settings(public_url="https://localhost:8443"), World(kind="real", publishers={}))
    assert shown == [("127.0.0.1", []), ("172.30.255.2", [303, 303, 303, 404, 200])]


def test_they_wait_for_each_other() -> None:
    for name, one in SERVICES.items():
        for other, how in one.get("depends_on", {}).items():
            assert other in SERVICES and set(one["profiles"]) == set(SERVICES[other]["profiles"]), (name, other)
            wanted = "service_completed_successfully" if other in ONCE else "service_healthy"
            assert how["condition"] == wanted, (name, other)
    for role in ("crawl", "tag", "deliver", "serve"):
        assert {"migrate", "elastic-setup"} <= set(SERVICES[role]["depends_on"])


def test_secrets_are_files_and_none_stands_here() -> None:
    made = (ROOT / "deploy" / "prepare").read_text(encoding="utf-8")
    for name, one in COMPOSE["secrets"].items():
        assert one == {"file": f"./secrets/{name}"} and name in made
    used = {name for one in SERVICES.values() for name in one.get("secrets", ())}
    assert used == set(COMPOSE["secrets"])
    for name, one in SERVICES.items():
        named = {*one.get("secrets", ()), *["backup_key"] * (name == "serve")}  # it looks at the age, and opens none
        for key, value in one.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|KEY", key):
                assert str(value).startswith("/run/secrets/") and value.split("/")[-1] in named, (name, key)
    volumes = {v.split(":")[0] for one in SERVICES.values() for v in one.get("volumes", ()) if not v.startswith(".")}
    assert volumes == set(COMPOSE["volumes"]), "named volumes"
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_the_engines_login_of_all_rights_is_with_the_engine_alone() -> None:
    holders = {name for name, one in SERVICES.items() if "elastic_password" in one.get("secrets", ())}
    assert holders == {"elasticsearch", "elastic-setup"}
    (given,) = elastic_setup.LOADER["applications"]
    told = re.sub(r"\s+", " ", (ROOT / "docs" / "kibana.md").read_text(encoding="utf-8"))
    assert all(f'"{name}"' in told for name in (given["application"], *given["privileges"]))
    assert given["resources"] == ["space:default"] and "DIEMBAO_KIBANA__SPACE" not in SERVICES["crawl"]["environment"]
    assert SERVICES["crawl"]["environment"]["DIEMBAO_KIBANA__USERNAME"] == "diembao_loader"


def test_no_password_stands_in_a_list_of_processes() -> None:
    for name, one in SERVICES.items():
        told = " ".join([*one["healthcheck"].get("test", ()), *one.get("entrypoint", ())])
        assert not re.search(r"\s(-u|--user|--password)\b", told), name
    check = str(SERVICES["elasticsearch"]["healthcheck"]["test"][1]).replace("$$", "$")
    check = check.replace("cat /run/secrets/elastic_password", "echo bi-mat").split("| curl")[0]
    said = subprocess.run(["sh", "-c", check], capture_output=True, text=True, check=True).stdout
    assert said == 'user = "elastic:bi-mat"'


@dataclass(frozen=True, kw_only=True)
class Kibana:
    """What came of starting it with a stand-in in its place."""

    settings: dict[str, Any]
    mode: int  # of the file of settings
    processes: str  # arguments and environment of every program that ran


@pytest.fixture
def kibana(tmp_path: Path) -> Kibana:
    """Its entrypoint, run by hand twice, as after a restart; every program tells with what it was started."""
    (tmp_path / "kibana_password").write_text("mat-khau: \\'bi\"mat #\n", encoding="ascii")
    (tmp_path / "kibana_key").write_text("khoa-$bi'mat\n", encoding="ascii")
    (tmp_path / "path").mkdir()
    for name in ("kibana", "cat", "rm"):
        real = f'exec {shutil.which(name)} "$@"' if name != "kibana" else ""
        told = f'#!/bin/sh\n{{ echo "$0" "$@"; {shutil.which("env")}; }} >> {tmp_path}/told\n{real}\n'
        (tmp_path / "path" / name).write_text(told, encoding="ascii")
        (tmp_path / "path" / name).chmod(0o700)
    (tmp_path / "kibana.yml").touch(0o644)
    one = SERVICES["kibana"]
    (start,) = (v.split(":")[0] for v in one["volumes"] if v.split(":")[1] == one["entrypoint"][-1])
    script = (ROOT / start).read_text(encoding="utf-8")
    for there, here in (("/tmp/", ""), ("/run/secrets/", ""), ("/usr/share/kibana/bin/", "path/")):
        assert there in script
        script = script.replace(there, f"{tmp_path}/{here}")
    (tmp_path / "start").write_text(script, encoding="utf-8")
    given = one["environment"] | {"PATH": str(tmp_path / "path")}
    for _ in range(2):
        subprocess.run([*one["entrypoint"][:-1], str(tmp_path / "start")], env=given, check=True)
    file = tmp_path / "kibana.yml"
    return Kibana(
        settings=yaml.safe_load(file.read_text(encoding="utf-8")), mode=file.stat().st_mode & 0o777,
        processes=(tmp_path / "told").read_text(encoding="utf-8"),
    )  # fmt: skip


def test_no_secret_of_kibanas_stands_in_a_list_of_processes(kibana: Kibana) -> None:
    assert kibana.settings["elasticsearch.password"] == "mat-khau: \\'bi\"mat #" and kibana.mode == 0o600
    started = re.findall(r"/path/kibana (.*)", kibana.processes)
    assert len(started) == 2 and set(started) == {f"--config {started[0].split()[1]}"}
    assert not re.search(r"mat-khau|bi.?mat|(?i:PASSWORD|ENCRYPTIONKEY)=", kibana.processes)


def test_kibana_keeps_its_sessions_and_calls_nobody(kibana: Kibana) -> None:
    for part in ("security", "encryptedSavedObjects", "reporting"):
        assert kibana.settings[f"xpack.{part}.encryptionKey"] == "khoa-$bi'mat"
    assert any(volume == "kibana:/usr/share/kibana/data" for volume in SERVICES["kibana"]["volumes"])
    calls = {"telemetry.optIn", "telemetry.enabled", "newsfeed.enabled", "map.includeElasticMapsService"}
    assert {kibana.settings[name] for name in calls} == {False}


def test_kibana_stands_behind_the_proxy_and_asks_the_engine(kibana: Kibana) -> None:
    told = kibana.settings
    assert (told["server.host"], told["server.basePath"], told["server.rewriteBasePath"]) == (
        "0.0.0.0",
        "/kibana",
        True,
    )
    assert told["server.publicBaseUrl"] == "https://localhost:8443/kibana"
    program = SERVICES["crawl"]["environment"]
    assert told["elasticsearch.hosts"] == json.loads(program["DIEMBAO_ELASTIC__HOSTS"])
    assert told["elasticsearch.username"] == "kibana_system"
    assert program["DIEMBAO_KIBANA__URL"].endswith(told["server.basePath"])


def test_the_engines_logins_wait_for_the_engine(tmp_path: Path) -> None:
    asked: list[str] = []
    waits: list[float] = []
    answers = iter([503, 503, 429, *[200] * 5, 401])

    class Engine(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            self.send_response(next(answers))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    for name in ("elastic_password", "elastic_writer_password", "kibana_password", "kibana_loader_password"):
        (tmp_path / name).write_text(f"{name}\n", encoding="ascii")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    given = f"http://127.0.0.1:{server.server_address[1]}", str(ROOT / "index_config" / "roles.yml"), str(tmp_path)
    try:
        elastic_setup.main(*given, pause=waits.append)
        assert asked[:4] == ["/_security/user/kibana_system/_password"] * 4
        assert asked[4:] == [
            f"/_security/{of}/{name}" for name in ("diembao", "diembao_loader") for of in ("role", "user")
        ]
        assert waits == [5.0] * 3
        with pytest.raises(SystemExit, match="kibana_system/_password: HTTP Error 401"):
            elastic_setup.main(*given, pause=waits.append)
        assert len(waits) == 3
    finally:
        server.shutdown()
        server.server_close()


def _variables() -> Iterator[tuple[str, str]]:
    for name, one in PROGRAM.items():
        for key in one.get("environment", {}):
            yield name, key


def test_every_setting_is_one_of_ours() -> None:
    for name, key in _variables():
        part, _, field = key.removeprefix("DIEMBAO_").lower().partition("__")
        if part == "record" and part not in Settings.model_fields:
            continue  # a program that knows SQLite only
        assert part in Settings.model_fields, (name, key)
        if field:
            fields: Any = type(Settings.model_fields[part].default)
            assert field in fields.model_fields, (name, key)


@pytest.mark.parametrize("name", [name for name, one in PROGRAM.items() if "command" in one])
def test_every_command_is_one_of_ours(name: str) -> None:
    said = CliRunner().invoke(program(), [*SERVICES[name]["command"], "--help"])
    assert said.exit_code == 0, said.output
    test = SERVICES[name]["healthcheck"].get("test", ["", "/venv/bin/python"])
    if test[1] == "/venv/bin/diembao":
        assert CliRunner().invoke(program(), [*test[2:], "--help"]).exit_code == 0


def test_a_role_is_heard_of_while_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
    unheard, unknown = (CliRunner().invoke(program(), ["heard", role]) for role in ("crawl", "serve"))
    assert unheard.exit_code == 1 and "no worker of the role crawl" in unheard.stderr
    assert unknown.exit_code == 2 and "/healthz" in unknown.stderr
    with wiring.record(Settings()) as kept:
        kept.leases.seen("w", "crawl", socket.gethostname())
        kept.leases.seen("x", "deliver", "another machine")
    assert CliRunner().invoke(program(), ["heard", "crawl"]).exit_code == 0
    assert CliRunner().invoke(program(), ["heard", "deliver"]).exit_code == 1


def test_the_image_ships_no_compiler_and_no_test_data() -> None:
    file = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = re.split(r"^FROM ", file, flags=re.MULTILINE)[1:]
    assert all(re.match(r"python:\d+\.\d+\.\d+-slim-bookworm", stage) for stage in stages)
    assert not re.search(r"gcc|build-essential|apt-get", file), "every dependency is a wheel"
    assert "--only-binary :all:" in stages[0] and "--require-hashes" in stages[0]
    assert re.search(r"^USER 10001:10001$", stages[-1], flags=re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    shipped = {line[1:] for line in ignored if line.startswith("!")}
    assert not shipped & {"tests", "bench", "docs", ".git", "secrets", "var"}
    packages = re.search(r"^include = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert packages is not None
    assert {name.strip('" *') for name in packages[1].split(",")} <= shipped
    assert all((ROOT / name).exists() for name in shipped)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "prepare").write_bytes((ROOT / "deploy" / "prepare").read_bytes())
    for _ in range(2):
        subprocess.run(["sh", str(tmp_path / "deploy" / "prepare")], check=True)
        made = {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()}
    assert len(made["kibana_key"]) >= 32, "what Kibana asks of a key"
    assert set(made) == set(COMPOSE["secrets"]) and len(set(made.values())) == len(made)
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0, "only its owner looks into the folder"
    assert made["smtp_password"] == b"", "the operator's"


def _prepared(folder: Path, profile: str) -> Path:
    """The secrets that are made for a profile."""
    (folder / "deploy").mkdir(exist_ok=True)
    (folder / "deploy" / "prepare").write_bytes((ROOT / "deploy" / "prepare").read_bytes())
    told = os.environ | {"PROFILE": profile}
    subprocess.run(["sh", str(folder / "deploy" / "prepare")], check=True, env=told)
    return folder / "secrets"


def test_the_small_profile_has_its_secrets_and_no_others(tmp_path: Path) -> None:
    assert {file.name for file in _prepared(tmp_path, "small").iterdir()} == set(SERVICES["program"]["secrets"])
    assert "PROFILE=$(or $(PROFILE),small) deploy/prepare\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture
def in_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """The settings that a service has, with the operator's variables and secrets."""
    _prepared(tmp_path, "full")

    def settings(name: str, **variables: str) -> Settings:
        for key, value in _filled(**variables)["services"][name]["environment"].items():
            monkeypatch.setenv(key, str(value or "").replace("/run/secrets", str(tmp_path / "secrets")))
        return Settings()

    return settings


@pytest.mark.parametrize(("name", "without"), [("deliver", "mail:1025 none"), ("program", ":587 starttls")])
def test_a_mail_server_is_named_by_variables(
    name: str, without: str, in_container: Callable[..., Settings], tmp_path: Path
) -> None:
    smtp = in_container(name).smtp
    assert f"{smtp.host}:{smtp.port} {smtp.security}" == without
    assert smtp.username == "" and smtp.password.get_secret_value() == ""
    secret = tmp_path / "secrets" / "smtp_password"
    secret.chmod(0o600)
    secret.write_text("bi-mat\n", encoding="ascii")
    smtp = in_container(
        name, DIEMBAO_SMTP_HOST="thu.example.gov.vn", DIEMBAO_SMTP_PORT="465", DIEMBAO_SMTP_SECURITY="tls",
        DIEMBAO_SMTP_USERNAME="diembao", DIEMBAO_SMTP_SENDER="diem-bao@example.gov.vn",
    ).smtp  # fmt: skip
    assert (smtp.host, smtp.port, smtp.security) == ("thu.example.gov.vn", 465, "tls")
    assert (smtp.username, smtp.sender) == ("diembao", "diem-bao@example.gov.vn")
    assert smtp.password.get_secret_value() == "bi-mat"


def test_the_engines_role_is_the_one_that_is_tried_elsewhere() -> None:
    role = elastic_setup.role_of((ROOT / "index_config" / "roles.yml").read_text(encoding="utf-8"), "diembao")
    assert role["cluster"] == ["monitor", "manage_index_templates"]
    assert all("superuser" not in str(one) and one["names"] and one["privileges"] for one in role["indices"])


BACKING_UP = ("deliver", "program")


@pytest.mark.parametrize("name", [*BACKING_UP, "serve"])
def test_backups_go_elsewhere_once_a_place_is_named(name: str, in_container: Callable[..., Settings]) -> None:
    assert not in_container(name).backup.connected, "off"
    asked = in_container(name, DIEMBAO_BACKUP_DIR="/mnt/sao-luu", DIEMBAO_BACKUP_HOURS="12").backup
    assert asked.connected and (asked.folder, asked.every_hours) == ("/backup", 12)
    assert len(sealed.load_key(Path(asked.key_file))) == 32, "a key as the program makes it"
    mounts = _filled(DIEMBAO_BACKUP_DIR="/mnt/sao-luu")["services"][name]["volumes"]
    assert f"/mnt/sao-luu:/backup{'' if name in BACKING_UP else ':ro'}" in mounts


def test_only_who_makes_backups_has_their_key() -> None:
    holders = {name for name, one in SERVICES.items() if "backup_key" in one.get("secrets", ())}
    assert holders == set(BACKING_UP)
    reach = {name for name, one in SERVICES.items() if any(":/backup" in v for v in one.get("volumes", ()))}
    assert reach == {*BACKING_UP, "serve"}
    assert set(SERVICES["crawl"]["secrets"]) | {"backup_key"} == set(SERVICES["deliver"]["secrets"])
    assert "-m 0700 /data /backup" in (ROOT / "Dockerfile").read_text(encoding="utf-8"), "a new volume has its owner"


@pytest.mark.parametrize("name", BACKING_UP)
def test_a_backup_made_there_is_sealed_and_opens_with_the_key(
    name: str, in_container: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_container(name, DIEMBAO_BACKUP_DIR="/mnt/sao-luu")
    monkeypatch.delenv("DIEMBAO_RECORD__URL", raising=False)  # a file stands for the server
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DIEMBAO_BACKUP__FOLDER", str(tmp_path / "away"))
    with wiring.record(Settings()):
        pass
    said = CliRunner().invoke(program(), ["backup", str(tmp_path / "away")])
    assert said.exit_code == 0, said.output
    (made,) = (tmp_path / "away").iterdir()
    key = tmp_path / "secrets" / "backup_key"
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path / "bare"))
    back = CliRunner().invoke(program(), ["restore", str(made), "--key", str(key), "--yes"])
    assert back.exit_code == 0, back.output


def _connections() -> dict[str, str]:
    """The dossier's table of ports: what stands in the first column -> the rest, of several rows together."""
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8").partition("\n## For a security dossier\n")[2]
    rows: dict[str, str] = {}
    for line in page.strip().split("\n\n")[0].splitlines()[2:]:
        port, rest = line.strip("| ").split(" | ", 1)
        rows[port] = f"{rows.get(port, '')} {rest}"
    return rows


def test_the_dossier_names_each_port_of_the_containers() -> None:
    rows = _connections()
    named = {int(port) for row in rows for port in re.findall(r"\b\d{2,5}\b", row)}
    published = {int(port.split(":")[-1]) for one in SERVICES.values() for port in one.get("ports", ())}
    told = SERVICES["deliver"]["environment"].values()
    asked = {int(port) for value in told for port in re.findall(r"(?:[a-z]:|^)(\d{4,5})\b", str(value))}
    assert published == {8443, 8025} and asked == {5432, 9200, 5601, 1025, 8443}
    assert published | asked | {Settings().serve.port, 53, 123, 80, 443, 587, 465} == named


def test_the_dossier_names_commands_that_are_there() -> None:
    rows = " ".join(_connections().values())
    for words in re.findall(r"commands[^(|]*\(([^)]*)\)", rows):
        for command in re.findall(r"`([^`]+)`", words):
            assert CliRunner().invoke(program(), [*command.split(), "--help"]).exit_code == 0, command
    for command in ("sources check", "sources add", "zalo connect", "doctor", "alerts test"):
        assert f"`{command}`" in rows


def test_the_docs_say_what_the_image_lacks() -> None:
    lacking = not re.search(r"libreoffice|poppler", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    assert ("The image holds neither LibreOffice nor `pdftotext`" in page) is lacking
