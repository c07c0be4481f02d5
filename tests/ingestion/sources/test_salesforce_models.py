"""Salesforce's staging models: what they make of a small org whose every record is known, and of the simulated one.

The simulated org is loaded at an earlier date and brought forward; it must come out as the world has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from ingestion.sandbox.facts import CURRENCY_EXPONENT, DEAL_STAGES, Deal, Facts, History, salesforce_id, view
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import MIX, simulate
from tests.ingestion.sources.salesforce_org import SECRET, days, record_id
from tests.ingestion.sources.salesforce_records import WON_AT, known_org, org_without_submissions

Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]

EARLIER, AS_OF = date(2024, 3, 31), date(2024, 6, 30)
CLOSED = {"closedwon", "closedlost"}
LABELS = {stage: label for stage, label, _ in DEAL_STAGES}


@cache
def world(day: date) -> Facts:
    return simulate(day, scale=0.15, mix=MIX)


@pytest.fixture(scope="module")
def meridian() -> Facts:
    """What the simulated Salesforce shows."""
    return view(world(AS_OF), "salesforce")


@pytest.fixture(scope="module")
def known(canonical: Query) -> Query:
    """Query `canonical.…` of the org whose every record is known."""
    return lambda sql: canonical(_of("salesforce", sql))


@pytest.fixture(scope="module")
def simulated(canonical: Query) -> Query:
    """Query `canonical.…` of the simulated org, with the instance taken off the keys."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        rows = canonical(_of("salesforce_sandbox", sql))
        return [
            tuple(one.removeprefix("salesforce_sandbox:") if isinstance(one, str) else one for one in r) for r in rows
        ]

    return query


def _of(instance: str, sql: str) -> str:
    return re.sub(r"canonical\.(\w+)", rf"(select * from canonical.\1 where source_instance = '{instance}') as \1", sql)


def key(sobject: str, number: int) -> str:
    """The canonical key of a record."""
    return f"salesforce:{record_id(sobject, number)}"


def fill(load: Load) -> None:
    """Two orgs: one with submitted forecasts, and one of a single currency whose forecasts are read as they stand."""
    access = {"client_id": "app", "client_secret": SECRET}
    with known_org().serve() as address:
        load(
            "salesforce", {"base_url": address, "custom_fields": {"Opportunity": ["Health__c", "Absent__c"]}, **access}
        )
    org = org_without_submissions()
    with org.serve() as address:
        load("salesforce_asia", {"base_url": address, "currency_code": "JPY", **access})
        org.add("ForecastingItem", 1, days(30), ForecastAmount=450.25)
        load("salesforce_asia", {"base_url": address, "currency_code": "JPY", **access})
    for day in (EARLIER, AS_OF):
        with SandboxServer(day, facts=world(day), window_scale=0.001) as sandbox:
            load("salesforce_sandbox", sandbox.overlay()["salesforce"])


def naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def test_accounts_and_contacts(known: Query) -> None:
    columns = (
        "account_id, domain, segment, country_code, acquisition_channel, owner_id, is_deleted, merged_into_account_id"
    )
    first, second = known(f"select {columns} from canonical.accounts order by 1")
    ana = key("User", 1)
    assert first == (key("Account", 1), "acme.example", "smb", "DE", "trade_show", ana, False, None)
    assert second[0] == key("Account", 2) and second[-2:] == (True, key("Account", 1))
    columns = "contact_id, account_id, email, has_marketing_consent, is_deleted"
    found = known(f"select {columns} from canonical.contacts")
    assert found == [(key("Contact", 1), key("Account", 1), "pat@acme.example", False, False)]


def test_leads_campaigns_and_members(known: Query) -> None:
    columns = "lead_id, owner_id, campaign_id, status, qualified_at, converted_at, converted_opportunity_id"
    found = known(f"select {columns} from canonical.leads order by 1")
    qualified = naive(days(2))
    assert found[0] == (key("Lead", 1), None, key("Campaign", 1), "open - not contacted", qualified, None, None)
    assert found[1][5:] == (naive(days(10)), key("Opportunity", 1))
    columns = "campaign_id, channel, platform, status, currency_code, started_at"
    begun = datetime(2025, 1, 10)
    found = known(f"select {columns} from canonical.campaigns")
    assert found == [(key("Campaign", 1), "event", "salesforce", "completed", "USD", begun)]
    columns = "campaign_id, contact_id, lead_id, status, responded_at"
    found = known(f"select {columns} from canonical.campaign_members")
    assert found == [(key("Campaign", 1), None, key("Lead", 1), "Responded", datetime(2025, 1, 11))]


