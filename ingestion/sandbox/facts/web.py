"""Visits to the company's websites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class PageAction:
    at: datetime
    kind: str
    """`action` (a page view) or `goal` (a conversion)."""
    url: str
    title: str
    goal_id: int | None = None
    goal_name: str | None = None


@dataclass
class Visit:
    """A visit to one of the two websites, in the order in which the tracker's records arrived."""

    visit_id: int
    visitor_id: str
    person_id: int | None
    """Who it really was: known to the world and to truth, never served. Nobody in `people` until they are on record."""
    user_id: str | None
    """The logged-in id the tracker saw (the person's e-mail address), None while anonymous."""
    started_at: datetime
    ended_at: datetime
    referrer_type: str
    """Matomo's: `direct`, `search`, `website`, `campaign`, `social`."""
    referrer_name: str | None
    campaign_source: str | None
    campaign_medium: str | None
    campaign_name: str | None
    device_type: str
    browser: str
    country: str
    actions: list[PageAction]
    site: str = "matomo"
    """Who measures the website visited: `matomo` (northwind and polaris) or `ga4` (meridian)."""
    received_at: datetime | None = None
    """When its events arrived if that was days late (GA4 only: an app that was offline); None = at once. Until then
    `Facts.visits` does not have it."""

    @property
    def user_pseudo_id(self) -> str:
        """GA4's name for the device: two numbers and a point, decided by the visitor id."""
        return f"{int(self.visitor_id[:8], 16)}.{int(self.visitor_id[8:], 16)}"

    @property
    def ga_session_id(self) -> int:
        """GA4's name for the visit: its start in Unix seconds; unique only together with `user_pseudo_id`."""
        return int(self.started_at.timestamp())
