"""The single-use refresh token: lost at no step but between Zalo's answer and our commit, and that one is shown."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from alerts.channels.http import Answer, NoAnswer
from alerts.channels.zalo_tokens import IDLE, SIGNED_OUT, Token, Unanswered, due, masked, read_pair
from app.channels import statuses
from core.errors import StoreError
from core.records import ChannelStatus, Delivered, Refused, Retry
from store.sqlite import backup
from store.sqlite.tokens import TokenVault
from tests.alerts import refresh_worker
from tests.alerts.test_zalo import message
from tests.alerts.zalo import MORNING, USER, Office, office, pair

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.alerts.refresh_worker"])
NEXT_DAY = timedelta(hours=24, minutes=30)
"""Within the last hour of an access token."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as one:
        yield one


def zalo_status(here: Office) -> ChannelStatus:
    return next(one for one in statuses(here.settings, here.record.channels, here.clock) if one.channel == "zalo_oa")


class TestRefresh:
    def test_an_access_token_is_used_until_its_last_hour_and_then_renewed(self, here: Office) -> None:
        channel = here.channels()["zalo_oa"]
        channel.send(message(), USER)
        assert here.zalo.refreshes == 0
        here.clock.move(NEXT_DAY)
        channel.send(message(), USER)
        channel.send(message(), USER)
        assert here.zalo.refreshes == 1 and len(here.zalo.sent) == 3
        state = here.state()
        assert state.number == 2 and state.obtained_at == MORNING + NEXT_DAY and state.asked_at is None
        assert state.pair.access_until == MORNING + NEXT_DAY + timedelta(seconds=90_000)

    def test_the_request_is_as_documented(self, here: Office) -> None:
        here.keeper().renew(1)
        ((path, headers),) = here.zalo.seen
        assert path == "/v4/oa/access_token" and headers["secret_key"] == here.zalo.app_secret
        assert headers["content-type"] == "application/x-www-form-urlencoded"

    def test_two_who_were_refused_with_the_same_token_refresh_once(self, here: Office) -> None:
        keepers = [here.keeper() for _ in range(6)]
        found: list[object] = []
        threads = [threading.Thread(target=lambda k=k: found.append(k.renew(1))) for k in keepers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert here.zalo.refreshes == 1 and here.state().number == 2
        assert all(isinstance(one, Token) or one == Retry(
            reason="zalo-refreshing", after=timedelta(seconds=5), counts=False) for one in found)  # fmt: skip

    def test_while_another_process_refreshes_messages_wait_a_moment(self, here: Office) -> None:
        here.clock.move(timedelta(hours=26))
        with here.vault.alone() as alone:
            assert alone
            result = here.channels()["zalo_oa"].send(message(), USER)
        assert isinstance(result, Retry) and result.reason == "zalo-refreshing" and not result.counts
        assert here.zalo.seen == []
        assert isinstance(here.channels()["zalo_oa"].send(message(), USER), Delivered)

    def test_an_idle_account_is_kept_alive(self, here: Office) -> None:
        here.keeper().upkeep()
        assert here.zalo.refreshes == 0
        here.clock.move(IDLE + timedelta(days=1))
        here.keeper().upkeep()
        assert here.zalo.refreshes == 1

    def test_clock_jumps_do_no_harm(self, here: Office) -> None:
        channel = here.channels()["zalo_oa"]
        here.clock.move(timedelta(days=40))
        assert isinstance(here.keeper().token(), Token)
        here.clock.move(timedelta(days=-40))
        here.zalo.follow(USER)
        assert isinstance(channel.send(message(), USER), Delivered)
        assert here.zalo.refreshes == 1


class TestNoPair:
    @pytest.mark.parametrize("answer", ["nothing", "html", "http500", "list", "-14014", "redirect"])
    def test_any_answer_without_a_token_keeps_the_old_pair(self, here: Office, answer: str) -> None:
        before = here.state()
        here.zalo.answers = [answer]
        assert not isinstance(here.keeper().renew(1), Token)
        state = here.state()
        assert state.pair == before.pair and state.failures == 1 and state.failed_at == MORNING
        assert zalo_status(here).todo == "channel.todo.zalo_sign_in"

    @pytest.mark.parametrize("answer", ["nothing", "html", "list", "-14014", "redirect"])
    def test_what_is_no_servers_error_needs_a_person(self, here: Office, answer: str) -> None:
        here.zalo.answers = [answer]
        assert here.keeper().renew(1) == SIGNED_OUT

    def test_a_servers_error_costs_no_message(self, here: Office) -> None:
        here.clock.move(timedelta(hours=26))
        here.zalo.answers = ["http500"]
        channel = here.channels()["zalo_oa"]
        assert channel.send(message(), USER) == Retry(reason="zalo-connection", fall_back=True)
        here.clock.move(timedelta(minutes=6))
        assert isinstance(channel.send(message(), USER), Delivered)
        assert zalo_status(here).sign == "ready"

    def test_what_came_instead_of_an_answer_is_shown(self, here: Office) -> None:
        here.zalo.answers = ["http500"]
        here.keeper().renew(1)
        assert "500" in here.state().failure and "Internal Server Error" in here.state().failure
        assert here.state().interrupted_at == MORNING  # nobody knows whether the token is spent

    def test_the_old_access_token_serves_as_long_as_it_lasts(self, here: Office) -> None:
        here.clock.move(NEXT_DAY)
        here.zalo.answers = ["http500"]
        assert isinstance(here.channels()["zalo_oa"].send(message(), USER), Delivered)

    def test_is_tried_again_after_a_while_that_grows(self, here: Office) -> None:
        here.zalo.refresh.clear()
        keeper = here.keeper()
        for _ in range(5):
            keeper.renew(1)
        assert len(here.zalo.seen) == 1
        here.clock.move(timedelta(minutes=6))
        keeper.renew(1)
        here.clock.move(timedelta(minutes=6))
        keeper.renew(1)
        assert len(here.zalo.seen) == 2
        here.clock.move(timedelta(hours=-5))  # set back: nothing waits for ever
        assert due(here.state(), here.clock.now())

    def test_nobody_answering_is_no_lost_account(self, here: Office) -> None:
        here.clock.move(timedelta(hours=26))
        here.zalo.answers = ["drop"]
        result = here.channels()["zalo_oa"].send(message(), USER)
        assert result == Retry(reason="zalo-connection", fall_back=True)
        here.clock.move(timedelta(minutes=6))
        assert isinstance(here.channels()["zalo_oa"].send(message(), USER), Delivered)
        assert here.state().interrupted_at is None and zalo_status(here).sign == "ready"

    def test_an_answer_that_was_lost_on_the_way_is_shown_as_what_it_is(self, here: Office) -> None:
        here.zalo.answers = ["after-drop"]
        here.keeper().renew(1)
        assert here.state().interrupted_at == MORNING
        here.clock.move(timedelta(minutes=6))
        assert here.keeper().renew(1) == SIGNED_OUT
        status = zalo_status(here)
        assert (status.sign, status.says, status.since) == ("trouble", "channel.says.zalo_interrupted", MORNING)

    def test_what_is_kept_of_the_answer_holds_no_secret(self, here: Office) -> None:
        refresh = here.state().pair.refresh.get_secret_value()
        here.zalo.refresh.clear()
        here.keeper().renew(1)  # the stand-in quotes the token
        assert "Invalid refresh token" in here.state().failure and refresh not in here.state().failure

    def test_a_token_that_lives_short_is_used_for_most_of_its_life(self, here: Office) -> None:
        here.clock.move(timedelta(hours=26))
        given = here.zalo.token_answer
        here.zalo.token_answer = lambda *of: {**given(*of), "expires_in": "3600"}  # type: ignore[method-assign]
        channel = here.channels()["zalo_oa"]
        for _ in range(5):
            assert isinstance(channel.send(message(), USER), Delivered)
            here.clock.move(timedelta(minutes=10))
        assert here.zalo.refreshes == 1

    @pytest.mark.parametrize("expires", ["90000", 90000, "soon", None, "-1", "99999999999999", True])
    def test_a_life_that_can_not_be_read_is_the_documented_one(self, expires: object) -> None:
        body = json.dumps({"access_token": "a", "refresh_token": "b", "expires_in": expires}).encode()
        read = read_pair(Answer(status=200, body=body), SecretStr("r"), SecretStr("s"), MORNING)
        assert not isinstance(read, Unanswered)
        assert timedelta(0) < read.access_until - MORNING <= timedelta(seconds=90_000)

    def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(self) -> None:
        read = read_pair(Answer(status=200, body=b'{"access_token": "a"}'), SecretStr("r"), SecretStr("s"), MORNING)
        assert not isinstance(read, Unanswered) and read.refresh.get_secret_value() == "r"

    def test_what_was_not_sent_can_not_have_spent_the_token(self) -> None:
        read = read_pair(NoAnswer(why="connection", sent=False), SecretStr("r"), SecretStr("s"), MORNING)
        assert isinstance(read, Unanswered) and not read.unsure

    def test_masked_hides_what_is_as_long_as_a_token(self) -> None:
        assert masked("error secret " + "x" * 80, SecretStr("secret")) == "error ***** *****"


class TestKilled:
    """At each step with SIGKILL; then a new process goes on."""

    @pytest.mark.parametrize("step", [*refresh_worker.STEPS, "asked", "asked, worked"])
    def test_only_between_answer_and_commit_is_anything_lost(
        self, here: Office, step: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        here.clock.move(NEXT_DAY)
        self._kill(here, step)
        lost = step in ("answered", "not committed", "asked, worked")
        done = step == "after the commit"
        assert here.zalo.refreshes == int(lost or done)
        here.clock.move(timedelta(minutes=45))  # the old access token is over
        marked = here.state().asked_at is not None
        assert marked == (step not in ("before the mark", "mark not committed", "after the commit"))
        if marked:
            assert zalo_status(here).says == "channel.says.zalo_pending"
        here.keeper().upkeep()
        result = here.channels()["zalo_oa"].send(message(), USER)
        assert ("was interrupted" in caplog.text) == marked
        if lost:
            assert result == Refused(reason="zalo-signed-out", fall_back=True)
            status = zalo_status(here)
            assert (status.says, status.todo) == ("channel.says.zalo_interrupted", "channel.todo.zalo_sign_in")
            assert status.since == MORNING + NEXT_DAY and here.state().number == 1
            here.vault.sign_in(here.zalo.app_id, pair(here.zalo, here.clock.now()), here.clock.now())
            result = here.channels()["zalo_oa"].send(message(), USER)
        assert isinstance(result, Delivered) and here.state().number == 2
        assert zalo_status(here).sign == "ready" and here.zalo.refreshes == 1

    @staticmethod
    def _kill(here: Office, step: str) -> None:
        if step.startswith("asked"):
            here.zalo.answers = ["stall"] if step == "asked" else []
            here.zalo.before_answer = lambda _: os.kill(int(here.zalo.seen[-1][1]["x-process"]), signal.SIGKILL)
        arguments = (str(here.settings.keys), here.settings.zalo, here.clock.now(), step)
        process = CONTEXT.Process(target=refresh_worker.refresh, args=arguments)
        process.start()
        if step == "asked":
            while not here.zalo.seen:
                process.join(0.01)
            process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        here.zalo.before_answer = lambda _: None


class TestVault:
    def test_the_file_is_its_owners_alone(self, here: Office) -> None:
        files = [here.settings.keys, here.settings.keys.with_suffix(".lock")]
        with here.vault.alone():
            assert [file.stat().st_mode & 0o077 for file in files] == [0, 0]

    def test_a_spent_token_is_gone_from_the_disk(self, here: Office) -> None:
        spent = here.state().pair.refresh.get_secret_value().encode()
        assert spent in here.settings.keys.read_bytes()
        here.keeper().renew(1)
        assert spent not in here.settings.keys.read_bytes()

    def test_an_older_pair_never_replaces_a_newer(self, here: Office) -> None:
        assert here.vault.renewed(here.zalo.app_id, 1, pair(here.zalo, MORNING), MORNING)
        newest = here.state()
        assert not here.vault.renewed(here.zalo.app_id, 1, pair(here.zalo, MORNING), MORNING)
        assert here.state() == newest

    def test_no_backup_holds_a_token_and_no_restore_brings_one_back(self, here: Office, tmp_path: Path) -> None:
        archive = tmp_path / "b" / "backup.tar.gz"
        backup.backup(here.record.path, archive, MORNING)
        here.keeper().renew(1)
        renewed = here.state()
        backup.restore(archive, here.record.path, MORNING)
        assert here.state() == renewed
        backup.restore(archive, tmp_path / "other" / "diembao.sqlite3", MORNING)
        assert list((tmp_path / "other").glob("keys*")) == []
        assert TokenVault(tmp_path / "other" / "keys.sqlite3").state(here.zalo.app_id) is None

    def test_one_alone_also_between_threads(self, here: Office) -> None:
        seen: list[bool] = []

        def other() -> None:
            with here.vault.alone() as alone:
                seen.append(alone)

        with here.vault.alone() as alone:
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        other()
        assert (alone, seen) == (True, [False, True])

    def test_without_room_for_the_answer_zalo_is_not_asked(self, here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("store.sqlite.tokens._ROOM", 1 << 62)
        with pytest.raises(StoreError, match="disk is full"):
            here.keeper().renew(1)
        assert here.zalo.seen == [] and here.state().asked_at is None

    def test_an_answer_that_can_not_be_written_at_once_is_written_a_little_later(
        self, here: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("store.sqlite.tokens._BUSY_SECONDS", 0.0)
        blocker = sqlite3.connect(here.settings.keys, isolation_level=None, check_same_thread=False)

        def block(_: str) -> None:
            blocker.execute("BEGIN IMMEDIATE")

        here.zalo.before_answer = block
        release = threading.Timer(0.5, blocker.rollback)
        release.start()
        with closing(blocker):
            assert isinstance(here.keeper().renew(1), Token)
            release.join()
        assert here.state().number == 2

    def test_signing_in_to_another_account_forgets_the_first(self, here: Office) -> None:
        here.vault.sign_in("99", pair(here.zalo, MORNING), MORNING)
        assert here.vault.state(here.zalo.app_id) is None
        assert here.vault.forget() and not here.vault.forget()

    def test_a_file_that_is_no_database_is_said_so(self, here: Office) -> None:
        here.settings.keys.write_bytes(b"no database " * 1000)
        with pytest.raises(StoreError, match=r"keys\.sqlite3"):
            here.state()
