"""Zendesk Support's REST API v2: incremental exports, lists, and the agreed-time (SLA) metric events.

Evidence: the vendor's API reference and guides; the client library zenpy pages through it (T3). What a reader
would not guess:

- Basic authentication as `<email>/token` with the API token as password.
- Incremental exports share a limit of 10 requests a minute, everything else has 700; 429 carries `Retry-After`.
- "Now" is `facts.as_of`: what changed within the minute before it is not exported, and a `start_time` within it is 422.
- Deleted tickets are exported with status `deleted` (`exclude_deleted=true` leaves them out) and are not counted.
- A cursor page repeats the last record of the page before; a time-based page repeats the last second.
- Comments of all tickets: `incremental/ticket_events.json?include=comment_events`. Without the sideload a child event
  only tells that there is a comment.
- A person becomes a user with their first ticket or comment; an organisation with its first ticket.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.vendors.zendesk.common import Export, Item, iso, seconds
from ingestion.sandbox.vendors.zendesk.paging import Refusal, by_cursor, by_time, listing
from ingestion.sandbox.vendors.zendesk.records import Records

NAME = "zendesk"
CREDENTIALS = {"email": "analyst@northwind.example", "api_token": "sandbox-zendesk-token"}

INCREMENTAL_PER_MINUTE = 10
REQUESTS_PER_MINUTE = 700
VENDOR_URL = "https://northwind.zendesk.com"
"""What the `url` fields of records start with: they name records, and no client follows them."""

Handler = Callable[[Request], Item]


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """The API over `facts`. `page_cap` lowers the largest page; `window_scale` shrinks the limits' windows."""
    records = Records(view(facts, NAME), VENDOR_URL)
    now = seconds(facts.as_of)
    limits = {True: RateLimit(INCREMENTAL_PER_MINUTE, 60 * window_scale)}
    limits[False] = RateLimit(REQUESTS_PER_MINUTE, 60 * window_scale)

    def tickets(request: Request) -> Item:
        exports = records.tickets
        if request.query_params.get("exclude_deleted", "").lower() == "true":
            exports = [export for export in exports if export.body["status"] != "deleted"]
        return by_cursor("tickets", exports, request, now, page_cap)

    def ticket_events(request: Request) -> Item:
        sideloads = request.query_params.get("include", "").split(",")
        exports = records.ticket_events_with_comments if "comment_events" in sideloads else records.ticket_events
        return by_time("ticket_events", exports, request, now, page_cap)

    def comments(request: Request) -> Item:
        rows = records.comments(request.path_params["ticket_id"])
        if rows is None:
            raise Refusal(404, "RecordNotFound", "Not found")
        if request.query_params.get("sort_order") == "desc" or request.query_params.get("sort") == "-created_at":
            rows = rows[::-1]
        return listing("comments", rows, request, page_cap)

    def satisfaction_ratings(request: Request) -> Item:
        params = request.query_params
        score = params.get("score")
        rows = [row for row in records.ratings if score in (None, row["score"], f"received_{row['score']}", "received")]
        if (earliest := _epoch(request, "start_time")) is not None:
            rows = [row for row in rows if row["created_at"] >= iso(earliest)]
        if (latest := _epoch(request, "end_time")) is not None:
            rows = [row for row in rows if row["created_at"] <= iso(latest)]
        return listing("satisfaction_ratings", rows, request, page_cap)

    def exported(name: str, read: Callable[[], list[Export]], page: Callable[..., Item]) -> Handler:
        return lambda request: page(name, read(), request, now, page_cap)

    def me(request: Request) -> Item:
        return {"user": {"id": 1, "name": "Analyst", "email": CREDENTIALS["email"], "role": "admin", "active": True}}

    def count(request: Request) -> Item:
        return {"count": {"value": records.living, "refreshed_at": iso(facts.as_of)}}

    handlers: dict[str, Handler] = {
        "/api/v2/incremental/tickets/cursor": tickets,
        "/api/v2/incremental/users/cursor": exported("users", lambda: records.users, by_cursor),
        "/api/v2/incremental/organizations": exported("organizations", lambda: records.organizations, by_time),
        "/api/v2/incremental/ticket_events": ticket_events,
        "/api/v2/incremental/ticket_metric_events": exported(
            "ticket_metric_events", lambda: records.metric_events, by_time
        ),
        "/api/v2/tickets/count": count,
        "/api/v2/tickets/{ticket_id:int}/comments": comments,
        "/api/v2/satisfaction_ratings": satisfaction_ratings,
        "/api/v2/groups": lambda request: listing("groups", records.groups, request, page_cap),
        "/api/v2/users/me": me,
    }

    def endpoint(handler: Handler, limit: RateLimit) -> Callable[[Request], Response]:
        def respond(request: Request) -> Response:
            if not _is_authorized(request):
                return JSONResponse({"error": "Couldn't authenticate you"}, 401)
            if (wait := limit.admit()) is not None:
                return _throttled(request, wait)
            try:
                return JSONResponse(handler(request))
            except Refusal as refusal:
                return _error(refusal.status, refusal.error, refusal.description)

        return respond

    # Both spellings of a path, with and without ".json", are in use.
    routes = [
        Route(path + ending, endpoint(handler, limits["/incremental/" in path]))
        for path, handler in handlers.items()
        for ending in ("", ".json")
    ]
    return Starlette(routes=routes, exception_handlers={404: _not_found})


def _epoch(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise Refusal(400, "InvalidValue", f"{name} must be a Unix epoch time in seconds")
    return datetime.fromtimestamp(int(text), UTC)


def _is_authorized(request: Request) -> bool:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme.lower() == "basic" and given == f"{CREDENTIALS['email']}/token:{CREDENTIALS['api_token']}"


def _throttled(request: Request, wait: float) -> Response:
    is_export = "/incremental/" in request.url.path
    what = "incremental ticket export API requests" if is_export else "API requests"
    response = _error(429, "APIRateLimitExceeded", f"Number of allowed {what} per minute exceeded")
    response.headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


def _error(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "description": description}, status)


def _not_found(request: Request, error: Any) -> Response:
    return _error(404, "InvalidEndpoint", "Not found")
