"""Orders of goods, in the in-house order database and in the Shopify store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ingestion.sandbox.facts.history import History


@dataclass
class OrderLine:
    order_line_id: int
    product_id: str
    quantity: int
    unit_amount: int
    discount_amount: int
    tax_amount: int


@dataclass
class Checkout:
    """Where a Shopify order was placed, and the campaign parameters of the visit that led to it."""

    source: str
    """`web`, or `shopify_draft_order` for what a seller entered from a won deal."""
    landing_page: str | None
    """Path with query."""
    referrer: str | None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None


@dataclass
class RefundLine:
    refund_line_id: int
    order_line_id: int
    quantity: int
    amount: int
    """After discount, without tax."""
    tax_amount: int


@dataclass
class OrderRefund:
    """Money of a Shopify order given back; its lines add up to it."""

    refund_id: int
    at: datetime
    reason: str
    lines: list[RefundLine]

    @property
    def amount(self) -> int:
        """Cash, tax included."""
        return sum(line.amount + line.tax_amount for line in self.lines)


@dataclass
class Order:
    """Goods ordered by a company, in the order database or in the Shopify store; a company keeps to one of them.

    In Shopify: `shipped` is the fulfilment's creation and `delivered` its delivery; a cancelled order was never
    captured, so nothing is refunded; a return is refunded line by line (`refunds`), and nothing is deleted.
    """

    order_id: int
    company_id: int
    person_id: int
    deal_id: int | None
    currency: str
    ordered_at: datetime
    lines: list[OrderLine]
    status: History[str]
    """`placed`, `shipped`, `delivered`, `cancelled`, `returned`."""
    updated_at: datetime
    refunded_amount: int = 0
    refunded_at: datetime | None = None
    deleted_at: datetime | None = None
    """When the row was physically deleted from the database (a clerk's correction), else None."""
    channel: str = "order_database"
    """`order_database` or `shopify`."""
    cancel_reason: str | None = None
    """Shopify's: `customer`, `inventory`, `declined`, `other`; set when the status becomes `cancelled`."""
    tags: list[str] = field(default_factory=list)
    checkout: Checkout | None = None
    """Shopify orders only."""
    refunds: list[OrderRefund] = field(default_factory=list)
    """Shopify orders only; they add up to `refunded_amount`."""
