"""Kibana's HTTP interface, by requests, and what its answers mean for whoever operates it.

Only public routes, which 8.x and 9.x share. No secret reaches a message: those of the library are never passed on, and
what Kibana says is told with the secrets taken out.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from core.errors import ConfigError, DiembaoError
from core.settings import KibanaSettings
from core.text import clip

READY: Final = "Kibana server is not ready yet"
_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 30.0
_AGAIN: Final = frozenset({429, 502, 503, 504})


class KibanaAway(DiembaoError):  # noqa: N818 - an outcome with a name
    """It can't be reached or is not ready: to be tried again, after `after` seconds where it says so."""

    def __init__(self, message: str, *, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class KibanaRefuses(DiembaoError):  # noqa: N818 - an outcome with a name
    """It answers, but not as asked: an operator must act. `status` is the HTTP status, 0 where it is none of them."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What /api/status says."""

    level: str  # available, degraded
    version: str = ""  # "" where it is told to nobody who is not logged in
    summary: str = ""


class Kibana:
    """One Kibana and one of its spaces."""

    def __init__(self, settings: KibanaSettings, pause: Callable[[float], object] | None = None) -> None:
        """`pause` waits so many seconds. Raises ConfigError for settings that contradict each other."""
        if not settings.url:
            raise ConfigError(
                'no Kibana is set: [kibana] url = "https://host:5601" (with its base path, if it has one)'
            )
        self._base, self._settings = settings.url, settings
        self.space = settings.own_space
        self._pause = pause or threading.Event().wait
        self._secrets = tuple(filter(None, (settings.password.get_secret_value(), settings.api_key.get_secret_value())))
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc would put its own login in the place of ours
        self._session.verify = settings.ca_file or True
        self._session.headers.update({"kbn-xsrf": "diembao", "Accept": "application/json", **_login(settings)})

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def ready(self) -> Status:
        """Wait until it is ready, at most the settings' `wait`. Raises KibanaAway, KibanaRefuses."""
        waited = 0.0
        while True:
            try:
                return self._status()
            except KibanaAway as away:
                pause = min(away.after or _PAUSE, _LONGEST_PAUSE)
                if waited + pause > self._settings.wait:
                    waiting = f"; waited {waited:.0f} s ([kibana] wait)" if waited else ""
                    raise KibanaAway(f"{away}{waiting}") from None
            self._pause(pause)
            waited += pause

    def get(self, path: str) -> Any:
        """JSON of a path below the space. Raises KibanaAway, KibanaRefuses."""
        return self._json(self._ask("GET", self._space_url(path)))

    def post(self, path: str, body: Mapping[str, Any], *, versioned: bool = False) -> Any:
        """The same with a JSON body."""
        headers = {"elastic-api-version": "2023-10-31"} if versioned else {}
        return self._json(self._ask("POST", self._space_url(path), json=dict(body), headers=headers))

    def upload(self, path: str, name: str, text: str) -> Any:
        """Send a file as a form does; `requests` sets the boundary."""
        files = {"file": (name, text.encode("utf-8"), "application/ndjson")}
        return self._json(self._ask("POST", self._space_url(path), files=files))

    def lines(self, path: str, body: Mapping[str, Any]) -> str:
        """An answer of NDJSON."""
        answer = self._ask("POST", self._space_url(path), json=dict(body))
        if "html" in answer.headers.get("Content-Type", ""):
            raise self._no_json(answer)
        answer.encoding = "utf-8"
        return str(answer.text)

    def at_root(self, path: str) -> Any:
        """JSON of a path outside of any space."""
        return self._json(self._ask("GET", f"{self._base}{path}"))

    def _space_url(self, path: str) -> str:
        return f"{self._base}/s/{self.space}{path}" if self.space else f"{self._base}{path}"

    def _status(self) -> Status:
        said = self.at_root("/api/status")
        overall = said.get("status", {}).get("overall", {}) if isinstance(said, dict) else {}
        level = str(overall.get("level", ""))
        if level not in ("available", "degraded"):
            raise KibanaAway(
                f"{self._base}: Kibana is {level or 'in an unknown state'}; see its log and Elasticsearch's"
            )
        version = said.get("version", {})
        number = str(version.get("number", "")) if isinstance(version, dict) else ""
        return Status(level=level, version=number, summary=self._clean(str(overall.get("summary", ""))))

    def _ask(self, method: str, url: str, **given: Any) -> requests.Response:
        try:
            answer = self._session.request(method, url, timeout=self._settings.timeout, allow_redirects=False, **given)
        except OSError as error:  # what the library raises, and a missing ca_file
            raise self._unreached(error) from None
        if answer.is_redirect or 300 <= answer.status_code < 400:
            raise self._redirected(answer)
        if not answer.ok:
            raise self._told(answer)
        return answer

    def _json(self, answer: requests.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise self._no_json(answer) from None

    def _unreached(self, error: OSError) -> DiembaoError:
        if isinstance(error, requests.exceptions.SSLError):
            return KibanaRefuses(
                f"{self._base}: TLS failed. Where its certificate comes from an own authority, name that authority's"
                " PEM file, [kibana] ca_file; use the host name that stands in the certificate"
            )
        if isinstance(error, requests.exceptions.Timeout):
            return KibanaAway(f"{self._base}: no answer within {self._settings.timeout:g} s ([kibana] timeout)")
        if isinstance(error, requests.exceptions.ConnectionError):
            return KibanaAway(f"{self._base}: can't be reached; is Kibana running, and is [kibana] url its address?")
        if not isinstance(error, requests.RequestException):
            return ConfigError(f"[kibana] ca_file = {self._settings.ca_file!r} can't be read as a PEM file")
        return KibanaAway(f"{self._base}: {type(error).__name__}")

    def _redirected(self, answer: requests.Response) -> KibanaRefuses:
        host = urlsplit(answer.headers.get("Location", "")).netloc
        return KibanaRefuses(
            f"{self._base}: answers with a redirect{f' to {host}' if host else ''}: a login page or a base path stands"
            " before Kibana. Give [kibana] url the whole address with its base path, or one behind the login page",
            status=answer.status_code,
        )

    def _no_json(self, answer: requests.Response) -> KibanaRefuses:
        kind = answer.headers.get("Content-Type", "no type").split(";")[0]
        return KibanaRefuses(
            f"{self._base}: answers {kind} where Kibana answers JSON: another service or a login page. Check the host,"
            " the port and the base path of [kibana] url",
            status=answer.status_code,
        )

    def _told(self, answer: requests.Response) -> DiembaoError:
        status, said = answer.status_code, self._said(answer)
        if status in _AGAIN:
            after = _seconds(answer.headers.get("Retry-After", ""))
            return KibanaAway(f"{self._base}: {said or 'not ready'} (HTTP {status})", after=after)
        todo = next((todo for mark, todo in _BY_WORDS if mark.lower() in said.lower()), "") or _BY_STATUS.get(
            status, ""
        )
        return KibanaRefuses(
            f"Kibana: HTTP {status} {said or answer.reason}{f'. {todo}' if todo else ''}", status=status
        )

    def _said(self, answer: requests.Response) -> str:
        """Kibana's own message; not a page of a proxy."""
        try:
            body = answer.json()
        except ValueError:
            return READY if READY in answer.text[:200] else ""
        return self._clean(str(body.get("message") or body.get("error") or "")) if isinstance(body, dict) else ""

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return clip(" ".join(text.split()), 300)


def _login(settings: KibanaSettings) -> dict[str, str]:
    key, user = settings.api_key.get_secret_value(), settings.username
    if key and user:
        raise ConfigError("[kibana]: either api_key or username with password, not both")
    if not key.isascii():
        raise ConfigError("[kibana] api_key holds characters that no key has: take the encoded value")
    if key:
        return {"Authorization": f"ApiKey {key}"}
    pair = f"{user}:{settings.password.get_secret_value()}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"} if user else {}


def _seconds(given: str) -> float:
    return float(given) if given.isdigit() else 0.0


_BY_WORDS: Final = (
    ("kbn-xsrf", "A proxy before Kibana takes the header kbn-xsrf away: let it through"),
    ("more recent version of Kibana", "This Kibana is older than 8.11: upgrade it (8.19 or 9.x)"),
    ("Invalid file extension", "A proxy before Kibana changes uploads: let multipart/form-data through unchanged"),
    ("multipart", "The upload was cut: raise the largest body that the proxy before Kibana lets through"),
    ("Non-unique import objects", "The file names an object twice: take the one that `diembao kibana export` writes"),
    ("Can't import more than", "Raise savedObjects.maxImportExportSize in kibana.yml"),
    ("currentIndexPatternId", "The file has lost its versions: take the one that `diembao kibana export` writes"),
    ("not available with the current configuration", "This route is internal there: upgrade diembao"),
    ("kbn-version", "A proxy before Kibana adds the header kbn-version: take it out"),
)
_BY_STATUS: Final[Mapping[int, str]] = {
    401: "Check [kibana] api_key (the encoded value), or username and password",
    403: "The login needs these privileges in the space: Saved Objects Management all, Data View Management all,"
    " Advanced Settings all",
    404: "Check [kibana] url and its base path (server.basePath, server.rewriteBasePath in kibana.yml) and the space",
    413: "Raise the largest body that the proxy before Kibana lets through, or savedObjects.maxImportPayloadBytes",
    500: "See Kibana's own log",
}
