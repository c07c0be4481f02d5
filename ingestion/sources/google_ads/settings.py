"""What a Google Ads connection needs to know."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field, SecretStr, field_validator

from ingestion.source import SourceSettings

DEFAULT_BASE_URL = "https://googleads.googleapis.com"
DEFAULT_OAUTH_URL = "https://oauth2.googleapis.com/token"


class Settings(SourceSettings):
    """Credentials of an OAuth client with a refresh token, and the accounts to read."""

    client_id: str
    client_secret: SecretStr
    refresh_token: SecretStr
    developer_token: SecretStr
    customer_ids: tuple[str, ...] = Field(min_length=1)
    """Accounts to read: a list, or one text with commas; dashes are dropped (`123-456-7890`)."""
    login_customer_id: str | None = None
    """The manager account through which the accounts are reached, if any."""
    base_url: str = DEFAULT_BASE_URL
    api_version: str = Field(default="v24", pattern=r"^v\d+$")
    token_url: str | None = None
    """Where refresh tokens are exchanged; by default Google's, or `<base_url>/token` where base_url is not Google's."""
    start_date: date = date(2023, 1, 1)
    """First day of spend to read, in each account's time zone."""
    lookback_days: int = Field(default=90, ge=1)
    """Conversions and invalid-click credits restate a day for up to about 90 days: so far back each run reads again."""
    days_per_request: int = Field(default=366, ge=1)

    @field_validator("customer_ids", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        items = value.split(",") if isinstance(value, str) else value
        return tuple(str(item).strip().replace("-", "") for item in items if str(item).strip())

    @field_validator("customer_ids")
    @classmethod
    def _digits(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not item.isdigit() for item in value):
            raise ValueError("customer ids are ten digits, with or without dashes")
        return tuple(dict.fromkeys(value))

    @property
    def effective_token_url(self) -> str:
        """Where to exchange the refresh token."""
        if self.token_url:
            return self.token_url
        return DEFAULT_OAUTH_URL if self.base_url == DEFAULT_BASE_URL else f"{self.base_url.rstrip('/')}/token"

    @property
    def has_campaign_times(self) -> bool:
        """From v23 on a campaign has `start_date_time` and `end_date_time` in place of `start_date` and `end_date`."""
        return int(self.api_version[1:]) >= 23
