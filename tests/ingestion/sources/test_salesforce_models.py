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
from ingestion.sandbox.world import EVERY_VENDOR, simulate
from tests.ingestion.sources.salesforce_org import SECRET, Org, days, record_id, stamp

Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]

WON_AT = days(40)
EARLIER, AS_OF = date(2024, 3, 31), date(2024, 6, 30)
CLOSED = {"closedwon", "closedlost"}
LABELS = {stage: label for stage, label, _ in DEAL_STAGES}


@cache
def world(day: date) -> Facts:
    return simulate(day, scale=0.15, mix=EVERY_VENDOR)


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
        load("salesforce", {"base_url": address, **access})
    org = org_without_submissions()
    with org.serve() as address:
        load("salesforce_asia", {"base_url": address, "currency_code": "JPY", **access})
        org.add("ForecastingItem", 1, days(30), ForecastAmount=450.25)
        load("salesforce_asia", {"base_url": address, "currency_code": "JPY", **access})
    for day in (EARLIER, AS_OF):
        with SandboxServer(day, facts=world(day), window_scale=0.001) as sandbox:
            load("salesforce_sandbox", sandbox.overlay()["salesforce"])


def org_without_submissions() -> Org:
    """A seller's forecast, and that of the manager above, who adds another seller's."""
    org = Org(rows=0)
    for absent in ("CurrencyType", "DatedConversionRate", "ForecastingSubmission", "ForecastingSubmissionItem"):
        del org.fields[absent], org.records[absent]
    for fields in org.fields.values():
        fields.pop("CurrencyIsoCode", None)
    org.add("UserRole", 1, Name="Sales", ParentRoleId=None)
    for number in (1, 2):
        org.add("User", number, UserRoleId=record_id("UserRole", 1), ManagerId=None)
    org.add("Period", 1, Type="Quarter", StartDate="2025-01-01", EndDate="2025-03-31")
    terms = {"PeriodId": record_id("Period", 1), "IsAmount": True, "IsUpToDate": True, "ProductFamily": None}
    seller = {"OwnerId": record_id("User", 1), "ParentForecastingItemId": record_id("ForecastingItem", 3), **terms}
    org.add("ForecastingItem", 1, days(20), ForecastingItemCategory="CommitOnly", ForecastAmount=300, **seller)
    org.add("ForecastingItem", 2, days(20), ForecastingItemCategory="ClosedOnly", ForecastAmount=100, **seller)
    above = {"OwnerId": record_id("User", 2), "ParentForecastingItemId": None, **terms}
    org.add("ForecastingItem", 3, days(20), ForecastingItemCategory="CommitOnly", ForecastAmount=800, **above)
    org.add("ForecastingItem", 4, days(20), **{**seller, "IsUpToDate": False})
    return org


def known_org() -> Org:
    org = Org(rows=0, page_size=3)
    _who(org)
    _buyers(org)
    _deals(org)
    _work(org)
    _plans(org)
    return org


def _who(org: Org) -> None:
    for number, parent in ((1, 2), (2, None)):
        org.add("UserRole", number, Name=f"Role {number}", ParentRoleId=parent and record_id("UserRole", parent))
    org.add("Group", 1, Name="New leads", Type="Queue")
    org.add(
        "User",
        1,
        Email="Ana@Us.example",
        UserRoleId=record_id("UserRole", 1),
        ManagerId=record_id("User", 2),
        IsActive=True,
    )
    org.add("User", 2, Email="bo@us.example", UserRoleId=record_id("UserRole", 2), ManagerId=None)
    for number, (code, rate, is_corporate) in enumerate((("USD", 1, True), ("EUR", 0.9, False), ("JPY", 150, False))):
        org.add("CurrencyType", number, IsoCode=code, ConversionRate=rate, IsCorporate=is_corporate, IsActive=True)
    org.add(
        "DatedConversionRate", 1, IsoCode="EUR", ConversionRate=0.8, StartDate="2025-01-01", NextStartDate="2026-01-01"
    )
    org.add(
        "DatedConversionRate", 2, IsoCode="EUR", ConversionRate=0.5, StartDate="2026-01-01", NextStartDate="9999-12-31"
    )
    for number, (name, closed, won) in enumerate((("Prospecting", False, False), ("Closed Won", True, True))):
        org.add(
            "OpportunityStage",
            number,
            ApiName=name,
            MasterLabel=f"{name}!",
            IsActive=True,
            SortOrder=number + 1,
            IsClosed=closed,
            IsWon=won,
            DefaultProbability=100 if won else 10,
        )


