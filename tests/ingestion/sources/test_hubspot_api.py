"""HubSpot's answers that would lose records in silence, given word for word by a server on this machine."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ingestion.errors import BrokenPagination, VendorError
from ingestion.sources.hubspot import Settings
from ingestion.sources.hubspot.api import HubSpotApi


class ScriptedHubSpot:
    """A server that gives the bodies it was told to, in order, whatever is asked; it keeps what was asked."""

    def __init__(self, *bodies: Any) -> None:
        waiting, self.asked = list(bodies), list[Any]()
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                asked.append(json.loads(self.rfile.read(length)) if length else self.path)
                body = json.dumps(waiting.pop(0)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> ScriptedHubSpot:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        host, port = self._server.server_address[:2]
        self.api = HubSpotApi(
            Settings(name="hubspot", base_url=f"http://{host!s}:{port}", access_token="x")  # type: ignore[arg-type]
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


SINCE = datetime(2026, 1, 1)


def changed(api: HubSpotApi) -> list[Any]:
    return list(api.changed_objects("deals", "hs_lastmodifieddate", SINCE, ["dealname"]))


@pytest.mark.parametrize(
    ("bodies", "message"),
    [
        ([{"total": 1}], "no list"),
        ([{"results": [{"id": "1"}]}], "total"),
        ([{"total": 3, "results": [{"id": "9"}, {"id": "4"}]}], "order"),
        ([{"total": 3, "results": [{"id": "4"}]}, {"total": 2, "results": [{"id": "4"}]}], "move on"),
        ([{"total": 3, "results": []}], "move on"),
    ],
)
def test_a_search_that_would_lose_records_raises(bodies: list[Any], message: str) -> None:
    with ScriptedHubSpot(*bodies) as hubspot, pytest.raises(BrokenPagination, match=message):
        changed(hubspot.api)


def test_an_error_inside_a_200_raises() -> None:
    failed = {"status": "error", "message": "internal error"}
    with ScriptedHubSpot(failed) as hubspot, pytest.raises(VendorError, match="internal error"):
        changed(hubspot.api)


def test_a_list_without_results_raises() -> None:
    with ScriptedHubSpot({"objects": []}) as hubspot, pytest.raises(BrokenPagination, match="results"):
        list(hubspot.api.list_objects("deals", ["dealname"], archived=False))


def test_a_batch_that_fails_in_part_raises_and_a_missing_object_does_not() -> None:
    missing = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "No company is associated"}
    refused = {"status": "error", "category": "MISSING_SCOPES", "message": "contacts need a scope"}
    with ScriptedHubSpot(
        {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [missing]},
        {"status": "COMPLETE", "results": [], "numErrors": 2, "errors": [missing, refused]},
    ) as hubspot:
        assert hubspot.api.associations("deals", "companies", ["1"]) == {}
        with pytest.raises(VendorError, match="need a scope"):
            hubspot.api.associations("deals", "companies", ["1"])


def test_associations_beyond_one_page_are_asked_for_object_by_object() -> None:
    def result(from_id: str, to_id: str, after: str | None = None) -> dict[str, Any]:
        more = {"paging": {"next": {"after": after}}} if after else {}
        return {"from": {"id": from_id}, "to": [{"toObjectId": to_id, "associationTypes": []}], **more}

    with ScriptedHubSpot(
        {"results": [result("1", "71", "a"), result("2", "81")]},
        {"results": [result("1", "72", "b")]},
        {"results": [result("1", "73")]},
    ) as hubspot:
        found = hubspot.api.associations("deals", "contacts", ["1", "2"])
        assert {from_id: [one["toObjectId"] for one in to] for from_id, to in found.items()} == {
            "1": ["71", "72", "73"],
            "2": ["81"],
        }
        assert hubspot.asked[1] == {"inputs": [{"id": "1", "after": "a"}]}
    stuck = {"results": [result("1", "71", "a")]}
    with ScriptedHubSpot(stuck, stuck, stuck) as hubspot, pytest.raises(BrokenPagination, match="move on"):
        hubspot.api.associations("deals", "contacts", ["1"])
