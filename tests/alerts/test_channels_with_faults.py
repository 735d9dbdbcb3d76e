"""Both channels through the drain while their services fail now and then and are away for an hour: all arrive, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.channels.email import EmailNotifier
from alerts.drain import drain_once
from core.clock import local
from core.ports import Notifier
from core.records import Channel, Message, Recipient
from core.roles import Role
from core.settings import SmtpSettings
from tests.alerts.zalo import MORNING, USER, Office, office
from tests.fakes.records import make_desk, make_message
from tests.standins.mail import Mail, running

EACH = 40
CHANNELS: tuple[Channel, ...] = ("email", "zalo_oa")


def one_message(channel: Channel, number: int) -> Message:
    return make_message(
        key=f"{channel}-{number}", recipient=channel, channel=channel, subject=f"Tin {number}",
        brief=f"Tin {number}\nhttps://bao-mau.vn/{number}",
    )  # fmt: skip


def drain_until_done(here: Office, notifiers: Mapping[Channel, Notifier]) -> int:
    """Minutes that it took."""
    for minute in range(24 * 60):
        drain_once(here.record.outbox, notifiers, here.record.desks, here.clock)
        if set(here.record.outbox.counts()) == {"delivered"}:
            return minute
        here.clock.move(timedelta(minutes=1))
    raise AssertionError(here.record.outbox.counts())


@pytest.mark.parametrize("hours_on", [0, 12])
def test_each_message_arrives_once_and_none_by_zalo_at_night(tmp_path: Path, hours_on: int) -> None:
    with office(tmp_path) as here, running(Mail(clock=here.clock, fault_rate=0.1, close_after=7)) as mail:
        here.clock.move(timedelta(hours=hours_on))  # 09:30 or 21:30
        now = here.clock.now()
        here.zalo.follow(USER)
        here.zalo.fault_rate = 0.1
        outage = (now + timedelta(minutes=2), now + timedelta(minutes=62))
        mail.outage = here.zalo.outage = outage
        people = (
            Recipient(id="email", name="Văn phòng", roles=(Role.LEADERSHIP,), email="vanphong@binhson.gov.vn"),
            Recipient(id="zalo_oa", name="Trạm y tế", roles=(Role.HEALTH,), zalo_user_id=USER, channels=("zalo_oa",)),
        )
        here.record.desks.apply_desk(make_desk(recipients=people), MORNING, "test")
        here.record.outbox.add([one_message(channel, n) for channel in CHANNELS for n in range(EACH)], now)
        settings = SmtpSettings(host="127.0.0.1", port=mail.port, security="none", sender="diembao@binhson.gov.vn")
        by_mail = EmailNotifier(settings, here.clock, here.record.channels)
        drain_until_done(here, {"email": by_mail, **here.channels()})
        by_mail.close()

        assert len(mail.taken) == len({one.message_id for one in mail.taken}) == EACH
        texts = Counter(one.body["message"]["text"] for one in here.zalo.sent)
        assert texts == Counter({one_message("zalo_oa", n).brief: 1 for n in range(EACH)})
        assert not [one for one in here.zalo.sent if not 6 <= local(one.at).hour < 22]
        moments = [one.at for one in mail.taken] + [one.at for one in here.zalo.sent]
        assert not [at for at in moments if outage[0] <= at < outage[1]]
        assert max(moments) > outage[1]
        assert here.record.channels.troubles() == ()
