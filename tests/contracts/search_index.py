"""What every SearchIndex finds, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ports import SearchIndex, Store
from core.records import Article, Published, SearchFilters
from tests.fakes.records import NOON, make_article, make_tagged

Refresh = Callable[[], None]
DESK = "binh_son"


def write(store: Store, path: str, title: str, *paragraphs: str, lead: str = "", **over: Any) -> Article:
    article = make_article(path, title=title, lead=lead, paragraphs=paragraphs, captions=(), **over)
    store.save(make_tagged(article, (DESK,)))
    return article


def found(index: SearchIndex, query: str, desk: str = DESK, *, by_time: bool = True) -> list[str]:
    """Titles in the order in which they come."""
    page = index.search(desk, query, by_time=by_time)
    assert page.total == len(page.hits)
    return [hit.article.title for hit in page.hits]


EACH_ENGINE = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
"""One contract for several engines: the same property is run by a class of each, on purpose."""


class SearchIndexContract:
    """Subclass with fixtures `store`, `index` and `refresh` (brings the index up to the record) on an empty record."""

    @pytest.fixture
    def press(self, store: Store, refresh: Refresh) -> None:
        write(store, "1", "Lũ về Thường Xuân", "Nước sông Chu lên nhanh, nhiều bản bị chia cắt.")
        write(store, "2", "Thương nhân thu mua quế", "Mùa xuân năm nay giá quế tăng ở Trà Bồng.")
        write(store, "3", "Mở rộng đường ven biển", "Tuyến đường dài 12 km qua xã Bình Châu.", lead="Sáng 10/3.")
        write(store, "4", "Chọn dường bệnh", "Bệnh viện thêm 200 giường, dường như vẫn thiếu.")
        write(store, "5", "HOÀ BÌNH: TRƯỜNG MỚI", "Trường học khánh thành tại Hòa Bình.")
        refresh()

    @pytest.mark.usefixtures("press")
    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ('"thuong xuan"', ["Lũ về Thường Xuân"]),
            ('"Thường Xuân"', ["Lũ về Thường Xuân"]),
            ("thường xuân", ["Lũ về Thường Xuân"]),
            ("THUONG XUAN", ["Thương nhân thu mua quế", "Lũ về Thường Xuân"]),
            ("đường ", ["Mở rộng đường ven biển"]),
            ("dường ", ["Chọn dường bệnh"]),
            ("duong ", ["Chọn dường bệnh", "Mở rộng đường ven biển"]),
            ("hoà bình", ["HOÀ BÌNH: TRƯỜNG MỚI"]),
            ("Hòa Bình", ["HOÀ BÌNH: TRƯỜNG MỚI"]),
            ("hoa\u0300 bi\u0300nh", ["HOÀ BÌNH: TRƯỜNG MỚI"]),
            ('"ven biển" đường', ["Mở rộng đường ven biển"]),
            ('"biển ven"', []),
            ('"đường ven biển"', ["Mở rộng đường ven biển"]),
            ('"duong ven bien"', ["Mở rộng đường ven biển"]),
            ('"sông chu lên nhanh"', ["Lũ về Thường Xuân"]),
            ("duong -biển", ["Chọn dường bệnh"]),
            ('duong -"ven biển"', ["Chọn dường bệnh"]),
            ("-biển", []),
            ("quế", ["Thương nhân thu mua quế"]),
            ("biể", ["Mở rộng đường ven biển"]),
            ("trư", ["HOÀ BÌNH: TRƯỜNG MỚI"]),
            ("trư ", []),
            ("12 km", ["Mở rộng đường ven biển"]),
            ("", []),
            ("   ", []),
            ("không có từ này", []),
        ],
    )
    def test_a_query_finds(self, index: SearchIndex, query: str, titles: list[str]) -> None:
        assert sorted(found(index, query)) == sorted(titles)
        assert sorted(found(index, query, by_time=False)) == sorted(titles)

    @pytest.mark.usefixtures("press")
    @settings(max_examples=150, deadline=None, suppress_health_check=EACH_ENGINE)
    @given(
        st.one_of(st.text(max_size=60), st.text(alphabet="abđ\"-*():^+~{}[]\\ANDORNEATtitle:= _\x00'“”«»", max_size=40))
    )
    def test_any_text_is_a_query(self, index: SearchIndex, text: str) -> None:
        page = index.search(DESK, text)
        assert page.total >= len(page.hits)

    @pytest.mark.usefixtures("press")
    def test_a_phrase_spans_no_two_paragraphs(self, index: SearchIndex, store: Store, refresh: Refresh) -> None:
        write(store, "6", "Hai đoạn", "Đoạn đầu hết ở cầu", "Khỉ vàng mở đoạn sau")
        refresh()
        assert found(index, '"cầu khỉ"') == []
        assert found(index, '"khỉ vàng"') == ["Hai đoạn"]

    @pytest.mark.usefixtures("press")
    def test_only_the_desks_own_articles_are_found(self, index: SearchIndex) -> None:
        assert found(index, "quế", "que_phong") == []

    def test_another_desks_words_do_not_settle_an_unfinished_one(
        self, index: SearchIndex, store: Store, refresh: Refresh
    ) -> None:
        write(store, "1", "Lúa chín sớm")
        store.save(make_tagged(make_article("2", title="Xe lu", lead="", paragraphs=(), captions=()), ("que_phong",)))
        refresh()
        assert found(index, "chín lu") == found(index, "chín lu", by_time=False) == ["Lúa chín sớm"]
        assert index.facets(DESK, "chín lu").counted == 1
        write(store, "3", "Xe lu mới")
        refresh()
        assert found(index, "chín lu") == [], "it is a whole word of this desk's now"

    def test_captions_and_lead_are_searched(self, index: SearchIndex, store: Store, refresh: Refresh) -> None:
        article = make_article(title="Cầu", lead="Sapo nói về lúa.", paragraphs=(), captions=("Ảnh chụp con trâu.",))
        store.save(make_tagged(article))
        refresh()
        assert found(index, "trâu") == found(index, "lúa") == ["Cầu"]

    def test_by_time_the_newest_publication_comes_first(
        self, index: SearchIndex, store: Store, refresh: Refresh
    ) -> None:
        for name, hours in (("giữa", 2), ("cũ", 3), ("mới", 1)):
            published = Published(at=NOON - timedelta(hours=hours), provenance="meta")
            write(store, name, f"Lúa {name}", published=published)
        refresh()
        assert found(index, "lúa") == ["Lúa mới", "Lúa giữa", "Lúa cũ"]

    def test_by_relevance_a_title_counts_for_more(self, index: SearchIndex, store: Store, refresh: Refresh) -> None:
        write(store, "1", "Lúa được mùa", "Nông dân phấn khởi.")
        write(store, "2", "Nông dân phấn khởi", "Vụ này lúa được mùa.")
        refresh()
        assert found(index, "lúa", by_time=False) == ["Lúa được mùa", "Nông dân phấn khởi"]

    @pytest.mark.parametrize("query", ["Bình Châu", "Bình Châu ", "binh chau"])
    def test_by_relevance_words_that_stand_together_count_for_more(
        self, index: SearchIndex, store: Store, refresh: Refresh, query: str
    ) -> None:
        write(store, "1", "Chợ phiên", "Chợ ở Bình Châu đông từ sớm.", at=NOON - timedelta(hours=1))
        write(store, "2", "Chợ đêm", "Chợ ở Châu Ổ, xã Bình Sơn.", at=NOON)
        write(store, "3", "Giá muối", "Diêm dân được giá.", at=NOON)
        refresh()
        assert found(index, query, by_time=False) == ["Chợ phiên", "Chợ đêm"]

    def test_pages_of_results_join_without_gap_or_overlap(
        self, index: SearchIndex, store: Store, refresh: Refresh
    ) -> None:
        for number in range(25):
            write(store, f"{number}", f"Lúa {number}", at=NOON + timedelta(minutes=number))
        refresh()
        for by_time in (True, False):
            pages = [index.search(DESK, "lúa", by_time=by_time, offset=at, limit=10) for at in (0, 10, 20, 30)]
            assert [page.total for page in pages] == [25] * 4
            assert [len(page.hits) for page in pages] == [10, 10, 5, 0]
            assert len({hit.article.id for page in pages for hit in page.hits}) == 25

    def test_of_very_many_it_says_only_that_there_are_more(
        self, index: SearchIndex, store: Store, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for engine in ("sqlite", "postgres", "elastic"):
            monkeypatch.setattr(f"store.{engine}.search.COUNTED", 4)
            monkeypatch.setattr(f"store.{engine}.search.RANKED", 4)
        for number in range(6):
            write(store, f"{number}", f"Lúa {number}{' và cầu' * (number < 4)}", at=NOON + timedelta(minutes=number))
        refresh()
        for by_time in (True, False):
            all_six, four = (index.search(DESK, query, by_time=by_time, limit=10) for query in ("lúa ", "cầu "))
            assert (all_six.total, all_six.more, len(all_six.hits)) == (4, True, 4)
            assert (four.total, four.more, len(four.hits)) == (4, False, 4)
            assert index.search(DESK, "lúa ", by_time=by_time, offset=4, limit=10).hits == ()

    def test_of_very_many_the_newest_are_ranked(
        self, index: SearchIndex, store: Store, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(store, "old", "Lúa, lúa và lúa", at=NOON - timedelta(days=400))
        for number in range(16):
            write(store, f"{number}", f"Vụ này lúa được mùa {number}", at=NOON - timedelta(minutes=number))
        refresh()
        assert found(index, "lúa ", by_time=False)[0] == "Lúa, lúa và lúa"
        assert not index.search(DESK, "lúa ").bounded
        for engine in ("sqlite", "postgres", "elastic"):
            monkeypatch.setattr(f"store.{engine}.search.RANKED", 4)
        monkeypatch.setattr("store.elastic.search.FEW", 4)
        page = index.search(DESK, "lúa ", limit=10)
        assert (page.total, page.more, page.bounded) == (4, True, True)
        assert not index.search(DESK, "lúa ", by_time=True, limit=10).bounded
        assert "Lúa, lúa và lúa" not in [hit.article.title for hit in page.hits]

    def test_where_the_latest_month_has_too_few_some_more_are_ranked(
        self, index: SearchIndex, store: Store, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(16):
            title = f"Vụ này lúa được mùa {number}" if number < 2 else f"Đường mới {number}"
            write(store, f"{number}", title, at=NOON - timedelta(minutes=number))
        for month in range(1, 6):
            for number in range(8):
                title = f"Giá lúa và giá phân bón {month} {number}" if number < 4 else f"Trường mới {month} {number}"
                write(store, f"{month}-{number}", title, at=NOON - timedelta(days=30 * month, minutes=number))
        write(store, "old", "Lúa, lúa và lúa", at=NOON - timedelta(days=155))
        refresh()
        for engine in ("sqlite", "postgres", "elastic"):
            monkeypatch.setattr(f"store.{engine}.search.RANKED", 4)
        monkeypatch.setattr("store.elastic.search.FEW", 4)
        page = index.search(DESK, "lúa ", limit=10)
        assert (page.total, page.more, page.bounded) == (4, True, True)
        assert not index.search(DESK, "lúa ", by_time=True, limit=10).bounded
        assert "Lúa, lúa và lúa" not in [hit.article.title for hit in page.hits]

    def test_a_month_tells_as_many_as_its_days_find(self, index: SearchIndex, store: Store, refresh: Refresh) -> None:
        midnight = datetime(2026, 2, 28, 17, 0, tzinfo=UTC)  # 1 March in Viet Nam
        for number, at in enumerate((midnight - timedelta(seconds=1), midnight, midnight + timedelta(days=3))):
            published = Published(at=at, provenance="meta")  # the first was found on the day after
            write(store, str(number), "Lúa chín", published=published, at=at + timedelta(hours=7))
        refresh()
        facets = index.facets(DESK, "lúa")
        assert facets.months == (("2026-03", 2), ("2026-02", 1))
        for month, articles in facets.months:
            last = date(2026, int(month[-2:]) + 1, 1) - timedelta(days=1)
            days = SearchFilters(first=last.replace(day=1), last=last)
            assert index.search(DESK, "lúa", filters=days).total == articles

    def test_a_replaced_text_is_out_at_once(self, index: SearchIndex, store: Store, refresh: Refresh) -> None:
        write(store, "1", "Cầu mới", "Cầu dài một trăm mét.")
        refresh()
        assert found(index, "trăm") == ["Cầu mới"]
        write(store, "1", "Cầu mới", "Cầu dài hai nghìn mét.")
        refresh()
        assert found(index, "trăm") == []
        assert found(index, "nghìn") == ["Cầu mới"]

    def test_the_text_of_a_reserved_source_is_not_searched(
        self, index: SearchIndex, store: Store, refresh: Refresh
    ) -> None:
        write(store, "1", "Cầu mới", "Chi tiết trong thân bài.", lead="Sapo ngắn.", reserved=True)
        refresh()
        assert found(index, "chi tiết") == []
        assert found(index, "sapo") == ["Cầu mới"]

    @pytest.mark.usefixtures("press")
    def test_hits_are_marked_in_the_snippet(self, index: SearchIndex) -> None:
        (hit,) = index.search(DESK, '"binh chau"').hits
        assert "\ue000Bình Châu\ue001" in hit.snippet
        (hit,) = index.search(DESK, "tuyến").hits
        assert "\ue000Tuyến\ue001 đường" in hit.snippet

    def test_marks_in_a_text_can_not_be_forged(self, index: SearchIndex, store: Store, refresh: Refresh) -> None:
        write(store, "1", "Cầu", "Lúa \ue000<b>giả\ue001 chín vàng.")
        refresh()
        (hit,) = index.search(DESK, "lúa").hits
        assert hit.snippet.count("\ue000") == hit.snippet.count("\ue001") == 1
        assert "\ue000Lúa\ue001" in hit.snippet
