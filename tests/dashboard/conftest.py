"""The pages over the ports in memory, asked as a browser asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2.profiles import CHEAPEST
from starlette.testclient import TestClient

from core.access import Level
from core.clock import Clock, FixedClock
from core.people import hashed
from core.records import OVER_DESKS, Membership, Session, User
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from dashboard.asking import SESSION_COOKIE
from dashboard.people.passwords import Passwords
from dashboard.room import RunStatus
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.reading import FakePress, sample_press

MORNING = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
"""07:30 on Saturday 21 November 2026 in Viet Nam."""
QUIET = RunStatus()


def client(
    press: Any, *, settings: Mapping[str, Any] | None = None, status: RunStatus = QUIET,
    record: Record | None = None, clock: Clock | None = None, parts: Mapping[str, Any] | None = None, **how: Any,
) -> TestClient:  # fmt: skip
    """A browser that has opened the pages over `press`.

    With a `record` the users, the audit and the login are its own; else there are no users. `parts`: further arguments
    of create_app.
    """
    given = dict(parts or {})
    if record is not None:
        given |= {"people": record.people, "audit": record.audit, "passwords": Passwords(CHEAPEST)}
    given = {
        "reading": press, "search": press, "desks": press, "corrections": press, "differ": differ,
        "publishers": press.publishers, "clock": clock or FixedClock(MORNING), "settings": Settings(**(settings or {})),
        "status": lambda: status,
    } | given  # fmt: skip
    app = create_app(**given)
    return TestClient(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False, **how)


@pytest.fixture
def press() -> FakePress:
    return sample_press(MORNING)


@pytest.fixture
def get(press: FakePress) -> Callable[[str], str]:
    """Text of a page that must answer 200."""
    browser = client(press)

    def page(path: str) -> str:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        return answer.text

    return page


@pytest.fixture
def record(tmp_path: Path, press: FakePress) -> Iterator[Record]:
    """A record with the desks of `press` and no user."""
    with open_record(blank(tmp_path / "people.sqlite3"), clock=FixedClock(MORNING), keep=KeepSettings()) as opened:
        for desk in press.book:
            opened.desks.apply_desk(desk, MORNING, "test")
        yield opened


SignIn = Callable[..., TestClient]


@pytest.fixture
def signed_in(press: FakePress, record: Record) -> SignIn:
    """Gives a browser somewhere in a network, signed in with a level on the first desk; None: there are users, and
    this is nobody. Keywords go to `client`.
    """

    def browser(level: Level | None, **how: Any) -> TestClient:
        asks = client(press, record=record, client=("203.0.113.7", 50000), **how)
        user = make_user(record, level or Level.VIEWER, press.book[0].id)
        if level is not None:
            asks.cookies.set(SESSION_COOKIE, open_session(record, user))
        return asks

    return browser


def make_user(record: Record, level: Level, desk: str, *, factor: bool = True, name: str = "") -> User:
    """A user of that level in the record, with a second factor where it has rights that wait for one."""
    held = Membership(desk=OVER_DESKS if level is Level.OPERATOR else desk, level=level)
    name = name or f"Người {level.value}"
    found = record.people.user(f"u-{level.value}-{len(name)}")
    if found:
        return found
    user = User(
        id=f"u-{level.value}-{len(name)}", email=f"{level.value}{len(name)}@binhson.gov.vn", name=name,
        memberships=(held,), created=MORNING,
    )  # fmt: skip
    record.people.add(user, "test")
    if factor and user.administers:
        record.people.begin_second_factor(user.id, "JBSWY3DPEHPK3PXP")
        record.people.confirm_second_factor(user.id, [], 0, MORNING, user.id)
    return user


def open_session(record: Record, user: User, token: str = "") -> str:
    """A session of the user; gives the value of its cookie."""
    token = token or f"token-of-{user.id}"
    lasts = timedelta(days=1)
    record.people.open_session(
        Session(
            id=hashed(token), user=user.id, began=MORNING, seen=MORNING, idle=lasts, ends=MORNING + lasts,
            network="203.0.113.0/24", browser="Firefox, Linux",
        )
    )  # fmt: skip
    return token
