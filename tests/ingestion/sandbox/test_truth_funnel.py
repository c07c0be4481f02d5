"""The funnel of a handful of accounts, counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth import FunnelRow, funnel, journey_stays, quantile

NEW_YEAR = datetime(2023, 1, 1, tzinfo=UTC)
FEBRUARY, MARCH = datetime(2023, 2, 1, tzinfo=UTC), datetime(2023, 3, 1, tzinfo=UTC)
HORIZON = timedelta(days=180)
SECOND = timedelta(seconds=1)
WAYS = {
    "in time": [(NEW_YEAR, "lead"), (NEW_YEAR + HORIZON, "opportunity"), (NEW_YEAR + HORIZON + SECOND, "lead")],
    "a second late": [(NEW_YEAR, "lead"), (NEW_YEAR + HORIZON + SECOND, "marketing_qualified")],
    "last of January": [(FEBRUARY - SECOND, "lead"), (FEBRUARY + timedelta(days=1), "opportunity")],
    "first of February": [(FEBRUARY, "lead")],
    "customer": [(FEBRUARY, "customer"), (MARCH, "churned"), (MARCH + SECOND, "customer")],
}


def rows(as_of: datetime) -> dict[tuple[date, str, str], FunnelRow]:
    facts = Facts(seed=0, scale=1, starts_on=date(2023, 1, 1), as_of=as_of)
    found = funnel(journey_stays(WAYS), facts, {"lead": Decimal("10.00")})
    return {(row.month, row.stage, row.to): row for row in found}


def test_everybody_is_counted_by_the_month_they_came_and_where_they_went() -> None:
    found = rows(FEBRUARY + HORIZON - SECOND)
    january = found[date(2023, 1, 1), "lead", "any"]
    assert (january.is_complete, january.entered, january.moved_on, january.dropped_off) == (True, 3, 2, 1)
    assert january.lost == 10
    assert found[date(2023, 1, 1), "lead", "opportunity"].days == [180, Fraction(86401, 86400)]
    assert found[date(2023, 1, 1), "lead", "none"].dropped_off == 1
    assert found[date(2023, 6, 1), "opportunity", "lead"].dropped_off == 1, "a deal that was lost"
    assert found[date(2023, 2, 1), "customer", "churned"].dropped_off == 1
    assert found[date(2023, 3, 1), "churned", "customer"].moved_on == 1, "who comes back"


def test_a_month_is_complete_when_the_last_who_came_had_all_their_time() -> None:
    assert not rows(FEBRUARY + HORIZON - 2 * SECOND)[date(2023, 1, 1), "lead", "any"].is_complete
    still = rows(FEBRUARY + HORIZON - SECOND)[date(2023, 2, 1), "lead", "any"]
    assert (still.is_complete, still.still_there, still.dropped_off) == (False, 1, 0)
    over = rows(MARCH + HORIZON)[date(2023, 2, 1), "lead", "any"]
    assert (over.is_complete, over.still_there, over.dropped_off, over.lost) == (True, 0, 1, 10)
    assert (over.entered_before, over.moved_on_before, over.dropped_off_before) == (3, 2, 1)


def test_a_quantile_lies_between_two_values_in_proportion() -> None:
    values = [Fraction(4), Fraction(1), Fraction(3), Fraction(2)]
    assert quantile(values, Fraction(1, 2)) == Fraction(5, 2)
    assert quantile(values, Fraction(9, 10)) == Fraction(37, 10)
    assert quantile(values[:1], Fraction(9, 10)) == 4
    assert quantile([], Fraction(1, 2)) is None
