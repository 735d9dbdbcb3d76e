"""TLS with an own certificate authority, a basic login, and a role that may do no more than it must."""

from __future__ import annotations

import hashlib
import logging
import secrets
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from core.clock import FixedClock
from core.errors import StoreError
from core.settings import ElasticSettings
from store.elastic.client import EngineAway, EngineRefuses, connect
from store.elastic.counts import DailyFeed, DailyIndices, DailyNames
from store.elastic.feed import Feed
from store.elastic.layout import FOLDER
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from tests.elastic.server import Node, room
from tests.elastic.test_feed import DESK, write
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

ALIAS = "diembao-articles"
LOGINS = {
    "diembao": "mat-khau-cua-chuong-trinh", "kibana_doc": "mat-khau-cua-nguoi-doc", "doc_binh_son": "mat-khau-cua-xa",
}  # fmt: skip
ROLES = {"diembao": "diembao", "kibana_doc": "diembao_reader", "doc_binh_son": "diembao_reader_binh_son"}


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """A server with logins and TLS."""

    url: str
    ca: Path

    def settings(self, user: str, password: str = "", **over: object) -> ElasticSettings:
        given = {
            "hosts": (self.url,),
            "username": user,
            "password": password or LOGINS[user],
            "ca_file": str(self.ca),
            "timeout": 90,
        }
        return ElasticSettings.model_validate(given | over)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    tls = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tls / "ca.pem"))
    issued = authority.issue_cert("127.0.0.1")
    with room() as folder:
        node = Node(
            folder=folder / "guarded",
            quick=True,
            settings={
                "xpack.security.enabled": True,
                "xpack.security.http.ssl.enabled": True,
                "xpack.security.http.ssl.certificate": "node.crt",
                "xpack.security.http.ssl.key": "node.key",
            },
        )
        node.prepare()
        issued.cert_chain_pems[0].write_to_path(str(node.folder / "config" / "node.crt"))
        issued.private_key_pem.write_to_path(str(node.folder / "config" / "node.key"))
        shutil.copy(FOLDER / "roles.yml", node.folder / "config" / "roles.yml")
        users = [f"{user}:{_hashed(password)}\n" for user, password in LOGINS.items()]
        (node.folder / "config" / "users").write_text("".join(users))
        (node.folder / "config" / "users_roles").write_text("".join(f"{ROLES[user]}:{user}\n" for user in LOGINS))
        node.start()
        try:
            node.wait()
            yield Guarded(url=node.url, ca=tls / "ca.pem")
        finally:
            node.stop()


def _hashed(password: str) -> str:
    """As the server keeps it; `elasticsearch-users` would start a Java machine for each user."""
    salt = secrets.token_bytes(32)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 1000, 32)
    return f"{{PBKDF2}}1000${b64encode(salt).decode()}${b64encode(made).decode()}"


@retry(retry=retry_if_exception_type(EngineAway), stop=stop_after_delay(240), wait=wait_fixed(0.5), reraise=True)
def set_up(upkeep: Upkeep) -> None:
    upkeep.set_up()


def test_the_least_role_is_enough(guarded: Guarded, record: Record) -> None:
    side = Indexing(record.database)
    with connect(guarded.settings("diembao")) as client:
        upkeep = Upkeep(client, ALIAS, side)
        set_up(upkeep)
        feed = Feed(client, ALIAS, side, FixedClock(NOON))
        kept, gone = write(record, 1), write(record, 2)
        assert feed.all().indexed == 2
        record.retention.erase(gone, NOON, "operator")
        feed.all()
        assert upkeep.rebuild() == 1
        client.indices.refresh(index=ALIAS)
        (hit,) = ElasticSearch(client, ALIAS, side, FixedClock(NOON)).search(DESK, "lúa").hits
        assert hit.article.id == kept
        assert upkeep.status().articles == 1
        assert upkeep.expunge() in (0, 1)
        assert upkeep.retire("2020-01") == ()
        assert upkeep.drop()


def test_the_role_reaches_nothing_else(guarded: Guarded) -> None:
    with connect(guarded.settings("diembao")) as client:
        doors: tuple[Callable[[], object], ...] = (
            lambda: client.indices.create(index="khac"),
            lambda: client.search(index=".security*", allow_no_indices=False),
            lambda: client.cluster.put_settings(persistent={"cluster.max_shards_per_node": 1}),
        )
        for refused in doors:
            with pytest.raises(Exception, match=r"403|security_exception|index_not_found"):
                refused()


