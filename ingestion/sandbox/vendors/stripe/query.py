"""What a list request may ask of Stripe: which parameters, how they filter, and how refusals read."""

from __future__ import annotations

import re
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from starlette.datastructures import QueryParams

from ingestion.sandbox.vendors.stripe.ledger import Entry

LIST_MAX = 100
FILTERS: dict[str, tuple[str, ...]] = {
    "customers": ("email",),
    "products": ("active",),
    "prices": ("active", "product", "currency", "type"),
    "coupons": (),
    "subscriptions": ("customer", "status", "collection_method"),
    "invoices": ("customer", "subscription", "status", "collection_method"),
    "invoice_payments": ("invoice", "status", "payment[payment_intent]", "payment[type]"),
    "charges": ("customer", "payment_intent"),
    "refunds": ("charge", "payment_intent"),
    "credit_notes": ("customer", "invoice"),
    "events": ("type", "types[]"),
}
_PAGING = ("limit", "starting_after", "ending_before", "expand[]")
_RANGE = re.compile(r"created(\[(gt|gte|lt|lte)\])?")
_INDEX = re.compile(r"\[\d+\]")


class StripeError(Exception):
    """Raised anywhere while answering; becomes the response."""

    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        error = {"type": "invalid_request_error", "message": message, "code": code, "param": param}
        self.status = status
        self.body = {"error": {name: value for name, value in error.items() if value is not None}}


def known(given: QueryParams, filters: tuple[str, ...]) -> dict[str, Any]:
    """The parameters by name, repeated `…[]` ones as lists. Raises for one that the endpoint does not have."""
    query: dict[str, Any] = {}
    for raw, value in given.multi_items():
        # `expand[0]` is another spelling of `expand[]`.
        name = _INDEX.sub("[]", raw)
        if name not in _PAGING and name not in filters and not _RANGE.fullmatch(name):
            raise StripeError(400, f"Received unknown parameter: {raw}", "parameter_unknown", raw)
        if name.endswith("[]"):
            query.setdefault(name, []).append(value)
        else:
            query[name] = value
    return query


def limit(given: str | None) -> int:
    if given is None:
        return 10
    if not given.isdigit():
        raise StripeError(400, f"Invalid integer: {given}", "parameter_invalid_integer", "limit")
    if not 1 <= int(given) <= LIST_MAX:
        message = f"This value must be between 1 and {LIST_MAX} (it currently is '{given}')."
        raise StripeError(400, message, "parameter_invalid_integer", "limit")
    return int(given)


def matches(resource: str, entry: Entry, query: dict[str, Any]) -> bool:
    for name, wanted in query.items():
        if name in _PAGING:
            continue
        if _RANGE.fullmatch(name):
            if not _in_range(entry.created, name, wanted):
                return False
        elif name in ("type", "types[]") and resource == "events":
            patterns = wanted if isinstance(wanted, list) else [wanted]
            if not any(fnmatchcase(entry.tags["type"], pattern) for pattern in patterns):
                return False
        elif resource == "subscriptions" and name == "status":
            if wanted != "all" and entry.tags["status"] != {"ended": "canceled"}.get(wanted, wanted):
                return False
        elif name == "payment[type]":
            if wanted != "payment_intent":
                return False
        elif entry.tags.get(name.removeprefix("payment[").removesuffix("]")) != wanted:
            return False
    # Without being asked for, cancelled subscriptions are not listed.
    return resource != "subscriptions" or "status" in query or entry.tags["status"] != "canceled"


def _in_range(created: datetime, name: str, given: str) -> bool:
    if not given.isdigit():
        raise StripeError(400, f"Invalid integer: {given}", "parameter_invalid_integer", name)
    moment, bound = int(created.timestamp()), int(given)
    comparison = name.removeprefix("created").strip("[]")
    return {
        "": moment == bound,
        "gt": moment > bound,
        "gte": moment >= bound,
        "lt": moment < bound,
        "lte": moment <= bound,
    }[comparison]
