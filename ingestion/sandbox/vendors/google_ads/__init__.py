"""Google Ads over REST: GAQL reports for each customer account, and the OAuth token endpoint.

Evidence: answers parse as the messages of the vendor's own client library and error codes are of its enumerations (T2).
What a reader would not guess:

- `POST /v{n}/customers/{id}/googleAds:searchStream` answers with a JSON *array* of batches, errors included; a report
  without rows is one batch without `results`. `googleAds:search` answers with one object and a `nextPageToken`.
- Names are camel case, int64 values (ids, cost, impressions, clicks) are strings, conversions are doubles.
- Money is in millionths of the account's currency. The company has one account for each currency it advertises in;
  `customer_ids` names them all, and an account may have no campaigns.
- Conversions are those known at the end of `facts.as_of`, so recent days change until their last conversion came in.
- A report by day leaves out days on which nothing happened; the ad group report lacks Performance Max.
- `campaign.start_date` and `end_date` became `start_date_time` and `end_date_time` in v23.
- `segments.date` in SELECT needs a finite date range in WHERE.
- `POST /token` stands for the vendor's separate OAuth host. Access tokens expire after an hour times
  `window_scale`, but not within a minute.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.vendors.google_ads.gaql import QueryError, parse
from ingestion.sandbox.vendors.google_ads.report import Account, camel_case

NAME = "google_ads"
ACCOUNTS = {"USD": "1000000001", "EUR": "1000000002", "GBP": "1000000003", "JPY": "1000000004"}
MANAGER_ID = "1000000000"
CREDENTIALS = {
    "developer_token": "sandbox-developer-token",
    "client_id": "sandbox-client.apps.example.com",
    "client_secret": "sandbox-client-secret",
    "refresh_token": "sandbox-refresh-token",
    "login_customer_id": MANAGER_ID,
    "customer_ids": ",".join(ACCOUNTS.values()),
}

ROWS_IN_BATCH = 10_000
REQUESTS_PER_MINUTE = 300
TOKEN_SECONDS = 3600
SHORTEST_TOKEN_SECONDS = 60


class ApiError(Exception):
    """An error to answer in the vendor's form. `code` is (name of the error type, its value)."""

    def __init__(self, status: int, name: str, message: str, code: tuple[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.name, self.message, self.code = status, name, message, code

    def body(self, version: int, request_id: str) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.status, "message": self.message, "status": self.name}
        if self.code:
            failure = {"errorCode": {self.code[0]: self.code[1]}, "message": self.message}
            error["message"] = "Request contains an invalid argument." if self.status == 400 else self.message
            error["details"] = [
                {
                    "@type": f"type.googleapis.com/google.ads.googleads.v{version}.errors.GoogleAdsFailure",
                    "errors": [failure],
                    "requestId": request_id,
                }
            ]
        return {"error": error}


class Tokens:
    """The access tokens issued, each good for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._expiry: dict[str, float] = {}
        self._lock = threading.Lock()

    def issue(self) -> str:
        token = f"ya29.sandbox-{secrets.token_hex(12)}"
        with self._lock:
            self._expiry[token] = time.monotonic() + self._seconds
        return token

    def is_good(self, token: str) -> bool:
        with self._lock:
            return self._expiry.get(token, 0.0) > time.monotonic()


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """The API over `facts`. `page_cap` lowers the rows of a batch; `window_scale` shrinks limits and lifetimes."""
    lifetime = max(SHORTEST_TOKEN_SECONDS, TOKEN_SECONDS * window_scale)
    tokens = Tokens(lifetime)
    limit = RateLimit(REQUESTS_PER_MINUTE, 60 * window_scale)
    shown = view(facts, NAME)
    accounts = {id_: Account(shown, id_, currency) for currency, id_ in ACCOUNTS.items()}
    size = min(ROWS_IN_BATCH, page_cap or ROWS_IN_BATCH)
    today = facts.as_of.date()

    def account_of(request: Request) -> Account:
        customer_id = request.path_params["customer_id"]
        if not customer_id.isdecimal():
            raise ApiError(
                400,
                "INVALID_ARGUMENT",
                f"Invalid customer ID '{customer_id}'.",
                ("requestError", "INVALID_CUSTOMER_ID"),
            )
        login = request.headers.get("login-customer-id", MANAGER_ID)
        if customer_id not in accounts or login not in (MANAGER_ID, customer_id):
            raise ApiError(
                403,
                "PERMISSION_DENIED",
                "User doesn't have permission to access customer. Note: If you're accessing a client customer, the "
                "manager's customer id must be set in the 'login-customer-id' header.",
                ("authorizationError", "USER_PERMISSION_DENIED"),
            )
        return accounts[customer_id]

    def report(request: Request, body: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
        account = account_of(request)
        try:
            query = parse(str(body.get("query", "")), today, request.path_params["version"])
        except QueryError as error:
            raise ApiError(400, "INVALID_ARGUMENT", str(error), ("queryError", error.code)) from None
        return account.rows(query), ",".join(camel_case(field) for field in query.fields)

    def search_stream(request: Request, body: dict[str, Any]) -> Any:
        rows, mask = report(request, body)
        shared = {"fieldMask": mask, "requestId": _request_id(request, body)}
        if not rows:
            return [shared]
        return [{"results": rows[start : start + size], **shared} for start in range(0, len(rows), size)]

    def search(request: Request, body: dict[str, Any]) -> Any:
        rows, mask = report(request, body)
        page = str(body.get("pageToken") or "0")
        if not page.isdecimal():
            raise ApiError(400, "INVALID_ARGUMENT", "Page token is invalid.", ("requestError", "INVALID_PAGE_TOKEN"))
        start = int(page)
        answer: dict[str, Any] = {"results": rows[start : start + size], "fieldMask": mask}
        if start + size < len(rows):
            answer["nextPageToken"] = str(start + size)
        return answer

    def accessible(request: Request, body: dict[str, Any]) -> Any:
        return {"resourceNames": [f"customers/{id_}" for id_ in (MANAGER_ID, *accounts)]}

    def endpoint(handler: Callable[[Request, dict[str, Any]], Any]) -> Callable[[Request], Any]:
        async def respond(request: Request) -> Response:
            version = request.path_params["version"]
            is_stream = request.url.path.endswith(":searchStream")
            body: dict[str, Any] = {}
            try:
                _authorize(request, tokens)
                if (wait := limit.admit()) is not None:
                    raise _exhausted(wait)
                body = _json_object(await request.body())
                return JSONResponse(handler(request, body))
            except ApiError as error:
                answer = error.body(version, _request_id(request, body))
                return JSONResponse([answer] if is_stream else answer, status_code=error.status)

        return respond

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        problem = _refusal(form)
        if problem:
            status, error, description = problem
            return JSONResponse({"error": error, "error_description": description}, status_code=status)
        return JSONResponse(
            {
                "access_token": tokens.issue(),
                "expires_in": int(lifetime) - 1,
                "scope": "https://www.googleapis.com/auth/adwords",
                "token_type": "Bearer",
            }
        )

    def not_found(request: Request, error: Exception) -> Response:
        return JSONResponse(
            {"error": {"code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND"}}, 404
        )

    prefix = "/v{version:int}/customers"
    return Starlette(
        routes=[
            Route("/token", token, methods=["POST"]),
            Route(f"{prefix}:listAccessibleCustomers", endpoint(accessible)),
            Route(f"{prefix}/{{customer_id}}/googleAds:searchStream", endpoint(search_stream), methods=["POST"]),
            Route(f"{prefix}/{{customer_id}}/googleAds:search", endpoint(search), methods=["POST"]),
        ],
        exception_handlers={404: not_found},
    )


def _authorize(request: Request, tokens: Tokens) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not tokens.is_good(token):
        raise ApiError(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
            "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        )
    given = request.headers.get("developer-token")
    if given is None:
        raise ApiError(
            400,
            "INVALID_ARGUMENT",
            "Developer token is missing from the headers.",
            ("requestError", "DEVELOPER_TOKEN_PARAMETER_MISSING"),
        )
    if given != CREDENTIALS["developer_token"]:
        raise ApiError(
            401,
            "UNAUTHENTICATED",
            "The developer token is not valid.",
            ("authenticationError", "DEVELOPER_TOKEN_INVALID"),
        )


def _exhausted(wait: float) -> ApiError:
    return ApiError(
        429,
        "RESOURCE_EXHAUSTED",
        f"Too many requests. Retry in {max(1, round(wait))} seconds.",
        ("quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED"),
    )


def _refusal(form: dict[str, str]) -> tuple[int, str, str] | None:
    if form.get("grant_type") != "refresh_token":
        return 400, "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}"
    if form.get("client_id") != CREDENTIALS["client_id"]:
        return 401, "invalid_client", "The OAuth client was not found."
    if form.get("client_secret") != CREDENTIALS["client_secret"]:
        return 401, "invalid_client", "Unauthorized"
    if form.get("refresh_token") != CREDENTIALS["refresh_token"]:
        return 400, "invalid_grant", "Bad Request"
    return None


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
    return body


def _request_id(request: Request, body: dict[str, Any]) -> str:
    """A request id that is the same for the same request, so that answers are reproducible."""
    return hashlib.sha256(f"{request.url.path}{sorted(body.items(), key=str)}".encode()).hexdigest()[:22]
