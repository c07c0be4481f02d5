"""Advertising, audiences and newsletters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ingestion.sandbox.facts.history import History


@dataclass
class AdCampaign:
    campaign_id: int
    name: str
    channel_type: str
    """Google: `SEARCH`, `DISPLAY`, `VIDEO`, `PERFORMANCE_MAX`. LinkedIn: `SPONSORED_UPDATES`, `SPONSORED_INMAILS`,
    `TEXT_AD`, `DYNAMIC`."""
    utm_campaign: str
    currency: str
    starts_on: date
    ends_on: date | None
    status: History[str]
    """`ENABLED`, `PAUSED`, `REMOVED`."""
    platform: str = "google_ads"
    """`google_ads` or `linkedin_ads`; campaign ids are unique across both."""
    group: str | None = None
    """LinkedIn's campaign group, by name."""
    objective: str | None = None
    """LinkedIn's: `LEAD_GENERATION`, `WEBSITE_VISIT`, `WEBSITE_CONVERSION`, `BRAND_AWARENESS`."""


@dataclass
class AdDay:
    """One campaign's day. Conversions arrive late: `conversions_by_lag[n]` were known n days after the day.

    Only lags up to the as-of date are in the list.
    """

    campaign_id: int
    day: date
    impressions: int
    clicks: int
    cost_micros: int
    conversions_by_lag: list[int]
    conversion_value_micros_each: int

    def conversions_known(self, as_of: date) -> int:
        """Conversions of the day as reported on `as_of`."""
        lag = (as_of - self.day).days
        return sum(self.conversions_by_lag[: max(0, lag + 1)])


@dataclass
class EmailCampaign:
    campaign_id: str
    list_id: str
    subject: str
    sent_at: datetime


@dataclass
class AudienceMember:
    """A subscription of an email address to an audience (Mailchimp list)."""

    list_id: str
    person_id: int
    email: str
    first_name: str
    last_name: str
    subscribed_at: datetime
    status: History[str]
    """`subscribed`, `unsubscribed`, `cleaned`."""
    updated_at: datetime


@dataclass
class EmailActivity:
    campaign_id: str
    list_id: str
    person_id: int
    email: str
    action: str
    """`sent`, `open`, `click`, `bounce`, `unsub`."""
    at: datetime
    url: str | None = None
