"""What a Matomo connection needs to know."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, Field, SecretStr, field_validator

from ingestion.source import SourceSettings


class Settings(SourceSettings):
    """Where Matomo runs and a token of a user with view access."""

    base_url: str
    """The installation, such as `https://analytics.example.com` or `https://example.matomo.cloud`."""
    token_auth: SecretStr
    site_ids: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("site_ids", "site_id"))
    """Sites to read: a list, or one text with commas; empty means every site the token may view."""
    time_zone: str = "UTC"
    """The sites' time zone: decides which days are over and may be read."""
    start_date: date = date(2023, 1, 1)
    """First day to read. Set it to the first day whose visits log has not been purged."""
    reread_days: int = Field(default=3, ge=1)
    """Days before the last day seen that each run reads again: a visit can still grow and be attributed late."""
    days_per_request: int = Field(default=31, ge=1)
    page_size: int = Field(default=500, ge=1)

    @field_validator("site_ids", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        items = value.split(",") if isinstance(value, str) else value if isinstance(value, list | tuple) else [value]
        return tuple(str(item).strip() for item in items if str(item).strip())

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("time_zone is a name of the IANA database, such as Europe/Berlin") from None
        return value
