"""Two small orgs whose every record is known: one that has everything, and one without submitted forecasts."""

from __future__ import annotations

from typing import Any

from tests.ingestion.sources.salesforce_org import Org, days, record_id, stamp

WON_AT = days(40)


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
    org.fields["Opportunity"]["Health__c"] = "double"
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
        Health__c=0.75,
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
