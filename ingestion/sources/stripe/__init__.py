"""Stripe: customers, products, subscriptions, invoices and money, read by creation time and then by its event log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, cast

from ingestion.errors import CredentialsRejected
from ingestion.reach import Reading, refusals
from ingestion.source import Finding, Page, SourceSettings, Stream, StreamContext
from ingestion.sources.stripe import reader
from ingestion.sources.stripe import tables as declared
from ingestion.sources.stripe.api import StripeApi
from ingestion.sources.stripe.reader import Reader
from ingestion.sources.stripe.settings import Settings
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]

PERMISSIONS = {
    reader.CUSTOMERS.path: "Customers",
    reader.PRODUCTS.path: "Products",
    reader.PRICES.path: "Prices",
    reader.COUPONS.path: "Coupons",
    reader.SUBSCRIPTIONS.path: "Subscriptions",
    reader.INVOICES.path: "Invoices",
    reader.INVOICE_PAYMENTS.path: "Invoices",
    reader.CREDIT_NOTES.path: "Credit notes",
    reader.CHARGES.path: "Charges and Refunds",
    reader.REFUNDS.path: "Charges and Refunds",
    "/v1/events": "Events",
}
"""List → the area of a restricted key's permissions that it belongs to."""


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The raw tables; three of them look into metadata under configured keys."""
    return declared.all_tables(cast(Settings | None, settings))


def streams(settings: SourceSettings) -> Iterable[Stream]:
    """One stream for each table, all reading through one `Reader` so that shared lists are requested once."""
    own = cast(Settings, settings)
    source = Reader(own)
    short = {declared.products(own): reader.PRODUCTS, declared.PRICES: reader.PRICES, declared.COUPONS: reader.COUPONS}
    return (
        Stream(declared.REVENUE_TYPE_RULES, partial(_rules, own)),
        *(
            Stream(table, partial(source.whole, endpoint), partial(source.living, endpoint))
            for table, endpoint in short.items()
        ),
        Stream(declared.subscriptions(own), source.subscriptions),
        Stream(declared.SUBSCRIPTION_ITEMS, source.subscription_items),
        Stream(declared.invoices(own), source.invoices),
        Stream(declared.INVOICE_LINES, source.invoice_lines),
        Stream(declared.INVOICE_PAYMENTS, source.invoice_payments),
        Stream(declared.CHARGES, partial(source.changed, reader.CHARGES)),
        Stream(declared.CREDIT_NOTES, partial(source.changed, reader.CREDIT_NOTES)),
        Stream(declared.REFUNDS, partial(source.changed, reader.REFUNDS)),
        Stream(declared.customers(own), source.customers),
    )


def check(settings: SourceSettings) -> list[Finding]:
    """Ask whose account it is, which a key need not be allowed to know, and for one record of each list."""
    own = cast(Settings, settings)
    api = StripeApi(own)
    try:
        answered = f"Stripe account {api.get('/v1/account')['id']}"
    except CredentialsRejected as error:
        if error.status != 403:
            raise
        answered = "Stripe answers; the key may not read which account this is"
    lists = [
        Reading(path.removeprefix("/v1/").replace("_", " "), f"*read* on {area}", partial(api.newest, path))
        for path, area in PERMISSIONS.items()
    ]
    return [Finding(True, answered), *refusals(own.name, lists, _permission_named)]


def _permission_named(answer: Any) -> list[str]:
    """The permission that Stripe says would have let the request pass."""
    error = answer.get("error") if isinstance(answer, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return re.findall(r"\brak_\w+_read\b", message) if isinstance(message, str) else []


def _rules(settings: Settings, context: StreamContext) -> Iterator[Page]:
    values = (("family", settings.service_families), ("name", settings.service_names))
    yield [
        {"attribute": attribute, "value": value.strip().lower(), "revenue_type": "services"}
        for attribute, names in values
        for value in names
    ]
