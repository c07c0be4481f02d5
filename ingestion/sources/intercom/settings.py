"""What an Intercom connection needs to know."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import Field, SecretStr

from ingestion.source import SourceSettings

HOSTS = {"us": "https://api.intercom.io", "eu": "https://api.eu.intercom.io", "au": "https://api.au.intercom.io"}
NAMED_VERSIONS = ("Preview", "Unstable")


class Settings(SourceSettings):
    """An access token, and the region in which the workspace is hosted."""

    access_token: SecretStr
    """Of an app in the workspace's Developer Hub."""
    region: Literal["us", "eu", "au"] = "us"
    base_url: str | None = None
    """By default the API of the region."""
    api_version: str = Field(default="2.17", pattern=r"^(2\.\d+|Preview|Unstable)$")
    """Sent as `Intercom-Version`; without it the app's own default would decide what answers look like."""
    start_date: date | None = None
    """Read what changed since this day (UTC); None reads everything."""
    lag_minutes: int = Field(default=15, ge=0)
    """How far before the newest change seen a run begins: searches learn of a change some minutes late."""
    page_size: int = Field(default=150, ge=1, le=150)
    find_deleted_contacts: bool = True
    """List every contact on each run (one request for 150) to notice those deleted, archived or merged away."""
    keep_message_text: bool = False
    """Keep what people wrote (messages, notes, the words beside a rating) in the raw tables."""

    @property
    def effective_base_url(self) -> str:
        """Where to call."""
        return self.base_url or HOSTS[self.region]

    @property
    def first_moment(self) -> datetime:
        """Naive UTC of the oldest change to read."""
        return datetime.combine(self.start_date, time()) if self.start_date else datetime(1970, 1, 1)

    @property
    def lag(self) -> timedelta:
        return timedelta(minutes=self.lag_minutes)

    @property
    def contact_search_slack(self) -> timedelta:
        """Before 2.17 contacts are searched by whole days of the workspace's zone, and `>` leaves out the day named."""
        return timedelta(0) if self._is_at_least(17) else timedelta(days=2)

    @property
    def lists_deleted_conversations(self) -> bool:
        """`/conversations/deleted` came with 2.16."""
        return self._is_at_least(16)

    def _is_at_least(self, minor: int) -> bool:
        return self.api_version in NAMED_VERSIONS or int(self.api_version.split(".")[1]) >= minor


def epoch(moment: datetime) -> int:
    """Epoch second of a naive UTC moment."""
    return int(moment.replace(tzinfo=UTC).timestamp())
