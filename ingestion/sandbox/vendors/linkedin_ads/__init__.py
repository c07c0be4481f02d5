"""LinkedIn's Marketing API: ad accounts, campaign groups, campaigns, tracking parameters, and analytics by day.

Evidence: the vendor's reference, its pages on versioning, pagination and the Rest.li protocol (T4). What a reader would
not guess:

- `LinkedIn-Version` is required: without it 400, and 426 for a month that is no longer or not yet served.
- `X-Restli-Protocol-Version: 2.0.0` is required for lists and records in a query, whose leaves must be encoded.
- Searches page by `metadata.nextPageToken`; a token that was not given out is refused.
- `adAnalytics` has no pages: it stops at 15,000 rows without a word. Only the fields named are in its rows, at most 20;
  rows of days without activity are not there, and an account one may not read has none.
- Amounts are decimals in text. Conversions of a day grow for weeks.
- There is one account for each currency. 429 says nothing of when to come back.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.vendors.linkedin_ads.account import Accounts, Item
from ingestion.sandbox.vendors.linkedin_ads.restli import Malformed, parameters, parse

NAME = "linkedin_ads"
CREDENTIALS = {
    "client_id": "sandbox-linkedin-app",
    "client_secret": "sandbox-linkedin-secret",
    "refresh_token": "sandbox-linkedin-refresh",
}

OLDEST_VERSION, NEWEST_VERSION = "202512", "202611"
"""Months served: a year, as of the month this was written in."""
MOST_ROWS = 15_000
MOST_FIELDS = 20
LARGEST_PAGE = 1_000
DEFAULT_FIELDS = ("impressions", "clicks")
REQUESTS_PER_MINUTE = 600
_TOKEN = "sandbox-linkedin-access"

Query = dict[str, str]


class Refusal(Exception):
    """An error as LinkedIn writes it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> JSONResponse:
        return JSONResponse({"status": self.status, "code": self.code, "message": self.message}, self.status)


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """The API over `facts`. `page_cap` lowers the largest page; `window_scale` shrinks the limit's window."""
    accounts = Accounts(view(facts, NAME))
    limit = RateLimit(REQUESTS_PER_MINUTE, 60 * window_scale)

    def search(rows: Callable[[Request], list[Item]]) -> Callable[[Request, Query], Item]:
        def answer(request: Request, query: Query) -> Item:
            if query.get("q") != "search":
                raise Refusal(400, "ILLEGAL_ARGUMENT", "The finder is unknown: use q=search")
            return _page(_filtered(rows(request), query.get("search")), query, page_cap)

        return answer

    def account_of(request: Request) -> int:
        account_id = request.path_params["account_id"]
        if account_id not in [account["id"] for account in accounts.accounts]:
            raise Refusal(404, "NOT_FOUND", "Ad account not found")
        return int(account_id)

    def analytics(request: Request, query: Query) -> Item:
        if (query.get("q"), query.get("pivot"), query.get("timeGranularity")) != ("analytics", "CAMPAIGN", "DAILY"):
            raise Refusal(400, "ILLEGAL_ARGUMENT", "Only q=analytics by pivot=CAMPAIGN and timeGranularity=DAILY")
        if "accounts" not in query and "campaigns" not in query:
            raise Refusal(400, "MISSING_FACET", "At least one facet is required")
        span = _parsed(query, "dateRange")
        fields = unquote(query["fields"]).split(",") if "fields" in query else list(DEFAULT_FIELDS)
        if len(fields) > MOST_FIELDS:
            raise Refusal(400, "ILLEGAL_ARGUMENT", f"At most {MOST_FIELDS} fields can be requested")
        every = [f"urn:li:sponsoredAccount:{account['id']}" for account in accounts.accounts]
        found = accounts.days(
            _parsed(query, "accounts") if "accounts" in query else every,
            _parsed(query, "campaigns") if "campaigns" in query else None,
            _day(span.get("start")),
            _day(span["end"]) if span.get("end") else None,
        )
        rows = [accounts.metrics(campaign, day) for campaign, day in found[:MOST_ROWS]]
        unknown = [name for name in fields if rows and name not in rows[0]]
        if unknown:
            raise Refusal(400, "FIELD_INVALID", f"Projection of unknown fields {', '.join(unknown)}")
        elements = [{name: row[name] for name in fields} for row in rows]
        return {"elements": elements, "paging": {"start": 0, "count": 10, "links": []}}

    def tracking(request: Request, query: Query) -> Item:
        key = _parse(request.scope["raw_path"].decode().rpartition("/adTrackingParameters/")[2])
        urn = (key.get("adEntity") or {}).get("sponsoredCampaign") if isinstance(key, dict) else None
        found = accounts.tracking_parameters(str(urn))
        if found is None:
            raise Refusal(404, "NOT_FOUND", "Tracking parameters not found")
        return found

    def endpoint(handler: Callable[[Request, Query], Item]) -> Callable[[Request], Response]:
        def respond(request: Request) -> Response:
            try:
                _admit(request, limit)
                return JSONResponse(handler(request, parameters(request.url.query)))
            except Refusal as refusal:
                return refusal.response()

        return respond

    def not_found(request: Request, error: Exception) -> Response:
        return Refusal(404, "RESOURCE_NOT_FOUND", "No virtual resource found").response()

    of_account = "/rest/adAccounts/{account_id:int}"
    return Starlette(
        routes=[
            Route("/oauth/v2/accessToken", _token, methods=["POST"]),
            Route("/rest/adAccounts", endpoint(search(lambda request: accounts.accounts))),
            Route(
                f"{of_account}/adCampaignGroups",
                endpoint(search(lambda request: accounts.campaign_groups(account_of(request)))),
            ),
            Route(
                f"{of_account}/adCampaigns", endpoint(search(lambda request: accounts.campaigns(account_of(request))))
            ),
            Route("/rest/adAnalytics", endpoint(analytics)),
            Route("/rest/adTrackingParameters/{key:path}", endpoint(tracking)),
        ],
        exception_handlers={404: not_found, 405: not_found},
    )


