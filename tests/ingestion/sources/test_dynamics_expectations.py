"""The suite of Dynamics holds on what is plausible and finds what it says it finds."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from expectations.runner import run_suites
from expectations.suites.raw.dynamics import suite
from ingestion.loader import declare
from ingestion.sources.dynamics import tables

TIMES = {"createdon": "2026-01-01T09:00:00Z", "modifiedon": "2026-01-02T09:00:00Z"}


def entry(number: int, data: Any) -> dict[str, Any]:
    text = data if isinstance(data, str) else json.dumps({"changedAttributes": data})
    return {"auditid": str(number), "objecttypecode": "opportunity", "operation": 2, "changedata": text, **TIMES}


def value(column: str, new: str | None) -> dict[str, Any]:
    return {"logicalName": column, "oldValue": None, "newValue": new}


RECORDS: dict[str, list[dict[str, Any]]] = {
    "accounts": [
        {"accountid": "fine", "merged": True, "_masterid_value": "other", "_ownerid_value": "u", **TIMES},
        {"accountid": "lost", "merged": True, "_ownerid_value": "u", **TIMES},
        {"accountid": "nobody's", "revenue": -1, **TIMES},
        {"accountid": "early", "_ownerid_value": "u", **TIMES, "modifiedon": "2025-01-01T00:00:00Z"},
    ],
    "opportunities": [
        {"opportunityid": "fine", "statecode": 1, "estimatedvalue": 5, "actualclosedate": "2026-01-02"},
        {"opportunityid": "odd", "statecode": 7},
        {"opportunityid": "undated", "statecode": 2},
        {"opportunityid": "unpriced", "statecode": 0, "estimatedvalue": -5, "_transactioncurrencyid_value": None},
        {"opportunityid": "far", "statecode": 0, "estimatedclosedate": "2926-01-02"},
    ],
    "transactioncurrencies": [
        {"transactioncurrencyid": "e", "isocurrencycode": "EUR", "exchangerate": 1, **TIMES},
        {"transactioncurrencyid": "x", "isocurrencycode": "euro", "exchangerate": 1, **TIMES},
    ],
    "goals": [{"goalid": "g", "goalstartdate": "2026-04-01T00:00:00Z", "goalenddate": "2026-03-01T00:00:00Z", **TIMES}],
    "audits": [
        entry(1, [value("estimatedvalue", "5.0000"), value("actualclosedate", "1/31/2026 12:00:00 AM")]),
        entry(2, [value("estimatedclosedate", None), value("stepname", "soon")]),
        entry(3, [value("estimatedclosedate", "soon"), value("actualvalue", "a lot")]),
        entry(4, "not json"),
        entry(5, [value("ownerid", f"systemuser,{UUID(int=1)}"), value("ownerid", f"team,{UUID(int=2)}")]),
        entry(6, [value("ownerid", "Ana Ruiz")]),
    ],
}


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    declare(database, {"dynamics": tables(None)})
    with duckdb.connect(str(database)) as connection:
        for table in tables(None):
            records = RECORDS.get(table.name, [])
            for record in records if table.name == "opportunities" else []:
                record.update({"_ownerid_value": "u", "_parentaccountid_value": "a", **TIMES})
                record.setdefault("_transactioncurrencyid_value", "e")
            batch, rejected = table.batch(records, datetime(2026, 1, 3))
            assert rejected == []
            connection.register("batch", batch)
            connection.execute(f"insert into raw_dynamics.{table.name} by name select * from batch")
    results = run_suites(
        database, {f"raw_dynamics.{name}": checks for name, checks in suite().items()}, tmp_path / "docs"
    )
    assert [result for result in results if result.error] == []
    found = {
        (result.table.partition(".")[2], result.description, result.failing_rows)
        for result in results
        if not result.passed
    }
    assert found == {
        ("accounts", "Whatever was merged away names its survivor", 1),
        ("accounts", "Every record has an owner", 1),
        ("accounts", "Head counts and revenues are not negative", 1),
        ("accounts", "No record changed before it was made", 1),
        ("opportunities", "A deal is open, won or lost", 1),
        ("opportunities", "A closed deal has the date of it", 1),
        ("opportunities", "Amounts are not negative", 1),
        ("opportunities", "An amount has a currency", 1),
        ("opportunities", "Close dates lie within twenty years of the deal's creation", 1),
        ("transactioncurrencies", "Currencies are three letters and have a rate", 1),
        ("goals", "Goals end after they begin", 1),
        ("audits", "What the audit log says of changes is JSON", 1),
        ("audits", "Amounts and days in the audit log can be read", 2),
        ("audits", "Owners in the audit log are users or teams", 1),
    }
