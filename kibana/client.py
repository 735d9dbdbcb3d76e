"""Kibana's HTTP interface, by requests, and what its answers mean for whoever operates it.

Only public routes, which 8.x and 9.x share. No secret reaches a message: those of the library are never passed on, and
what Kibana says is told with the secrets taken out.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests

from core.errors import ConfigError, DiembaoError
from core.settings import KibanaSettings
from core.text import clip

_Answer = TypeVar("_Answer")
READY: Final = "Kibana server is not ready yet"
_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 30.0
_PLAIN: Final = "plain HTTP request was sent to HTTPS port"  # nginx
_OLD: Final = "This Kibana is older than 8.11: upgrade it (8.19 or 9.x)"
_OTHER: Final = "Check the host, the port and the base path of [kibana] url"
_ITS_LOG: Final = "See Kibana's own log and Elasticsearch's, and try again once it is well"
_NOT_REACHED: Final = ("can't be reached", "Start Kibana, or correct [kibana] url")
_HANGS_UP: Final = ("it hangs up", "If it speaks https, [kibana] url must say so; else see Kibana's own log")
_SPEAKS_HTTP: Final = ("it speaks http; [kibana] url says https", "Write http:// there, or turn TLS on in Kibana")
_TLS_FAILED: Final = (
    "TLS failed",
    "Where its certificate comes from an own authority, name that authority's PEM file, [kibana] ca_file; use the host"
    " name that stands in the certificate",
)
_AGAIN: Final = frozenset({429, 502, 503, 504})


class _Told(DiembaoError):  # noqa: N818 - the two below are outcomes with a name
    """What happened and what an operator is to do about it: none is raised without both."""

    def __init__(self, says: str, *, todo: str) -> None:
        super().__init__(f"{says}. {todo}")
        self.says, self.todo = says, todo


class KibanaAway(_Told):
    """It can't be reached or is not ready: to be tried again, after `after` seconds where it says so."""

    def __init__(self, says: str, *, todo: str, after: float = 0.0) -> None:
        super().__init__(says, todo=todo)
        self.after = after