async def _token(request: Request) -> Response:
    """An access token for the refresh token and the application's secret."""
    form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
    if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != CREDENTIALS["refresh_token"]:
        return JSONResponse({"error": "invalid_request", "error_description": "The refresh token is invalid"}, 400)
    if any(form.get(name) != CREDENTIALS[name] for name in ("client_id", "client_secret")):
        return JSONResponse({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
    return JSONResponse(
        {
            "access_token": _TOKEN,
            "expires_in": 5_184_000,
            "refresh_token": CREDENTIALS["refresh_token"],
            "refresh_token_expires_in": 31_536_000,
            "scope": "r_ads,r_ads_reporting",
        }
    )


def _admit(request: Request, limit: RateLimit) -> None:
    """Raise unless the request carries a token, a version that is served, the protocol's, and is within the limit."""
    if request.headers.get("authorization") != f"Bearer {_TOKEN}":
        raise Refusal(401, "INVALID_ACCESS_TOKEN", "Invalid access token")
    version = request.headers.get("linkedin-version")
    if version is None:
        message = "A version must be present. Please specify a version by adding the LinkedIn-Version header."
        raise Refusal(400, "VERSION_MISSING", message)
    month = version.partition(".")[0]
    if not (month.isdigit() and OLDEST_VERSION <= month <= NEWEST_VERSION and len(month) == len(NEWEST_VERSION)):
        raise Refusal(426, "NONEXISTENT_VERSION", f"Requested version {month}01 is not active")
    if request.headers.get("x-restli-protocol-version") != "2.0.0" and "(" in request.url.query:
        raise Refusal(400, "PARAM_INVALID", "Invalid query parameters passed to request")
    if limit.admit() is not None:
        message = "Resource level throttle limit for calls to this resource is reached."
        raise Refusal(429, "TOO_MANY_REQUESTS", message)


def _filtered(rows: list[Item], search: str | None) -> list[Item]:
    """The rows whose every field named in `search` is among its values; ids may be numbers or URNs."""
    if search is None:
        return rows
    criteria = _parse(search)
    if not isinstance(criteria, dict):
        raise Refusal(400, "PARAM_INVALID", "Invalid value type for parameter: search")
    for field, criterion in criteria.items():
        values = criterion.get("values") if isinstance(criterion, dict) else [criterion]
        wanted = {str(value).rsplit(":", 1)[-1] if field == "id" else str(value).lower() for value in values or []}
        rows = [row for row in rows if str(row.get(field)).lower() in wanted]
    return rows


def _page(rows: list[Item], query: Query, page_cap: int | None) -> Item:
    text = query.get("pageSize", "100")
    if not text.isdigit() or not 1 <= int(text) <= LARGEST_PAGE:
        raise Refusal(400, "ILLEGAL_ARGUMENT", f"pageSize must lie between 1 and {LARGEST_PAGE}")
    size = min(int(text), page_cap or LARGEST_PAGE)
    start = 0
    if "pageToken" in query:
        last = _last(unquote(query["pageToken"]))
        start = next((at + 1 for at, row in enumerate(rows) if row["id"] == last), len(rows))
    shown = rows[start : start + size]
    has_more = start + size < len(rows)
    metadata = (
        {"nextPageToken": base64.urlsafe_b64encode(f"after:{shown[-1]['id']}".encode()).decode()} if has_more else {}
    )
    return {"elements": shown, "metadata": metadata}


def _last(token: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "after":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Refusal(400, "ILLEGAL_ARGUMENT", "Invalid pageToken")


def _parsed(query: Query, name: str) -> Any:
    if name not in query:
        raise Refusal(400, "PARAM_MISSING", f"Parameter {name} is required")
    return _parse(query[name])


def _parse(text: str) -> Any:
    try:
        return parse(text)
    except Malformed:
        shown = quote(text[:80], safe="(),:")
        raise Refusal(400, "PARAM_INVALID", f"Invalid query parameters passed to request: {shown}") from None


def _day(value: Any) -> date:
    try:
        return date(int(value["year"]), int(value["month"]), int(value["day"]))
    except (KeyError, TypeError, ValueError):
        raise Refusal(400, "PARAM_INVALID", "dateRange needs year, month and day") from None
