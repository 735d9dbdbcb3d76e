"""What holds for every test: no network beyond loopback, settings of the machine left out."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts

settings.register_profile("diembao", deadline=None)  # speed is measured in bench/, not here
settings.load_profile("diembao")

LOOPBACK = ["127.0.0.0/8", "::1", "localhost"]


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    for name in list(os.environ):
        if name.startswith("DIEMBAO_") and name not in {"DIEMBAO_DATA", "DIEMBAO_REQUIRE_ALL"}:
            monkeypatch.delenv(name)
