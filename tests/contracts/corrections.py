"""What every keeper of corrections does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.ports import Corrections, ReadingRoom, Store
from tests.fakes.records import NOON, make_article, make_tagged

HOUR = timedelta(hours=1)
ARTICLE = make_article().id


class CorrectionsContract:
    """Subclass with fixtures `corrections`, `reading` and `store` on one empty record."""

    def test_a_correction_is_shown_at_once_and_for_its_desk_only(
        self, corrections: Corrections, reading: ReadingRoom, store: Store
    ) -> None:
        store.save(make_tagged(desks=("binh_son", "que_phong")))
        corrections.correct("binh_son", ARTICLE, topic="health", at=NOON, by="an")
        corrections.correct("binh_son", ARTICLE, topic="transport_infrastructure", present=False, at=NOON, by="an")
        corrections.correct("binh_son", ARTICLE, tone="negative", at=NOON, by="an")
        read, other = reading.article("binh_son", ARTICLE), reading.article("que_phong", ARTICLE)
        assert read is not None
        assert other is not None
        assert [(label.topic, label.corrected) for label in read.listed.topics] == [("health", True)]
        assert read.listed.removed_topics == ("transport_infrastructure",)
        assert (read.listed.tone.label, read.listed.tone.corrected) == ("negative", True)
        assert [label.topic for label in other.listed.topics] == ["transport_infrastructure"]
        assert (other.listed.tone.label, other.listed.tone.corrected) == ("positive", False)

    def test_what_is_taken_back_holds_no_more(
        self, corrections: Corrections, reading: ReadingRoom, store: Store
    ) -> None:
        store.save(make_tagged())
        before = reading.article("binh_son", ARTICLE)
        made = corrections.correct("binh_son", ARTICLE, topic="health", at=NOON, by="an")
        assert made is not None
        assert made.model == "test-1"
        assert corrections.undo("binh_son", made.id, NOON + HOUR, "binh")
        assert not corrections.undo("binh_son", made.id, NOON + HOUR, "binh")
        assert not corrections.undo("que_phong", made.id, NOON + HOUR, "binh")
        assert corrections.corrections() == ()
        assert reading.article("binh_son", ARTICLE) == before

    def test_a_later_correction_of_the_same_label_replaces_the_earlier(
        self, corrections: Corrections, store: Store
    ) -> None:
        store.save(make_tagged())
        corrections.correct("binh_son", ARTICLE, topic="health", at=NOON, by="an")
        corrections.correct("binh_son", ARTICLE, topic="health", present=False, at=NOON + HOUR, by="an")
        assert [(c.topic, c.present) for c in corrections.corrections("binh_son", ARTICLE)] == [("health", False)]

    def test_a_correction_outlives_a_change_of_the_text(
        self, corrections: Corrections, reading: ReadingRoom, store: Store
    ) -> None:
        store.save(make_tagged())
        corrections.correct("binh_son", ARTICLE, tone="negative", at=NOON, by="an")
        store.save(make_tagged(make_article(at=NOON + HOUR, lead="Cầu dài hơn.")))
        read = reading.article("binh_son", ARTICLE)
        assert read is not None
        assert read.listed.tone.label == "negative"

    def test_only_labels_of_the_closed_sets_and_articles_of_the_desk(
        self, corrections: Corrections, store: Store
    ) -> None:
        store.save(make_tagged())
        for label in ({"topic": "religion"}, {"tone": "hostile"}, {}, {"topic": "health", "tone": "negative"}):
            with pytest.raises(ValueError, match="topic"):
                corrections.correct("binh_son", ARTICLE, at=NOON, by="an", **label)  # type: ignore[arg-type]
        assert corrections.correct("que_phong", ARTICLE, topic="health", at=NOON, by="an") is None
        assert corrections.correct("binh_son", "0" * 20, topic="health", at=NOON, by="an") is None
        assert corrections.corrections() == ()
