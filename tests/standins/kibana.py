"""A stand-in for Kibana's HTTP interface: the public routes that the loader uses, with the answers Kibana gives.

By hand: `python -m tests.standins.kibana --port 5601 --api-key KEY --space phong-vh --base-path /kibana`, then
`diembao kibana load` with [kibana] url = "http://127.0.0.1:5601/kibana". It holds objects in memory and draws nothing.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, str, bytes, dict[str, str]]  # status, content type, body, further headers
MODEL_VERSIONS = {"index-pattern": "8.0.0", "dashboard": "10.3.0", "lens": "8.9.0", "search": "10.5.0"}
"""What 8.19 knows; a later one is refused."""
ROUTES_KNOWN = "The requested resource does not exist"
NOT_READY: Answer = (503, "text/plain; charset=utf-8", b"Kibana server is not ready yet", {"Retry-After": "30"})


def said(status: int, body: object, **headers: str) -> Answer:
    """A JSON answer."""
    return status, "application/json; charset=utf-8", json.dumps(body).encode(), headers


def fault(status: int, message: str) -> Answer:
    """An error as Kibana words it."""
    names = {
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
        404: "Not Found",
        413: "Request Entity Too Large",
    }
    return said(status, {"statusCode": status, "error": names.get(status, "Error"), "message": message})


def not_exported(of_each: int, *keys: tuple[str, str]) -> Answer:
    """What `_export` answers where it has no object: `attributes` tell a missing one (404) from a forbidden (403)."""
    objects = [{"type": kind, "id": name, "error": {"statusCode": of_each}} for kind, name in keys]
    body = {"statusCode": 400, "error": "Bad Request", "message": "Error fetching objects to export"}
    return said(400, body | {"attributes": {"objects": objects}})


@dataclass(kw_only=True)
class State:
    """What it holds, and how it behaves."""

    version: str = "8.19.7"
    base_path: str = ""
    login: str = ""  # the Authorization header that is taken; "" takes everybody
    spaces: set[str] = field(default_factory=lambda: {"default"})
    objects: dict[tuple[str, str], dict[str, dict[str, Any]]] = field(default_factory=dict)  # (type, id) -> space -> it
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    default_view: dict[str, str] = field(default_factory=dict)
    largest: int = 26_214_400
    most: int = 10_000
    level: str = "available"
    starting: int = 0  # so many further requests are answered as by a Kibana that starts
    instead: Callable[[str, str], Answer | None] = lambda _method, _path: None  # (method, path below the space)
    seen: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def of_space(self, space: str) -> dict[tuple[str, str], dict[str, Any]]:
        """Objects of a space."""
        return {key: there[space] for key, there in self.objects.items() if space in there}


@contextmanager
def kibana(state: State | None = None, port: int = 0) -> Iterator[State]:
    """A running stand-in on loopback."""
    state = state or State()
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(state))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}{state.base_path}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def basic(user: str, password: str) -> str:
    """The header of a login."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _handler(state: State) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer in two writes would wait 40 ms for the acknowledgement of the first

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, kind, answer, headers = _answer(state, self.command, self.path, dict(self.headers.items()), body)
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - names that the library asks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


def _answer(state: State, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
    parts = urlsplit(target)
    path = parts.path
    if not path.startswith(f"{state.base_path}/"):
        return (
            said(302, {}, Location=f"{state.base_path}/login?next=%2F") if state.base_path else fault(404, ROUTES_KNOWN)
        )
    path = path.removeprefix(state.base_path)
    space = "default"
    if path.startswith("/s/"):
        space, path = path.split("/", 3)[2], "/" + path.split("/", 3)[3]
    state.seen.append((method, path))
    if (forced := state.instead(method, path)) is not None:
        return forced
    if state.starting > 0:
        state.starting -= 1
        waiting = {"status": {"overall": {"level": "unavailable"}}}
        return said(503, waiting) if path == "/api/status" else NOT_READY
    return _of_kibana(state, method, space, path, parse_qs(parts.query), headers, body)


def _of_kibana(
    state: State, method: str, space: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str],
    body: bytes,
) -> Answer:  # fmt: skip
    given = {name.lower(): value for name, value in headers.items()}
    known = not state.login or given.get("authorization") == state.login
    if path == "/api/status":
        return _status(state, known=known)
    if not known:
        return fault(401, "[security_exception]: unable to authenticate with provided credentials and anonymous access")
    if method != "GET" and "kbn-xsrf" not in given:
        return fault(400, "Request must contain a kbn-xsrf header.")
    if given.get("kbn-version", state.version) != state.version:
        return fault(400, 'Browser client is out of date, please refresh the page ("kbn-version" header was ...)')
    if space not in state.spaces:
        return fault(404, f"Saved object [space/{space}] not found")
    if path.startswith("/internal/"):
        return fault(400, f"uri [{path}] with method [{method.lower()}] exists but is not available with the current"
                          " configuration")  # fmt: skip
    handler = _ROUTES.get((method, path)) or next(
        (h for (m, p), h in _BELOW.items() if m == method and path.startswith(p)), None
    )
    return handler(state, space, path, query, given, body) if handler else fault(404, ROUTES_KNOWN)