def test_readers_of_counts_see_no_article(guarded: Guarded) -> None:
    with connect(guarded.settings("kibana_doc")) as client, pytest.raises(Exception, match=r"403|security_exception"):
        client.search(index=ALIAS, allow_no_indices=False)


def test_readers_of_counts_see_their_desk_and_figures_of_operation(guarded: Guarded, record: Record) -> None:
    indices, others = DailyIndices(prefix="diembao-daily"), "que_phong"
    for desk in (DESK, others):
        record.desks.apply_desk(make_desk(desk), NOON, "test")
    record.articles.save(make_tagged(make_article(), (DESK, others)))
    with connect(guarded.settings("diembao")) as client:
        set_up(Upkeep(client, ALIAS, Indexing(record.database)))
        daily = DailyFeed(
            client, indices, record.daily, DailyNames(desk=str, place=str, publisher=str), FixedClock(NOON)
        )
        daily.once()
        client.indices.refresh(index="diembao-daily-*")
        with connect(guarded.settings("doc_binh_son")) as its, connect(guarded.settings("kibana_doc")) as operator:
            seen = its.search(index=indices.all_counts, size=100)["hits"]["hits"]
            assert {hit["_index"] for hit in seen} == {indices.counts(DESK)}
            assert operator.search(index=indices.all_counts)["hits"]["hits"] == []
            assert its.count(index=indices.reading)["count"] == operator.count(index=indices.reading)["count"] > 0
            doors: tuple[Callable[[], object], ...] = (
                lambda: its.search(index=indices.counts(others)),
                lambda: its.index(index=indices.counts(DESK), document={"day": "2026-03-10"}),
                lambda: its.indices.delete(index=indices.reading),
                lambda: its.search(index=ALIAS, allow_no_indices=False),
            )
            for refused in doors:
                with pytest.raises(Exception, match=r"403|security_exception"):
                    refused()
        daily.rebuild()
        assert daily.drop() == 3


def header(user: str, password: str) -> str:
    """What of a Basic header gives the login away."""
    return b64encode(f"{user}:{password}".encode()).decode()


def test_no_secret_is_logged_from_the_set_up_to_a_refused_login(
    guarded: Guarded, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    side = Indexing(record.database)
    with connect(guarded.settings("diembao")) as client:
        upkeep, feed = Upkeep(client, ALIAS, side), Feed(client, ALIAS, side, FixedClock(NOON))
        set_up(upkeep)
        write(record, 1)
        assert feed.all().indexed == 1
        client.indices.refresh(index=ALIAS)
        assert ElasticSearch(client, ALIAS, side, FixedClock(NOON)).search(DESK, "lúa").total == 1
    write(record, 2)
    with connect(guarded.settings("diembao", "sai-mat-khau")) as client:
        refused = (
            lambda: Feed(client, ALIAS, side, FixedClock(NOON)).once(),
            lambda: ElasticSearch(client, ALIAS, side, FixedClock(NOON)).search(DESK, "lúa"),
        )
        for ask in refused:
            with pytest.raises(EngineRefuses, match="wrong login") as said:
                ask()
            assert "sai-mat-khau" not in str(said.value)
    with connect(guarded.settings("diembao")) as client:
        assert Upkeep(client, ALIAS, side).drop()
    assert "_bulk" in caplog.text and "_search" in caplog.text and "401" in caplog.text, "requests are logged"
    for password in (LOGINS["diembao"], "sai-mat-khau"):
        assert password not in caplog.text
        assert header("diembao", password) not in caplog.text


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"password": "sai-mat-khau"}, "wrong login"),
        ({"ca_file": ""}, "set .elastic. ca_file"),
        ({"hosts": ("http:",)}, "https"),
    ],
)
def test_what_is_wrong_is_told_and_no_secret_with_it(
    guarded: Guarded, record: Record, over: dict[str, object], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    if over.get("hosts"):
        over = {"hosts": (guarded.url.replace("https:", "http:"),), "ca_file": ""}
    caplog.set_level(logging.DEBUG)
    settings = ElasticSettings.model_validate(guarded.settings("diembao").model_dump() | over)
    with connect(settings) as client, pytest.raises(StoreError, match=says) as said:
        Upkeep(client, ALIAS, Indexing(record.database)).set_up()
    assert isinstance(said.value, EngineAway | EngineRefuses)
    given = (*LOGINS.values(), "sai-mat-khau")
    for word in (*given, *(header("diembao", password) for password in given)):
        assert word not in str(said.value) + caplog.text
