"""The Web API's endpoints, their authentication and their limits."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, dynamics_id, view
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.vendors.dynamics import metadata
from ingestion.sandbox.vendors.dynamics.environment import COUNT_MAX, Environment, Preferences, read_cookie
from ingestion.sandbox.vendors.dynamics.errors import ODataError, no_record, no_segment, over_limit, unauthorized
from ingestion.sandbox.vendors.dynamics.filters import parse_filter
from ingestion.sandbox.vendors.dynamics.tables import BY_LOGICAL, TABLES, Table

NAME = "dynamics"
CREDENTIALS = {
    "tenant_id": "5a3d0000-0000-4000-8000-000000000001",
    "client_id": "5a3d0000-0000-4000-8000-000000000002",
    "client_secret": "sandbox-dynamics-secret",
    "account_segment_field": "new_segment",
    "account_region_field": "new_region",
    "account_acquisition_channel_field": "new_acquisitionchannel",
    "opportunity_type_field": "new_opportunitytype",
    "opportunity_partner_field": "new_partnerkey",
    "product_revenue_type_field": "new_revenuetype",
}
"""What the endpoint accepts, and the columns that the unit added to the standard ones."""
VERSION = "v9.2"
REQUESTS, SECONDS = 6000, 300
TOKEN_SECONDS = 3599

_KEY = re.compile(r"(?P<name>\w+)(?:\((?P<key>[^)]*)\))?")


class Tokens:
    """Access tokens handed out and still good."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def issue(self) -> str:
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._until[token] = time.monotonic() + self._seconds
        return token

    def accept(self, header: str | None) -> bool:
        with self._lock:
            return self._until.get((header or "").removeprefix("Bearer "), 0) > time.monotonic()


