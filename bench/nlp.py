"""Topics and tone: time for one whole article, start-up, throughput of the filter, size of the shipped models."""

from __future__ import annotations

import statistics
import time

from nlp.tagger import MODELS, load
from nlp.words import segment

_SENTENCES = (
    "Mưa lớn kéo dài từ đêm qua làm nước sông dâng cao, nhiều tuyến đường liên xã bị chia cắt.",
    "Ủy ban nhân dân xã đã bố trí lực lượng trực tại các ngầm tràn, không để người và phương tiện qua lại.",
    "Trạm y tế tổ chức tiêm chủng cho trẻ em dưới năm tuổi và hướng dẫn người dân diệt loăng quăng.",
    "Giá lúa hè thu tại ruộng tăng nhẹ, thương lái thu mua từ 6.800 đến 7.200 đồng một ki-lô-gam.",
    "Trường tiểu học được xây mới mười hai phòng học, dự kiến bàn giao trước năm học mới.",
    "Tòa án nhân dân tỉnh tuyên phạt bị cáo bảy năm tù về tội lừa đảo chiếm đoạt tài sản.",
    "Đội tuyển của tỉnh giành huy chương vàng ở nội dung đua thuyền truyền thống.",
    "Công ty điện lực thông báo lịch ngừng cung cấp điện để sửa chữa đường dây trung thế.",
)


def _articles(count: int) -> list[tuple[str, str, str]]:
    """Invented articles of about 750 words; no two are the same."""
    found = []
    for i in range(count):
        ordered = [_SENTENCES[(i * 3 + k * (1 + i % 5)) % len(_SENTENCES)] for k in range(42)]
        found.append((ordered[0], ordered[1], " ".join(ordered[2:])))
    return found


def measure() -> dict[str, float]:
    """Milliseconds and megabytes; medians where more than one is timed."""
    began = time.perf_counter()
    tagger = load()
    tagger.read([("Khởi động", "", "")])
    figures = {"load_s": time.perf_counter() - began}
    articles = _articles(300)
    times, whole = [], []
    for title, lead, text in articles:
        began = time.process_time()
        tagger.read([(title, lead, text)])
        times.append(time.process_time() - began)
        began = time.process_time()
        tagger.read([("", "", text)])
        whole.append(time.process_time() - began)
    segment(articles[0][2])
    began = time.process_time()
    for _, _, text in articles[:20]:
        segment(text)
    segmented = (time.process_time() - began) / 20
    began = time.process_time()
    list(tagger.filter_rows({"id": i, "title": t, "lead": s, "text": x} for i, (t, s, x) in enumerate(articles)))
    figures |= {
        "tag_article_ms": statistics.median(times) * 1000,
        "tag_body_only_ms": statistics.median(whole) * 1000,
        "segment_article_ms": segmented * 1000,
        "tag_and_segment_article_ms": (statistics.median(times) + segmented) * 1000,
        "filter_rows_per_s": len(articles) / (time.process_time() - began),
        "models_mb": sum(path.stat().st_size for path in MODELS.iterdir()) / 1e6,
    }
    return figures
