"""Stripe: customers, products, subscriptions, invoices and money, read by creation time and then by its event log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import cast

from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.stripe import reader
from ingestion.sources.stripe import tables as declared
from ingestion.sources.stripe.api import StripeApi
from ingestion.sources.stripe.reader import Reader
from ingestion.sources.stripe.settings import Settings
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]


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


def check(settings: SourceSettings) -> str:
    """Read the account the key belongs to. Raises `IngestionError`."""
    account = StripeApi(cast(Settings, settings)).get("/v1/account")
    return f"Stripe account {account['id']}"


def _rules(settings: Settings, context: StreamContext) -> Iterator[Page]:
    values = (("family", settings.service_families), ("name", settings.service_names))
    yield [
        {"attribute": attribute, "value": value.strip().lower(), "revenue_type": "services"}
        for attribute, names in values
        for value in names
    ]
