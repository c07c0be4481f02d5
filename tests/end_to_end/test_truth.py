"""The published numbers against the simulated company's own books: every row, to the cent, on two days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ingestion.sandbox import truth
from ingestion.sandbox.facts import DEAL_STAGES, Discount, Facts, crm_id, deal_reference, unit_of
from ingestion.sandbox.truth import Touchpoint, WaterfallRow
from ingestion.sandbox.vendors.dynamics.unit import STEP as DYNAMICS_STEP
from tests.end_to_end.conftest import AS_OF, MARGIN, Company, Published, naive

Row = tuple[Any, ...]


STAGE_CODE = {
    "hubspot": {stage: stage for stage, _, _ in DEAL_STAGES},
    "salesforce": {stage: label for stage, label, _ in DEAL_STAGES},
    "dynamics": {**DYNAMICS_STEP, "closedwon": "won", "closedlost": "lost"},
}
"""How each CRM calls the neutral stages."""


def opportunity(crm: str, deal_id: int) -> str:
    """The warehouse's key of a deal."""
    return f"{crm}:{crm_id(crm, 'opportunity', deal_id)}"


def shown(facts: Facts) -> Facts:
    """`facts` less what vendors no longer tell.

    - Stripe: a discount that ran out before any bill carried it. No invoice names it, the subscription has dropped it
      and events reach back 30 days only.
    - Dynamics: a deal that was deleted before the first run.
    """

    def is_told(discount: Discount, periods: Iterable[tuple[datetime, datetime]]) -> bool:
        ends_at = discount.ends_at
        return (
            ends_at is None
            or ends_at > facts.as_of
            or any(discount.starts_at <= begins_at < ends_at for begins_at, _ in periods)
        )

    told = [replace(s, discounts=[d for d in s.discounts if is_told(d, s.periods)]) for s in facts.subscriptions]
    units = unit_of(facts)
    first_run = datetime.combine(AS_OF, time.max, UTC)
    deals = [
        deal
        for deal in facts.deals
        if units[deal.company_id] != "polaris" or deal.archived_at is None or deal.archived_at > first_run
    ]
    return replace(facts, subscriptions=told, deals=deals)


def agree(published: Iterable[Row], expected: Iterable[Row]) -> None:
    """Both hold the same rows, each as often; there are some; what differs is shown."""
    ours, theirs = Counter(published), Counter(expected)
    wrong, missing = ours - theirs, theirs - ours
    assert theirs
    assert not wrong and not missing, (
        f"{wrong.total()} rows are wrong and {missing.total()} missing of {theirs.total()}: "
        f"published {sorted(wrong, key=str)[:3]}, true {sorted(missing, key=str)[:3]}"
    )


def test_recurring_revenue_by_customer_and_month(known: Company) -> None:
    agree(
        known.published.query(
            "select month_date, customer_id, currency_code, contract_mrr, mrr, contract_mrr_reporting, mrr_reporting, "
            "is_complete from marts.fct_mrr_monthly"
        ),
        (
            (
                row.month, f"stripe:{row.customer_id}", row.currency, row.contract_mrr, row.mrr,
                row.contract_mrr_reporting, row.mrr_reporting, row.is_complete,
            )
            for row in truth.mrr_by_month(shown(known.facts))
        ),
    )  # fmt: skip


def test_movements_by_customer_and_month(known: Company) -> None:
    """Customers without revenue keep a row of zeros in the warehouse, which truth leaves out."""
    agree(
        known.published.query(
            "select month_date, customer_id, opening, new, reactivation, expansion, contraction, churn, fx, closing, "
            "is_complete from marts.fct_mrr_movements where opening <> 0 or closing <> 0 or movement <> 'none'"
        ),
        (
            (
                row.month, f"stripe:{row.customer_id}", row.opening, row.new, row.reactivation, row.expansion,
                row.contraction, row.churn, row.fx, row.closing, row.is_complete,
            )
            for row in truth.mrr_movements(shown(known.facts))
        ),
    )  # fmt: skip


def test_the_company_adds_up_to_its_customers(known: Company) -> None:
    expected: Counter[Any] = Counter()
    for row in truth.mrr_by_month(shown(known.facts)):
        expected[row.month] += row.mrr_reporting
    agree(
        known.published.query("select month_date, mrr, arr from metrics.arr_monthly where mrr <> 0"),
        ((month, mrr, mrr * 12) for month, mrr in expected.items() if mrr),
    )


def test_retention_over_a_month_and_a_year(known: Company) -> None:
    parts = ("opening_customer_count", "retained_customer_count", "opening_mrr", "retained_mrr", "closing_mrr")
    published = [
        (month, window, *values)
        for window, prefix in ((1, ""), (12, "trailing_year_"))
        for month, *values in known.published.query(
            f"select month_date, {', '.join(prefix + part for part in (*parts, 'reactivated_mrr'))} "
            "from metrics.retention_monthly"
        )
    ]
    agree(
        (row for row in published if any(row[2:])),
        (
            (
                row.month, row.window_months, row.opening_customers, row.retained_customers, row.opening, row.retained,
                row.closing, row.reactivated,
            )
            for row in truth.retention(shown(known.facts))
            if row.opening_customers or row.reactivated
        ),
    )  # fmt: skip


