"""Kept no longer than needed: each line of the table of what is kept, on the record, its index, its files.

A canary word is planted in what must go and looked for in every byte of the record's files.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.rules import DEFAULT_RULES
from core.clock import FixedClock
from core.errors import StoreError
from core.records import AlertPlan, AlertTiming, Claim, Delivered, Label, Refused, Retry, Saved
from core.settings import KeepSettings
from store.sqlite.backup import backup, default_target, restore
from store.sqlite.record import Record, open_record
from store.sqlite.retention import months_before
from tests.contracts.crawl_ledger import listed
from tests.fakes.records import NOON, make_article, make_desk, make_entry, make_message, make_tagged

DAY = timedelta(days=1)
CANARY = "chimyenhot"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def record(tmp_path: Path, clock: FixedClock) -> Iterator[Record]:
    with open_record(tmp_path / "data" / "diembao.sqlite3", clock=clock, keep=KeepSettings()) as opened:
        yield opened


def months_after(months: int, days: float = 0) -> datetime:
    """The first moment at which something of NOON is over so many months old."""
    return months_before(NOON, -months) + timedelta(days=days)


def traces(record: Record, word: str = CANARY) -> list[str]:
    """Files of the record (database, index, write-ahead log) in which the word stands."""
    return [f.name for f in record.path.parent.glob(f"{record.path.name}*") if word.encode() in f.read_bytes()]


def save_canary(record: Record) -> str:
    """Save an article whose lead, body, caption, labels and mentions carry the canary; its id."""
    article = make_article(
        title="Cầu mới", lead=f"Sapo {CANARY}.", paragraphs=(f"Thân {CANARY}.",), captions=(f"Ảnh {CANARY}.",)
    )
    record.articles.save(make_tagged(article, topics=(Label(topic="health", score=0.9, words=(CANARY,)),)))
    return article.id


def mark(record: Record, key: str, result: object, at: datetime = NOON) -> None:
    claim: Claim = next(c for c in record.outbox.claim(at, 10, 60) if c.message.key == key)
    record.outbox.mark(claim, result, at)  # type: ignore[arg-type]


# --- article text: 24 months, then title, address, date, counts


def test_an_articles_text_goes_after_24_months_and_its_title_address_date_and_counts_stay(record: Record) -> None:
    listed(record.ledger, [make_entry("tin-1.html")])
    (page,) = record.ledger.pending(NOON, 1)
    article = make_article(title="Cầu mới", lead=f"Sapo {CANARY}.", paragraphs=(f"Thân {CANARY}.",))
    record.articles.save(make_tagged(article), page)
    assert record.retention.purge(months_after(24)).texts == 0
    assert traces(record)
    assert record.retention.purge(months_after(24, 1)).texts == 1
    assert traces(record) == []
    read = record.reading.article("binh_son", article.id)
    assert read is not None
    assert (read.listed.title, read.listed.url, read.listed.published) == (
        article.title, article.url, article.published,
    )  # fmt: skip
    assert (read.listed.lead, read.paragraphs, read.captions, read.listed.mentions) == ("", (), (), ())
    assert [label.topic for label in read.listed.topics] == ["transport_infrastructure"]
    assert record.ledger.totals()["kept"] == 1
    assert record.search.search("binh_son", CANARY).total == 0
    assert record.search.search("binh_son", "cầu mới").total == 1


def test_an_office_may_keep_texts_shorter_and_never_longer_than_36_months(tmp_path: Path) -> None:
    short = KeepSettings(article_months=1)
    with open_record(tmp_path / "s.sqlite3", clock=FixedClock(NOON), keep=short) as record:
        save_canary(record)
        record.retention.purge(months_after(1, 1))
        assert traces(record) == []
    for too_long in ({"article_months": 37}, {"replaced_days": 91}, {"stopped_days": 31}, {"delivery_months": 13},
                     {"audit_months": 37}, {"backup_days": 91}):  # fmt: skip
        with pytest.raises(ValidationError):
            KeepSettings(**too_long)


def test_a_purge_may_be_repeated(record: Record) -> None:
    save_canary(record)
    record.retention.purge(months_after(24, 1))
    again = record.retention.purge(months_after(24, 1))
    assert (again.texts, again.replaced, again.pages, again.messages) == (0, 0, 0, 0)


# --- replaced text: out of search at once, gone after 30 days


def test_a_replaced_text_is_out_of_search_at_once_and_gone_after_30_days(record: Record) -> None:
    article_id = save_canary(record)
    record.articles.save(make_tagged(make_article(paragraphs=("Bản mới.",), at=NOON + DAY)))
    assert record.search.search("binh_son", CANARY).total == 0
    record.retention.purge(NOON + 31 * DAY)
    assert traces(record)
    record.retention.purge(NOON + 32 * DAY)
    assert traces(record) == []
    read = record.reading.article("binh_son", article_id)
    assert read is not None
    assert (read.revisions, read.paragraphs) == (1, ("Bản mới.",))


def test_a_withdrawn_text_is_out_of_search_at_once_and_gone_after_30_days(record: Record) -> None:
    article_id = save_canary(record)
    assert record.articles.withdraw(article_id, NOON + DAY)
    assert not record.articles.withdraw(article_id, NOON + DAY)
    assert record.search.search("binh_son", CANARY).total == record.search.search("binh_son", "cầu").total == 0
    read = record.reading.article("binh_son", article_id)
    assert read is not None
    assert (read.listed.title, read.listed.lead, read.paragraphs) == ("Cầu mới", "", ())
    assert [label.words for label in read.listed.topics] == [()]
    record.retention.purge(NOON + 32 * DAY)
    assert traces(record) == []
    assert record.articles.save(make_tagged(make_article(at=NOON + 40 * DAY))) is Saved.CHANGED
    assert record.search.search("binh_son", "cầu").total == 1


def test_where_a_text_came_from_goes_with_it(record: Record) -> None:
    def origins() -> int:
        with record.database.read() as con:
            return int(con.execute("SELECT count(*) FROM text_origins").fetchone()[0])

    for paragraphs in (("Bản đầu.",), ("Bản sau.",)):
        article = make_article(paragraphs=paragraphs)
        record.articles.save(make_tagged(article))
        record.cases.note_origin(article.id, article.url, {"etag": "x"}, NOON)
    record.retention.purge(NOON + 30 * DAY)
    assert origins() == 2
    record.retention.purge(NOON + 31 * DAY)
    assert origins() == 1, "the replaced one went"
    record.retention.purge(months_after(24, 1))
    assert origins() == 0


def test_a_text_whose_time_is_over_is_not_taken_up_again(record: Record) -> None:
    save_canary(record)
    record.retention.purge(months_after(24, 1))
    again = make_article(paragraphs=(f"Thân {CANARY}.",), at=months_after(24, 2))
    assert record.articles.save(make_tagged(again)) is Saved.SAME
    assert traces(record) == []


def test_of_a_reserved_source_only_title_lead_and_link_are_ever_stored(record: Record) -> None:
    for body in (f"Thân {CANARY}.", f"Thân khác {CANARY}."):
        article = make_article(reserved=True, lead="Sapo.", paragraphs=(body,), captions=(f"Ảnh {CANARY}.",))
        record.articles.save(make_tagged(article))
    assert traces(record) == []
    assert record.articles.known_hash(make_article().id)


# --- what the gate stopped: 30 days


def test_address_title_and_guid_of_a_stopped_page_go_after_30_days(record: Record) -> None:
    listed(record.ledger, [make_entry(f"{CANARY}.html", title=f"Tin {CANARY}", lead=f"Sapo {CANARY}", guid=CANARY)])
    (page,) = record.ledger.pending(NOON, 1)
    record.ledger.page_stopped(page, page.id, f"Tin {CANARY}", NOON)
    record.retention.purge(NOON + 30 * DAY)
    assert [p.entry.title for p in record.ledger.stopped_since(NOON)] == [f"Tin {CANARY}"]
    record.retention.purge(NOON + 31 * DAY)
    assert record.ledger.stopped_since(NOON) == []
    assert traces(record) == []
    assert record.ledger.totals()["stopped"] == 1


def test_the_lead_of_a_stopped_page_is_not_kept_at_all(record: Record) -> None:
    listed(record.ledger, [make_entry(lead=f"Sapo {CANARY}")])
    (page,) = record.ledger.pending(NOON, 1)
    record.ledger.page_stopped(page, page.id, "Tin", NOON)
    assert record.ledger.stopped_since(NOON)[0].entry.lead == ""


def test_a_page_that_nobody_could_read_is_given_up_after_30_days(record: Record) -> None:
    """Of a paused source, or one that is declared no more."""
    listed(record.ledger, [make_entry(f"{CANARY}.html", title=f"Tin {CANARY}", lead=f"Sapo {CANARY}", guid=CANARY)])
    record.work.pause("bao_mau", NOON, "quan tri", "Báo đang bảo trì")
    record.retention.purge(NOON + 30 * DAY)
    assert traces(record)
    record.retention.purge(NOON + 31 * DAY)
    record.work.resume("bao_mau", NOON + 31 * DAY, "quan tri")
    assert traces(record) == [] and record.ledger.pending(NOON + 31 * DAY, 1) == []
    assert (record.ledger.totals()["failed:unread"], record.ledger.totals()["pending"]) == (1, 0)


def test_a_page_that_is_read_again_or_tried_again_still_waits(record: Record) -> None:
    listed(record.ledger, [make_entry("doc-lai.html"), make_entry("thu-lai.html")])
    first, second = record.ledger.pending(NOON, 2)
    record.ledger.page_stopped(first, first.id, "Tin", NOON)
    record.ledger.reread([first], NOON + 29 * DAY)
    record.ledger.page_failed(second, "http-503", NOON, retry_at=NOON + 29 * DAY)
    record.retention.purge(NOON + 31 * DAY)
    assert len(record.ledger.pending(NOON + 31 * DAY, 2)) == 2


def test_a_page_that_is_still_listed_is_not_read_again_after_its_address_is_gone(record: Record) -> None:
    entry = make_entry()
    for day in range(0, 200, 5):
        assert listed(record.ledger, [entry], NOON + day * DAY) == (1 if day == 0 else 0)
        for page in record.ledger.pending(NOON + day * DAY, 1):
            record.ledger.page_stopped(page, page.id, "Tin", NOON)
        record.retention.purge(NOON + day * DAY)


def test_a_page_that_is_no_longer_listed_is_forgotten(record: Record) -> None:
    listed(record.ledger, [make_entry(guid="g")])
    (page,) = record.ledger.pending(NOON, 1)
    record.ledger.page_stopped(page, page.id, "Tin", NOON)
    assert record.retention.purge(NOON + 70 * DAY).forgotten == 1
    assert not record.ledger.is_read(page.id)


# --- delivery log: 6 months; audit: 24


def test_the_delivery_log_goes_after_6_months_and_nothing_is_sent_twice(record: Record) -> None:
    record.desks.apply_desk(make_desk(), NOON, "quan tri")
    record.outbox.add([make_message(key, text=f"Tin {CANARY}") for key in ("a", "b", "waits")], NOON)
    mark(record, "a", Delivered())
    record.outbox.add([make_message("page", channel="page", text=CANARY)], NOON)
    for claim in record.outbox.claim(NOON + DAY, 10, 60):
        result = Refused(reason="550") if claim.message.key == "b" else Retry(reason="451", after=DAY)
        record.outbox.mark(claim, result, NOON + DAY)
    assert record.retention.purge(months_after(6)).messages == 0
    assert record.retention.purge(months_after(6, 2)).messages == 3
    assert [row.message.key for row in record.reading.messages("binh_son")] == ["waits"]
    assert record.outbox.add([make_message("a"), make_message("page")], NOON) == 0


def test_the_audit_log_goes_after_24_months(record: Record) -> None:
    record.desks.apply_desk(make_desk(), NOON, "quan tri")
    record.desks.apply_desk(make_desk(name="Tên mới"), NOON + 30 * DAY, "quan tri")
    record.retention.purge(months_after(24, 1))
    assert [line.detail for line in record.audit.lines()] == ["version 2"]


# --- backups: 35 days


def test_earlier_alert_rules_go_with_the_audit_and_those_in_force_stay(record: Record) -> None:
    for minutes in (5, 6, 7):
        plan = AlertPlan(desk="binh_son", rules=DEFAULT_RULES, timing=AlertTiming(wait_minutes=minutes))
        record.alerts.apply_plan(plan, NOON, "u17")
    record.retention.purge(months_after(24, 1))
    with record.database.read() as con:
        assert [row["version"] for row in con.execute("SELECT version FROM alert_plans")] == [3]
    held = record.alerts.plan("binh_son")
    assert held is not None and held.timing.wait_minutes == 7


def test_who_corrected_a_label_stands_there_no_longer_than_in_the_audit(record: Record) -> None:
    article = save_canary(record)
    record.articles.withdraw(article, NOON)  # its title and counts stay, and so do its labels
    record.corrections.correct("binh_son", article, topic="economy", at=NOON, by="u17")

    def told() -> list[str]:
        return [one.by for one in record.corrections.corrections()]

    record.retention.purge(months_after(24))
    assert told() == ["u17"]
    record.retention.purge(months_after(24, 1))
    assert told() == [""] and traces(record, "u17") == []


def test_old_backups_and_records_put_aside_go_after_35_days(record: Record) -> None:
    backup(record.path, default_target(record.path, NOON), NOON)
    backup(record.path, default_target(record.path, NOON + 3 * DAY), NOON + 3 * DAY)
    restore(default_target(record.path, NOON), record.path, NOON + DAY)
    assert record.retention.purge(NOON + 35 * DAY).backups == 0
    assert record.retention.purge(NOON + 37 * DAY).backups == 2
    assert [f.name for f in default_target(record.path, NOON).parent.iterdir()] == ["diembao-20260313T050000Z.tar.gz"]
    assert not list(record.path.parent.glob("*.aside-*"))


# --- erase


def test_erase_removes_one_text_everywhere_and_leaves_address_and_date(record: Record, clock: FixedClock) -> None:
    article = make_article(title=f"Tựa {CANARY}", lead=f"Sapo {CANARY}.", paragraphs=(f"Thân {CANARY}.",))
    listed(record.ledger, [make_entry("tin-1.html", title=f"Tựa {CANARY}")])
    (page,) = record.ledger.pending(NOON, 1)
    record.articles.save(make_tagged(article, ("binh_son", "que_phong")), page)
    record.outbox.add([make_message("sent", article=article.id, text=f"Tin {CANARY}")], NOON)
    mark(record, "sent", Delivered())
    record.articles.save(make_tagged(make_article(paragraphs=(f"Bản hai {CANARY}.",))))
    record.outbox.add([make_message("waiting", article=article.id, text=f"Tin {CANARY}")], NOON)
    record.articles.save(make_tagged(make_article("khac.html")))

    assert record.retention.erase(article.id, NOON + DAY, "quan tri")
    assert traces(record) == []
    assert record.reading.article("binh_son", article.id) is None
    assert [row.message.key for row in record.reading.messages("binh_son")] == ["sent"]
    (stone,) = record.retention.stones()
    assert (stone.article, stone.url, stone.published_at) == (article.id, article.url, article.published.at)
    assert [(c.desk, c.kind) for c in record.changes.since(0) if c.kind == "erase"] == [
        ("binh_son", "erase"), ("que_phong", "erase"),
    ]  # fmt: skip
    assert record.search.search("binh_son", "cầu").total == 1
    assert not record.retention.erase(article.id, NOON + DAY, "quan tri")


def test_an_erased_article_does_not_come_back(record: Record) -> None:
    article_id = save_canary(record)
    record.retention.erase(article_id, NOON, "quan tri")
    beside: list[Saved] = []
    assert record.articles.save(make_tagged(), beside=beside.append) is Saved.SAME
    assert record.articles.count() == 0
    assert (beside, record.alerts.events()) == ([], ())
    assert record.ledger.is_read(article_id)


def test_an_erase_that_was_interrupted_after_its_stone_is_finished_later(record: Record) -> None:
    article_id = save_canary(record)
    record.retention.erase(article_id, NOON, "quan tri")
    stones = (record.path.parent / "stones.jsonl").read_bytes()
    with record.database.write() as con:
        con.execute("DELETE FROM stones")
    save_canary(record)
    (record.path.parent / "stones.jsonl").write_bytes(stones + b'{"article": "cut off')
    assert record.retention.replay_stones() == 1
    assert traces(record) == []
    assert record.retention.replay_stones() == 0


def test_an_erase_that_a_full_disk_interrupted_is_finished_by_the_next(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    article_id = save_canary(record)

    def full(*_: object) -> bool:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("store.sqlite.search.merge", full)
        with pytest.raises(StoreError):
            record.retention.erase(article_id, NOON, "quan tri")
    assert traces(record), "its rows are gone, its words are not"
    record.retention.erase(article_id, NOON, "quan tri")
    assert traces(record) == []


def test_an_erase_after_one_that_was_cut_off_holds_after_a_restore(record: Record) -> None:
    article_id = save_canary(record)
    target = default_target(record.path, NOON)
    backup(record.path, target, NOON)
    (record.path.parent / "stones.jsonl").write_bytes(b'{"article": "a full disk cut this o')
    record.retention.erase(article_id, NOON + DAY, "quan tri")
    restore(target, record.path, NOON + 2 * DAY)
    assert record.reading.article("binh_son", article_id) is None
    assert traces(record) == []


def test_erase_holds_after_a_restore(record: Record) -> None:
    article_id = save_canary(record)
    target = default_target(record.path, NOON)
    backup(record.path, target, NOON)
    record.retention.erase(article_id, NOON + DAY, "quan tri")
    restore(target, record.path, NOON + 2 * DAY)
    assert record.reading.article("binh_son", article_id) is None
    assert traces(record) == []
