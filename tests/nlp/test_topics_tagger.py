"""The shipped models behind the Tagger port: sensible labels, hostile texts, and clear refusals."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ModelError
from core.records import Article, LocatedArticle, Published
from core.text import plain
from core.topics import TONES, TOPIC_IDS
from nlp.tagger import MODELS, Tagger, load
from nlp.words import is_foreign, tokens

FLOOD = (
    "Mưa lớn gây ngập nhiều tuyến đường, sạt lở đất vùi lấp hai ngôi nhà",
    "Lực lượng cứu hộ đang tìm người mất tích.",
)
SPORT = ("Tuyển Việt Nam thắng 3-0 ở vòng loại", "Ba bàn thắng trong hiệp hai giúp đội tuyển giành trọn ba điểm.")


@cache
def shipped() -> Tagger:
    return load()


@pytest.fixture
def tagger() -> Tagger:
    return shipped()


def located(title: str, lead: str, *paragraphs: str) -> LocatedArticle:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    article = Article(
        id="a", url="https://bao.example/a.html", source="bao", title=title, lead=lead, paragraphs=paragraphs,
        captions=(), published=Published(at=now, provenance="json-ld"), fetched_at=now,
    )  # fmt: skip
    return LocatedArticle(article=article, matches=())


def test_a_flood_is_a_disaster_and_negative_and_says_why(tagger: Tagger) -> None:
    tagged = tagger.tag(located(*FLOOD, "Nước lên nhanh trong đêm."))
    best = tagged.topics[0]
    assert best.topic == "disaster"
    assert any(word in " ".join(FLOOD).lower() for word in best.words)
    assert tagged.tone.label == "negative"
    assert tagged.model == tagger.version


def test_sport_is_sport(tagger: Tagger) -> None:
    assert [label.topic for label in tagger.tag(located(*SPORT)).topics] == ["sport"]


@pytest.mark.parametrize(
    "text",
    ["", " ", "Xin", "ảnh", "!!!", "0912 345", "The council approved the budget for the new library on Monday."],
)
def test_texts_that_say_nothing_to_the_model_get_labels_without_failing(tagger: Tagger, text: str) -> None:
    said = tagger.tag(located(text, ""))
    assert {label.topic for label in said.topics} <= TOPIC_IDS
    assert said.tone.label in TONES


def test_an_empty_text_has_no_topic(tagger: Tagger) -> None:
    assert tagger.tag(located("", "")).topics == ()


def test_capitals_and_decomposed_letters_change_nothing(tagger: Tagger) -> None:
    title, lead = FLOOD
    plain = tagger.read([(title, lead, "")])[0]
    assert tagger.read([(title.upper(), lead, "")])[0] == plain
    assert tagger.read([(unicodedata.normalize("NFD", title), lead, "")])[0] == plain


def test_text_typed_without_diacritics_is_understood(tagger: Tagger) -> None:
    title, lead = (plain(part) for part in FLOOD)
    said = tagger.read([(title, lead, "")])[0]
    assert said.topics[0].topic == "disaster"
    assert said.tone.label == "negative"
    assert "sport" in {label.topic for label in tagger.read([(plain(SPORT[0]).upper(), plain(SPORT[1]), "")])[0].topics}


@pytest.mark.parametrize(
    "text",
    [
        ("Der Gemeinderat beschließt den Haushalt", "Nach langer Debatte stimmten alle Fraktionen zu."),
        ("The city council approved the new bridge budget", "Traffic across the river will improve next year."),
        ("El gobierno anuncia una nueva ley de vivienda", "Todos los grupos votaron a favor en el pleno."),
        ("理事会は新しい図書館の予算を承認した", "月曜日の会議で全員が賛成した。"),
        ("Η επιτροπή ενέκρινε τον προϋπολογισμό", "Όλοι ψήφισαν υπέρ μετά από μακρά συζήτηση."),
    ],
)
def test_another_language_has_no_topic_and_no_tone_of_its_own(tagger: Tagger, text: tuple[str, str]) -> None:
    said = tagger.read([(*text, "")])[0]
    assert said.topics == () and said.tone.label == "neutral"


@pytest.mark.parametrize(
    "title",
    [
        "HLV Solskjaer bị Besiktas sa thải",
        "Diễn viên James Van Der Beek của phim Dawson's Creek qua đời",
        "Phim Avengers ra rạp",
    ],
)
def test_foreign_names_make_no_other_language(title: str) -> None:
    assert not is_foreign(tokens(title))


def test_a_megabyte_is_read_only_as_far_as_needed(tagger: Tagger) -> None:
    title, lead = FLOOD
    huge = "nước lũ dâng cao " * 70_000
    assert tagger.read([(title, lead, huge)])[0].topics[0].topic == "disaster"
    assert tagger.read([("", "", huge)])[0].topics


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_any_text_gets_scores_between_nought_and_one(title: str, lead: str, text: str) -> None:
    said = shipped().read([(title, lead, text)])[0]
    assert all(0 <= label.score <= 1 and label.topic in TOPIC_IDS for label in said.topics)
    assert 0 < said.tone.score <= 1


def test_the_filter_answers_in_order_with_the_given_ids(tagger: Tagger) -> None:
    rows = [{"id": i, "title": FLOOD[0] if i % 2 else SPORT[0], "lead": None, "text": ""} for i in range(600)]
    out = list(tagger.filter_rows(rows))
    assert [row["id"] for row in out] == list(range(600))
    assert out[1]["topics"][0]["id"] == "disaster"
    assert set(out[0]) == {"id", "topics", "tone"}


def test_missing_models_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no models at"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", sorted(p.name for p in MODELS.glob("*.npz")))
def test_a_damaged_or_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "models"
    shutil.copytree(MODELS, folder)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ModelError, match="damaged"):
        load(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        load(folder)


def test_another_format_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    shutil.copytree(MODELS, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(ModelError, match="format 99"):
        load(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match="damaged"):
        load(folder)


def test_shipped_models_are_small_and_each_has_a_card() -> None:
    files = list(MODELS.glob("*.npz"))
    assert sum(p.stat().st_size for p in MODELS.iterdir()) <= 25_000_000
    assert files
    assert all(p.with_suffix(".md").is_file() for p in files)


def test_a_crawl_is_started_without_scikit_learn() -> None:
    """Each process of it would hold 70 MB more, for what only training needs."""
    said = "import sys, app.crawling; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout.split()
    assert "nlp" in loaded
    assert "sklearn" not in loaded
