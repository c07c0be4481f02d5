"""The stages of every account that ever bought, against the company's own contracts, orders and talks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from ingestion.sandbox.facts import Facts, unit_of
from ingestion.sandbox.truth import customer_stages
from tests.end_to_end.conftest import Company, naive
from tests.end_to_end.test_truth import shown


def told(facts: Facts) -> Facts:
    """`facts` as vendors tell them: of a call, Salesforce gives the end."""
    units = unit_of(facts)
    calls = [
        replace(item, at=item.at + timedelta(minutes=item.minutes))
        if item.kind == "calls" and units[item.company_id] == "meridian"
        else item
        for item in facts.engagements
    ]
    return replace(shown(facts), engagements=calls)


def test_how_far_each_customer_came(company: Company) -> None:
    """Which account a record belongs to is taken from the warehouse: test_identity holds that against the truth."""
    published = company.published
    true = Counter(
        (entry.account, entry.stage, naive(entry.at))
        for entry in customer_stages(told(company.facts), published.account_of_customer, published.account_of_company)
    )
    found = Counter(
        published.query(
            "select account_id, stage, entered_at from marts.fct_journey_stages where subject_type = 'account'"
            " and (stage in ('customer', 'onboarded', 'retained', 'expanded')"
            " or stage = 'churned' and previous_stage <> 'opportunity')"
        )
    )
    assert true
    assert {stage for _, stage, _ in true} == {"customer", "onboarded", "retained", "expanded", "churned"}
    assert not found - true and not true - found, ((found - true).most_common(3), (true - found).most_common(3))
