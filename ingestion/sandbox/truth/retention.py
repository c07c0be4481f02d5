"""How much recurring revenue the customers of a month, or of a year ago, still bring: metrics.md §2."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.money import Rates, cents, months
from ingestion.sandbox.truth.revenue import ZERO, MovementRow, mrr_by_month, mrr_movements


@dataclass
class RetentionRow:
    """A window of one or twelve months that ends with `month`; money in reporting currency, at the rates of its end."""

    month: date
    window_months: int
    opening_customers: int = 0
    retained_customers: int = 0
    opening: Decimal = ZERO
    retained: Decimal = ZERO
    closing: Decimal = ZERO
    reactivated: Decimal = ZERO


def retention(facts: Facts) -> list[RetentionRow]:
    """Both windows of every month.

    Whoever paid when the window opened is its cohort. A customer that left and came back within the window has not been
    retained; what it pays now is `reactivated` if its last start in the window was a reactivation.
    """
    rates, result, calendar = Rates(facts), [], months(facts)
    paid: dict[date, dict[str, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for mrr in mrr_by_month(facts):
        if mrr.mrr:
            paid[mrr.month][mrr.customer_id][mrr.currency] = mrr.mrr
    starts: dict[str, list[tuple[date, bool]]] = defaultdict(list)
    for movement in mrr_movements(facts):
        if movement.closing and (movement.new or movement.reactivation):
            starts[movement.customer_id].append((movement.month, bool(movement.reactivation)))

    def worth(amounts: dict[str, Decimal], year: int) -> Decimal:
        return sum((cents(amount * rates(currency, year)) for currency, amount in amounts.items()), ZERO)

    for position, month in enumerate(calendar):
        for window in (1, 12):
            row = RetentionRow(month, window)
            opens_after = calendar[position - window] if position >= window else None
            cohort = paid[opens_after] if opens_after else {}
            row.opening_customers = len(cohort)
            for customer in {*cohort, *starts}:
                within = [
                    start
                    for start in starts[customer]
                    if (not opens_after or start[0] > opens_after) and start[0] <= month
                ]
                now = worth(paid[month].get(customer, {}), month.year)
                if customer in cohort:
                    then = worth(cohort[customer], month.year)
                    row.opening += then
                    if not within:
                        row.retained_customers += now > 0
                        row.retained += min(now, then)
                        row.closing += now
                if within and within[-1][1]:
                    row.reactivated += now
            result.append(row)
    return result


@dataclass
class CohortCell:
    """The customers whose first recurring revenue was of one month, in another."""

    cohort: date
    month: date
    customers: int = 0
    """Of the cohort, whatever they pay now."""
    paying: int = 0
    first: Decimal = ZERO
    """What they paid in their first month, as reported then."""
    mrr: Decimal = ZERO
    fx: Decimal = ZERO
    """How much of `mrr` exchange rates have added since."""


def cohorts(facts: Facts) -> list[CohortCell]:
    """The triangle: every cohort in its own month and each since, those in which nobody pays any more included."""
    moved: dict[str, dict[date, MovementRow]] = defaultdict(dict)
    for movement in mrr_movements(facts):
        moved[movement.customer_id][movement.month] = movement
    cells: dict[tuple[date, date], CohortCell] = {}
    for movements in moved.values():
        cohort, standing, fx = min(movements), ZERO, ZERO
        for month in (month for month in months(facts) if month >= cohort):
            if month in movements:
                standing, fx = movements[month].closing, fx + movements[month].fx
            cell = cells.setdefault((cohort, month), CohortCell(cohort, month))
            cell.customers += 1
            cell.paying += standing > 0
            cell.first += movements[cohort].new
            cell.mrr += standing
            cell.fx += fx
    return list(cells.values())
