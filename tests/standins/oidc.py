"""An OpenID Connect provider on loopback: discovery, authorization with PKCE, token, keys. For tests and trials.

`python -m tests.standins.oidc` serves one that signs in whoever is named by $EMAIL. What it must do wrongly is set in
`Provider.wrong`: nonce, key, audience, issuer, expired, unverified, alg_none, hs256, code, big, down.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "diembao", "the client's secret"


@dataclass
class Provider:
    """What the provider knows. `now` is the time that its tokens carry."""

    email: str = "lan@binhson.gov.vn"
    now: float = 0.0
    issuer: str = ""
    wrong: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)  # questions of the authorization endpoint
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    other: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def keys(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, question: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        self.asked.append(question)
        code = secrets.token_urlsafe(8)
        self.codes[code] = question
        back = {"code": code, "state": question["state"]}
        return f"{question['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, str]]:
        question = self.codes.pop(form.get("code", ""), None)
        given = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(given).rstrip(b"=").decode()
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        good = (
            question is not None and challenge == question["code_challenge"] and authorization == basic
            and form.get("redirect_uri") == question["redirect_uri"] and self.wrong != "code"
        )  # fmt: skip
        if not good or question is None:
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "access_token": "unused", "id_token": self.id_token(question)}

    def id_token(self, question: dict[str, str]) -> str:
        now = self.now or time.time()
        said = {
            "iss": "https://other.example" if self.wrong == "issuer" else self.issuer, "sub": "7",
            "aud": "another" if self.wrong == "audience" else CLIENT, "iat": int(now),
            "exp": int(now) + (-3600 if self.wrong == "expired" else 300),
            "nonce": "another" if self.wrong == "nonce" else question["nonce"],
            "email": self.email, "email_verified": self.wrong != "unverified",
        }  # fmt: skip
        if self.wrong == "alg_none":
            return jwt.encode(said, key="", algorithm="none")
        if self.wrong == "hs256":
            return jwt.encode(said, "x" * 40, algorithm="HS256", headers={"kid": "one"})
        key = self.other if self.wrong == "key" else self.key
        return jwt.encode(said, key, algorithm="RS256", headers={"kid": "one"})


@contextmanager
def serving(provider: Provider, port: int = 0) -> Iterator[str]:
    """The provider on loopback; gives its issuer."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if provider.wrong == "down":
                self.send_error(503)
            elif place.path == "/.well-known/openid-configuration":
                self._json(200, {
                    "issuer": provider.issuer, "authorization_endpoint": f"{provider.issuer}/authorize",
                    "token_endpoint": f"{provider.issuer}/token", "jwks_uri": f"{provider.issuer}/keys",
                    "filler": "x" * (2_000_000 if provider.wrong == "big" else 0),
                })  # fmt: skip
            elif place.path == "/keys":
                self._json(200, provider.keys())
            elif place.path == "/authorize":
                self.send_response(303)
                question = {name: values[0] for name, values in parse_qs(place.query).items()}
                self.send_header("Location", provider.authorize(question))
                self.end_headers()
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._json(*provider.token(form, self.headers.get("Authorization", "")))

        def _json(self, status: int, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base names it
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Answers) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield provider.issuer
        finally:
            server.shutdown()
            thread.join(timeout=5)


if __name__ == "__main__":
    with serving(Provider(email=os.environ.get("EMAIL", "lan@binhson.gov.vn"))) as issuer:
        print(f"issuer {issuer} client_id {CLIENT} client_secret {SECRET!r}; Ctrl-C ends")  # noqa: T201
        threading.Event().wait()
