"""When billed lines are earned, day by day: metrics.md §3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts, Invoice
from ingestion.sandbox.truth.growth import OWED
from ingestion.sandbox.truth.money import Rates, cents, major_units

DAY = timedelta(days=1)


@dataclass(frozen=True)
class EarnedLine:
    """What one line of a bill earned in one month."""

    month: date
    line_id: str
    currency: str
    amount: Decimal
    amount_reporting: Decimal


def line_amounts(invoice: Invoice, rate: Decimal) -> list[tuple[Decimal, Decimal]]:
    """(amount, reporting amount) of each line by its id; the running total is converted, so that the bill adds up."""
    result, total, converted = [], Decimal(0), Decimal(0)
    for line in sorted(invoice.lines, key=lambda line: line.line_id):
        amount = major_units(line.amount - line.discount_amount, invoice.currency)
        total += amount
        result.append((amount, cents(total * rate) - converted))
        converted = cents(total * rate)
    return result


def recognised_by_line(facts: Facts) -> list[EarnedLine]:
    """Every owed line in every month of its service that has begun; the running month has the days up to today.

    After k of n days a line has earned k/n of its amount, to the cent; a day earns what that grows by.
    """
    rates, rows = Rates(facts), []
    for invoice in facts.invoices:
        if invoice.status.current not in OWED:
            continue
        amounts = line_amounts(invoice, rates(invoice.currency, invoice.created_at.year))
        for line, pair in zip(sorted(invoice.lines, key=lambda line: line.line_id), amounts, strict=True):
            first, days = line.period_start.date(), max((line.period_end.date() - line.period_start.date()).days, 1)
            earned: dict[date, list[Decimal]] = {}
            before = [Decimal(0), Decimal(0)]
            for served in range(1, days + 1):
                day = first + (served - 1) * DAY
                if day > facts.as_of.date():
                    break
                through = [cents(Fraction(amount) * served / days) for amount in pair]
                month = earned.setdefault(day.replace(day=1), [Decimal(0), Decimal(0)])
                for part in (0, 1):
                    month[part] += through[part] - before[part]
                before = through
            rows += [EarnedLine(month, line.line_id, invoice.currency, *parts) for month, parts in earned.items()]
    return rows
