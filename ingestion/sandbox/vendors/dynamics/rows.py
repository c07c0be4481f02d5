"""Which function makes the rows of which table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ingestion.sandbox.vendors.dynamics import buyers, deals, history, reference, work
from ingestion.sandbox.vendors.dynamics.tables import Table
from ingestion.sandbox.vendors.dynamics.unit import ACTIVITY_TABLES, Row, Unit, stamp

MAKERS: dict[str, Callable[[Unit], Iterator[Row]]] = {
    "organizations": reference.organizations,
    "businessunits": reference.business_units,
    "systemusers": reference.users,
    "teams": reference.teams,
    "teammemberships": reference.memberships,
    "transactioncurrencies": reference.currencies,
    "products": reference.products,
    "processstages": reference.stages,
    "connectionroles": reference.roles,
    "metrics": reference.metrics,
    "stringmaps": reference.labels,
    "accounts": buyers.accounts,
    "contacts": buyers.contacts,
    "leads": buyers.leads,
    "campaigns": buyers.campaigns,
    "opportunities": deals.opportunities,
    "opportunityproducts": deals.lines,
    "opportunitysalesprocesses": deals.processes,
    "connections": deals.connections,
    "goals": deals.goals,
    "activityparties": work.parties,
    "annotations": work.notes,
    "activitypointers": partial(work.activities, kinds=tuple(ACTIVITY_TABLES)),
    **{entity_set: partial(work.activities, kinds=(kind,)) for kind, entity_set in ACTIVITY_TABLES.items()},
    "audits": history.audits,
}
"""By entity set."""


def rows_of(unit: Unit, table: Table) -> list[Row]:
    """The rows of a table, deleted ones included, by id, each with a value (maybe None) for every column."""
    rows = [row for row in MAKERS[table.entity_set](unit) if row.created_at <= unit.facts.as_of]
    for row in rows:
        given = {table.id: row.id, "createdon": stamp(row.created_at), "modifiedon": stamp(row.modified_at)}
        given |= row.values
        row.values = {key: given.get(key) for key in table.keys}
    return sorted(rows, key=lambda row: row.id)
