"""Two people at one draft: nobody's words are lost, and nothing is issued or sent that its sender has not read."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.records import ReportWords
from store.sqlite.record import Record
from tests.reports.making import DESK
from tests.reports.test_pages import HERE, browser, made, record

__all__ = ["browser", "record"]

FIELDS = ("mo-dau", "danh-gia", "kien-nghi")


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the draft's form, as the page shows it."""
    shown = page.partition('<form id="write"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    return hidden | {name: _area(shown, name) for name in FIELDS}


def _area(shown: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', shown, re.S)
    assert found
    return html.unescape(found[1])


def sent(browser: TestClient, path: str, form: dict[str, str]) -> Any:
    return browser.post(path, data=form, headers={"Origin": HERE})


def stored(record: Record, path: str) -> ReportWords:
    report = record.reports.report(DESK.id, int(path.rpartition("/")[2]))
    assert report
    return report.words


def issued(record: Record, path: str) -> bool:
    report = record.reports.report(DESK.id, int(path.rpartition("/")[2]))
    return bool(report and report.head.issued)


def test_who_writes_another_part_than_a_colleague_keeps_both(browser: TestClient, record: Record) -> None:
    path = made(browser)
    old = form_of(browser.get(path).text)
    sent(browser, path, form_of(browser.get(path).text) | {"danh-gia": "Của Lan."})
    assert sent(browser, path, old | {"kien-nghi": "Của Minh."}).status_code == 200
    assert stored(record, path) == ReportWords(assessment="Của Lan.", proposals="Của Minh.")


def test_who_writes_the_same_part_is_told_and_loses_nothing(browser: TestClient, record: Record) -> None:
    path = made(browser)
    old = form_of(browser.get(path).text)
    sent(browser, path, form_of(browser.get(path).text) | {"danh-gia": "Của Lan.", "kien-nghi": "Của Lan."})
    told = sent(browser, path, old | {"danh-gia": "Của Minh."})
    assert told.status_code == 409 and "chưa lưu" in told.text.lower() and 'role="alert"' in told.text
    assert stored(record, path).assessment == "Của Lan."
    again = form_of(told.text)
    assert again["danh-gia"] == "Của Minh.", "what was typed stands where it was"
    assert again["kien-nghi"] == "Của Lan.", "a part that only the colleague changed is theirs"
    assert "Của Lan." in told.text.partition('<form id="write"')[2].partition("</form>")[0], "beside what is kept"
    assert sent(browser, path, again | {"danh-gia": "Của Lan. Của Minh."}).status_code == 200
    assert stored(record, path) == ReportWords(assessment="Của Lan. Của Minh.", proposals="Của Lan.")


@pytest.mark.parametrize("button", ["/phat-hanh", "/gui"])
def test_what_a_colleague_changed_meanwhile_does_not_leave_unread(
    browser: TestClient, record: Record, button: str
) -> None:
    path = made(browser)
    old = form_of(browser.get(path).text)
    sent(browser, path, form_of(browser.get(path).text) | {"danh-gia": "Của Lan."})
    told = sent(browser, f"{path}{button}", old | {"kien-nghi": "Của Minh."})
    assert told.status_code == 409 and not issued(record, path)
    assert stored(record, path) == ReportWords(assessment="Của Lan.", proposals="Của Minh."), (
        "and what was typed is kept"
    )
    assert "report.mail" not in {line.action for line in record.audit.lines()}
    assert sent(browser, f"{path}{button}", form_of(told.text)).status_code == 200, "now it has been read"


def test_figures_that_were_collected_anew_meanwhile_are_read_before_they_are_issued(
    browser: TestClient, record: Record
) -> None:
    path = made(browser)
    old = form_of(browser.get(path).text)
    with record.database.write() as con:  # as if collected a minute later
        con.execute("UPDATE reports SET collected = collected + 60000000")
    assert sent(browser, f"{path}/phat-hanh", old).status_code == 409 and not issued(record, path)
    assert sent(browser, f"{path}/phat-hanh", form_of(browser.get(path).text)).status_code == 200
    assert issued(record, path)


def test_what_is_typed_for_a_draft_that_is_issued_meanwhile_can_be_copied(browser: TestClient, record: Record) -> None:
    path = made(browser)
    old = form_of(browser.get(path).text)
    sent(browser, f"{path}/phat-hanh", old)
    told = sent(browser, path, old | {"danh-gia": "Của Minh\nhai dòng."})
    assert told.status_code == 409 and "đã phát hành" in told.text and "Của Minh\nhai dòng." in told.text
    assert not stored(record, path).assessment
    again = sent(browser, f"{path}/phat-hanh", old)
    assert again.status_code == 200 and "Chưa lưu" not in again.text, "the same button pressed twice is no conflict"
    assert [line.action for line in record.audit.lines()].count("report.issue") == 1


def test_a_draft_is_frozen_as_it_was_read_or_not_at_all(record: Record, browser: TestClient) -> None:
    number = int(made(browser).rpartition("/")[2])
    read = record.reports.report(DESK.id, number)
    assert read
    at = read.head.created
    assert record.reports.write(DESK.id, number, ReportWords(intro="Muộn hơn."), at, "u2", after=read.head.version)
    assert not record.reports.write(DESK.id, number, ReportWords(intro="Cũ."), at, "u1", after=read.head.version)
    assert not record.reports.issue(DESK.id, number, papers=None, docx=b"x", at=at, by="u1", read=read.head)
    assert not issued(record, f"/{number}")
