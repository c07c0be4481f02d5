"""HubSpot's staging models: what they make of a loaded portal, against the world that the sandbox served.

One dbt run reads two instances of the same company: FRESH, loaded once, and GROWN, loaded at an earlier date and
brought forward. Both must come out alike, and as the world has it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import CURRENCY_EXPONENT, DEAL_STAGES, Deal, Engagement, Facts, History, Person
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate

AS_OF, EARLIER = date(2026, 11, 22), date(2025, 6, 30)
AFTER_EARLIER = datetime(2025, 9, 1, 12, tzinfo=UTC)
FRESH, GROWN = "hubspot_fresh", "hubspot_grown"
TABLES = REGISTRY["hubspot"].provides
CLOSED = {"closedwon", "closedlost"}
Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]
OWN_FIELDS = {"companies": ["industry", "annualrevenue"], "deals": ["dealtype", "no_such_field"]}


def only_crm(facts: Facts) -> Facts:
    """What HubSpot shows of `facts`; nothing for the other vendors to serve."""
    names = ("owners", "companies", "people", "deals", "engagements", "partners")
    return Facts(
        facts.seed, facts.scale, facts.starts_on, facts.as_of, **{name: getattr(facts, name) for name in names}
    )


def merge_two_companies(facts: Facts) -> None:
    """Merge a company known at the earlier date into another one, as HubSpot does: engagements stay untouched."""
    lost, survivor = [company for company in facts.companies if company.archived_at is None][:2]
    lost.merged_into, lost.archived_at = survivor.company_id, AFTER_EARLIER
    survivor.updated_at = max(survivor.updated_at, AFTER_EARLIER)
    for record in (*facts.people, *facts.deals, *facts.engagements):
        if record.company_id == lost.company_id:
            record.company_id = survivor.company_id
            if not isinstance(record, Engagement) and record.archived_at is None:
                record.updated_at = max(record.updated_at, AFTER_EARLIER)


@cache
def later() -> Facts:
    facts = only_crm(simulate(AS_OF, scale=0.05, mix=BEFORE_ACQUISITIONS))
    merge_two_companies(facts)
    return facts


@pytest.fixture(scope="module")
def world() -> Facts:
    return later()


def fill(load: Load) -> None:
    earlier = only_crm(simulate(EARLIER, scale=0.05, mix=BEFORE_ACQUISITIONS))
    for instance, facts in ((GROWN, earlier), (GROWN, later()), (FRESH, later())):
        with SandboxServer(AS_OF, facts=facts, window_scale=0.001) as sandbox:
            load(instance, {**sandbox.overlay()["hubspot"], "custom_fields": OWN_FIELDS})


def fresh(canonical: Query, columns: str, table: str, where: str = "true") -> list[tuple[Any, ...]]:
    """Rows of the instance loaded once, with the instance taken off the ids."""
    rows = canonical(f"select {columns} from canonical.{table} where source_instance = '{FRESH}' and {where}")
    return [
        tuple(value.removeprefix(f"{FRESH}:") if isinstance(value, str) else value for value in row) for row in rows
    ]


def naive(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC).replace(tzinfo=None)


def text(number: int | None) -> str | None:
    return None if number is None else str(number)


def money(deal: Deal, amount: int, at: datetime) -> Decimal:
    currency = deal.currency.at(at)
    assert currency is not None
    return (Decimal(amount) / 10 ** CURRENCY_EXPONENT[currency]).quantize(Decimal("0.01"))


@pytest.mark.parametrize("table", TABLES)
def test_a_portal_brought_forward_equals_one_loaded_at_once(canonical: Query, table: str) -> None:
    rows: dict[str, list[str]] = {FRESH: [], GROWN: []}
    for row in canonical(f"select * from canonical.{table}"):
        rows[row[2]].append(repr(row).replace(row[2], "instance"))
    assert len(rows[FRESH]) > 0
    assert sorted(rows[FRESH]) == sorted(rows[GROWN])


def test_accounts(canonical: Query, world: Facts) -> None:
    columns = "account_id, name, domain, segment, region, country_code, employee_count, acquisition_channel, "
    columns += "lifecycle_stage, owner_id, merged_into_account_id, is_deleted"
    expected = [
        (text(one.company_id), None, None, None, None, None, None, None, None, None, text(one.merged_into), True)
        if one.merged_into
        else (
            *(
                text(one.company_id),
                one.name,
                one.domain.removeprefix("www."),
                one.segment,
                one.region,
                one.country,
                one.employees,
            ),
            *(one.acquisition_channel, one.lifecycle.current, text(one.owner.current), None),
            one.archived_at is not None,
        )
        for one in world.companies
    ]
    assert any(row[-2] for row in expected)
    assert set(fresh(canonical, columns, "accounts")) == set(expected)


def test_fields_of_their_own_come_as_the_portal_has_them(canonical: Query, world: Facts) -> None:
    found = canonical(
        "select source_record_id, custom_fields ->> 'industry', json_keys(custom_fields) from canonical.accounts "
        f"where source_instance = '{FRESH}' and not is_deleted"
    )
    living = [company for company in world.companies if not company.archived_at]
    assert {key: industry for key, industry, _ in found} == dict(
        canonical(
            f"select source_record_id, industry from canonical.accounts where source_instance = '{FRESH}' "
            "and not is_deleted"
        )
    )
    assert len(found) == len(living) and {tuple(names) for *_, names in found} == {("industry", "annualrevenue")}
    deals = canonical(
        "select distinct custom_fields ->> 'dealtype', custom_fields ->> 'no_such_field' from canonical.opportunities "
        f"where source_instance = '{FRESH}' and not is_deleted"
    )
    assert {kind for kind, _ in deals} >= {"newbusiness"} and {nothing for _, nothing in deals} == {None}
    assert canonical("select count(custom_fields) from canonical.contacts") == [(0,)], "none is named for them"


def entered(person: Person, stage: str) -> datetime | None:
    """When a contact came to a lifecycle stage, as its portal knows: nothing that it passed before it was a contact."""
    since = person.contact_created_at
    assert since
    moments = (max(at, since) for at, value in person.lifecycle if value == stage)
    return naive(next((at for at in moments if person.lifecycle.at(at) == stage), None))


def test_contacts(canonical: Query, world: Facts) -> None:
    columns = "contact_id, account_id, email, last_name, owner_id, has_marketing_consent, marketing_qualified_at, "
    columns += "sales_qualified_at"
    gone = {company.company_id for company in world.companies if company.archived_at}
    assert set(fresh(canonical, columns, "contacts", "not is_deleted")) == {
        (
            text(person.person_id),
            text(person.company_id),
            person.email.strip().lower(),
            person.last_name,
            text(person.owner.current),
            person.has_marketing_consent,
            entered(person, "marketingqualifiedlead"),
            entered(person, "salesqualifiedlead"),
        )
        for person in world.people
        if person.contact_created_at and not person.archived_at and person.company_id not in gone
    }


def test_opportunities(canonical: Query, world: Facts) -> None:
    columns = "opportunity_id, account_id, owner_id, opportunity_type, stage_code, amount, currency_code, created_at, "
    columns += "expected_close_date, closed_at, is_closed, is_won, partner_reference"
    kinds = {"newbusiness": "new_business", "existingbusiness": "expansion", "renewal": "renewal"}
    partners = {partner.partner_id: partner.key for partner in world.partners}
    assert set(fresh(canonical, columns, "opportunities", "not is_deleted")) == {
        (
            text(deal.deal_id),
            text(deal.company_id),
            text(deal.owner.current),
            kinds[deal.deal_type],
            deal.stage.current,
            money(deal, deal.amount.current, world.as_of),
            deal.currency.current,
            naive(deal.created_at),
            deal.close_date.current,
            naive(deal.stage.changed_at) if deal.stage.current in CLOSED else None,
            deal.stage.current in CLOSED,
            deal.stage.current == "closedwon",
            partners.get(deal.partner_id or 0),
        )
        for deal in world.deals
        if not deal.archived_at
    }
    assert set(fresh(canonical, "opportunity_id, deleted_at", "opportunities", "is_deleted")) == {
        # HubSpot does not say when a deal was merged away, nor anything else of it.
        (text(deal.deal_id), None if deal.merged_into else naive(deal.archived_at))
        for deal in world.deals
        if deal.archived_at
    }


def test_changes_are_the_whole_history(canonical: Query, world: Facts) -> None:
    """Every value of every tracked field, archived deals included, and of two at one instant the later.

    A deal that was merged away has none: HubSpot answers for it with the survivor.
    """

    def steps(history: History[Any], write: Callable[[Any], str | None]) -> set[tuple[datetime | None, str | None]]:
        return {(naive(at), write(value)) for at, value in dict(history).items()}

    expected = set()
    for deal in (deal for deal in world.deals if not deal.merged_into):
        fields = {
            "stage_code": steps(deal.stage, str),
            "currency_code": steps(deal.currency, str),
            "expected_close_date": steps(deal.close_date, str),
            "owner_id": steps(deal.owner, str),
            "amount": {(naive(at), str(money(deal, value, at))) for at, value in dict(deal.amount).items()},
            "is_deleted": {(naive(deal.created_at), "false")},
        }
        if deal.archived_at:
            fields["is_deleted"].add((naive(deal.archived_at), "true"))
        expected |= {(text(deal.deal_id), field, *step) for field, changes in fields.items() for step in changes}
    assert set(fresh(canonical, "opportunity_id, field_name, changed_at, new_value", "opportunity_changes")) == expected


def test_owners_of_accounts_and_contacts_are_the_whole_history(canonical: Query, world: Facts) -> None:
    """Since each was one; a record that was merged away has none, as HubSpot answers for it with the survivor."""

    def since(created_at: datetime, owner: History[int]) -> set[tuple[datetime | None, str | None]]:
        values = {max(at, created_at): value for at, value in owner}
        return {(naive(at), text(value)) for at, value in values.items()}

    accounts = {
        (text(one.company_id), None, *change)
        for one in world.companies
        if not one.merged_into
        for change in since(one.created_at, one.owner)
    }
    contacts = {
        (None, text(one.person_id), *change)
        for one in world.people
        if one.contact_created_at and not one.merged_into
        for change in since(one.contact_created_at, one.owner)
    }
    assert len(accounts) > len(world.companies)
    assert set(fresh(canonical, "account_id, contact_id, changed_at, owner_id", "owner_changes")) == accounts | contacts


def test_opportunity_contacts_and_activities(canonical: Query, world: Facts) -> None:
    contacts = {person.person_id for person in world.people if person.contact_created_at and not person.archived_at}
    deals = {deal.deal_id for deal in world.deals if not deal.archived_at}
    living = {deal: people for deal, people in ((one.deal_id, one.person_ids) for one in world.deals) if deal in deals}
    found = [
        row for row in fresh(canonical, "opportunity_id, contact_id", "opportunity_contacts") if int(row[0]) in deals
    ]
    assert set(found) == {(text(d), text(p)) for d, people in living.items() for p in people if p in contacts}

    kinds = {"calls": "call", "emails": "email", "meetings": "meeting", "notes": "note", "tasks": "task"}
    directions = {"outgoing": "outbound", "incoming": "inbound", None: None}
    survivors = {one.deal_id: one.merged_into for one in world.deals if one.merged_into}
    survivors |= {one.person_id: one.merged_into for one in world.people if one.merged_into}
    columns = "source_record_id, activity_type, direction, occurred_at, duration_minutes, owner_id, account_id, "
    columns += "contact_id, opportunity_id"
    assert set(fresh(canonical, columns, "activities", "not is_deleted")) == {
        (
            f"{one.kind}:{one.engagement_id}",
            kinds[one.kind],
            directions[one.direction] if one.kind in ("calls", "emails") else None,
            naive(one.at),
            one.minutes if one.kind in ("calls", "meetings") else None,
            text(one.owner_id),
            text(one.company_id),
            *(
                text(kept) if (kept := survivors.get(record_id or 0, record_id)) in living_records else None
                for record_id, living_records in ((one.person_id, contacts), (one.deal_id, deals))
            ),
        )
        for one in world.engagements
        if not one.archived_at
    }


def test_owners_teams_and_stages(canonical: Query, world: Facts) -> None:
    teams = dict(fresh(canonical, "team_id, name", "teams"))
    assert set(teams.values()) == {owner.team for owner in world.owners}
    owners = fresh(canonical, "owner_id, name, team_id, is_active", "owners")
    assert {(owner_id, name, teams[team_id], active) for owner_id, name, team_id, active in owners} == {
        (text(one.owner_id), f"{one.first_name} {one.last_name}", one.team, one.left_at is None) for one in world.owners
    }
    columns = "stage_order, stage_code, stage_name, win_probability, is_closed, is_won"
    assert sorted(fresh(canonical, columns, "pipeline_stages")) == [
        (place, code, label, Decimal(chance), code in CLOSED, code == "closedwon")
        for place, (code, label, chance) in enumerate(DEAL_STAGES, start=1)
    ]
