"""Labels of an earlier model stay until a re-tag is asked for; corrections stay beyond it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import wiring
from app.cli import program
from core.errors import ModelError
from core.records import SearchFilters
from core.settings import Settings
from nlp import tagger as taggers
from store.sqlite.record import Record
from tests.fakes.records import NOON, make_article, make_tagged


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
    return Settings(data_dir=tmp_path)


def shown(kept: Record, article: str) -> tuple[str, set[str], str]:
    view = kept.reading.article("binh_son", article)
    assert view is not None
    return view.model, {label.topic for label in view.listed.topics}, view.listed.tone.label


SPORT = make_article(
    title="Tuyển Việt Nam thắng 3-0 ở vòng loại", lead="Ba bàn thắng giúp đội tuyển giành trọn ba điểm."
)


def test_kept_articles_get_the_shipped_models_labels_when_asked(settings: Settings) -> None:
    with wiring.record(settings) as kept:
        kept.articles.save(make_tagged(SPORT))
        made = kept.corrections.correct("binh_son", SPORT.id, tone="negative", at=NOON, by="an")
        assert made is not None
        assert shown(kept, SPORT.id)[0] == make_tagged().model
        before = kept.changes.last()
    printed = CliRunner().invoke(program(), ["nlp", "retag"])
    assert printed.exit_code == 0
    version = taggers.load().version
    assert printed.stdout.startswith(f"1 articles labelled anew by {version}")
    with wiring.record(settings) as kept:
        assert shown(kept, SPORT.id) == (version, {"sport"}, "negative")
        for topic, found in (("sport", 1), ("transport_infrastructure", 0)):
            assert kept.search.search("binh_son", "", filters=SearchFilters(topics=(topic,))).total == found, topic
        assert [(c.article, c.desk, c.kind) for c in kept.changes.since(before)] == [(SPORT.id, "binh_son", "upsert")]
        assert [(line.action, line.subject) for line in kept.audit.lines(1)] == [("label.retag", version)]
        kept.corrections.undo("binh_son", made.id, NOON, "an")
        assert shown(kept, SPORT.id)[2] == "positive"
        before = kept.changes.last()
    assert CliRunner().invoke(program(), ["nlp", "retag"]).stdout.startswith("0 articles")
    with wiring.record(settings) as kept:
        assert kept.changes.last() == before


def test_more_articles_than_a_batch_are_all_labelled(settings: Settings) -> None:
    with wiring.record(settings) as kept:
        for number in range(230):
            kept.articles.save(make_tagged(replace(SPORT, id=f"{number:020d}", url=f"https://bao.vn/{number}.html")))
    assert CliRunner().invoke(program(), ["nlp", "retag"]).stdout.startswith("230 articles")


def test_without_a_whole_model_nothing_is_labelled(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with wiring.record(settings) as kept:
        kept.articles.save(make_tagged(SPORT))

    def missing() -> taggers.Tagger:
        raise ModelError("no models at nowhere; restore the folder from the release")

    monkeypatch.setattr("app.understanding.load_tagger", missing)
    assert CliRunner().invoke(program(), ["nlp", "retag"]).exit_code == 1
    with wiring.record(settings) as kept:
        assert shown(kept, SPORT.id)[0] == make_tagged().model
