"""The meridian unit as its objects see it: the facts by number, and how a fact becomes a record.

What a reader would not guess:

- A merge deletes the losing record and names the survivor in `MasterRecordId`. A deletion takes along what hangs on the
  record. Both stay readable through `queryAll`.
- An account exists from the first conversion of one of its leads on; a person is a lead until then.
- Converting a lead moves its activities to the contact and the account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from ingestion.sandbox.facts import CURRENCY_EXPONENT, DEAL_STAGES, CrmLead, Deal, Facts, salesforce_id

STAGE_NAMES = {stage: label for stage, label, _ in DEAL_STAGES}
CHANCES = {stage: float(Decimal(chance) * 100) for stage, _, chance in DEAL_STAGES}
FORECAST_CATEGORIES = {
    "closedwon": ("Closed", "Closed"),
    "closedlost": ("Omitted", "Omitted"),
    "contractsent": ("Forecast", "Commit"),
    "decisionmakerboughtin": ("BestCase", "Best Case"),
}
"""Of a stage: code and label; the others are in the pipeline."""
PIPELINE = ("Pipeline", "Pipeline")
CORPORATE_CURRENCY = "USD"
MAIN_PRICEBOOK = salesforce_id("pricebook", 1)


@dataclass
class Record:
    """One record: what is not among `values` is empty. `deleted_at` where it is in the recycle bin."""

    id: str
    values: dict[str, Any]
    created_at: datetime
    modified_at: datetime
    deleted_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """`SystemModstamp`: a deletion moves it too."""
        return max(self.modified_at, self.deleted_at or self.modified_at)


Records = Iterator[Record]


class Unit:
    """The facts of the unit, which must be its view, with what the objects share."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.began = min((owner.hired_at for owner in facts.owners), default=facts.as_of)
        self.user_names = {owner.owner_id: f"{owner.first_name} {owner.last_name}" for owner in facts.owners}
        self.companies = {company.company_id: company for company in facts.companies}
        self.people = {person.person_id: person for person in facts.people}
        self.deals = {deal.deal_id: deal for deal in facts.deals}
        self.partner_keys = {partner.partner_id: partner.key for partner in facts.partners}
        self.product_numbers = {product.product_id: n for n, product in enumerate(facts.products, start=1)}
        self.currency_numbers = {code: number for number, code in enumerate(CURRENCY_EXPONENT, start=1)}
        self.leads_of: dict[int, list[CrmLead]] = {}
        for lead in facts.leads:
            self.leads_of.setdefault(lead.person_id, []).append(lead)
        quarters = {(quota.period_start, quota.period_end) for quota in facts.quotas}
        quarters |= {(item.period_start, item.period_end) for item in facts.forecast_submissions}
        self.periods = {dates: number for number, dates in enumerate(sorted(quarters), start=1)}

    def fixed(self, kind: str, number: int, values: dict[str, Any], at: datetime | None = None) -> Record:
        """A record that never changed since `at`, or since the org began."""
        moment = at or self.began
        return Record(salesforce_id(kind, number), values, moment, moment)

    def mergeable(self, kind: str, number: int, values: dict[str, Any], fact: Any, created_at: datetime) -> Record:
        """A record that can be deleted, or deleted by being merged into another."""
        values["MasterRecordId"] = ref(kind, fact.merged_into)
        modified = max(created_at, fact.updated_at)
        return Record(salesforce_id(kind, number), values, created_at, modified, fact.archived_at)

    def contacts_of(self, deal: Deal) -> list[int]:
        return [
            number for number in deal.person_ids if number in self.people and self.people[number].contact_created_at
        ]

    def product_id(self, product: str) -> str:
        return salesforce_id("product", self.product_numbers[product])

    def entry_number(self, product: str, currency: str) -> int:
        """Of the pricebook entry: one for each product and currency."""
        return self.product_numbers[product] * 100 + self.currency_numbers[currency]

    def period_id(self, start: date, end: date) -> str:
        return salesforce_id("period", self.periods[start, end])


def ref(kind: str, number: int | None) -> str | None:
    return None if number is None else salesforce_id(kind, number)


def major(amount: int | None, currency: str | None) -> Decimal | None:
    """An amount in the currency's main unit."""
    return None if amount is None or currency is None else Decimal(amount).scaleb(-CURRENCY_EXPONENT[currency])


def forecast_category(stage: str) -> tuple[str, str]:
    return FORECAST_CATEGORIES.get(stage, PIPELINE)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
