"""Shopify: orders with their lines, payments and refunds, customers and products, through the Admin GraphQL API."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import cast

from ingestion.errors import CredentialsRejected
from ingestion.source import Finding, SourceSettings, Stream
from ingestion.sources.shopify.api import ShopifyApi
from ingestion.sources.shopify.bulk import BulkReader
from ingestion.sources.shopify.queries import ORDERS, PRODUCTS, VARIANT_IDS
from ingestion.sources.shopify.reader import Reader
from ingestion.sources.shopify.settings import Settings
from ingestion.sources.shopify.tables import all_tables
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]

NEEDED = ("read_orders", "read_customers", "read_products")


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The nine raw tables; a setting decides the currency of their amounts."""
    return all_tables(cast(Settings, settings).money if settings else "shop")


def streams(settings: SourceSettings) -> Iterable[Stream]:
    """One stream for each table; those of orders share one reading, those of products another."""
    own = cast(Settings, settings)
    api = ShopifyApi(own)
    reader = Reader(own, api, BulkReader(own.name, api))
    by_name = {table.name: table for table in tables(own)}
    customers = reader.customers_resource
    yield Stream(by_name["shop"], reader.shop)
    for resource, name, listed in (
        (customers, "customers", customers),
        (PRODUCTS, "products", PRODUCTS),
        (PRODUCTS, "product_variants", VARIANT_IDS),
        # Orders that the token may not see would pass for deleted.
        (ORDERS, "orders", ORDERS if own.all_orders else None),
        (ORDERS, "order_lines", None),
        (ORDERS, "order_transactions", None),
        (ORDERS, "refunds", None),
        (ORDERS, "refund_lines", None),
    ):
        living = partial(reader.living, listed) if listed else None
        yield Stream(by_name[name], partial(reader.part, resource, name), living)


def check(settings: SourceSettings) -> list[Finding]:
    """Ask for the shop's name and for what the token may read. Raises `IngestionError`."""
    own = cast(Settings, settings)
    api = ShopifyApi(own)
    shop, scopes = api.shop(), api.scopes()
    granted = scopes | {scope.replace("write_", "read_", 1) for scope in scopes if scope.startswith("write_")}
    reach = "all orders" if "read_all_orders" in scopes else "orders of the last 60 days only"
    findings = [Finding(True, f"Shopify {own.api_version}: {shop.get('name')}, {shop.get('currencyCode')}, {reach}")]
    for scope in NEEDED:
        if scope not in granted:
            text = f"may not read {scope.removeprefix('read_')}: the token lacks {scope}"
            findings.append(
                Finding(False, text, f"Grant {scope} to the app of sources.{own.name} and install it again.")
            )
    try:
        Reader(own, api, BulkReader(own.name, api)).require_all_orders()
    except CredentialsRejected as error:
        findings.append(Finding(False, str(error), error.remedy))
    return findings
