"""A press whose feeds carry scripts, header lines and addresses off the web in titles and links."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.fakes.reading import FakePress, binh_son, healthy, publisher, waiting, written

TITLES = (
    "<script>alert(1)</script> ở Bình Sơn",
    '"><img src=x onerror=alert(2)> Bình Sơn',
    "Bình Sơn <svg class=owned onload=alert(3)></svg>",
    "Bình Sơn \u202egnùl iôđ\u202c một dòng\u0000\u200b",
    "Bình Sơn\r\nBcc: ai-do@example.org",
    "Bình Sơn {{ 7 * 191 }} {% raw %}",
    "Bình Sơn </title></head><base href='https://evil.example/'>",
    "Bình Sơn " + "rất dài " * 20_000,
)
LINKS = (
    "javascript:alert(4)",
    "javascript://host/%0Aalert(5)",
    "data:text/html,<script>alert(6)</script>",
    'https://mau.example/" onclick="alert(7)',
    "https://user:secret@mau.example/",
    "file:///etc/passwd",
    "https://mau.example/on-lanh",
    "//evil.example/x",
)


def hostile_press(now: datetime) -> FakePress:
    """One desk, one article for each title, each with one of the links."""
    press = FakePress(book=[binh_son()])
    press.publishers = {"mau": publisher("mau", "Báo <b>Mẫu</b>")}
    press.articles["binh_son"] = [
        written("mau", title, title, [title, "Tại xã Bình Sơn có <mark>dấu</mark>."], now - timedelta(minutes=number),
                url=link, topics=[("economy", ("<i>chợ</i>",))], because=("<u>lý do</u>",))
        for number, (title, link) in enumerate(zip(TITLES, LINKS, strict=True))
    ]  # fmt: skip
    press.health = [healthy("mau", now, reason="<b>lạ</b>", moved_to="javascript:alert(8)")]
    press.outbox["binh_son"] = [
        waiting(number, article, "van-phong", now) for number, article in enumerate(press.articles["binh_son"])
    ]
    return press
