"""The connection to Elasticsearch, and what its failures mean. No secret of it reaches a message or a log."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from elastic_transport import ConnectionError as Unreachable
from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch

from core.errors import ConfigError, StoreError
from core.settings import ElasticSettings

_CAUSES: Final = {
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not vouched for by an authority known here; set [elastic] ca_file",
    "WRONG_VERSION_NUMBER": "it speaks http; [elastic] hosts says https",
    "RECORD_LAYER_FAILURE": "it speaks http; [elastic] hosts says https",
    "Connection aborted": "it hangs up; if it speaks https, [elastic] hosts must say so",
    "RemoteDisconnected": "it hangs up; if it speaks https, [elastic] hosts must say so",
    "Connection refused": "nobody listens there; start it, or correct [elastic] hosts",
    "Name or service not known": "no machine has that name; correct [elastic] hosts",
    "No route to host": "the network has no way there",
}
"""What a failed connection's text has in it -> what is the matter, for an operator."""


BLOCKED: Final = "cluster_block_exception"
BLOCK: Final = (
    "an index there takes nothing in, as on a disk that is nearly full; make room there, or take the block off"
)
"""What is the matter at that reason, but for 503: then the cluster only starts."""
MISSING: Final = "index_not_found_exception"
"""The reason where nothing has the name that was asked for."""


class EngineAway(StoreError):  # noqa: N818 - an outcome with a name
    """The engine can't be reached or has too much to do: to be tried again."""


class EngineRefuses(StoreError):  # noqa: N818 - an outcome with a name
    """The engine answers, but not to us: login, rights, or a mapping that is not ours. An operator must act."""


def connect(settings: ElasticSettings) -> Elasticsearch:
    """A client for the addresses of the settings. Nothing is asked yet. Raises ConfigError for contradictory ones."""
    login = (settings.username, settings.password.get_secret_value())
    key = settings.api_key.get_secret_value()
    if key and login[0]:
        raise ConfigError("[elastic]: either api_key or username with password, not both")
    given: dict[str, Any] = {"api_key": key} if key else {"basic_auth": login} if login[0] else {}
    if settings.ca_file:
        given["ca_certs"] = _readable(settings.ca_file)
    return Elasticsearch(
        list(settings.hosts),
        request_timeout=settings.timeout,
        retry_on_timeout=False,
        max_retries=len(settings.hosts),
        retry_on_status=(),
        **given,
    )


def _readable(ca_file: str) -> str:
    try:
        ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        raise ConfigError(f"[elastic] ca_file {ca_file}: holds no certificate in PEM form") from None
    except OSError as error:
        raise ConfigError(f"[elastic] ca_file {ca_file}: can't be read ({error.strerror})") from None
    return ca_file


@contextmanager
def told() -> Iterator[None]:
    """Turns the client's errors into ours. Raises EngineAway or EngineRefuses."""
    try:
        yield
    except ConnectionTimeout:
        raise EngineAway("Elasticsearch: no answer in time; if it is only slow, raise [elastic] timeout") from None
    except Unreachable as error:
        raise EngineAway(f"Elasticsearch: can't be reached ({_root(error)})") from None
    except ApiError as error:
        raise _of_status(error) from None
    except TransportError as error:
        raise EngineAway(f"Elasticsearch: {type(error).__name__}") from None


def _of_status(error: ApiError) -> StoreError:
    if reason_of(error) == BLOCKED and error.status_code != 503:
        return EngineAway(f"Elasticsearch: {BLOCK} (HTTP {error.status_code})")
    if error.status_code in (429, 502, 503, 504):
        return EngineAway(f"Elasticsearch: busy or not ready (HTTP {error.status_code})")
    if error.status_code in (401, 403):
        return login_refused(error.status_code)
    reason, path = reason_of(error), error.meta.node.path_prefix
    if path and not reason:
        return EngineRefuses(
            f"Elasticsearch: HTTP {error.status_code}, no answer of its own below {path}; [elastic] hosts ends with "
            "that path: take it away, unless a proxy there leads to Elasticsearch"
        )
    if not reason and error.meta.headers.get("X-elastic-product") != "Elasticsearch":
        return EngineRefuses(
            f"Elasticsearch: HTTP {error.status_code}, no answer of its own; a proxy or another service answers at"
            " [elastic] hosts: check host and port"
        )
    return EngineRefuses(f"Elasticsearch: HTTP {error.status_code} {reason}".rstrip())


def login_refused(status: int) -> EngineRefuses:
    """What 401 and 403 mean, of a request or of a part of it."""
    said = "wrong login" if status == 401 else "the login may not do this"
    todo = "check [elastic]" if status == 401 else "give it the role of index_config/roles.yml"
    return EngineRefuses(f"Elasticsearch: {said} (HTTP {status}); {todo}")


def reason_of(error: ApiError) -> str:
    """The engine's own word for what is the matter; "" without one."""
    body = error.body if isinstance(error.body, dict) else {}
    cause = body.get("error", {})
    return str(cause.get("type", "")) if isinstance(cause, dict) else ""


def _root(error: TransportError) -> str:
    text = " ".join(map(str, (error, *error.errors)))
    return next((said for sign, said in _CAUSES.items() if sign in text), type(error).__name__)
