"""Reads one Stripe account in one run: everything on the first, then what is new and what events name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from ingestion.errors import BrokenPagination
from ingestion.shared_pages import SharedPages
from ingestion.source import Page, StreamContext
from ingestion.sources.stripe.api import Record, StripeApi
from ingestion.sources.stripe.changes import Changes, Mark, read_changes
from ingestion.sources.stripe.settings import Settings

BATCH = 100
"""Objects fetched one by one are handed on in pages of this size."""


@dataclass(frozen=True)
class Endpoint:
    """A list of Stripe's and how its objects are expanded. Stripe expands at most four levels deep."""

    object_type: str
    path: str
    expand: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    is_dated: bool = False
    """Honours the setting `start_date`."""


PRODUCTS = Endpoint("product", "/v1/products")
PRICES = Endpoint("price", "/v1/prices")
COUPONS = Endpoint("coupon", "/v1/coupons")
CUSTOMERS = Endpoint("customer", "/v1/customers")
SUBSCRIPTIONS = Endpoint(
    "subscription", "/v1/subscriptions", ("discounts.source.coupon", "items.data.discounts"), (("status", "all"),)
)
INVOICES = Endpoint("invoice", "/v1/invoices", ("discounts.source.coupon", "lines.data.discounts"), is_dated=True)
INVOICE_PAYMENTS = Endpoint("invoice_payment", "/v1/invoice_payments", is_dated=True)
CREDIT_NOTES = Endpoint("credit_note", "/v1/credit_notes", is_dated=True)
CHARGES = Endpoint("charge", "/v1/charges", is_dated=True)
REFUNDS = Endpoint("refund", "/v1/refunds", is_dated=True)


