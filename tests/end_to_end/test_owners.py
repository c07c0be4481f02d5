"""Whose accounts and people were on past days, against the company's own books. Which organisation or person a record
belongs to is taken from the warehouse: test_identity holds that against the truth."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest

from ingestion.sandbox.facts import crm_id
from ingestion.sandbox.truth import owners_on
from tests.end_to_end.conftest import AS_OF, LATER, Company

DAYS = (date(2024, 2, 29), date(2025, 1, 1), date(2025, 9, 17), AS_OF, LATER)
IN_FORCE = "owner_id is not null and valid_from <= ? and (valid_to is null or valid_to > ?)"


@pytest.fixture(scope="module")
def days(known: Company) -> list[date]:
    return [day for day in DAYS if day <= known.facts.as_of.date()]


def key(crm: str, kind: str, number: int) -> str:
    return f"{crm}:{crm_id(crm, kind, number)}"


def test_accounts_are_whose_they_were(known: Company, days: list[date]) -> None:
    """Of the record that survived, whatever the others say; what was deleted keeps its last owner."""
    published, handed_on = known.published, defaultdict[str, set[str]](set)
    for day in days:
        true = {
            account_id: key(crm, "user", owner)
            for (crm, kind, number), owner in owners_on(known.facts, day).items()
            if kind == "account" and published.accounts[account_id := key(crm, "account", number)] == account_id
        }
        found = dict(
            published.query(f"select account_id, owner_id from marts.fct_account_states where {IN_FORCE}", day, day)
        )
        evening = datetime.combine(day, time(), UTC) + timedelta(days=1)
        gone = {
            key(crm, "account", company.company_id)
            for company in known.facts.companies
            for crm in ("hubspot", "salesforce", "dynamics")
            if company.archived_at is not None and company.archived_at < evening
        }
        assert true
        assert {account_id: found.get(account_id) for account_id in true} == true
        assert found.keys() - true.keys() <= gone
        for account_id, owner_id in true.items():
            handed_on[account_id].add(owner_id)
    assert any(len(owners) > 1 for owners in handed_on.values())


def test_people_are_whose_they_were(known: Company, days: list[date]) -> None:
    """By the newest contact of the day, of those that still live at a company that does."""
    facts = known.facts
    living = {company.company_id for company in facts.companies if company.archived_at is None}
    created = {
        person.person_id: person.contact_created_at
        for person in facts.people
        if person.contact_created_at and person.archived_at is None and person.company_id in living
    }
    person_of = dict(
        known.published.warehouse(
            "select record_id, person_id from canonical.bridge_identity_records where record_type = 'contacts'"
        )
    )
    handed_on = defaultdict[str, set[str]](set)
    for day in days:
        contacts = defaultdict[str, list[tuple[datetime, str]]](list)
        for (crm, kind, number), owner in owners_on(facts, day).items():
            if kind == "contact" and number in created:
                person_id = person_of[key(crm, "contact", number)]
                contacts[person_id].append((created[number], key(crm, "user", owner)))
        true = {person_id: max(ones)[1] for person_id, ones in contacts.items()}
        found = dict(
            known.published.query(f"select person_id, owner_id from marts.fct_person_states where {IN_FORCE}", day, day)
        )
        assert true
        assert {person_id: found.get(person_id) for person_id in true} == true
        for person_id, owner_id in true.items():
            handed_on[person_id].add(owner_id)
    assert any(len(owners) > 1 for owners in handed_on.values())


def test_nothing_is_guessed_where_every_change_is_on_record(known: Company) -> None:
    """All three CRMs of the company keep whole histories, so no owner of today had to be inferred."""
    inferred = known.published.query(
        "select record_type, count(*) from marts.fct_owner_changes where is_inferred group by 1"
    )
    assert inferred == []
