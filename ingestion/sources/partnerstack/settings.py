"""What a PartnerStack connection needs to know."""

from __future__ import annotations

from datetime import date

from pydantic import Field, SecretStr

from ingestion.source import SourceSettings


class Settings(SourceSettings):
    """The public and the secret key of the programme (Settings → Integrations → PartnerStack API keys)."""

    public_key: str
    secret_key: SecretStr
    base_url: str = "https://api.partnerstack.com"
    api_version: str = Field(default="v2", pattern=r"^v\d+$")
    start_date: date | None = None
    """Read only what was updated since this day (UTC); None reads everything."""
    lag_minutes: int = Field(default=60, ge=0)
    """How far before the newest change seen each run begins, for changes that the list shows late."""
    page_size: int = Field(default=250, ge=1, le=250)
