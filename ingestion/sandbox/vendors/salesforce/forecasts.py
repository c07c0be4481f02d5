"""Records of what sellers promise and are asked for: periods, forecasts as they stand and as submitted, quotas.

Categories are cumulative: what is won is in all of them. Salesforce leaves it out of `OpenPipeline`; the facts do not
tell it apart.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from ingestion.sandbox.facts import ForecastSubmission, salesforce_id
from ingestion.sandbox.vendors.salesforce.unit import Record, Records, Unit, major

NAMES = {"commit": "Commit", "best_case": "Best Case", "pipeline": "Pipeline"}
CATEGORIES = {"commit": "CommitForecast", "best_case": "BestCaseForecast", "pipeline": "OpenPipeline"}
TYPE = salesforce_id("forecasting_type", 1)


def periods(unit: Unit) -> Records:
    for (start, end), number in unit.periods.items():
        quarter = (start.month + 2) // 3
        values = {
            "StartDate": start,
            "EndDate": end,
            "Type": "Quarter",
            "Number": quarter,
            "QuarterLabel": f"Q{quarter}",
            "FullyQualifiedLabel": f"FQ{quarter} FY {start.year}",
            "IsForecastPeriod": True,
        }
        yield unit.fixed("period", number, values)


def types(unit: Unit) -> Records:
    values = {"DeveloperName": "OpportunityRevenue", "MasterLabel": "Opportunity Revenue", "IsActive": True}
    yield unit.fixed("forecasting_type", 1, {**values, "IsAmount": True, "IsQuantity": False})


def items(unit: Unit) -> Records:
    """The newest number of each seller, quarter and category: this object keeps no older ones."""
    said: dict[tuple[int, date, date, str], list[ForecastSubmission]] = defaultdict(list)
    for item in unit.facts.forecast_submissions:
        said[item.owner_id, item.period_start, item.period_end, item.category].append(item)
    for (owner, start, end, category), told in said.items():
        told.sort(key=lambda item: item.submitted_at)
        first, newest = told[0], told[-1]
        amount = major(newest.amount, newest.currency)
        values = {
            "OwnerId": salesforce_id("user", owner),
            "PeriodId": unit.period_id(start, end),
            "ForecastingTypeId": TYPE,
            "ForecastCategoryName": NAMES[category],
            "ForecastingItemCategory": CATEGORIES[category],
            "ForecastAmount": amount,
            "AmountWithoutAdjustments": amount,
            "AmountWithoutManagerAdjustment": amount,
            "OwnerOnlyAmount": amount,
            "HasAdjustment": False,
            "HasOwnerAdjustment": False,
            "IsAmount": True,
            "IsUpToDate": True,
            "CurrencyIsoCode": newest.currency,
        }
        number = salesforce_id("forecast", first.submission_id)
        yield Record(number, values, first.submitted_at, newest.submitted_at)


def submissions(unit: Unit) -> Records:
    said = _submitted(unit)
    newest: dict[tuple[int, date], datetime] = {}
    for owner, start, _, at in said:
        newest[owner, start] = max(at, newest.get((owner, start), at))
    for (owner, start, end, at), told in said.items():
        values = {
            "Name": f"FS-{told[0].submission_id}",
            "ForecastOwnerId": salesforce_id("user", owner),
            "PeriodId": unit.period_id(start, end),
            "PeriodStartDate": start,
            "ForecastingTypeId": TYPE,
            "IsLatest": at == newest[owner, start],
            "SubmissionDateTime": at,
            "ProductFamily": "none",
            "CurrencyIsoCode": told[0].currency,
            "CreatedById": salesforce_id("user", owner),
        }
        yield Record(salesforce_id("forecast_submission", told[0].submission_id), values, at, at)


def submission_items(unit: Unit) -> Records:
    for (owner, _, _, at), told in _submitted(unit).items():
        for item in told:
            values = {
                "Name": f"FSI-{item.submission_id}",
                "ForecastingSubmissionId": salesforce_id("forecast_submission", told[0].submission_id),
                "ForecastingItemCategory": CATEGORIES[item.category],
                "Amount": major(item.amount, item.currency),
                "CurrencyIsoCode": item.currency,
                "CreatedById": salesforce_id("user", owner),
            }
            yield Record(salesforce_id("forecast_submission_item", item.submission_id), values, at, at)


def _submitted(unit: Unit) -> dict[tuple[int, date, date, datetime], list[ForecastSubmission]]:
    """What each seller said for each quarter at once."""
    found: dict[tuple[int, date, date, datetime], list[ForecastSubmission]] = defaultdict(list)
    for item in unit.facts.forecast_submissions:
        found[item.owner_id, item.period_start, item.period_end, item.submitted_at].append(item)
    return found


def quotas(unit: Unit) -> Records:
    for quota in unit.facts.quotas:
        values = {
            "QuotaOwnerId": salesforce_id("user", quota.owner_id),
            "PeriodId": unit.period_id(quota.period_start, quota.period_end),
            "ForecastingTypeId": TYPE,
            "QuotaAmount": major(quota.amount, quota.currency),
            "StartDate": quota.period_start,
            "IsAmount": True,
            "IsQuantity": False,
            "CurrencyIsoCode": quota.currency,
        }
        yield Record(salesforce_id("quota", quota.quota_id), values, quota.set_at, quota.set_at)
