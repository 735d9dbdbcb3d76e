"""Signing in by the province's own provider: OpenID Connect, authorization code with PKCE. Off without an issuer.

OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636. The token's signature is checked with the provider's published
keys; users exist here beforehand, known by the e-mail address that the provider has verified.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import ssl
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import ConfigError
from core.people import email_of, hashed, new_token
from core.settings import OidcSettings
from dashboard import render
from dashboard.asking import Asked, NotHere, asked
from dashboard.people.leading import LOGIN, kept_path, onward_path
from dashboard.people.reset import base
from dashboard.people.signing import STEP_COOKIE, drop_cookie, people, set_cookie, sign_in

log = logging.getLogger(__name__)

BACK = f"{LOGIN}/oidc/ve"
_LASTS: Final = timedelta(minutes=10)
_ALGORITHMS: Final = ("RS256", "ES256", "PS256", "RS384", "RS512", "ES384", "EdDSA")
"""Signatures only: no `none`, and no shared secret taken for a key."""
_MOST_BYTES: Final = 500_000
_LEEWAY: Final = 60


class ProviderError(Exception):
    """The provider can't be asked, or what it says does not hold. For the log; people are told to try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What the provider publishes of itself."""

    issuer: str
    authorization: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is known between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str
    back: str


def begin(request: Request) -> Response:
    """`/dang-nhap/oidc?tiep=/…`: to the provider's own page. A link: our policy lets forms lead to us only."""
    ask = asked(request)
    settings = _settings(ask)
    begun = Begun(state=new_token(), nonce=new_token(), verifier=secrets.token_urlsafe(48),
                  back=kept_path(onward_path(request.query_params.get("tiep", "/"))))  # fmt: skip
    try:
        with _http(settings) as http:
            provider = discover(http, settings)
    except ProviderError as error:
        return _failed(ask, error)
    token = new_token()
    body = json.dumps({"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "to": begun.back})
    people(ask).keep_step(hashed(token), body, ask.words.now + _LASTS)
    answer = RedirectResponse(f"{provider.authorization}?{urlencode(_question(ask, settings, begun))}", status_code=303)
    # Lax: the provider's page sends the browser back here from another site.
    set_cookie(ask, answer, STEP_COOKIE, token, _LASTS, lax=True)
    return answer


def back(request: Request) -> Response:
    """`/dang-nhap/oidc/ve?code=…&state=…`: where the provider sends the browser back."""
    ask = asked(request)
    settings = _settings(ask)
    begun = _begun(ask)
    given = request.query_params
    if begun is None or not secrets.compare_digest(given.get("state", "").encode(), begun.state.encode()):
        return _failed(ask, ProviderError("came back without having left, or too late"))
    try:
        email = _email(ask, settings, begun, given.get("code", ""))
    except ProviderError as error:
        return _failed(ask, error)
    user = people(ask).by_email(email)
    if user is None or user.disabled:
        return _refused(ask, "login.oidc_unknown", 403)
    return sign_in(ask, user, RedirectResponse(_here(ask, begun.back), status_code=303), way="oidc")


def discover(http: httpx.Client, settings: OidcSettings) -> Provider:
    """The provider's addresses. Raises ProviderError."""
    issuer = settings.issuer.rstrip("/")
    found = _json(http, "GET", f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise ProviderError(f"the provider says that its issuer is {found.get('issuer')!r}, not {issuer!r}")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [str(found.get(name, "")) for name in names]
    if not all(_may_ask(address, issuer) for address in addresses):
        raise ProviderError(f"the provider names no good {', '.join(names)}")
    return Provider(issuer=str(found["issuer"]), authorization=addresses[0], token=addresses[1], keys=addresses[2])


def claims(
    token: str, keys: dict[str, Any], *, provider: Provider, client: str, nonce: str, at: datetime
) -> dict[str, Any]:
    """What an ID token says, its signature, issuer, audience, time and nonce checked. Raises ProviderError."""
    try:
        kind = jwt.get_unverified_header(token)
        if kind.get("alg") not in _ALGORITHMS:
            raise ProviderError(f"the token is signed by {kind.get('alg')!r}")
        known = [key for key in jwt.PyJWKSet.from_dict(keys).keys if kind.get("kid") in (None, key.key_id)]
        if not known:
            raise ProviderError("the token's key is not among the provider's")
        said: dict[str, Any] = jwt.decode(
            token, known[0], algorithms=[kind["alg"]], audience=client, issuer=provider.issuer,
            options={"require": ["exp", "iat", "aud", "iss", "sub"], "verify_exp": False, "verify_iat": False,
                     "verify_nbf": False},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise ProviderError(f"the token does not hold: {error}") from None
    _check_times(said, at)
    several = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if (several or "azp" in said) and said.get("azp") != client:
        raise ProviderError("the token was made for another program")
    if not secrets.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
        raise ProviderError("the token belongs to another login")
    return said


def _check_times(said: dict[str, Any], at: datetime) -> None:
    """By the program's own clock."""
    now = at.timestamp()
    try:
        good = float(said["exp"]) > now - _LEEWAY and float(said["iat"]) < now + _LEEWAY
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ProviderError("the token's time is over, or has not come")


def _email(ask: Asked, settings: OidcSettings, begun: Begun, code: str) -> str:
    """The verified address of whoever signed in at the provider. Raises ProviderError."""
    if not code:
        raise ProviderError(f"the provider gave no code: {ask.request.query_params.get('error', '?')[:80]}")
    with _http(settings) as http:
        provider = discover(http, settings)
        answer = _json(
            http, "POST", provider.token,
            data={"grant_type": "authorization_code", "code": code, "redirect_uri": base(ask) + BACK,
                  "client_id": settings.client_id, "code_verifier": begun.verifier},
            auth=(settings.client_id, settings.client_secret.get_secret_value()),
        )  # fmt: skip
        keys = _json(http, "GET", provider.keys)
    said = claims(
        str(answer.get("id_token", "")), keys, provider=provider, client=settings.client_id, nonce=begun.nonce,
        at=ask.words.now,
    )  # fmt: skip
    if said.get("email_verified") is not True or not said.get("email"):
        raise ProviderError("the provider names no verified e-mail address")
    return email_of(str(said["email"]))


def _question(ask: Asked, settings: OidcSettings, begun: Begun) -> dict[str, str]:
    challenge = urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
    return {
        "response_type": "code", "client_id": settings.client_id, "redirect_uri": base(ask) + BACK,
        "scope": "openid email", "state": begun.state, "nonce": begun.nonce, "code_challenge": challenge,
        "code_challenge_method": "S256",
    }  # fmt: skip


def _begun(ask: Asked) -> Begun | None:
    token = ask.request.cookies.get(STEP_COOKIE, "")
    body = people(ask).take_kept(hashed(token), ask.words.now) if token else None
    found = json.loads(body) if body else {}
    if "verifier" not in found:
        return None
    return Begun(state=found["state"], nonce=found["nonce"], verifier=found["verifier"], back=found["to"])


def _json(http: httpx.Client, method: str, address: str, **how: Any) -> dict[str, Any]:
    """An answer of the provider. Raises ProviderError."""
    try:
        with http.stream(method, address, **how) as answer:
            body = b""
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise ProviderError(f"{address} answers more than it should")
        if answer.status_code != 200:
            raise ProviderError(f"{address} answers {answer.status_code}")
        found = json.loads(body)
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderError(f"{address}: {error}") from None
    if not isinstance(found, dict):
        raise ProviderError(f"{address} answers no object")
    return found


def _http(settings: OidcSettings) -> httpx.Client:
    try:
        trust = ssl.create_default_context(cafile=settings.ca_file or None)
    except OSError as error:
        raise ConfigError(f"oidc.ca_file: {settings.ca_file}: {error}") from None
    return httpx.Client(timeout=settings.timeout, follow_redirects=False, verify=trust)


def _may_ask(address: str, issuer: str) -> bool:
    """https; plain http only where the issuer itself is plain on this machine (a trial)."""
    parts, own = urlsplit(address), urlsplit(issuer)
    local = own.scheme == "http" and own.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (local and parts.hostname == own.hostname))


def _settings(ask: Asked) -> OidcSettings:
    settings = ask.room.settings.oidc
    if not settings.issuer or not _may_ask(settings.issuer, settings.issuer):
        raise NotHere("error.no_such_page")
    return settings


def _failed(ask: Asked, error: ProviderError) -> Response:
    log.warning("signing in by OpenID Connect failed: %s", error)
    return _refused(ask, "login.oidc_failed", 502)


def _refused(ask: Asked, key: str, status: int) -> Response:
    oidc = ask.room.settings.oidc
    answer = render.page(
        ask, "people/refused.html", status=status, said=ask.words.t(key, name=oidc.name or oidc.issuer)
    )  # fmt: skip
    drop_cookie(ask, answer, STEP_COOKIE)
    return answer


def _here(ask: Asked, path: str) -> str:
    return f"{ask.request.scope.get('root_path', '')}{path}"
