"""A stand-in for Zalo on loopback: sign-in, messages to followers, ZNS, webhook, and every documented answer.

    python -m tests.standins.zalo

starts it by hand and prints the settings with which diembao talks to it. What was sent stands at GET /__sent; answers
to come are given with POST /__next, for example ["-216", "stall", "http500"].

As the platform does, it answers 200 for errors too and spends a refresh token at its first use.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit

from core.clock import Clock, SystemClock, local

CODES: Final[Mapping[str, Mapping[str, str]]] = json.loads(
    (Path(__file__).with_name("zalo_codes.json")).read_text(encoding="utf-8")
)
"""Every documented error: "oa" and "zns" -> code -> what it says."""
WINDOW: Final = timedelta(days=7)
ACCESS_LIVES: Final = timedelta(hours=25)
FAULTS: Final = ("http500", "html", "drop", "busy")
"""What goes wrong by chance; none of them leaves open whether the message was taken."""


@dataclass
class Sent:
    """One message that was taken."""

    to: str
    kind: str  # cs, transaction, promotion, zns
    body: Mapping[str, Any]
    at: datetime


@dataclass
class Zalo:
    """The account's state. `now` of the clock decides about night and expiry."""

    clock: Clock = field(default_factory=SystemClock)
    app_id: str = "4512345678901234567"
    app_secret: str = "appSecretThatNobodyMaySee"
    oa_secret: str = "oaSecretThatNobodyMaySee"
    proof: bool = True
    night: bool = True
    followers: dict[str, datetime] = field(default_factory=dict)  # id -> last word
    phones: set[str] = field(default_factory=set)
    template: str = "301234"
    quota: int = 500
    fault_rate: float = 0.0
    outage: tuple[datetime, datetime] | None = None
    answers: list[str] = field(default_factory=list)  # to be given once each: a code, or a word of `_misbehave`
    sent: list[Sent] = field(default_factory=list)
    seen: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)  # path and headers of each request
    refreshes: int = 0
    access: dict[str, datetime] = field(default_factory=dict)  # valid until
    refresh: set[str] = field(default_factory=set)  # unspent
    spent: set[str] = field(default_factory=set)
    before_answer: Callable[[str], None] = lambda _: None  # after the work is done, before anything is said
    random: random.Random = field(default_factory=lambda: random.Random(6))
    lock: threading.RLock = field(default_factory=threading.RLock)
    url: str = ""

    def new_pair(self) -> tuple[str, str]:
        """A pair as a person gets it at the sign-in."""
        access, refresh = (f"{kind}_{secrets.token_urlsafe(60)}" for kind in ("access", "refresh"))
        self.access[access] = self.clock.now() + ACCESS_LIVES
        self.refresh.add(refresh)
        return access, refresh

    def follow(self, user: str) -> None:
        """The user follows and has just written."""
        self.followers[user] = self.clock.now()

    # --- answers

    def token_answer(self, headers: Mapping[str, str], form: Mapping[str, str]) -> Mapping[str, Any]:
        """Of the refresh endpoint."""
        given = form.get("refresh_token", "")
        if headers.get("secret_key") != self.app_secret:
            return {"error_name": "Invalid secret key", "error": -14004, "error_description": "Secret key is invalid."}
        if form.get("app_id") != self.app_id or form.get("grant_type") != "refresh_token":
            return {"error_name": "Invalid parameter", "error": -14003}
        if given not in self.refresh:
            return {"error_name": "Invalid refresh token", "error": -14014, "error_description": f"spent: {given}"}
        self.refresh.discard(given)
        self.spent.add(given)
        self.refreshes += 1
        access, refresh = self.new_pair()
        return {"access_token": access, "refresh_token": refresh, "expires_in": "90000"}

    def oa_answer(self, kind: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of the messages to followers."""
        user = str(body.get("recipient", {}).get("user_id", ""))
        code = self._token_error(headers, invalid=-216, expired=-220, proof=-242) or self._oa_error(kind, user, body)
        if code:
            return error("oa", code)
        self.sent.append(Sent(to=user, kind=kind, body=body, at=self.clock.now()))
        return {"error": 0, "message": "Success", "data": {"message_id": secrets.token_hex(12), "user_id": user}}

    def zns_answer(self, headers: Mapping[str, str], body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of the template messages."""
        code = self._token_error(headers, invalid=-124, expired=-124, proof=-1241) or self._zns_error(body)
        if code:
            return error("zns", code)
        self.sent.append(Sent(to=str(body["phone"]), kind="zns", body=body, at=self.clock.now()))
        self.quota -= 1
        return {
            "error": 0, "message": "Success",
            "data": {"msg_id": secrets.token_hex(10), "sent_time": str(int(self.clock.now().timestamp() * 1000)),
                     "quota": {"dailyQuota": "500", "remainingQuota": str(self.quota)}},
        }  # fmt: skip

    def _token_error(self, headers: Mapping[str, str], *, invalid: int, expired: int, proof: int) -> int:
        token = headers.get("access_token", "")
        if token not in self.access:
            return invalid
        if self.access[token] <= self.clock.now():
            return expired
        wanted = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        return proof if self.proof and headers.get("appsecret_proof") != wanted else 0

    def _oa_error(self, kind: str, user: str, body: Mapping[str, Any]) -> int:
        message = body.get("message", {})
        good = len(message.get("text", "")) in range(1, 2001) if kind == "cs" else "attachment" in message
        if not good:
            return -201
        if user not in self.followers:
            return -213
        if kind == "cs" and self.clock.now() - self.followers[user] > WINDOW:
            return -230
        return -234 if self._is_night() else 0

    def _zns_error(self, body: Mapping[str, Any]) -> int:
        if body.get("template_id") != self.template:
            return -109
        values = body.get("template_data") or {"": ""}
        if not all(values.values()) or not 0 < len(str(body.get("tracking_id", ""))) <= 48:
            return -112
        if body.get("phone") not in self.phones:
            return -118
        if self._is_night():
            return -133
        return -144 if self.quota <= 0 else 0

    def _is_night(self) -> bool:
        return self.night and not 6 <= local(self.clock.now()).hour < 22

    # --- webhook

    def event(self, name: str, user: str, *, text: str = "", at: datetime | None = None, **over: Any) -> bytes:
        """The body of an event as Zalo sends it."""
        who = {"follower": {"id": user}} if name in ("follow", "unfollow") else {"sender": {"id": user}}
        message = {"message": {"text": text, "msg_id": secrets.token_hex(8)}} if text else {}
        values = {
            "app_id": self.app_id, "user_id_by_app": f"9{user}", "event_name": name,
            "timestamp": str(int((at or self.clock.now()).timestamp() * 1000)), **who, **message,
        }  # fmt: skip
        return json.dumps(values | over, ensure_ascii=False).encode()

    def signature(self, body: bytes) -> str:
        """The header X-ZEvent-Signature."""
        stamp = str(json.loads(body)["timestamp"])
        digest = hashlib.sha256(self.app_id.encode() + body + stamp.encode() + self.oa_secret.encode()).hexdigest()
        return f"mac={digest}"

    def tell(self, url: str, body: bytes, *, tries: int = 5) -> int:
        """Post an event until it is answered with 200, as often as Zalo does. Returns the last status."""
        parts = urlsplit(url)
        status = 0
        for _ in range(tries):
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=2)
            with suppress(OSError):
                headers = {"Content-Type": "application/json", "X-ZEvent-Signature": self.signature(body)}
                connection.request("POST", parts.path, body, headers)
                status = connection.getresponse().status
            connection.close()
            if status == 200:
                break
        return status