def _buyers(org: Org) -> None:
    owner = record_id("User", 1)
    org.fields["Account"]["Segment__c"] = "text"
    org.fields["Lead"]["Qualified_At__c"] = "timestamp"
    org.add(
        "Account",
        1,
        Website="https://www.acme.example/",
        OwnerId=owner,
        Segment__c="smb",
        BillingCountryCode="de",
        AccountSource="Trade Show",
        ParentId=None,
    )
    org.add("Account", 2, OwnerId=owner)
    org.delete("Account", 2, days(3), into=1)
    org.add(
        "Contact",
        1,
        days(10),
        AccountId=record_id("Account", 1),
        Email=" Pat@Acme.example ",
        OwnerId=owner,
        HasOptedOutOfEmail=True,
    )
    org.add("Campaign", 1, Type="Webinar", Status="Completed", StartDate="2025-01-10", EndDate="2025-01-11")
    queue = record_id("Group", 1)
    org.add(
        "Lead",
        1,
        OwnerId=queue,
        Status="Open - Not Contacted",
        ConvertedAccountId=None,
        ConvertedContactId=None,
        ConvertedOpportunityId=None,
        Qualified_At__c=stamp(days(2)),
    )
    org.add(
        "Lead",
        2,
        OwnerId=owner,
        IsConverted=True,
        ConvertedDate=days(10).date().isoformat(),
        ConvertedAccountId=record_id("Account", 1),
        ConvertedContactId=record_id("Contact", 1),
        ConvertedOpportunityId=record_id("Opportunity", 1),
    )
    org.add(
        "CampaignMember",
        1,
        CampaignId=record_id("Campaign", 1),
        LeadId=record_id("Lead", 1),
        ContactId=None,
        Status="Responded",
        FirstRespondedDate="2025-01-11",
    )
    org.add(
        "CampaignMember",
        2,
        CampaignId=record_id("Campaign", 1),
        LeadId=record_id("Lead", 2),
        ContactId=record_id("Contact", 1),
        Status="Sent",
        FirstRespondedDate=None,
    )
    org.delete("CampaignMember", 2, days(4))


