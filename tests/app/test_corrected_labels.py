"""A corrected label: at once on its article, on the next like it, and gone with an undo or an erase."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import wiring
from app.cli import program
from app.labels import CorrectedTagger
from core.records import Article, LocatedArticle
from core.settings import Settings
from nlp.tagger import load as load_tagger
from tests.fakes.records import NOON, make_article, make_match, make_tagged


def located(article: Article) -> LocatedArticle:
    return LocatedArticle(article=article, matches=(make_match(),))


def test_the_layer_follows_corrections_and_undoes_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    article = make_article()
    reprint = replace(article, id="0" * 20, url="https://bao_hai.vn/1.html")
    with wiring.record(settings) as kept:
        tagger = CorrectedTagger(load_tagger(), kept.corrections)
        plain = tagger.tag(located(reprint))
        assert "health" not in {label.topic for label in plain.topics}
        kept.articles.save(make_tagged(article))
        made = kept.corrections.correct("binh_son", article.id, topic="health", at=NOON, by="an")
        assert made is not None
        assert "health" in {label.topic for label in tagger.tag(located(reprint)).topics}
        kept.corrections.undo("binh_son", made.id, NOON, "an")
        assert tagger.tag(located(reprint)) == plain


def test_corrections_are_printed_without_who_made_them_and_go_with_an_erase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMBAO_DATA_DIR", str(tmp_path))
    with wiring.record(Settings(data_dir=tmp_path)) as kept:
        kept.articles.save(make_tagged())
        kept.corrections.correct("binh_son", make_article().id, tone="negative", at=NOON, by="canary-user")
    printed = CliRunner().invoke(program(), ["nlp", "corrections"]).stdout
    (line,) = printed.splitlines()
    assert (json.loads(line)["label"], json.loads(line)["holds"]) == ("negative", True)
    assert "canary-user" not in printed
    with wiring.record(Settings(data_dir=tmp_path)) as kept:
        kept.retention.erase(make_article().id, NOON, "operator")
        assert kept.corrections.corrections() == ()