class KibanaRefuses(_Told):
    """It answers, but not as asked: an operator must act.

    `status` is the HTTP status, 0 where it is none of them; `missing`, whether it refuses since what was asked for is
    not there.
    """

    def __init__(self, says: str, *, todo: str, status: int = 0, missing: bool = False) -> None:
        super().__init__(says, todo=todo)
        self.status, self.missing = status, missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What /api/status says."""

    level: str  # available, degraded
    version: str = ""  # "" where it is told to nobody who is not logged in
    summary: str = ""


class Kibana:
    """One Kibana and one of its spaces."""

    def __init__(
        self, settings: KibanaSettings, pause: Callable[[float], object] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`pause` waits so many seconds. Raises ConfigError for settings that contradict each other."""
        if not settings.url:
            raise ConfigError(
                'no Kibana is set: [kibana] url = "https://host:5601" (with its base path, if it has one)'
            )
        self._base, self._settings = settings.url, settings
        self.space = settings.own_space
        self._pause, self._now = pause or threading.Event().wait, now
        login = _login(settings)
        given = (settings.password.get_secret_value(), settings.api_key.get_secret_value())
        self._secrets = tuple(filter(None, (*given, *(value.split(" ")[1] for value in login.values()))))
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc would put its own login in the place of ours
        self._session.verify = settings.ca_file or True
        self._session.headers.update({"kbn-xsrf": "diembao", "Accept": "application/json", **login})

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def ready(self) -> Status:
        """Wait until it is ready, at most the settings' `wait`. Raises KibanaAway, KibanaRefuses."""
        return self._waited(self._status)

    def _waited(self, ask: Callable[[], _Answer]) -> _Answer:
        """Ask until it is not away any more, at most the settings' `wait`."""
        waited = 0.0
        while True:
            asked = self._now()
            try:
                return ask()
            except KibanaAway as away:
                waited += int(self._now() - asked)  # one that is hung takes `timeout` each time
                pause = min(away.after or _PAUSE, _LONGEST_PAUSE)
                if waited + pause > self._settings.wait:
                    waiting = f"; waited {waited:.0f} s ([kibana] wait)" if waited else ""
                    raise KibanaAway(f"{away.says}{waiting}", todo=away.todo) from None
            self._pause(pause)
            waited += pause

    def get(self, path: str) -> Any:
        """JSON of a path below the space. Raises KibanaAway, KibanaRefuses."""
        return self._json(self._ask("GET", self._space_url(path)))

    def without_secrets(self, text: str) -> str:
        """What Kibana says, as it may be told."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def post(self, path: str, body: Mapping[str, Any], *, versioned: bool = False) -> Any:
        """The same with a JSON body."""
        headers = {"elastic-api-version": "2023-10-31"} if versioned else {}
        return self._json(self._ask("POST", self._space_url(path), json=dict(body), headers=headers))

    def upload(self, path: str, name: str, text: str) -> Any:
        """Send a file as a form does; `requests` sets the boundary. Waits as `ready` does: twice sent is once sent."""
        files = {"file": (name, text.encode("utf-8"), "application/ndjson")}
        return self._json(self._waited(lambda: self._ask("POST", self._space_url(path), files=files)))

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
        overall = part(part(said, "status"), "overall")
        if "level" not in overall:
            old = "state" in overall
            raise KibanaRefuses(f"{self._base}: its /api/status is none of Kibana's", todo=_OLD if old else _OTHER)
        level = str(overall["level"])
        if level not in ("available", "degraded"):
            raise KibanaAway(f"{self._base}: Kibana is {level}", todo=_ITS_LOG)
        number = str(part(said, "version").get("number", ""))
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
        text = str(error)
        if not isinstance(error, requests.RequestException) or "NO_CERTIFICATE_OR_CRL_FOUND" in text:
            return ConfigError(
                f"[kibana] ca_file = {self._settings.ca_file!r} can't be read as a PEM file: name the file that holds"
                " the certificate of Kibana's authority"
            )
        if isinstance(error, requests.exceptions.SSLError):
            says, todo = (
                _SPEAKS_HTTP if "WRONG_VERSION_NUMBER" in text or "RECORD_LAYER_FAILURE" in text else _TLS_FAILED
            )
            return KibanaRefuses(f"{self._base}: {says}", todo=todo)
        if isinstance(error, requests.exceptions.Timeout):
            says = f"no answer within {self._settings.timeout:g} s"
            return KibanaAway(
                f"{self._base}: {says}", todo="See Kibana's own log; if it is only slow, raise [kibana] timeout"
            )
        if isinstance(error, requests.exceptions.ConnectionError):
            says, todo = _HANGS_UP if "Connection aborted" in text else _NOT_REACHED
            return KibanaAway(f"{self._base}: {says}", todo=todo)
        return KibanaAway(f"{self._base}: {type(error).__name__}", todo=_OTHER)

    def _redirected(self, answer: requests.Response) -> KibanaRefuses:
        host = urlsplit(answer.headers.get("Location", "")).netloc.rpartition("@")[2]
        return KibanaRefuses(
            f"{self._base}: answers with a redirect{f' to {host}' if host else ''}: a login page or a base path stands"
            " before Kibana",
            todo="Give [kibana] url the whole address with its base path, or one behind the login page",
            status=answer.status_code,
        )

    def _no_json(self, answer: requests.Response) -> KibanaRefuses:
        kind = answer.headers.get("Content-Type", "no type").split(";")[0]
        return KibanaRefuses(
            f"{self._base}: answers {kind} where Kibana answers JSON: another service or a login page",
            todo=_OTHER, status=answer.status_code,
        )  # fmt: skip

    def _told(self, answer: requests.Response) -> DiembaoError:
        status, said = answer.status_code, self._said(answer)
        if _is_engines(answer):
            return KibanaRefuses(
                f"{self._base}: there Elasticsearch answers, not Kibana (HTTP {status})", todo=_OTHER, status=status
            )
        if status in _AGAIN:
            after = _seconds(answer.headers.get("Retry-After", ""))
            says = f"{self._base}: {said or 'not ready'} (HTTP {status})"
            return KibanaAway(says, todo=advice(status, said), after=after)
        of_objects = _of_objects(answer)
        return KibanaRefuses(
            f"Kibana: HTTP {status} {said or answer.reason}".rstrip(". "),
            todo=advice(403 if 403 in of_objects else status, said), status=status, missing=of_objects == {404},
        )  # fmt: skip

    def _said(self, answer: requests.Response) -> str:
        """Kibana's own message; not a page of a proxy."""
        try:
            body = answer.json()
        except ValueError:
            return next((mark for mark in (READY, _PLAIN) if mark in answer.text[:500]), "")
        return self._clean(str(body.get("message") or body.get("error") or "")) if isinstance(body, dict) else ""

    def _clean(self, text: str) -> str:
        return clip(" ".join(self.without_secrets(text).split()), 300)


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


