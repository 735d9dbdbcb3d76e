"""The invented publishers of the sample press: how each says what is new and how its pages are built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from core.records import Endpoint, EndpointKind, Publisher, PublisherKind, Selectors

Page = Literal["jsonld", "meta", "agency", "visible", "old", "timetag"]
NewsList = Literal["rss", "atom", "broken"]

PACE: Final = 0.1
"""Seconds between two requests to one house: it stands on the same machine and is there to be read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An invented publisher. `address` is its own loopback address, so that pace and robots.txt work per host."""

    id: str
    name: str
    kind: PublisherKind
    address: str
    page: Page  # template of its article pages
    shape: str  # of an article's path
    endpoints: tuple[tuple[EndpointKind, str], ...]
    feed: NewsList | None = None
    province: str | None = None
    charset: str = "utf-8"
    decomposed: bool = False  # its pages are written in NFD
    robots: bool = True  # False: answers 404 for robots.txt
    selectors: Selectors = field(default_factory=Selectors)  # where its pages can't be read rightly without


HOUSES: Final = (
    House(
        id="mau_mien_trung",
        name="Báo Mẫu Miền Trung",
        kind=PublisherKind.NEWSPAPER,
        address="127.0.2.1",
        page="jsonld",
        shape="/{section}/{slug}-{number}.html",
        feed="rss",
        endpoints=(("feed", "/rss/tin-moi.rss"),),
    ),
    House(
        id="mau_dai_quang_ngai",
        name="Đài Mẫu Quảng Ngãi",
        kind=PublisherKind.BROADCASTER,
        address="127.0.2.2",
        page="meta",
        shape="/{section}/{number}/{slug}.htm",
        feed="atom",
        endpoints=(("feed", "/atom.xml"),),
        province="51",
    ),
    House(
        id="mau_hang_tin",
        name="Hãng tin Mẫu Việt",
        kind=PublisherKind.AGENCY,
        address="127.0.2.3",
        page="agency",
        shape="/{slug}-post{number}.html",
        endpoints=(("sitemap", "/sitemap.xml"),),
    ),
    House(
        id="mau_cong_quang_ngai",
        name="Cổng thông tin Mẫu Quảng Ngãi",
        kind=PublisherKind.PUBLIC_BODY,
        address="127.0.2.4",
        page="visible",
        shape="/tin-tuc/{section}/{slug}-{number}",
        endpoints=(("section", "/tin-tuc"), ("section", "/tin-tuc/thong-bao")),
        province="51",
        robots=False,
        selectors=Selectors(
            title=".tieu-de", lead=".tom-tat", body=".asset-content", published=".ngay-dang", drop=(".ky-ten",)
        ),
    ),
    House(
        id="mau_nong_thon",
        name="Báo Mẫu Nông Thôn",
        kind=PublisherKind.NEWSPAPER,
        address="127.0.2.5",
        page="old",
        shape="/news/{section}/{number}/{slug}.htm",
        feed="rss",
        endpoints=(("feed", "/rss.xml"),),
        charset="windows-1258",
        selectors=Selectors(title="h1.title", lead=".lead", body=".content", drop=('p[align="right"]',)),
    ),
    House(
        id="mau_phuong_bac",
        name="Báo Mẫu Phương Bắc",
        kind=PublisherKind.NEWSPAPER,
        address="127.0.2.6",
        page="jsonld",
        shape="/{section}/{slug}-{number}.htm",
        feed="broken",
        endpoints=(("feed", "/rss/home.rss"), ("section", "/")),
    ),
    House(
        id="mau_phuong_nam",
        name="Báo Mẫu Phương Nam",
        kind=PublisherKind.NEWSPAPER,
        address="127.0.2.7",
        page="timetag",
        shape="/{section}/{slug}-a{number}.html",
        feed="rss",
        endpoints=(("feed", "/rss/trang-chu.rss"),),
        decomposed=True,
    ),
    House(
        id="mau_duyen_hai",
        name="Nhật báo Mẫu Duyên Hải",
        kind=PublisherKind.NEWSPAPER,
        address="127.0.2.8",
        page="meta",
        shape="/{section}/{slug}-{number}.html",
        feed="atom",
        endpoints=(("feed", "/feed/atom"),),
    ),
)

HOUSE_BY_ID: Final = {house.id: house for house in HOUSES}


def bases(port: int) -> dict[str, str]:
    """Address of each house's front page, without the slash, where all listen on one port."""
    return {house.id: f"http://{house.address}:{port}" for house in HOUSES}


def declare(base: Mapping[str, str]) -> tuple[Publisher, ...]:
    """The houses as publishers, at the given addresses (house id -> http://host:port)."""
    return tuple(_declare(house, base[house.id]) for house in HOUSES)


def publishers(port: int) -> tuple[Publisher, ...]:
    """The houses as publishers, where all listen on one port."""
    return declare(bases(port))


def _declare(house: House, base: str) -> Publisher:
    return Publisher(
        id=house.id,
        name=house.name,
        kind=house.kind,
        licence=f"giấy phép mẫu số {int(house.address.rsplit('.', 1)[1]):02d}/GP-MAU",
        home=base + "/",
        endpoints=tuple(Endpoint(source=house.id, kind=kind, url=base + path) for kind, path in house.endpoints),
        province=house.province,
        pace=PACE,
        selectors=house.selectors,
        address_source="sample/houses.py",
        verified=True,
    )
