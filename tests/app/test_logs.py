"""Log files: one process, one file."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from app import delivering, logs, wiring
from app.world import World
from core.clock import FixedClock, SystemClock
from core.errors import ConfigError
from core.settings import (
    CrawlSettings,
    ElasticSettings,
    KibanaSettings,
    LogSettings,
    OidcSettings,
    Settings,
    SmtpSettings,
)
from tests.fakes.records import NOON
from tests.fakes.small import no_file_longer_than

_OTHER = """
import logging, sys
from pathlib import Path
from app import logs
from core.settings import Settings
print(logs.start(Settings(data_dir=Path(sys.argv[1])), "crawl").name, flush=True)
logging.getLogger("other").warning("theirs")
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize("secret", ["mat-khau-2026", 'ngoặc"kép', "gạch\\chéo"])
def test_a_secret_is_masked_in_the_file_and_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], secret: str
) -> None:
    settings = Settings(data_dir=tmp_path, smtp=SmtpSettings(password=SecretStr(secret)))
    file = logs.start(settings, "deliver")
    try:
        raise RuntimeError(f"535 refused {secret}")
    except RuntimeError:
        logging.getLogger("own").exception("login with %s", secret, extra={"said": secret})
    told = file.read_text(encoding="utf-8")
    assert json.loads(told)["event"] == "login with *****" and json.loads(told)["said"] == "*****"
    for text in (told, capsys.readouterr().err):
        assert "535 refused *****" in text
        assert secret not in text and json.dumps(secret, ensure_ascii=False)[1:-1] not in text


def test_the_proxys_password_is_masked_as_it_is_written_and_as_it_is_sent(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, crawl=CrawlSettings(proxy="http://xa:m%E1%BA%ADt-kh%E1%BA%A9u@proxy.example")
    )
    file = logs.start(settings, "crawl")
    logging.getLogger("own").error("no answer of %s (mật-khẩu)", settings.crawl.proxy)
    assert json.loads(file.read_text(encoding="utf-8"))["event"] == "no answer of http://xa:*****@proxy.example (*****)"


@pytest.mark.parametrize("code", ["utf-8", "latin-1"])
def test_a_login_is_masked_as_its_header_holds_it(tmp_path: Path, code: str) -> None:
    secret = SecretStr("mật-khẩu" if code == "utf-8" else "clé-2026")
    settings = Settings(
        data_dir=tmp_path, crawl=CrawlSettings(proxy="http://xa:cl%C3%A9@proxy.example"),
        elastic=ElasticSettings(username="diembao", password=secret),
        kibana=KibanaSettings(username="nap", password=secret),
        oidc=OidcSettings(client_id="diem-bao", client_secret=secret),
    )  # fmt: skip
    file = logs.start(settings, "deliver")
    pairs = [f"{name}:{secret.get_secret_value()}" for name in ("diembao", "nap", "diem-bao")] + ["xa:clé"]
    for pair in pairs:
        logging.getLogger("own").error("sent %s", {"Authorization": f"Basic {b64encode(pair.encode(code)).decode()}"})
    told = [json.loads(line)["event"] for line in file.read_text(encoding="utf-8").splitlines()]
    assert told == ["sent {'Authorization': 'Basic *****'}"] * 4


def test_requests_to_the_engine_are_not_logged_even_at_debug_level(tmp_path: Path) -> None:
    file = logs.start(Settings(data_dir=tmp_path, log=LogSettings(level="debug")), "deliver")
    logging.getLogger("elastic_transport.node").debug('> {"query": "lúa"}')
    logging.getLogger("elastic_transport.transport").warning("a node failed")
    assert [json.loads(line)["event"] for line in file.read_text(encoding="utf-8").splitlines()] == ["a node failed"]


def test_log_files_tell_of_deliveries_no_longer_than_the_record_does(tmp_path: Path) -> None:
    settings, now = Settings(data_dir=tmp_path), SystemClock().now()
    folder = tmp_path / "log"
    folder.mkdir()
    for name, days in (("crawl.jsonl", 200), ("crawl.jsonl.1", 300), ("deliver.jsonl", 40), ("deliver.jsonl.1", 70)):
        at = now - timedelta(days=days)
        (folder / name).write_text(json.dumps({"at": at.isoformat(), "event": f"message to {name}"}) + "\n")
        os.utime(folder / name, (at.timestamp(), at.timestamp()))
    logs.start(settings, "deliver")
    logging.getLogger("own").warning("today's")
    lines = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("deliver.jsonl*")}
    assert "today's" in lines["deliver.jsonl"] and "message to" not in lines["deliver.jsonl"], "a new file each month"
    assert lines["deliver.jsonl.1"].count("message to deliver.jsonl") == 1
    world = World(kind="real", publishers={}, clock=FixedClock(NOON))
    with wiring.record(settings) as kept:
        delivering._chores(settings, world, kept, {}).round()
        assert sorted(file.name for file in folder.glob("*.jsonl*")) == [
            "deliver.jsonl", "deliver.jsonl.1", "deliver.jsonl.2",
        ]  # fmt: skip
        kept.keeping.shorten({"delivery_months": 2}, NOON, "quan tri")
        delivering._chores(settings, world, kept, {}).round()
    assert sorted(file.name for file in folder.glob("*.jsonl*")) == ["deliver.jsonl", "deliver.jsonl.1"]


def test_two_processes_of_a_role_never_write_one_file(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert logs.start(settings, "crawl").name == "crawl.jsonl"
    assert logs.start(settings, "crawl").name == "crawl.jsonl", "the same process goes on in its own"
    other = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "crawl-2.jsonl\n"
    logging.getLogger("own").warning("ours")
    other.communicate()
    assert "ours" in (tmp_path / "log" / "crawl.jsonl").read_text(encoding="utf-8")
    assert "theirs" in (tmp_path / "log" / "crawl-2.jsonl").read_text(encoding="utf-8")
    assert logs.start(settings, "deliver").name == "deliver.jsonl"


def test_a_disk_that_is_full_is_told_once_and_no_secret_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = SmtpSettings(password=SecretStr("mat-khau-2026"))
    file = logs.start(Settings(data_dir=tmp_path, smtp=secret), "deliver")
    with no_file_longer_than(0):
        for number in range(3):
            logging.getLogger("own").warning("login %d with %s", number, "mat-khau-2026")
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"diembao: log {file}: File too large; lines are lost until it can be written again",
        *[f"WARNING own: login {number} with *****" for number in range(3)],
    ]
    logging.getLogger("own").info("there is room again")
    assert "there is room again" in file.read_text(encoding="utf-8").splitlines()[-1]
    with no_file_longer_than(0):
        logging.getLogger("own").info("full once more")
    assert capsys.readouterr().err.count("lines are lost") == 1, "told anew"


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "log" / "crawl.jsonl").mkdir(parents=True)  # refused to any user; as another user's file would be
    with pytest.raises(ConfigError, match=r"log .*crawl\.jsonl: .*user of the service"):
        logs.start(Settings(data_dir=tmp_path), "crawl")
    (tmp_path / "var").write_text("a file", encoding="ascii")
    with pytest.raises(ConfigError, match=r"log .*var"):
        logs.start(Settings(data_dir=tmp_path / "var"), "crawl")
