"""The funnel of every month against the company's own books: how many, how fast, what was lost, how it was before."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ingestion.sandbox import truth
from ingestion.sandbox.truth import FunnelRow
from tests.end_to_end.conftest import Company
from tests.end_to_end.test_journeys import identities, remembered
from tests.end_to_end.test_truth import STAGE_CODE, agree, shown

CLOSE = Fraction(1, 400_000)
"""Days are kept to six digits: the warehouse rounds each, then what lies between two of them."""


def true_funnel(known: Company, whose: str) -> list[FunnelRow]:
    if whose == "opportunity":
        facts = shown(known.facts)

        def called(crm: str, stage: str) -> str:
            return STAGE_CODE[crm][stage]

        return truth.funnel(truth.deal_stays(facts, called), facts, truth.worth_of_deals(facts, called))
    facts, who = remembered(known.facts), identities(known)
    people, accounts = truth.journeys(facts, who)
    ways = people if whose == "person" else accounts
    worth = truth.worth_of_journeys(
        facts, ways, who.account_of_person if whose == "person" else str, who.account_of_company
    )
    return truth.funnel(truth.journey_stays(ways), facts, worth)


@pytest.mark.parametrize("whose", ["person", "account", "opportunity"])
def test_every_way_out_of_every_stage(known: Company, whose: str) -> None:
    true = true_funnel(known, whose)
    outcomes = {name: sum(getattr(row, name) for row in true) for name in ("moved_on", "dropped_off", "still_there")}
    assert all(outcomes.values())
    assert {row.is_complete for row in true} == {True, False}
    counts = (
        "entered_count, moved_on_count, returned_count, dropped_off_count, still_there_count, drop_off_amount, "
        "baseline_entered_count, baseline_moved_on_count, baseline_dropped_off_count"
    )
    agree(
        known.published.query(
            f"select month_date, is_complete, from_stage, to_stage, {counts} "
            "from metrics.journey_transitions_monthly where subject_type = ? and dimension = 'total'",
            whose,
        ),
        (
            (
                row.month, row.is_complete, row.stage, row.to, row.entered, row.moved_on, row.returned,
                row.dropped_off, row.still_there, row.lost,
                row.entered_before, row.moved_on_before, row.dropped_off_before,
            )
            for row in true
        ),
    )  # fmt: skip


@pytest.mark.parametrize("whose", ["person", "account", "opportunity"])
def test_how_long_it_took_and_how_long_before(known: Company, whose: str) -> None:
    published = {
        (month, stage, to): days
        for month, stage, to, *days in known.published.query(
            "select month_date, from_stage, to_stage, median_days, ninetieth_percentile_days, baseline_median_days, "
            "baseline_ninetieth_percentile_days from metrics.journey_transitions_monthly "
            "where subject_type = ? and dimension = 'total'",
            whose,
        )
    }
    compared = 0
    for row in true_funnel(known, whose):
        true = [
            truth.quantile(days, share)
            for days in (row.days, row.days_before)
            for share in (Fraction(1, 2), Fraction(9, 10))
        ]
        for told, expected in zip(published[row.month, row.stage, row.to], true, strict=True):
            assert (told is None) == (expected is None), row
            if expected is not None:
                assert abs(Fraction(told) - expected) < CLOSE, row
                compared += expected > 0
    assert compared > len(published) / 4


def test_losses_beyond_the_baseline(known: Company) -> None:
    """What a complete month lost in money, less what as many would have lost in the months before."""
    rows = known.published.query(
        "select from_stage, drop_off_amount, entered_count, baseline_entered_count, baseline_drop_off_amount, "
        "drop_off_amount_beyond_baseline, is_complete from metrics.journey_transitions_monthly"
    )
    told = [row for row in rows if row[-2] is not None]
    assert told and all(is_complete and before for *_, before, _, _, is_complete in told)
    assert [row for row in rows if row[-1] and row[3] and row[-2] is None] == []
    for stage, lost, entered, entered_before, lost_before, beyond, _ in told:
        usual = Fraction(lost_before) * entered / entered_before
        assert abs(Fraction(lost) - usual - Fraction(beyond)) <= Fraction(Decimal("0.005")), stage
