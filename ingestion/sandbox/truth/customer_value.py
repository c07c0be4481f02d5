"""What a customer is worth by the formula of metrics.md §4: margin of an average account, for as long as one stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.revenue import mrr_movements

WINDOW = 6
"""Complete months looked back on."""


@dataclass(frozen=True)
class ValueRow:
    month: date
    mrr: Decimal
    """Added up over the window, as are the counts."""
    customer_months: int
    churned: int
    opening_customer_months: int

    def value(self, margin: Decimal) -> Fraction | None:
        """Customer lifetime value at one gross margin; None while nobody leaves."""
        if not self.churned or not self.customer_months:
            return None
        lifetime = Fraction(self.opening_customer_months, self.churned)
        return Fraction(self.mrr) / self.customer_months * Fraction(margin) * lifetime


def customer_value(facts: Facts) -> list[ValueRow]:
    """The months that end a window of complete months."""
    books: dict[date, ValueRow] = {}
    for row in mrr_movements(facts):
        if row.is_complete:
            old = books.get(row.month, ValueRow(row.month, Decimal(0), 0, 0, 0))
            books[row.month] = ValueRow(
                row.month,
                old.mrr + row.closing,
                old.customer_months + (row.closing > 0),
                old.churned + (row.churn > 0),
                old.opening_customer_months + (row.opening > 0),
            )
    months = sorted(books)
    windows = (months[end - WINDOW : end] for end in range(WINDOW, len(months) + 1))
    return [
        ValueRow(
            window[-1],
            sum((books[month].mrr for month in window), Decimal(0)),
            sum(books[month].customer_months for month in window),
            sum(books[month].churned for month in window),
            sum(books[month].opening_customer_months for month in window),
        )
        for window in windows
    ]
