"""Revenue as it was billed and taken back, and how it grew: metrics.md §3."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts, Invoice
from ingestion.sandbox.truth.money import Rates, cents, major_units, months, snapshot_instant
from ingestion.sandbox.truth.store import ZERO, OrderBooks

OWED = ("open", "paid", "uncollectible")
SPANS = (1, 3, 6, 12)
"""Months that growth looks back."""


@dataclass(frozen=True)
class RevenueEvent:
    """What adds to revenue or takes from it, without tax."""

    kind: str
    """`invoice`, `order`, `credit_note` or `refund`."""
    customer_id: str | None
    """Of the billing system."""
    at: datetime
    currency: str
    amount: Decimal
    """Major units; negative for what is taken back."""


@dataclass
class RevenueMonth:
    """A month's revenue in reporting currency, and what it is compared with."""

    month: date
    is_complete: bool
    parts: dict[str, Decimal]
    """By kind of event."""
    bases: dict[int, Decimal] = field(default_factory=dict)
    """Revenue so many months before; none before the first month with any, none for the running month."""
    constant_bases: dict[int, Decimal] = field(default_factory=dict)
    """The same at the rates of this month."""

    @property
    def revenue(self) -> Decimal:
        return sum(self.parts.values(), ZERO)

    def growth(self, months_back: int, *, constant: bool) -> Fraction | None:
        """Over the revenue of then; None without any."""
        base = (self.constant_bases if constant else self.bases).get(months_back)
        return Fraction(self.revenue) / Fraction(base) - 1 if base else None


def revenue_events(facts: Facts) -> Iterator[RevenueEvent]:
    """Bills that are owed, orders that no such bill covers, and what is taken back of both."""
    books, billed = OrderBooks(facts), set()
    for invoice in facts.invoices:
        if invoice.status.current in OWED:
            net = sum(line.amount - line.discount_amount for line in invoice.lines)
            amount = major_units(net, invoice.currency)
            yield RevenueEvent("invoice", invoice.customer_id, invoice.created_at, invoice.currency, amount)
            billed.add(invoice.order_id)
    for order in facts.orders:
        if order.deleted_at is None and order.status.current != "cancelled":
            booked = books(order)
            if order.order_id not in billed:
                yield RevenueEvent("order", None, order.ordered_at, booked.currency, booked.net)
            for at, amount in booked.given_back:
                yield RevenueEvent("refund", None, at, booked.currency, -amount)
    yield from taken_back(facts)


def taken_back(facts: Facts) -> Iterator[RevenueEvent]:
    """Credit notes, and refunds as far as they exceed the credit on the same bill."""
    owed = {invoice.invoice_id: invoice for invoice in facts.invoices if invoice.status.current in OWED}
    credited: dict[str, Decimal] = defaultdict(Decimal)
    for note in facts.credit_notes:
        net = major_units(note.amount, note.currency)
        credited[note.invoice_id] += net
        yield RevenueEvent("credit_note", note.customer_id, note.at, note.currency, -net)
    refunded: dict[str, Decimal] = defaultdict(Decimal)
    for refund in sorted(facts.refunds, key=lambda refund: (refund.at, refund.refund_id)):
        if refund.invoice_id in owed:
            before = max(refunded[refund.invoice_id] - credited[refund.invoice_id], ZERO)
            refunded[refund.invoice_id] += _net_share(refund.amount, owed[refund.invoice_id])
            beyond = max(refunded[refund.invoice_id] - credited[refund.invoice_id], ZERO) - before
            yield RevenueEvent("refund", refund.customer_id, refund.at, refund.currency, -beyond)


def _net_share(amount: int, invoice: Invoice) -> Decimal:
    """The part of a refund that is not tax."""
    net = sum(line.amount - line.discount_amount for line in invoice.lines)
    tax = sum(line.tax_amount for line in invoice.lines)
    return cents(Fraction(major_units(amount, invoice.currency)) * net / (net + tax))


def revenue_by_month(facts: Facts) -> list[RevenueMonth]:
    """Every month from the first with revenue to the running one."""
    rates = Rates(facts)
    parts: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    by_currency: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for event in revenue_events(facts):
        month = event.at.date().replace(day=1)
        parts[month][event.kind] += cents(event.amount * rates(event.currency, month.year))
        by_currency[month][event.currency] += event.amount
    rows: list[RevenueMonth] = []
    for month in (month for month in months(facts) if month >= min(parts)):
        row = RevenueMonth(month, snapshot_instant(facts, month)[1], parts[month])
        for span in SPANS:
            if row.is_complete and len(rows) >= span:
                then = rows[-span]
                row.bases[span] = then.revenue
                row.constant_bases[span] = sum(
                    (cents(amount * rates(code, month.year)) for code, amount in by_currency[then.month].items()), ZERO
                )
        rows.append(row)
    return rows