def test_cohorts_in_every_month_since_they_began(known: Company) -> None:
    agree(
        known.published.query(
            "select cohort_month_date, month_date, cohort_customer_count, customer_count, cohort_mrr, mrr, fx_mrr, "
            "revenue_retention from metrics.retention_cohorts_monthly where dimension = 'total'"
        ),
        (
            (
                cell.cohort, cell.month, cell.customers, cell.paying, cell.first, cell.mrr, cell.fx,
                quotient(cell.mrr, cell.first),
            )
            for cell in truth.cohorts(shown(known.facts))
        ),
    )  # fmt: skip


def test_every_line_is_earned_by_day(known: Company) -> None:
    agree(
        known.published.query(
            "select month_date, record_id, currency_code, recognised_amount, recognised_amount_reporting "
            "from marts.fct_recognised_revenue where item_type = 'invoice_line'"
        ),
        (
            (row.month, f"stripe:{row.line_id}", row.currency, row.amount, row.amount_reporting)
            for row in truth.recognised_by_line(known.facts)
        ),
    )


def test_what_each_customer_has_brought(known: Company) -> None:
    agree(
        known.published.query(
            "select customer_id, acquired_on, horizon, revenue, gross_margin_revenue "
            "from marts.fct_customer_lifetime_revenue where customer_id like 'stripe:%'"
        ),
        (
            (
                f"stripe:{row.customer_id}",
                row.acquired_on,
                str(row.horizon or "to_date"),
                row.revenue,
                row.revenue * MARGIN,
            )
            for row in truth.lifetime_revenue(known.facts)
        ),
    )


def test_open_pipeline_of_every_past_day(known: Company) -> None:
    agree(
        known.published.query(
            "select date_day, opportunity_id, stage_code, expected_close_date, currency_code, amount, "
            "amount_reporting, win_probability, weighted_amount_reporting from marts.fct_pipeline_daily"
        ),
        (
            (
                row.day, opportunity(row.crm, row.deal_id), STAGE_CODE[row.crm][row.stage], row.close_date,
                row.currency, row.amount, row.amount_reporting, row.probability, row.weighted_amount_reporting,
            )
            for row in truth.pipeline_by_day(shown(known.facts))
        ),
    )  # fmt: skip


ALL_DEALS = ("opening", "created", "reopened", "increased", "decreased", "won", "lost", "removed", "closing")


@pytest.mark.parametrize(
    ("table", "expected", "parts"),
    [
        ("pipeline_waterfall", truth.pipeline_waterfall, ALL_DEALS),
        (
            "pipeline_waterfall_by_close_month",
            truth.pipeline_waterfall_by_close_month,
            (*ALL_DEALS, "moved_in", "moved_out"),
        ),
    ],
)
def test_waterfalls(
    known: Company, table: str, expected: Callable[[Facts], list[WaterfallRow]], parts: tuple[str, ...]
) -> None:
    """Months before the first deal are not published."""
    rows = [(row.month, *(getattr(row, part) for part in parts)) for row in expected(shown(known.facts))]
    published = known.published.query(f"select month_date, {', '.join(parts)} from metrics.{table}")
    first = min(row[0] for row in published)
    assert not any(any(row[1:]) for row in rows if row[0] < first)
    agree(published, (row for row in rows if row[0] >= first))


def test_every_visit_to_a_stage(known: Company) -> None:
    agree(
        known.published.query(
            "select opportunity_id, stage_code, entered_at, left_at, days, next_stage_code from marts.fct_stage_visits"
        ),
        (
            (
                opportunity(v.crm, v.deal_id),
                STAGE_CODE[v.crm][v.stage],
                naive(v.entered_at),
                v.left_at and naive(v.left_at),
                v.days,
                v.next_stage and STAGE_CODE[v.crm][v.next_stage],
            )
            for v in truth.stage_visits(shown(known.facts))
        ),
    )


def test_pipeline_velocity_of_every_month(known: Company) -> None:
    agree(
        known.published.query(
            "select month_date, open_count, won_count, closed_count, won_amount, median_won_cycle_days, "
            "pipeline_velocity from metrics.pipeline_velocity_monthly where dimension = 'total'"
        ),
        (
            (
                row.month, row.open_count, row.won_count, row.closed_count, row.won_amount,
                decimal(row.median_days), decimal(row.per_day),
            )
            for row in truth.velocity(shown(known.facts))
        ),
    )  # fmt: skip


def test_weighted_pipeline_of_every_quarter_as_it_stood(known: Company) -> None:
    agree(
        known.published.query(
            "select period_start_date, horizon_days, forecast_amount, actual_amount from marts.fct_forecasts "
            "where method = 'weighted' and dimension = 'total' and is_fiscal"
        ),
        ((row.quarter, row.horizon, row.forecast, row.actual) for row in truth.weighted_forecasts(shown(known.facts))),
    )


