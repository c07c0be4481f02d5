"""How revenue grows, how well it was forecast and how far it can be relied on, against the company's own books."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from ingestion.sandbox import truth
from ingestion.sandbox.truth.growth import SPANS
from ingestion.sandbox.truth.predictability import WINDOW
from tests.end_to_end.conftest import Company
from tests.end_to_end.test_truth import agree, decimal, shown

MILLIONTH = Fraction(1, 10**6)


def test_revenue_of_every_month_by_what_made_it(company: Company) -> None:
    """An order that a bill covers is in there once; one paid in yen at the store, as the store converted it."""
    agree(
        company.published.query(
            "select month_date, is_complete, invoiced_amount, ordered_amount, -credit_note_amount, -refund_amount, "
            "revenue, previous_month_revenue, previous_year_revenue from metrics.revenue_monthly"
        ),
        (
            (
                row.month, row.is_complete,
                *(row.parts[kind] for kind in ("invoice", "order", "credit_note", "refund")),
                row.revenue, row.bases.get(1), row.bases.get(12),
            )
            for row in truth.revenue_by_month(company.facts)
        ),
    )  # fmt: skip


def test_revenue_grew_as_reported_and_at_constant_currency(company: Company) -> None:
    growth = ("month_over_month_growth", "year_over_year_growth")
    agree(
        company.published.query(
            f"select month_date, {', '.join(f'm.{name}' for name in growth)}, "
            f"{', '.join(f'g.{name}_constant_currency' for name in growth)} "
            "from metrics.revenue_monthly as m join metrics.revenue_growth_monthly as g using (month_date)"
        ),
        (
            (
                row.month,
                *(decimal(row.growth(span, constant=constant)) for constant in (False, True) for span in (1, 12)),
            )
            for row in truth.revenue_by_month(company.facts)
        ),
    )  # fmt: skip


@pytest.mark.parametrize("suffix", ["", "_constant_currency"])
def test_compound_growth_multiplies_up_to_the_whole(company: Company, suffix: str) -> None:
    """(1 + g)^n lies around the quotient of the two months; published roots have six digits."""
    expected = {row.month: row for row in truth.revenue_by_month(company.facts)}
    rates = ", ".join(f"compound_monthly_growth_{span}{suffix}" for span in SPANS[1:])
    known = 0
    for month, *published in company.published.query(
        f"select month_date, {rates} from metrics.revenue_growth_monthly order by 1"
    ):
        for span, rate in zip(SPANS[1:], published, strict=True):
            whole = expected[month].growth(span, constant=bool(suffix))
            assert (rate is None) == (whole is None), (month, span)
            if rate is not None and whole is not None:
                known += 1
                low, high = ((1 + Fraction(rate) + off) ** span - 1 for off in (-MILLIONTH, MILLIONTH))
                assert low <= whole <= high, (month, span)
    assert known > 60


def test_forecasts_of_every_method_were_so_far_off(company: Company) -> None:
    """Submitted, weighted and naive, at each horizon; the mean percentage is one of rounded percentages."""
    measures = ("wape", "bias", "accuracy", "skill", "mase")
    expected = truth.forecast_accuracy(shown(company.facts))
    published = company.published.query(
        "select method, forecast_category, horizon_days, period_count, weighted_absolute_percentage_error, bias, "
        "forecast_accuracy, skill, mean_absolute_scaled_error, mean_absolute_percentage_error "
        "from metrics.forecast_accuracy where dimension = 'total' and is_fiscal"
    )
    assert {row.method for row in expected} == {"submitted", "weighted", "naive_last_period", "naive_last_year"}
    agree(
        (row[:-1] for row in published),
        (
            (
                row.method, row.category, row.horizon, row.period_count,
                *(decimal(getattr(row, measure)) for measure in measures),
            )
            for row in expected
        ),
    )  # fmt: skip
    mape = {(row.method, row.category, row.horizon): row.mape for row in expected}
    for row in published:
        assert abs(Fraction(row[-1]) - mape[row[:3]]) <= MILLIONTH


def test_parts_of_predictability(company: Company) -> None:
    """Each part by its numerator and denominator, to the cent."""
    agree(
        company.published.query(
            "select period_start_date, revenue_amount, recurring_amount, recurring_share, contracted_amount, "
            "renewal_due_amount, gross_revenue_retention, next_plan_amount, forecast_count, within_five_percent_count, "
            "within_ten_percent_count, revision_amount, booked_amount, forecast_revision_volatility "
            "from metrics.revenue_predictability"
        ),
        (
            (
                row.quarter, row.revenue, row.recurring, decimal(Fraction(row.recurring) / Fraction(row.revenue)),
                row.contracted, row.renewal_due, decimal(row.retention), row.plan, row.forecasts,
                row.within_five_percent, row.within_ten_percent, row.revised, row.booked,
                decimal(Fraction(row.revised) / Fraction(row.booked)) if row.booked else None,
            )
            for row in truth.predictability(shown(company.facts))
        ),
    )  # fmt: skip


def test_ratios_of_predictability_follow_from_their_parts(company: Company) -> None:
    """The spread around the line through eight quarters is a root, so its square is held against the variance."""
    expected = {row.quarter: row for row in truth.predictability(shown(company.facts))}
    published: list[Any] = company.published.query(
        "select period_start_date, trailing_mean_revenue, trailing_deviation, coefficient_of_variation, "
        "committed_coverage, share_within_five_percent, share_within_ten_percent from metrics.revenue_predictability"
    )
    assert sum(deviation is not None for _, _, deviation, *_ in published) == len(published) - WINDOW + 1
    for quarter, mean, deviation, variation, coverage, within_five, within_ten in published:
        row = expected[quarter]
        assert mean == decimal(row.mean, 2)
        if row.variance is not None:
            half_a_cent = Fraction(1, 200)
            assert (Fraction(deviation) - half_a_cent) ** 2 <= row.variance <= (Fraction(deviation) + half_a_cent) ** 2
            assert variation == decimal(Fraction(deviation) / Fraction(mean))
        kept = decimal(row.retention)
        if row.plan is not None and kept is not None:
            committed = row.contracted + (decimal(Fraction(row.renewal_due * kept), 2) or 0)
            assert coverage == decimal(Fraction(committed) / Fraction(row.plan))
        assert within_five == decimal(Fraction(row.within_five_percent, row.forecasts))
        assert within_ten == decimal(Fraction(row.within_ten_percent, row.forecasts))
