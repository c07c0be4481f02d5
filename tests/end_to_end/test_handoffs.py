"""Handoffs against the company's own books, and the planted frictions against the ranking that knows none of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from ingestion.sandbox.facts import UNIT_CRM, Engagement, Facts, crm_id, unit_of
from ingestion.sandbox.truth import Handoff, friction_sizes, handoffs
from ingestion.sandbox.truth.handoffs import AGREED
from tests.end_to_end.conftest import Company, naive
from tests.end_to_end.test_partners import told as as_told

FOUND = {
    "stalled_presentation": ("deal_stage_3", "dynamics"),
    "unrouted_form": ("lead_assignment", "dynamics"),
    "slow_routing": ("lead_assignment", "salesforce"),
    "silent_weekend": ("ticket_first_response", "intercom"),
}
"""Place and system at which the ranking names each friction."""


def told(facts: Facts) -> Facts:
    """`facts` as CRMs tell them: in Dynamics, work on a deal that names nobody is work with its main contact."""
    facts = as_told(facts)
    units, deals = unit_of(facts), {deal.deal_id: deal for deal in facts.deals}

    def about(item: Engagement) -> Engagement:
        deal = deals.get(item.deal_id or 0)
        if units[item.company_id] != "polaris" or item.person_id is not None or deal is None:
            return item
        return replace(item, person_id=next(iter(deal.person_ids), None))

    return replace(facts, engagements=[about(item) for item in facts.engagements])


def record(handoff: Handoff) -> str:
    if handoff.record == "ticket":
        return f"{handoff.system}:{handoff.number}"
    return f"{handoff.system}:{crm_id(handoff.system, handoff.record, handoff.number)}"


def kept_since(true: list[Handoff]) -> dict[str, datetime]:
    """When Salesforce's history of owners and the assignments of each help desk begin; Dynamics has all."""
    found: dict[str, datetime] = {}
    for item in true:
        if item.assigned_at is not None and item.system != "dynamics":
            found[item.system] = min(item.assigned_at, found.get(item.system, item.assigned_at))
    return found


def test_every_wait_is_as_long_as_it_was(company: Company) -> None:
    """Of what came in before assignments are kept, only the whole is told; of some conversions the day alone."""
    true = handoffs(told(company.facts), company.published.account_of_company)
    begins = kept_since(true)
    crms = {owner.owner_id: UNIT_CRM[owner.business_unit] for owner in company.facts.owners}
    never_qualified = {lead.lead_id for lead in company.facts.leads if lead.qualified_at is None and lead.converted_at}

    def is_kept(item: Handoff) -> bool:
        return item.system not in begins or item.due_at >= begins[item.system]

    def is_told(item: Handoff) -> bool:
        if item.system != "salesforce":
            return True
        if item.kind == "lead_acceptance":
            return item.number not in never_qualified
        return item.kind != "lead_assignment" or is_kept(item)

    def assignment(item: Handoff) -> tuple[datetime | None, str | None, int | None]:
        if item.assigned_to is None or item.assigned_at is None or not is_kept(item):
            return None, None, item.systems_seconds if is_kept(item) else None
        crm = crms[item.assigned_to]
        return naive(item.assigned_at), f"{crm}:{crm_id(crm, 'user', item.assigned_to)}", item.systems_seconds

    untold = {(item.kind, record(item)) for item in true if not is_told(item)}
    expected = Counter(
        (
            item.kind, record(item), naive(item.due_at), item.done_at and naive(item.done_at), item.business_seconds,
            item.calendar_seconds, *assignment(item), item.is_breached,
        )
        for item in true
        if is_told(item)
    )  # fmt: skip
    published = Counter(
        row
        for row in company.published.query(
            "select handoff, record_id, date_trunc('second', event_at), date_trunc('second', completed_at),"
            " business_seconds, calendar_seconds, date_trunc('second', assigned_at), assigned_owner_id,"
            " systems_business_seconds, is_breached from marts.fct_handoffs"
        )
        if row[:2] not in untold
    )
    assert {kind for kind, *_ in expected} == set(AGREED)
    for kind in AGREED:
        of_kind = {is_breached for found, *_, is_breached in expected if found == kind}
        assert of_kind == {True, False}, f"{kind}: some are late, some are not"
    wrong, missing = published - expected, expected - published
    assert not wrong and not missing, (sorted(wrong, key=str)[:3], sorted(missing, key=str)[:3])


def test_the_largest_planted_friction_leads_the_ranking(company: Company) -> None:
    """A tenth of a company has too few cases of the smaller ones to tell from chance; those told keep their order."""
    ranked = company.published.query(
        "select place, source_instance, certain_days from metrics.journey_friction"
        " where period_months = 0 and loss_rank is not null order by loss_rank"
    )
    places = [(place, system) for place, system, _ in ranked]
    planted = [FOUND[size.friction.code] for size in friction_sizes(company.facts)]
    assert places[0] == planted[0]
    told = [place for place in places if place in planted]
    assert told == [place for place in planted if place in told]
    waited = next(size.waited for size in friction_sizes(company.facts))
    assert timedelta(0) < timedelta(days=float(ranked[0][2])) <= 1.25 * waited


def test_the_headlines_end_with_the_largest_frictions_of_the_last_year(company_later: Company) -> None:
    published = company_later.published
    largest = published.query(
        "select place_name, source_instance, loss_amount from metrics.journey_friction where period_months = 12"
        " and period_ends_at = (select max(period_ends_at) from metrics.journey_friction) and loss_rank <= 3"
        " order by loss_rank"
    )
    told = published.query(
        "select title, value from metrics.headlines where metric_name like 'friction%' order by position"
    )
    assert [amount for _, _, amount in largest] == [value for _, value in told]
    assert all(
        place.replace("_", " ") in title and system in title
        for (place, system, _), (title, _) in zip(largest, told, strict=True)
    )
    assert all(title in company_later.outcome.printed for title, _ in told)
