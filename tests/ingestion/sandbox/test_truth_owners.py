"""Whose accounts, contacts and leads were, against a company known by heart and what must hold in any."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from ingestion.sandbox.facts import UNIT_CRM, CrmLead, Facts, History
from ingestion.sandbox.truth import owners_on
from ingestion.sandbox.world import simulate
from ingestion.sandbox.world.units import MIX


def test_a_change_counts_from_its_day_on_and_what_is_gone_is_nobodys(small_company: Facts) -> None:
    acme, gone = small_company.companies[0], small_company.companies[3]
    acme.owner.set(datetime(2026, 2, 5, 23, 59, tzinfo=UTC), 2)
    assert owners_on(small_company, date(2025, 12, 31)) == {}
    assert owners_on(small_company, date(2026, 2, 4))["hubspot", "account", acme.company_id] == 1
    assert owners_on(small_company, date(2026, 2, 5))["hubspot", "account", acme.company_id] == 2
    last, day_after = date(2026, 2, 28), date(2026, 3, 1)
    assert ("hubspot", "account", gone.company_id) in owners_on(small_company, last)
    assert ("hubspot", "account", gone.company_id) not in owners_on(small_company, day_after)
    contacts = {number for _, kind, number in owners_on(small_company, day_after) if kind == "contact"}
    assert contacts == {101, 102, 105}, "103 never was one, 104 was merged away"


def test_in_other_crms_an_account_begins_when_it_is_made(small_company: Facts) -> None:
    acme, since = small_company.companies[0], datetime(2026, 1, 10, 9, tzinfo=UTC)
    acme.business_unit, acme.account_created_at = "meridian", since
    born = small_company.people[0].born_at
    small_company.leads = [
        CrmLead(8, acme.company_id, 101, born, "direct", History(born, "new"), History(born, 1), born, None)
    ]
    before, after = owners_on(small_company, date(2026, 1, 9)), owners_on(small_company, date(2026, 1, 10))
    assert ("salesforce", "lead", 8) in before and ("salesforce", "account", acme.company_id) not in before
    assert after["salesforce", "account", acme.company_id] == 1


@pytest.fixture(scope="module")
def world() -> Facts:
    return simulate(date(2024, 12, 31), scale=0.2, mix=MIX)


def test_whoever_owns_an_account_or_contact_works_in_its_unit(world: Facts) -> None:
    staff = {owner.owner_id: owner for owner in world.owners}
    for day in (date(2023, 3, 31), date(2024, 1, 1), date(2024, 7, 15), date(2024, 12, 31)):
        at = datetime.combine(day, time(23, 59, 59, 999_999), UTC)
        owned = owners_on(world, day)
        for (crm, kind, _), owner in owned.items():
            who = staff[owner]
            assert UNIT_CRM[who.business_unit] == crm
            # A closed lead stays with whoever closed it.
            assert kind == "lead" or (who.hired_at <= at and (who.left_at is None or who.left_at > at))
    assert {(crm, kind) for crm, kind, _ in owned} == {
        *((crm, kind) for crm in ("hubspot", "salesforce", "dynamics") for kind in ("account", "contact")),
        ("salesforce", "lead"),
        ("dynamics", "lead"),
    }


def test_accounts_change_hands(world: Facts) -> None:
    then, now = owners_on(world, date(2024, 6, 30)), owners_on(world, date(2024, 12, 31))
    both = then.keys() & now.keys()
    for kind in ("account", "contact"):
        kept = [record for record in both if record[1] == kind]
        changed = [record for record in kept if then[record] != now[record]]
        assert 0 < len(changed) < len(kept)


def test_the_last_day_is_today(world: Facts) -> None:
    owned = owners_on(world, world.as_of.date())
    current = {company.company_id: company.owner.current for company in world.companies}
    accounts = {number: owner for (_, kind, number), owner in owned.items() if kind == "account"}
    assert accounts == {number: current[number] for number in accounts}
    assert owned == owners_on(world, world.as_of.date() + timedelta(days=9))