class Reader:
    """The pages of every table. Nothing is requested before a table's pages are."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._api = StripeApi(settings)
        self._started = False
        self._newest: Mark | None = None
        self._changes: dict[Mark | None, Changes | None] = {None: None}
        self._shared: dict[tuple[str, Mark | None], SharedPages] = {}
        self._referenced_customers: set[str] = set()
        self._keys: dict[str, list[str]] = {}

    # ── tables read whole in every run: they are short, and nothing else tells what was deleted from them ──────────

    def whole(self, endpoint: Endpoint, context: StreamContext) -> Iterator[Page]:
        """Every object of a short list; `living` then knows which there are."""
        keys = self._keys[endpoint.object_type] = list[str]()
        for page in self._api.pages(endpoint.path, dict(endpoint.filters), endpoint.expand):
            keys.extend(record["id"] for record in page)
            yield page

    def living(self, endpoint: Endpoint) -> Iterator[pa.Table]:
        """The ids `whole` has seen in this run."""
        yield pa.table({"id": pa.array(self._keys[endpoint.object_type], pa.string())})

    # ── tables read by what changed ──────────────────────────────────────────────────────────────────────────────

    def changed(self, endpoint: Endpoint, context: StreamContext) -> Iterator[Page]:
        """New and changed objects of `endpoint`, all of them on a first run."""
        changes = self._begin(context)
        yield from self._objects(endpoint, changes)
        self._finish(context)

    def subscriptions(self, context: StreamContext) -> Iterator[Page]:
        yield from self._share(SUBSCRIPTIONS, context).read()
        self._finish(context)

    def subscription_items(self, context: StreamContext) -> Iterator[Page]:
        """The items inside the subscriptions of this run."""
        for page in self._share(SUBSCRIPTIONS, context).read():
            yield [item for subscription in page for item in self._nested(subscription, "items")]
        self._finish(context)

    def invoices(self, context: StreamContext) -> Iterator[Page]:
        yield from self._share(INVOICES, context).read()
        self._finish(context)

    def invoice_lines(self, context: StreamContext) -> Iterator[Page]:
        """The lines of this run's invoices, drafts left out: their lines still come and go."""
        for page in self._share(INVOICES, context).read():
            final = (invoice for invoice in page if invoice.get("status") != "draft" and not invoice.get("deleted"))
            yield [{"invoice": invoice["id"], **line} for invoice in final for line in self._nested(invoice, "lines")]
        self._finish(context)

    def invoice_payments(self, context: StreamContext) -> Iterator[Page]:
        """New payments, then those of every invoice that events name: a payment's own changes raise no event."""
        changes = self._begin(context)
        seen = set[str]()
        for page in self._list(INVOICE_PAYMENTS, changes):
            seen.update(record["id"] for record in page)
            yield page
        for invoice_id in changes.of("invoice") if changes else ():
            for page in self._api.pages(INVOICE_PAYMENTS.path, {"invoice": invoice_id}):
                yield [record for record in page if record["id"] not in seen]
                seen.update(record["id"] for record in page)
        self._finish(context)

    def customers(self, context: StreamContext) -> Iterator[Page]:
        """Customers, deleted ones too: lists no longer show those, but events, invoices and subscriptions name them."""
        changes = self._begin(context)
        seen = set[str]()
        for page in self._list(CUSTOMERS, changes):
            seen.update(record["id"] for record in page)
            yield page
        if changes is None:
            deletions = {
                event["data"]["object"]["id"]: event
                for page in self._api.pages("/v1/events", {"type": "customer.deleted"})
                for event in page
            }
            for endpoint in (SUBSCRIPTIONS, INVOICES):
                self._share(endpoint, context).drain()
            named = {**deletions, **{id_: deletions.get(id_) for id_ in sorted(self._referenced_customers)}}
        else:
            named = dict(changes.of("customer"))
        for batch in _batches(id_ for id_ in named if id_ not in seen):
            yield [self._customer(id_, named[id_]) for id_ in batch]
        self._finish(context)

    def _customer(self, customer_id: str, event: Record | None) -> Record:
        found = self._api.get(f"{CUSTOMERS.path}/{customer_id}")
        if found.get("deleted") and event:
            return {**event["data"]["object"], **found}
        return found

    # ── how all of them read ─────────────────────────────────────────────────────────────────────────────────────

    def _begin(self, context: StreamContext) -> Changes | None:
        """What changed since this stream's last run; None when it must read everything.

        The newest event is noted before anything is listed, so that what changes meanwhile is read again next time.
        """
        if not self._started:
            newest = self._api.newest("/v1/events")
            self._newest = Mark(newest["id"], newest["created"]) if newest else None
            self._started = True
        mark = Mark.of(context.state)
        if mark not in self._changes:
            assert mark is not None
            self._changes[mark] = read_changes(self._api, mark, self._settings.lag_minutes * 60)
        return self._changes[mark]

    def _finish(self, context: StreamContext) -> None:
        if self._newest:
            self._newest.keep(context.state)

    def _share(self, endpoint: Endpoint, context: StreamContext) -> SharedPages:
        changes, mark = self._begin(context), Mark.of(context.state)
        key = (endpoint.object_type, mark)
        if key not in self._shared:
            self._shared[key] = SharedPages(self._whole_objects(endpoint, changes))
        return self._shared[key]

    def _whole_objects(self, endpoint: Endpoint, changes: Changes | None) -> Iterator[list[Record]]:
        """Subscriptions with all their items, invoices with all their lines."""
        for page in self._objects(endpoint, changes):
            for record in page:
                if customer := record.get("customer"):
                    self._referenced_customers.add(customer)
                if endpoint is SUBSCRIPTIONS:
                    self._api.complete(
                        record, "items", "/v1/subscription_items", ("discounts",), subscription=record["id"]
                    )
                else:
                    self._api.complete(
                        record, "lines", f"/v1/invoices/{record['id']}/lines", ("discounts.source.coupon",)
                    )
            yield page

    def _nested(self, record: Record, field: str) -> list[Record]:
        rows = (record.get(field) or {}).get("data")
        if not isinstance(rows, list):
            raise BrokenPagination(
                f"{self._settings.name}: {record.get('object')} {record.get('id')} has no list at `{field}.data`",
                f"Check sources.{self._settings.name}.api_version: the shape of the vendor's answer has changed.",
            )
        return rows

    def _objects(self, endpoint: Endpoint, changes: Changes | None) -> Iterator[list[Record]]:
        seen = set[str]()
        for page in self._list(endpoint, changes):
            seen.update(record["id"] for record in page)
            yield page
        if changes is None:
            return
        named = {id_: event for id_, event in changes.of(endpoint.object_type).items() if id_ not in seen}
        for batch in _batches(named):
            yield [self._object(endpoint, id_, named[id_]) for id_ in batch]

    def _object(self, endpoint: Endpoint, object_id: str, event: Record) -> Record:
        # A cancelled subscription raises `customer.subscription.deleted` and can still be fetched; a deleted draft
        # invoice cannot.
        if event["type"] == "invoice.deleted":
            return {**event["data"]["object"], "deleted": True}
        return self._api.get(f"{endpoint.path}/{object_id}", endpoint.expand)

    def _list(self, endpoint: Endpoint, changes: Changes | None) -> Iterator[list[Record]]:
        filters: dict[str, str | int] = dict(endpoint.filters)
        since = changes.since if changes else self._settings.start_epoch if endpoint.is_dated else None
        if since is not None:
            filters["created[gte]"] = since
        yield from self._api.pages(endpoint.path, filters, endpoint.expand)


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for id_ in ids:
        batch.append(id_)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
