"""The REST API's endpoints, their authentication, limits and query locators."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, salesforce_id, view
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.vendors.salesforce.errors import (
    SalesforceError,
    no_locator,
    no_session,
    not_found,
    over_limit,
)
from ingestion.sandbox.vendors.salesforce.objects import BY_LOWER_NAME, SOBJECTS
from ingestion.sandbox.vendors.salesforce.org import Org
from ingestion.sandbox.vendors.salesforce.schema import SObject
from ingestion.sandbox.vendors.salesforce.soql import parse
from ingestion.sandbox.vendors.salesforce.unit import Record

NAME = "salesforce"
CREDENTIALS = {
    "client_id": "3MVG9sandbox.consumer.key",
    "client_secret": "sandbox-consumer-secret",
    "account_acquisition_channel_field": "AcquisitionChannel__c",
    "lead_qualified_at_field": "QualifiedOn__c",
    "opportunity_partner_field": "PartnerKey__c",
    "opportunity_loss_reason_field": "LossReason__c",
    "product_revenue_type_field": "RevenueType__c",
}
"""What the endpoint accepts, and what the unit called the fields that it added."""
USER = {"username": "integration@meridian.example", "password": "sandbox-password"}
REFRESH_TOKEN = "5Aep861sandbox.refresh.token"
VERSIONS = range(59, 69)
REQUESTS, SECONDS = 100_000, 86_400
SESSION_SECONDS = 7200
PAGE_MAX, PAGE_MIN = 2000, 200
OPEN_CURSORS = 10
"""A user's query locators: one more, and the oldest is invalid."""
ADDRESS_MAX = 16_384
"""Bytes of the address of a request."""


@dataclass
class Cursor:
    """A query whose later pages are still to be fetched."""

    sobject: SObject
    records: list[Record]
    fields: tuple[str, ...]
    page_size: int


