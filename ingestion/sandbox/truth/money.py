"""Money in major units and in the reporting currency (US dollars), and the calendar of reporting months."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts

CENT = Decimal("0.01")
INSTANT = timedelta(microseconds=1)


def cents(value: Decimal | Fraction) -> Decimal:
    """`value` to two places, halves away from zero."""
    if isinstance(value, Fraction):
        doubled = abs(value) * 200
        whole = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
        return (Decimal(whole) if value >= 0 else -Decimal(whole)) * CENT
    return value.quantize(CENT, ROUND_HALF_UP)


def major_units(amount: int, currency: str) -> Decimal:
    """An amount in minor units (cents, whole yen) as units of its currency."""
    return Decimal(amount).scaleb(-CURRENCY_EXPONENT[currency])


def reporting_rate(facts: Facts, currency: str, year: int) -> Decimal:
    """US dollars for one unit of `currency`, constant over `year`: the fixing of 1 January, six places; 1 for USD.

    Raises LookupError when treasury fixed no rate that day.
    """
    if currency == "USD":
        return Decimal(1)
    for rate in facts.exchange_rates:
        if rate.currency == currency and rate.day == date(year, 1, 1):
            return Decimal(rate.rate)
    raise LookupError(f"no {currency} rate on {year}-01-01")


def reporting_amount(amount: Decimal, rate: Decimal) -> Decimal:
    """`amount` at `rate` to the cent."""
    return cents(amount * rate)


class Rates:
    """`reporting_rate` that remembers."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._known: dict[tuple[str, int], Decimal] = {}

    def __call__(self, currency: str, year: int) -> Decimal:
        if (currency, year) not in self._known:
            self._known[currency, year] = reporting_rate(self._facts, currency, year)
        return self._known[currency, year]


def month_start(month: date) -> datetime:
    """The first instant of a month, given its first day."""
    return datetime.combine(month, time(), UTC)


def next_month(month: date) -> date:
    """First day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months(facts: Facts) -> list[date]:
    """First day of every month from the start to the running one."""
    result = [facts.starts_on.replace(day=1)]
    while next_month(result[-1]) <= facts.as_of.date():
        result.append(next_month(result[-1]))
    return result


def snapshot_instant(facts: Facts, month: date) -> tuple[datetime, bool]:
    """When a month is looked at, and whether it is complete: its last instant, or now for the running month."""
    last = month_start(next_month(month)) - INSTANT
    is_complete = facts.as_of >= last - timedelta(seconds=1)
    return (last, True) if is_complete else (facts.as_of, False)
