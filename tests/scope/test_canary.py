"""No record of people, over the whole chain: a person planted wherever a publisher names one leaves no trace.

A press on loopback is crawled by the program's own wiring, its alerts go out by a real mail server, the pages are
opened, a backup is made; then the name is looked for in whatever was written or sent.
"""

# ruff: noqa: E501 - mark-up reads better on one line
from __future__ import annotations

import json
import logging
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from alerts.schedule import next_at
from app import crawling, delivering, logs, upkeep, wiring
from app.comparing import differ
from app.world import World
from core.clock import FixedClock, SystemClock, local
from core.records import AlertTiming, Endpoint, Publisher, PublisherKind
from core.settings import Settings, SmtpSettings
from core.text import fold_plain
from crawlers.opml import export_opml
from dashboard.app import create_app
from nlp.desks import dump_desk, load_desk
from tests.crawlers.pages import FILL, article
from tests.data import ROOT
from tests.fakes.smtp import PASSWORD, USER, MailRoom, mail_server
from tests.fakes.web import Site, html, xml

CANARY = "Hoàng Thị Kanariô Vành Khuyên"
SLUG = "kanario"
WITNESS = "Vạn Tường"
"""A word of the kept article's text: where it is not found either, the search for the name proves nothing."""

HEAD = (
    f'<meta name="author" content="{CANARY}"><meta name="dc.creator" content="{CANARY}"><meta name="keywords" content="{CANARY}">'
    + '<script type="application/ld+json">'
    + json.dumps({"@type": "NewsArticle", "headline": "Cầu mới ở Bình Sơn", "author": {"@type": "Person", "name": CANARY},
                  "editor": CANARY, "comment": [{"@type": "Comment", "author": CANARY, "text": f"{CANARY} mong xã sửa đường"}],
                  "articleSection": CANARY, "keywords": [CANARY], "about": {"name": CANARY}})
    + "</script>"
    + f'<meta property="article:section" content="{CANARY}"><meta property="article:tag" content="{CANARY}"><meta name="news_keywords" content="{CANARY}">'
    + '<script type="application/ld+json">'
    + json.dumps({"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": CANARY}]})
    + "</script>"
)  # fmt: skip
SECTION = f'<ul class="breadcrumb"><li><a href="/{SLUG}">{CANARY}</a></li></ul>'
TAGS = f'<div class="tags"><a href="/tag/{SLUG}">{CANARY}</a></div>'
"""The paper's own names of its sections and tags."""
BYLINE = f'<p class="author"><a rel="author" href="/tac-gia/{SLUG}">{CANARY}</a></p>'
EMBED = (
    f'<blockquote class="twitter-tweet"><p>Nước lên nhanh quá các bạn ơi</p>&mdash; {CANARY} (@{SLUG}) <a href="https://twitter.com/{SLUG}/status/1">7 March</a></blockquote>'
    f'<div class="fb-post" data-href="https://www.facebook.com/{SLUG}/posts/1"><p>Đăng bởi {CANARY}</p></div>'
)
COMMENTS = f'<div id="comments"><div class="comment-item"><b>{CANARY}</b><p>Tôi thấy đường nhà tôi còn ngập, mong xã sửa sớm cho dân đi lại.</p></div></div>'
TITLES = {
    "/kept-1001.htm": "Bình Sơn thông xe cầu mới qua sông Trà Bồng",
    "/stopped-1002.htm": "Nước lớn trên sông, nhiều tuyến đường bị chia cắt",
    "/empty-1003.htm": "Ảnh: một ngày ở Bình Sơn, Quảng Ngãi",
}
LEAD = "Sáng nay, huyện Bình Sơn, tỉnh Quảng Ngãi thông xe cây cầu nối hai bờ sông Trà Bồng."


def planted(title: str, lead: str, paragraphs: tuple[str, ...]) -> str:
    """A page that names the person above, in, below and behind the text."""
    now = local(SystemClock().now())
    return article(
        title=title, lead=lead, paragraphs=paragraphs, head=HEAD, shown=f"{now:%d/%m/%Y, %H:%M} (GMT+7)",
        before=SECTION + BYLINE + EMBED, after=BYLINE + TAGS + COMMENTS,
    )  # fmt: skip


def serve(site: Site) -> None:
    """A feed and three pages: one that a desk gets, one that the gate stops, one that has no text."""
    when = format_datetime(SystemClock().now() - timedelta(minutes=30))
    items = "".join(
        f"<item><title>{title}</title><link>{site.url(path)}</link><guid>{path}</guid><pubDate>{when}</pubDate>"
        f"<author>{SLUG}@bao.example ({CANARY})</author><dc:creator>{CANARY}</dc:creator>"
        f"<category>{CANARY}</category><dc:subject>{CANARY}</dc:subject></item>"
        for path, title in TITLES.items()
    )
    site.routes["/rss"] = xml(
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Báo</title>'
        f"<managingEditor>{CANARY}</managingEditor>{items}</channel></rss>"
    )
    kept, stopped, empty = TITLES
    site.routes[kept] = html(planted(TITLES[kept], LEAD, (*FILL, f"Cầu nối với khu {WITNESS}, huyện Bình Sơn.")))
    site.routes[stopped] = html(planted(TITLES[stopped], "Mưa lớn kéo dài ba ngày khiến nước dâng nhanh.", FILL))
    site.routes[empty] = html(
        f"<html><head><title>{TITLES[empty]}</title>{HEAD}</head><body>{BYLINE}{COMMENTS}</body></html>"
    )


