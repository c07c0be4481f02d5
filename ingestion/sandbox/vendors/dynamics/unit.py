"""The polaris unit as its tables see it: the facts by number, and how a fact becomes a row.

What a reader would not guess:

- A merge leaves the losing record in place, inactive, with `merged` and `masterid`. A deletion removes it with all that
  hangs on it: only a delta tells of it.
- An account exists from the first conversion of one of its leads on; a person is a lead until then.
- A lead that is converted stays, qualified, with what it became. Activities logged on it before stay on it.
- An opportunity's stage is that of its business process, and `stepname`; `statecode` says whether it was won or lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ingestion.sandbox.facts import (
    CURRENCY_EXPONENT,
    DEAL_STAGES,
    CrmLead,
    Deal,
    Engagement,
    Facts,
    Person,
    dynamics_id,
)

OPEN_STAGES = [stage for stage, _, _ in DEAL_STAGES if stage not in ("closedwon", "closedlost")]
STEP = {stage: f"{number}-{label}" for number, (stage, label, _) in enumerate(DEAL_STAGES, start=1)}
ACTIVITY_TABLES = {"calls": "phonecalls", "emails": "emails", "meetings": "appointments", "tasks": "tasks"}
PROCESS_ID = dynamics_id("process", "opportunity sales process")


@dataclass
class Row:
    """One record; `deleted_at` where it is gone."""

    id: str
    values: dict[str, Any]
    created_at: datetime
    modified_at: datetime
    deleted_at: datetime | None = None


def stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def major(amount: int | None, currency: str | None) -> float | None:
    """An amount in the currency's main unit, as a JSON number."""
    return None if amount is None or currency is None else float(Decimal(amount).scaleb(-CURRENCY_EXPONENT[currency]))


def user(number: int) -> str:
    return dynamics_id("user", number)


def currency_id(code: str | None) -> str | None:
    return None if code is None else dynamics_id("currency", code)


class Unit:
    """The facts of the unit, which must be its view, with what the tables share."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.began = min((owner.hired_at for owner in facts.owners), default=facts.as_of)
        self.companies = {company.company_id: company for company in facts.companies}
        self.people = {person.person_id: person for person in facts.people}
        self.deals = {deal.deal_id: deal for deal in facts.deals}
        self.leads_of: dict[int, list[CrmLead]] = {}
        for lead in facts.leads:
            self.leads_of.setdefault(lead.person_id, []).append(lead)
        self.rates = {rate.currency: Decimal(rate.rate) for rate in facts.exchange_rates}

    def fixed(self, kind: str, key: str | int, values: dict[str, Any], at: datetime | None = None) -> Row:
        """A record that never changed since `at`, or since the environment began."""
        moment = at or self.began
        return Row(dynamics_id(kind, key), values, moment, moment)

    def mergeable(self, kind: str, number: int, values: dict[str, Any], fact: Any, created_at: datetime) -> Row:
        """A record that a merge leaves inactive and a deletion removes."""
        gone, is_merged = fact.archived_at, fact.merged_into is not None
        values |= {
            "statecode": int(is_merged),
            "statuscode": 2 if is_merged else 1,
            "merged": is_merged,
            "_masterid_value": ref(kind, fact.merged_into),
        }
        modified = max(moment for moment in (created_at, fact.updated_at, gone) if moment)
        return Row(dynamics_id(kind, number), values, created_at, modified, None if is_merged else gone)

    def contacts_of(self, deal: Deal) -> list[int]:
        return [
            number for number in deal.person_ids if number in self.people and self.people[number].contact_created_at
        ]

    def lead_of(self, deal: Deal) -> str | None:
        leads = (lead.lead_id for lead in self.facts.leads if lead.converted_deal_id == deal.deal_id)
        return ref("lead", next(leads, None))

    def first_campaign(self, lead: CrmLead) -> str | None:
        campaigns = (member.campaign_id for member in self.facts.crm_campaign_members if member.lead_id == lead.lead_id)
        return ref("campaign", next(campaigns, None))

    def partner_key(self, deal: Deal) -> str | None:
        return next((partner.key for partner in self.facts.partners if partner.partner_id == deal.partner_id), None)

    def regarding(self, item: Engagement) -> tuple[str, str | None]:
        """What an activity is set regarding: the lead before conversion, then the deal, else the account."""
        party, number = self.party(item)
        if party == "lead":
            return party, number
        deal = self.deals.get(item.deal_id or 0)
        if deal is not None and deal.archived_at is None:
            return "opportunity", dynamics_id("opportunity", deal.deal_id)
        company = self.companies.get(item.company_id)
        if company is not None and company.account_created_at is not None:
            return "account", dynamics_id("account", company.company_id)
        return "account", None

    def party(self, item: Engagement) -> tuple[str, str | None]:
        """Whom it was with, as they were known then."""
        for lead in self.leads_of.get(item.person_id or 0, []):
            if lead.created_at <= item.at and (lead.converted_at is None or item.at < lead.converted_at):
                return "lead", dynamics_id("lead", lead.lead_id)
        person = self.people.get(item.person_id or 0)
        if person is None or person.contact_created_at is None:
            return "contact", None
        return "contact", dynamics_id("contact", person.person_id)

    def engaged(self, item: Engagement, values: dict[str, Any]) -> Row:
        modified = max(moment for moment in (item.at, item.updated_at) if moment)
        return Row(dynamics_id("engagement", item.engagement_id), values, item.at, modified, item.archived_at)


def named(person: Person) -> dict[str, Any]:
    return {
        "fullname": f"{person.first_name} {person.last_name}",
        "firstname": person.first_name,
        "lastname": person.last_name,
        "emailaddress1": person.email,
    }


def ref(kind: str, number: int | None) -> str | None:
    return None if number is None else dynamics_id(kind, number)


def last_open(deal: Deal) -> str:
    """The stage it is in, or was in when it was won or lost."""
    return next((stage for _, stage in reversed(list(deal.stage)) if stage in OPEN_STAGES), OPEN_STAGES[0])


def midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
