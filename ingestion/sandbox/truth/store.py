"""What an order is worth in the books of the system that keeps it: the store's are in dollars, whoever pays in what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts, Order, OrderLine
from ingestion.sandbox.truth.money import CENT, cents, major_units

STORE_CURRENCY = "USD"
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class BookedOrder:
    """An order in the currency of its books, major units."""

    currency: str
    net: Decimal
    given_back: list[tuple[datetime, Decimal]]
    """When, and how much without tax."""


class OrderBooks:
    """Reads orders as their systems book them."""

    def __init__(self, facts: Facts) -> None:
        self._fixings: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for rate in facts.exchange_rates:
            self._fixings[rate.currency].append((rate.day, Decimal(rate.rate)))

    def __call__(self, order: Order) -> BookedOrder:
        if order.channel == "shopify":
            return self._in_store(order)
        net = sum(line.unit_amount * line.quantity - line.discount_amount for line in order.lines)
        tax = sum(line.tax_amount for line in order.lines)
        given_back = []
        if order.refunded_at is not None and order.refunded_amount:
            paid_back = major_units(order.refunded_amount, order.currency)
            given_back.append((order.refunded_at, cents(Fraction(paid_back) * net / (net + tax))))
        return BookedOrder(order.currency, major_units(net, order.currency), given_back)

    def _in_store(self, order: Order) -> BookedOrder:
        """The store converts price, discount and tax of each line; what comes back is a share of these, rounded down.

        Money given back is told with its tax, which is taken off again by the share that tax has in the order.
        """
        lines = {line.order_line_id: (self._net(order, line), self._dollars(order, line.tax_amount), line.quantity)
                 for line in order.lines}  # fmt: skip
        net = sum((net for net, _, _ in lines.values()), ZERO)
        tax = sum((tax for _, tax, _ in lines.values()), ZERO)
        given_back = []
        for refund in order.refunds:
            cash = ZERO
            for item in refund.lines:
                line_net, line_tax, pieces = lines[item.order_line_id]
                for amount in (line_net, line_tax):
                    cash += int(amount / CENT) * item.quantity // pieces * CENT
            if cash:
                given_back.append((refund.at, cents(Fraction(cash) * Fraction(net) / Fraction(net + tax))))
        return BookedOrder(STORE_CURRENCY, net, given_back)

    def _net(self, order: Order, line: OrderLine) -> Decimal:
        return self._dollars(order, line.unit_amount) * line.quantity - self._dollars(order, line.discount_amount)

    def _dollars(self, order: Order, amount: int) -> Decimal:
        """At treasury's fixing of the day of the order, the latest before it otherwise."""
        known = major_units(amount, order.currency)
        if order.currency == STORE_CURRENCY:
            return known
        return cents(known * max(f for f in self._fixings[order.currency] if f[0] <= order.ordered_at.date())[1])