def test_owners_and_teams(known: Query) -> None:
    columns = "owner_id, email, team_id, manager_name, is_active"
    found = known(f"select {columns} from canonical.owners order by 1")
    assert found == [
        (key("User", 1), "ana@us.example", key("UserRole", 1), "Name 2", True),
        (key("User", 2), "bo@us.example", key("UserRole", 2), None, False),
    ]
    found = set(known("select team_id, name, parent_team_id from canonical.teams"))
    assert found == {
        (key("UserRole", 1), "Role 1", key("UserRole", 2)),
        (key("UserRole", 2), "Role 2", None),
        (key("Group", 1), "New leads", None),
    }


def test_opportunities_with_lines_contacts_and_stages(known: Query) -> None:
    columns = "opportunity_id, account_id, opportunity_type, stage_code, forecast_category, amount, currency_code, "
    columns += "expected_close_date, closed_at, is_won, campaign_id, is_deleted, deleted_at"
    won, gone = known(f"select {columns} from canonical.opportunities order by 1")
    assert won[1:7] == (key("Account", 1), "new_business", "Closed Won", "closed", Decimal(1000), "EUR")
    assert won[7:] == (WON_AT.date(), naive(WON_AT), True, key("Campaign", 1), False, None)
    assert gone[2:7] == ("expansion", "Prospecting", "pipeline", None, "USD")
    assert (gone[8:10], gone[11:]) == ((None, False), (True, naive(days(20))))
    columns = "opportunity_id, product_id, quantity, unit_amount, discount_amount, total_amount, currency_code"
    found = known(f"select {columns} from canonical.opportunity_line_items")
    assert found == [(key("Opportunity", 1), key("Product2", 1), 10, 125, 250, 1000, "EUR")]
    found = known("select opportunity_id, contact_id, role, is_primary from canonical.opportunity_contacts")
    assert found == [(key("Opportunity", 1), key("Contact", 1), "Decision Maker", True)]
    columns = "stage_code, stage_name, stage_order, win_probability, is_closed, is_won"
    found = known(f"select {columns} from canonical.pipeline_stages order by stage_order")
    assert found == [
        ("Prospecting", "Prospecting!", 1, Decimal("0.1"), False, False),
        ("Closed Won", "Closed Won!", 2, 1, True, True),
    ]
    assert known("select name, revenue_type, is_deleted from canonical.products") == [("Seats", "one_off", False)]


def test_fields_of_the_org_pass_through(known: Query) -> None:
    columns = "custom_fields ->> 'Health__c', custom_fields ->> 'Absent__c'"
    found = known(f"select {columns} from canonical.opportunities order by source_record_id")
    assert found == [("0.75", None), ("1.5", None)]
    assert known("select count(custom_fields) from canonical.accounts") == [(0,)]


def test_changes_are_the_whole_history(known: Query) -> None:
    columns = "field_name, changed_at, new_value"
    found = known(
        f"select {columns} from canonical.opportunity_changes where opportunity_id = '{key('Opportunity', 1)}'"
    )
    begun = naive(days(10))
    assert sorted(found, key=repr) == sorted(
        [
            ("stage_code", begun, "Prospecting"),
            ("stage_code", naive(WON_AT), "Closed Won"),
            ("amount", begun, None),
            ("amount", naive(days(11)), "900.50"),
            ("amount", naive(WON_AT), "1000.00"),
            ("expected_close_date", begun, "2025-03-31"),
            ("expected_close_date", naive(WON_AT), WON_AT.date().isoformat()),
            ("currency_code", begun, "EUR"),
            ("owner_id", begun, key("User", 2)),
            ("owner_id", naive(days(15)), key("User", 1)),
            ("is_deleted", begun, "false"),
        ],
        key=repr,
    )
    found = known(
        "select changed_at, new_value from canonical.opportunity_changes where field_name = 'is_deleted' "
        f"and opportunity_id = '{key('Opportunity', 2)}' order by 1"
    )
    assert found == [(naive(days(12)), "false"), (naive(days(20)), "true")]


def test_activities_leave_out_copies_and_patterns(known: Query) -> None:
    columns = "activity_id, activity_type, direction, occurred_at, duration_minutes, contact_id, opportunity_id"
    found = {row[0]: row[1:] for row in known(f"select {columns} from canonical.activities")}
    deal = key("Opportunity", 1)
    assert found == {
        key("Task", 1): ("call", "inbound", naive(days(12)), 10, key("Contact", 1), deal),
        key("Task", 2): ("task", None, datetime(2025, 2, 1), None, None, deal),
        key("Event", 1): ("meeting", None, naive(days(13)), 30, key("Contact", 1), deal),
    }


