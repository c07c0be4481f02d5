"""Over the simulated company: what must always hold between the numbers of truth."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from ingestion.sandbox.facts import CRM_UNIT, Facts, view
from ingestion.sandbox.truth import (
    mrr_by_month,
    mrr_movements,
    pipeline_by_day,
    pipeline_waterfall,
    pipeline_waterfall_by_close_month,
    touchpoints,
)
from ingestion.sandbox.world import simulate


@pytest.fixture(scope="module")
def company() -> Facts:
    return simulate(date(2025, 11, 20), seed=11, scale=0.7)


def test_movements_explain_every_customer_and_month_to_the_cent(company: Facts) -> None:
    rows = mrr_movements(company)
    closing: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        gains, losses = row.new + row.reactivation + row.expansion, row.contraction + row.churn
        assert row.opening + gains - losses + row.fx == row.closing
        assert min(row.new, row.reactivation, row.expansion, row.contraction, row.churn, row.closing) >= 0
        assert row.opening == closing[row.customer_id]
        closing[row.customer_id] = row.closing
    for kind in ("new", "reactivation", "expansion", "contraction", "churn", "fx"):
        assert any(getattr(row, kind) for row in rows), kind
    assert all(row.month.month == 1 for row in rows if row.fx)


def test_movements_close_at_the_snapshot(company: Facts) -> None:
    snapshot: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for row in mrr_by_month(company):
        snapshot[row.month, row.customer_id] += row.mrr_reporting
        assert row.mrr <= row.contract_mrr
    closing = {(row.month, row.customer_id): row.closing for row in mrr_movements(company) if row.closing}
    assert closing == {key: amount for key, amount in snapshot.items() if amount}


def test_only_the_running_month_is_incomplete(company: Facts) -> None:
    assert {row.month for row in mrr_by_month(company) if not row.is_complete} == {date(2025, 11, 1)}


def test_waterfalls_balance_and_meet_the_daily_pipeline(company: Facts) -> None:
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    due: dict[date, Decimal] = defaultdict(Decimal)
    for row in pipeline_by_day(company):
        by_day[row.day] += row.amount_reporting
        if row.close_date.replace(day=1) == row.day.replace(day=1):
            due[row.day] += row.amount_reporting
    total, due_rows = pipeline_waterfall(company), pipeline_waterfall_by_close_month(company)
    for before, after in pairwise(total):
        assert before.closing == after.opening
    for rows, daily in ((total, by_day), (due_rows, due)):
        for row in rows:
            assert row.imbalance() == 0
            last = min(company.as_of.date(), (row.month + timedelta(days=31)).replace(day=1) - timedelta(days=1))
            assert row.closing == daily[last]
    parts = ("created", "reopened", "increased", "decreased", "won", "lost", "removed")
    assert all(any(getattr(row, part) for row in total) for part in parts)
    assert any(row.moved_in for row in due_rows) and any(row.moved_out for row in due_rows)


def test_touchpoints_cover_every_kind_and_name_known_people(company: Facts) -> None:
    found = touchpoints(company)
    assert {t.kind for t in found} == {
        "web_session", "goal_reached", "email_open", "email_click", "email_unsub", "lead_created", "contact_created",
        "campaign_joined", "campaign_responded", "referral_registered", "activity", "deal_created", "deal_won",
        "deal_lost", "order_placed", "order_cancelled", "subscription_started", "subscription_cancel_requested",
        "subscription_ended",
        "invoice_issued", "invoice_overdue", "invoice_paid", "invoice_voided", "payment_failed", "credit_note_issued",
        "refund_issued", "ticket_created", "ticket_answered", "ticket_solved", "ticket_rated",
    }  # fmt: skip
    assert {t.email for t in found} <= {person.email.strip().lower() for person in company.people}
    assert [t.at for t in found] == sorted(t.at for t in found) and found[-1].at <= company.as_of
    # Stitching finds visits from before the contact existed, and it is right about who they were, shared devices aside.
    owners = {p.person_id: p.email.lower() for p in company.people}
    visits = {str(v.visit_id): v for v in company.visits}
    sessions = [t for t in found if t.kind == "web_session"]
    anonymous = [t for t in sessions if visits[t.source_id].user_id is None]
    right = [t for t in anonymous if owners.get(visits[t.source_id].person_id or 0) == t.email]
    assert len(anonymous) > 500 and len(right) > 0.97 * len(anonymous)


def test_every_crm_has_its_own_part_of_the_pipeline(company: Facts) -> None:
    rows = list(pipeline_by_day(company))
    parts = {crm: list(pipeline_by_day(view(company, crm))) for crm in CRM_UNIT}
    for crm, part in parts.items():
        assert part and part == [row for row in rows if row.crm == crm]
    opening = {crm: pipeline_waterfall(view(company, crm))[-1].closing for crm in CRM_UNIT}
    assert sum(opening.values()) == pipeline_waterfall(company)[-1].closing and min(opening.values()) > 0


def test_touchpoints_name_the_system_that_holds_the_record(company: Facts) -> None:
    systems = defaultdict(set)
    for touchpoint in touchpoints(company):
        systems[touchpoint.kind].add(touchpoint.source)
    assert systems["web_session"] == {"matomo", "ga4"}
    assert systems["activity"] == systems["deal_won"] == set(CRM_UNIT)
    assert systems["order_placed"] == {"postgres_orders", "shopify"}
    assert systems["ticket_created"] == {"zendesk", "intercom"}


def test_months_that_are_over_do_not_change_when_time_goes_on() -> None:
    early, late = simulate(date(2024, 5, 31), scale=0.3), simulate(date(2024, 7, 9), scale=0.3)
    cut = date(2024, 5, 1)
    assert mrr_by_month(early) == [row for row in mrr_by_month(late) if row.month <= cut]
    assert mrr_movements(early) == [row for row in mrr_movements(late) if row.month <= cut]
    waterfall = [row for row in pipeline_waterfall(late) if row.month <= cut]
    assert pipeline_waterfall(early) == waterfall