class RestApi:
    """The endpoints over one org."""

    def __init__(self, facts: Facts, window_scale: float, page_cap: int | None) -> None:
        self._org = Org(facts)
        self._page_cap = page_cap
        self._limit = RateLimit(REQUESTS, SECONDS * window_scale)
        self._sessions: dict[str, float] = {}
        self._cursors: OrderedDict[str, Cursor] = OrderedDict()
        self._numbers = iter(range(1, 10**9))
        self._lock = threading.Lock()

    async def token(self, request: Request) -> Response:
        """OAuth 2.0: client credentials, a refresh token, or a user's name and password."""
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("client_id") != CREDENTIALS["client_id"]:
            return _refused("invalid_client_id", "client identifier invalid")
        if form.get("client_secret") != CREDENTIALS["client_secret"]:
            return _refused("invalid_client", "invalid client credentials")
        match form.get("grant_type"):
            case "client_credentials":
                pass
            case "refresh_token":
                if form.get("refresh_token") != REFRESH_TOKEN:
                    return _refused("invalid_grant", "expired access/refresh token")
            case "password":
                if any(form.get(name) != value for name, value in USER.items()):
                    return _refused("invalid_grant", "authentication failure")
            case _:
                return _refused("unsupported_grant_type", "grant type not supported")
        session = f"00D5g00!{secrets.token_urlsafe(24)}"
        with self._lock:
            self._sessions[session] = time.monotonic() + SESSION_SECONDS
        address = f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}"
        organisation, user = salesforce_id("organization", 1), salesforce_id("user", 1)
        answer = {"access_token": session, "instance_url": address, "token_type": "Bearer", "scope": "api"}
        return JSONResponse({**answer, "id": f"{address}/id/{organisation}/{user}", "issued_at": _now()})

    async def versions(self, request: Request) -> Response:
        """Which versions there are; nobody is asked who they are."""
        return JSONResponse(
            [{"label": f"Version {v}", "url": f"/services/data/v{v}.0", "version": f"{v}.0"} for v in VERSIONS]
        )

    async def answer(self, request: Request) -> Response:
        """Anything under a version, once the caller is known and within the limit."""
        try:
            if len(str(request.url)) > ADDRESS_MAX:
                return Response("<h1>Bad Message 414</h1>", 414, media_type="text/html")
            scheme, _, session = request.headers.get("authorization", "").partition(" ")
            if scheme not in ("Bearer", "OAuth") or self._sessions.get(session, 0) < time.monotonic():
                raise no_session()
            if self._limit.admit() is not None:
                raise over_limit()
            response = JSONResponse(self._route(request))
        except SalesforceError as error:
            response = error.response()
        response.headers["Sforce-Limit-Info"] = f"api-usage={self._used()}/{REQUESTS}"
        return response

    def _route(self, request: Request) -> Any:
        version = request.path_params["version"]
        if version not in {f"{number}.0" for number in VERSIONS}:
            raise not_found()
        parts = [part for part in request.path_params["path"].split("/") if part]
        base = f"/services/data/v{version}"
        match parts:
            case []:
                return {name: f"{base}/{name}" for name in ("query", "queryAll", "sobjects", "limits")}
            case ["limits"]:
                return {"DailyApiRequests": {"Max": REQUESTS, "Remaining": REQUESTS - self._used()}}
            case ["query" | "queryAll" as kind]:
                return self._query(request, version, kind == "queryAll")
            case ["query" | "queryAll", locator]:
                return self._more(locator, version)
            case ["sobjects"]:
                there = [one for one in SOBJECTS.values() if one.since <= int(version.partition(".")[0])]
                return {"encoding": "UTF-8", "sobjects": [one.summary() for one in there]}
            case ["sobjects", name, *rest]:
                return self._sobject(name, rest, request, version)
        raise not_found()

    def _query(self, request: Request, version: str, with_deleted: bool) -> dict[str, Any]:
        text = request.query_params.get("q")
        if not text:
            raise SalesforceError(400, "MALFORMED_QUERY", "SOQL statements cannot be empty or null")
        query = parse(text)
        sobject, found = self._org.find(query, with_deleted, int(version.partition(".")[0]))
        if query.is_count:
            return {"totalSize": len(found), "done": True, "records": []}
        if query.counted:
            _, read = self._org.reader(sobject, query.counted)
            number = sum(read(record) is not None for record in found)
            row = {"attributes": {"type": "AggregateResult"}, "expr0": number}
            return {"totalSize": 1, "done": True, "records": [row]}
        asked = request.headers.get("sforce-query-options", "").partition("batchSize=")[2]
        size = max(PAGE_MIN, min(PAGE_MAX, int(asked))) if asked.isdigit() else PAGE_MAX
        cursor = Cursor(sobject, found, query.fields, min(size, self._page_cap or size))
        return self._page(cursor, None, 0, version)

    def _more(self, locator: str, version: str) -> dict[str, Any]:
        name, _, position = locator.rpartition("-")
        with self._lock:
            cursor = self._cursors.get(name)
        if cursor is None or not position.isdigit():
            raise no_locator()
        return self._page(cursor, name, int(position), version)

    def _page(self, cursor: Cursor, name: str | None, start: int, version: str) -> dict[str, Any]:
        end = start + cursor.page_size
        page = [self._org.render(cursor.sobject, one, cursor.fields, version) for one in cursor.records[start:end]]
        body: dict[str, Any] = {"totalSize": len(cursor.records), "done": end >= len(cursor.records)}
        if not body["done"]:
            name = name or self._keep(cursor)
            body["nextRecordsUrl"] = f"/services/data/v{version}/query/{name}-{end}"
        return {**body, "records": page}

    def _keep(self, cursor: Cursor) -> str:
        with self._lock:
            name = f"01g5g00{next(self._numbers):08d}AAA"
            self._cursors[name] = cursor
            while len(self._cursors) > OPEN_CURSORS:
                self._cursors.popitem(last=False)
        return name

    def _sobject(self, name: str, rest: list[str], request: Request, version: str) -> dict[str, Any]:
        sobject = BY_LOWER_NAME.get(name.lower())
        if sobject is None or sobject.since > int(version.partition(".")[0]):
            raise not_found()
        match rest:
            case []:
                return {"objectDescribe": sobject.summary(), "recentItems": []}
            case ["describe"]:
                return sobject.describe()
            case [record_id]:
                record = self._org.records(sobject).get(record_id)
                if record is None or record.deleted_at is not None:
                    raise not_found()
                fields = (request.query_params.get("fields") or "").split(",")
                names = tuple(field for field in fields if field) or tuple(one.name for one in sobject.fields)
                return self._org.render(sobject, record, names, version)
        raise not_found()

    def _used(self) -> int:
        return self._limit.used()


def _now() -> str:
    return str(int(time.time() * 1000))


def _refused(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, 400)


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """Salesforce over `facts`. The limit's window is multiplied by `window_scale`; `page_cap` makes pages smaller."""
    api = RestApi(view(facts, NAME), window_scale, page_cap)
    return Starlette(
        routes=[
            Route("/services/oauth2/token", api.token, methods=["POST"]),
            Route("/services/data", api.versions),
            Route("/services/data/", api.versions),
            Route("/services/data/v{version}", _at_root(api)),
            Route("/services/data/v{version}/{path:path}", api.answer),
        ]
    )


def _at_root(api: RestApi) -> Callable[..., Any]:
    async def answer(request: Request) -> Response:
        request.path_params["path"] = ""
        return await api.answer(request)

    return answer
