"""The HTTP client raises where a REST client would lose data in silence, and never quotes a secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from ingestion.client import ApiClient
from ingestion.errors import (
    BrokenPagination,
    CredentialsRejected,
    HostUnreachable,
    IngestionError,
    RateLimited,
    VendorError,
)

Answer = tuple[int, Any, dict[str, str]]
Script = Callable[[dict[str, str], int], Answer]
SECRET = "sk_do_not_print"


@pytest.fixture
def vendor() -> Iterator[Callable[[Script], str]]:
    servers: list[ThreadingHTTPServer] = []

    def start(script: Script) -> str:
        calls = [0]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {key: values[0] for key, values in parse_qs(urlparse(self.path).query).items()}
                status, body, headers = script(query, calls[0])
                calls[0] += 1
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()


def client(url: str, **kwargs: Any) -> ApiClient:
    return ApiClient(
        "crm", url, BearerTokenAuth(SECRET), max_attempts=3, backoff_seconds=0.001, timeout_seconds=5, **kwargs
    )


def cursor() -> JSONResponseCursorPaginator:
    return JSONResponseCursorPaginator(cursor_path="next", cursor_param="after")


def page(query: dict[str, str], call: int) -> Answer:
    start = int(query.get("after", 0))
    body: dict[str, Any] = {"rows": [{"id": start}, {"id": start + 1}]}
    if start < 4:
        body["next"] = str(start + 2)
    return 200, body, {}


def test_every_page_is_read(vendor: Callable[[Script], str]) -> None:
    pages = list(client(vendor(page)).pages("/deals", "rows", cursor()))
    assert [row["id"] for rows in pages for row in rows] == [0, 1, 2, 3, 4, 5]


def test_a_cursor_that_does_not_move_raises(vendor: Callable[[Script], str]) -> None:
    def stuck(query: dict[str, str], call: int) -> Answer:
        return 200, {"rows": [{"id": 1}], "next": "same"}, {}

    with pytest.raises(BrokenPagination, match="twice"):
        list(client(vendor(stuck)).pages("/deals", "rows", cursor()))


def test_a_missing_selector_raises(vendor: Callable[[Script], str]) -> None:
    with pytest.raises(BrokenPagination, match=r"no list at `data\.items`"):
        list(client(vendor(page)).pages("/deals", "data.items", cursor()))


def test_an_empty_page_is_no_error(vendor: Callable[[Script], str]) -> None:
    def empty(query: dict[str, str], call: int) -> Answer:
        return 200, {"rows": []}, {}

    assert list(client(vendor(empty)).pages("/deals", "rows", cursor())) == [[]]


def test_an_error_inside_200_raises(vendor: Callable[[Script], str]) -> None:
    def error(query: dict[str, str], call: int) -> Answer:
        return 200, {"result": "error", "message": "no such site"}, {}

    def detect(body: Any) -> str | None:
        return body["message"] if body.get("result") == "error" else None

    with pytest.raises(VendorError, match="no such site"):
        client(vendor(error), error_in_body=detect).get("/")


@pytest.mark.parametrize("headers", [{"Retry-After": "0"}, {}])
def test_rate_limits_are_waited_out(vendor: Callable[[Script], str], headers: dict[str, str]) -> None:
    def limited(query: dict[str, str], call: int) -> Answer:
        return (429, {"message": "slow down"}, headers) if call < 2 else (200, {"ok": True}, {})

    assert client(vendor(limited)).get("/") == {"ok": True}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, CredentialsRejected),
        (403, CredentialsRejected),
        (404, VendorError),
        (429, RateLimited),
        (503, HostUnreachable),
    ],
)
def test_statuses_become_errors_that_name_the_setting_and_no_secret(
    vendor: Callable[[Script], str], status: int, error: type[IngestionError]
) -> None:
    def refuse(query: dict[str, str], call: int) -> Answer:
        return status, {"message": "no"}, {}

    with pytest.raises(error) as caught:
        client(vendor(refuse)).get("/deals", {"key": SECRET})
    told = str(caught.value) + caught.value.remedy
    assert "crm" in told
    assert SECRET not in told
    assert caught.value.__cause__ is None


def test_nobody_listening_is_unreachable() -> None:
    with pytest.raises(HostUnreachable, match=r"no answer from http://127\.0\.0\.1:9"):
        client("http://127.0.0.1:9").get("/")


def test_a_web_page_is_not_an_api(vendor: Callable[[Script], str]) -> None:
    def html(query: dict[str, str], call: int) -> Answer:
        return 200, "<html>", {}

    with pytest.raises(VendorError, match="not JSON"):
        client(vendor(html)).get("/")


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"X-Reset": "1000030"}, 30),
        ({"X-Reset": "1000030", "Retry-After": "7"}, 7),
        ({"X-Reset": "999990"}, 0.5),
        ({"X-Reset": "1009999"}, 0.5),
        ({"X-Reset": "soon"}, 0.5),
        ({}, 0.5),
    ],
)
def test_a_spent_limit_is_waited_for_as_long_as_the_vendor_says(
    headers: dict[str, str], waited: float, vendor: Callable[[Script], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("ingestion.client.time.time", lambda: 1_000_000.0)
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    address = vendor(lambda query, number: (429, {}, headers) if number == 0 else (200, {"a": 1}, {}))
    assert ApiClient("acme", address, reset_header="X-Reset").get("/x") == {"a": 1}
    assert slept == [waited]


def test_the_first_of_several_errors_is_quoted_with_its_status(vendor: Callable[[Script], str]) -> None:
    body = {"type": "error.list", "errors": [{"code": "a", "message": "first"}, {"code": "b", "message": "second"}]}
    with pytest.raises(VendorError, match="first") as caught:
        ApiClient("acme", vendor(lambda query, number: (404, body, {}))).get("/x")
    assert caught.value.status == 404
