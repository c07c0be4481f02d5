"""Mailchimp Marketing API 3.0: audiences and their members, campaigns, and what recipients did with them.

Evidence: the vendor's API reference; its own SDK pages through it (T2). What a reader would not guess:

- Basic authentication with any user name and the API key as password.
- A member's `id` is the MD5 of the lower-cased address, so an audience holds an address once, however many use it.
- `email-activity` lists every recipient with an `activity` of opens, clicks and bounces; with `since`, only recipients
  with activity after it. Who was sent a campaign is `sent-to`; who left because of it is `unsubscribed`.
- `since_*` filters are exclusive and times have whole seconds.
- More than ten requests at once are answered 429. The bare 403 of the vendor's own throttle comes from the defects.
- A `page_cap` lowers `count` silently, so a client must step by the rows it received.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.vendors.mailchimp.account import Account, Item
from ingestion.sandbox.vendors.mailchimp.problems import Problem

NAME = "mailchimp"
CREDENTIALS = {"api_key": "sandbox-mailchimp-key-us1"}

MAX_CONNECTIONS = 10

Handler = Callable[[Request], Item]


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """The API over `facts`. `page_cap` lowers the largest `count`; no limit here has a window to scale."""
    account = Account(facts, page_cap)
    connections = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def endpoint(handler: Handler) -> Callable[[Request], Any]:
        async def respond(request: Request) -> Response:
            if not connections.acquire(blocking=False):
                return Problem(
                    429,
                    "Too Many Requests",
                    f"You have exceeded the limit of {MAX_CONNECTIONS} simultaneous connections.",
                ).response(request.url.path)
            try:
                _authorize(request)
                body = await run_in_threadpool(handler, request)
                return JSONResponse(_select(body, request))
            except Problem as problem:
                return problem.response(request.url.path)
            finally:
                connections.release()

        return respond

    def not_found(request: Request, error: Exception) -> Response:
        return Problem(404, "Resource Not Found", "The requested resource could not be found.").response(
            request.url.path
        )

    handlers: dict[str, Handler] = {
        "/3.0/ping": lambda request: {"health_status": "Everything's Chimpy!"},
        "/3.0/lists": account.lists,
        "/3.0/lists/{list_id}": account.one_list,
        "/3.0/lists/{list_id}/members": account.members,
        "/3.0/campaigns": account.campaigns,
        "/3.0/reports/{campaign_id}": account.report,
        "/3.0/reports/{campaign_id}/email-activity": account.email_activity,
        "/3.0/reports/{campaign_id}/sent-to": account.sent_to,
        "/3.0/reports/{campaign_id}/unsubscribed": account.unsubscribed,
    }
    routes = [Route(path, endpoint(handler)) for path, handler in handlers.items()]
    return Starlette(routes=routes, exception_handlers={404: not_found})


def _authorize(request: Request) -> None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        password = base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        password = ""
    if scheme.lower() == "bearer":
        password = encoded
    if password != CREDENTIALS["api_key"]:
        raise Problem(
            401, "API Key Invalid", "Your API key may be invalid, or you've attempted to access the wrong datacenter."
        )


def _select(body: Item, request: Request) -> Item:
    """Honour `fields` and `exclude_fields`: comma-separated dotted paths, which pass through lists."""
    if wanted := request.query_params.get("fields"):
        return _pick(body, [path.split(".") for path in wanted.split(",")])
    if unwanted := request.query_params.get("exclude_fields"):
        return _drop(body, [path.split(".") for path in unwanted.split(",")])
    return body


def _pick(value: Any, paths: list[list[str]]) -> Any:
    if isinstance(value, list):
        return [_pick(entry, paths) for entry in value]
    if not isinstance(value, dict):
        return value
    heads: dict[str, list[list[str]]] = {}
    for path in paths:
        heads.setdefault(path[0], []).append(path[1:])
    return {
        name: entry if [] in heads[name] else _pick(entry, heads[name])
        for name, entry in value.items()
        if name in heads
    }


def _drop(value: Any, paths: list[list[str]]) -> Any:
    if isinstance(value, list):
        return [_drop(entry, paths) for entry in value]
    if not isinstance(value, dict):
        return value
    leaves = {path[0] for path in paths if len(path) == 1}
    return {
        name: _drop(entry, [path[1:] for path in paths if path[0] == name and len(path) > 1])
        for name, entry in value.items()
        if name not in leaves
    }