def test_rates_quotas_and_forecasts(known: Query) -> None:
    columns = "rate_date, from_currency_code, to_currency_code, rate"
    assert known(f"select {columns} from canonical.exchange_rates order by 1, 2") == [
        (date(1900, 1, 1), "JPY", "USD", Decimal("0.00666667")),
        (date(2025, 1, 1), "EUR", "USD", Decimal("1.25")),
        (date(2026, 1, 1), "EUR", "USD", Decimal(2)),
    ]
    quarter = (date(2025, 1, 1), date(2025, 3, 31))
    columns = "owner_id, period_start_date, period_end_date, amount, currency_code"
    assert known(f"select {columns} from canonical.quotas") == [(key("User", 1), *quarter, 5000, "USD")]
    columns = "owner_id, team_id, period_start_date, period_end_date, forecast_category, amount, submitted_at"
    said = naive(days(7))
    assert known(f"select {columns} from canonical.forecast_submissions order by amount") == [
        (key("User", 1), None, *quarter, "commit", 400, said),
        (key("User", 1), None, *quarter, "best_case", 700, said),
        (key("User", 1), None, *quarter, "pipeline", 1000, said),
    ]


def test_forecasts_as_they_stood_when_runs_met_them(canonical: Query) -> None:
    """Rollups of single categories are added up; each keeps its last value when another one moves."""
    columns = "owner_id, team_id, forecast_category, amount, currency_code, submitted_at"
    found = canonical(
        f"select {columns} from canonical.forecast_submissions where source_instance = 'salesforce_asia' order by 6, 4"
    )

    def asia(sobject: str, number: int) -> str:
        return f"salesforce_asia:{record_id(sobject, number)}"

    first, then = naive(days(20)), naive(days(30))
    assert found == [
        (asia("User", 1), None, "commit", 400, "JPY", first),
        (asia("User", 2), asia("UserRole", 1), "commit", 800, "JPY", first),
        (asia("User", 1), None, "commit", Decimal("550.25"), "JPY", then),
    ]


def text(kind: str, number: int | None) -> str | None:
    return None if number is None else salesforce_id(kind, number)


def utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def money(amount: int | None, currency: str | None) -> Decimal:
    assert amount is not None and currency is not None
    return (Decimal(amount) / 10 ** CURRENCY_EXPONENT[currency]).quantize(Decimal("0.01"))


def test_the_simulated_deals(simulated: Query, meridian: Facts) -> None:
    columns = "opportunity_id, account_id, owner_id, opportunity_type, stage_code, amount, currency_code, created_at, "
    columns += "expected_close_date, closed_at, is_closed, is_won, partner_reference, is_deleted, deleted_at"
    kinds = {"newbusiness": "new_business", "existingbusiness": "expansion", "renewal": "renewal"}
    partners = {partner.partner_id: partner.key for partner in meridian.partners}
    expected = {
        (
            text("opportunity", deal.deal_id),
            text("account", deal.company_id),
            text("user", deal.owner.current),
            kinds[deal.deal_type],
            LABELS[deal.stage.current],
            money(deal.amount.current, deal.currency.current),
            deal.currency.current,
            utc(deal.created_at),
            deal.close_date.current,
            utc(deal.stage.changed_at) if deal.stage.current in CLOSED else None,
            deal.stage.current in CLOSED,
            deal.stage.current == "closedwon",
            partners.get(deal.partner_id or 0),
            deal.archived_at is not None,
            utc(deal.archived_at),
        )
        for deal in meridian.deals
    }
    assert len(expected) > 10
    assert set(simulated(f"select {columns} from canonical.opportunities")) == expected


def test_the_simulated_histories(simulated: Query, meridian: Facts) -> None:
    """Every value of every field, deleted deals included; an owner or currency that never changed has no history."""

    def steps(history: History[Any], write: Callable[[Any], str | None]) -> set[tuple[datetime | None, str | None]]:
        return {(utc(at), write(value)) for at, value in dict(history).items()}

    def amounts(deal: Deal) -> set[tuple[datetime | None, str | None]]:
        moments = sorted({at for at, _ in deal.amount} | {at for at, _ in deal.currency})
        values = [(at, str(money(deal.amount.at(at), deal.currency.at(at)))) for at in moments]
        kept = [pair for place, pair in enumerate(values) if place == 0 or pair[1] != values[place - 1][1]]
        return {(utc(at), value) for at, value in kept}

    expected = set()
    for deal in meridian.deals:
        fields = {
            "stage_code": steps(deal.stage, LABELS.__getitem__),
            "currency_code": steps(deal.currency, str),
            "expected_close_date": steps(deal.close_date, str),
            "owner_id": steps(deal.owner, lambda owner: text("user", owner)) if len(dict(deal.owner)) > 1 else set(),
            "amount": amounts(deal),
            "is_deleted": {(utc(deal.created_at), "false")},
        }
        if deal.archived_at:
            fields["is_deleted"].add((utc(deal.archived_at), "true"))
        record = text("opportunity", deal.deal_id)
        expected |= {(record, field, *step) for field, changes in fields.items() for step in changes}
    columns = "opportunity_id, field_name, changed_at, new_value"
    assert set(simulated(f"select {columns} from canonical.opportunity_changes")) == expected


