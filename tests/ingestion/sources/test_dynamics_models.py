"""Dynamics' staging models: what they make of a loaded environment, against what the environment holds.

Two instances are loaded before and after their deals changed: `dynamics_audited`, whose audit log reaches back to the
creation of its deals, and `dynamics_seen`, which has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.ingestion.sources.dataverse import CREDENTIALS, Dataverse, Record, guid

LABEL = "@OData.Community.Display.V1.FormattedValue"
KIND = "@Microsoft.Dynamics.CRM.lookuplogicalname"
Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]

ACCOUNT, CONTACT, COLLEAGUE, LEAD = guid("account", 1), guid("contact", 1), guid("contact", 2), guid("lead", 1)
SELLER, EURO, PRODUCT = guid("user", 1), guid("currency", 1), guid("product", 1)
WON, OPEN, GONE = guid("deal", 1), guid("deal", 2), guid("deal", 3)


def environment(has_log: bool) -> Dataverse:
    """A small company as it was when its deals had just been opened."""
    made = Dataverse()
    put = made.put
    put("transactioncurrencies", "transactioncurrencyid", {"transactioncurrencyid": EURO, "isocurrencycode": "EUR"})
    put("systemusers", "systemuserid", {"systemuserid": SELLER, "fullname": "Ana Ruiz", "_businessunitid_value": "b"})
    put(
        "teams",
        "teamid",
        {"teamid": guid("team", 1), "name": "Europe", "_businessunitid_value": "b", "isdefault": True},
    )
    owned = {"_ownerid_value": SELLER, f"_ownerid_value{KIND}": "systemuser", "_transactioncurrencyid_value": EURO}
    source = {"leadsourcecode": 8, f"leadsourcecode{LABEL}": "Web", f"statuscode{LABEL}": "Qualified"}
    put("leads", "leadid", {"leadid": LEAD, "emailaddress1": "Bo@Acme.example", "statecode": 1, **source, **owned})
    site = {"websiteurl": "https://www.acme.example/", "address1_country": "se", "_originatingleadid_value": LEAD}
    put("accounts", "accountid", {"accountid": ACCOUNT, "name": "Acme", "revenue": 1000, **site, **owned})
    merged = {"merged": True, "_masterid_value": ACCOUNT}
    put("accounts", "accountid", {"accountid": guid("account", 2), "name": "Acme AB", **merged, **owned})
    belongs = {"_parentcustomerid_value": ACCOUNT, f"_parentcustomerid_value{KIND}": "account"}
    for contact, name in ((CONTACT, "bo"), (COLLEAGUE, "mia")):
        person = {"emailaddress1": f"{name}@acme.example", "donotbulkemail": name == "mia", **belongs}
        put("contacts", "contactid", {"contactid": contact, **person, **owned})
    put("products", "productid", {"productid": PRODUCT, "name": "Setup", "producttypecode": 3, "statecode": 0})
    for number, deal in enumerate((WON, OPEN, GONE), start=1):
        about = {"_parentaccountid_value": ACCOUNT, "_parentcontactid_value": CONTACT, **owned}
        hopes = {"stepname": "1-Qualify", "estimatedvalue": 100.5 * number, "estimatedclosedate": "2026-03-31"}
        put("opportunities", "opportunityid", {"opportunityid": deal, "statecode": 0, **about, **hopes}, minutes=60)
        if has_log:
            audit(made, deal, 1, "2026-01-01T10:00:02Z", stepname=(None, "1-Qualify"), statecode=(None, "0"))
    amounts = {"quantity": 2, "priceperunit": 60, "manualdiscountamount": 19.5, "tax": 20, "extendedamount": 120.5}
    line = {"_opportunityid_value": WON, "_productid_value": PRODUCT, "_transactioncurrencyid_value": EURO, **amounts}
    put("opportunityproducts", "opportunityproductid", {"opportunityproductid": guid("line", 1), **line})
    ends = {"_record1id_value": WON, f"_record1id_value{KIND}": "opportunity", "_record2id_value": COLLEAGUE}
    role = {
        f"_record2id_value{KIND}": "contact",
        "_record2roleid_value": "r",
        f"_record2roleid_value{LABEL}": "Champion",
    }
    put("connections", "connectionid", {"connectionid": guid("connection", 1), "statecode": 0, **ends, **role})
    spell = {"goalstartdate": "2026-01-01T00:00:00Z", "goalenddate": "2026-03-31T23:59:59Z", "targetmoney": 5000}
    owner = {"_goalownerid_value": SELLER, f"_goalownerid_value{KIND}": "systemuser"}
    put("goals", "goalid", {"goalid": guid("goal", 1), "_transactioncurrencyid_value": EURO, **spell, **owner})
    about = {"_regardingobjectid_value": WON, f"_regardingobjectid_value{KIND}": "opportunity", **owned}
    call = {"directioncode": True, "actualstart": "2026-01-02T10:00:00Z", "actualdurationminutes": 15}
    put("phonecalls", "activityid", {"activityid": guid("call", 1), **call, **about})
    to_contact = {"_regardingobjectid_value": CONTACT, f"_regardingobjectid_value{KIND}": "contact", **owned}
    put("emails", "activityid", {"activityid": guid("email", 1), "directioncode": False, **to_contact})
    for empty in ("appointments", "tasks", "teammemberships", "processstages", "opportunitysalesprocesses", "audits"):
        made.tables.setdefault(empty, {})
    return made


def audit(made: Dataverse, deal: str, operation: int, at: str, **changes: tuple[str | None, str | None]) -> None:
    """An entry of the audit log: column = (old, new)."""
    data = [{"logicalName": name, "oldValue": old, "newValue": new} for name, (old, new) in changes.items()]
    entry: Record = {
        "auditid": guid("audit", len(made.tables.get("audits", {}))),
        "createdon": at,
        "operation": operation,
    }
    about = {"objecttypecode": "opportunity", "_objectid_value": deal}
    made.put("audits", "auditid", {**entry, **about, "changedata": json.dumps({"changedAttributes": data})})


def move_on(made: Dataverse, has_log: bool) -> None:
    """One deal is won for less, one is put off and handed to a team, one is deleted."""
    deals = made.tables["opportunities"]
    closed = {"statecode": 1, "actualvalue": 90, "actualclosedate": "2026-02-10", f"statuscode{LABEL}": "Won"}
    made.put("opportunities", "opportunityid", {**deals[WON], **closed, "modifiedon": "2026-02-10T15:00:00Z"})
    later = {"stepname": "2-Develop", "estimatedclosedate": "2026-05-31", "_ownerid_value": guid("team", 1)}
    later |= {f"_ownerid_value{KIND}": "team", "modifiedon": "2026-02-11T15:00:00Z"}
    made.put("opportunities", "opportunityid", {**deals[OPEN], **later})
    made.delete("opportunities", GONE)
    if has_log:
        value, day = (None, "90.0000000000"), (None, "02/10/2026 00:00:00")
        audit(made, WON, 2, "2026-02-10T15:00:00Z", statecode=("0", "1"), actualvalue=value, actualclosedate=day)
        audit(made, OPEN, 2, "2026-02-05T12:00:00Z", stepname=("1-Qualify", "2-Develop"))
        owner = (f"systemuser,{SELLER}", f"team,{guid('team', 1)}")
        audit(made, OPEN, 2, "2026-02-11T15:00:00Z", estimatedclosedate=("2026-03-31", "2026-05-31"), ownerid=owner)
        audit(made, GONE, 3, "2026-02-12T12:00:00Z")


def fill(load: Load) -> None:
    for instance, has_log in (("dynamics_audited", True), ("dynamics_seen", False)):
        with environment(has_log).running() as made:
            settings = {"base_url": made.url, "read_audits": has_log, **CREDENTIALS}
            load(instance, settings)
            move_on(made, has_log)
            load(instance, settings)


def rows(canonical: Query, columns: str, table: str, instance: str = "dynamics_audited") -> set[tuple[Any, ...]]:
    """Rows of one instance, with the instance taken off the ids."""
    found = canonical(f"select {columns} from canonical.{table} where source_instance = '{instance}'")
    return {tuple(v.removeprefix(f"{instance}:") if isinstance(v, str) else v for v in row) for row in found}


def test_people_and_companies(canonical: Query) -> None:
    columns = "account_id, name, domain, country_code, annual_revenue, currency_code, acquisition_channel, owner_id, "
    assert rows(canonical, columns + "is_deleted, merged_into_account_id", "accounts") == {
        (ACCOUNT, "Acme", "acme.example", "SE", Decimal(1000), "EUR", "Web", SELLER, False, None),
        (guid("account", 2), "Acme AB", None, None, None, None, None, SELLER, True, ACCOUNT),
    }
    assert rows(canonical, "contact_id, account_id, email, has_marketing_consent", "contacts") == {
        (CONTACT, ACCOUNT, "bo@acme.example", True),
        (COLLEAGUE, ACCOUNT, "mia@acme.example", False),
    }
    assert rows(canonical, "lead_id, email, status, channel, converted_account_id", "leads") == {
        (LEAD, "bo@acme.example", "qualified", "Web", ACCOUNT)
    }
    assert rows(canonical, "owner_id, name, team_id", "owners") == {(SELLER, "Ana Ruiz", guid("team", 1))}
    assert rows(canonical, "team_id, name", "teams") == {(guid("team", 1), "Europe")}


@pytest.mark.parametrize("instance", ["dynamics_audited", "dynamics_seen"])
def test_deals_are_as_they_are_now(canonical: Query, instance: str) -> None:
    columns = "opportunity_id, account_id, owner_id, stage_code, amount, currency_code, expected_close_date, is_won, "
    found = rows(canonical, columns + "is_deleted", "opportunities", instance)
    day = datetime.fromisoformat
    assert found == {
        (WON, ACCOUNT, SELLER, "won", Decimal(90), "EUR", day("2026-02-10").date(), True, False),
        (OPEN, ACCOUNT, None, "2-Develop", Decimal(201), "EUR", day("2026-05-31").date(), False, False),
        (GONE, ACCOUNT, SELLER, "1-Qualify", Decimal("301.50"), "EUR", day("2026-03-31").date(), False, True),
    }
    closed = rows(canonical, "closed_at", "opportunities", instance) - {(None,)}
    assert closed == {(day("2026-02-10T15:00:00" if instance == "dynamics_audited" else "2026-02-10"),)}


@pytest.mark.parametrize("instance", ["dynamics_audited", "dynamics_seen"])
def test_history(canonical: Query, instance: str) -> None:
    """The same changes, told by the log or by what two runs saw; only when they happened differs."""
    found = rows(canonical, "opportunity_id, field_name, changed_at, new_value", "opportunity_changes", instance)
    created, won, moved = (
        datetime.fromisoformat(f"2026-{at}:00") for at in ("01-01T10:00", "02-10T15:00", "02-11T15:00")
    )
    developed = datetime(2026, 2, 5, 12) if instance == "dynamics_audited" else moved
    amounts = {WON: "100.50", OPEN: "201.00", GONE: "301.50"}
    start = {"currency_code": "EUR", "expected_close_date": "2026-03-31", "owner_id": SELLER, "is_deleted": "false"}
    expected = {(deal, field, created, value) for deal in amounts for field, value in start.items()}
    expected |= {(deal, "stage_code", created, "1-Qualify") for deal in amounts}
    expected |= {(deal, "amount", created, amount) for deal, amount in amounts.items()}
    expected |= {(WON, "stage_code", won, "won"), (WON, "amount", won, "90.00")}
    expected |= {(WON, "expected_close_date", won, "2026-02-10"), (OPEN, "expected_close_date", moved, "2026-05-31")}
    expected |= {(OPEN, "stage_code", developed, "2-Develop"), (OPEN, "owner_id", moved, None)}
    deletions = {row for row in found if row[1:2] == ("is_deleted",) and row[3] == "true"}
    assert found - deletions == expected
    ((deal, _, at, _),) = deletions
    assert deal == GONE
    assert at == datetime(2026, 2, 12, 12) or (instance == "dynamics_seen" and at > datetime(2026, 2, 12, 12))


def test_stages_are_those_deals_were_in(canonical: Query) -> None:
    columns = "stage_order, stage_code, win_probability, is_closed, is_won"
    assert rows(canonical, columns, "pipeline_stages") == {
        (1, "1-Qualify", None, False, False),
        (2, "2-Develop", None, False, False),
        (3, "won", Decimal(1), True, True),
        (4, "lost", Decimal(0), True, False),
    }


def test_what_hangs_on_a_deal(canonical: Query) -> None:
    assert rows(canonical, "opportunity_id, contact_id, role, is_primary", "opportunity_contacts") == {
        (WON, CONTACT, None, True),
        (OPEN, CONTACT, None, True),
        (GONE, CONTACT, None, True),
        (WON, COLLEAGUE, "Champion", False),
    }
    columns = "opportunity_id, product_id, quantity, unit_amount, discount_amount, total_amount, currency_code"
    amounts = (Decimal(2), Decimal(60), Decimal("19.5"), Decimal("100.5"))
    assert rows(canonical, columns, "opportunity_line_items") == {(WON, PRODUCT, *amounts, "EUR")}
    assert rows(canonical, "product_id, name, revenue_type", "products") == {(PRODUCT, "Setup", "services")}
    columns = "activity_id, activity_type, direction, duration_minutes, account_id, contact_id, opportunity_id"
    assert rows(canonical, columns, "activities") == {
        (guid("call", 1), "call", "outbound", 15, ACCOUNT, CONTACT, WON),
        (guid("email", 1), "email", "inbound", None, ACCOUNT, CONTACT, None),
    }
    columns = "owner_id, cast(period_start_date as varchar), cast(period_end_date as varchar), amount, currency_code"
    assert rows(canonical, columns, "quotas") == {(SELLER, "2026-01-01", "2026-03-31", Decimal(5000), "EUR")}
