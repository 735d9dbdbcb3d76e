"""Messages to a stand-in for Zalo over real HTTP: what arrives, and what is made of each documented answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import ssl
import traceback
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from alerts.channels.http import Answer, Http, NoAnswer
from alerts.channels.zalo import MOST_TEXT, lines, plain_text, template
from alerts.channels.zalo_calls import appsecret_proof, read_answer, until_morning
from alerts.channels.zalo_codes import OA, UNKNOWN, ZNS, Action, Meaning
from alerts.channels.zns import tracking_id
from core.errors import ConfigError
from core.i18n import catalogue
from core.records import Delivered, DeliveryResult, Message, Recipient, Refused, Retry, ZaloEvent
from core.roles import Role
from core.zalo import read_event
from tests.alerts.zalo import MORNING, PHONE, USER, Office, office
from tests.fakes.records import make_desk, make_message
from tests.standins.zalo import CODES, Zalo, running

BRIEF = "Bình Sơn khánh thành cầu mới\nBáo Mẫu, 09:20. Bài viết về Bình Sơn.\nhttps://bao-mau.vn/tin-1.html"
FIELDS = {"noi_dung": "Bình Sơn khánh thành cầu mới", "nguon": "Báo Mẫu"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as one:
        yield one


def message(**over: object) -> Message:
    values: dict[str, Any] = {"channel": "zalo_oa", "brief": BRIEF, "fields": FIELDS}
    return make_message(**values | over)


def to_follower(here: Office, one: Message | None = None, to: str = USER, **over: object) -> DeliveryResult:
    return here.channels(**over)["zalo_oa"].send(one or message(), to)


def to_phone(here: Office, one: Message | None = None, to: str = PHONE, **over: object) -> DeliveryResult:
    return here.channels(**over)["zns"].send(one or message(channel="zns"), to)


class TestWhatArrives:
    def test_a_text_to_a_follower(self, here: Office) -> None:
        result = to_follower(here)
        (sent,) = here.zalo.sent
        assert isinstance(result, Delivered) and result.reference
        assert (sent.to, sent.kind, sent.body["message"]) == (USER, "cs", {"text": BRIEF})

    @pytest.mark.parametrize("kind", ["transaction", "promotion"])
    def test_a_template_with_a_button(self, here: Office, kind: str) -> None:
        assert isinstance(to_follower(here, message=kind), Delivered)
        (sent,) = here.zalo.sent
        payload = sent.body["message"]["attachment"]["payload"]
        assert (sent.kind, payload["template_type"]) == (kind, "transaction_internal")
        assert payload["elements"][0]["content"] == "Bình Sơn khánh thành cầu mới"
        assert payload["buttons"][0]["payload"] == {"url": "https://bao-mau.vn/tin-1.html"}

    def test_a_template_message_to_a_number(self, here: Office) -> None:
        result = to_phone(here, zns_fields={"title": "noi_dung", "paper": "nguon"})
        (sent,) = here.zalo.sent
        assert isinstance(result, Delivered) and result.reference
        assert sent.body["template_data"] == {"title": "Bình Sơn khánh thành cầu mới", "paper": "Báo Mẫu"}
        assert sent.body["tracking_id"] == tracking_id(message().key)

    def test_a_repeat_has_the_same_tracking_id(self, here: Office) -> None:
        here.zalo.answers = ["after-drop"]
        assert to_phone(here) == Retry(reason="zalo-connection", fall_back=True)
        assert isinstance(to_phone(here), Delivered)
        assert len({one.body["tracking_id"] for one in here.zalo.sent}) == 1 and len(here.zalo.sent) == 2

    def test_without_a_template_there_is_no_zns(self, here: Office) -> None:
        assert set(here.channels(zns_template="")) == {"zalo_oa"}

    def test_proof_is_sent_unless_it_is_switched_off(self, here: Office) -> None:
        to_follower(here)
        here.zalo.proof = False
        to_follower(here, proof=False)
        (_, first), (_, second) = here.zalo.seen
        wanted = hmac.new(here.zalo.app_secret.encode(), first["access_token"].encode(), hashlib.sha256).hexdigest()
        assert first["appsecret_proof"] == wanted and "appsecret_proof" not in second

    def test_the_proof_is_an_hmac_of_the_token(self) -> None:
        known = "9c1d3c2b9c2a6d7e"  # any token
        proof = appsecret_proof(SecretStr("key"), SecretStr(known))
        assert proof == hmac.new(b"key", known.encode(), hashlib.sha256).hexdigest()

    def test_over_tls_of_a_known_authority_only(self, here: Office, tmp_path: Path) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        other = Zalo(clock=here.clock, access=here.zalo.access, followers=here.zalo.followers)
        with running(other, tls=context):
            known = to_follower(here, oa_url=other.url, ca_file=str(tmp_path / "ca.pem"))
            unknown = to_follower(here, oa_url=other.url)
        assert isinstance(known, Delivered)
        assert unknown == Retry(reason="zalo-tls", fall_back=True)
        assert len(other.seen) == 1

    def test_a_missing_authority_file_is_named(self, here: Office) -> None:
        with pytest.raises(ConfigError, match=r"zalo\.ca_file"):
            here.channels(ca_file="/nowhere.pem")


class TestText:
    """No headline makes a line, no unseen character goes out."""

    @given(st.text(max_size=3000), st.text(max_size=3000), st.sampled_from(["", "https://a.vn/l/abc"]))
    @given_settings(max_examples=40)
    def test_any_text_is_clean_and_short_enough(self, brief: str, text: str, link: str) -> None:
        said = plain_text(message(brief=brief, text=text, subject="Tiêu đề", link=link))
        assert 0 < len(said) <= MOST_TEXT
        assert not set(said) & set("\r\x00\u202e\u200b") and "\n\n" not in said
        assert said.endswith(link)

    def test_a_long_text_gives_way_to_the_link(self) -> None:
        said = plain_text(message(brief="", text="dài " * 2000, link="https://a.vn/l/abc"))
        assert said.endswith("…\nhttps://a.vn/l/abc")

    @given(st.text(max_size=500))
    def test_a_template_is_within_its_bounds(self, brief: str) -> None:
        payload = template(message(brief=brief), "transaction_internal")
        header, text = payload["elements"]
        assert 0 < len(header["content"]) <= 100 and 0 < len(text["content"]) <= 250

    def test_lines_are_clean(self) -> None:
        assert lines("a\u202eb\r\n\n  c\x00\u2028d ") == ["ab", "c d"]

    @pytest.mark.parametrize("key", ["a" * 49, "điểm", "a:b", ""])
    def test_a_key_that_zalo_would_not_take_is_hashed(self, key: str) -> None:
        assert tracking_id(key) == tracking_id(key) != key and len(tracking_id(key)) == 48

    def test_what_a_message_has_nothing_for_is_a_dash(self, here: Office) -> None:
        """Zalo takes no empty parameter: a summary or a reminder would never arrive."""
        bare = message(channel="zns", subject="Vụ việc số 3 đến hạn hôm nay", fields={"nguon": " \u200b"}, link="")
        assert isinstance(to_phone(here, bare), Delivered)
        (sent,) = here.zalo.sent
        assert sent.body["template_data"] == {
            "noi_dung": "Vụ việc số 3 đến hạn hôm nay", "nguon": "-", "thoi_gian": "-", "dia_ban": "-", "lien_ket": "-",
        }  # fmt: skip

    def test_a_field_that_no_message_has_is_refused_with_the_settings(self, here: Office) -> None:
        with pytest.raises(ValueError, match="no message has a field no_such; there are noi_dung, nguon"):
            to_phone(here, zns_fields={"title": "no_such"})


class TestEveryDocumentedAnswer:
    @pytest.mark.parametrize(("part", "table"), [("oa", OA), ("zns", ZNS)])
    def test_each_code_has_a_meaning_that_can_be_told(self, part: str, table: Mapping[int, Meaning]) -> None:
        assert {int(code) for code in CODES[part]} <= set(table)
        for meaning in [*OA.values(), *ZNS.values(), UNKNOWN]:
            assert meaning.action is Action.RENEW or f"reason.{meaning.word}" in catalogue()

    @pytest.mark.parametrize("code", sorted(int(code) for code in CODES["oa"]))
    def test_to_a_follower(self, here: Office, code: int) -> None:
        here.zalo.answers = [str(code)]
        self._check(to_follower(here), OA[code].action, OA[code].word, code, len(here.zalo.sent))

    @pytest.mark.parametrize("code", sorted(int(code) for code in CODES["zns"]))
    def test_to_a_number(self, here: Office, code: int) -> None:
        here.zalo.answers = [str(code)]
        self._check(to_phone(here), ZNS[code].action, ZNS[code].word, code, len(here.zalo.sent))

    @staticmethod
    def _check(result: DeliveryResult, action: Action, word: str, code: int, sent: int) -> None:
        match action:
            case Action.RENEW:  # a new token, and it goes through
                assert isinstance(result, Delivered) and sent == 1
            case Action.RETRY:
                assert isinstance(result, Retry) and result.reason == f"{word} {code}" and result.counts
            case Action.HOLD:
                assert isinstance(result, Retry) and result.fall_back and not result.counts
            case Action.FALL_BACK | Action.REFUSE:
                assert result == Refused(reason=f"{word} {code}", fall_back=True)

    def test_what_the_facts_name_is_so(self) -> None:
        def codes(table: Mapping[int, Meaning], action: Action) -> set[int]:
            return {code for code, meaning in table.items() if meaning.action is action}

        assert codes(OA, Action.RENEW) == {-216, -220} and codes(ZNS, Action.RENEW) == {-124}
        assert codes(OA, Action.HOLD) == {-234} and codes(ZNS, Action.HOLD) == {-133}
        assert -213 in codes(OA, Action.REFUSE)
        assert {-118, -119, -139, -141} <= codes(ZNS, Action.REFUSE)
        assert {-211, -230, -232} <= codes(OA, Action.FALL_BACK)
        assert {-144, -147, -115} <= codes(ZNS, Action.FALL_BACK)
        assert -32 in codes(OA, Action.RETRY)

    def test_a_code_that_is_in_no_table_goes_another_way(self, here: Office) -> None:
        here.zalo.answers = ["-999"]
        assert to_follower(here) == Refused(reason="zalo-unknown -999", fall_back=True)

    def test_a_new_token_that_is_refused_as_well_ends_it(self, here: Office) -> None:
        here.zalo.answers = ["-216", "", "-216"]
        assert to_follower(here) == Refused(reason="zalo-signed-out -216", fall_back=True)
        assert here.zalo.refreshes == 1

    def test_who_does_not_follow_any_longer_is_not_tried_again(self, here: Office) -> None:
        here.record.channels.take(_event(here, "user_send_text", code=here.record.channels.invite(
            "binh_son", "van-phong", MORNING, "test")), MORNING)  # fmt: skip
        del here.zalo.followers[USER]
        assert to_follower(here) == Refused(reason="zalo-follower -213", fall_back=True)
        (desk,) = here.record.desks.desks()
        assert desk.recipients[0].ways == ()

    @pytest.mark.parametrize("code", ["-108", "-118", "-119", "-139", "-141"])
    def test_a_number_that_is_refused_for_good_is_not_asked_for_again(self, here: Office, code: str) -> None:
        _with_number(here, PHONE)
        here.zalo.answers = [code]
        refused = to_phone(here)
        assert isinstance(refused, Refused) and refused.reason.endswith(code)
        asked = len(here.zalo.seen)
        assert to_phone(here) == refused and len(here.zalo.seen) == asked
        assert [one.recipient for one in here.record.channels.phone_refusals("binh_son")] == ["office"]
        assert here.record.channels.try_phone("binh_son", "office", MORNING, "u1")
        assert isinstance(to_phone(here), Delivered)

    def test_a_number_that_was_changed_is_asked_for(self, here: Office) -> None:
        _with_number(here, "84900000001")
        here.zalo.answers = ["-118"]
        to_phone(here, to="84900000001")
        _with_number(here, "84900000001", evening=True)  # another change leaves it as it is
        assert here.record.channels.phone_refusals("binh_son")
        _with_number(here, PHONE)
        assert here.record.channels.phone_refusals("binh_son") == ()
        assert isinstance(to_phone(here), Delivered)

    @pytest.mark.parametrize("code", ["-114", "-115", "-1471"])
    def test_a_number_that_may_be_taken_later_is_tried_each_time(self, here: Office, code: str) -> None:
        _with_number(here, PHONE)
        here.zalo.answers = [code]
        assert isinstance(to_phone(here), Refused) and isinstance(to_phone(here), Delivered)

    def test_a_follower_whose_last_word_is_too_long_ago_is_not_asked_for(self, here: Office) -> None:
        code = here.record.channels.invite("binh_son", "van-phong", MORNING, "test")
        here.record.channels.take(_event(here, "user_send_text", code=code), MORNING)
        here.clock.move(timedelta(hours=23))
        assert isinstance(to_follower(here), Delivered)
        assert to_follower(here, window_hours=22) == Refused(reason="zalo-window", fall_back=True)
        assert len(here.zalo.sent) == 1

    @pytest.mark.parametrize("address", ["", "1234 5678", "../../oauth", "1\r\nX: y", "a" * 20])
    def test_an_address_that_is_none_is_refused_here(self, here: Office, address: str) -> None:
        for result in (to_follower(here, to=address), to_phone(here, to=address)):
            assert isinstance(result, Refused) and result.fall_back
        assert here.zalo.seen == []


def _with_number(here: Office, phone: str, **over: Any) -> None:
    one = Recipient(id="office", name="Văn phòng", roles=(Role.INFORMATION_OFFICE,), phone=phone, **over)
    here.record.desks.apply_desk(make_desk(recipients=(one,)), MORNING, "test")


class TestNight:
    def test_waits_until_six_and_not_a_moment_less(self, here: Office) -> None:
        here.clock.move(timedelta(hours=13))  # 22:30
        result = to_follower(here)
        assert isinstance(result, Retry) and result.reason == "zalo-night -234" and result.after
        assert timedelta(hours=7, minutes=30) < result.after < timedelta(hours=7, minutes=37)
        here.clock.move(result.after)
        assert isinstance(to_follower(here), Delivered)

    def test_after_midnight_it_is_the_same_morning(self) -> None:
        after = until_morning(MORNING + timedelta(hours=16), "k")  # 01:30
        assert timedelta(hours=4, minutes=30) < after < timedelta(hours=4, minutes=37)

    def test_messages_do_not_all_come_at_once(self) -> None:
        assert len({until_morning(MORNING + timedelta(hours=16), str(key)) for key in range(20)}) > 10

    def test_where_the_clocks_disagree_it_is_asked_again_soon(self) -> None:
        assert until_morning(MORNING, "k") == timedelta(minutes=30)


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("answer", "reason"),
        [("http500", "zalo-protocol"), ("html", "zalo-protocol"), ("redirect", "zalo-protocol"),
         ("huge", "zalo-protocol"), ("list", "zalo-protocol"), ("nothing", "zalo-protocol"),
         ("drop", "zalo-connection"), ("after-drop", "zalo-connection"), ("busy", "zalo-busy -32")],
    )  # fmt: skip
    def test_is_tried_again(self, here: Office, answer: str, reason: str) -> None:
        here.zalo.answers = [answer]
        result = to_follower(here)
        assert isinstance(result, Retry) and result.reason == reason and result.fall_back

    @pytest.mark.parametrize("answer", ["stall", "trickle"])
    def test_a_server_that_dawdles_costs_the_time_out_only(self, here: Office, answer: str) -> None:
        here.zalo.answers = [answer]
        assert to_follower(here, timeout=0.3) == Retry(reason="zalo-timeout", fall_back=True)

    def test_no_redirect_is_followed(self, here: Office) -> None:
        here.zalo.answers = ["redirect"]
        to_follower(here)
        assert [path for path, _ in here.zalo.seen] == ["/v3.0/oa/message/cs"]

    def test_nobody_listens(self, here: Office) -> None:
        result = to_follower(here, oa_url="http://127.0.0.1:9")
        assert result == Retry(reason="zalo-connection", fall_back=True)

    def test_nobody_signed_in(self, here: Office) -> None:
        here.vault.forget()
        assert to_follower(here) == to_phone(here) == Refused(reason="zalo-signed-out", fall_back=True)
        assert here.zalo.seen == []

    def test_a_trouble_of_the_whole_channel_is_noted_until_one_goes_through(self, here: Office) -> None:
        here.zalo.answers = ["-221"]
        channel = here.channels()["zalo_oa"]
        channel.send(message(), USER)
        (trouble,) = here.record.channels.troubles()
        assert (trouble.channel, trouble.reason, trouble.since) == ("zalo_oa", "zalo-account -221", MORNING)
        channel.send(message(), USER)
        assert here.record.channels.troubles() == ()

    def test_a_trouble_of_one_recipient_is_not(self, here: Office) -> None:
        here.zalo.answers = ["-227"]
        to_follower(here)
        assert here.record.channels.troubles() == ()

    @given(st.binary(max_size=300), st.integers(100, 599))
    def test_any_answer_is_read(self, body: bytes, status: int) -> None:
        code, data = read_answer(Answer(status=status, body=body))
        assert isinstance(code, int) or isinstance(data, NoAnswer)


class TestSecrets:
    ANSWERS = ("", "-216", "-124", "http500", "html", "redirect", "huge", "drop", "after-drop", "nothing", "-242")

    def test_are_in_no_log_address_or_result(self, here: Office, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        told = ""
        for answer in self.ANSWERS:
            here.zalo.answers = [answer]
            told += repr(to_follower(here)) + repr(to_phone(here))
        here.zalo.refresh.clear()  # the next refresh is refused, and the answer quotes the token
        here.zalo.access.clear()
        told += repr(to_follower(here)) + repr(here.state()) + repr(here.settings) + caplog.text
        told += "".join(path for path, _ in here.zalo.seen)
        state = here.state()
        secrets = [here.zalo.app_secret, here.zalo.oa_secret, *here.zalo.spent, state.pair.access.get_secret_value(),
                   state.pair.refresh.get_secret_value()]  # fmt: skip
        assert "Invalid refresh token" in told
        assert not [secret for secret in secrets if secret in told]
        others = [file for file in here.settings.data_dir.rglob("*") if file.is_file() and file.name != "keys.sqlite3"]
        assert others and not [file for file in others if b"refresh_" in file.read_bytes()]

    def test_are_in_no_traceback(self, here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> Answer:
            raise RuntimeError("a bug")

        monkeypatch.setattr(Http, "post", broken)
        with pytest.raises(RuntimeError) as caught:
            to_follower(here)
        told = "".join(traceback.format_exception(caught.value))
        assert here.state().pair.access.get_secret_value() not in told and here.zalo.app_secret not in told

    def test_a_token_that_no_header_can_carry_is_not_taken(self, here: Office) -> None:
        here.zalo.answers = ["-216"]
        bad = json.dumps({"access_token": "a\r\nX-Evil: 1", "refresh_token": "b", "expires_in": "90000"})
        here.zalo.token_answer = lambda *_: json.loads(bad)  # type: ignore[method-assign]
        assert to_follower(here) == Refused(reason="zalo-signed-out", fall_back=True)
        assert "X-Evil" in here.state().failure and "\n" not in here.state().failure


def _event(here: Office, name: str, *, code: str = "") -> ZaloEvent:
    body = here.zalo.event(name, USER, text=code)
    signature = here.zalo.signature(body)
    event = read_event(body, signature, app_id=here.zalo.app_id, secret=here.zalo.oa_secret, now=here.clock.now())
    assert isinstance(event, ZaloEvent)
    return event
