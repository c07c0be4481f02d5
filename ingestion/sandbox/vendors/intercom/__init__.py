"""Intercom's REST API: contacts, companies, teammates, conversations with their parts, ratings and service targets.

Evidence: the vendor's API reference up to 2.17; its own Python SDK pages through it (T2). What one would not guess:

- `Intercom-Version` decides what answers look like; an unknown one is refused, none means the app's own (2.17).
- Lists and searches never show a conversation's parts; only retrieving it does, and then at most the newest 500.
- Cursors hold a place in the order: a record that changes while it is paged moves, and is met again at its new place.
- `>` in a search is documented as "greater (or equal)"; here it is strictly greater.
- Before 2.17 a search for contacts compares times by whole days.
- The scroll over companies keeps its parameter from page to page, is alone at a time, and ends with an empty page.
- Deleted conversations are nowhere but in `/conversations/deleted`, from 2.16 on, 60 a page by number.
- 10,000 requests a minute, counted in windows of ten seconds; `X-RateLimit-Reset` tells when, no Retry-After does.
- Errors are lists. A ticket of the company that waits for the customer is a snoozed conversation.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.vendors.intercom.common import ADMIN_OFFSET, WORKSPACE, Item, Refusal
from ingestion.sandbox.vendors.intercom.records import Records
from ingestion.sandbox.vendors.intercom.scroll import Scroll
from ingestion.sandbox.vendors.intercom.search import cursor_page, matching, numbered_page

NAME = "intercom"
CREDENTIALS = {"access_token": "sandbox-intercom-token"}

NEWEST_VERSION = 17
REQUESTS_PER_WINDOW = 1_666
WINDOW_SECONDS = 10
SCROLL_SECONDS = 60

Handler = Callable[[Request, Item], Item]


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """The API over `facts`. `page_cap` lowers the largest page; `window_scale` shrinks the limit's window."""
    records = Records(view(facts, NAME))
    limit = RateLimit(REQUESTS_PER_WINDOW, WINDOW_SECONDS * window_scale)
    scroll = Scroll(max(5.0, SCROLL_SECONDS * window_scale), page_cap)

    def listed(kind: str, name: str, read: Callable[[], list[Item]], default: int) -> Handler:
        def page(request: Request, body: Item) -> Item:
            params = request.query_params
            return cursor_page(
                kind, name, read(), params.get("per_page"), params.get("starting_after"), page_cap, default
            )

        return page

    def searched(kind: str, name: str, read: Callable[[], list[Item]], default: int) -> Handler:
        def page(request: Request, body: Item) -> Item:
            by_day = name == "data" and _version(request) < NEWEST_VERSION
            found = matching(read(), body.get("query"), by_day)
            paging = body.get("pagination") or {}
            return cursor_page(
                kind,
                name,
                found,
                paging.get("per_page"),
                paging.get("starting_after"),
                page_cap,
                default,
                body.get("sort"),
            )

        return page

    def one(read: Callable[[], list[Item]], what: str) -> Handler:
        def find(request: Request, body: Item) -> Item:
            found = next((record for record in read() if record["id"] == request.path_params["id"]), None)
            if found is None:
                raise Refusal(404, f"{what.lower()}_not_found", f"{what} not found")
            return found

        return find

    def conversations() -> list[Item]:
        return [_without_parts(record) for record in records.conversations]

    def deleted(request: Request, body: Item) -> Item:
        if _version(request) < 16:
            raise Refusal(404, "not_found", "Resource Not Found")
        params, rows = request.query_params, records.deleted_conversations
        rows = rows[::-1] if params.get("order") == "asc" else rows
        return numbered_page(
            "conversation.list",
            "conversations",
            rows,
            params.get("page"),
            params.get("per_page"),
            page_cap,
            60,
            request.url.path,
        )

    def companies(request: Request, body: Item) -> Item:
        params = request.query_params
        page, size = params.get("page"), params.get("per_page")
        return numbered_page("list", "data", records.companies, page, size, page_cap, 60, request.url.path)

    def me(request: Request, body: Item) -> Item:
        workspace = {
            "type": "app",
            "id_code": WORKSPACE,
            "name": "Polaris Supply",
            "timezone": "Etc/UTC",
            "region": "US",
        }
        return {
            "type": "admin",
            "id": str(ADMIN_OFFSET),
            "name": "Analyst",
            "email": "analyst@polaris.example",
            "app": workspace,
        }

    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/me", me),
        ("GET", "/admins", lambda request, body: {"type": "admin.list", "admins": records.admins}),
        ("GET", "/admins/{id}", one(lambda: records.admins, "Admin")),
        ("GET", "/teams", lambda request, body: {"type": "team.list", "teams": records.teams}),
        ("GET", "/teams/{id}", one(lambda: records.teams, "Team")),
        ("GET", "/contacts", listed("list", "data", lambda: records.contacts, 15)),
        ("POST", "/contacts/search", searched("list", "data", lambda: records.contacts, 50)),
        ("GET", "/contacts/{id}", one(lambda: records.contacts, "User")),
        ("POST", "/companies/list", companies),
        (
            "GET",
            "/companies/scroll",
            lambda r, body: scroll.page(records.companies, r.query_params.get("scroll_param")),
        ),
        ("GET", "/companies/{id}", one(lambda: records.companies, "Company")),
        ("GET", "/conversations", listed("conversation.list", "conversations", conversations, 20)),
        ("POST", "/conversations/search", searched("conversation.list", "conversations", conversations, 20)),
        ("GET", "/conversations/deleted", deleted),
        ("GET", "/conversations/{id}", one(lambda: records.conversations, "Conversation")),
    ]

    def endpoint(handler: Handler) -> Callable[[Request], Any]:
        async def respond(request: Request) -> Response:
            request_id = uuid.uuid4().hex[:20]
            refused = limit.admit()
            headers = {
                "X-RateLimit-Limit": str(limit.requests),
                "X-RateLimit-Remaining": str(limit.requests - limit.used()),
                "X-RateLimit-Reset": str(int(time.time() + (refused or WINDOW_SECONDS * window_scale)) + 1),
                "Intercom-Version": request.headers.get("intercom-version", f"2.{NEWEST_VERSION}"),
            }
            try:
                if request.headers.get("authorization") != f"Bearer {CREDENTIALS['access_token']}":
                    raise Refusal(401, "unauthorized", "Access Token Invalid")
                if refused is not None:
                    raise Refusal(429, "rate_limit_exceeded", "Exceeded rate limit")
                _version(request)
                response = JSONResponse(await run_in_threadpool(handler, request, await _body(request)))
            except Refusal as refusal:
                response = refusal.response(request_id)
            response.headers.update(headers)
            return response

        return respond

    def not_found(request: Request, error: Exception) -> Response:
        return Refusal(404, "not_found", "The requested resource was not found").response(uuid.uuid4().hex[:20])

    return Starlette(
        routes=[Route(path, endpoint(handler), methods=[method]) for method, path, handler in routes],
        exception_handlers={404: not_found, 405: not_found},
    )


def _version(request: Request) -> int:
    """The minor number of version 2 that is asked for."""
    text = request.headers.get("intercom-version", f"2.{NEWEST_VERSION}")
    if text in ("Preview", "Unstable"):
        return NEWEST_VERSION
    major, _, minor = text.partition(".")
    if major != "2" or not minor.isdigit() or int(minor) > NEWEST_VERSION:
        raise Refusal(400, "intercom_version_invalid", "The requested version could not be found")
    return int(minor)


async def _body(request: Request) -> Item:
    content = await request.body()
    if not content:
        return {}
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "bad_request", "bad 'Content-Type' header or request body")
    return body


def _without_parts(record: Item) -> Item:
    return {name: value for name, value in record.items() if name != "conversation_parts"}
