"""Each answer that a Kibana gives, and what an operator is then told. No secret is ever told."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import trustme

from core.errors import ConfigError, DiembaoError
from core.settings import KibanaSettings
from kibana.client import Kibana, KibanaAway, KibanaRefuses
from kibana.loading import Found, check, load
from kibana.objects import saved_objects
from tests.standins.kibana import NOT_READY, Answer, State, basic, fault, kibana, not_exported, said

KEY = "bWE6a2hvYS1iaS1tYXQ="
PASSWORD = "mật-khẩu bí mật: 1"
IMPORT = "/api/saved_objects/_import"
EXPORT = "/api/saved_objects/_export"
BY_HAND = "set it by hand: Stack Management, Advanced Settings, dateFormat:tz"


@pytest.fixture
def stand() -> Iterator[State]:
    with kibana(State(spaces={"default", "phong-vh"})) as state:
        yield state


def settings(state: State, **over: Any) -> KibanaSettings:
    return KibanaSettings.model_validate({"url": state.url, "wait": 0, "timeout": 5} | over)


def loaded(state: State, pause: Callable[[float], object] | None = None, **over: Any) -> tuple[Found, ...]:
    given = settings(state, **over)
    with closing(Kibana(given, pause)) as made:
        return load(made, given)


def checked(state: State, **over: Any) -> tuple[Found, ...]:
    given = settings(state, **over)
    with closing(Kibana(given)) as made:
        return check(made, given)


def wrong(found: tuple[Found, ...]) -> list[str]:
    return [f"{one.what}: {one.says}" for one in found if one.sign == "!!"]


def answering(path: str, answer: Answer) -> Callable[[str, str], Answer | None]:
    return lambda _method, asked: answer if asked == path else None


def test_loading_twice_is_loading_once(stand: State) -> None:
    first = loaded(stand)
    before = json.dumps(sorted(map(str, stand.objects.items())))
    assert loaded(stand) == tuple(
        one if one.what != "time zone" else Found(sign="ok", what="time zone", says="Asia/Ho_Chi_Minh") for one in first
    )
    assert json.dumps(sorted(map(str, stand.objects.items()))) == before
    assert {one.sign for one in first} == {"ok"}
    assert stand.settings["default"] == {"dateFormat:tz": {"userValue": "Asia/Ho_Chi_Minh"}}
    assert stand.default_view == {"default": "diembao-counts"}
    assert {kind for kind, _ in stand.objects} == {"index-pattern", "dashboard"}
    assert wrong(checked(stand)) == []


def test_each_space_has_objects_of_its_own(stand: State) -> None:
    loaded(stand)
    found = loaded(stand, space="phong-vh")
    assert {one.sign for one in found} == {"ok"}
    assert len(stand.objects) == 10
    assert stand.settings["phong-vh"] == {"dateFormat:tz": {"userValue": "Asia/Ho_Chi_Minh"}}
    assert stand.default_view["phong-vh"] == "diembao-phong-vh-counts"


@pytest.mark.parametrize(
    ("login", "over"),
    [
        (f"ApiKey {KEY}", {"api_key": KEY}),
        (basic("nạp", PASSWORD), {"username": "nạp", "password": PASSWORD}),
    ],
)
def test_behind_a_base_path_with_a_login(login: str, over: dict[str, Any]) -> None:
    with kibana(State(base_path="/cong/kibana", login=login)) as stand:
        found = loaded(stand, url=f"{stand.url}/", **over)
        assert wrong(found) == []
        assert found[0].says == "available, version 8.19.7"


def test_the_status_without_a_login_tells_no_version(stand: State) -> None:
    stand.login = f"ApiKey {KEY}"
    stand.instead = lambda method, path: None if path == "/api/status" else said(404, {})
    given = settings(stand)
    with closing(Kibana(given)) as made:
        assert made.ready().version == ""


def test_a_starting_kibana_is_waited_for_as_it_asks(stand: State) -> None:
    stand.starting = 2
    waits: list[float] = []
    assert wrong(loaded(stand, waits.append, wait=60)) == []
    assert waits == [5.0, 5.0]
    stand.instead = answering("/api/status", NOT_READY)
    waits.clear()
    with pytest.raises(KibanaAway, match=r"not ready yet \(HTTP 503\); waited 60 s .*\. See Kibana's own log"):
        loaded(stand, waits.append, wait=60)
    assert waits == [30.0, 30.0]


@pytest.mark.parametrize("status", [429, 503])
def test_an_import_that_meets_a_busy_kibana_is_sent_again(stand: State, status: int) -> None:
    busy = iter([said(status, {}, **{"Retry-After": "7"}), said(status, {})])
    stand.instead = lambda _method, path: next(busy, None) if path == IMPORT else None
    waits: list[float] = []
    assert wrong(loaded(stand, waits.append, wait=60)) == []
    assert waits == [7.0, 5.0]
    stand.instead = answering(IMPORT, said(status, {}))
    waits.clear()
    with pytest.raises(KibanaAway, match="waited 10 s"):
        loaded(stand, waits.append, wait=12)
    assert waits == [5.0, 5.0]


@pytest.mark.parametrize("level", ["unavailable", "critical"])
def test_an_unusable_kibana_is_no_ready_one(stand: State, level: str) -> None:
    stand.level = level
    with pytest.raises(KibanaAway):
        loaded(stand)
    assert ("POST", IMPORT) not in stand.seen


def test_a_degraded_kibana_is_used_with_a_word(stand: State) -> None:
    stand.level = "degraded"
    found = loaded(stand)
    assert (found[0].sign, found[0].todo) == ("--", "see Kibana's own log")
    assert wrong(found) == []


def test_nobody_there_is_waited_for_and_told(stand: State) -> None:
    waits: list[float] = []
    with pytest.raises(KibanaAway, match=r"can't be reached; waited 10 s .*\. Start Kibana"):
        loaded(stand, waits.append, url="http://127.0.0.1:9", wait=12)
    assert waits == [5.0, 5.0]


def test_one_that_hangs_is_waited_for_no_longer_than_one_that_starts(stand: State) -> None:
    stand.level = "unavailable"
    waits: list[float] = []
    times = count(0, 30)
    made = Kibana(settings(stand, wait=100), waits.append, now=lambda: float(next(times)))
    with closing(made), pytest.raises(KibanaAway, match="waited 100 s"):
        made.ready()
    assert waits == [5.0, 5.0]


HTML: Answer = (200, "text/html", b"<html><form action='/login'></form></html>", {})
REDIRECT: Answer = (302, "text/html", b"", {"Location": "https://sso.tinh.vn/login?token=abc"})
STATUS = "/api/status"
ENGINES = {"error": {"root_cause": [{"type": "security_exception"}], "type": "security_exception"}, "status": 401}
NGINX = b"<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>"


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        (STATUS, HTML, "answers text/html where Kibana answers JSON"),
        (STATUS, REDIRECT, "redirect to sso.tinh.vn: a login page or a base path"),
        (STATUS, fault(404, "Not Found"), "HTTP 404 Not Found. Check [kibana] url and its base path"),
        (STATUS, said(200, {"status": "ok"}), "its /api/status is none of Kibana"),
        (STATUS, said(200, {"status": {"overall": "green"}}), "its /api/status is none of Kibana"),
        (STATUS, said(200, []), "its /api/status is none of Kibana"),
        (STATUS, said(200, {"status": {"overall": {"state": "green"}}}), "Kibana's. This Kibana is older than 8.11"),
        (STATUS, said(401, ENGINES), "there Elasticsearch answers, not Kibana (HTTP 401). Check the host, the port"),
        (STATUS, said(404, {"error": "no handler"}, **{"X-elastic-product": "Elasticsearch"}), "there Elasticsearch"),
        (STATUS, (400, "text/html", NGINX, {}), "[kibana] url must begin with https://"),
        (IMPORT, HTML, "answers text/html where Kibana answers JSON"),
        (IMPORT, REDIRECT, "redirect to sso.tinh.vn"),
        (IMPORT, fault(401, "unable to authenticate"), "Check [kibana] api_key"),
        (IMPORT, fault(403, "Forbidden"), "Saved Objects Management all"),
        (IMPORT, fault(400, "Request must contain a kbn-xsrf header."), "let it through"),
        (IMPORT, fault(400, "Browser client is out of date (kbn-version)"), "adds the header kbn-version"),
        (IMPORT, fault(400, "Invalid file extension .bin"), "multipart/form-data through unchanged"),
        (IMPORT, fault(400, "Incomplete multipart payload"), "The upload was cut"),
        (IMPORT, fault(400, "Can't import more than 2 objects"), "savedObjects.maxImportExportSize"),
        (IMPORT, fault(400, "Non-unique import objects detected: [dashboard:a]"), "names an object twice"),
        (IMPORT, fault(413, "Payload too large"), "savedObjects.maxImportPayloadBytes"),
        (IMPORT, fault(422, 'Document "a" belongs to a more recent version of Kibana [10.2.0]'), "older than 8.11"),
        (IMPORT, fault(500, "Document belongs to a more recent version of Kibana [x]"), "older than 8.11"),
        (IMPORT, fault(500, "Cannot read properties of undefined (reading 'currentIndexPatternId')"), "its versions"),
        (IMPORT, fault(500, "An internal server error occurred"), "See Kibana's own log"),
        (IMPORT, fault(400, "uri [/x] exists but is not available with the current configuration"), "internal there"),
        (IMPORT, fault(400, "Unexpected token } in JSON at position 0"), "`diembao kibana export` writes"),
        (IMPORT, fault(400, "[request query.overwrite]: no"), "no. Kibana does not take this request: see its own log"),
        (IMPORT, fault(405, "Method Not Allowed"), "Let GET and POST through"),
        (IMPORT, fault(409, "version conflict"), "at the same time: try again"),
        (IMPORT, fault(415, "Unsupported Media Type"), "multipart/form-data and JSON through unchanged"),
        (IMPORT, fault(418, "teapot"), "See Kibana's own log, and that of a proxy before it"),
        (IMPORT, fault(429, "slow down"), "slow down (HTTP 429). Try again in a few minutes"),
        (IMPORT, (502, "text/html", b"<html>Bad Gateway</html>", {}), "(HTTP 502). Start Kibana, or correct"),
        (IMPORT, NOT_READY, "not ready yet (HTTP 503). See Kibana's own log and Elasticsearch's"),
        (IMPORT, fault(504, "Gateway Timeout"), "raise the time that the proxy before it gives"),
        (IMPORT, said(200, {"ok": True}), "an answer to an import that is none"),
        (IMPORT, said(200, []), "an answer to an import that is none"),
        (EXPORT, (200, "application/ndjson", b'{"type": "dashboard"}', {}), "can't be read"),
        (EXPORT, (200, "application/ndjson", b"[]", {}), "an export that can't be read"),
        (EXPORT, (200, "application/ndjson", b"", {}), "an export that can't be read"),
        (EXPORT, HTML, "answers text/html"),
        (EXPORT, fault(400, "Can't export more than 1 objects"), "1 objects. Kibana does not take this request"),
        (EXPORT, not_exported(403, ("dashboard", "d")), "The login needs these privileges"),
    ],
)
def test_what_is_refused_is_told_with_what_to_do(stand: State, path: str, answer: Answer, says: str) -> None:
    stand.instead = answering(path, answer)
    with pytest.raises(DiembaoError) as told:
        loaded(stand)
    assert says in str(told.value)
    assert "token=abc" not in str(told.value)
    assert "diembao kibana load" not in str(told.value), "which would end in the same"


@pytest.mark.parametrize("body", [{"message": "từ chối"}, {}, "", []])
@pytest.mark.parametrize("path", [STATUS, IMPORT])
def test_every_status_ends_in_advice(stand: State, path: str, body: object) -> None:
    for status in range(400, 600):
        stand.instead = answering(path, said(status, body))
        with pytest.raises((KibanaAway, KibanaRefuses)) as told:
            loaded(stand)
        assert told.value.todo[:1].isupper()
        assert str(told.value) == f"{told.value.says}. {told.value.todo}"
        assert str(status) in told.value.says


@pytest.mark.parametrize(
    "path", [EXPORT, "/api/kibana/settings", "/api/data_views/default", "/api/spaces/space/phong-vh"]
)
def test_every_finding_that_is_not_ok_ends_in_advice(stand: State, path: str) -> None:
    for status in (*range(400, 432), *range(500, 506)):
        stand.instead = answering(path, fault(status, "từ chối"))
        try:
            found = (*loaded(stand, space="phong-vh"), *checked(stand, space="phong-vh"))
        except (KibanaAway, KibanaRefuses) as told:
            assert str(told) == f"{told.says}. {told.todo}"
        else:
            assert all(one.todo for one in found if one.sign != "ok")
            assert {one.sign for one in found} <= {"ok", "--", "!!"}
            assert not [one for one in found if one.todo == "diembao kibana load" and one.what != "time zone"]


def errors(*each: dict[str, Any], count: int = 5) -> Answer:
    """What `_import` answers with errors of single objects: status 200."""
    return said(200, {
        "success": False, "successCount": count,
        "errors": [{"type": "dashboard", "id": "d", "meta": {}, "error": one} for one in each],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ({"type": "conflict"}, "nothing was loaded: dashboard d: conflicts with one that is there. Delete the one in"),
        ({"type": "conflict", "destinationId": "e"}, "conflicts with e. Delete the one in the way"),
        ({"type": "ambiguous_conflict", "destinations": [{"id": "e"}, {"id": "f"}]}, "copies (e, f). Delete the"),
        ({"type": "missing_references", "references": [{"type": "index-pattern", "id": "v"}]},
         "needs index-pattern v, which is not there. Load the whole file"),
        ({"type": "unsupported_type"},
         "the rest was loaded: dashboard d: this Kibana does not know that type. Use Kibana 8.11"),
        ({"type": "unknown", "message": "Unable to bulk_create", "statusCode": 403}, "Saved Objects Management"),
        ({"type": "unknown", "message": "Unable to bulk_create", "statusCode": 400}, "Saved Objects Management"),
        ({"type": "unknown", "message": "schema", "statusCode": 400}, "schema (HTTP 400). This Kibana can't read the"),
        ({"type": "unknown", "message": "busy", "statusCode": 429}, "busy (HTTP 429). Try again in a few minutes"),
        ({"type": "unknown", "message": "no", "statusCode": 500}, "no (HTTP 500). See Kibana's own log"),
        ({"type": "unknown"}, "no reason given (HTTP 0). See Kibana's own log"),
        ({"type": "missing_access_control_metadata", "owner": "x"},
         'missing_access_control_metadata {"owner": "x"}. The dashboard\'s owner made it read-only'),
        ({"type": "unexpected_access_control_metadata"}, "The dashboard's owner made it read-only"),
        ({"type": "access_control_conflict"}, "access_control_conflict. The dashboard's owner made it read-only"),
        ({"type": "of_tomorrow"}, "of_tomorrow. See Kibana's own log"),
        ({}, "no reason given (HTTP 0). See Kibana's own log"),
    ],
)  # fmt: skip
def test_status_200_without_success_is_no_success(stand: State, error: dict[str, Any], says: str) -> None:
    stand.instead = answering(IMPORT, errors(error))
    with pytest.raises(KibanaRefuses) as told:
        loaded(stand)
    assert says in str(told.value)
    assert str(told.value) == f"{told.value.says}. {told.value.todo}"


def test_no_reason_is_told_too(stand: State) -> None:
    stand.instead = answering(IMPORT, said(200, {"success": False, "successCount": 0}))
    with pytest.raises(KibanaRefuses, match=r"it gives no reason\. See Kibana's own log"):
        loaded(stand)


def test_every_object_that_was_not_taken_is_named(stand: State) -> None:
    stand.instead = answering(IMPORT, errors({"type": "conflict"}, {"type": "unsupported_type"}))
    with pytest.raises(KibanaRefuses) as told:
        loaded(stand)
    assert str(told.value).count("dashboard d: ") == 2
    assert told.value.todo == "Delete the one in the way and load again; Use Kibana 8.11 or newer"
    stand.instead = answering(IMPORT, errors({"type": "conflict"}, {"type": "conflict"}))
    with pytest.raises(KibanaRefuses) as same:
        loaded(stand)
    assert same.value.todo == "Delete the one in the way and load again", "said once"


def test_warnings_and_ids_of_another_space_are_told(stand: State) -> None:
    given = settings(stand)
    for one in saved_objects(given):
        stand.objects[one["type"], one["id"]] = {"phong-vh": dict(one)}
    found = loaded(stand)
    moved = [one for one in found if "another space uses its own" in one.says]
    assert len(moved) == 5
    assert all("delete it here and in the other space" in one.todo for one in moved)
    assert wrong(found) == [f"import: {one.says}" for one in moved], "loading again would not mend it"
    assert not [one for one in found if one.todo == "diembao kibana load"]
    assert "default" not in stand.default_view, "no id that is not there"
    stand.objects.clear()
    assert {one.sign for one in loaded(stand)} == {"ok"}, "as the advice says"
    stand.instead = answering(IMPORT, said(200, {
        "success": True, "successCount": 5, "warnings": [
            {"type": "action_required", "message": "xem lại", "actionPath": "/app/x"}, {"message": "lạ"},
        ],
    }))  # fmt: skip
    assert [(one.says, one.todo) for one in loaded(stand) if one.sign == "--"] == [
        ("action_required: xem lại", "open /app/x in Kibana and do what it asks"),
        ("warning: lạ", "look at the dashboards in Kibana, and at its log"),
    ]


def test_a_space_that_is_not_there(stand: State) -> None:
    with pytest.raises(KibanaRefuses, match=r"no space so-y-te\. Make it"):
        loaded(stand, space="so-y-te")
    assert not stand.objects


def test_a_login_that_may_not_look_at_spaces_loads_all_the_same(stand: State) -> None:
    stand.instead = answering("/api/spaces/space/phong-vh", fault(403, "Forbidden"))
    found = loaded(stand, space="phong-vh")
    assert [one.sign for one in found if one.what == "space"] == ["--"]
    assert wrong(found) == []


@pytest.mark.parametrize("status", [400, 403, 404])
def test_the_default_view_is_a_wish(stand: State, status: int) -> None:
    stand.instead = answering("/api/data_views/default", fault(status, "no"))
    (told,) = [one for one in loaded(stand) if one.what == "data view"]
    assert (told.sign, told.todo) == ("--", "choose it by hand: Stack Management, Data Views")


def test_somebodys_own_default_view_stays(stand: State) -> None:
    stand.default_view["default"] = "cua-toi"
    loaded(stand)
    assert stand.default_view["default"] == "cua-toi"


@pytest.mark.parametrize("answer", [[], None, {"settings": []}, {"settings": {"dateFormat:tz": "UTC"}}])
def test_settings_in_another_form_are_no_time_zone(stand: State, answer: object) -> None:
    loaded(stand)
    stand.instead = answering("/api/kibana/settings", said(200, answer))
    assert wrong(checked(stand)) == ["time zone: Browser: days are cut by each viewer's own clock"]


@pytest.mark.parametrize(
    ("status", "todo"),
    [
        (403, f"{BY_HAND}; or give the login Advanced Settings all"),
        (404, BY_HAND),
        (500, "See Kibana's own log"),
    ],
)
def test_a_time_zone_that_can_not_be_set_is_set_by_hand(stand: State, status: int, todo: str) -> None:
    stand.instead = answering("/api/kibana/settings", fault(status, "no"))
    (told,) = [one for one in loaded(stand) if one.what == "time zone"]
    assert (told.sign, told.todo) == ("--", todo)


def test_a_time_zone_that_is_none_is_corrected_in_our_settings(stand: State) -> None:
    invalid = fault(400, "[validation [dateFormat:tz]]: Invalid timezone: Asia/Hue")
    stand.instead = lambda method, path: invalid if (method, path) == ("POST", "/api/kibana/settings") else None
    (told,) = [one for one in loaded(stand, time_zone="Asia/Hue") if one.what == "time zone"]
    assert (told.sign, told.todo) == ("!!", "correct [kibana] time_zone: a name such as Asia/Ho_Chi_Minh")
    assert "Invalid timezone: Asia/Hue" in told.says


def test_another_zone_is_not_told_as_each_viewers_own(stand: State) -> None:
    loaded(stand, time_zone="UTC")
    assert wrong(checked(stand)) == ["time zone: UTC: days are cut there, not in Asia/Ho_Chi_Minh"]


def test_a_time_zone_fixed_in_the_file_is_told(stand: State) -> None:
    stand.settings["default"] = {"dateFormat:tz": {"userValue": "UTC", "isOverridden": True}}
    (told,) = [one for one in loaded(stand) if one.what == "time zone"]
    assert (told.sign, told.says) == ("!!", "UTC, fixed in kibana.yml")
    stand.settings["default"]["dateFormat:tz"]["userValue"] = "Asia/Ho_Chi_Minh"
    assert wrong(loaded(stand)) == []


def test_checking_changes_nothing_and_finds_what_is_missing(stand: State) -> None:
    found = checked(stand)
    assert len(wrong(found)) == 6
    assert not stand.objects
    assert not stand.settings.get("default")
    loaded(stand)
    del stand.objects["index-pattern", "diembao-reading"]
    assert wrong(checked(stand)) == [
        "index-pattern: Điểm báo: việc đọc nguồn (diembao-reading) is not there",
        "dashboard: Vận hành (diembao-van-hanh) lacks index-pattern diembao-reading",
    ]
    assert {method for method, path in stand.seen if path == "/api/kibana/settings"} == {"GET", "POST"}


def test_a_data_view_of_other_indices_is_found(stand: State) -> None:
    loaded(stand)
    assert wrong(checked(stand, indices="tinh-daily")) == [
        "index-pattern: Điểm báo: số bài theo ngày (diembao-counts) reads diembao-daily-counts-*,"
        " not tinh-daily-counts-*",
        "index-pattern: Điểm báo: việc đọc nguồn (diembao-reading) reads diembao-daily-reading, not tinh-daily-reading",
    ]
    stand.objects["index-pattern", "diembao-counts"]["default"]["attributes"]["timeFieldName"] = ""
    assert len(wrong(checked(stand))) == 1
    assert wrong(loaded(stand, indices="tinh-daily")) == []


def test_only_public_routes_are_asked(stand: State) -> None:
    loaded(stand, space="phong-vh")
    assert not [path for _, path in stand.seen if "/internal/" in path]
    assert {path for _, path in stand.seen} == {
        "/api/status", "/api/spaces/space/phong-vh", IMPORT, "/api/data_views/default", "/api/kibana/settings",
        "/api/saved_objects/_export",
    }  # fmt: skip


def test_tls_needs_the_authoritys_file(stand: State, tmp_path: Path) -> None:
    import ssl
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    authority = trustme.CA()
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://127.0.0.1:{server.server_address[1]}"
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    try:
        with pytest.raises(KibanaRefuses, match=r"TLS failed.*ca_file"):
            loaded(stand, url=url)
        with pytest.raises(DiembaoError) as trusted:
            loaded(stand, url=url, ca_file=str(tmp_path / "ca.pem"))
        assert "TLS" not in str(trusted.value)
        with pytest.raises(ConfigError, match="can't be read as a PEM file"):
            loaded(stand, url=url, ca_file=str(tmp_path / "none.pem"))
        (tmp_path / "key.pem").write_text("ssh-ed25519 AAAA", encoding="ascii")
        with pytest.raises(ConfigError, match=r"key.pem' can't be read as a PEM file"):
            loaded(stand, url=url, ca_file=str(tmp_path / "key.pem"))
        with pytest.raises(KibanaAway, match=r"hangs up\. If it speaks https"):
            loaded(stand, url=url.replace("https:", "http:"))
        with pytest.raises(KibanaRefuses, match=r"it speaks http; \[kibana\] url says https"):
            loaded(stand, url=stand.url.replace("http:", "https:"))
    finally:
        server.shutdown()
        server.server_close()


def test_no_secret_is_told(stand: State, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    logins: tuple[tuple[dict[str, Any], str], ...] = (
        ({"api_key": KEY}, KEY), ({"username": "nap", "password": PASSWORD}, PASSWORD),
    )  # fmt: skip
    for over, secret in logins:
        told = []
        (header,) = [basic("nap", PASSWORD)] if "username" in over else [f"ApiKey {KEY}"]
        for answer in (
            fault(401, f"bad {secret}"), fault(500, secret), HTML, REDIRECT, NOT_READY, fault(400, f"sent {header}"),
            errors({"type": "unknown", "message": f"bad {header}, {secret}", "statusCode": 400}),
            (302, "text/html", b"", {"Location": f"https://nap:{header.split()[1]}@sso.tinh.vn/"}),
        ):  # fmt: skip
            stand.instead = answering(IMPORT, answer)
            with pytest.raises(DiembaoError) as said_so:
                loaded(stand, **over)
            told.append(str(said_so.value))
        stand.instead = answering(IMPORT, said(200, {"success": True, "warnings": [{"message": f"{header} {secret}"}]}))
        told.append(str(loaded(stand, **over)))
        with closing(Kibana(settings(stand, **over))) as made:
            told += [repr(made), repr(settings(stand, **over))]
        assert secret not in " ".join(told) + caplog.text
        assert basic("nap", PASSWORD).split()[1] not in " ".join(told) + caplog.text


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"url": ""}, "no Kibana is set"),
        ({"api_key": KEY, "username": "nap"}, "not both"),
        ({"api_key": "khóa"}, "characters that no key has"),
    ],
)
def test_settings_that_can_not_be_meant(stand: State, over: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        loaded(stand, **over)


@pytest.mark.parametrize(
    "url",
    ["kibana.tinh.vn", "ftp://kibana.tinh.vn", "https://nap:mk@kibana.tinh.vn", "https://k.vn/s/a", "https://k.vn/app/home",
     "https://k.vn/kibana/s/phong-vh/", "https://k.vn/?a=b"],
)  # fmt: skip
def test_addresses_that_can_not_be_meant(url: str) -> None:
    with pytest.raises(ValueError, match="must") as told:
        KibanaSettings(url=url)
    assert "mk@" not in "; ".join(str(error["msg"]) for error in told.value.errors())  # type: ignore[attr-defined]
