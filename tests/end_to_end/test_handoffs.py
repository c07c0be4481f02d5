"""Handoffs against the company's own books, and the planted frictions against the ranking that knows none of them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from ingestion.sandbox.facts import crm_id
from ingestion.sandbox.truth import Handoff, friction_sizes, handoffs
from tests.end_to_end.conftest import Company, naive

FOUND = {
    "stalled_presentation": ("deal_stage_3", "dynamics"),
    "unrouted_form": ("lead_assignment", "dynamics"),
    "slow_routing": ("lead_assignment", "salesforce"),
    "silent_weekend": ("ticket_first_response", "intercom"),
}
"""Place and system at which the ranking names each friction."""


def record(handoff: Handoff) -> str:
    if handoff.kind == "ticket_first_response":
        return f"{handoff.system}:{handoff.number}"
    return f"{handoff.system}:{crm_id(handoff.system, 'lead', handoff.number)}"


def test_every_wait_is_as_long_as_it_was(company: Company) -> None:
    """Salesforce tells less: no owner of a lead before its history of owners begins, of a conversion only the day."""
    true = handoffs(company.facts)
    begins = min(
        item.done_at
        for item in true
        if (item.kind, item.system) == ("lead_assignment", "salesforce") and item.done_at is not None
    )
    never_qualified = {lead.lead_id for lead in company.facts.leads if lead.qualified_at is None and lead.converted_at}

    def is_told(item: Handoff) -> bool:
        if item.system != "salesforce":
            return True
        return item.number not in never_qualified if item.kind == "lead_acceptance" else item.due_at >= begins

    untold = {(item.kind, record(item)) for item in true if not is_told(item)}
    expected = Counter(
        (item.kind, record(item), naive(item.due_at), item.done_at and naive(item.done_at), item.business_seconds)
        for item in true
        if is_told(item)
    )
    published = Counter(
        row
        for row in company.published.query(
            "select handoff, record_id, date_trunc('second', event_at), date_trunc('second', completed_at),"
            " business_seconds from marts.fct_handoffs"
            " where handoff in ('lead_assignment', 'lead_acceptance', 'ticket_first_response')"
        )
        if row[:2] not in untold
    )
    assert expected
    assert published - expected == Counter() and expected - published == Counter()


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
