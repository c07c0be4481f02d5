"""Stripe's JSON for subscriptions and their items, as they stood at any moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ingestion.sandbox.facts import Invoice, Payment, Price, Subscription, SubscriptionItem
from ingestion.sandbox.vendors.stripe import catalog
from ingestion.sandbox.vendors.stripe.catalog import Json, seconds


def current_period(fact: Subscription, at: datetime) -> tuple[datetime, datetime]:
    """The billing period running at `at`; the trial while that lasts, the last period once all have ended."""
    started = [period for period in fact.periods if period[0] <= at]
    if started:
        return started[-1]
    return fact.created_at, fact.trial_ends_at or (fact.periods[0][0] if fact.periods else fact.created_at)


Attempts = Mapping[str, list[Payment]]
"""The attempts to collect each invoice, by its id."""


def status(fact: Subscription, invoices: list[Invoice], attempts: Attempts, at: datetime) -> str:
    """`canceled`, `trialing`, `past_due` (the latest invoice was not paid) or `active`; a pause leaves it active."""
    if fact.ended_at is not None and fact.ended_at <= at:
        return "canceled"
    if fact.trial_ends_at is not None and at < fact.trial_ends_at:
        return "trialing"
    issued = [invoice for invoice in invoices if invoice.created_at <= at]
    if issued:
        latest = issued[-1]
        has_failed = any(
            payment.at <= at and not payment.is_successful for payment in attempts.get(latest.invoice_id, ())
        )
        state = latest.status.at(at)
        if state == "uncollectible" or (state == "open" and has_failed):
            return "past_due"
    return "active"


def items(fact: Subscription, prices: dict[str, Price], at: datetime) -> list[Json]:
    """The items in force at `at`, oldest first: those with a quantity, as Stripe deletes removed ones."""
    until = at if fact.ended_at is None else min(at, fact.ended_at)
    return [rendered for item in fact.items if (rendered := _item(item, fact, prices, until)) is not None]


def _item(item: SubscriptionItem, fact: Subscription, prices: dict[str, Price], at: datetime) -> Json | None:
    terms = item.terms.at(at)
    if terms is None or terms[1] == 0:
        return None
    price_id, quantity = terms
    start, end = current_period(fact, at)
    return {
        "id": item.item_id,
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": seconds(next(iter(item.terms))[0]),
        "current_period_end": seconds(end),
        "current_period_start": seconds(start),
        "discounts": [],
        "metadata": {},
        "price": catalog.price(prices[price_id], at),
        "quantity": quantity,
        "subscription": fact.subscription_id,
        "tax_rates": [],
    }


def subscription(
    fact: Subscription,
    prices: dict[str, Price],
    invoices: list[Invoice],
    attempts: Attempts,
    at: datetime,
    nested_size: int,
    note: Json,
) -> Json:
    """The subscription at `at`. `invoices` are its own, oldest first; `note` is what a seller noted of its deal."""
    requested = fact.cancel_requested_at if fact.cancel_requested_at and fact.cancel_requested_at <= at else None
    ended = fact.ended_at if fact.ended_at and fact.ended_at <= at else None
    is_cancelling = requested is not None and ended is None
    pause = next((pause for pause in fact.pauses if pause[0] <= at < pause[1]), None)
    issued = [invoice for invoice in invoices if invoice.created_at <= at]
    identifier = fact.subscription_id
    return {
        "id": identifier,
        "object": "subscription",
        "application": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": seconds(fact.trial_ends_at or fact.created_at),
        "billing_mode": {"type": "flexible"},
        "cancel_at": seconds(current_period(fact, at)[1]) if is_cancelling else None,
        "cancel_at_period_end": is_cancelling,
        "canceled_at": seconds(requested or ended),
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "reason": fact.end_reason if ended else ("cancellation_requested" if requested else None),
        },
        "collection_method": "charge_automatically",
        "created": seconds(fact.created_at),
        "currency": fact.currency.lower(),
        "customer": fact.customer_id,
        "days_until_due": None,
        "default_payment_method": None,
        "description": None,
        "discounts": [
            catalog.discount_id(fact, position)
            for position, discount in enumerate(fact.discounts)
            if discount.starts_at <= at and (discount.ends_at is None or at < discount.ends_at)
        ],
        "ended_at": seconds(ended),
        "items": catalog.nested(
            items(fact, prices, at), f"/v1/subscription_items?subscription={identifier}", nested_size
        ),
        "latest_invoice": issued[-1].invoice_id if issued else None,
        "livemode": False,
        "metadata": dict(note),
        "next_pending_invoice_item_invoice": None,
        "pause_collection": None if pause is None else {"behavior": "void", "resumes_at": seconds(pause[1])},
        "pending_update": None,
        "schedule": None,
        "start_date": seconds(fact.created_at),
        "status": status(fact, invoices, attempts, at),
        "test_clock": None,
        "trial_end": seconds(fact.trial_ends_at),
        "trial_start": seconds(fact.created_at) if fact.trial_ends_at else None,
    }
