"""A desk with a follower and a stand-in for Zalo, as the tests of the channel need them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from alerts.channels.zalo_tokens import ACCESS_LIVES, REFRESH_LIVES, TokenKeeper
from app.channels import keeper_of, zalo_channels
from core.clock import Clock, FixedClock
from core.ports import Notifier
from core.records import Channel, Recipient, TokenPair, TokenState
from core.roles import Role
from core.settings import KeepSettings, Settings, SmtpSettings, ZaloSettings
from store.sqlite.record import Record, open_record
from store.sqlite.tokens import TokenVault
from tests.fakes.blank import blank
from tests.fakes.records import make_desk
from tests.standins.zalo import Zalo, running

MORNING = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
"""09:30 in Viet Nam."""
USER, PHONE = "1234567890123456789", "84912345678"


def make_settings(zalo: Zalo, folder: Path, **over: Any) -> Settings:
    values: dict[str, Any] = {
        "app_id": zalo.app_id, "app_secret": SecretStr(zalo.app_secret), "oa_secret": SecretStr(zalo.oa_secret),
        "zns_template": zalo.template, "oauth_url": zalo.url, "oa_url": zalo.url, "zns_url": zalo.url, "timeout": 5,
    }  # fmt: skip
    return Settings(data_dir=folder, zalo=ZaloSettings(**values | over), smtp=SmtpSettings())


def pair(zalo: Zalo, at: datetime) -> TokenPair:
    access, refresh = zalo.new_pair()
    return TokenPair(
        access=SecretStr(access), refresh=SecretStr(refresh), access_until=at + ACCESS_LIVES,
        refresh_until=at + REFRESH_LIVES,
    )  # fmt: skip


@dataclass
class Office:
    """An office that is signed in."""

    zalo: Zalo
    clock: FixedClock
    settings: Settings
    record: Record
    vault: TokenVault

    def channels(self, **over: Any) -> dict[Channel, Notifier]:
        settings = make_settings(self.zalo, self.settings.data_dir, **over)
        return zalo_channels(settings, self.vault, self.record.channels, self.clock)

    def keeper(self, clock: Clock | None = None) -> TokenKeeper:
        return keeper_of(self.settings, self.vault, clock or self.clock)

    def state(self) -> TokenState:
        state = self.vault.state(self.zalo.app_id)
        assert state
        return state


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    """Signed in, with a follower and a telephone number that receive."""
    clock = FixedClock(MORNING)
    zalo = Zalo(clock=clock, phones={PHONE})
    zalo.follow(USER)
    with running(zalo), open_record(blank(folder / "diembao.sqlite3"), clock=clock, keep=KeepSettings()) as record:
        settings = make_settings(zalo, folder)
        one = Recipient(id="van-phong", name="Văn phòng", roles=(Role.INFORMATION_OFFICE,))
        record.desks.apply_desk(make_desk(recipients=(one,)), MORNING, "test")
        vault = TokenVault(settings.keys)
        vault.sign_in(zalo.app_id, pair(zalo, MORNING), MORNING)
        yield Office(zalo, clock, settings, record, vault)
