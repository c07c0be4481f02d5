"""Rows that change little: the environment itself, its users and teams, currencies, products, stages, choices."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ingestion.sandbox.facts import CURRENCY_EXPONENT, DEAL_STAGES, dynamics_id
from ingestion.sandbox.vendors.dynamics.tables import TABLES
from ingestion.sandbox.vendors.dynamics.unit import OPEN_STAGES, PROCESS_ID, Row, Unit, currency_id, user

BASE_CURRENCY = "USD"
REVENUE_TYPES = {"services": "services", "hardware": "one_off"}


def organizations(unit: Unit) -> Iterator[Row]:
    yield unit.fixed("organization", 1, {"name": "polaris", "_basecurrencyid_value": currency_id(BASE_CURRENCY)})


def business_units(unit: Unit) -> Iterator[Row]:
    yield unit.fixed("businessunit", 1, {"name": "polaris"})


def users(unit: Unit) -> Iterator[Row]:
    for owner in unit.facts.owners:
        left = owner.left_at if owner.left_at and owner.left_at <= unit.facts.as_of else None
        values = {
            "fullname": f"{owner.first_name} {owner.last_name}",
            "firstname": owner.first_name,
            "lastname": owner.last_name,
            "internalemailaddress": owner.email,
            "domainname": owner.email,
            "isdisabled": left is not None,
            "_businessunitid_value": dynamics_id("businessunit", 1),
        }
        yield Row(user(owner.owner_id), values, owner.hired_at, left or owner.hired_at)


def teams(unit: Unit) -> Iterator[Row]:
    for name in sorted({owner.team for owner in unit.facts.owners}):
        began = min(owner.hired_at for owner in unit.facts.owners if owner.team == name)
        values = {"name": name, "teamtype": 0, "_businessunitid_value": dynamics_id("businessunit", 1)}
        yield unit.fixed("team", name, values, began)


def memberships(unit: Unit) -> Iterator[Row]:
    for owner in unit.facts.owners:
        member = {"teamid": dynamics_id("team", owner.team), "systemuserid": user(owner.owner_id)}
        yield unit.fixed("teammembership", owner.owner_id, member, owner.hired_at)


def currencies(unit: Unit) -> Iterator[Row]:
    for code, digits in CURRENCY_EXPONENT.items():
        rate = 1 / unit.rates[code] if code in unit.rates else Decimal(1)
        values = {
            "isocurrencycode": code,
            "currencyname": code,
            "currencysymbol": code,
            "exchangerate": float(round(rate, 10)),
            "currencyprecision": digits,
            "statecode": 0,
            "statuscode": 1,
        }
        yield Row(dynamics_id("currency", code), values, unit.began, unit.facts.as_of)


def products(unit: Unit) -> Iterator[Row]:
    for product in unit.facts.products:
        values = {
            "name": product.name,
            "productnumber": product.product_id,
            "new_family": product.family,
            "new_revenuetype": REVENUE_TYPES.get(product.family, "recurring"),
            "productstructure": 1,
            "statecode": 0,
            "statuscode": 1,
        }
        yield unit.fixed("product", product.product_id, values, product.created_at)


def stages(unit: Unit) -> Iterator[Row]:
    labels = {stage: label for stage, label, _ in DEAL_STAGES}
    for place, stage in enumerate(OPEN_STAGES):
        values = {
            "stagename": labels[stage],
            "primaryentitytypecode": "opportunity",
            "stagecategory": min(place, 3),
        }
        yield unit.fixed("stage", stage, {**values, "_processid_value": PROCESS_ID})


def roles(unit: Unit) -> Iterator[Row]:
    yield unit.fixed("connectionrole", "Stakeholder", {"name": "Stakeholder"})


def metrics(unit: Unit) -> Iterator[Row]:
    yield unit.fixed("metric", "Revenue", {"name": "Revenue", "isamount": True})


def labels(unit: Unit) -> Iterator[Row]:
    """Every choice of every table: what the numbers in their columns are called."""
    for table in TABLES.values():
        for column in table.columns:
            for place, (number, label) in enumerate(column.options, start=1):
                values = {
                    "objecttypecode": table.logical,
                    "attributename": column.name,
                    "attributevalue": number,
                    "value": label,
                    "displayorder": place,
                    "langid": 1033,
                }
                yield unit.fixed("stringmap", f"{table.logical}:{column.name}:{number}", values)