class WebApi:
    """The endpoints over one environment."""

    def __init__(self, environment: Environment, window_scale: float) -> None:
        self.environment = environment
        self.limit = RateLimit(REQUESTS, SECONDS * window_scale)
        self.tokens = Tokens(TOKEN_SECONDS)

    async def token(self, request: Request) -> Response:
        """Entra's endpoint for the client-credentials flow."""
        form = dict(parse_qsl((await request.body()).decode()))
        if request.path_params["tenant"] != CREDENTIALS["tenant_id"]:
            return _refused("invalid_request", f"AADSTS90002: Tenant '{request.path_params['tenant']}' not found.")
        if form.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
        if form.get("client_id") != CREDENTIALS["client_id"]:
            return _refused("unauthorized_client", "AADSTS700016: Application was not found in the directory.")
        if form.get("client_secret") != CREDENTIALS["client_secret"]:
            return _refused("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401)
        if not (form.get("scope") or "").endswith("/.default"):
            return _refused("invalid_scope", "AADSTS1002012: The provided value for scope is not valid.")
        answer = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS, "ext_expires_in": TOKEN_SECONDS}
        return JSONResponse({**answer, "access_token": self.tokens.issue()})

    async def answer(self, request: Request) -> Response:
        """Anything under the service root, once the caller is known and within the limit."""
        if not self.tokens.accept(request.headers.get("authorization")):
            return unauthorized()
        if (wait := self.limit.admit()) is not None:
            return over_limit(wait)
        try:
            response = self._route(request)
        except ODataError as error:
            response = error.response()
        response.headers["OData-Version"] = "4.0"
        response.headers["x-ms-service-request-id"] = dynamics_id("request", str(request.url))
        return response

    def _route(self, request: Request) -> Response:
        base = f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}/api/data/{VERSION}"
        parts = request.path_params["path"].strip("/").split("/")
        match = _KEY.fullmatch(parts[0])
        if not match:
            raise no_segment(parts[0])
        name, key = match["name"], match["key"]
        if name == "WhoAmI":
            who = {"BusinessUnitId": "businessunit", "UserId": "application", "OrganizationId": "organization"}
            ids = {field: dynamics_id(kind, 1) for field, kind in who.items()}
            return JSONResponse({"@odata.context": f"{base}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse", **ids})
        if name == "RetrieveTotalRecordCount":
            return self._totals(request, key or "")
        if name == "EntityDefinitions":
            return self._definitions(request, base, key, parts[1:])
        if name not in TABLES:
            raise no_segment(name)
        table = TABLES[name]
        if key:
            return self._single(request, base, table, key)
        if parts[1:] == ["$count"]:
            return PlainTextResponse(str(min(len(self.environment.living(table)), COUNT_MAX)))
        if parts[1:]:
            raise no_segment(parts[1])
        return self._collection(request, base, table)

    def _collection(self, request: Request, base: str, table: Table) -> Response:
        options = dict(request.query_params)
        prefer = Preferences.read(",".join(request.headers.getlist("prefer")))
        if "$skiptoken" in options:
            # A link goes on as it began, whatever the headers of the later request are.
            prefer = replace(prefer, tracks_changes=bool(read_cookie(options["$skiptoken"]).get("tracks")))
        response = JSONResponse(self.environment.query(table, options, prefer, base))
        if applied := request.headers.get("prefer"):
            response.headers["Preference-Applied"] = applied
        return response

    def _single(self, request: Request, base: str, table: Table, key: str) -> Response:
        wanted = key.partition("=")[2] or key
        for row in self.environment.living(table):
            if row.id == wanted.strip("'").lower():
                prefer = Preferences.read(request.headers.get("prefer", ""))
                selected = self.environment.selected(table, request.query_params)
                body = self.environment.render(table, row, prefer, selected, request.query_params.get("$expand"))
                context = {"@odata.context": f"{base}/$metadata#{table.entity_set}/$entity"}
                return JSONResponse({**context, **body})
        raise no_record(table.logical, wanted)

    def _totals(self, request: Request, key: str) -> Response:
        """`RetrieveTotalRecordCount(EntityNames=['account'])`, the list as an alias or in place."""
        named = key.partition("=")[2]
        given = request.query_params.get(named, named)
        names = re.findall(r"['\"](\w+)['\"]", given)
        if not names or any(name not in BY_LOGICAL for name in names):
            raise ODataError(400, "The entity names are not valid.")
        counts = [len(self.environment.living(BY_LOGICAL[name])) for name in names]
        return JSONResponse({"EntityRecordCountCollection": {"Count": len(names), "Keys": names, "Values": counts}})

    def _definitions(self, request: Request, base: str, key: str | None, tail: list[str]) -> Response:
        options = request.query_params
        selected = [name for name in (options.get("$select") or "").split(",") if name]
        if key is None:
            tables = [metadata.definition(table) for table in BY_LOGICAL.values()]
            found = _filtered(tables, options.get("$filter"))
            return JSONResponse(
                {"@odata.context": f"{base}/$metadata#EntityDefinitions", "value": _cut(found, selected)}
            )
        table = metadata.table_of(key)
        if not tail:
            body = metadata.definition(table)
            if (options.get("$expand") or "").startswith("Attributes"):
                body["Attributes"] = [metadata.attribute(column) for column in table.columns]
                selected = [*selected, "Attributes"] if selected else []
            return JSONResponse(_cut([body], selected)[0])
        name, _, rest = tail[0].partition("(")
        if name != "Attributes":
            raise no_segment(name)
        attributes = metadata.attributes(table, [*([f"({rest}"] if rest else []), *tail[1:]])
        kept = [*selected, "MetadataId", "LogicalName"] if selected else []
        kept += ["OptionSet", "GlobalOptionSet"] if selected else []
        if isinstance(attributes, dict):
            return JSONResponse(_cut([attributes], kept)[0])
        return JSONResponse({"value": _cut(_filtered(attributes, options.get("$filter")), kept)})


def _filtered(items: list[dict[str, Any]], given: str | None) -> list[dict[str, Any]]:
    if not given:
        return items
    condition = parse_filter(given, lambda name: None)
    return [item for item in items if condition(item)]


def _cut(items: list[dict[str, Any]], selected: list[str]) -> list[dict[str, Any]]:
    names = [*selected, "MetadataId"]
    return [{name: item[name] for name in item if name in names} for item in items] if selected else items


def _refused(error: str, description: str, status: int = 400) -> Response:
    return JSONResponse({"error": error, "error_description": description, "error_codes": []}, status)


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """Dataverse over `facts`. The limit's window is multiplied by `window_scale`; `page_cap` makes pages smaller."""
    api = WebApi(Environment(view(facts, NAME), page_cap), window_scale)
    handler: Callable[[Request], Awaitable[Response]] = api.answer
    return Starlette(
        routes=[
            Route("/{tenant}/oauth2/v2.0/token", api.token, methods=["POST"]),
            Route(f"/api/data/{VERSION}/{{path:path}}", handler, methods=["GET"]),
        ]
    )
