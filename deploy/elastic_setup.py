"""Logins of the full profile: what Kibana signs in with, and two roles and users with the least that the program needs.

`diembao` reads and writes our indices, `diembao_loader` brings dashboards into Kibana's default space.

python deploy/elastic_setup.py URL ROLES FOLDER - standard library only; may be run again at any time.
"""

from __future__ import annotations

import base64
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

LOADER: dict[str, Any] = {
    "cluster": [],
    "indices": [],
    "applications": [{
        "application": "kibana-.kibana",
        "resources": ["space:default"],
        "privileges": [
            "feature_savedObjectsManagement.all", "feature_indexPatterns.all", "feature_advancedSettings.all",
        ],
    }],
}  # fmt: skip
"""As docs/kibana.md gives it for a key."""

_TRIES: Final = 24
_PAUSE: Final = 5.0  # seconds


def main(url: str, roles: str, folder: str, *, pause: Callable[[float], object] = time.sleep) -> None:
    """Set the password of kibana_system, and both roles and their users. Raises SystemExit with what went wrong."""
    secret = {name: (Path(folder) / name).read_text(encoding="ascii").strip() for name in
              ("elastic_password", "elastic_writer_password", "kibana_password", "kibana_loader_password")}  # fmt: skip
    login = base64.b64encode(f"elastic:{secret['elastic_password']}".encode()).decode()
    role = role_of(Path(roles).read_text(encoding="utf-8"), "diembao")

    def put(path: str, body: dict[str, Any]) -> None:
        _put(url, login, path, body, pause)

    put("_security/user/kibana_system/_password", {"password": secret["kibana_password"]})
    for name, its, password in (
        ("diembao", role, "elastic_writer_password"), ("diembao_loader", LOADER, "kibana_loader_password"),
    ):  # fmt: skip
        put(f"_security/role/{name}", its)
        put(f"_security/user/{name}", {"password": secret[password], "roles": [name]})


def role_of(text: str, name: str) -> dict[str, Any]:
    """One role of config/roles.yml as the body of a call. Reads the plain form in which that file is kept."""
    lines = text.split(f"\n{name}:\n", 1)[1].splitlines()
    role: dict[str, Any] = {"cluster": [], "indices": []}
    for line in lines:
        if line and not line.startswith(" "):
            break
        key, _, value = line.strip().removeprefix("- ").partition(": ")
        if key == "cluster":
            role["cluster"] = json.loads(value)
        elif key == "names":
            role["indices"].append({"names": json.loads(value)})
        elif key == "privileges":
            role["indices"][-1]["privileges"] = json.loads(value)
    return role


def _put(url: str, login: str, path: str, body: dict[str, Any], pause: Callable[[float], object]) -> None:
    """The engine answers before its index of users does: two minutes are waited for that."""
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's
        f"{url}/{path}", data=json.dumps(body).encode(), method="PUT",
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
    )  # fmt: skip
    for tried in range(1, _TRIES + 1):
        try:
            urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
            return
        except OSError as error:  # what the library raises, and a time-out
            refused = isinstance(error, urllib.error.HTTPError) and error.code < 500 and error.code != 429
            if refused or tried == _TRIES:
                sys.exit(f"{path}: {error}")
        pause(_PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:4])
