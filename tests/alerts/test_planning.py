"""From what happened to articles to messages: one a story, after a little wait, once, at a decent hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.planner import Planner
from alerts.preview import preview
from app.alerting import past_stories
from core.clock import FixedClock
from core.records import (
    TEMPLATE_FIELDS,
    AlertTiming,
    Article,
    Delivered,
    Label,
    QuietHours,
    Rule,
    RuleEvent,
    StoryChoice,
    TaggedArticle,
    Tone,
)
from core.roles import Role
from store.sqlite.record import Record
from tests.answers.made import comparison
from tests.fakes.alerting import DIGEST, URGENT, Newsroom, newsroom, office, person
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

OFFICE = person("office", Role.INFORMATION_OFFICE)
RESCUE = person("rescue", Role.DISASTER_PREVENTION)
HEAD = person("head", Role.LEADERSHIP)
ONCE = AlertTiming(repeat_hours=0)
NIGHT = NOON + timedelta(hours=11)  # 23:00 in Viet Nam


def room_of(record: Record, clock: FixedClock, *rules: Rule, people: tuple = (OFFICE,), **over: object) -> Newsroom:  # type: ignore[type-arg]
    return newsroom(record, clock, *rules, desk=make_desk(recipients=people), **over)  # type: ignore[arg-type]


def flood(article: Article) -> TaggedArticle:
    return make_tagged(article, topics=(Label(topic="disaster", score=0.9),), tone=Tone(label="negative", score=0.9))


class TestUrgent:
    def test_it_waits_a_little_and_is_told_once(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT)
        room.prints("disaster", title="Lũ lên nhanh")
        assert room.round().messages == 0
        assert room.round(6).messages == 1
        room.until(2)
        assert room.told() == [("office", "KHẨN: Lũ lên nhanh (Báo A)")]
        assert room.rows()[0].message.urgent

    def test_what_comes_while_it_waits_is_one_message(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT)
        first = room.prints("disaster", title="Lũ lên nhanh")
        room.round()
        clock.move(timedelta(minutes=2))
        room.prints("disaster", story=first.id, source="bao_b", title="Nước sông vượt báo động")
        room.round(4)
        (row,) = room.rows()
        assert "và 1 báo khác" in row.message.subject
        assert "Nước sông vượt báo động" in row.message.text and "Lũ lên nhanh" in row.message.text

    def test_growth_is_told_after_the_set_time_and_only_what_is_new(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT, DIGEST)
        first = room.prints("disaster", title="Lũ lên nhanh")
        room.until(0.5)
        room.prints("disaster", story=first.id, source="bao_b", title="Hai thôn bị cô lập")
        room.until(1)
        assert len(room.rows()) == 1, "two hours have not passed"
        room.prints("disaster", story=first.id, source="bao_c", title="Đã có đường vào hai thôn")
        room.until(1.5)
        assert len(room.rows()) == 2
        grown = room.rows()[1].message
        assert grown.subject.partition("] ")[2].startswith("Diễn biến thêm:")
        assert "2 bài mới" in grown.text and "Hai thôn bị cô lập" in grown.text and "Đã có đường" in grown.text
        assert "KHẨN" not in grown.subject and not grown.urgent

    def test_a_reprint_is_no_growth(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT)
        first = room.prints("disaster")
        room.until(0.5)
        again = make_article("in-lai.html", "bao_b", at=clock.now())
        choice = StoryChoice(story=first.id, reprint_of=first.id, overlap=0.9, earlier_is=first.id)
        tagged = make_tagged(
            again, topics=(Label(topic="disaster", score=0.9),), tone=Tone(label="negative", score=0.9)
        )
        record.articles.save(tagged, story=choice)
        room.until(5)
        assert len(room.rows()) == 1

    def test_an_urgent_one_goes_at_night_and_its_growth_waits_for_the_day(
        self, record: Record, clock: FixedClock
    ) -> None:
        clock.move(NIGHT - NOON)
        room = room_of(record, clock, URGENT)
        first = room.prints("disaster")
        room.until(0.5)
        assert [row.created.hour for row in room.rows()] == [16]  # 23:10 in Viet Nam
        room.prints("disaster", story=first.id, source="bao_b")
        room.until(6)
        assert len(room.rows()) == 1
        room.until(1.2)
        assert len(room.rows()) == 2
        assert room.rows()[1].created >= NIGHT + timedelta(hours=7)

    def test_it_is_repeated_while_nobody_takes_it_and_the_story_goes_on(
        self, record: Record, clock: FixedClock
    ) -> None:
        room = room_of(record, clock, URGENT, timing=AlertTiming(repeat_hours=3))
        room.prints("disaster")
        room.until(4)
        assert [subject.split(":")[0] for _, subject in room.told()] == ["KHẨN", "Nhắc lại"]
        story = room.rows()[0].message.story
        assert story
        record.handlings.mark("binh_son", story, "working", "", clock.now(), recipient="office")
        room.until(4)
        assert len(room.rows()) == 2

    def test_a_label_corrected_meanwhile_takes_it_back(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT)
        article = room.prints("disaster")
        room.round()
        record.corrections.correct("binh_son", article.id, topic="disaster", present=False, at=clock.now(), by="x")
        room.until(1)
        assert room.rows() == []


class TestDigest:
    def test_the_rest_waits_for_the_morning_in_one_message(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT, DIGEST)
        for number in range(3):
            room.prints("economy", title=f"Chuyện thường {number}")
        room.until(19)
        assert room.rows() == []
        room.until(1)
        (row,) = room.rows()
        assert row.created == NOON + timedelta(hours=19, minutes=30)
        assert "Bản tin buổi sáng 11/03/2026: 3 câu chuyện" in row.message.subject
        assert all(f"Chuyện thường {number}" in row.message.text for number in range(3))
        room.until(30, step=30)
        assert len(room.rows()) == 1, "nothing new, no digest"

    def test_a_digest_fills_every_field_of_a_template_message(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, DIGEST)
        printed = [room.prints("economy"), room.prints("economy", title="Chuyện khác", source="bao_b")]
        room.until(20)
        (row,) = room.rows()
        assert set(row.message.fields) == set(TEMPLATE_FIELDS) and all(row.message.fields.values())
        assert set(row.message.fields["nguon"].split(", ")) == {"Báo A", "Báo B"}
        assert row.message.fields["lien_ket"] in {article.url for article in printed}

    def test_the_evening_one_is_for_whoever_wants_it(self, record: Record, clock: FixedClock) -> None:
        late = replace(HEAD, evening=True)
        room = room_of(record, clock, DIGEST, people=(OFFICE, late))
        room.prints("economy")
        room.until(8)
        assert [row.message.recipient for row in room.rows()] == ["head"]
        assert "buổi chiều" in room.rows()[0].message.subject

    def test_a_digest_whose_hour_was_missed_goes_by_day_not_at_night(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, DIGEST)
        room.prints("economy")
        room.round()
        room.round(60 * 34.5)  # 22:30 of the next day
        assert room.rows() == []
        room.until(8)
        assert len(room.rows()) == 1

    def test_many_desks_share_the_window(self, record: Record, clock: FixedClock) -> None:
        rooms = [newsroom(record, clock, DIGEST, desk=make_desk(f"ban_{n}", recipients=(OFFICE,))) for n in range(8)]
        rooms[0].prints("economy", desks=tuple(room.desk for room in rooms))
        clock.move(timedelta(hours=19, minutes=25))
        for _ in range(40):
            rooms[0].round(1)
        times = {room.rows()[0].created for room in rooms}
        assert len(times) > 4
        start = NOON + timedelta(hours=19, minutes=30)
        assert all(start <= time <= start + timedelta(minutes=22) for time in times)

    def test_a_long_one_names_the_first_and_attaches_all(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, DIGEST)
        for number in range(35):
            room.prints("economy", title=f"Chuyện thứ {number}")
        room.until(20, step=30)
        (claim,) = record.outbox.claim(clock.now(), 5, 900)
        (attached,) = claim.message.attachments
        assert attached.content.decode("utf-8-sig").count("Chuyện thứ") == 35
        assert "Còn 5 câu chuyện" in claim.message.text
        told = (claim.message.subject, claim.message.text, claim.message.html, claim.message.brief)
        assert all("35 câu chuyện" in part and "30 câu chuyện" not in part for part in told)


class TestWho:
    def test_each_role_its_own_topics_one_person_one_message(self, record: Record, clock: FixedClock) -> None:
        both = person("hai-vai", Role.HEALTH, Role.DISASTER_PREVENTION)
        room = room_of(record, clock, URGENT, people=(OFFICE, RESCUE, both, person("yt", Role.HEALTH)))
        room.prints("disaster")
        room.until(1)
        assert sorted(name for name, _ in room.told()) == ["hai-vai", "office", "rescue"]

    def test_a_rule_names_the_roles(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, replace(URGENT, roles=(Role.DISASTER_PREVENTION,)), people=(OFFICE, RESCUE))
        room.prints("disaster")
        room.until(1)
        assert [name for name, _ in room.told()] == ["rescue"]

    def test_a_desk_without_recipients_keeps_it_on_its_page(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT, people=())
        room.prints("disaster")
        room.until(1)
        assert [(row.message.recipient, row.state) for row in room.rows()] == [("page", "page")]

    def test_a_recipient_who_left_meanwhile_is_told_nothing(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT)
        room.prints("disaster")
        room.round()
        record.desks.apply_desk(make_desk(recipients=(RESCUE,)), clock.now(), "test")
        room.until(1)
        assert "office" not in [name for name, _ in room.told()]

    def test_quiet_hours_of_a_channel_take_the_next_channel(self, record: Record, clock: FixedClock) -> None:
        shy = replace(
            OFFICE, zalo_user_id="1234567890", channels=("zalo_oa", "email"),
            quiet=(QuietHours(channel="zalo_oa", start=11 * 60, end=13 * 60),),
        )  # fmt: skip
        room = room_of(record, clock, URGENT, people=(shy,))
        room.prints("disaster")
        room.until(0.5)
        room.until(1)
        room.prints("disaster")
        room.until(0.5)
        assert [row.message.channel for row in room.rows()] == ["email", "zalo_oa"]


class TestEscalation:
    RULE = replace(
        URGENT, roles=(Role.INFORMATION_OFFICE,), next_roles=(Role.DISASTER_PREVENTION, Role.LEADERSHIP),
        take_minutes=30,
    )  # fmt: skip

    def test_the_next_role_is_told_one_after_the_other(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, self.RULE, people=(OFFICE, RESCUE, HEAD))
        room.prints("disaster", title="Lũ lên nhanh")
        room.until(2, step=5)
        assert room.told() == [
            ("office", "KHẨN: Lũ lên nhanh (Báo A)"),
            ("rescue", "CHƯA AI TIẾP NHẬN: Lũ lên nhanh (Báo A)"),
            ("head", "CHƯA AI TIẾP NHẬN: Lũ lên nhanh (Báo A)"),
        ]
        first, second, third = (row.created for row in room.rows())
        assert second - first == third - second == timedelta(minutes=30)

    @pytest.mark.parametrize(("handling", "told"), [("seen", 3), ("working", 1), ("done", 1)])
    def test_taking_it_ends_that_seeing_it_does_not(
        self, record: Record, clock: FixedClock, handling: str, told: int
    ) -> None:
        room = room_of(record, clock, self.RULE, people=(OFFICE, RESCUE, HEAD))
        article = room.prints("disaster")
        room.until(0.25, step=5)
        record.handlings.mark("binh_son", article.id, handling, "", clock.now(), recipient="office")  # type: ignore[arg-type]
        room.until(3, step=5)
        assert len(room.rows()) == told


class TestHeldBack:
    def test_a_silence_holds_until_its_end(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT, timing=ONCE)
        silence = record.handlings.silence(
            "binh_son", clock.now(), clock.now() + timedelta(hours=3), "u1", topic="disaster"
        )
        room.prints("disaster", title="Trong lúc tắt báo")
        room.until(2)
        assert room.rows() == []
        assert record.handlings.end_silence("binh_son", silence.id, clock.now(), "u1")
        room.prints("disaster", title="Sau khi bật lại")
        room.until(20, step=30)
        assert [subject for _, subject in room.told()] == ["KHẨN: Sau khi bật lại (Báo A)"]

    def test_a_silence_has_an_end_within_a_month_and_an_object(self, record: Record) -> None:
        for ends, over in ((NOON, {"story": "a"}), (NOON + timedelta(days=31), {"story": "a"}),
                           (NOON + timedelta(days=1), {})):  # fmt: skip
            with pytest.raises(ValueError, match="silence"):
                record.handlings.silence("binh_son", NOON, ends, "u1", **over)

    def test_stories_that_become_one_are_told_as_one(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT)
        first, second = room.prints("disaster"), room.prints("disaster", source="bao_b")
        room.until(0.5)
        assert len(room.rows()) == 2
        third = make_article("ba.html", "bao_c", at=clock.now())
        tagged = make_tagged(
            third, topics=(Label(topic="disaster", score=0.9),), tone=Tone(label="negative", score=0.9)
        )
        record.articles.save(tagged, story=StoryChoice(story=first.id, merged=(second.id,)))
        room.until(4)
        assert len(room.rows()) == 3
        assert [a.story for a in record.alerts.alerts("binh_son")] == [first.id]


class TestOther:
    def test_a_changed_text(self, record: Record, clock: FixedClock) -> None:
        rule = Rule(
            id="sua", event=RuleEvent.CHANGED, topics=("health",), urgent=True, roles=(Role.INFORMATION_OFFICE,)
        )
        room = room_of(record, clock, rule)
        article = room.prints("health")
        room.until(1)
        assert room.rows() == []
        changed = replace(article, title="Tiêu đề đã khác", fetched_at=clock.now())
        tagged = make_tagged(changed, topics=(Label(topic="health", score=0.9),))
        record.articles.save(tagged)
        room.until(1)
        assert [subject for _, subject in room.told()] == ["KHẨN: Tiêu đề đã khác (Báo A)"]
        assert "Bài báo đã được sửa sau khi đăng." in room.rows()[0].message.text

    @pytest.mark.parametrize("urgent", [True, False])
    def test_a_text_that_changes_after_the_log_has_had_its_time_is_told_as_changed_and_nothing_else(
        self, record: Record, clock: FixedClock, urgent: bool
    ) -> None:
        changes = Rule(id="sua", event=RuleEvent.CHANGED, urgent=urgent, roles=(Role.INFORMATION_OFFICE,))
        room = room_of(record, clock, URGENT, DIGEST, changes, timing=ONCE)
        article = room.prints("disaster", title="Lũ lên nhanh")
        room.until(1)
        assert [subject for _, subject in room.told()] == ["KHẨN: Lũ lên nhanh (Báo A)"]
        for claim in record.outbox.claim(clock.now(), 10, 60):
            record.outbox.mark(claim, Delivered(), clock.now())
        clock.move(timedelta(days=200))
        record.retention.purge(clock.now())
        assert room.rows() == [] and record.alerts.alerts("binh_son", article.id) == ()
        record.articles.save(flood(replace(article, title="Lũ đã rút", fetched_at=clock.now())))
        room.until(26, step=60)
        (row,) = room.rows()
        assert row.message.urgent is urgent
        assert ("Bài báo đã được sửa" if urgent else "1. [đã sửa] Lũ đã rút") in row.message.text

    def test_figures_that_differ_reach_the_office_and_the_department_that_owns_them(
        self, record: Record, clock: FixedClock
    ) -> None:
        people = (OFFICE, RESCUE, person("health", Role.HEALTH), person("roads", Role.TRANSPORT_CONSTRUCTION))
        rule = Rule(id="so-lieu", event=RuleEvent.DIFFERS, focus=False, roles=tuple(Role))
        room = room_of(record, clock, rule, people=people)

        def differing(desk: str, articles: Sequence[str]) -> dict[str, frozenset[str]]:
            return dict.fromkeys(record.comparisons.differing(desk, articles), frozenset({"health"}))

        room.planner = Planner(office(record, clock, differing=differing))
        article = room.prints("disaster", title="12 nhà bị tốc mái")
        room.prints("disaster", title="Chuyện khác")
        assert room.round().messages == 0
        record.comparisons.put("binh_son", article.id, [comparison()], clock.now())  # after the article was looked at
        room.until(24, step=60)
        assert sorted(room.told())[0][0] == "health" and sorted({who for who, _ in room.told()}) == ["health", "office"]
        assert all("12 nhà bị tốc mái" in row.message.text for row in room.rows())
        assert not any("Chuyện khác" in row.message.text for row in room.rows())
        stories = list(past_stories(record, "binh_son", clock.now(), days=3))
        desk = record.desks.desks()[0]
        (tried,) = preview(desk, [rule], stories, lambda *_: False, old_days=2, differing=differing)
        assert tried.known and len(tried.stories) == 1 and set(tried.recipients) == {"office", "health"}

    def test_what_was_found_late_raises_nothing(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT, DIGEST)
        old = make_article("cu.html", "bao_a", at=NOON)
        old = replace(old, published=replace(old.published, at=NOON - timedelta(days=3)))
        record.articles.save(make_tagged(old, topics=(Label(topic="disaster", score=0.9),)))
        room.until(24, step=60)
        assert room.rows() == []

    def test_without_rules_of_its_own_a_desk_has_those_of_the_program(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock)
        room.prints("disaster", title="Lũ lên nhanh")
        room.prints("economy", title="Chợ mở cửa")
        room.until(20)
        kinds = [row.message.key.partition(":")[0] for row in room.rows() if "Nhắc lại" not in row.message.subject]
        assert kinds == ["alert", "digest"]

    def test_a_clock_that_jumps_loses_and_doubles_nothing(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT, DIGEST, timing=ONCE)
        clock.move(timedelta(days=400))
        room.prints("disaster", title="Khi đồng hồ chạy sai")
        room.round()
        clock.move(-timedelta(days=400))
        room.until(1)
        assert len(room.rows()) == 1
        room.prints("economy", title="Sau đó")
        room.round()
        clock.move(-timedelta(days=3))
        room.until(24 * 4, step=60)
        assert len(room.rows()) == 2
        clock.move(timedelta(days=3))
        room.until(24, step=60)
        assert len(room.rows()) == 2

    def test_after_a_restore_what_happened_before_is_held(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, URGENT)
        room.prints("disaster")
        room.round()
        record.outbox.hold_all("restored", clock.now())
        room.until(1)
        assert [row.state for row in room.rows()] == ["held"]
        room.prints("disaster")
        room.until(1)
        assert [row.state for row in room.rows()] == ["held", "waiting"]

    def test_an_erased_article_takes_its_words_out_of_every_message(self, record: Record, clock: FixedClock) -> None:
        room = room_of(record, clock, DIGEST)
        gone = room.prints("economy", title="Bài phải xóa")
        room.prints("economy", title="Bài ở lại")
        room.until(20, step=30)
        assert "Bài phải xóa" in room.rows()[0].message.text
        record.retention.erase(gone.id, clock.now(), "op")
        room.until(20, step=30)
        texts = [row.message.text for row in room.rows()]
        assert all("Bài phải xóa" not in text for text in texts)
        assert any("Bài ở lại" in text for text in texts)
