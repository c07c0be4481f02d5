"""The billing account as a whole: every kind of object, newest first, rendered as of any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from ingestion.sandbox.facts import (
    UNIT_CRM,
    CreditNote,
    Discount,
    Facts,
    Invoice,
    Payment,
    Refund,
    Subscription,
    crm_id,
    unit_of,
)
from ingestion.sandbox.vendors.stripe import catalog, invoices, payments, subscriptions
from ingestion.sandbox.vendors.stripe.catalog import Json

DEAL_KEYS = {
    "hubspot": "hubspot_deal_id",
    "salesforce": "salesforce_opportunity_id",
    "dynamics": "dynamics_opportunity_id",
}
"""Under which metadata key sellers of a CRM note their deal."""
NESTED_MAX = 10
"""How many items a list inside an object shows before it must be paged."""


@dataclass(frozen=True)
class Entry:
    """One object: `render(at)` is its JSON at a moment, `tags` what list filters compare (as of now)."""

    id: str
    created: datetime
    render: Callable[[datetime], Json]
    tags: dict[str, str] = field(default_factory=dict)
    is_listed: bool = True


class Ledger:
    """All billing objects up to `facts.as_of`. `resources` maps a path such as `invoices` to its entries."""

    def __init__(self, facts: Facts, page_cap: int | None = None) -> None:
        self.facts = facts
        self.now = facts.as_of
        self.nested_size = min(NESTED_MAX, page_cap or NESTED_MAX)
        self.prices = {price.price_id: price for price in facts.prices}
        self.customers = {customer.customer_id: customer for customer in facts.billing_customers}
        self.subscriptions = {item.subscription_id: item for item in facts.subscriptions}
        self._units = unit_of(facts)
        self.invoices = {invoice.invoice_id: invoice for invoice in facts.invoices}
        self.payments = {payment.payment_id: payment for payment in facts.payments}
        self.invoices_of: dict[str | None, list[Invoice]] = defaultdict(list)
        for invoice in facts.invoices:
            self.invoices_of[invoice.subscription_id].append(invoice)
        self.attempts_on: dict[str, list[Payment]] = defaultdict(list)
        for payment in facts.payments:
            if payment.at <= self.now:
                self.attempts_on[payment.invoice_id].append(payment)
        self.refunds_of: dict[str, list[Refund]] = defaultdict(list)
        for refund in facts.refunds:
            self.refunds_of[refund.payment_id].append(refund)
        self.notes_on: dict[str, list[CreditNote]] = defaultdict(list)
        for note in facts.credit_notes:
            self.notes_on[note.invoice_id].append(note)
        self.resources: dict[str, list[Entry]] = {
            "customers": self._newest_first(self._customers()),
            "products": self._newest_first(self._products()),
            "prices": self._newest_first(self._prices()),
            "coupons": self._newest_first(self._coupons()),
            "subscriptions": self._newest_first(self._subscriptions()),
            "invoices": self._newest_first(self._invoices()),
            "invoice_payments": self._newest_first(self._invoice_payments()),
            "charges": self._newest_first(self._charges()),
            "refunds": self._newest_first(self._refunds()),
            "credit_notes": self._newest_first(self._credit_notes()),
        }
        self.index = {entry.id: entry for entries in self.resources.values() for entry in entries}
        self.index.update((entry.id, entry) for entry in self._discounts())

    def _newest_first(self, entries: Iterable[Entry]) -> list[Entry]:
        existing = [entry for entry in entries if entry.created <= self.now]
        numbered = sorted(enumerate(existing), key=lambda pair: (pair[1].created, pair[0]), reverse=True)
        return [entry for _, entry in numbered]

    def subscription_json(self, fact: Subscription, at: datetime) -> Json:
        """The subscription as it stood at `at`."""
        own = self.invoices_of[fact.subscription_id]
        note = self._deal_note(fact)
        return subscriptions.subscription(fact, self.prices, own, self.attempts_on, at, self.nested_size, note)

    def _deal_note(self, fact: Subscription) -> Json:
        """The id of the deal in the seller's CRM, under that CRM's key."""
        if fact.deal_id is None:
            return {}
        company_id = self.customers[fact.customer_id].company_id
        crm = UNIT_CRM[self._units.get(company_id, "northwind")]
        return {DEAL_KEYS[crm]: crm_id(crm, "opportunity", fact.deal_id)}

    def invoice_json(self, fact: Invoice, at: datetime) -> Json:
        """The invoice as it stood at `at`."""
        return invoices.invoice(
            fact,
            self.customers.get(fact.customer_id),
            self.subscriptions.get(fact.subscription_id or ""),
            self.attempts_on[fact.invoice_id],
            self.notes_on[fact.invoice_id],
            at,
            self.nested_size,
        )

    def subscription_items(self, subscription_id: str) -> list[Json]:
        """The items of a subscription now; KeyError if there is no such subscription."""
        return subscriptions.items(self.subscriptions[subscription_id], self.prices, self.now)

    def invoice_lines(self, invoice_id: str) -> list[Json]:
        """Every line of an invoice; KeyError if there is no such invoice."""
        fact = self.invoices[invoice_id]
        parent = self.subscriptions.get(fact.subscription_id or "")
        return [invoices.line(line, fact, invoices.discount_id(fact, parent)) for line in fact.lines]

    def _customers(self) -> Iterable[Entry]:
        for fact in self.facts.billing_customers:
            is_deleted = fact.deleted_at is not None and fact.deleted_at <= self.now
            tags = {"email": fact.email}
            yield Entry(fact.customer_id, fact.created_at, partial(catalog.customer, fact), tags, not is_deleted)

    def _products(self) -> Iterable[Entry]:
        # Goods that only the order database sells have no price here and are not in the billing catalogue.
        sold = {price.product_id for price in self.facts.prices}
        sold |= {line.product_id for invoice in self.facts.invoices for line in invoice.lines}
        for fact in self.facts.products:
            if fact.product_id in sold:
                yield Entry(fact.product_id, fact.created_at, partial(catalog.product, fact), {"active": "true"})

    def _prices(self) -> Iterable[Entry]:
        for fact in self.facts.prices:
            kind = "one_time" if fact.interval is None else "recurring"
            tags = {"product": fact.product_id, "currency": fact.currency.lower(), "type": kind, "active": "true"}
            yield Entry(fact.price_id, fact.created_at, partial(catalog.price, fact), tags)

    def _coupons(self) -> Iterable[Entry]:
        first: dict[str, Discount] = {}
        for discount in (discount for item in self.facts.subscriptions for discount in item.discounts):
            if discount.coupon_id not in first or discount.starts_at < first[discount.coupon_id].starts_at:
                first[discount.coupon_id] = discount
        for fact in sorted(first.values(), key=lambda fact: fact.starts_at):
            yield Entry(fact.coupon_id, fact.starts_at, partial(catalog.coupon, fact))

    def _discounts(self) -> Iterable[Entry]:
        """Not a resource of their own: they exist to be expanded."""
        for item in self.facts.subscriptions:
            for position, fact in enumerate(item.discounts):
                yield Entry(
                    catalog.discount_id(item, position),
                    fact.starts_at,
                    partial(catalog.discount, fact, item, position),
                )

    def _subscriptions(self) -> Iterable[Entry]:
        for fact in self.facts.subscriptions:
            tags = {
                "customer": fact.customer_id,
                "status": subscriptions.status(
                    fact, self.invoices_of[fact.subscription_id], self.attempts_on, self.now
                ),
                "collection_method": "charge_automatically",
            }
            yield Entry(fact.subscription_id, fact.created_at, partial(self.subscription_json, fact), tags)

    def _invoices(self) -> Iterable[Entry]:
        for fact in self.facts.invoices:
            tags = {
                "customer": fact.customer_id,
                "subscription": fact.subscription_id or "",
                "status": str(fact.status.at(self.now)),
                "collection_method": "charge_automatically" if fact.subscription_id else "send_invoice",
            }
            yield Entry(fact.invoice_id, fact.created_at, partial(self.invoice_json, fact), tags)

    def _invoice_payments(self) -> Iterable[Entry]:
        for invoice_id, attempts in self.attempts_on.items():
            invoice = self.invoices.get(invoice_id)
            now = payments.invoice_payment(attempts, invoice, self.now)
            tags = {"invoice": invoice_id, "status": now["status"], "payment_intent": now["payment"]["payment_intent"]}
            yield Entry(
                now["id"],
                attempts[0].at,
                partial(payments.invoice_payment, attempts, invoice),
                tags,
            )

    def _charges(self) -> Iterable[Entry]:
        for fact in self.facts.payments:
            attempts = self.attempts_on[fact.invoice_id] or [fact]
            refunds = self.refunds_of[fact.payment_id]
            tags = {"customer": fact.customer_id, "payment_intent": payments.payment_intent_id(attempts)}
            yield Entry(
                payments.charge_id(fact),
                fact.at,
                partial(payments.charge, fact, attempts, refunds),
                tags,
            )

    def _refunds(self) -> Iterable[Entry]:
        for fact in self.facts.refunds:
            payment = self.payments.get(fact.payment_id)
            render = partial(payments.refund, fact, payment, self.attempts_on[fact.invoice_id])
            rendered = render(self.now)
            tags = {name: rendered[name] or "" for name in ("charge", "payment_intent")}
            yield Entry(fact.refund_id, fact.at, render, tags)

    def _credit_notes(self) -> Iterable[Entry]:
        for fact in self.facts.credit_notes:
            invoice = self.invoices.get(fact.invoice_id)
            tags = {"customer": fact.customer_id, "invoice": fact.invoice_id}
            yield Entry(
                fact.credit_note_id,
                fact.at,
                partial(payments.credit_note, fact, invoice, nested_size=self.nested_size),
                tags,
            )