def test_who_earned_each_won_deal(known: Company) -> None:
    """Every touch under every model of rules; a quotient's ninth digit may be the neighbour's."""
    published = known.published.query(
        "select attribution_model, conversion_id, occurred_at, channel, credit from marts.fct_attribution_credits "
        "where conversion_type = 'opportunity_won' and attribution_model not in ('time_decay', 'markov')"
    )
    agree(
        ((*row[:4], round(row[4], 7)) for row in published),
        (
            (
                credit.model, opportunity(credit.crm, credit.deal_id),
                credit.touch and naive(credit.touch.at),
                credit.touch.channel if credit.touch else "unattributed", decimal(credit.share, 7),
            )
            for credit in truth.credits_of_won_deals(known.facts)
            if credit.model not in ("time_decay", "markov")
        ),
    )  # fmt: skip


def decimal(value: Fraction | None, places: int = 6) -> Decimal | None:
    """`value`, rounded half away from zero: how the warehouse keeps a quotient."""
    if value is None:
        return None
    magnitude = Decimal(int(abs(value) * 10**places + Fraction(1, 2))).scaleb(-places)
    return magnitude if value >= 0 else -magnitude


def quotient(numerator: Decimal | Fraction | int | None, denominator: Decimal | Fraction | int) -> Decimal | None:
    """As the warehouse keeps it: NULL where a part is unknown or there is nothing to divide by."""
    return decimal(Fraction(numerator) / Fraction(denominator)) if numerator is not None and denominator else None


def test_reconciliation_ledger(known: Company) -> None:
    """Won deals against what followed, orders against their bills: each record's outcome and how many were found."""
    outcomes = (
        "select split_part(record_id, ':', -1), counterpart_count, coalesce(break_type, status) "
        "from marts.fct_reconciliation_links where link = ?"
    )
    units = unit_of(known.facts)
    deals = {deal.deal_id: deal_reference(units, deal.company_id, deal.deal_id) for deal in known.facts.deals}
    for link, names, expected in (
        ("booking_to_fulfilment", deals, truth.booking_links(shown(known.facts))),
        ("order_to_invoice", {}, truth.order_links(known.facts)),
    ):
        agree(
            known.published.query(outcomes, link),
            ((names.get(row.record_id, str(row.record_id)), row.counterparts, row.outcome) for row in expected),
        )


def people_of(published: Published) -> dict[str, str]:
    """Address → the id of the person whom the warehouse takes for its owner."""
    nodes = published.warehouse("select node, subject_id from ledger.person_assignments where node like 'address:%'")
    return {node.removeprefix("address:"): person for node, person in nodes}


def address(email: str) -> str:
    """`email` as the warehouse compares it: Gmail ignores dots."""
    box, _, domain = email.strip().lower().partition("@")
    return f"{box.replace('.', '') if domain == 'gmail.com' else box}@{domain}"


def touchpoint(facts: Facts, people: Mapping[str, str]) -> Callable[[Touchpoint], Row]:
    """How truth's touchpoint is told in the warehouse: instant, person, record or campaign."""
    keys = {("partnerstack", str(item.referral_id)): item.key for item in facts.referrals}
    for visit in facts.visits:
        if visit.site == "ga4":
            keys["ga4", str(visit.visit_id)] = f"{visit.user_pseudo_id}.{visit.ga_session_id}"

    def told(point: Touchpoint) -> Row:
        at = naive(point.at)
        record = keys.get((point.source, point.source_id), point.source_id)
        return at, people[address(point.email)], f"{point.source}:{record}"

    return told


@pytest.mark.parametrize(
    ("kind", "touchpoint_type", "record"),
    [
        ("web_session", "web_session", "record_id"),
        ("email_open", "email_open", "campaign_id"),
        ("email_click", "email_click", "campaign_id"),
        ("invoice_paid", "invoice_paid", "record_id"),
        ("ticket_created", "conversation_started", "record_id"),
        ("referral_registered", "referral_registered", "record_id"),
    ],
)
def test_who_did_what_when(known: Company, kind: str, touchpoint_type: str, record: str) -> None:
    """The warehouse also knows addresses that no person on record has, such as billing inboxes; truth does not."""
    people = people_of(known.published)
    told = touchpoint(known.facts, people)
    on_record = {people.get(address(person.email)) for person in known.facts.people if not person.is_test_record}
    published = known.published.query(
        f"select occurred_at, person_id, {record} from marts.fct_touchpoints where touchpoint_type = ?", touchpoint_type
    )
    agree(
        (row for row in published if row[1] in on_record),
        (told(point) for point in truth.touchpoints(known.facts) if point.kind == kind),
    )


def test_nothing_lies_after_the_day(known: Company) -> None:
    [(last,)] = known.published.query("select max(occurred_at) from marts.fct_touchpoints")
    assert isinstance(last, datetime)
    assert last <= known.facts.as_of.replace(tzinfo=None)
