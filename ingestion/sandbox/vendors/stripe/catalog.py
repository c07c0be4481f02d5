"""Stripe's JSON for what is sold and to whom: customers, products, prices, coupons, discounts.

Every renderer takes the moment `at` last, whether or not its object ever changes, so that all can be called alike.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingestion.sandbox.facts import BillingCustomer, Discount, Price, Product, Subscription

Json = dict[str, Any]


def seconds(moment: datetime | None) -> int | None:
    """Stripe's timestamps: whole seconds since 1970."""
    return None if moment is None else int(moment.timestamp())


def customer(fact: BillingCustomer, at: datetime) -> Json:
    """A customer, or the stub that Stripe keeps of one deleted by `at`."""
    if fact.deleted_at is not None and fact.deleted_at <= at:
        return {"id": fact.customer_id, "object": "customer", "deleted": True}
    return {
        "id": fact.customer_id,
        "object": "customer",
        "address": {
            "city": None,
            "country": fact.country,
            "line1": None,
            "line2": None,
            "postal_code": None,
            "state": None,
        },
        "balance": 0,
        "created": seconds(fact.created_at),
        "currency": fact.currency.lower(),
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": fact.email,
        "invoice_prefix": fact.customer_id[-8:].upper(),
        "livemode": False,
        "metadata": dict(fact.metadata),
        "name": fact.name,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def product(fact: Product, at: datetime) -> Json:
    return {
        "id": fact.product_id,
        "object": "product",
        "active": True,
        "created": seconds(fact.created_at),
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {"family": fact.family},
        "name": fact.name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": "seat" if fact.family == "seats" else None,
        "updated": seconds(fact.created_at),
        "url": None,
    }


def price(fact: Price, at: datetime) -> Json:
    recurring = None
    if fact.interval is not None:
        recurring = {
            "interval": fact.interval,
            "interval_count": fact.interval_count,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
    return {
        "id": fact.price_id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": seconds(fact.created_at),
        "currency": fact.currency.lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": fact.product_id,
        "recurring": recurring,
        "tax_behavior": "exclusive",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time" if recurring is None else "recurring",
        "unit_amount": fact.unit_amount,
        "unit_amount_decimal": str(fact.unit_amount),
    }


def coupon(fact: Discount, at: datetime) -> Json:
    """The coupon behind a discount: repeating for the months the discount lasts, or forever."""
    months = None
    if fact.ends_at is not None:
        months = (fact.ends_at.year - fact.starts_at.year) * 12 + fact.ends_at.month - fact.starts_at.month
    return {
        "id": fact.coupon_id,
        "object": "coupon",
        "amount_off": None,
        "created": seconds(fact.starts_at),
        "currency": None,
        "duration": "forever" if months is None else "repeating",
        "duration_in_months": months,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": f"{fact.percent_off} % off",
        "percent_off": float(fact.percent_off),
        "redeem_by": None,
        "times_redeemed": 1,
        "valid": True,
    }


def discount_id(subscription: Subscription, position: int) -> str:
    return f"di_{subscription.subscription_id.removeprefix('sub_')}_{position + 1}"


def discount(fact: Discount, subscription: Subscription, position: int, at: datetime) -> Json:
    return {
        "id": discount_id(subscription, position),
        "object": "discount",
        "checkout_session": None,
        "customer": subscription.customer_id,
        "end": seconds(fact.ends_at),
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "source": {"coupon": fact.coupon_id, "type": "coupon"},
        "start": seconds(fact.starts_at),
        "subscription": subscription.subscription_id,
        "subscription_item": None,
    }


def nested(items: list[Json], url: str, size: int) -> Json:
    """A list inside an object: its first `size` items and where to read the rest."""
    return {
        "object": "list",
        "data": items[:size],
        "has_more": len(items) > size,
        "total_count": len(items),
        "url": url,
    }
