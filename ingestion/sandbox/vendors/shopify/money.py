"""Amounts in the shop's currency and in the buyer's, side by side, so that sums agree in both."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts

SHOP_CURRENCY = "USD"


@dataclass(frozen=True)
class Amount:
    """Minor units of the shop's currency and of the buyer's (the one charged, Shopify's "presentment")."""

    shop: int
    buyer: int

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.shop + other.shop, self.buyer + other.buyer)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.shop - other.shop, self.buyer - other.buyer)

    def __mul__(self, pieces: int) -> Amount:
        return Amount(self.shop * pieces, self.buyer * pieces)

    def part(self, pieces: int, of: int) -> Amount:
        """The share of so many pieces, rounded down: as the shop gives money back."""
        return Amount(self.shop * pieces // of, self.buyer * pieces // of)


NOTHING = Amount(0, 0)


class Rates:
    """Treasury's fixings, by which the shop converts what it charges."""

    def __init__(self, facts: Facts) -> None:
        self._fixings: dict[str, tuple[list[date], list[Decimal]]] = {}
        for fixing in sorted(facts.exchange_rates, key=lambda fixing: fixing.day):
            days, rates = self._fixings.setdefault(fixing.currency, ([], []))
            days.append(fixing.day)
            rates.append(Decimal(fixing.rate))

    def amount(self, minor_units: int, currency: str, day: date) -> Amount:
        """A charge of that day in both currencies; at par where treasury has no fixing."""
        if currency == SHOP_CURRENCY:
            return Amount(minor_units, minor_units)
        days, rates = self._fixings.get(currency, ([], []))
        position = max(0, bisect_right(days, day) - 1)
        rate = rates[position] if rates else Decimal(1)
        exponent = CURRENCY_EXPONENT[SHOP_CURRENCY] - CURRENCY_EXPONENT[currency]
        converted = (Decimal(minor_units) * rate).scaleb(exponent).quantize(Decimal(1), ROUND_HALF_UP)
        return Amount(int(converted), minor_units)


def bag(amount: Amount, currency: str) -> dict[str, Any]:
    """A MoneyBag."""
    return {"shopMoney": money(amount.shop, SHOP_CURRENCY), "presentmentMoney": money(amount.buyer, currency)}


def money(minor_units: int, currency: str) -> dict[str, Any]:
    """A MoneyV2; Shopify writes at least one digit after the point, whatever the currency."""
    text = f"{Decimal(minor_units).scaleb(-CURRENCY_EXPONENT[currency]).normalize():f}"
    return {"amount": text if "." in text else f"{text}.0", "currencyCode": currency}
