"""The webhook behind a real server: only what Zalo has signed is taken, once, and only recipients are known."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.channels import statuses
from core.errors import StoreError
from core.records import Recipient, ZaloEvent
from core.roles import Role
from core.zalo import HOOK, code_of, read_event
from dashboard.app import create_app
from dashboard.office import Office as Rooms
from dashboard.pages import zalo_hook
from store.sqlite import channels as stored
from tests.alerts.zalo import MORNING, PHONE, USER, Office, make_settings, office
from tests.fakes.differ import differ
from tests.fakes.reading import sample_press

OTHER = "9876543210987654321"
KNOWN = {"app_id": "45", "secret": "s"}


@dataclass
class Pages:
    """The pages and the account that tells them what happens."""

    office: Office
    browser: TestClient
    app: Any

    def tell(self, name: str, user: str = USER, *, sign: str | None = None, **over: Any) -> int:
        body = self.office.zalo.event(name, user, **over)
        return self.post(body, self.office.zalo.signature(body) if sign is None else sign)

    def post(self, body: bytes, signature: str) -> int:
        headers = {"X-ZEvent-Signature": signature, "Content-Type": "application/json"}
        return self.browser.post(HOOK, content=body, headers=headers).status_code

    def invite(self) -> str:
        return self.office.record.channels.invite("binh_son", "van-phong", self.office.clock.now(), "test")

    def ways(self) -> tuple[str, ...]:
        (desk,) = self.office.record.desks.desks()
        return desk.recipients[0].ways


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    with office(tmp_path) as one:
        press = sample_press(MORNING)
        settings = make_settings(one.zalo, tmp_path)
        app = create_app(
            reading=press, search=press, desks=one.record.desks, corrections=press, differ=differ,
            publishers=press.publishers, clock=one.clock, settings=settings,
            office=Rooms(
                channel_book=one.record.channels,
                channel_statuses=lambda: statuses(settings, one.record.channels, one.clock),
            ),
        )  # fmt: skip
        yield Pages(one, TestClient(app, base_url="http://127.0.0.1:8765"), app)


class TestWhoIsKnown:
    def test_a_code_makes_a_follower_the_recipient(self, pages: Pages) -> None:
        assert pages.ways() == ()
        assert pages.tell("follow") == 200
        assert pages.tell("user_send_text", text=f" {pages.invite().lower()} ") == 200
        assert pages.ways() == ("zalo_oa",)
        (follower,) = pages.office.record.channels.followers("binh_son")
        assert (follower.user, follower.recipient, follower.following) == (USER, "van-phong", True)

    def test_a_code_is_good_once_and_for_seven_days(self, pages: Pages) -> None:
        code = pages.invite()
        pages.tell("user_send_text", text=code)
        pages.tell("user_send_text", OTHER, text=code)
        assert pages.office.record.channels.follower(OTHER) is None
        late = pages.invite()
        pages.office.clock.move(timedelta(days=7, seconds=1))
        pages.tell("user_send_text", OTHER, text=late)
        assert pages.office.record.channels.follower(OTHER) is None

    def test_a_new_code_ends_the_one_before(self, pages: Pages) -> None:
        old, new = pages.invite(), pages.invite()
        pages.tell("user_send_text", text=old)
        assert pages.ways() == ()
        pages.tell("user_send_text", text=new)
        assert pages.ways() == ("zalo_oa",)

    def test_to_stop_following_is_to_stop_receiving_and_following_again_to_begin(self, pages: Pages) -> None:
        pages.tell("user_send_text", text=pages.invite())
        pages.office.clock.move(timedelta(minutes=1))
        assert pages.tell("unfollow") == 200 and pages.ways() == ()
        pages.office.clock.move(timedelta(minutes=1))
        assert pages.tell("follow") == 200 and pages.ways() == ("zalo_oa",)

    def test_events_out_of_order_leave_the_latest_word(self, pages: Pages) -> None:
        pages.tell("user_send_text", text=pages.invite())
        now = pages.office.clock.now()
        pages.tell("unfollow", at=now + timedelta(minutes=2))
        pages.tell("follow", at=now + timedelta(minutes=1))
        assert pages.ways() == ()

    def test_any_word_opens_the_window_again(self, pages: Pages) -> None:
        pages.tell("user_send_text", text=pages.invite())
        pages.office.clock.move(timedelta(days=6))
        pages.tell("user_send_sticker")
        follower = pages.office.record.channels.follower(USER)
        assert follower and follower.wrote_at == pages.office.clock.now().replace(microsecond=0)

    def test_nobody_who_merely_follows_or_writes_is_kept_nor_what_they_write(self, pages: Pages) -> None:
        pages.tell("follow", OTHER)
        pages.tell("user_send_text", OTHER, text="Tôi tên là Nguyễn Văn Mẫu, xin hỏi về thủ tục")
        with pages.office.record.database.alone() as con:
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        kept = pages.office.record.path.read_bytes()
        assert OTHER.encode() not in kept and "Nguyễn Văn Mẫu".encode() not in kept

    def test_a_recipient_who_is_gone_takes_everything_along(self, pages: Pages) -> None:
        record = pages.office.record
        pages.tell("user_send_text", text=pages.invite())
        pages.invite()
        (desk,) = record.desks.desks()
        record.desks.apply_desk(replace(desk, recipients=()), MORNING, "test")
        assert record.channels.followers() == ()
        with record.database.read() as con:
            assert con.execute("SELECT count(*) FROM zalo_codes").fetchone()[0] == 0

    def test_numbers_of_a_recipient_who_is_gone_stand_in_no_past_version(self, pages: Pages) -> None:
        record = pages.office.record
        (desk,) = record.desks.desks()
        role = (Role.HEALTH,)
        first = Recipient(
            id="y-te", name="Trạm y tế", roles=role, email="yte@xa.gov.vn", phone=PHONE, zalo_user_id=OTHER
        )
        record.desks.apply_desk(replace(desk, recipients=(*desk.recipients, first)), MORNING, "test")
        assert record.desks.desks()[0].recipients[1] == first
        record.desks.apply_desk(desk, MORNING, "test")
        with record.database.alone() as con:
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            versions = [row["body"] for row in con.execute("SELECT body FROM desk_versions ORDER BY version")]
        kept = record.path.read_bytes()
        assert PHONE.encode() not in kept and OTHER.encode() not in kept
        assert (
            len(versions) == 3
            and "Trạm y tế" in versions[1]
            and json.loads(versions[1])["recipients"][1]["phone"] == ""
        )

    def test_the_desk_itself_does_not_keep_a_followers_id(self, pages: Pages) -> None:
        pages.tell("user_send_text", text=pages.invite())
        record = pages.office.record
        (desk,) = record.desks.desks()
        assert desk.recipients[0].zalo_user_id == USER
        assert not record.desks.apply_desk(desk, MORNING, "test")  # nothing has changed
        pages.tell("unfollow", at=MORNING + timedelta(minutes=1))
        assert record.desks.desks()[0].recipients[0].zalo_user_id == ""

    def test_what_has_had_its_time_is_deleted(self, pages: Pages) -> None:
        record = pages.office.record
        pages.tell("user_send_text", text=pages.invite())
        pages.tell("unfollow", at=MORNING + timedelta(minutes=1))
        record.channels.trouble("zns", "zalo-balance -115", MORNING)
        record.retention.purge(MORNING + stored.RECEIPTS_KEPT - timedelta(minutes=1))
        assert record.channels.last_event()
        record.retention.purge(MORNING + timedelta(days=31))
        assert record.channels.last_event() is None and record.channels.followers() == ()
        assert record.channels.troubles() == ()


class TestSignature:
    def test_is_the_plain_hash_that_the_platform_documents(self) -> None:
        body = b'{"app_id":"45","event_name":"follow","timestamp":"1795228200000","follower":{"id":"123456789"}}'
        digest = hashlib.sha256(b"45" + body + b"1795228200000" + b"s").hexdigest()
        event = read_event(body, f"mac={digest}", **KNOWN, now=MORNING)
        assert isinstance(event, ZaloEvent) and (event.kind, event.user, event.at) == ("follow", "123456789", MORNING)

    @pytest.mark.parametrize("sign", ["", "mac=", "mac=" + "0" * 64, "0" * 64, "mac=é" * 20])
    def test_a_wrong_one_is_refused(self, pages: Pages, sign: str) -> None:
        body = pages.office.zalo.event("follow", USER)
        assert pages.browser.post(HOOK, content=body, headers={b"X-ZEvent-Signature": sign.encode()}).status_code == 401
        assert pages.office.record.channels.last_event() is None

    def test_another_body_app_time_or_key_is_refused(self, pages: Pages) -> None:
        zalo = pages.office.zalo
        body = zalo.event("follow", USER)
        good = zalo.signature(body)
        assert pages.post(body.replace(USER.encode(), OTHER.encode()), good) == 401
        assert pages.post(body + b" ", good) == 401
        assert pages.tell("follow", app_id="1") == 401
        stolen = hashlib.sha256(b"1" + body + b"1" + b"guess").hexdigest()
        assert pages.post(body, f"mac={stolen}") == 401
        assert pages.post(body, good.upper().replace("MAC", "mac")) == 200

    def test_is_compared_in_constant_time(self, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[tuple[bytes, bytes]] = []

        def compare(one: bytes, other: bytes) -> bool:
            asked.append((one, other))
            return one == other

        monkeypatch.setattr("core.zalo.hmac.compare_digest", compare)
        pages.tell("follow")
        pages.tell("follow", sign="mac=" + "0" * 64)
        assert [len(a) for a, _ in asked] == [64, 64]

    def test_an_old_event_is_refused_and_a_repeat_taken_once(self, pages: Pages) -> None:
        assert pages.tell("follow", at=MORNING - timedelta(days=3)) == 400
        assert pages.tell("follow", at=MORNING + timedelta(days=3)) == 400
        body = pages.office.zalo.event("user_send_text", USER, text=pages.invite())
        signature = pages.office.zalo.signature(body)
        assert [pages.post(body, signature) for _ in range(3)] == [200, 200, 200]
        with pages.office.record.database.read() as con:
            assert con.execute("SELECT count(*) FROM zalo_receipts").fetchone()[0] == 1

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b'"x"', b"{}", b'{"timestamp": "x"}', b'{"timestamp": 1e400}', b"[" * 5000,
                 b'{"timestamp": "' + b"9" * 6000 + b'"}', b"\xff\xfe", b"x" * 70_000],
    )  # fmt: skip
    def test_a_body_that_is_none_is_refused(self, pages: Pages, body: bytes) -> None:
        assert pages.post(body, "mac=" + "0" * 64) in (400, 401, 413)

    @given(st.binary(max_size=200), st.text(max_size=80))
    def test_nothing_unsigned_ever_becomes_an_event(self, body: bytes, signature: str) -> None:
        assert isinstance(read_event(body, signature, **KNOWN, now=MORNING), str)

    @pytest.mark.parametrize(
        "over", [{"sender": None}, {"sender": {"id": ["x"]}}, {"sender": {"id": "abc"}}, {"event_name": "oa_send_text"},
                 {"event_name": None}, {"message": 7, "event_name": "user_send_text"}],
    )  # fmt: skip
    def test_a_signed_event_of_another_form_is_taken_and_does_nothing(self, pages: Pages, over: dict[str, Any]) -> None:
        assert pages.tell("user_send_text", **over) == 200
        assert pages.ways() == ()

    def test_without_the_accounts_secret_there_is_no_webhook(self) -> None:
        assert read_event(b"{}", "", app_id="45", secret="", now=MORNING) == "not-connected"

    @given(st.text(max_size=60))
    def test_only_a_code_is_a_code(self, text: str) -> None:
        code = code_of(text)
        assert code is None or re.fullmatch("DB[2-9A-HJKMNP-Z]{8}", code)

    def test_the_door_needs_no_session_and_takes_post_only(self, pages: Pages) -> None:
        assert pages.browser.get(HOOK).status_code == 405


class TestInTime:
    def test_a_record_that_is_busy_is_asked_again_and_nothing_is_lost(
        self, pages: Pages, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(zalo_hook, "ANSWER_SECONDS", 0.2)
        body = pages.office.zalo.event("user_send_text", USER, text=pages.invite())
        blocked, done = threading.Event(), threading.Event()

        def hold() -> None:
            with pages.office.record.database.write():
                blocked.set()
                done.wait(10)

        thread = threading.Thread(target=hold)
        thread.start()
        blocked.wait(10)
        with serving(pages.app) as url:
            first = pages.office.zalo.tell(f"{url}{HOOK}", body, tries=1)
            done.set()
            thread.join()
            again = pages.office.zalo.tell(f"{url}{HOOK}", body)
        assert (first, again, pages.ways()) == (503, 200, ("zalo_oa",))

    def test_a_record_that_fails_is_asked_again(self, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> bool:
            raise StoreError("the disk is full")

        monkeypatch.setattr(stored.ChannelBook, "take", full)
        assert pages.tell("follow") == 503


class TestPage:
    def test_says_how_each_channel_stands_and_what_to_do(self, pages: Pages) -> None:
        said = pages.browser.get("/kenh-gui").text
        for words in ("Chưa khai máy chủ thư.", "Người vận hành khai mục [smtp]", "chưa nối", "đã nối", HOOK):
            assert words in said, words

    def test_without_an_account_it_shows_the_way_that_needs_none(self, pages: Pages, tmp_path: Path) -> None:
        bare = make_settings(pages.office.zalo, tmp_path, app_id="")
        (_, zalo, zns, _) = statuses(bare, pages.office.record.channels, pages.office.clock)
        assert {zalo.todo, zns.todo} == {"channel.todo.zalo_off"} and zalo.sign == "off"

    def test_a_code_is_made_and_shown_once(self, pages: Pages) -> None:
        form = pages.browser.get("/kenh-gui").text
        seal = re.search(r'name="(\w+)" value="([\w.-]+)"', form)
        assert seal
        sent = pages.browser.post(
            "/kenh-gui/ma/van-phong", data={seal[1]: seal[2]}, headers={"Origin": "http://127.0.0.1:8765"}
        )
        code = re.search(r"DB[2-9A-HJKMNP-Z]{8}", sent.text)
        assert sent.status_code == 200 and code
        (line,) = pages.office.record.audit.lines(1)
        assert (line.action, line.who) == ("zalo.invite", "page")
        assert code[0] not in pages.browser.get("/kenh-gui").text
        pages.tell("user_send_text", text=code[0])
        assert pages.ways() == ("zalo_oa",) and "đang theo dõi" in pages.browser.get("/kenh-gui").text
        with pages.office.record.database.alone() as con:
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        assert code[0].encode() not in pages.office.record.path.read_bytes()

    def test_a_code_for_nobody_is_not_made(self, pages: Pages) -> None:
        form = pages.browser.get("/kenh-gui").text
        seal = re.search(r'name="(\w+)" value="([\w.-]+)"', form)
        assert seal
        sent = pages.browser.post(
            "/kenh-gui/ma/ai-do", data={seal[1]: seal[2]}, headers={"Origin": "http://127.0.0.1:8765"}
        )
        assert sent.status_code == 404


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