def _deals(org: Org) -> None:
    account, owners = record_id("Account", 1), [record_id("User", number) for number in (1, 2)]
    won = {"StageName": "Closed Won", "Amount": 1000, "CloseDate": WON_AT.date().isoformat(), "CurrencyIsoCode": "EUR"}
    org.add(
        "Opportunity",
        1,
        days(10),
        AccountId=account,
        OwnerId=owners[0],
        IsClosed=True,
        IsWon=True,
        Type="New Customer",
        ForecastCategory="Closed",
        CampaignId=record_id("Campaign", 1),
        **won,
    )
    org.add(
        "Opportunity",
        2,
        days(12),
        AccountId=account,
        OwnerId=owners[1],
        StageName="Prospecting",
        Amount=None,
        CloseDate="2025-06-30",
        Type="Existing Customer - Upgrade",
        ForecastCategory="Pipeline",
    )
    org.delete("Opportunity", 2, days(20))
    steps: tuple[tuple[int, int, float, dict[str, Any]], ...] = (
        (1, 1, 10, {"StageName": "Prospecting", "Amount": None, "CloseDate": "2025-03-31", "CurrencyIsoCode": "EUR"}),
        (2, 1, 11, {"StageName": "Prospecting", "Amount": 900.5, "CloseDate": "2025-03-31", "CurrencyIsoCode": "EUR"}),
        (3, 1, 40, won),
        (4, 2, 12, {"StageName": "Prospecting", "Amount": None, "CloseDate": "2025-06-30", "CurrencyIsoCode": "USD"}),
    )
    for number, deal, at, state in steps:
        org.add("OpportunityHistory", number, days(at), OpportunityId=record_id("Opportunity", deal), **state)
    changed = {"OpportunityId": record_id("Opportunity", 1), "Field": "Owner"}
    org.add("OpportunityFieldHistory", 1, days(15), OldValue=owners[1], NewValue=owners[0], **changed)
    org.add("OpportunityFieldHistory", 2, days(15), OldValue="Bo", NewValue="Ana", **changed)
    org.add("Product2", 1, Name="Seats", Family="platform", IsActive=True)
    org.add(
        "OpportunityLineItem",
        1,
        OpportunityId=record_id("Opportunity", 1),
        Product2Id=record_id("Product2", 1),
        Quantity=10,
        UnitPrice=125,
        Discount=20,
        TotalPrice=1000,
        CurrencyIsoCode="EUR",
    )
    org.add(
        "OpportunityContactRole",
        1,
        OpportunityId=record_id("Opportunity", 1),
        ContactId=record_id("Contact", 1),
        Role="Decision Maker",
        IsPrimary=True,
    )
    org.add("OpportunityContactRole", 2, OpportunityId=record_id("Opportunity", 1), ContactId=record_id("Contact", 1))
    org.delete("OpportunityContactRole", 2, days(11))


def _work(org: Org) -> None:
    about = {
        "WhoId": record_id("Contact", 1),
        "WhatId": record_id("Opportunity", 1),
        "AccountId": record_id("Account", 1),
        "OwnerId": record_id("User", 1),
    }
    org.add(
        "Task",
        1,
        TaskSubtype="Call",
        CallType="Inbound",
        CallDurationInSeconds=610,
        CompletedDateTime=stamp(days(12)),
        **about,
    )
    org.add(
        "Task",
        2,
        TaskSubtype="Task",
        CallType=None,
        CallDurationInSeconds=None,
        CompletedDateTime=None,
        ActivityDate="2025-02-01",
        **{**about, "WhoId": record_id("Lead", 1)},
    )
    org.add("Event", 1, StartDateTime=stamp(days(13)), DurationInMinutes=30, GroupEventType="0", **about)
    org.add("Event", 2, StartDateTime=stamp(days(13)), IsChild=True, GroupEventType="0", **about)
    org.add("Event", 3, StartDateTime=stamp(days(13)), GroupEventType="3", **about)


def _plans(org: Org) -> None:
    org.add("Period", 1, Type="Quarter", StartDate="2025-01-01", EndDate="2025-03-31")
    for number, name in ((1, "OpportunityRevenue"), (2, "OpportunityQuantity")):
        org.add("ForecastingType", number, DeveloperName=name, IsActive=True)
        kind = record_id("ForecastingType", number)
        org.add(
            "ForecastingQuota",
            number,
            QuotaOwnerId=record_id("User", 1),
            PeriodId=record_id("Period", 1),
            ForecastingTypeId=kind,
            QuotaAmount=5000,
            IsAmount=number == 1,
        )
    terms = {"PeriodId": record_id("Period", 1), "ForecastingTypeId": record_id("ForecastingType", 1)}
    org.add(
        "ForecastingSubmission", 1, ForecastOwnerId=record_id("User", 1), SubmissionDateTime=stamp(days(7)), **terms
    )
    for number, (rollup, amount) in enumerate(
        (("ClosedOnly", 100), ("CommitForecast", 400), ("BestCaseForecast", 700), ("OpenPipeline", 900))
    ):
        org.add(
            "ForecastingSubmissionItem",
            number,
            ForecastingSubmissionId=record_id("ForecastingSubmission", 1),
            ForecastingItemCategory=rollup,
            Amount=amount,
        )
    org.add(
        "ForecastingItem",
        1,
        OwnerId=record_id("User", 2),
        ForecastingItemCategory="CommitForecast",
        IsAmount=True,
        **terms,
    )


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
