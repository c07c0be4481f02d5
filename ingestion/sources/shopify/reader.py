"""Reads one shop in one run: orders, products and customers that changed, with all that lies inside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from ingestion.errors import CredentialsRejected
from ingestion.shared_pages import SharedPages
from ingestion.source import Page, StreamContext
from ingestion.sources.shopify import queries
from ingestion.sources.shopify.api import Record, ShopifyApi
from ingestion.sources.shopify.bulk import PARENT, BulkReader
from ingestion.sources.shopify.queries import ORDERS, PRODUCTS, Resource
from ingestion.sources.shopify.settings import Settings

SETTLING = timedelta(minutes=1)
"""Records created in the last minute before a run are left for the next: counts and lists would disagree on them."""

Parts = dict[str, list[Record]]
"""Records by raw table."""


class Reader:
    """The pages of every table. Nothing is requested before a table's pages are."""

    def __init__(self, settings: Settings, api: ShopifyApi, bulk: BulkReader) -> None:
        self._settings, self._api, self._bulk = settings, api, bulk
        self.customers_resource = queries.customers(settings.account_metafield)
        self._shared: dict[tuple[str, datetime | None], SharedPages] = {}

    def shop(self, context: StreamContext) -> Iterator[Page]:
        yield [self._api.shop()]

    def part(self, resource: Resource, table: str, context: StreamContext) -> Iterator[Page]:
        """What goes into one raw table of the records of `resource` that changed since the table's last run."""
        until = context.started_at - SETTLING
        since = self._since(context)
        if resource.field == table:
            context.vendor_total = self._total(resource, until)
        newest = since
        for page in self._share(resource, since, until).read():
            for parts in page:
                if parts["newest"] is not None:
                    moment = _moment(parts["newest"])
                    newest = max(newest, moment) if newest and moment else newest or moment
                if parts[table]:
                    yield parts[table]
        context.advance(min(newest, until) if newest else None)
        context.state["money"] = self._settings.money

    def living(self, resource: Resource) -> Iterator[pa.Table]:
        """The ids that still exist."""
        if self._goes_bulk(resource):
            plain = Resource(resource.field, resource.type, "id")
            pages: Iterable[list[Record]] = (lines for lines, _ in self._bulk.read(plain))
        else:
            pages = self._api.ids(resource)
        for page in pages:
            yield pa.table({"id": pa.array([record["id"] for record in page], pa.string())})

    def require_all_orders(self) -> None:
        """Raise unless the token may read orders older than 60 days, or the settings do without them."""
        if self._settings.all_orders and "read_all_orders" not in self._api.scopes():
            raise CredentialsRejected(
                f"{self._settings.name}: the token lacks `read_all_orders`: orders older than 60 days would be missing",
                f"Grant it to the app, or set sources.{self._settings.name}.all_orders = false to do without them.",
            )

    def _since(self, context: StreamContext) -> datetime | None:
        """From when; everything anew once amounts are asked for in another currency."""
        if context.state.get("money", self._settings.money) != self._settings.money:
            return None
        return context.since(timedelta(minutes=self._settings.lag_minutes))

    def _total(self, resource: Resource, until: datetime) -> int | None:
        if resource is ORDERS and not self._settings.all_orders:
            return None
        return self._api.count(resource, f"created_at:<='{_text(until)}'")

    def _goes_bulk(self, resource: Resource, search: str = "") -> bool:
        if self._settings.bulk_from == "never":
            return False
        count = self._api.count(resource, search)
        return count is None or count > self._settings.bulk_from

    def _share(self, resource: Resource, since: datetime | None, until: datetime) -> SharedPages:
        key = (resource.field, since)
        if key not in self._shared:
            self._shared[key] = SharedPages([parts] for parts in self._changed(resource, since, until))
        return self._shared[key]

    def _changed(self, resource: Resource, since: datetime | None, until: datetime) -> Iterator[dict[str, Any]]:
        if resource is ORDERS:
            self.require_all_orders()
        search = f"updated_at:>='{_text(since)}'" if since else ""
        for records, nested, tops in self._read(resource, search):
            kept = {id_: top for id_, top in tops.items() if not _is_after(top.get("createdAt"), until)}
            records = [record for record in records if str(record.get("id")) in kept]
            nested = [record for record in nested if record[PARENT] in kept]
            parts = (
                self._order_parts(records, nested, kept) if resource is ORDERS else _parts(resource, records, nested)
            )
            if resource is PRODUCTS:
                for record in parts["product_variants"]:
                    record["product_updated_at"] = kept[record["product_id"]].get("updatedAt")
            newest = [moment for record in records if (moment := _moment(record.get("updatedAt")))]
            yield {**parts, "newest": max(newest).isoformat() if newest else None}

    def _read(self, resource: Resource, search: str) -> Iterator[tuple[list[Record], list[Record], dict[str, Record]]]:
        """Pages of records and, apart from them, of what lies inside them, with what is known of each record by id."""
        if self._goes_bulk(resource, search):
            for lines, tops in self._bulk.read(resource, search):
                yield [line for line in lines if PARENT not in line], [line for line in lines if PARENT in line], tops
            return
        for page in self._api.pages(resource, search):
            nested = []
            if resource.nested:
                for record in page:
                    nested += [{**inner, PARENT: str(record.get("id"))} for inner in record.pop(resource.nested.field)]
            yield page, nested, {str(record.get("id")): record for record in page}

    def _order_parts(self, orders: list[Record], lines: list[Record], known: dict[str, Record]) -> Parts:
        parts = _parts(ORDERS, [self._with_reference(order) for order in orders], [_with_sums(line) for line in lines])
        parts["order_transactions"] = [
            {**transaction, "order_id": order["id"]}
            for order in orders
            for transaction in order.get("transactions") or []
        ]
        parts["refunds"], parts["refund_lines"] = [], []
        ids = [refund["id"] for order in orders for refund in order.get("refunds") or []]
        for page in self._api.nodes("Refund", queries.REFUND, ids):
            for refund in page:
                owner = {"order_id": (refund.get("order") or {}).get("id")}
                inner = self._api.complete("Refund", refund, queries.REFUND_LINES)
                moved = self._api.complete("Refund", refund, queries.REFUND_TRANSACTIONS)
                del refund["refundLineItems"], refund["transactions"]
                parts["refunds"].append({**refund, **owner, "transaction_ids": [one["id"] for one in moved]})
                parts["refund_lines"] += [{**line, **owner, "refund_id": refund["id"]} for line in inner]
        for table in ("order_lines", "order_transactions", "refunds", "refund_lines"):
            for record in parts[table]:
                record["order_updated_at"] = known.get(str(record["order_id"]), {}).get("updatedAt")
        return parts

    def _with_reference(self, order: Record) -> Record:
        details = {detail.get("key"): detail.get("value") for detail in order.get("customAttributes") or []}
        return {**order, "opportunity_reference": details.get(self._settings.opportunity_attribute)}