def error(part: str, code: int) -> Mapping[str, Any]:
    """A documented error as it is answered: with status 200."""
    return {"error": code, "message": CODES[part].get(str(code), "Unknown error")}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    zalo: Zalo

    def do_GET(self) -> None:
        sent = [{"to": one.to, "kind": one.kind, "at": one.at.isoformat(), "body": one.body} for one in self.zalo.sent]
        self._say(sent if self.path == "/__sent" else {"error": -1}, 200 if self.path == "/__sent" else 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        zalo = self.zalo
        if self.path == "/__next":
            zalo.answers += [str(one) for one in json.loads(body)]
            self._say({"answers": zalo.answers})
            return
        with zalo.lock:
            zalo.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            planned = self._planned()
            if planned and not planned.startswith("after-") and self._misbehave(planned):
                return
            answer = self._answer(body)
        zalo.before_answer(self.path)
        if planned and planned.startswith("after-") and self._misbehave(planned.removeprefix("after-")):
            return
        self._say(answer)

    def _planned(self) -> str:
        zalo = self.zalo
        if zalo.outage and zalo.outage[0] <= zalo.clock.now() < zalo.outage[1]:
            return "drop"
        if zalo.answers:
            return zalo.answers.pop(0)
        return zalo.random.choice(FAULTS) if zalo.random.random() < zalo.fault_rate else ""

    def _answer(self, body: bytes) -> Mapping[str, Any]:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path == "/v4/oa/access_token":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            return self.zalo.token_answer(headers, form)
        if self.path == "/message/template":
            return self.zalo.zns_answer(headers, json.loads(body))
        root, _, kind = self.path.rpartition("/")
        if root == "/v3.0/oa/message" and kind in ("cs", "transaction", "promotion"):
            return self.zalo.oa_answer(kind, headers, json.loads(body))
        return error("oa", -212)

    def _misbehave(self, word: str) -> bool:
        """True where the answer is given (or withheld) by this."""
        part = "zns" if self.path == "/message/template" else "oa"
        if word.lstrip("-").isdigit():
            self._say(error(part, int(word)))
        elif word == "busy":
            self._say(error("oa", -32))
        elif word == "http500":
            self._raw(500, b"<html>Internal Server Error</html>", "text/html")
        elif word == "html":
            self._raw(200, b"<html>maintenance</html>", "text/html")
        elif word == "redirect":
            self.send_response(302)
            self.send_header("Location", f"{self.zalo.url}/__elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif word == "huge":
            self._raw(200, b" " * 1_000_000, "application/json")
        elif word == "list":
            self._say([1, 2])
        elif word == "nothing":
            self._say({})
        elif word in ("drop", "stall", "trickle"):
            self._silence(word)
        else:
            raise AssertionError(f"no such answer: {word}")
        return True

    def _silence(self, word: str) -> None:
        self.close_connection = True
        sock = cast(socket.socket, self.connection)
        if word == "drop":
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            return
        pause = threading.Event()
        with suppress(OSError):
            for _ in range(600):
                if word == "trickle":
                    sock.sendall(b"H")
                sock.settimeout(0.05)
                try:
                    if not sock.recv(1):  # the client went
                        return
                except TimeoutError:
                    pause.wait(0.01)

    def _say(self, values: object, status: int = 200) -> None:
        self._raw(status, json.dumps(values, ensure_ascii=False).encode(), "application/json")

    def _raw(self, status: int, body: bytes, kind: str) -> None:
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def running(zalo: Zalo, *, tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Zalo]:
    """The stand-in while the block lasts; its address is `zalo.url`."""
    handler = type("Handler", (_Handler,), {"zalo": zalo})
    server = _Server(("127.0.0.1", port), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    zalo.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield zalo
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def main() -> None:
    """Start by hand."""
    zalo = Zalo()
    zalo.phones |= {"84900000001"}
    zalo.follow("1234567890123456789")
    with running(zalo):
        _, refresh = zalo.new_pair()
        print(  # noqa: T201 - this is what it is started for
            f'[zalo]\napp_id = "{zalo.app_id}"\napp_secret = "{zalo.app_secret}"\noa_secret = "{zalo.oa_secret}"\n'
            f'zns_template = "{zalo.template}"\n'
            f'oauth_url = "{zalo.url}"\noa_url = "{zalo.url}"\nzns_url = "{zalo.url}"\n\n'
            f"refresh token for `diembao zalo connect`: {refresh}\nfollower: 1234567890123456789  phone: 84900000001\n"
            f'GET {zalo.url}/__sent   POST {zalo.url}/__next ["-216", "stall"]   Ctrl-C ends.',
            flush=True,
        )
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
