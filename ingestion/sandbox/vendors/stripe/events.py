"""Stripe's events: what changed in the last thirty days, each with the object as it then was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from ingestion.sandbox.facts import Invoice, Subscription
from ingestion.sandbox.vendors.stripe import payments
from ingestion.sandbox.vendors.stripe.catalog import Json, seconds
from ingestion.sandbox.vendors.stripe.ledger import Entry, Ledger

KEPT = timedelta(days=30)
API_VERSION = "2026-10-28"

_INSTANT = timedelta(microseconds=1)
_STATUS_EVENTS = {"paid": ("invoice.paid", "invoice.payment_succeeded"), "void": ("invoice.voided",)}
_STATUS_EVENTS["uncollectible"] = ("invoice.marked_uncollectible",)

Change = tuple[datetime, str, Callable[[datetime], Json], bool]
"""When, which type of event, the object's renderer, whether to name the attributes that changed."""


def entries(ledger: Ledger) -> list[Entry]:
    """Every event of the thirty days up to now, newest first; of one instant, effects come before their causes."""
    since = ledger.now - KEPT
    recent = [change for change in _changes(ledger) if since <= change[0] <= ledger.now]
    recent.sort(key=lambda change: change[0])
    found = []
    for at, kind, render, names_changes in recent:
        after = render(at)
        previous = None
        if names_changes:
            before = render(at - _INSTANT)
            previous = {name: before.get(name) for name in after if before.get(name) != after[name]}
            if not previous:
                continue
        found.append(_entry(at, kind, after, previous))
    return found[::-1]


def _entry(at: datetime, kind: str, after: Json, previous: Json | None) -> Entry:
    digest = hashlib.blake2b(f"{kind} {after['id']} {at.isoformat()}".encode(), digest_size=12).hexdigest()
    data: Json = {"object": after}
    if previous is not None:
        data["previous_attributes"] = previous
    identifier = f"evt_{digest}"
    body: Json = {
        "id": identifier,
        "object": "event",
        "api_version": API_VERSION,
        "created": seconds(at),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    return Entry(identifier, at, lambda _: dict(body), {"type": kind})


def _changes(ledger: Ledger) -> Iterator[Change]:
    """All changes in causal order of the kinds of object: a customer exists before its contract and its invoice."""
    singular = {"customers": "customer", "products": "product", "prices": "price", "coupons": "coupon"}
    for resource, name in singular.items():
        for entry in ledger.resources[resource][::-1]:
            yield entry.created, f"{name}.created", entry.render, False
    for customer in ledger.facts.billing_customers:
        render = ledger.index[customer.customer_id].render if customer.customer_id in ledger.index else None
        if render is None:
            continue
        if customer.deleted_at is not None:
            # A deleted customer's event still shows the whole object.
            yield customer.deleted_at, "customer.deleted", _just_before(render), False
        elif customer.updated_at is not None and customer.updated_at > customer.created_at:
            yield customer.updated_at, "customer.updated", render, False
    for subscription in ledger.facts.subscriptions:
        yield from _subscription_changes(ledger, subscription)
    for invoice in ledger.facts.invoices:
        yield from _invoice_changes(ledger, invoice)
    for payment in ledger.facts.payments:
        charge = ledger.index.get(payments.charge_id(payment))
        if charge is not None:
            kind = "charge.succeeded" if payment.is_successful else "charge.failed"
            yield payment.at, kind, charge.render, False
    for attempts in ledger.attempts_on.values():
        paid = next((payment for payment in attempts if payment.is_successful), None)
        if paid is not None:
            render = ledger.index[payments.invoice_payment_id(attempts)].render
            yield paid.at, "invoice_payment.paid", render, False
    for refund in ledger.resources["refunds"][::-1]:
        yield refund.created, "refund.created", refund.render, False
        if charge := ledger.index.get(refund.tags["charge"]):
            yield refund.created, "charge.refunded", charge.render, False
    for note in ledger.resources["credit_notes"][::-1]:
        yield note.created, "credit_note.created", note.render, False


def _just_before(render: Callable[[datetime], Json]) -> Callable[[datetime], Json]:
    return lambda at: render(at - _INSTANT)


def _subscription_changes(ledger: Ledger, fact: Subscription) -> Iterable[Change]:
    def render(at: datetime) -> Json:
        return ledger.subscription_json(fact, at)

    yield fact.created_at, "customer.subscription.created", render, False
    moments = {start for start, _ in fact.periods} | {fact.trial_ends_at, fact.cancel_requested_at}
    moments |= {at for item in fact.items for at, _ in item.terms}
    moments |= {at for pause in fact.pauses for at in pause}
    moments |= {at for discount in fact.discounts for at in (discount.starts_at, discount.ends_at)}
    for invoice in ledger.invoices_of[fact.subscription_id]:
        moments |= {at for at, _ in invoice.status} | {payment.at for payment in ledger.attempts_on[invoice.invoice_id]}
    for at in sorted(moment for moment in moments if moment is not None):
        if at > fact.created_at and (fact.ended_at is None or at < fact.ended_at) and at >= ledger.now - KEPT:
            yield at, "customer.subscription.updated", render, True
    if fact.ended_at is not None:
        yield fact.ended_at, "customer.subscription.deleted", render, False


def _invoice_changes(ledger: Ledger, fact: Invoice) -> Iterable[Change]:
    def render(at: datetime) -> Json:
        return ledger.invoice_json(fact, at)

    yield fact.created_at, "invoice.created", render, False
    yield fact.created_at, "invoice.finalized", render, False
    for payment in ledger.attempts_on[fact.invoice_id]:
        if not payment.is_successful:
            yield payment.at, "invoice.payment_failed", render, False
    for note in ledger.notes_on[fact.invoice_id]:
        yield note.at, "invoice.updated", render, True
    for at, status in fact.status:
        for kind in _STATUS_EVENTS.get(status, ()):
            yield at, kind, render, False
