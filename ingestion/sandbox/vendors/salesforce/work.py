"""Records of work: tasks (calls and e-mails among them), events and notes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ingestion.sandbox.facts import Engagement, salesforce_id
from ingestion.sandbox.vendors.salesforce.unit import Record, Records, Unit, ref

ONE_OFF = {"IsArchived": False, "IsRecurrence": False}
SUBTYPES = {"calls": "Call", "emails": "Email", "tasks": "Task"}


def tasks(unit: Unit) -> Records:
    for item in unit.facts.engagements:
        if item.kind not in SUBTYPES:
            continue
        is_call = item.kind == "calls"
        values = {
            **_about(unit, item),
            "Subject": item.subject,
            "ActivityDate": item.at.date(),
            "Status": "Completed",
            "Priority": "Normal",
            "IsClosed": True,
            **ONE_OFF,
            "TaskSubtype": SUBTYPES[item.kind],
            "CallType": ("Inbound" if item.direction == "incoming" else "Outbound") if is_call else None,
            "CallDurationInSeconds": item.minutes * 60 if is_call else None,
            "CompletedDateTime": item.at + timedelta(minutes=item.minutes),
        }
        yield _record("task", item, values)


def events(unit: Unit) -> Records:
    for item in unit.facts.engagements:
        if item.kind != "meetings":
            continue
        values = {
            **_about(unit, item),
            "Subject": item.subject,
            "ActivityDate": item.at.date(),
            "ActivityDateTime": item.at,
            "StartDateTime": item.at,
            "EndDateTime": item.at + timedelta(minutes=item.minutes),
            "DurationInMinutes": item.minutes,
            "EventSubtype": "Event",
            "IsAllDayEvent": False,
            "IsChild": False,
            **ONE_OFF,
        }
        yield _record("event", item, values)


def notes(unit: Unit) -> Records:
    for item in unit.facts.engagements:
        if item.kind == "notes":
            about = _about(unit, item)
            parent = about["WhatId"] or about["WhoId"]
            values = {"Title": item.subject, "IsPrivate": False, "ParentId": parent, "OwnerId": about["OwnerId"]}
            yield _record("note", item, values)


def _about(unit: Unit, item: Engagement) -> dict[str, Any]:
    """Whom and what it was about: the lead as long as it is one, then the contact with the deal or the account."""
    person, company = unit.people.get(item.person_id or 0), unit.companies.get(item.company_id)
    common = {"OwnerId": salesforce_id("user", item.owner_id), "CurrencyIsoCode": company and company.currency}
    lead = next((lead for lead in unit.leads_of.get(item.person_id or 0, []) if not lead.converted_at), None)
    if lead is not None and (person is None or person.contact_created_at is None):
        return {**common, "WhoId": salesforce_id("lead", lead.lead_id), "WhatId": None, "AccountId": None}
    contact = ref("contact", person.person_id) if person and person.contact_created_at else None
    account = salesforce_id("account", company.company_id) if company and company.account_created_at else None
    deal = unit.deals.get(item.deal_id or 0)
    about = ref("opportunity", deal.deal_id) if deal and not deal.archived_at else account
    return {**common, "WhoId": contact, "WhatId": about, "AccountId": account}


def _record(kind: str, item: Engagement, values: dict[str, Any]) -> Record:
    modified = max(item.at, item.updated_at)
    return Record(salesforce_id(kind, item.engagement_id), values, item.at, modified, item.archived_at)
