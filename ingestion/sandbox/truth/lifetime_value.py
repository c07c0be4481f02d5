"""What each billing customer has brought by a number of days after it became one: metrics.md §4."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts, Invoice
from ingestion.sandbox.truth.money import Rates, cents, major_units
from ingestion.sandbox.truth.recognition import DAY, OWED, line_amounts

HORIZONS = (30, 60, 90, 180, 365)


@dataclass(frozen=True)
class LifetimeRow:
    """Revenue of a customer within a horizon, in reporting currency; `horizon` None is to date."""

    customer_id: str
    acquired_on: date
    horizon: int | None
    revenue: Decimal


@dataclass(frozen=True)
class _Item:
    starts_on: date
    days: int
    amount: Decimal

    def earned_before(self, day: date) -> Decimal:
        served = min(max((day - self.starts_on).days, 0), self.days)
        return cents(Fraction(self.amount) * served / self.days)


def lifetime_revenue(facts: Facts) -> list[LifetimeRow]:
    """Every billing customer at every horizon, reached or not: a bill already made may be earned later."""
    items, rows = _items(facts), []
    paid: dict[str, date] = {}
    for customer, item in ((customer, item) for customer, owned in items.items() for item in owned):
        if item.amount > 0:
            paid[customer] = min(item.starts_on, paid.get(customer, item.starts_on))
    for customer, acquired in paid.items():
        for horizon in (*HORIZONS, None):
            end = facts.as_of.date() + DAY if horizon is None else acquired + timedelta(days=horizon)
            revenue = sum((item.earned_before(end) for item in items[customer]), Decimal(0))
            rows.append(LifetimeRow(customer, acquired, horizon, revenue))
    return rows


def _items(facts: Facts) -> dict[str, list[_Item]]:
    """Lines over their periods, credit notes and refunds on their day, by customer."""
    rates, result, owed = Rates(facts), defaultdict(list), {}
    for invoice in facts.invoices:
        if invoice.status.current in OWED:
            owed[invoice.invoice_id] = invoice
            amounts = line_amounts(invoice, rates(invoice.currency, invoice.created_at.year))
            for line, (_, amount) in zip(sorted(invoice.lines, key=lambda line: line.line_id), amounts, strict=True):
                days = max((line.period_end.date() - line.period_start.date()).days, 1)
                result[invoice.customer_id].append(_Item(line.period_start.date(), days, amount))
    credited: dict[str, Decimal] = defaultdict(Decimal)
    for note in facts.credit_notes:
        net = major_units(note.amount, note.currency)
        credited[note.invoice_id] += net
        amount = -cents(net * rates(note.currency, note.at.year))
        result[note.customer_id].append(_Item(note.at.date(), 1, amount))
    refunded: dict[str, Decimal] = defaultdict(Decimal)
    for refund in sorted(facts.refunds, key=lambda refund: (refund.at, refund.refund_id)):
        if refund.invoice_id in owed:
            before = max(refunded[refund.invoice_id] - credited[refund.invoice_id], Decimal(0))
            refunded[refund.invoice_id] += _net_share(refund.amount, owed[refund.invoice_id])
            beyond = max(refunded[refund.invoice_id] - credited[refund.invoice_id], Decimal(0)) - before
            amount = -cents(beyond * rates(refund.currency, refund.at.year))
            result[refund.customer_id].append(_Item(refund.at.date(), 1, amount))
    return result


def _net_share(amount: int, invoice: Invoice) -> Decimal:
    """The part of a refund that is not tax."""
    net = sum(line.amount - line.discount_amount for line in invoice.lines)
    tax = sum(line.tax_amount for line in invoice.lines)
    return cents(Fraction(major_units(amount, invoice.currency)) * net / (net + tax))