def part(said: object, name: str) -> Mapping[str, Any]:
    """The object of that name within an answer; an empty one where there is none."""
    within = said.get(name) if isinstance(said, Mapping) else None
    return within if isinstance(within, Mapping) else {}


def _is_engines(answer: requests.Response) -> bool:
    """Whether it is Elasticsearch's answer, whose error is an object where Kibana's is a word."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    return answer.headers.get("X-elastic-product") == "Elasticsearch" or "root_cause" in part(body, "error")


def _of_objects(answer: requests.Response) -> set[object]:
    """The statuses of single objects with which it gives its reason: they tell a missing one from a forbidden one."""
    try:
        named = part(answer.json(), "attributes").get("objects")
    except ValueError:
        return set()
    return {part(one, "error").get("statusCode") for one in named} if isinstance(named, list) else set()


def advice(status: int, said: str) -> str:
    """What to do about a status and what Kibana says with it; never nothing."""
    by_words = (todo for mark, todo in _BY_WORDS if mark.lower() in said.lower())
    return next(by_words, "") or _BY_STATUS.get(status, _BY_DEFAULT)


def _seconds(given: str) -> float:
    return float(given) if given.isdigit() else 0.0


_CHANGED: Final = (
    "The file was changed on its way: let multipart/form-data through every proxy unchanged; by hand, import what"
    " `diembao kibana export` writes"
)
_BY_WORDS: Final = (
    ("kbn-xsrf", "A proxy before Kibana takes the header kbn-xsrf away: let it through"),
    ("more recent version of Kibana", _OLD),
    (_PLAIN, "[kibana] url must begin with https://"),
    ("Invalid file extension", "A proxy before Kibana changes uploads: let multipart/form-data through unchanged"),
    ("multipart", "The upload was cut: raise the largest body that the proxy before Kibana lets through"),
    ("Non-unique import objects", "The file names an object twice: take the one that `diembao kibana export` writes"),
    ("Can't import more than", "Raise savedObjects.maxImportExportSize in kibana.yml"),
    ("currentIndexPatternId", "The file has lost its versions: take the one that `diembao kibana export` writes"),
    ("not available with the current configuration", "This route is internal there: upgrade diembao"),
    ("kbn-version", "A proxy before Kibana adds the header kbn-version: take it out"),
    ("in JSON", _CHANGED),
    ("JSON input", _CHANGED),
    ("not valid JSON", _CHANGED),
)
_BY_DEFAULT: Final = "See Kibana's own log, and that of a proxy before it"
_BY_STATUS: Final[Mapping[int, str]] = {
    400: "Kibana does not take this request: see its own log; a Kibana older than 8.11 must be upgraded",
    401: "Check [kibana] api_key (the encoded value), or username and password",
    403: "The login needs these privileges in the space: Saved Objects Management all, Data View Management all,"
    " Advanced Settings all",
    404: "Check [kibana] url and its base path (server.basePath, server.rewriteBasePath in kibana.yml) and the space",
    405: "Let GET and POST through the proxy before Kibana, and check the host and the base path of [kibana] url",
    408: "Raise the time that the proxy before Kibana gives a request, and try again",
    409: "Somebody changed the same at the same time: try again",
    413: "Raise the largest body that the proxy before Kibana lets through, or savedObjects.maxImportPayloadBytes",
    415: "A proxy before Kibana changes uploads: let multipart/form-data and JSON through unchanged",
    422: "This Kibana can't read what was sent: upgrade it (8.19 or 9.x) and diembao",
    429: "Try again in a few minutes; raise the number of requests that the proxy before Kibana lets through",
    500: "See Kibana's own log",
    502: "Start Kibana, or correct the address under which the proxy before it looks for it",
    503: _ITS_LOG,
    504: "See Kibana's own log; if it is only slow, raise the time that the proxy before it gives a request",
}
