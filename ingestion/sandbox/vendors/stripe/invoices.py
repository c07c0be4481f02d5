"""Stripe's JSON for invoices and their lines, as they stood at any moment. Amounts are in minor units."""

from __future__ import annotations

from datetime import UTC, datetime, time

from ingestion.sandbox.facts import BillingCustomer, CreditNote, Invoice, InvoiceLine, Payment, Subscription
from ingestion.sandbox.vendors.stripe import catalog
from ingestion.sandbox.vendors.stripe.catalog import Json, seconds
from ingestion.sandbox.vendors.stripe.payments import is_after_payment


def invoice(
    fact: Invoice,
    customer: BillingCustomer | None,
    subscription: Subscription | None,
    payments: list[Payment],
    credit_notes: list[CreditNote],
    at: datetime,
    nested_size: int,
) -> Json:
    """The invoice at `at`, with the attempts to collect it and the credit notes given on it until then."""
    subtotal = sum(line.amount for line in fact.lines)
    discounted = sum(line.discount_amount for line in fact.lines)
    taxed = sum(line.tax_amount for line in fact.lines)
    total = subtotal - discounted + taxed
    status = fact.status.at(at) or "draft"
    # A negative total becomes customer balance: nothing is due, and the invoice counts as paid at once.
    due = max(total, 0)
    paid = due if status == "paid" else 0
    reached = {value: moment for moment, value in fact.status if moment <= at}
    attempts = sum(payment.at <= at for payment in payments)
    credited = [note for note in credit_notes if note.at <= at]
    lowered = sum(note.amount + note.tax_amount for note in credited if not is_after_payment(note, fact))
    returned = sum(note.amount + note.tax_amount for note in credited) - lowered
    periods = [(line.period_start, line.period_end) for line in fact.lines]
    start = min((period[0] for period in periods), default=fact.created_at)
    end = max((period[1] for period in periods), default=fact.created_at)
    discount = discount_id(fact, subscription)
    parent = None
    if subscription is not None:
        details = {"metadata": {}, "subscription": subscription.subscription_id}
        parent = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    return {
        "id": fact.invoice_id,
        "object": "invoice",
        "account_country": "US",
        "amount_due": due,
        "amount_overpaid": 0,
        "amount_paid": paid,
        "amount_remaining": max(due - paid - lowered, 0),
        "amount_shipping": 0,
        "attempt_count": attempts,
        "attempted": attempts > 0,
        "auto_advance": status == "open",
        "billing_reason": fact.billing_reason,
        "collection_method": "charge_automatically" if fact.subscription_id else "send_invoice",
        "created": seconds(fact.created_at),
        "currency": fact.currency.lower(),
        "customer": fact.customer_id,
        "customer_address": {"country": customer.country} if customer else None,
        "customer_email": customer.email if customer else None,
        "customer_name": customer.name if customer else None,
        "description": None,
        "discounts": [discount] if discounted else [],
        "due_date": seconds(datetime.combine(fact.due_date, time(), UTC)),
        "effective_at": seconds(fact.created_at),
        "ending_balance": min(total, 0),
        "hosted_invoice_url": None,
        "lines": catalog.nested(
            [line(item, fact, discount) for item in fact.lines], f"/v1/invoices/{fact.invoice_id}/lines", nested_size
        ),
        "livemode": False,
        "metadata": {} if fact.order_id is None else {"order_id": str(fact.order_id)},
        "number": fact.number,
        "parent": parent,
        "period_end": seconds(end),
        "period_start": seconds(start),
        "post_payment_credit_notes_amount": returned,
        "pre_payment_credit_notes_amount": lowered,
        "starting_balance": 0,
        "status": status,
        "status_transitions": {
            "finalized_at": seconds(reached.get("open", fact.created_at)),
            "marked_uncollectible_at": seconds(reached.get("uncollectible")),
            "paid_at": seconds(reached.get("paid")),
            "voided_at": seconds(reached.get("void")),
        },
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_discount_amounts": [{"amount": discounted, "discount": discount}] if discounted else [],
        "total_excluding_tax": subtotal - discounted,
        "total_taxes": _taxes(taxed, subtotal - discounted),
        "webhooks_delivered_at": seconds(fact.created_at),
    }


def line(fact: InvoiceLine, invoice: Invoice, discount: str) -> Json:
    """One line: of a subscription item, or (one-off and services) of an invoice item."""
    proration = {"proration": fact.is_proration, "proration_details": {"credited_items": None}}
    subscription = {"subscription": invoice.subscription_id}
    item_details = None
    subscription_details = None
    if fact.subscription_item_id is not None:
        item = {"invoice_item": None, "subscription_item": fact.subscription_item_id}
        subscription_details = {**item, **proration, **subscription}
    else:
        item_details = {"invoice_item": f"ii_{fact.line_id.split('_', 1)[-1]}", **proration, **subscription}
    return {
        "id": fact.line_id,
        "object": "line_item",
        "amount": fact.amount,
        "currency": invoice.currency.lower(),
        "description": fact.description,
        "discount_amounts": ([{"amount": fact.discount_amount, "discount": discount}] if fact.discount_amount else []),
        "discountable": not fact.is_proration,
        "discounts": [],
        "invoice": invoice.invoice_id,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": item_details,
            "subscription_item_details": subscription_details,
            "type": "subscription_item_details" if subscription_details else "invoice_item_details",
        },
        "period": {"end": seconds(fact.period_end), "start": seconds(fact.period_start)},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": fact.price_id, "product": fact.product_id},
            "type": "price_details",
            "unit_amount_decimal": str(fact.amount // fact.quantity if fact.quantity else fact.amount),
        },
        "quantity": fact.quantity,
        "subtotal": fact.amount,
        "taxes": _taxes(fact.tax_amount, fact.amount - fact.discount_amount),
    }


def _taxes(amount: int, taxable: int) -> list[Json]:
    if amount == 0:
        return []
    return [
        {
            "amount": amount,
            "tax_behavior": "exclusive",
            "tax_rate_details": {"tax_rate": "txr_sandbox_vat"},
            "taxability_reason": "standard_rated",
            "taxable_amount": taxable,
            "type": "tax_rate_details",
        }
    ]


def discount_id(fact: Invoice, subscription: Subscription | None) -> str:
    """The discount in force when the invoice was made, or the invoice's own where it has no subscription."""
    if subscription is not None:
        for position, discount in enumerate(subscription.discounts):
            if discount.starts_at <= fact.created_at and (
                discount.ends_at is None or fact.created_at < discount.ends_at
            ):
                return catalog.discount_id(subscription, position)
    return f"di_{fact.invoice_id.removeprefix('in_')}"
