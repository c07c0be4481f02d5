"""The sandbox company as HubSpot keeps it: objects whose properties are strings, each with its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from ingestion.sandbox.facts import (
    CURRENCY_EXPONENT,
    DEAL_STAGES,
    Company,
    Deal,
    Engagement,
    Facts,
    History,
    Person,
)

Values = list[tuple[datetime, str | None]]
"""Every value of one property, oldest first."""

PROBABILITY = {stage: probability for stage, _, probability in DEAL_STAGES}
CLOSED = ("closedwon", "closedlost")
LIFECYCLE = ("lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")


@dataclass
class CrmObject:
    """One record of one object type."""

    id: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    merged_into: str | None
    history: dict[str, Values]
    links: dict[str, dict[str, None]] = field(default_factory=dict)
    """Ids of living associated records by object type, as a set in order: the primary one first."""

    @property
    def is_listed(self) -> bool:
        return self.archived_at is None and self.merged_into is None

    def value(self, name: str) -> str | None:
        """The current value of a property; None when it is empty or does not exist."""
        values = self.history.get(name)
        return values[-1][1] if values else None


def stamp(moment: datetime) -> str:
    """HubSpot's ISO 8601: UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def companies(facts: Facts) -> list[CrmObject]:
    built = [_company(company) for company in facts.companies if company.created_at <= facts.as_of]
    _record_merges(built, "hs_lastmodifieddate")
    return built


def contacts(facts: Facts) -> list[CrmObject]:
    names = {company.company_id: company.name for company in facts.companies}
    built = [
        _contact(person, person.contact_created_at, names.get(person.company_id))
        for person in facts.people
        if person.contact_created_at is not None and person.contact_created_at <= facts.as_of
    ]
    _record_merges(built, "lastmodifieddate")
    return built


def deals(facts: Facts) -> list[CrmObject]:
    partners = {partner.partner_id: partner.key for partner in facts.partners}
    campaigns = {campaign.campaign_id: campaign.utm_campaign for campaign in facts.ad_campaigns}
    built = [
        _deal(deal, partners.get(deal.partner_id or -1), campaigns.get(deal.campaign_id or -1))
        for deal in facts.deals
        if deal.created_at <= facts.as_of
    ]
    _record_merges(built, "hs_lastmodifieddate")
    return built


def engagements(facts: Facts, kind: str) -> list[CrmObject]:
    return [_engagement(item) for item in facts.engagements if item.kind == kind and item.at <= facts.as_of]


def _company(company: Company) -> CrmObject:
    parent = company.parent_company_id
    fixed = {
        "name": company.name,
        "domain": company.domain,
        "country": company.country,
        "industry": company.industry,
        "numberofemployees": str(company.employees),
        "hs_parent_company_id": None if parent is None else str(parent),
        "segment": company.segment,
        "region": company.region,
        "acquisition_channel": company.acquisition_channel,
    }
    history = _since(company.created_at, fixed)
    history["lifecyclestage"] = _texts(company.lifecycle, company.created_at)
    history["hubspot_owner_id"] = _texts(company.owner, company.created_at)
    return _object(company, company.company_id, company.created_at, history, company.merged_into, company.archived_at)


def _contact(person: Person, created_at: datetime, company_name: str | None) -> CrmObject:
    fixed = {
        "firstname": person.first_name,
        "lastname": person.last_name,
        "email": person.email,
        "jobtitle": person.job_title,
        "phone": person.phone,
        "company": company_name,
        "associatedcompanyid": str(person.company_id),
        "hs_email_optout": "false" if person.has_marketing_consent else "true",
    }
    history = _since(created_at, fixed)
    history["lifecyclestage"] = _texts(person.lifecycle, created_at)
    history["hubspot_owner_id"] = _texts(person.owner, created_at)
    return _object(
        person, person.person_id, created_at, history, person.merged_into, person.archived_at, "lastmodifieddate"
    )


def _deal(deal: Deal, partner_key: str | None, campaign: str | None) -> CrmObject:
    fixed = {
        "dealname": deal.name,
        "pipeline": "default",
        "dealtype": deal.deal_type,
        "partner_key": partner_key,
        "campaign_utm": campaign,
        "hs_createdate": stamp(deal.created_at),
    }
    history = _since(deal.created_at, fixed)
    history["hubspot_owner_id"] = _texts(deal.owner, deal.created_at)
    history["deal_currency_code"] = _texts(deal.currency, deal.created_at)
    history["amount"] = _amounts(deal)
    history["closedate"] = _changes((at, _midnight(day)) for at, day in deal.close_date)
    stages = history["dealstage"] = _texts(deal.stage, deal.created_at)
    history["hs_deal_stage_probability"] = _changes((at, PROBABILITY[str(stage)]) for at, stage in stages)
    history["hs_is_closed"] = _changes((at, str(stage in CLOSED).lower()) for at, stage in stages)
    history["hs_is_closed_won"] = _changes((at, str(stage == "closedwon").lower()) for at, stage in stages)
    lost = [at for at, stage in stages if stage == "closedlost"]
    reason: Values = [(deal.created_at, None)]
    history["closed_lost_reason"] = _changes([*reason, (lost[-1], deal.loss_reason)] if lost else reason)
    for stage, _, _ in DEAL_STAGES:
        entered = [(at, stamp(at)) for at, value in stages if value == stage]
        history[f"hs_v2_date_entered_{stage}"] = _changes([(deal.created_at, None), *entered])
    return _object(deal, deal.deal_id, deal.created_at, history, deal.merged_into, deal.archived_at)


