"""The whole way of every person and account, from the first visit on, against what really happened to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from ingestion.sandbox import truth
from ingestion.sandbox.facts import Facts, unit_of
from tests.end_to_end.conftest import AS_OF, Company, naive
from tests.end_to_end.test_stages import told
from tests.end_to_end.test_truth import address, agree, people_of

BEFORE_CUSTOMER = ("visitor", "engaged", "lead", "marketing_qualified", "sales_qualified", "opportunity")
STEPS = [*({stage} for stage in (*BEFORE_CUSTOMER, "customer", "onboarded")), {"retained", "expanded"}, {"churned"}]


def remembered(facts: Facts) -> Facts:
    """`facts` as vendors tell them: Dynamics forgets that a contact deleted before the first run was on a deal."""
    facts = told(facts)
    units = unit_of(facts)
    first_run = datetime.combine(AS_OF, time.max, UTC)
    gone = {
        person.person_id
        for person in facts.people
        if units[person.company_id] == "polaris" and person.archived_at is not None and person.archived_at <= first_run
    }
    return replace(
        facts, deals=[replace(deal, person_ids=[i for i in deal.person_ids if i not in gone]) for deal in facts.deals]
    )


def identities(known: Company) -> truth.Identities:
    """Whose each record is, as the warehouse has it: test_identity holds that against the truth."""
    published = known.published
    people = people_of(published)
    homes = dict(published.warehouse("select person_id, account_id from canonical.identity_people"))
    return truth.Identities(
        person=lambda email: people.get(address(email)),
        account_of_person=homes.get,
        account_of_customer=published.account_of_customer,
        account_of_company=published.account_of_company,
    )


@pytest.mark.parametrize("whose", ["person", "account"])
def test_every_stage_of_every_journey(known: Company, whose: str) -> None:
    people, accounts = truth.journeys(remembered(known.facts), identities(known))
    true = []
    for subject, entries in (people if whose == "person" else accounts).items():
        been: list[str] = []
        reached = -1
        for at, stage in entries:
            step = next(number for number, stages in enumerate(STEPS) if stage in stages)
            true.append((subject, len(been) + 1, stage, naive(at), stage in been, max(step - reached - 1, 0)))
            been.append(stage)
            reached = step
    assert {stage for _, _, stage, _, _, _ in true} >= set(BEFORE_CUSTOMER)
    assert any(is_return for *_, is_return, _ in true) and any(skipped for *_, skipped in true)
    agree(
        known.published.query(
            "select subject_id, stay_number, stage, entered_at, is_return, skipped_stages from marts.fct_journey_stages"
            " where subject_type = ?",
            whose,
        ),
        true,
    )
