"""What a Zendesk connection needs to know."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from pydantic import Field, SecretStr

from ingestion.source import SourceSettings


class Settings(SourceSettings):
    """An API token and the address of the administrator it acts as."""

    base_url: str
    """The account, such as `https://example.zendesk.com`."""
    api_version: str = Field(default="v2", pattern=r"^v\d+$")
    email: str
    api_token: SecretStr
    start_date: date | None = None
    """Read what changed since this day (UTC); None reads everything."""
    page_size: int = Field(default=1000, ge=1, le=1000)
    """Of the incremental exports; lists are read in pages of at most 100."""
    lag_minutes: int = Field(default=10, ge=0)
    """How far before the end of the last run the exports by time (events) begin again."""
    rating_lookback_days: int = Field(default=60, ge=1)
    """Ratings are listed by creation: one offered so many days ago can still be given or changed."""
    keep_message_text: bool = False
    """Keep what people wrote (comment bodies, a ticket's description, the words beside a rating) in the raw tables."""

    @property
    def first_second(self) -> int:
        """Epoch second at which a first run begins."""
        return int(datetime.combine(self.start_date, time(), UTC).timestamp()) if self.start_date else 0