def test_the_simulated_owners(simulated: Query, meridian: Facts) -> None:
    """Of every account and contact since it was one, deleted and merged-away ones included."""

    def told(kind: str, number: int, created_at: datetime | None, owner: History[int]) -> set[tuple[Any, ...]]:
        """Nothing of a company or person that never was a record."""
        values = {} if created_at is None else {max(at, created_at): value for at, value in owner}
        record = text(kind, number)
        ids = (record, None) if kind == "account" else (None, record)
        return {(*ids, utc(at), text("user", value)) for at, value in values.items()}

    expected = set[tuple[Any, ...]]()
    for company in meridian.companies:
        expected |= told("account", company.company_id, company.account_created_at, company.owner)
    for person in meridian.people:
        expected |= told("contact", person.person_id, person.contact_created_at, person.owner)
    found = simulated("select account_id, contact_id, changed_at, owner_id from canonical.owner_changes")
    assert len(found) == len(set(found)) and set(found) == expected
    records = {row[:2] for row in found}
    assert len(records) < len(found), "some changed hands"


def test_the_simulated_leads(simulated: Query, meridian: Facts) -> None:
    people = {person.person_id: person for person in meridian.people}
    columns = "lead_id, email, owner_id, qualified_at, converted_account_id, converted_contact_id, "
    columns += "converted_opportunity_id, is_deleted"
    expected = {
        (
            text("lead", lead.lead_id),
            people[lead.person_id].email.strip().lower(),
            text("user", lead.owner.current),
            utc(lead.qualified_at),
            text("account", lead.converted_company_id),
            text("contact", lead.converted_person_id),
            text("opportunity", lead.converted_deal_id),
            lead.archived_at is not None,
        )
        for lead in meridian.leads
    }
    assert any(row[-2] for row in expected)
    assert set(simulated(f"select {columns} from canonical.leads")) == expected
    with_deal = {text("lead", one.lead_id): utc(one.converted_at) for one in meridian.leads if one.converted_deal_id}
    found = dict(
        simulated("select lead_id, converted_at from canonical.leads where converted_opportunity_id is not null")
    )
    assert found == with_deal


def test_the_simulated_forecasts_and_quotas(simulated: Query, meridian: Facts) -> None:
    columns = "owner_id, period_start_date, period_end_date, forecast_category, amount, currency_code, submitted_at"
    expected = {
        (
            text("user", one.owner_id),
            one.period_start,
            one.period_end,
            one.category,
            money(one.amount, one.currency),
            one.currency,
            utc(one.submitted_at),
        )
        for one in meridian.forecast_submissions
    }
    assert set(simulated(f"select {columns} from canonical.forecast_submissions")) == expected
    columns = "quota_id, owner_id, period_start_date, amount, currency_code"
    assert set(simulated(f"select {columns} from canonical.quotas")) == {
        (
            text("quota", one.quota_id),
            text("user", one.owner_id),
            one.period_start,
            money(one.amount, one.currency),
            one.currency,
        )
        for one in meridian.quotas
    }


def test_the_simulated_members_and_rates(simulated: Query, meridian: Facts) -> None:
    found = set(simulated("select campaign_member_id, campaign_id from canonical.campaign_members"))
    assert found == {
        (text("campaign_member", one.member_id), text("campaign", one.campaign_id))
        for one in meridian.crm_campaign_members
    }
    rates = {(rate.day, rate.currency): Decimal(rate.rate) for rate in meridian.exchange_rates}
    given = simulated("select rate_date, from_currency_code, to_currency_code, rate from canonical.exchange_rates")
    assert {(day, code) for day, code, _, _ in given} == set(rates)
    assert all(to == "USD" and abs(rate - rates[day, code]) < Decimal("0.000005") for day, code, to, rate in given)
