"""What becomes of deals in each stage, how old they get and who works on them, against the company's own books."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ingestion.sandbox import truth
from ingestion.sandbox.facts import Facts, crm_id, crm_of
from ingestion.sandbox.truth.selling import CLOSED
from tests.end_to_end.conftest import Company
from tests.end_to_end.test_truth import STAGE_CODE, agree, decimal, quotient, shown


def middle(days: list[int], share: Fraction = Fraction(1, 2)) -> Fraction | None:
    return truth.quantile([Fraction(each) for each in days], share)


def test_win_rates_of_every_month(known: Company) -> None:
    agree(
        known.published.query(
            "select month_date, won_count, lost_count, won_amount, closed_amount, win_rate, win_rate_by_amount, "
            "average_won_amount, average_won_cycle_days from metrics.win_rate_monthly"
        ),
        (
            (
                row.month, row.won_count, row.closed_count - row.won_count, row.won_amount, row.closed_amount,
                quotient(row.won_count, row.closed_count), quotient(row.won_amount, row.closed_amount),
                quotient(row.won_amount, row.won_count), quotient(row.won_cycle_days, row.won_count),
            )
            for row in truth.closed_months(shown(known.facts))
        ),
    )  # fmt: skip


def test_how_long_deals_stayed_and_how_they_left(known: Company) -> None:
    outcomes = ("advanced", "won", "returned", "lost", "removed")
    agree(
        known.published.query(
            f"select month_date, source_instance, stage_code, {', '.join(f'{name}_count' for name in outcomes)}, "
            "return_visit_count, conversion_rate, total_days, median_days, ninetieth_percentile_days "
            "from metrics.stage_time_monthly"
        ),
        (
            (
                row.month, row.crm, STAGE_CODE[row.crm][row.stage], *(row.outcomes[name] for name in outcomes),
                row.return_count, quotient(row.outcomes["advanced"] + row.outcomes["won"], len(row.days)),
                sum(row.days), decimal(middle(row.days)), decimal(middle(row.days, Fraction(9, 10))),
            )
            for row in truth.stage_exits(shown(known.facts))
        ),
    )  # fmt: skip


def test_where_deals_went_from_each_stage(known: Company) -> None:
    agree(
        known.published.query(
            "select month_date, source_instance, stage_code, next_stage_code, move_count, share_of_exits "
            "from metrics.stage_conversion_monthly"
        ),
        (
            (
                row.month, row.crm, STAGE_CODE[row.crm][row.stage], STAGE_CODE[row.crm].get(to, to), count,
                quotient(count, row.towards.total()),
            )
            for row in truth.stage_exits(shown(known.facts))
            for to, count in row.towards.items()
        ),
    )  # fmt: skip


def test_every_way_of_leaving_a_stage_is_there(known: Company) -> None:
    """Or the two tests above would say little."""
    found = {outcome for row in truth.stage_exits(shown(known.facts)) for outcome in row.outcomes}
    assert {"advanced", "returned", *CLOSED.values()} <= found


def without_notes(facts: Facts) -> Facts:
    """`facts` less the notes that no connector reads: only HubSpot's are."""
    crms = crm_of(facts)
    told = [e for e in facts.engagements if e.kind != "notes" or crms[e.company_id] == "hubspot"]
    return replace(facts, engagements=told)


def test_how_old_open_deals_were(known: Company) -> None:
    agree(
        known.published.query(
            "select month_date, age_group, youngest_days, open_count, open_amount, overdue_count, overdue_amount, "
            "median_days_in_stage, median_days_without_activity from metrics.pipeline_ageing_monthly"
        ),
        (
            (
                row.month, row.name, min(row.ages), len(row.ages), row.amount, row.overdue_count, row.overdue_amount,
                decimal(middle(row.days_in_stage)), decimal(middle(row.days_without_activity)),
            )
            for row in truth.age_groups(without_notes(shown(known.facts)))
        ),
    )  # fmt: skip


def test_how_long_sellers_talked_with_buyers(known: Company) -> None:
    """Talks that overlap count once; all three CRMs know how long each was."""
    agree(
        known.published.query(
            "select month_date, owner_id, activity_count, talk_count, timed_talk_count, selling_minutes "
            "from metrics.seller_time_monthly"
        ),
        (
            (
                row.month, f"{row.crm}:{crm_id(row.crm, 'user', row.owner_id)}", row.logged, len(row.talks),
                len(row.talks), row.selling_minutes,
            )
            for row in truth.seller_months(without_notes(known.facts))
        ),
    )  # fmt: skip
