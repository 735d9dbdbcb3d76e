"""The one check of every door: publishers only."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.i18n import LANGUAGES, t
from core.records import Publisher, PublisherKind
from crawlers import doors
from crawlers.publishers import shipped


def paper(**more: object) -> Publisher:
    values: dict[str, object] = {
        "id": "bao", "name": "Báo", "kind": PublisherKind.NEWSPAPER, "licence": "x", "home": "https://bao.example.vn/",
        "endpoints": (), **more,
    }  # fmt: skip
    return Publisher(**values)  # type: ignore[arg-type]


REFUSED = {
    "source.social_network": [
        "https://www.facebook.com/ubndxa", "https://m.facebook.com/groups/1", "https://fb.watch/x", "https://x.com/ai",
        "https://twitter.com/ai", "https://www.instagram.com/ai", "https://www.threads.net/@ai", "https://tiktok.com/@ai",
        "https://vt.tiktok.com/x", "https://www.linkedin.com/in/ai", "https://old.reddit.com/r/vn.rss",
        "https://mastodon.social/@ai.rss", "https://bsky.app/profile/ai", "https://gapo.vn/ai", "https://lotus.vn/ai",
        "https://mastodon.example.org/@ai", "https://facebook.example.org/x",
    ],
    "source.video_chat": [
        "https://www.youtube.com/@ai", "https://youtube.com/feeds/videos.xml?channel_id=1", "https://youtu.be/x",
        "https://t.me/s/kenh", "https://zalo.me/123", "https://oa.zalo.me/home", "https://vimeo.com/1",
        "https://www.twitch.tv/ai", "https://discord.gg/x", "https://open.spotify.com/show/x",
    ],
    "source.blog": [
        "https://ai.blogspot.com/feeds/posts/default", "https://ai.wordpress.com/feed/", "https://medium.com/feed/@ai",
        "https://ai.medium.com/", "https://ai.substack.com/feed", "https://blog.example.vn/", "https://ai.github.io/",
        "https://sites.google.com/view/ai", "https://spiderum.com/nguoi-dung/ai", "https://ai.violet.vn/",
        "https://ai.blogspot.co.uk/", "https://ai.blogspot.com.au/feeds/posts/default",
    ],
    "source.forum": [
        "https://voz.vn/f/1/index.rss", "https://www.otofun.net/forums/", "https://tinhte.vn/rss",
        "https://forum.example.vn/", "https://diendan.example.vn/", "https://example.vn/forum/", "https://example.vn/dien-dan/1",
        "https://example.vn/viewtopic.php?t=1", "https://groups.google.com/g/x", "https://www.webtretho.com/f/1",
    ],
    "source.bridge": [
        "https://rss-bridge.org/bridge01/?action=display&bridge=FacebookBridge", "https://rsshub.app/twitter/user/ai",
        "https://nitter.net/ai/rss", "https://nitter.poast.org/ai/rss", "https://fetchrss.com/rss/1.xml",
        "https://rss.app/feeds/1.xml", "https://feeds.feedburner.com/ai", "https://politepol.com/fd/x",
        "https://kill-the-newsletter.com/feeds/x.xml", "https://morss.it/https://example.vn", "https://openrss.org/x",
        "https://ftr.fivefilters.net/makefulltextfeed.php?url=x", "https://invidious.example.org/feed/channel/x",
        "https://example.org/rss-bridge/?action=display", "https://example.org/rsshub/telegram/channel/x",
        "https://feed43.com/x.xml", "https://news.google.com/rss/search?q=x", "https://web.archive.org/web/1/https://x.vn",
        "https://bit.ly/x", "https://x.translate.goog/", "https://example.org/?bridge=Twitter",
    ],
    "source.search": [
        "https://www.google.com/alerts/feeds/12/34", "https://www.bing.com/news/search?q=x&format=rss", "https://google.com.vn/x",
    ],
    "source.comments": [
        "https://example.vn/comments/feed/", "https://example.vn/tin-1.html/comments/feed", "https://example.vn/?feed=comments-rss2",
        "https://example.vn/feed/?withcomments=1", "https://example.vn/comments-feed.rss", "https://example.vn/rss/comments",
        "https://comments.example.vn/feed", "https://example.vn/feeds/12/comments/default", "https://example.vn/comment/1",
    ],
    "source.person": [
        "https://example.vn/author/nguyen-van-a/feed/", "https://example.vn/tac-gia/nguyen-van-a-12.html",
        "https://example.vn/@nguyenvana", "https://example.vn/~nguyenvana/", "https://example.vn/?author=3",
        "https://example.vn/users/nguyenvana.rss", "https://example.vn/nguoi-dung/12", "https://example.vn/phong-vien/12",
        "https://example.vn/feed/?author_name=nguyenvana", "https://example.vn/rss/author/nguyen-van-a",
        "https://example.vn/author-sitemap.xml",
    ],
    "source.readers_section": [
        "https://example.vn/ban-doc/thu-1.html", "https://example.vn/ban-doc.htm", "https://example.vn/y-kien/x-1.html",
        "https://example.vn/tam-su", "https://example.vn/blog/x", "https://example.vn/rss/ban-doc.rss",
        "https://example.vn/cuoc-thi-anh/x.html", "https://example.vn/Ban-Doc/x.html",
    ],
    "source.not_an_address": [
        "", "bao.example.vn", "ftp://example.vn/", "file:///etc/passwd", "javascript:alert(1)", "https://u:p@example.vn/",
        "http://169.254.169.254:8888\\@example.vn/", "https://exa mple.vn/", "https:///x", "data:text/xml,x",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("key", "url"), [(key, url) for key, rows in REFUSED.items() for url in rows])
def test_refused(key: str, url: str) -> None:
    assert doors.refusal(url) == key
    assert doors.refusal(url, publisher=paper(home="https://example.vn/")) == key


@pytest.mark.parametrize(
    "url",
    [
        "https://example.vn/tim-kiem?q=nguyen+van+a", "https://example.vn/tim-kiem/nguyen-van-a.html",
        "https://example.vn/?s=nguyen+van+a&feed=rss2", "https://example.vn/search/nguyen-van-a/feed/rss2/",
        "https://example.vn/tag/nguyen-van-a", "https://example.vn/tags/nguyen-van-a.rss", "https://example.vn/tag-canary.htm",
        "https://example.vn/rss/tag/nguyen-van-a.rss", "https://example.vn/tin/tag/nguyen-van-a/feed/",
        "https://example.vn/tu-khoa/nguyen-van-a.html", "https://timkiem.example.vn/?cate=1", "https://example.vn/rss?tag=canary",
        "https://example.vn/T%C3%ACm-ki%E1%BA%BFm?keyword=canary",
    ],
)  # fmt: skip
def test_nothing_that_is_asked_again_and_again_is_made_of_typed_words(url: str) -> None:
    assert doors.endpoint_refusal(url) == "source.search"
    assert doors.endpoint_refusal(url, publisher=paper(home="https://example.vn/")) == "source.search"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.vn/?q=node/12", "https://example.vn/?q=rss.xml", "https://example.vn/rss/thoi-su.rss?id=3",
        "https://example.vn/research-news/", "https://example.vn/su-kien/bao-so-13.htm", "https://example.vn/tim-hieu-phap-luat",
        "https://example.vn/tim-kiem-cuu-nan",
    ],
)  # fmt: skip
def test_sections_and_feeds_are_no_search(url: str) -> None:
    assert doors.endpoint_refusal(url) is None


@pytest.mark.parametrize(
    "key", [*REFUSED, "source.off_host", "source.needs_kind_and_licence", "source.already_declared"]
)
def test_every_reason_can_be_told_in_both_languages(key: str) -> None:
    assert all(len(t(key, language)) > 20 for language in LANGUAGES)


@pytest.mark.parametrize(
    "url",
    [
        "https://vnexpress.net/rss/tin-moi-nhat.rss",
        "https://quangngai.gov.vn/web/portal-qni/xem-chi-tiet/-/asset_publisher/Content/tin-1",
        "https://thanhhoa.gov.vn/portal/Pages/2026-11-20/tin-1.aspx",
        "https://example.vn/?q=node/12",
        "https://example.vn/ban-doc-sach-hay-1.html",
        "https://example.vn/thoi-su/tac-gia-cuon-sach-ve-lu-lut-1.html",
        "https://example.vn/facebook-bi-phat-o-chau-au-1.html",
        "https://example.vn/user-guide-1.html",
        "https://example.vn/tac-gia-cuon-sach-ve-lu-lut-1.html",
        "https://example.vn/binh-luan/vi-sao-lua-duoc-mua-1.html",
        "https://forumnews.example.vn/",
        "https://t.com.vn/a",
        "https://mx.com/a",
        "http://127.0.0.1:8899/rss/home.rss",
        "http://[::1]:8899/",
    ],
)
def test_publishers_addresses_pass(url: str) -> None:
    assert doors.refusal(url) is None


def test_a_publisher_answers_for_its_own_hosts_only() -> None:
    own = paper(hosts=("bao-cu.example.com",))
    for url in ("https://www.bao.example.vn/a", "https://m.bao.example.vn/a", "https://the-thao.bao.example.vn/a",
                "https://bao-cu.example.com/a", "http://bao.example.vn:8080/a"):  # fmt: skip
        assert doors.refusal(url, publisher=own) is None
    for url in ("https://khac.example.vn/a", "https://xbao.example.vn/a", "https://bao.example.vn.evil.com/a",
                "https://example.vn/a"):  # fmt: skip
        assert doors.refusal(url, publisher=own) == "source.off_host"
    other = paper(id="khac", home="https://khac.example.vn/")
    assert doors.refusal("https://khac.example.vn/a", publisher=own, others=(other,)) is None


def test_a_channel_is_read_only_where_the_declaration_names_it() -> None:
    channel = paper(hosts=("youtube.com/@kenhbao",))
    assert doors.refusal("https://www.youtube.com/@kenhbao/videos", publisher=channel) is None
    assert doors.refusal("https://www.youtube.com/@kenhbao2", publisher=channel) == "source.video_chat"
    assert doors.refusal("https://www.youtube.com/@ai", publisher=channel) == "source.video_chat"
    assert doors.refusal("https://www.youtube.com/@kenhbao") == "source.video_chat"
    assert doors.refusal("https://www.youtube.com/", publisher=paper(hosts=("youtube.com",))) == "source.video_chat"


def test_each_channel_that_a_publisher_declares_is_its_own() -> None:
    both = paper(hosts=("youtube.com/@kenhbao", "youtube.com/@kenhthoisu"))
    for path in ("@kenhbao/videos", "@kenhthoisu", "@KenhThoiSu/videos"):
        assert doors.refusal(f"https://www.youtube.com/{path}", publisher=both) is None
    assert doors.refusal("https://www.tiktok.com/@kenhbao", publisher=both) == "source.social_network"


@pytest.mark.parametrize(
    "own",
    [
        "facebook.com/groups/kenhbao",
        "facebook.com/profile.php",
        "facebook.com/people/An/1",
        "linkedin.com/in/an",
        "youtube.com/",
        "youtube.com/channel",
        "youtube.com/c/",
        "youtube.com/feeds",
        "t.me/s",
        "voz.vn/f/1",
    ],
)
def test_a_declaration_makes_no_channel_of_what_may_be_none(own: str) -> None:
    assert doors.refusal(f"https://{own}", publisher=paper(hosts=(own,))) is not None


@pytest.mark.parametrize(
    "own", ["youtube.com/channel/UC12", "youtube.com/c/kenhbao", "t.me/s/kenhbao", "linkedin.com/company/bao",
            "facebook.com/baomau", "zalo.me/123"],
)  # fmt: skip
def test_a_channel_of_a_publisher_may_be_declared(own: str) -> None:
    assert doors.refusal(f"https://www.{own}", publisher=paper(hosts=(own,))) is None


def test_what_led_elsewhere_is_told_from_what_led_to_a_closed_door() -> None:
    own, url = paper(), "https://khac.example.com/x"
    refused = doors.refusal(url, publisher=own)
    assert refused and doors.reason_of(refused) == "off-publisher" and doors.is_anothers(url, own)
    for key, (address, *_) in REFUSED.items():
        assert doors.reason_of(key) == "door"
        assert key == "source.readers_section" or not doors.is_anothers(address, own), "nobody's, so no other's"
    assert not doors.is_anothers(own.home, own) and not doors.is_anothers(url, None)


def test_sections_that_a_declaration_leaves_out() -> None:
    own = paper(skip_sections=("/thu-gian",))
    for path in ("thu-gian", "thu-gian/x.html", "thu-gian.htm", "Thu-Gian/x"):
        assert doors.refusal(f"https://bao.example.vn/{path}", publisher=own) == "source.readers_section"
    assert doors.refusal("https://bao.example.vn/thu-gian-cuoi-tuan-1.html", publisher=own) is None


def test_no_shipped_address_is_refused() -> None:
    for publisher in shipped():
        for url in (publisher.home, *(endpoint.url for endpoint in publisher.endpoints)):
            assert doors.endpoint_refusal(url, publisher=publisher) is None


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered(url: str) -> None:
    reason = doors.refusal(url)
    assert reason is None or t(reason)
