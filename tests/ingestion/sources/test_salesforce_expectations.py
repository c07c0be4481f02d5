"""The suite of Salesforce holds on an org whose every record is plausible, and finds what it says it finds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.runner import AuditResult, run_suites
from expectations.suites.raw.salesforce import suite
from ingestion.loader import declare
from ingestion.sources.salesforce import tables
from ingestion.sources.salesforce.tables import sobjects
from tests.ingestion.sources.salesforce_org import Org, days, record_id, settings, stamp
from tests.ingestion.sources.salesforce_records import known_org

REMARKS = {"isRead": True, "reason": None, "missingFields": [], "missingCustomFields": []}


def audited(org: Org, remarks: list[dict[str, Any]], folder: Path) -> list[AuditResult]:
    """The suite's verdict on what a run would have brought from `org`."""
    folder.mkdir()
    database = folder / "warehouse.duckdb"
    declare(database, {"salesforce": tables(None)})
    records = {one.table.name: list(org.records[one.name].values()) for one in sobjects(settings())}
    records["objects"] = remarks
    with duckdb.connect(str(database)) as connection:
        for table in tables(None):
            batch, rejected = table.batch(records[table.name], datetime(2026, 1, 1))
            assert rejected == []
            connection.register("batch", batch)
            connection.execute(f"insert into raw_salesforce.{table.name} by name select * from batch")
    suites = {f"raw_salesforce.{name}": checks for name, checks in suite().items()}
    results = run_suites(database, suites, folder / "docs")
    assert [result for result in results if result.error] == []
    return [result for result in results if not result.passed]


def test_nothing_is_found_where_all_is_well(tmp_path: Path) -> None:
    assert audited(known_org(), [{"name": "Account", **REMARKS}], tmp_path / "well") == []


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    org = known_org()
    own = record_id("Account", 1)
    org.add("Account", 1, ParentId=own, NumberOfEmployees=-1, SystemModstamp=stamp(days(-1)))
    org.add("Account", 3, MasterRecordId=own, CreatedDate="1970-01-01T00:00:00.000+0000")
    org.add("Contact", 2, Email="pat at acme", MasterRecordId=record_id("Contact", 1))
    org.add("Lead", 2, ConvertedDate=None)
    org.add("Opportunity", 1, days(50), Amount=-1, IsClosed=False, CloseDate="2925-01-01")
    org.add("OpportunityHistory", 1, StageName=None, Probability=101)
    org.add("AccountHistory", 1, AccountId=None)
    for number, (old, new) in enumerate([(1, 2), (3, 1)], start=5):
        users = {"OldValue": record_id("User", old), "NewValue": record_id("User", new)}
        org.add("ContactHistory", number, days(number), ContactId=record_id("Contact", 1), **users)
    org.add("OpportunityLineItem", 1, TotalPrice=900)
    org.add("OpportunityStage", 1, IsWon=False)
    org.add("DatedConversionRate", 1, ConversionRate=0, NextStartDate="2026-06-01")
    org.add("Organization", 1)
    remarks = [
        {"name": "Account", **REMARKS, "missingFields": ["Industry"]},
        {"name": "Lead", **REMARKS, "missingCustomFields": ["Health__c"]},
    ]
    found = {(one.table.partition(".")[2], one.description) for one in audited(org, remarks, tmp_path / "spoilt")}
    assert found == {
        ("accounts", "Head counts and revenues are not negative"),
        ("accounts", "No account is above itself"),
        ("accounts", "No record changed before it was made"),
        ("accounts", "No record was created before Salesforce was, or after the run"),
        ("accounts", "What was merged away is deleted"),
        ("contacts", "E-mail addresses hold exactly one at sign"),
        ("contacts", "What was merged away is deleted"),
        ("leads", "A converted lead tells when and into which account"),
        ("opportunities", "Amounts are not negative"),
        ("opportunities", "What is won is closed"),
        ("opportunities", "Close dates lie within twenty years of the opportunity's creation"),
        ("account_history", "Every entry tells of which record and when"),
        ("contact_history", "An owner is taken from whom the change before gave it to"),
        ("opportunity_history", "Every state has a stage and a time"),
        ("opportunity_history", "Chances lie between 0 and 100 percent"),
        (
            "opportunity_line_items",
            "A line's total is its price times its quantity less its discount, to a unit in a thousand",
        ),
        ("opportunity_stages", "Some stage in use is won and some is open"),
        ("dated_conversion_rates", "Rates are above nothing"),
        ("dated_conversion_rates", "Rates of a currency do not overlap"),
        ("organization", "No row tells of two orgs"),
        ("objects", "Every field that this connector uses may be read"),
        ("objects", "Every field named in custom_fields may be read"),
    }