@dataclass(frozen=True)
class Done:
    """What an installation has after one crawl, one delivery and one backup."""

    settings: Settings
    world: World
    room: MailRoom
    report: dict[str, object]
    archive: Path

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the data folder, archives taken apart."""
        for file in sorted(self.settings.data_dir.rglob("*")):
            if file.is_file():
                yield file.name, file.read_bytes()
        with tarfile.open(self.archive) as tar:
            for member in tar.getmembers():
                content = tar.extractfile(member)
                yield f"archive/{member.name}", content.read() if content else b""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    folder = tmp_path_factory.mktemp("canary")
    with Site("127.0.3.7") as site, mail_server(tmp_path_factory.mktemp("mail")) as room:
        serve(site)
        settings = Settings(data_dir=folder, smtp=_smtp(room))
        logs.start(settings, "crawl", quiet=True)
        root.setLevel(logging.DEBUG)
        with wiring.record(settings) as kept:
            kept.desks.apply_desk(
                load_desk(ROOT / "sample" / "desk.toml", wiring.gazetteer()), SystemClock().now(), "test"
            )
        world = _world(site)
        report = crawling.crawl(settings, world, forever=False)
        delivering.deliver(settings, world, stop=threading.Event(), forever=False)
        digest = next_at(SystemClock().now(), AlertTiming().morning)
        breakfast = FixedClock(digest + timedelta(minutes=30))
        delivering.deliver(settings, replace(world, clock=breakfast), stop=threading.Event(), forever=False)
        yield Done(settings, world, room, report, upkeep.backup(settings, None))
    for handler in set(root.handlers) - set(before[0]):
        handler.close()
    root.handlers[:], root.level = before


def _smtp(room: MailRoom) -> SmtpSettings:
    return SmtpSettings(
        host="127.0.0.1", port=room.port, username=USER, password=SecretStr(PASSWORD), sender="diembao@xa.example.org",
        ca_file=room.ca_file, timeout=5,
    )  # fmt: skip


def _world(site: Site) -> World:
    paper = Publisher(
        id="bao_mau", name="Báo Mẫu", kind=PublisherKind.NEWSPAPER, licence="giấy phép mẫu", home=site.url(),
        endpoints=(Endpoint(source="bao_mau", kind="feed", url=site.url("/rss")),), province="51",
    )  # fmt: skip
    return World(kind="sample", publishers={paper.id: paper}, private_hosts=(site.address,))


def names(text: str) -> bool:
    """Whether the person is named, however it is written."""
    folded = fold_plain(text)
    return SLUG in folded or "vanh khuyen" in folded


def told(content: bytes) -> str:
    """Bytes of any kind as text; a JSON line's escapes read."""
    text = content.decode("utf-8", errors="replace")
    return text + text.encode().decode("unicode-escape", errors="replace") if "\\u" in text else text


def test_the_chain_has_run(done: Done) -> None:
    assert done.report["pages"] == {"new": 1, "stopped": 1, "failed": 1}
    assert [mail["To"] for mail in done.room.mails]
    assert any(WITNESS.encode() in content for name, content in done.files() if name.startswith("archive/"))


def test_no_file_names_the_person(done: Done) -> None:
    files = list(done.files())
    assert {"diembao.sqlite3", "crawl.jsonl", done.archive.name} <= {name for name, _ in files}
    assert [name for name, content in files if names(told(content))] == []


def test_no_row_and_no_word_of_the_index_names_the_person(done: Done) -> None:
    with closing(sqlite3.connect(done.settings.database)) as con:
        rows = "\n".join(con.iterdump())
        assert WITNESS in rows and not names(rows)
        indexes = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'")]
        assert indexes
        for number, name in enumerate(indexes):
            con.execute(f"CREATE VIRTUAL TABLE temp.words{number} USING fts5vocab(main, {name}, row)")
            words = {word for (word,) in con.execute(f"SELECT term FROM words{number}")}
            assert words and not {word for word in words if names(word)}
    with wiring.record(done.settings) as kept:
        assert kept.search.search("binh_son", WITNESS).total == 1
        for wanted in (CANARY, SLUG, "kanariô", "vành khuyên"):
            assert kept.search.search("binh_son", wanted).total == 0


def test_no_mail_names_the_person(done: Done) -> None:
    for mail in done.room.mails:
        parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
        assert TITLES["/kept-1001.htm"] in parts[0]
        assert not any(names(part) for part in (*map(str, mail.values()), *map(str, parts)))


def test_no_page_and_no_export_names_the_person(done: Done) -> None:
    with wiring.record(done.settings) as kept:
        pages = TestClient(
            create_app(
                reading=kept.reading, search=kept.search, desks=kept.desks, corrections=kept.corrections,
                differ=differ, publishers=done.world.publishers, clock=SystemClock(), settings=done.settings,
            ),
            base_url="http://127.0.0.1",
        )  # fmt: skip
        (hit,) = kept.search.search("binh_son", WITNESS).hits
        shown = [
            pages.get(path)
            for path in (
                "/",
                f"/bai/{hit.article.id}",
                "/tim-kiem?q=cau",
                "/canh-bao",
                "/nguon-tin",
                "/pham-vi",
                "/xu-huong",
                f"/cau-chuyen/{hit.article.story}",
                "/tim-kiem/xuat?q=cau&dang=csv",
                "/api/today",
                "/api/stories",
                f"/api/articles/{hit.article.id}",
                "/api/search?q=cau",
                "/api/sources",
                "/api/alerts",
                "/api/trends",
                "/api/openapi.json",
                "/khoe",
            )
        ]
        exports = [*map(dump_desk, kept.desks.desks()), export_opml(tuple(done.world.publishers.values()))]
    assert [answer.status_code for answer in shown] == [200] * len(shown)
    assert WITNESS in shown[1].text
    assert not any(names(text) for text in (*(answer.text for answer in shown), *exports))
    assert names(pages.get(f"/tim-kiem?q={SLUG}").text)  # what an officer types is shown back, and found nowhere
