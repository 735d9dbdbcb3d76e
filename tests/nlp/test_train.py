"""Training from a folder of invented texts: a model that loads, repeats itself by its seed, and keeps no names."""

from __future__ import annotations

import json
import lzma
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.topics import TONES as TONES_IN_ORDER
from core.topics import TOPIC_IDS
from nlp import train as training
from nlp.corpus import FEED_LABELS, choose_ngrams, names, parts, read_corpus, read_labels
from nlp.corrections import LABELS
from nlp.reader import Batch
from nlp.tagger import Tagger, load

WORDS = {
    "health": "bệnh viện bác sĩ thuốc dịch sốt tiêm chủng khám điều trị",
    "sport": "bóng đá đội tuyển bàn thắng huấn luyện viên trận đấu giải vô địch",
    "economy": "doanh nghiệp giá xuất khẩu lợi nhuận thị trường cổ phiếu ngân hàng vốn",
    "law_courts": "công an bắt giữ tòa án bị cáo điều tra khởi tố tội phạm xét xử",
    "education": "trường học sinh giáo viên kỳ thi tuyển sinh lớp điểm chuẩn đại học",
    "culture_tourism": "lễ hội du lịch di sản ca sĩ phim nghệ thuật bảo tàng du khách",
    "science_tech": "công nghệ điện thoại trí tuệ nhân tạo phần mềm thiết bị máy tính khoa học",
}
TONES = {"negative": "thiệt hại đau buồn khó khăn", "neutral": "thông báo lịch kế hoạch", "positive": "vui thành công"}
SECTIONS = {"health": "SK", "sport": "TT", "economy": "KD", "law_courts": "PL", "education": "GD"}


def sentence(draw: random.Random, topic: str, tone: str, length: int = 12) -> str:
    words = WORDS[topic].split()
    start = [draw.randrange(len(words) - 2) for _ in range(length // 2)]
    return " ".join([*(f"{words[i]} {words[i + 1]}" for i in start), TONES[tone]])


def item(draw: random.Random, number: int) -> dict[str, Any]:
    topic, tone = draw.choice(list(WORDS)), draw.choice(list(TONES))
    title, summary = sentence(draw, topic, tone, 8), sentence(draw, topic, tone, 20)
    return {"id": str(number), "title": f"{title} {number}", "summary": summary, "url": f"https://bao.example/{number}",
            "topics": [topic], "tone": tone, "round": 1, "disputed": []}  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if path.suffix == ".xz":
        path.write_bytes(lzma.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    draw = random.Random(3)
    items = [item(draw, n) for n in range(2000)]
    write(folder / "topics" / "train2026.jsonl.xz", items[:1200])
    write(folder / "topics" / "gold2026.jsonl", items[1200:1250])
    write(folder / "feeds" / "items_2025-08_2026-04.jsonl.xz", items[1100:])
    bodies = [
        {"split": "train", "label": code, "text": sentence(draw, topic, "neutral", 60)}
        for topic, code in SECTIONS.items()
        for _ in range(12)
    ]
    write(folder / "topics" / "sections2020.jsonl.xz", [*bodies, {"split": "test", "label": "SK", "text": "x"}])
    write(folder / "topics" / "vntc10.jsonl.xz", bodies)
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models")
    small(data, out, seed=5)
    return out


def small(data: Path, out: Path, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "DIMENSIONS", 32)
        patch.setattr(training, "CENTRES", 100)
        training.train(data, out, seed, lambda line: None)


def test_what_was_trained_loads_and_has_learned(trained: Path) -> None:
    tagger: Tagger = load(trained)
    text = ("bác sĩ bệnh viện điều trị sốt dịch", "bệnh viện khám tiêm chủng thuốc vui thành công", "")
    scores = dict(zip(LABELS, tagger.scores([text])[0], strict=True))
    assert max(TOPIC_IDS, key=scores.__getitem__) == "health"
    assert max(TONES, key=scores.__getitem__) == "positive"
    body = tagger.read([("", "", "bị cáo xét xử tòa án điều tra khởi tố công an bắt giữ " * 10)])[0]
    assert body.topics[0].topic == "law_courts"


def test_the_same_seed_gives_the_same_model(data: Path, trained: Path, tmp_path: Path) -> None:
    small(data, tmp_path / "again", seed=5)
    small(data, tmp_path / "other", seed=6)
    version = load(trained).version
    assert load(tmp_path / "again").version == version
    assert load(tmp_path / "other").version != version


def test_test_items_are_never_learned_from(data: Path) -> None:
    corpus = read_corpus(data)
    assert len(corpus.texts) == 1200 + 750  # 1100..1199 are labelled, 1200..1249 are the test set


def test_listed_labels_are_joined_to_the_feed_items_by_id(data: Path, tmp_path: Path) -> None:
    listed = tmp_path / "labels.tsv"
    listed.write_text(
        "id\ttopics\ttone\tdrawn\n1300\thealth world\tneutral\t1\n1301\t\tpositive\t0\n9999\tsport\tneutral\t1\n",
        encoding="utf-8",
    )
    corpus = read_corpus(data, listed)
    assert len(corpus.topics) == 1202
    assert len(corpus.texts) == 1200 + 750
    assert corpus.topics[-2:].sum(axis=1).tolist() == [2, 0]
    assert [TONES_IN_ORDER[i] for i in corpus.tones[-2:]] == ["neutral", "positive"]
    assert corpus.drawn[-2:].tolist() == [True, False]


def test_a_label_that_is_none_of_ours_is_named_with_its_line(tmp_path: Path) -> None:
    listed = tmp_path / "labels.tsv"
    listed.write_text("id\ttopics\ttone\tdrawn\n1\treligion\tneutral\t1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"labels\.tsv, line 2"):
        read_labels(listed)


def test_the_shipped_list_holds_labels_and_no_text() -> None:
    found = read_labels(FEED_LABELS)
    assert len(found) > 4000
    assert all(set(row) == {"topics", "tone", "drawn"} for row in found.values())
    assert all(len(item) == 32 and int(item, 16) >= 0 for item in found)


def test_names_of_persons_are_kept_out_of_the_vocabulary() -> None:
    texts = ["Bà Nguyễn Thị Mẫu Đơn khai trương chợ nổi Cái Bè"] * 30
    persons = names(texts)
    kept, _ = choose_ngrams([parts(text, "") for text in texts], persons)
    assert "chợ nổi" in kept
    assert not [gram for gram in kept if "nguyễn thị" in gram or "mẫu đơn" in gram]


def test_a_rare_ngram_is_not_kept() -> None:
    kept, spread = choose_ngrams([parts("thửa ruộng bậc thang", "")] * 7 + [parts("lạ lẫm", "")], Counter())
    assert "ruộng" in kept
    assert "ruộng bậc" not in kept  # two syllables need eight texts
    assert "lạ" not in kept
    assert np.all(spread == 7)


def test_text_typed_without_diacritics_is_read_as_with_them(trained: Path) -> None:
    reader = load(trained)._reader
    marked: Batch = reader.transform([parts("bác sĩ bệnh viện điều trị sốt", "")])
    plain: Batch = reader.transform([parts("bac si benh vien dieu tri sot", "")])
    assert (marked.title != plain.title).nnz == 0
