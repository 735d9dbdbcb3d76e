"""What an operator is told of the engine's answers; no engine is needed for that."""

from __future__ import annotations

import pytest
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig
from elasticsearch import ApiError

from store.elastic.client import EngineRefuses, told

STRANGE = {"error": "no handler found for uri [/foo/_cluster/health] and method [GET]", "status": 400}
OURS = {"error": {"type": "index_not_found_exception"}, "status": 404}


@pytest.mark.parametrize(
    ("path", "status", "body", "said"),
    [
        ("/foo", 400, STRANGE, "HTTP 400, no answer of its own below /foo; [elastic] hosts ends with that path"),
        ("/foo", 404, OURS, "Elasticsearch: HTTP 404 index_not_found_exception"),
        ("", 400, STRANGE, "Elasticsearch: HTTP 400"),
        ("", 200, "<html>", "HTTP 200, no answer of its own; a proxy or another service answers at [elastic] hosts"),
        ("", 302, "", "HTTP 302, no answer of its own"),
        ("", 404, {"statusCode": 404, "error": "Not Found"}, "HTTP 404, no answer of its own"),
    ],
)
def test_a_path_in_the_address_is_named_where_nobody_of_ours_answers(
    path: str, status: int, body: object, said: str
) -> None:
    node = NodeConfig(scheme="http", host="127.0.0.1", port=9200, path_prefix=path)
    meta = ApiResponseMeta(status=status, http_version="1.1", headers=HttpHeaders(), duration=0.0, node=node)
    with pytest.raises(EngineRefuses) as caught, told():
        raise ApiError("", meta=meta, body=body)
    assert said in str(caught.value) and str(caught.value) == str(caught.value).strip()
