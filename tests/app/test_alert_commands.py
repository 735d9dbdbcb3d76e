"""alerts rules, apply, preview, test and deliver --dry-run, as an operator runs them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.schedule import next_at
from app import wiring
from app.cli import program
from core.clock import FixedClock, SystemClock
from core.errors import ConfigError
from core.records import Recipient, StoryAlert
from core.roles import Role
from core.settings import Settings
from tests.fakes.alerting import DIGEST, URGENT, newsroom, person
from tests.fakes.records import make_desk
from tests.fakes.smtp import mail_server

RULES = """desk = "binh_son"
[[rules]]
id = "thien-tai"
topics = ["disaster"]
urgent = true
roles = ["information_office", "disaster_prevention"]
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A desk with an urgent alert that waits and a story for the digest, which no hour of it has passed since."""
    noon = next_at(SystemClock().now(), 12 * 60)
    monkeypatch.setattr(SystemClock, "now", lambda _: noon)
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
    made = Settings(data_dir=tmp_path)
    clock = FixedClock(SystemClock().now() - timedelta(minutes=30))
    with wiring.record(made, clock) as kept:
        people = (
            person("office", Role.INFORMATION_OFFICE),
            Recipient(id="bare", name="Phòng Y tế", roles=(Role.HEALTH,)),
        )
        room = newsroom(kept, clock, URGENT, DIGEST, desk=make_desk(recipients=people), channels=("email",))
        room.prints("disaster", title="Lũ lên nhanh")
        room.prints("economy", title="Chợ mở cửa")
        room.round(1)
        room.round(6)
        room.prints("economy", title="Tin chưa xem tới")
    yield made


def run(*words: str) -> str:
    done = CliRunner().invoke(program(), list(words), env={"COLUMNS": "200"}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_dry_run_shows_what_waits_and_sends_nothing(settings: Settings) -> None:
    said = run("deliver", "--dry-run")
    assert "KHẨN: Lũ lên nhanh" in said and "now" in said
    assert "Chợ mở cửa" in said and "digest" in said
    assert "1 changes of articles" in said
    with wiring.record(settings) as kept:
        assert kept.outbox.counts() == {"waiting": 1}
        assert len(kept.alerts.events()) == 1


@pytest.mark.parametrize("command", ["preview", "apply"])
@pytest.mark.parametrize("line", ['units = ["old:0"]', 'publishers = ["khong_co"]'])
def test_a_rule_for_what_there_is_not_is_refused_before_it_is_tried(
    settings: Settings, tmp_path: Path, command: str, line: str
) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(RULES + line, encoding="utf-8")
    with pytest.raises(ConfigError, match="thien-tai"):
        run("alerts", command, str(file))


def test_a_dry_run_names_a_source_and_says_where_nothing_waits(settings: Settings) -> None:
    at = SystemClock().now()
    with wiring.record(settings) as kept:
        kept.alerts.put([StoryAlert(
            desk="binh_son", story="source:vnexpress", recipient="office", rules=("im",), first=at, due=at,
            cause="silent",
        )])  # fmt: skip
    assert "VnExpress: silent" in run("deliver", "--dry-run")
    with wiring.record(settings) as kept, kept.database.write() as con:
        for table in ("outbox", "story_alerts", "alert_events"):
            con.execute(f"DELETE FROM {table}")
    assert run("deliver", "--dry-run").strip() == "nothing waits"


def test_rules_are_shown_tried_and_taken(settings: Settings, tmp_path: Path) -> None:
    assert 'id = "khan"' in run("alerts", "rules")
    file = tmp_path / "rules.toml"
    file.write_text(RULES, encoding="utf-8")
    assert "would have told     1 stories in 30 days" in run("alerts", "preview", str(file))
    said = run("alerts", "apply", str(file), "--yes")
    assert '-id = "khan"' in said and '+id = "thien-tai"' in said and "binh_son: taken" in said
    assert "nothing changes" in run("alerts", "apply", str(file), "--yes")
    with wiring.record(settings) as kept:
        plan = kept.alerts.plan("binh_son")
        assert plan and (plan.version, [rule.id for rule in plan.rules]) == (2, ["thien-tai"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RULES.replace("binh_son", "khong_co"), "no desk khong_co"),
        (RULES + 'tone = "negative"\npublishers = ["vnexpress"]\n', "publisher"),
        (RULES + 'units = ["new:0"]\n', "gazetteer"),
        (RULES + 'publishers = ["blog"]\n', "not declared"),
        (RULES + 'keyword = "x"\n', "keyword"),
    ],
)
def test_what_can_not_be_taken_says_why(settings: Settings, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        run("alerts", "apply", str(file), "--yes")


def test_a_test_message_goes_to_one_recipient_and_says_what_came_of_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no connected channel" in run("alerts", "test", "office")
    with mail_server(tmp_path, security="none", login=False) as room:
        for name, value in (("HOST", "127.0.0.1"), ("PORT", str(room.port)), ("SECURITY", "none"),
                            ("SENDER", "diembao@xa.gov.vn")):  # fmt: skip
            monkeypatch.setenv(f"DIEMBAO_SMTP__{name}", value)
        assert "email    delivered" in run("alerts", "test", "office")
        assert [str(mail["Subject"]) for mail in room.mails] == ["[Điểm báo Bình Sơn] Tin thử"]
        assert room.recipients == [["office@binhson.gov.vn"]]
        assert "no connected channel" in run("alerts", "test", "bare")
    with pytest.raises(ConfigError, match="no recipient nobody"):
        run("alerts", "test", "nobody")