def _status(state: State, *, known: bool) -> Answer:
    overall: dict[str, Any] = {"level": state.level}
    code = 503 if state.level in ("unavailable", "critical") else 200
    if not known:
        return said(code, {"status": {"overall": overall}})
    overall["summary"] = "All services and plugins are available" if state.level == "available" else "Some are not"
    return said(code, {
        "name": "stand-in", "uuid": "0", "version": {"number": state.version, "build_flavor": "traditional"},
        "status": {"overall": overall, "core": {}, "plugins": {}}, "metrics": {},
    })  # fmt: skip


def _import(
    state: State, space: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
) -> Answer:
    overwrite, copies = (query.get(name) == ["true"] for name in ("overwrite", "createNewCopies"))
    if overwrite and copies:
        return fault(400, "cannot use [overwrite] with [createNewCopies]")
    if len(body) > state.largest:
        return fault(413, f"Payload content length greater than maximum allowed: {state.largest}")
    name, content = _file(headers.get("content-type", ""), body)
    if name is None:
        return fault(400, "Incomplete multipart payload")
    if not name.endswith(".ndjson"):
        return fault(400, "Invalid file extension .json")
    try:
        objects = [json.loads(line) for line in content.decode().splitlines() if line.strip()]
    except ValueError:
        return fault(400, "Unexpected token } in JSON at position 0")
    objects = [one for one in objects if "exportedCount" not in one]
    return _refused(state, objects) or _take(state, space, objects, overwrite=overwrite)


def _file(kind: str, body: bytes) -> tuple[str | None, bytes]:
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    boundary = whole.get_boundary() or ""
    if not boundary or f"--{boundary}--".encode() not in body:
        return None, b""
    for part in whole.walk():
        if part.get_param("name", header="content-disposition") == "file":
            return part.get_filename() or "", part.get_payload(decode=True) or b""  # type: ignore[return-value]
    return None, b""


def _refused(state: State, objects: list[dict[str, Any]]) -> Answer | None:
    """Where the file as a whole is not taken."""
    if len(objects) > state.most:
        return fault(400, f"Can't import more than {state.most} objects")
    ids = [f"{one['type']}:{one['id']}" for one in objects]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        return fault(400, f"Non-unique import objects detected: [{','.join(twice)}]")
    for one in objects:
        last, given = MODEL_VERSIONS.get(one["type"]), one.get("typeMigrationVersion", "")
        if last and given and _number(given) > _number(last):
            return fault(422, f'Document "{one["id"]}" belongs to a more recent version of Kibana [{given}] when the'
                              f" last known version is [{last}].")  # fmt: skip
        if last and "migrationVersion" not in one and not given:
            return fault(500, "Cannot read properties of undefined (reading 'currentIndexPatternId')")
    return None


def _take(state: State, space: str, objects: list[dict[str, Any]], *, overwrite: bool) -> Answer:
    errors, results = [], []
    inside = {(one["type"], one["id"]) for one in objects} | set(state.of_space(space))
    for one in objects:
        error, destination = _judge(state, space, one, inside, overwrite=overwrite)
        if error:
            errors.append({"type": one["type"], "id": one["id"], "meta": {"title": ""}, "error": error})
            continue
        results.append((one, destination))
    whole = not any(e["error"]["type"] in ("conflict", "missing_references", "ambiguous_conflict") for e in errors)
    for one, destination in results if whole else ():
        kept = one | ({"id": destination, "originId": one["id"]} if destination else {})
        state.objects.setdefault((one["type"], kept["id"]), {})[space] = kept
    told = [
        {"type": one["type"], "id": one["id"], "meta": {}, "managed": one.get("managed", False), "overwrite": overwrite}
        | ({"destinationId": destination} if destination else {})
        for one, destination in results
    ]
    answer = {"success": not errors, "successCount": len(results), "warnings": []}
    return said(200, answer | ({"successResults": told} if told else {}) | ({"errors": errors} if errors else {}))


