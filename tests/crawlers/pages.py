"""Invented pages for the tests of gate and extraction: the shapes that Vietnamese papers use, none of their words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core.records import Entry, FetchedPage

NOW = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)
URL = "https://bao.example/thoi-su/nuoc-lon-tren-song-102260307080054340.htm"
FILL = (
    "Ban quản lý cho biết mực nước trong hồ đang xuống dần, các cửa xả được đóng bớt từ chiều hôm trước.",
    "Người dân hai bên bờ đã trở về dọn dẹp nhà cửa, trường học mở cửa lại vào thứ hai tuần tới.",
    "Theo thống kê ban đầu, hơn một trăm héc-ta lúa bị ngập, nhiều đoạn đường liên xã hư hỏng nặng.",
)


def page(body: str | bytes, *, entry: Entry | None = None, headers: dict[str, str] | None = None) -> FetchedPage:
    """A fetched page with that body."""
    return FetchedPage(
        source="bao", url=URL, final_url=URL, status=200, headers=headers or {"content-type": "text/html"},
        body=body.encode() if isinstance(body, str) else body, fetched_at=NOW, entry=entry,
    )  # fmt: skip


def at(fetched: FetchedPage, url: str) -> FetchedPage:
    """The same page at another address."""
    return replace(fetched, url=url, final_url=url)


def article(
    *,
    title: str = "Nước lớn trên sông, nhiều tuyến đường bị chia cắt",
    lead: str = "Mưa lớn kéo dài ba ngày khiến nước sông dâng nhanh, chính quyền di dời hàng trăm hộ dân.",
    paragraphs: tuple[str, ...] = FILL,
    head: str = "",
    shown: str = "Thứ bảy, 7/3/2026, 08:01 (GMT+7)",
    before: str = "",
    after: str = "",
) -> str:
    """A page with headline, time, lead and body; `head` goes into the head, `before` and `after` round the body."""
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title} - Báo Ví dụ</title>
{head}</head><body><nav><ul><li><a href="/">Trang chủ</a></li>
<li><a href="/the-thao">Thể thao</a></li></ul></nav>
<main><h1 class="title-detail">{title}</h1><span class="date">{shown}</span>
<h2 class="sapo">{lead}</h2>{before}<div class="detail-content">{body}</div>{after}</main>
<footer><p>Báo Ví dụ, giấy phép số 1</p></footer></body></html>"""
