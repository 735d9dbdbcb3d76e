"""What every ReadingRoom shows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from core.ports import CrawlLedger, ReadingRoom, Store
from core.records import DayCount, EndpointStatus, Published, ReadArticle, StoryChoice
from tests.contracts.crawl_ledger import listed
from tests.contracts.outbox import Enqueue
from tests.fakes.records import NOON, make_article, make_endpoint, make_entry, make_message, make_state, make_tagged

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class ReadingRoomContract:
    """Subclass with fixtures `reading`, `store`, `ledger` and `enqueue` (see outbox.py) on one empty record."""

    def test_an_article_comes_back_as_its_desk_sees_it(self, reading: ReadingRoom, store: Store) -> None:
        tagged = make_tagged()
        store.save(tagged)
        article, match = tagged.located.article, tagged.located.matches[0]
        read = reading.article("binh_son", article.id)
        assert read is not None
        shown = read.listed
        assert (shown.id, shown.url, shown.title, shown.lead) == (article.id, article.url, article.title, article.lead)
        assert (shown.published, shown.first_seen, shown.revised_at) == (article.published, article.fetched_at, None)
        assert (shown.topics, shown.tone, shown.mentions, shown.focus) == (
            tagged.topics, tagged.tone, match.mentions, match.focus,
        )  # fmt: skip
        assert read == ReadArticle(
            listed=shown, paragraphs=article.paragraphs, captions=article.captions, revisions=0, model="test-1"
        )

    def test_another_desk_does_not_see_it(self, reading: ReadingRoom, store: Store) -> None:
        store.save(make_tagged())
        assert reading.article("que_phong", make_article().id) is None
        assert reading.day("que_phong", TODAY) == ()

    def test_an_article_is_stored_once_and_seen_by_each_desk(self, reading: ReadingRoom, store: Store) -> None:
        store.save(make_tagged(desks=("binh_son", "que_phong")))
        assert reading.day("binh_son", TODAY)[0].id == reading.day("que_phong", TODAY)[0].id

    def test_a_revision_shows_the_new_text_and_its_time(self, reading: ReadingRoom, store: Store) -> None:
        store.save(make_tagged())
        store.save(make_tagged(make_article(at=NOON + HOUR, paragraphs=("Cầu dài 210 m.",))))
        read = reading.article("binh_son", make_article().id)
        assert read is not None
        assert (read.paragraphs, read.revisions) == (("Cầu dài 210 m.",), 1)
        assert (read.listed.first_seen, read.listed.revised_at) == (NOON, NOON + HOUR)
        assert len(reading.day("binh_son", TODAY)) == 1

    def test_a_reserved_source_shows_title_and_lead_only(self, reading: ReadingRoom, store: Store) -> None:
        store.save(make_tagged(make_article(reserved=True)))
        read = reading.article("binh_son", make_article().id)
        assert read is not None
        assert (read.paragraphs, read.captions) == ((), ())
        assert read.listed.lead

    def test_a_day_is_vietnamese_and_newest_first(self, reading: ReadingRoom, store: Store) -> None:
        midnight = NOON.replace(hour=17) - DAY  # 00:00 of 10 March in Viet Nam
        for name, at in (("truoc", midnight - HOUR), ("sau", midnight + HOUR), ("trua", NOON)):
            store.save(make_tagged(make_article(name, at=at)))
        assert [a.url.rsplit("/", 1)[-1] for a in reading.day("binh_son", TODAY)] == ["trua", "sau"]
        assert [a.url.rsplit("/", 1)[-1] for a in reading.day("binh_son", TODAY - DAY)] == ["truoc"]

    def test_what_was_found_late_is_of_the_day_on_which_it_was_found(self, reading: ReadingRoom, store: Store) -> None:
        store.save(make_tagged(make_article(published=Published(at=NOON - DAY, provenance="meta"))))
        assert len(reading.day("binh_son", TODAY)) == 1

    def test_the_backlog_of_a_new_source_is_of_its_own_day(
        self, reading: ReadingRoom, store: Store, ledger: CrawlLedger
    ) -> None:
        published = Published(at=NOON - 2 * DAY, provenance="feed")
        listed(ledger, [make_entry("tin-1.html", published=published), make_entry("tin-2.html", published=published)])
        first, second = ledger.pending(NOON, 2)
        store.save(make_tagged(make_article("tin-1.html", published=published)), first)
        ledger.page_stopped(second, second.id, "Tin 2", NOON)
        assert len(reading.day("binh_son", TODAY - 2 * DAY)) == 1
        assert reading.day("binh_son", TODAY) == ()
        assert reading.day_counts("binh_son", TODAY, 3) == (
            DayCount(day="2026-03-08", articles=1, read=2),
            DayCount(day="2026-03-09", articles=0, read=0),
            DayCount(day="2026-03-10", articles=0, read=0),
        )

    def test_days_count_the_desks_articles_and_all_that_was_read(
        self, reading: ReadingRoom, store: Store, ledger: CrawlLedger
    ) -> None:
        ledger.save_poll(make_state(last_success=NOON - DAY), [], NOON - DAY)
        listed(ledger, [make_entry(f"tin-{i}.html") for i in range(1, 5)])
        one, two, three, four = ledger.pending(NOON, 4)
        store.save(make_tagged(make_article("tin-1.html")), one)
        store.save(make_tagged(make_article("tin-2.html"), ("que_phong",)), two)
        ledger.page_stopped(three, three.id, "Tin 3", NOON)
        ledger.page_failed(four, "no-body", NOON, retry_at=None)
        assert reading.day_counts("binh_son", TODAY, 1) == (DayCount(day="2026-03-10", articles=1, read=3),)
        (health,) = reading.sources(NOON)
        assert (health.read_7d, health.kept_7d, health.failed_7d, health.no_body_7d) == (3, 2, 1, 1)

    def test_seven_days_by_default(self, reading: ReadingRoom) -> None:
        counts = reading.day_counts("binh_son", TODAY)
        assert (len(counts), counts[0].day, counts[-1].day) == (7, "2026-03-04", "2026-03-10")

    def test_a_source_whose_endpoints_are_blocked_is_blocked(self, reading: ReadingRoom, ledger: CrawlLedger) -> None:
        other = make_endpoint(url="https://bao_mau.vn/b.rss")
        failing = make_state(other, status=EndpointStatus.FAILING, reason="timeout", last_poll=NOON)
        ledger.save_poll(failing, [], NOON)
        ledger.save_poll(make_state(status=EndpointStatus.BLOCKED, reason="captcha", last_poll=NOON), [], NOON)
        (health,) = reading.sources(NOON)
        assert (health.status, health.reason) == (EndpointStatus.BLOCKED, "captcha")
        assert (health.endpoints, health.endpoints_unread) == (2, 2)

    def test_a_source_with_one_endpoint_that_answers_can_be_read(
        self, reading: ReadingRoom, ledger: CrawlLedger
    ) -> None:
        other = make_endpoint(url="https://bao_mau.vn/b.rss")
        ledger.save_poll(make_state(status=EndpointStatus.OK, last_poll=NOON, last_success=NOON), [], NOON)
        ledger.save_poll(make_state(other, status=EndpointStatus.BLOCKED, reason="captcha"), [], NOON)
        (health,) = reading.sources(NOON)
        assert (health.status, health.reason, health.endpoints_unread) == (EndpointStatus.OK, "captcha", 1)
        assert (health.last_poll, health.last_success) == (NOON, NOON)

    def test_a_source_whose_pages_are_all_blocked_is_blocked_though_its_feed_answers(
        self, reading: ReadingRoom, ledger: CrawlLedger
    ) -> None:
        ledger.save_poll(
            make_state(status=EndpointStatus.OK), [make_entry(f"{n}.html", guid=f"{n}") for n in range(6)], NOON
        )
        for page in ledger.pending(NOON, 10):
            ledger.page_failed(page, "blocked", NOON, retry_at=None)
        (health,) = reading.sources(NOON)
        assert (health.status, health.blocked_7d) == (EndpointStatus.BLOCKED, 6)

    def test_a_source_is_silent_when_it_is_long_past_its_own_rhythm(
        self, reading: ReadingRoom, ledger: CrawlLedger
    ) -> None:
        for back in range(10, 0, -1):
            listed(ledger, [make_entry(f"{back}.html", "nhat_bao")], NOON - back * DAY)
        for week in range(4, 0, -1):
            listed(ledger, [make_entry(f"{week}.html", "tuan_bao")], NOON - 7 * week * DAY)
        listed(ledger, [make_entry("1.html", "bao_moi")], NOON - 9 * DAY)

        def silent(days: float) -> dict[str, bool]:
            return {health.source: health.silent for health in reading.sources(NOON + days * DAY)}

        assert silent(0) == {"nhat_bao": False, "tuan_bao": False, "bao_moi": False}
        assert silent(3) == {"nhat_bao": True, "tuan_bao": False, "bao_moi": False}
        assert silent(15) == {"nhat_bao": True, "tuan_bao": True, "bao_moi": False}

    def test_a_clock_that_was_ahead_hides_no_silence(self, reading: ReadingRoom, ledger: CrawlLedger) -> None:
        published = Published(at=NOON - DAY, provenance="feed")
        for back in range(10, 0, -1):
            listed(ledger, [make_entry(f"{back}.html", published=published)], NOON - back * DAY)
        listed(ledger, [make_entry("sai-gio.html", published=published)], NOON + 365 * DAY)
        listed(ledger, [make_entry("1.html", published=published)], NOON)
        (health,) = reading.sources(NOON + 5 * DAY)
        assert health.silent and health.last_new == NOON - DAY

    def test_a_source_that_went_silent_before_it_was_first_asked_is_told(
        self, reading: ReadingRoom, ledger: CrawlLedger
    ) -> None:
        entries = [
            make_entry(f"{back}.html", published=Published(at=NOON - back * DAY, provenance="feed"))
            for back in range(8, 20)
        ]
        listed(ledger, entries)
        (health,) = reading.sources(NOON)
        assert health.silent
        assert health.last_new == NOON - 8 * DAY

    def test_a_reserved_source_and_a_moved_one_are_shown(self, reading: ReadingRoom, ledger: CrawlLedger) -> None:
        ledger.save_poll(make_state(moved_to="https://bao-moi.vn/rss"), [], NOON)
        ledger.set_reserved("bao_mau", True, NOON)
        (health,) = reading.sources(NOON)
        assert (health.reserved, health.moved_to) == (True, "https://bao-moi.vn/rss")

    def test_messages_newest_first(self, reading: ReadingRoom, enqueue: Enqueue) -> None:
        enqueue([make_message("1"), make_message("2", channel="page")])
        rows = reading.messages("binh_son")
        assert [(row.message.key, row.state) for row in rows] == [("2", "page"), ("1", "waiting")]
        assert len(reading.messages("binh_son", 1)) == 1
        assert reading.messages("que_phong") == ()

    # --- stories

    def test_an_article_that_nothing_was_decided_about_is_a_story_of_its_own(
        self, reading: ReadingRoom, store: Store
    ) -> None:
        store.save(make_tagged())
        (view,) = reading.stories("binh_son", TODAY, NOON)
        assert (view.id, view.title, view.articles) == (make_article().id, make_article().title, 1)
        assert [a.id for a in view.of_day] == [make_article().id]
        assert reading.stories("que_phong", TODAY, NOON) == ()
        assert reading.story("que_phong", view.id, NOON) is None

    def test_a_story_gathers_its_articles_day_by_day(self, reading: ReadingRoom, store: Store) -> None:
        first = self._told(store, "1.html", NOON - DAY)
        self._told(store, "2.html", NOON, story=first, source="bao_hai")
        self._told(store, "3.html", NOON + HOUR, story=first, reprint_of=first, earlier_is=first, overlap=0.9)
        (view,) = reading.stories("binh_son", TODAY, NOON + HOUR)
        assert (view.id, view.articles, view.reprints, view.sources) == (first, 3, 1, ("bao_mau", "bao_hai"))
        assert [a.url.rsplit("/", 1)[-1] for a in view.of_day] == ["3.html", "2.html"]
        read = reading.story("binh_son", first, NOON + HOUR)
        assert read is not None
        assert [(d.day, len(d.articles), len(d.reprints)) for d in read.days] == [
            ("2026-03-09", 1, 0), ("2026-03-10", 1, 1),
        ]  # fmt: skip
        reprint = read.days[1].reprints[0].reprint
        assert reprint is not None
        assert (reprint.article, reprint.overlap, reprint.first) == (first, 0.9, False)

    def test_a_text_that_came_first_but_was_found_later_makes_the_other_the_reprint(
        self, reading: ReadingRoom, store: Store
    ) -> None:
        late = self._told(store, "1.html", NOON)
        early = make_article("2.html").id
        self._told(store, "2.html", NOON - HOUR, story=late, reprint_of=late, earlier_is=early, overlap=0.8)
        listed = {a.id: a.reprint for a in reading.day("binh_son", TODAY)}
        first, second = listed[early], listed[late]
        assert first is not None
        assert second is not None
        assert (first.first, second.first, second.article) == (True, False, early)

    def test_merged_stories_are_one_and_the_old_address_leads_on(self, reading: ReadingRoom, store: Store) -> None:
        one, two = self._told(store, "1.html", NOON - HOUR), self._told(store, "2.html", NOON)
        joining = self._told(store, "3.html", NOON + HOUR, story=one, merged=(two,))
        (view,) = reading.stories("binh_son", TODAY, NOON + HOUR)
        assert (view.id, view.articles) == (one, 3)
        read = reading.story("binh_son", two, NOON + HOUR)
        assert read is not None
        assert read.view.id == one
        assert [(merge.story, merge.article) for merge in read.merges] == [(two, joining)]

    def test_a_story_is_decided_once(self, reading: ReadingRoom, store: Store) -> None:
        one, two = self._told(store, "1.html", NOON - HOUR), self._told(store, "2.html", NOON)
        changed = make_article("2.html", at=NOON + HOUR, lead="Cầu dài hơn.")
        store.save(make_tagged(changed), story=StoryChoice(story=one, signature=b"x"))
        assert {view.id for view in reading.stories("binh_son", TODAY, NOON + HOUR)} == {one, two}

    # --- changes

    def test_a_change_shows_the_text_before_and_after(self, reading: ReadingRoom, store: Store) -> None:
        store.save(make_tagged())
        store.save(make_tagged(make_article(at=NOON + HOUR, paragraphs=("Cầu dài 210 m.",))))
        store.save(make_tagged(make_article(at=NOON + 2 * HOUR, paragraphs=("Cầu dài 220 m.",))))
        last, first = reading.revisions("binh_son", make_article().id)
        assert (first.number, last.number) == (1, 2)
        assert first.before is not None
        assert "120 m" in first.before
        assert first.after == last.before
        assert last.after is not None
        assert "220 m" in last.after
        assert (last.replaced_at, last.withdrawn) == (NOON + 2 * HOUR, False)
        assert reading.revisions("que_phong", make_article().id) == ()

    def test_of_a_reserved_source_only_hash_and_times_of_a_change_are_told(
        self, reading: ReadingRoom, store: Store
    ) -> None:
        store.save(make_tagged(make_article(reserved=True)))
        store.save(make_tagged(make_article(reserved=True, at=NOON + HOUR, paragraphs=("Cầu dài 210 m.",))))
        (change,) = reading.revisions("binh_son", make_article().id)
        assert (change.before, change.after) == (None, None)
        assert change.hash_before != change.hash_after

    def test_places_of_a_text_that_was_replaced_are_not_shown_in_the_new_one(
        self, reading: ReadingRoom, store: Store
    ) -> None:
        store.save(make_tagged())
        store.save(make_tagged(make_article(at=NOON + HOUR, title="Khánh thành"), desks=()))
        (listed,) = reading.day("binh_son", TODAY)
        assert (listed.title, listed.mentions) == ("Khánh thành", ())

    @staticmethod
    def _told(store: Store, name: str, at: datetime, *, source: str = "bao_mau", **choice: Any) -> str:
        """Save an article with what was decided about it (by default: a story of its own); its id."""
        article = make_article(name, source, at=at)
        made = StoryChoice(**({"story": article.id, "signature": b"x"} | choice))
        store.save(make_tagged(article), story=made)
        return article.id
