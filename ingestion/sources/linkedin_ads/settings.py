"""What a LinkedIn Ads connection needs to know."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from ingestion.source import SourceSettings

DEFAULT_BASE_URL = "https://api.linkedin.com"
DEFAULT_OAUTH_URL = "https://www.linkedin.com/oauth/v2/accessToken"


class Settings(SourceSettings):
    """A refresh token with the application it was issued to, or an access token where LinkedIn grants no refresh."""

    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    access_token: SecretStr = SecretStr("")
    """Lives 60 days. Used when there is no refresh token: LinkedIn grants those to approved applications only."""
    account_ids: tuple[str, ...] = ()
    """Accounts to read, as numbers or URNs: a list, or one text with commas. Empty: all that the token may read."""
    base_url: str = DEFAULT_BASE_URL
    token_url: str | None = None
    """Where refresh tokens are exchanged; by default LinkedIn's, or `<base_url>/oauth/v2/accessToken`."""
    api_version: str = Field(default="202608", pattern=r"^\d{6}(\.\d+)?$")
    """Month of the API, sent as `LinkedIn-Version`; LinkedIn serves each for at least a year."""
    start_date: date = date(2023, 1, 1)
    """First day of spend to read (UTC)."""
    lookback_days: int = Field(default=90, ge=1)
    """Conversions are attributed up to 90 days back, so each run reads so many days again."""
    days_per_request: int = Field(default=30, ge=1)
    """Days of one report; halved where the answer would be cut at 15,000 rows."""
    page_size: int = Field(default=500, ge=1, le=1000)
    read_tracking_parameters: bool = True
    """Ask for each campaign's tracking parameters, which say the utm_campaign of its links (one request each)."""

    @field_validator("account_ids", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        items = value.split(",") if isinstance(value, str) else value
        return tuple(dict.fromkeys(str(item).strip().rsplit(":", 1)[-1] for item in items if str(item).strip()))

    @field_validator("account_ids")
    @classmethod
    def _digits(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not item.isdigit() for item in value):
            raise ValueError("account ids are numbers, or URNs that end in one")
        return value

    @model_validator(mode="after")
    def _has_a_token(self) -> Self:
        refreshes = self.refresh_token.get_secret_value()
        if not refreshes and not self.access_token.get_secret_value():
            raise ValueError("refresh_token (with client_id and client_secret) or access_token is needed")
        if refreshes and not (self.client_id and self.client_secret.get_secret_value()):
            raise ValueError("refresh_token needs client_id and client_secret")
        return self

    @property
    def effective_token_url(self) -> str:
        """Where to exchange the refresh token."""
        if self.token_url:
            return self.token_url
        if self.base_url == DEFAULT_BASE_URL:
            return DEFAULT_OAUTH_URL
        return f"{self.base_url.rstrip('/')}/oauth/v2/accessToken"
