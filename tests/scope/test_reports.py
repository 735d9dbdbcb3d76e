"""What reports, exports and feeds must not do: no text leaves, nobody refused receives, nothing ranks a publisher."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import program
from core.clock import FixedClock
from core.errors import ConfigError
from core.records import PaperRecipient
from core.roles import Role
from core.settings import KeepSettings
from reports import mail
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON, make_article, make_tagged
from tests.reports.making import DESK, PAPERS

NOTE = "Đã gọi điện cho Hoàng Thị Kanariô"
FORMULA = '=cmd|"/c calc"!A1'


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with open_record(tmp_path / "diembao.sqlite3", clock=FixedClock(NOON), keep=KeepSettings()) as opened:
        opened.desks.apply_desk(DESK, NOON, "test")
        article = make_article(title=FORMULA)
        opened.articles.save(make_tagged(article))
        opened.work.add_note(DESK.id, "article", article.id, NOTE, at=NOON, by="u1")
        yield opened


def export(*options: str, status: int = 0) -> str:
    done = CliRunner().invoke(program(), ["export", "--from", "2026-03-01", "--to", "2026-03-31", *options])
    assert (done.exit_code == 0) is (status == 0), done.output
    return done.stdout


def test_an_export_has_titles_and_addresses_and_no_text_or_note(record: Record) -> None:
    (row,) = [json.loads(line) for line in export().splitlines()]
    assert (row["title"], row["url"][:8]) == (FORMULA, "https://")
    assert not {"lead", "text"} & set(row)
    assert row["notes"] == []
    assert record.audit.lines()[0].action == "export"


def test_texts_need_a_reason_that_the_audit_keeps(record: Record) -> None:
    export("--texts", status=1)
    export("--texts", "--reason", "xem", status=1)
    (row,) = [json.loads(line) for line in export("--texts", "--reason", "đối chiếu số liệu thanh tra").splitlines()]
    assert row["lead"]
    assert "đối chiếu số liệu thanh tra" in record.audit.lines()[0].detail


def test_a_withdrawn_text_leaves_no_export(record: Record) -> None:
    record.articles.withdraw(make_article().id, NOON)
    (row,) = [json.loads(line) for line in export("--texts", "--reason", "đối chiếu số liệu thanh tra").splitlines()]
    assert row["state"] == "withdrawn"
    assert not {"lead", "text"} & set(row)


def test_no_cell_of_an_export_is_a_formula(record: Record) -> None:
    rows = list(csv.DictReader(io.StringIO(export("--format", "csv").removeprefix("\ufeff"))))
    assert rows[0]["title"].startswith("'=")


@pytest.mark.parametrize("name", ["Công an xã", "Ban Chỉ huy Quân sự xã", "Đồn Biên phòng"])
def test_a_security_body_is_no_recipient_of_a_paper_by_any_door(record: Record, name: str) -> None:
    line = PaperRecipient(role=Role.LEADERSHIP, name=name)
    for papers in (
        replace(PAPERS, copies=(line,)), replace(PAPERS, addressed=(line,)), replace(PAPERS, filing=f"VT, {name}"),
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            record.desks.apply_desk(replace(DESK, papers=papers), NOON, "test")
    person = replace(DESK.recipients[0], name=name)
    assert mail.recipients(replace(DESK, recipients=(person,))) == ()


def test_line_departments_are_mailed_no_report(record: Record) -> None:
    del record
    assert [person.id for person in mail.recipients(DESK)] == ["lanh-dao"]
