"""What can be set for one HubSpot account."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from ingestion.source import SourceSettings

FieldName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]


class Settings(SourceSettings):
    """Credentials, where the API is, how to page it, and which custom properties carry our dimensions."""

    access_token: SecretStr
    """Token of a private app, or an OAuth access token."""
    base_url: str = "https://api.hubapi.com"
    api_version: str = Field(default="2026-09", pattern=r"^(\d{4}-\d{2}(-beta)?|v3)$")
    """A dated version, or `v3` for the older paths."""
    lag_minutes: int = Field(default=10, ge=0)
    """How far before the last change seen to read again: a change takes a while to appear in search results."""
    list_page_size: int = Field(default=100, ge=1, le=100)
    search_page_size: int = Field(default=200, ge=1, le=200)
    batch_size: int = Field(default=50, ge=1, le=50)
    """Objects in one read with history; HubSpot allows 50."""
    association_batch_size: int = Field(default=1000, ge=1, le=1000)
    company_segment_property: str = "segment"
    company_region_property: str = "region"
    company_acquisition_channel_property: str = "acquisition_channel"
    deal_partner_property: str = "partner_key"
    custom_fields: dict[Literal["companies", "contacts", "deals"], tuple[FieldName, ...]] = Field(default_factory=dict)
    """Object → internal names of further properties to read, such as `{deals = ["health_score"]}`."""

    @property
    def lag(self) -> timedelta:
        return timedelta(minutes=self.lag_minutes)
