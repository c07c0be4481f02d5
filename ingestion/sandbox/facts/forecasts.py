"""What sellers of the Salesforce and Dynamics units promise, and what they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

FORECAST_CATEGORIES = ("commit", "best_case", "pipeline")


@dataclass
class ForecastSubmission:
    """One number of one seller's weekly forecast; every Monday of a quarter brings three, one for each category.

    Categories include one another and what is won already: won ≤ commit ≤ best_case ≤ pipeline. A submission is never
    changed; the next week's replaces it.
    """

    submission_id: int
    business_unit: str
    owner_id: int
    period_start: date
    """First day of a calendar quarter."""
    period_end: date
    """Last day of it."""
    category: str
    """One of `FORECAST_CATEGORIES`."""
    amount: int
    currency: str
    """USD; deals in other currencies are taken at the treasury's rate of the day."""
    submitted_at: datetime


@dataclass
class Quota:
    """What a seller is to win in a quarter; sellers hired during one get none for it."""

    quota_id: int
    business_unit: str
    owner_id: int
    period_start: date
    period_end: date
    amount: int
    currency: str
    set_at: datetime
