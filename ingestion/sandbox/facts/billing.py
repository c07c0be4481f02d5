"""Products, prices, contracts, bills and the money that follows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion.sandbox.facts.history import History


@dataclass
class Product:
    product_id: str
    name: str
    family: str
    """`platform`, `seats`, `support`, `services`, `hardware`."""
    created_at: datetime


@dataclass
class Price:
    """A list price of a product in one currency and billing period."""

    price_id: str
    product_id: str
    currency: str
    unit_amount: int
    interval: str | None
    """`month` or `year` (`week` and `day` are legal too); None for a one-off price."""
    interval_count: int
    created_at: datetime


@dataclass
class BillingCustomer:
    """A customer in the billing system; one company can have two (a subsidiary, a duplicate)."""

    customer_id: str
    company_id: int
    person_id: int
    name: str
    email: str
    currency: str
    country: str
    created_at: datetime
    metadata: dict[str, str] = field(default_factory=dict)
    """What a seller typed in, such as `hubspot_company_id`; missing for some."""
    deleted_at: datetime | None = None
    updated_at: datetime | None = None
    is_subsidiary: bool = False
    """Billed under the name and domain of a holding that no CRM knows. Never served."""


@dataclass
class SubscriptionItem:
    """One priced position of a subscription; `terms` is (price_id, quantity) over time, quantity 0 = removed."""

    item_id: str
    terms: History[tuple[str, int]]


@dataclass
class Discount:
    coupon_id: str
    percent_off: int
    starts_at: datetime
    ends_at: datetime | None
    """None = forever."""


@dataclass
class Subscription:
    """A contract billed for each period in advance. All items share its currency and billing period.

    Trials end at `trial_ends_at` (the first paid period starts then). A pause covers whole billing periods, whose
    invoices are voided. A voluntary cancellation is asked for at `cancel_requested_at` and takes effect at the end of
    the paid period; an unpaid contract is cancelled by dunning. `ended_at` is when service stops, in both cases.
    """

    subscription_id: str
    customer_id: str
    deal_id: int | None
    currency: str
    interval: str
    interval_count: int
    created_at: datetime
    items: list[SubscriptionItem]
    periods: list[tuple[datetime, datetime]]
    """Every billing period started so far, in order, each [start, end)."""
    trial_ends_at: datetime | None = None
    discounts: list[Discount] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    """[start, end): end is the planned resumption, at a period boundary."""
    cancel_requested_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    """`cancellation_requested` or `payment_failed`."""
    updated_at: datetime | None = None


@dataclass
class InvoiceLine:
    """One line; amounts exclude tax. Proration lines come in pairs: a credit (negative) and a new charge."""

    line_id: str
    product_id: str
    price_id: str
    quantity: int
    amount: int
    """Before discount; negative for the credit half of a proration."""
    discount_amount: int
    tax_amount: int
    period_start: datetime
    period_end: datetime
    is_proration: bool
    subscription_item_id: str | None
    description: str


@dataclass
class Invoice:
    invoice_id: str
    number: str
    customer_id: str
    subscription_id: str | None
    currency: str
    billing_reason: str
    """`subscription_create`, `subscription_cycle`, `subscription_update` or `manual`."""
    created_at: datetime
    due_date: date
    lines: list[InvoiceLine]
    status: History[str]
    """`open` → `paid`, `void` or `uncollectible`."""
    updated_at: datetime
    paid_at: datetime | None = None
    order_id: int | None = None


@dataclass
class Payment:
    payment_id: str
    invoice_id: str
    customer_id: str
    currency: str
    amount: int
    at: datetime
    is_successful: bool


@dataclass
class CreditNote:
    credit_note_id: str
    invoice_id: str
    customer_id: str
    currency: str
    amount: int
    """Without tax."""
    tax_amount: int
    reason: str
    at: datetime


@dataclass
class Refund:
    refund_id: str
    payment_id: str
    invoice_id: str
    customer_id: str
    currency: str
    amount: int
    """Cash given back, tax included."""
    reason: str
    at: datetime
