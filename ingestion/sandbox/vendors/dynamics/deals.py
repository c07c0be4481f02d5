"""Rows of selling: opportunities with their products, process and stakeholders, and what sellers are to win."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ingestion.sandbox.facts import DEAL_STAGES, dynamics_id
from ingestion.sandbox.vendors.dynamics.unit import (
    OPEN_STAGES,
    PROCESS_ID,
    STEP,
    Row,
    Unit,
    currency_id,
    last_open,
    major,
    midnight,
    ref,
    stamp,
    user,
)

CHANCE = {stage: round(float(chance) * 100) for stage, _, chance in DEAL_STAGES}
FORECAST = {
    "contractsent": 100000003,
    "decisionmakerboughtin": 100000002,
    "closedwon": 100000005,
    "closedlost": 100000006,
}
KINDS = {"newbusiness": 100000000, "existingbusiness": 100000001, "renewal": 100000002}


def opportunities(unit: Unit) -> Iterator[Row]:
    for deal in unit.facts.deals:
        stage, currency = deal.stage.current, deal.currency.current
        amount = major(deal.amount.current, currency)
        rate = 1 / unit.rates[currency] if currency in unit.rates else Decimal(1)
        is_won, is_lost = stage == "closedwon", stage == "closedlost"
        values = {
            "name": deal.name,
            "stepname": STEP[last_open(deal)],
            "estimatedvalue": amount,
            "exchangerate": float(round(rate, 10)),
            "estimatedvalue_base": None if amount is None else round(amount / float(rate), 2),
            "actualvalue": amount if is_won else None,
            "closeprobability": CHANCE[stage],
            "estimatedclosedate": deal.close_date.current.isoformat(),
            "actualclosedate": deal.stage.changed_at.date().isoformat() if is_won or is_lost else None,
            "msdyn_forecastcategory": FORECAST.get(stage, 100000001),
            "new_opportunitytype": KINDS[deal.deal_type],
            "new_partnerkey": unit.partner_key(deal),
            "new_lossreason": deal.loss_reason if is_lost else None,
            "statecode": 1 if is_won else 2 if is_lost else 0,
            "statuscode": 3 if is_won else 4 if is_lost else 1,
            "_customerid_value": dynamics_id("account", deal.company_id),
            "_parentaccountid_value": dynamics_id("account", deal.company_id),
            "_parentcontactid_value": ref("contact", next(iter(unit.contacts_of(deal)), None)),
            "_campaignid_value": ref("campaign", deal.crm_campaign_id),
            "_originatingleadid_value": unit.lead_of(deal),
            "_ownerid_value": user(deal.owner.current),
            "_transactioncurrencyid_value": currency_id(currency),
        }
        yield Row(dynamics_id("opportunity", deal.deal_id), values, deal.created_at, deal.updated_at, deal.archived_at)


def lines(unit: Unit) -> Iterator[Row]:
    names = {product.product_id: product.name for product in unit.facts.products}
    for deal in unit.facts.deals:
        held: dict[int, Row] = {}
        for at, lines in deal.lines or ():
            currency = deal.currency.at(at) or deal.currency.current
            for row_id in set(held) - {line.line_id for line in lines}:
                held[row_id].deleted_at = held[row_id].deleted_at or at
            for place, line in enumerate(lines, start=1):
                values = {
                    "opportunityproductname": names.get(line.product_id),
                    "quantity": float(line.quantity),
                    "priceperunit": major(line.unit_amount, currency),
                    "manualdiscountamount": major(line.discount_amount, currency),
                    "baseamount": major(line.quantity * line.unit_amount, currency),
                    "extendedamount": major(line.amount, currency),
                    "lineitemnumber": place,
                    "_opportunityid_value": dynamics_id("opportunity", deal.deal_id),
                    "_productid_value": dynamics_id("product", line.product_id),
                    "_transactioncurrencyid_value": currency_id(currency),
                }
                known = held.get(line.line_id)
                is_same = known is not None and known.deleted_at is None and known.values == values
                modified = known.modified_at if known and is_same else at
                created = known.created_at if known else at
                held[line.line_id] = Row(dynamics_id("opportunity_line", line.line_id), values, created, modified)
        for row in held.values():
            row.deleted_at = row.deleted_at or deal.archived_at
        yield from held.values()


def processes(unit: Unit) -> Iterator[Row]:
    for deal in unit.facts.deals:
        stage = last_open(deal)
        is_closed = deal.stage.current not in OPEN_STAGES
        visited = [value for _, value in deal.stage if value in OPEN_STAGES]
        started = max(at for at, value in deal.stage if value == stage) if visited else deal.created_at
        values = {
            "bpf_name": "Opportunity Sales Process",
            "traversedpath": ",".join(dynamics_id("stage", value) for value in visited),
            "activestagestartedon": stamp(started),
            "completedon": stamp(deal.stage.changed_at) if is_closed else None,
            "_bpf_opportunityid_value": dynamics_id("opportunity", deal.deal_id),
            "_activestageid_value": dynamics_id("stage", stage),
            "_processid_value": PROCESS_ID,
            "statecode": int(is_closed),
            "statuscode": {"closedwon": 2, "closedlost": 3}.get(deal.stage.current, 1),
        }
        modified = deal.stage.changed_at
        yield Row(dynamics_id("process", deal.deal_id), values, deal.created_at, modified, deal.archived_at)


def connections(unit: Unit) -> Iterator[Row]:
    """Two for each person on a deal: one as seen from either side."""
    role = dynamics_id("connectionrole", "Stakeholder")
    for deal in unit.facts.deals:
        for person in unit.contacts_of(deal):
            ends = (dynamics_id("opportunity", deal.deal_id), dynamics_id("contact", person))
            since = max(deal.created_at, unit.people[person].contact_created_at or deal.created_at)
            for side, (one, other) in enumerate((ends, ends[::-1])):
                values = {
                    "ismaster": side == 0,
                    "_record1id_value": one,
                    "_record2id_value": other,
                    "_record1roleid_value": None if side == 0 else role,
                    "_record2roleid_value": role if side == 0 else None,
                    "_ownerid_value": user(deal.owner.current),
                    "statecode": 0,
                    "statuscode": 1,
                }
                name = f"{deal.deal_id}:{person}:{side}"
                gone = deal.archived_at
                yield Row(dynamics_id("connection", name), values, since, since, gone)


def goals(unit: Unit) -> Iterator[Row]:
    for quota in unit.facts.quotas:
        values = {
            "title": f"Revenue {quota.period_start:%Y} Q{(quota.period_start.month + 2) // 3}",
            "goalstartdate": midnight(quota.period_start),
            "goalenddate": midnight(quota.period_end),
            "targetmoney": major(quota.amount, quota.currency),
            "isfiscalperiodgoal": False,
            "_goalownerid_value": user(quota.owner_id),
            "_ownerid_value": user(quota.owner_id),
            "_metricid_value": dynamics_id("metric", "Revenue"),
            "_transactioncurrencyid_value": currency_id(quota.currency),
            "statecode": 0,
            "statuscode": 1,
        }
        yield Row(dynamics_id("quota", quota.quota_id), values, quota.set_at, quota.set_at)
