"""Records that change little: the org, its users and roles, stages, products, price book and currencies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ingestion.sandbox.facts import CURRENCY_EXPONENT, DEAL_STAGES, salesforce_id
from ingestion.sandbox.vendors.salesforce.unit import (
    CORPORATE_CURRENCY,
    MAIN_PRICEBOOK,
    Record,
    Records,
    Unit,
    forecast_category,
    major,
    midnight,
)

REVENUE_TYPES = {"services": "services", "hardware": "one_off"}


def organizations(unit: Unit) -> Records:
    values = {"Name": "Meridian", "InstanceName": "SBX1", "FiscalYearStartMonth": 1, "IsSandbox": False}
    values |= {"TimeZoneSidKey": "GMT", "OrganizationType": "Enterprise Edition"}
    yield unit.fixed("organization", 1, values)


def users(unit: Unit) -> Records:
    roles = {team: number for number, team in enumerate(_teams(unit), start=1)}
    for owner in unit.facts.owners:
        left = owner.left_at if owner.left_at and owner.left_at <= unit.facts.as_of else None
        values = {
            "Username": owner.email,
            "FirstName": owner.first_name,
            "LastName": owner.last_name,
            "Name": f"{owner.first_name} {owner.last_name}",
            "Email": owner.email,
            "Department": owner.team,
            "IsActive": left is None,
            "UserType": "Standard",
            "DefaultCurrencyIsoCode": CORPORATE_CURRENCY,
            "CurrencyIsoCode": CORPORATE_CURRENCY,
            "UserRoleId": salesforce_id("role", roles[owner.team]),
        }
        yield Record(salesforce_id("user", owner.owner_id), values, owner.hired_at, left or owner.hired_at)


def roles(unit: Unit) -> Records:
    for number, team in enumerate(_teams(unit), start=1):
        yield unit.fixed("role", number, {"Name": team, "DeveloperName": team.replace(" ", "_")})


def stages(unit: Unit) -> Records:
    for place, (stage, label, chance) in enumerate(DEAL_STAGES, start=1):
        category, name = forecast_category(stage)
        values = {
            "MasterLabel": label,
            "ApiName": label,
            "IsActive": True,
            "IsClosed": stage in ("closedwon", "closedlost"),
            "IsWon": stage == "closedwon",
            "SortOrder": place,
            "DefaultProbability": float(Decimal(chance) * 100),
            "ForecastCategory": category,
            "ForecastCategoryName": name,
        }
        yield unit.fixed("stage", place, values)


def products(unit: Unit) -> Records:
    for product in unit.facts.products:
        values = {
            "Name": product.name,
            "ProductCode": product.product_id,
            "Family": product.family,
            "RevenueType__c": REVENUE_TYPES.get(product.family, "recurring"),
            "IsActive": True,
            "IsArchived": False,
            "CurrencyIsoCode": CORPORATE_CURRENCY,
        }
        yield unit.fixed("product", unit.product_numbers[product.product_id], values, product.created_at)


def pricebooks(unit: Unit) -> Records:
    yield unit.fixed("pricebook", 1, {"Name": "Standard Price Book", "IsActive": True, "IsStandard": True})


def entries(unit: Unit) -> Records:
    """One for each product and currency: the price of a year, or of one piece."""
    prices = {(price.product_id, price.currency): price for price in unit.facts.prices if price.interval != "month"}
    for product in unit.facts.products:
        for currency in CURRENCY_EXPONENT:
            price = prices.get((product.product_id, currency))
            values = {
                "Name": product.name,
                "ProductCode": product.product_id,
                "Product2Id": unit.product_id(product.product_id),
                "Pricebook2Id": MAIN_PRICEBOOK,
                "UnitPrice": major(price.unit_amount if price else 0, currency),
                "IsActive": True,
                "CurrencyIsoCode": currency,
            }
            number = unit.entry_number(product.product_id, currency)
            yield unit.fixed("pricebook_entry", number, values, product.created_at)


def currencies(unit: Unit) -> Records:
    rates = _rates(unit)
    for code, digits in CURRENCY_EXPONENT.items():
        day, rate = rates[code][-1] if rates.get(code) else (unit.began.date(), Decimal(1))
        values = {
            "IsoCode": code,
            "ConversionRate": rate,
            "DecimalPlaces": digits,
            "IsActive": True,
            "IsCorporate": code == CORPORATE_CURRENCY,
        }
        number = salesforce_id("currency", unit.currency_numbers[code])
        yield Record(number, values, unit.began, max(unit.began, midnight(day)))


def dated_rates(unit: Unit) -> Records:
    """Units of a currency for one of the corporate currency, from a day until the next rate."""
    for code, rates in _rates(unit).items():
        following = [day for day, _ in rates][1:]
        for (day, rate), next_day in zip(rates, [*following, date(9999, 12, 31)], strict=True):
            values = {"IsoCode": code, "StartDate": day, "NextStartDate": next_day, "ConversionRate": rate}
            number = day.toordinal() * 10 + unit.currency_numbers[code]
            yield unit.fixed("dated_rate", number, values, min(midnight(day), unit.facts.as_of))


def _teams(unit: Unit) -> list[str]:
    return sorted({owner.team for owner in unit.facts.owners})


def _rates(unit: Unit) -> dict[str, list[tuple[date, Decimal]]]:
    """By currency, each day with a rate; the treasury says it the other way round."""
    found: dict[str, list[tuple[date, Decimal]]] = {CORPORATE_CURRENCY: [(unit.began.date(), Decimal(1))]}
    for fixing in unit.facts.exchange_rates:
        if fixing.currency != CORPORATE_CURRENCY:
            found.setdefault(fixing.currency, []).append((fixing.day, round(1 / Decimal(fixing.rate), 6)))
    return {code: sorted(rates) for code, rates in found.items()}
