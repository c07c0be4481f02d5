"""Stripe's endpoints: authentication, version, limits, list pagination, expansion and error bodies."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable
from functools import cached_property
from secrets import token_hex
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.vendors.stripe import events
from ingestion.sandbox.vendors.stripe.catalog import Json
from ingestion.sandbox.vendors.stripe.ledger import Entry, Ledger
from ingestion.sandbox.vendors.stripe.query import FILTERS, StripeError, known, limit, matches

NAME = "stripe"
CREDENTIALS = {"api_key": "sk_test_sandbox_not_a_secret"}

OLDEST_VERSION = "2025-03-31"
"""From this version on, objects have the shapes served here; older ones are refused rather than served wrongly."""

Handler = Callable[[Request], Awaitable[Response]]


class Stripe:
    """The endpoints over one ledger."""

    def __init__(self, ledger: Ledger, window_scale: float, page_cap: int | None) -> None:
        self.ledger = ledger
        self.page_cap = page_cap
        self.limit = RateLimit(100, 1 * window_scale)

    @cached_property
    def events(self) -> list[Entry]:
        return events.entries(self.ledger)

    def guarded(self, handler: Handler) -> Handler:
        """`handler` behind authentication, the version and the rate limit, with the headers Stripe adds."""

        async def answer(request: Request) -> Response:
            headers = {"Request-Id": f"req_{token_hex(7)}"}
            try:
                _authenticate(request.headers.get("authorization"))
                headers["Stripe-Version"] = _version(request.headers.get("stripe-version"))
                if self.limit.admit() is not None:
                    headers["Stripe-Rate-Limited-Reason"] = "global-rate"
                    raise StripeError(429, "Request rate limit exceeded.", "rate_limit")
                response = await handler(request)
            except StripeError as error:
                response = JSONResponse(error.body, error.status)
            response.headers.update(headers)
            return response

        return answer

    async def list_objects(self, request: Request) -> Response:
        resource = request.path_params["resource"]
        if resource not in FILTERS:
            raise StripeError(404, f"Unrecognized request URL (GET: /v1/{resource}).")
        query = known(request.query_params, FILTERS[resource])
        entries = self.events if resource == "events" else self.ledger.resources[resource]
        living = [entry for entry in entries if entry.is_listed and matches(resource, entry, query)]
        page, has_more = self._page([entry.id for entry in living], query, resource)
        by_id = {entry.id: entry for entry in living}
        return self._list([by_id[key].render(self.ledger.now) for key in page], has_more, f"/v1/{resource}", query)

    async def get_object(self, request: Request) -> Response:
        resource, object_id = request.path_params["resource"], request.path_params["id"]
        entries = self.events if resource == "events" else self.ledger.resources.get(resource, [])
        entry = next((entry for entry in entries if entry.id == object_id), None)
        if entry is None:
            raise StripeError(404, f"No such {resource.removesuffix('s')}: '{object_id}'", "resource_missing", "id")
        body = entry.render(self.ledger.now)
        for path in request.query_params.getlist("expand[]"):
            self._expand([body], path)
        return JSONResponse(body)

    async def subscription_items(self, request: Request) -> Response:
        query = known(request.query_params, ("subscription",))
        if "subscription" not in query:
            raise StripeError(400, "Missing required param: subscription.", "parameter_missing", "subscription")
        try:
            items = self.ledger.subscription_items(query["subscription"])
        except KeyError:
            message = f"No such subscription: '{query['subscription']}'"
            raise StripeError(400, message, "resource_missing", "subscription") from None
        return self._nested(items, query, "subscription_items", "/v1/subscription_items")

    async def invoice_lines(self, request: Request) -> Response:
        invoice_id = request.path_params["id"]
        query = known(request.query_params, ())
        try:
            lines = self.ledger.invoice_lines(invoice_id)
        except KeyError:
            raise StripeError(404, f"No such invoice: '{invoice_id}'", "resource_missing", "invoice") from None
        return self._nested(lines, query, "line_items", f"/v1/invoices/{invoice_id}/lines")

    async def account(self, request: Request) -> Response:
        return JSONResponse(
            {
                "id": f"acct_sandbox{self.ledger.facts.seed:06d}",
                "object": "account",
                "business_profile": {"name": "Sandbox company", "url": None},
                "charges_enabled": True,
                "country": "US",
                "default_currency": "usd",
                "details_submitted": True,
                "email": None,
                "payouts_enabled": True,
                "settings": {"dashboard": {"display_name": "Sandbox company", "timezone": "Etc/UTC"}},
                "type": "standard",
            }
        )

    def _nested(self, items: list[Json], query: dict[str, Any], kind: str, url: str) -> Response:
        page, has_more = self._page([item["id"] for item in items], query, kind)
        by_id = {item["id"]: item for item in items}
        return self._list([by_id[key] for key in page], has_more, url, query)

    def _list(self, page: list[Json], has_more: bool, url: str, query: dict[str, Any]) -> Response:
        for path in query.get("expand[]", []):
            first, _, rest = path.partition(".")
            if first != "data" or not rest:
                raise StripeError(400, f"This property cannot be expanded ({path}).", param="expand")
            self._expand(page, rest)
        return JSONResponse({"object": "list", "data": page, "has_more": has_more, "url": url})

    def _page(self, keys: list[str], query: dict[str, Any], kind: str) -> tuple[list[str], bool]:
        """The keys of one page, and whether more follow in the direction of travel."""
        size = limit(query.get("limit"))
        size = min(size, self.page_cap or size)
        after, before = query.get("starting_after"), query.get("ending_before")
        if after and before:
            raise StripeError(400, "Only one of starting_after and ending_before may be given.")
        for param, cursor in (("starting_after", after), ("ending_before", before)):
            if cursor and cursor not in keys:
                raise StripeError(400, f"No such {kind.removesuffix('s')}: '{cursor}'", "resource_missing", param)
        if before:
            end = keys.index(before)
            return keys[max(0, end - size) : end], end > size
        start = keys.index(after) + 1 if after else 0
        return keys[start : start + size], len(keys) > start + size

    def _expand(self, values: list[Any], path: str) -> None:
        """Replace the ids at `path` by the objects they name, in place."""
        name, _, rest = path.partition(".")
        holders = [value for value in values if isinstance(value, dict)]
        if holders and not any(name in holder for holder in holders):
            raise StripeError(400, f"This property cannot be expanded ({path}).", param="expand")
        inner: list[Any] = []
        for holder in holders:
            value = holder.get(name)
            if isinstance(value, list):
                holder[name] = [self._resolve(item) for item in value]
                inner += holder[name]
            elif value is not None:
                holder[name] = self._resolve(value)
                inner.append(holder[name])
        if rest:
            self._expand(inner, rest)

    def _resolve(self, value: Any) -> Any:
        entry = self.ledger.index.get(value) if isinstance(value, str) else None
        return value if entry is None else entry.render(self.ledger.now)


def _authenticate(header: str | None) -> None:
    scheme, _, value = (header or "").partition(" ")
    key = value
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(value, validate=True).decode().partition(":")[0]
        except ValueError:
            key = ""
    if not key:
        raise StripeError(401, "You did not provide an API key.")
    if key != CREDENTIALS["api_key"]:
        raise StripeError(401, f"Invalid API Key provided: {key[:7]}****")


def _version(header: str | None) -> str:
    version = header or events.API_VERSION
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(\.[a-z]+)?", version) or version < OLDEST_VERSION:
        raise StripeError(400, f"Invalid Stripe API version: {version}")
    return version


async def _unknown(request: Request) -> Response:
    raise StripeError(404, f"Unrecognized request URL ({request.method}: {request.url.path}).")


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """Stripe over `facts`. The rate-limit window is multiplied by `window_scale`; `page_cap` makes pages smaller."""
    api = Stripe(Ledger(facts, page_cap), window_scale, page_cap)
    return Starlette(
        routes=[
            Route("/v1/account", api.guarded(api.account), methods=["GET"]),
            Route("/v1/subscription_items", api.guarded(api.subscription_items), methods=["GET"]),
            Route("/v1/invoices/{id}/lines", api.guarded(api.invoice_lines), methods=["GET"]),
            Route("/v1/{resource}", api.guarded(api.list_objects), methods=["GET"]),
            Route("/v1/{resource}/{id}", api.guarded(api.get_object), methods=["GET"]),
            Route("/{path:path}", api.guarded(_unknown), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]
    )
