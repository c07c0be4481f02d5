"""The framework: serving, discovering, limiting, and every planted defect."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import requests

from ingestion.sandbox.defects import NAMES, Defects
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import VENDORS

Serve = Callable[..., SandboxServer]


def hubspot(server: SandboxServer, path: str, **params: Any) -> requests.Response:
    settings = server.overlay()["hubspot"]
    headers = {"Authorization": f"Bearer {settings['access_token']}"}
    return requests.get(f"{settings['base_url']}{path}", params=params, headers=headers, timeout=10)


def stripe(server: SandboxServer, path: str, **params: Any) -> requests.Response:
    settings = server.overlay()["stripe"]
    return requests.get(f"{settings['base_url']}{path}", params=params, auth=(settings["api_key"], ""), timeout=10)


def test_a_rate_limit_admits_so_many_and_says_how_long_to_wait() -> None:
    limit = RateLimit(2, 0.05)
    assert [limit.admit(), limit.admit()] == [None, None]
    wait = limit.admit()
    assert wait is not None and 0 < wait <= 0.05
    time.sleep(wait)
    assert limit.admit() is None


@pytest.mark.parametrize(("requests_allowed", "seconds"), [(0, 1.0), (1, 0.0)])
def test_a_rate_limit_that_limits_nothing_is_refused(requests_allowed: int, seconds: float) -> None:
    with pytest.raises(ValueError):
        RateLimit(requests_allowed, seconds)


def test_the_index_tells_the_vendors_and_what_there_is(serve: Serve) -> None:
    server = serve()
    body = requests.get(f"http://127.0.0.1:{server.port}/", timeout=10).json()
    assert {"hubspot", "stripe"} <= set(body["vendors"])
    assert body["counts"]["companies"] == 4 and body["counts"]["invoices"] == 5


def test_the_overlay_has_a_base_url_and_the_credentials_of_every_vendor(serve: Serve) -> None:
    overlay = serve().overlay()
    assert set(overlay) == set(VENDORS)
    for name, settings in overlay.items():
        assert settings["base_url"].endswith(f"/{name}")
        assert VENDORS[name].CREDENTIALS.items() <= settings.items()


def test_a_stopped_server_frees_its_port_and_a_taken_port_is_an_error(serve: Serve, small_company: Facts) -> None:
    server = serve()
    with pytest.raises(OSError):
        SandboxServer(server.as_of, facts=small_company, port=server.port).start()
    server.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{server.port}/", timeout=1)
    with SandboxServer(server.as_of, facts=small_company, port=server.port) as again:
        assert requests.get(f"http://127.0.0.1:{again.port}/", timeout=10).ok


def test_an_unknown_defect_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no defect is called 'gremlins'"):
        Defects.parse(["gremlins"])


def test_a_defect_for_one_vendor_leaves_the_others_alone() -> None:
    defects = Defects.parse(["outage:stripe", "duplicates"])
    assert defects.has("outage", "stripe") and not defects.has("outage", "hubspot")
    assert all(defects.has("duplicates", vendor) for vendor in ("stripe", "hubspot"))
    assert not any(defects.has(name, "stripe") for name in NAMES if name not in ("outage", "duplicates"))


def test_a_storm_refuses_every_third_request_with_and_without_retry_after(serve: Serve) -> None:
    server = serve(defects=["rate_limit_storm:stripe"])
    answers = [stripe(server, "/v1/account") for _ in range(12)]
    assert [answer.status_code for answer in answers] == [200, 200, 429] * 4
    assert {("Retry-After" in answer.headers) for answer in answers if answer.status_code == 429} == {True, False}
    assert hubspot(server, "/account-info/v3/details").ok


def test_an_outage_fails_the_first_requests_of_each_endpoint(serve: Serve) -> None:
    server = serve(defects=["outage"])
    for path in ("/v1/account", "/v1/prices"):
        assert [stripe(server, path).status_code for _ in range(4)] == [503, 503, 200, 200]
    one, other = "/v1/invoices/in_1", "/v1/invoices/in_2"
    assert [stripe(server, path).status_code for path in (one, other, one, other)] == [503, 503, 200, 200]


def test_an_error_comes_with_status_200_now_and_then(serve: Serve) -> None:
    server = serve(defects=["error_in_200"])
    bodies = [stripe(server, "/v1/account").json() for _ in range(7)]
    assert [("error" in body) for body in bodies] == [False] * 6 + [True]


def test_duplicates_repeat_the_last_record_of_the_page_before(serve: Serve) -> None:
    plain, server = serve(page_cap=2), serve(page_cap=2, defects=["duplicates"])
    pages = [[item["id"] for item in page] for page in every_page(server)]
    assert pages[0] == [item["id"] for item in next(iter(every_page(plain)))]
    for earlier, later in pairwise(pages):
        assert later[0] == earlier[-1]
    expected = {item["id"] for page in every_page(plain) for item in page}
    assert {item for page in pages for item in page} == expected
    assert next([item["id"] for item in page] for page in every_page(server)) == pages[0]


def every_page(server: SandboxServer) -> list[list[dict[str, Any]]]:
    pages, params = [], {}
    while True:
        body = stripe(server, "/v1/invoices", limit=100, **params).json()
        pages.append(body["data"])
        if not body["has_more"]:
            return pages
        params = {"starting_after": body["data"][-1]["id"]}


def test_schema_drift_adds_a_field_and_drops_an_optional_one(serve: Serve) -> None:
    names = "name,industry,country"
    before = hubspot(serve(), "/crm/v3/objects/companies", properties=names).json()["results"]
    after = hubspot(serve(defects=["schema_drift"]), "/crm/v3/objects/companies", properties=names).json()["results"]
    for plain, drifted in zip(before, after, strict=True):
        assert plain["id"] == drifted["id"]
        new, gone = (
            drifted["properties"].keys() - plain["properties"].keys(),
            plain["properties"].keys() - drifted["properties"].keys(),
        )
        assert new == {"introduced_without_notice"} and gone == {"country"}


def test_malformed_rows_are_few_and_the_same_every_time(serve: Serve, small_company: Facts) -> None:
    template = small_company.engagements[0]
    small_company.engagements = [
        type(template)(**{**vars(template), "engagement_id": 1000 + number}) for number in range(300)
    ]
    plain, server = serve(), serve(defects=["malformed_rows"])
    path, params = "/crm/v3/objects/calls", {"limit": 100, "properties": "hs_call_duration,hs_timestamp"}
    clean = hubspot(plain, path, **params).json()["results"]
    spoilt = hubspot(server, path, **params).json()["results"]
    assert spoilt == hubspot(server, path, **params).json()["results"]
    different = [new for old, new in zip(clean, spoilt, strict=True) if old != new]
    assert 1 <= len(different) <= 10
    assert all("not-a-value" in json.dumps(record) for record in different)


def test_deleted_records_are_archived_at_the_vendor(serve: Serve, small_company: Facts) -> None:
    template = small_company.engagements[0]
    small_company.engagements = [
        type(template)(**{**vars(template), "engagement_id": 1000 + number}) for number in range(100)
    ]
    server = serve(defects=["deleted_records:hubspot"])
    living = hubspot(server, "/crm/v3/objects/calls", limit=100).json()["results"]
    archived = hubspot(server, "/crm/v3/objects/calls", limit=100, archived="true").json()["results"]
    assert 2 <= len(archived) <= 25 and len(living) + len(archived) == 100
    assert all(record["updatedAt"] == record["archivedAt"] == "2026-03-31T17:59:59.000Z" for record in archived)
    assert small_company.engagements[0].archived_at is None, "the caller's company must stay as it was"


def test_late_records_arrive_when_the_date_moves_on(serve: Serve, small_company: Facts) -> None:
    template = small_company.engagements[0]
    values = {"at": small_company.as_of, "updated_at": small_company.as_of}
    recent = [type(template)(**{**vars(template), **values, "engagement_id": 2000 + number}) for number in range(40)]
    small_company.engagements = [template, *recent]
    served = serve(defects=["late_records"]).facts.engagements
    assert served[0].engagement_id == template.engagement_id
    assert 5 < len(served) - 1 < 35
    assert len(small_company.engagements) == 41


def test_the_program_prints_the_overlay_and_ends_with_its_parent_or_on_a_signal() -> None:
    command = [sys.executable, "-m", "ingestion.sandbox.server", "--as-of", "2023-02-01", "--scale", "0.1"]
    for is_signalled in (True, False):
        process = subprocess.Popen(
            [*command, "--until-stdin-closes"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None and process.stdout is not None
        try:
            overlay = json.loads(process.stdout.readline())
            settings = overlay["stripe"]
            answer = requests.get(f"{settings['base_url']}/v1/account", auth=(settings["api_key"], ""), timeout=10)
            assert answer.json()["object"] == "account"
            if is_signalled:
                process.send_signal(signal.SIGTERM)
            process.stdin.close()
            assert process.wait(timeout=10) == 0
            assert process.stdout.read() == ""
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
