"""The audit log: which columns of opportunities, their processes, leads, accounts and contacts took which values, when.

`changedata` is text: `{"changedAttributes": [{"logicalName", "oldValue", "newValue"}]}`. Values in it are texts of
their own kind: a lookup is `table,id`, a choice its number, a time `MM/dd/yyyy HH:mm:ss`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from ingestion.sandbox.facts import Company, CrmLead, Deal, Person, dynamics_id
from ingestion.sandbox.vendors.dynamics.buyers import LEAD_STATES
from ingestion.sandbox.vendors.dynamics.deals import CHANCE
from ingestion.sandbox.vendors.dynamics.unit import OPEN_STAGES, STEP, Row, Unit, currency_id, major, stamp, user

Values = list[tuple[datetime, str | None]]
Steps = dict[str, Values]
"""Column → (when, value as text), in time order."""
CREATE, UPDATE, DELETE = 1, 2, 3


def audits(unit: Unit) -> Iterator[Row]:
    """The log of everything the unit ever had."""
    for deal in unit.facts.deals:
        owner = user(deal.owner.current)
        record = dynamics_id("opportunity", deal.deal_id)
        yield from _log("opportunity", record, owner, _deal_steps(deal), deal.archived_at)
        stages: Values = [(at, f"processstage,{dynamics_id('stage', stage)}") for at, stage in _open(deal)]
        process = dynamics_id("process", deal.deal_id)
        yield from _log("opportunitysalesprocess", process, owner, {"activestageid": stages}, None)
    for lead in unit.facts.leads:
        record = dynamics_id("lead", lead.lead_id)
        yield from _log("lead", record, user(lead.owner.current), _lead_steps(lead), None)
    for company in unit.facts.companies:
        yield from _of_buyer("account", company.company_id, company, company.account_created_at)
    for person in unit.facts.people:
        yield from _of_buyer("contact", person.person_id, person, person.contact_created_at)


def _open(deal: Deal) -> list[tuple[datetime, str]]:
    return [(at, stage) for at, stage in deal.stage if stage in OPEN_STAGES]


def _deal_steps(deal: Deal) -> Steps:
    moments = sorted({at for at, _ in deal.amount} | {at for at, _ in deal.currency})
    states = {"closedwon": ("1", "3"), "closedlost": ("2", "4")}
    return {
        "stepname": [(at, STEP[stage]) for at, stage in _open(deal)],
        "closeprobability": [(at, str(CHANCE[stage])) for at, stage in deal.stage],
        "statecode": [(at, states.get(stage, ("0", "1"))[0]) for at, stage in deal.stage],
        "statuscode": [(at, states.get(stage, ("0", "1"))[1]) for at, stage in deal.stage],
        "estimatedvalue": [(at, _number(major(deal.amount.at(at), deal.currency.at(at)))) for at in moments],
        "estimatedclosedate": [(at, _time(day)) for at, day in deal.close_date],
        "ownerid": [(at, f"systemuser,{user(owner)}") for at, owner in deal.owner],
        "transactioncurrencyid": [(at, f"transactioncurrency,{currency_id(code)}") for at, code in deal.currency],
    }


def _lead_steps(lead: CrmLead) -> Steps:
    states = [(at, LEAD_STATES[status]) for at, status in lead.status]
    return {
        "statecode": [(at, str(state)) for at, (state, _) in states],
        "statuscode": [(at, str(reason)) for at, (_, reason) in states],
        "ownerid": [(at, f"systemuser,{user(owner)}") for at, owner in lead.owner],
    }


def _of_buyer(table: str, number: int, buyer: Company | Person, created_at: datetime | None) -> Iterator[Row]:
    """Owner and state of an account or contact since it was one; a merge leaves the losing record inactive."""
    if created_at is None:
        return
    owners = {max(at, created_at): f"systemuser,{user(owner)}" for at, owner in buyer.owner}
    states: Values = [(created_at, "0")]
    gone_at, is_merged = buyer.archived_at, buyer.merged_into is not None
    if gone_at is not None and is_merged:
        states.append((gone_at, "1"))
    steps: Steps = {"statecode": states, "ownerid": list(owners.items())}
    by = user(buyer.owner.current)
    yield from _log(table, dynamics_id(table, number), by, steps, None if is_merged else gone_at)


def _log(table: str, record: str, by: str, steps: Steps, deleted_at: datetime | None) -> Iterator[Row]:
    """One entry for each instant at which something changed; the first is the creation."""
    moments = sorted({at for values in steps.values() for at, _ in values})
    before: dict[str, str | None] = dict.fromkeys(steps)
    for place, moment in enumerate(moments):
        changed = []
        for column, values in steps.items():
            new = _at(values, moment, before[column])
            if new != before[column]:
                changed.append({"logicalName": column, "oldValue": before[column], "newValue": new})
                before[column] = new
        if changed:
            yield _entry(table, record, by, moment, CREATE if place == 0 else UPDATE, changed)
    if deleted_at is not None:
        yield _entry(table, record, by, deleted_at, DELETE, [])


def _at(values: Iterable[tuple[datetime, str | None]], moment: datetime, otherwise: str | None) -> str | None:
    """The value written at `moment`, the last of several; what it was before if none was."""
    return next((value for at, value in reversed(list(values)) if at == moment), otherwise)


def _entry(table: str, record: str, by: str, at: datetime, operation: int, changed: list[dict[str, Any]]) -> Row:
    values: dict[str, Any] = {
        "objecttypecode": table,
        "changedata": json.dumps({"changedAttributes": changed}, separators=(",", ":")),
        "operation": operation,
        "action": operation,
        "_objectid_value": record,
        "_userid_value": by,
    }
    return Row(dynamics_id("audit", f"{record}:{stamp(at)}:{operation}"), values, at, at)


def _number(amount: float | None) -> str | None:
    return None if amount is None else str(amount)


def _time(day: date) -> str:
    return datetime.combine(day, time()).strftime("%m/%d/%Y %H:%M:%S")