def _parts(resource: Resource, records: list[Record], nested: list[Record]) -> Parts:
    """Records and what lies inside them, by raw table, each of the latter with the id of its record."""
    if resource.nested is None:
        return {resource.field: records}
    table, parent = {"orders": ("order_lines", "order_id"), "products": ("product_variants", "product_id")}[
        resource.field
    ]
    inside = [{parent: record[PARENT], **{k: v for k, v in record.items() if k != PARENT}} for record in nested]
    return {resource.field: records, table: inside}


def _with_sums(line: Record) -> Record:
    """An order's line with its discounts and its taxes added up, in either currency, as Shopify writes money."""
    allocations = [allocation.get("allocatedAmountSet") for allocation in line.get("discountAllocations") or []]
    taxes = [tax.get("priceSet") for tax in line.get("taxLines") or []]
    return {**line, "discounted": _sum(allocations), "taxed": _sum(taxes)}


def _sum(bags: list[Record]) -> Record | None:
    """None where an amount is none: the record then lacks its sum and ends in quarantine."""
    try:
        return {
            money: {"amount": str(sum((Decimal(str(bag[money]["amount"])) for bag in bags), Decimal()))}
            for money in ("shopMoney", "presentmentMoney")
        }
    except (KeyError, TypeError, InvalidOperation):
        return None


def _moment(value: Any) -> datetime | None:
    """Naive UTC of a time as Shopify writes it, None where it is none (such a record ends in quarantine)."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _is_after(value: Any, until: datetime) -> bool:
    moment = _moment(value)
    return moment is not None and moment > until


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
