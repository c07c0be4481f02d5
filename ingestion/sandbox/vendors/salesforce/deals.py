"""Records of selling: opportunities with their products, people and history."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from ingestion.sandbox.facts import Deal, salesforce_id
from ingestion.sandbox.vendors.salesforce.unit import (
    CHANCES,
    MAIN_PRICEBOOK,
    STAGE_NAMES,
    Record,
    Records,
    Unit,
    forecast_category,
    major,
    ref,
)

TYPES = {"newbusiness": "New Business", "existingbusiness": "Existing Business", "renewal": "Renewal"}
PER_DEAL = 1000
"""Numbers reserved for the history of one deal, so that ids stay as the history grows."""


def opportunities(unit: Unit) -> Records:
    for deal in unit.facts.deals:
        stage, currency = deal.stage.current, deal.currency.current
        values = {
            "AccountId": salesforce_id("account", deal.company_id),
            "ContactId": ref("contact", next(iter(unit.contacts_of(deal)), None)),
            "CampaignId": ref("campaign", deal.crm_campaign_id),
            "Pricebook2Id": MAIN_PRICEBOOK,
            "Name": deal.name,
            "Type": TYPES[deal.deal_type],
            "LastStageChangeDate": deal.stage.changed_at if len(deal.stage) > 1 else None,
            "IsClosed": stage in ("closedwon", "closedlost"),
            "IsWon": stage == "closedwon",
            "HasOpportunityLineItem": bool(deal.lines and deal.lines.current),
            "PartnerKey__c": unit.partner_keys.get(deal.partner_id or 0),
            "LossReason__c": deal.loss_reason if stage == "closedlost" else None,
            "OwnerId": salesforce_id("user", deal.owner.current),
            **_standing(deal, stage, deal.amount.current, currency),
            "ForecastCategoryName": forecast_category(stage)[1],
            "CloseDate": deal.close_date.current,
        }
        number = salesforce_id("opportunity", deal.deal_id)
        yield Record(number, values, deal.created_at, max(deal.created_at, deal.updated_at), deal.archived_at)


def lines(unit: Unit) -> Records:
    products = {product.product_id: product for product in unit.facts.products}
    for deal in unit.facts.deals:
        held: dict[int, Record] = {}
        for at, kept in deal.lines or ():
            currency = deal.currency.at(at) or deal.currency.current
            for gone in set(held) - {line.line_id for line in kept}:
                held[gone].deleted_at = held[gone].deleted_at or at
            for place, line in enumerate(kept, start=1):
                gross = line.quantity * line.unit_amount
                product = products[line.product_id]
                values = {
                    "OpportunityId": salesforce_id("opportunity", deal.deal_id),
                    "Product2Id": unit.product_id(line.product_id),
                    "PricebookEntryId": salesforce_id("pricebook_entry", unit.entry_number(line.product_id, currency)),
                    "Name": f"{deal.name} {product.name}",
                    "ProductCode": line.product_id,
                    "SortOrder": place,
                    "Quantity": line.quantity,
                    "UnitPrice": major(line.unit_amount, currency),
                    "ListPrice": major(line.unit_amount, currency),
                    "Subtotal": major(gross, currency),
                    "TotalPrice": major(line.amount, currency),
                    "Discount": round(100 * line.discount_amount / gross, 2)
                    if line.discount_amount and gross
                    else None,
                    "CurrencyIsoCode": currency,
                }
                known = held.get(line.line_id)
                is_same = known is not None and known.deleted_at is None and known.values == values
                created = known.created_at if known else at
                modified = known.modified_at if known and is_same else at
                held[line.line_id] = Record(salesforce_id("opportunity_line", line.line_id), values, created, modified)
        for row in held.values():
            row.deleted_at = row.deleted_at or deal.archived_at
        yield from held.values()


def contact_roles(unit: Unit) -> Records:
    for deal in unit.facts.deals:
        for place, person in enumerate(unit.contacts_of(deal)):
            values = {
                "OpportunityId": salesforce_id("opportunity", deal.deal_id),
                "ContactId": salesforce_id("contact", person),
                "Role": "Decision Maker" if place == 0 else "Evaluator",
                "IsPrimary": place == 0,
                "CurrencyIsoCode": deal.currency.current,
            }
            since = max(deal.created_at, unit.people[person].contact_created_at or deal.created_at)
            number = salesforce_id("opportunity_contact_role", deal.deal_id * PER_DEAL + place)
            yield Record(number, values, since, since, deal.archived_at)


def histories(unit: Unit) -> Records:
    """What `OpportunityHistory` keeps: stage, amount and close date at each change of one of them."""
    for deal in unit.facts.deals:
        moments = sorted({at for history in (deal.stage, deal.amount, deal.close_date) for at, _ in history})
        for place, at in enumerate(moments):
            stage, amount, currency = deal.stage.at(at), deal.amount.at(at), deal.currency.at(at)
            if stage is None:
                continue
            values = {
                "OpportunityId": salesforce_id("opportunity", deal.deal_id),
                "CreatedById": salesforce_id("user", deal.owner.at(at) or deal.owner.current),
                "CloseDate": deal.close_date.at(at),
                **_standing(deal, stage, amount, currency or deal.currency.current),
            }
            number = salesforce_id("opportunity_history", deal.deal_id * PER_DEAL + place)
            yield Record(number, values, at, at, deal.archived_at)


def field_histories(unit: Unit) -> Records:
    """What the org tracks field by field: owner and currency. A change of a lookup is told by names and by ids."""
    names = unit.user_names
    for deal in unit.facts.deals:
        changes: dict[datetime, list[dict[str, Any]]] = defaultdict(list)
        changes[deal.created_at].append({"Field": "created", "DataType": "Text"})
        for (_, old), (at, new) in zip(deal.owner, list(deal.owner)[1:], strict=False):
            told = {"Field": "Owner", "DataType": "Text"}
            changes[at].append({**told, "OldValue": names.get(old), "NewValue": names.get(new)})
            told = {"Field": "Owner", "DataType": "EntityId"}
            ids = {"OldValue": salesforce_id("user", old), "NewValue": salesforce_id("user", new)}
            changes[at].append({**told, **ids})
        for (_, old_code), (at, new_code) in zip(deal.currency, list(deal.currency)[1:], strict=False):
            told = {"Field": "CurrencyIsoCode", "DataType": "DynamicEnum"}
            changes[at].append({**told, "OldValue": old_code, "NewValue": new_code})
        place = 0
        for at, entries in sorted(changes.items()):
            for entry in entries:
                values = {
                    "OpportunityId": salesforce_id("opportunity", deal.deal_id),
                    "CreatedById": salesforce_id("user", deal.owner.at(at) or deal.owner.current),
                    **entry,
                }
                number = salesforce_id("field_history", deal.deal_id * PER_DEAL + place)
                yield Record(number, values, at, at, deal.archived_at)
                place += 1


def _standing(deal: Deal, stage: str, amount: int | None, currency: str) -> dict[str, Any]:
    """How a deal stands in a stage with an amount."""
    value = major(amount, currency)
    return {
        "StageName": STAGE_NAMES[stage],
        "Amount": value,
        "Probability": CHANCES[stage],
        "ExpectedRevenue": None if value is None else round(float(value) * CHANCES[stage] / 100, 2),
        "ForecastCategory": forecast_category(stage)[0],
        "CurrencyIsoCode": currency,
    }