def _judge(
    state: State, space: str, one: dict[str, Any], inside: set[tuple[str, str]], *, overwrite: bool
) -> tuple[dict[str, Any] | None, str]:
    key = (one["type"], one["id"])
    if one["type"] not in MODEL_VERSIONS:
        return {"type": "unsupported_type"}, ""
    wanted = [(r["type"], r["id"]) for r in one.get("references", ()) if r["type"] in ("index-pattern", "search")]
    if missing := [{"type": t, "id": i} for t, i in wanted if (t, i) not in inside]:
        return {"type": "missing_references", "references": missing}, ""
    there = state.objects.get(key, {})
    copies = [k for k, o in state.of_space(space).items() if o.get("originId") == one["id"] and k[0] == one["type"]]
    if space in there:
        return (None, "") if overwrite else ({"type": "conflict"}, "")
    if len(copies) > 1:
        return {"type": "ambiguous_conflict", "destinations": [{"id": i} for _, i in copies]}, ""
    if copies:
        return (None, copies[0][1]) if overwrite else ({"type": "conflict", "destinationId": copies[0][1]}, "")
    return None, f"{one['id']}-{space}-copy" if there else ""


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _export(
    state: State, space: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
) -> Answer:
    asked = json.loads(body)
    kept = state.of_space(space)
    wanted = [(one["type"], one["id"]) for one in asked.get("objects", ())]
    gone = [key for key in wanted if key not in kept]
    if gone:
        return not_exported(404, *gone)
    out = list(wanted)
    missing = []
    for key in out if asked.get("includeReferencesDeep") else ():
        for reference in kept[key].get("references", ()):
            other = (reference["type"], reference["id"])
            if other not in kept:
                missing.append({"type": other[0], "id": other[1]})
            elif other not in out:
                out.append(other)
    last = {"exportedCount": len(out), "missingRefCount": len(missing), "missingReferences": missing}
    lines = [json.dumps(kept[key]) for key in out] + [json.dumps(last | {"excludedObjects": []})]
    return 200, "application/ndjson", "\n".join(lines).encode(), {}


def _default_view(
    state: State, space: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
) -> Answer:
    asked = json.loads(body)
    if set(asked) - {"data_view_id", "force"}:
        return fault(400, "[request body]: definition for this key is missing")
    if asked.get("force") or space not in state.default_view:
        state.default_view[space] = asked["data_view_id"]
    return said(200, {"acknowledged": True})


def _settings(
    state: State, space: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
) -> Answer:
    own = state.settings.setdefault(space, {})
    for name, value in (json.loads(body)["changes"] if body else {}).items():
        if own.get(name, {}).get("isOverridden"):
            return fault(400, f'Unable to update "{name}" because it is overridden')
        own[name] = {"userValue": value}
    return said(200, {"settings": own})


def _space(
    state: State, space: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
) -> Answer:
    name = path.rsplit("/", 1)[1]
    return said(200, {"id": name, "name": name}) if name in state.spaces else fault(404, "Not Found")


_ROUTES = {
    ("POST", "/api/saved_objects/_import"): _import,
    ("POST", "/api/saved_objects/_export"): _export,
    ("POST", "/api/data_views/default"): _default_view,
    ("GET", "/api/kibana/settings"): _settings,
    ("POST", "/api/kibana/settings"): _settings,
}
_BELOW = {("GET", "/api/spaces/space/"): _space}


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5601)
    parser.add_argument("--api-key", default="")
    parser.add_argument("--user", default="", help="name:password")
    parser.add_argument("--space", action="append", default=[])
    parser.add_argument("--base-path", default="")
    parser.add_argument("--starting", type=int, default=0, help="requests answered as by a Kibana that starts")
    given = parser.parse_args()
    login = f"ApiKey {given.api_key}" if given.api_key else basic(*given.user.split(":", 1)) if given.user else ""
    state = State(base_path=given.base_path, login=login, spaces={"default", *given.space}, starting=given.starting)
    with kibana(state, given.port):
        sys.stdout.write(f"{state.url}\n")
        threading.Event().wait()


if __name__ == "__main__":
    main()
