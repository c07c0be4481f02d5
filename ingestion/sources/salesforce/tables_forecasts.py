"""Plans: fiscal periods, quotas, and forecasts as they stand and as they were submitted."""

from __future__ import annotations

from ingestion.sources.salesforce.sobject import CURRENCY, Field, SObject, changing, whole


def forecasts() -> tuple[SObject, ...]:
    rolled_up: tuple[Field, ...] = (
        ("OwnerId", "text", "Whose forecast"),
        ("PeriodId", "text", "Period"),
        ("ForecastingTypeId", "text", "Forecast type"),
        ("ForecastingItemCategory", "text", "Rollup, such as CommitForecast or CommitOnly"),
        ("ForecastCategoryName", "text", "Forecast category, for single-category rollups"),
        ("ForecastAmount", "double", "With all adjustments"),
        ("AmountWithoutManagerAdjustment", "double", "As the owner sees it, own adjustments included"),
        ("AmountWithoutAdjustments", "double", "Without any adjustment"),
        ("OwnerOnlyAmount", "double", "The owner's own deals only"),
        ("HasAdjustment", "bool", "A manager adjusted it"),
        ("HasOwnerAdjustment", "bool", "The owner adjusted it"),
        ("IsAmount", "bool", "A forecast of revenue, not of quantity"),
        ("IsUpToDate", "bool", "False while Salesforce is still adding it up"),
        ("ParentForecastingItemId", "text", "The item of the manager above"),
        ("ProductFamily", "text", "Product family, for forecast types by family"),
        CURRENCY,
    )
    return (
        whole(
            "Period",
            "periods",
            "Fiscal months, quarters, weeks and years.",
            (
                ("Type", "text", "Month, Quarter, Week or Year"),
                ("StartDate", "date", "First day"),
                ("EndDate", "date", "Last day"),
                ("IsForecastPeriod", "bool", "Used by forecasts"),
            ),
        ),
        whole(
            "ForecastingType",
            "forecasting_types",
            "Kinds of forecast that the org makes.",
            (
                ("DeveloperName", "text", "Name in the API"),
                ("MasterLabel", "text", "Name"),
                ("IsActive", "bool", "In use"),
            ),
        ),
        whole(
            "ForecastingQuota",
            "forecasting_quotas",
            "What each user is to close in a period.",
            (
                ("QuotaOwnerId", "text", "Whose quota"),
                ("PeriodId", "text", "Period"),
                ("StartDate", "date", "First day of the period"),
                ("ForecastingTypeId", "text", "Forecast type"),
                ("QuotaAmount", "decimal", "Quota"),
                ("IsAmount", "bool", "A quota of revenue, not of quantity"),
                ("ProductFamily", "text", "Product family, for forecast types by family"),
                CURRENCY,
            ),
        ),
        changing(
            "ForecastingItem",
            "forecasting_items",
            "Each version of a forecast that a run met: Salesforce keeps the present one only.",
            rolled_up,
            key=("id", "system_modstamp"),
            can_delete=False,
            is_compared=False,
            is_optional=True,
        ),
        changing(
            "ForecastingSubmission",
            "forecasting_submissions",
            "Forecasts as submitted (API v62 and later).",
            (
                ("ForecastOwnerId", "text", "Whose forecast"),
                ("PeriodId", "text", "Period"),
                ("ForecastingTypeId", "text", "Forecast type"),
                ("SubmissionDateTime", "timestamp", "When"),
                ("IsLatest", "bool", "The last of its period"),
                CURRENCY,
            ),
            can_delete=False,
            is_compared=False,
            is_optional=True,
        ),
        changing(
            "ForecastingSubmissionItem",
            "forecasting_submission_items",
            "Amounts of submitted forecasts, one for each rollup (API v62 and later).",
            (
                ("ForecastingSubmissionId", "text", "Submission"),
                ("ForecastingItemCategory", "text", "Rollup, such as CommitForecast or CommitOnly"),
                ("Amount", "double", "Amount"),
                CURRENCY,
            ),
            can_delete=False,
            is_compared=False,
            is_optional=True,
        ),
    )