def _engagement(item: Engagement) -> CrmObject:
    fixed: dict[str, str | None] = {
        "hs_timestamp": stamp(item.at),
        "hs_createdate": stamp(item.at),
        "hubspot_owner_id": str(item.owner_id),
    }
    milliseconds = item.minutes * 60_000
    if item.kind == "calls":
        fixed |= {
            "hs_call_title": item.subject,
            "hs_call_direction": "INBOUND" if item.direction == "incoming" else "OUTBOUND",
            "hs_call_duration": str(milliseconds),
            "hs_call_status": "COMPLETED",
        }
    elif item.kind == "meetings":
        end = datetime.fromtimestamp(item.at.timestamp() + milliseconds / 1000, UTC)
        fixed |= {
            "hs_meeting_title": item.subject,
            "hs_meeting_start_time": stamp(item.at),
            "hs_meeting_end_time": stamp(end),
            "hs_meeting_outcome": "COMPLETED",
        }
    elif item.kind == "emails":
        fixed |= {
            "hs_email_subject": item.subject,
            "hs_email_direction": "INCOMING_EMAIL" if item.direction == "incoming" else "EMAIL",
            "hs_email_status": "SENT",
        }
    elif item.kind == "tasks":
        fixed |= {"hs_task_subject": item.subject, "hs_task_status": "COMPLETED", "hs_task_type": "TODO"}
    else:
        fixed["hs_note_body"] = item.subject
    return _object(item, item.engagement_id, item.at, _since(item.at, fixed), None, item.archived_at)


def _object(
    fact: Any,
    number: int,
    created_at: datetime,
    history: dict[str, Values],
    merged_into: int | None,
    archived_at: datetime | None,
    modified: str = "hs_lastmodifieddate",
) -> CrmObject:
    for stage in LIFECYCLE if "lifecyclestage" in history else ():
        first = next(((at, stamp(at)) for at, value in history["lifecyclestage"] if value == stage), None)
        history[f"hs_lifecyclestage_{stage}_date"] = _changes([(created_at, None), *([first] if first else [])])
    updated_at = max(fact.updated_at, created_at)
    history["hs_object_id"] = [(created_at, str(number))]
    history["createdate" if "hs_createdate" not in history or isinstance(fact, Deal) else "hs_createdate"] = [
        (created_at, stamp(created_at))
    ]
    history[modified] = [(updated_at, stamp(updated_at))]
    survivor = None if merged_into is None else str(merged_into)
    return CrmObject(str(number), created_at, updated_at, archived_at, survivor, history)


def _record_merges(objects: list[CrmObject], modified: str) -> None:
    """Note on each survivor which records were merged into it, which is a change of the survivor."""
    known = {item.id: item for item in objects}
    swallowed: dict[str, Values] = {}
    for item in sorted(objects, key=lambda item: item.archived_at or item.created_at):
        if item.merged_into is not None and item.archived_at is not None:
            survivor = known.get(item.merged_into)
            if survivor is None:
                continue
            values = swallowed.setdefault(survivor.id, [(survivor.created_at, None)])
            values.append((item.archived_at, ";".join(filter(None, (values[-1][1], item.id)))))
            survivor.updated_at = max(survivor.updated_at, item.archived_at)
            survivor.history[modified] = [(survivor.updated_at, stamp(survivor.updated_at))]
    for item in objects:
        item.history["hs_merged_object_ids"] = swallowed.get(item.id, [(item.created_at, None)])


def _since(created_at: datetime, values: dict[str, str | None]) -> dict[str, Values]:
    return {name: [(created_at, value)] for name, value in values.items()}


def _changes(values: Iterable[tuple[datetime, str | None]]) -> Values:
    """`values` without repetitions; of several at one instant the last counts."""
    kept: Values = []
    for at, value in values:
        if kept and kept[-1][0] == at:
            kept.pop()
        if not kept or kept[-1][1] != value:
            kept.append((at, value))
    return kept


def _texts(history: History[Any], since: datetime) -> Values:
    """A history as text, what came before `since` folded into a first value dated `since`."""
    return _changes((max(at, since), None if value is None else str(value)) for at, value in history)


def _amounts(deal: Deal) -> Values:
    """The amount in major units, re-read whenever the amount or its currency changed."""
    moments = sorted({at for at, _ in deal.amount} | {at for at, _ in deal.currency})
    values = []
    for moment in moments:
        amount, currency = deal.amount.at(moment), deal.currency.at(moment)
        if amount is not None and currency is not None:
            values.append((moment, str(Decimal(amount).scaleb(-CURRENCY_EXPONENT[currency]))))
    return _changes(values)


def _midnight(day: date) -> str:
    return stamp(datetime.combine(day, time(), UTC))
