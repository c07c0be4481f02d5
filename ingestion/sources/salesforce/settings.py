"""What can be set for one Salesforce org."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field, SecretStr, field_validator, model_validator

from ingestion.source import SourceSettings

LOGIN_URL = "https://login.salesforce.com"
OLDEST_VERSION, NEWEST_VERSION = 59, 68


class Settings(SourceSettings):
    """Credentials of an integration user, the API's version, and which custom fields to read.

    Three ways in: a client id and secret (client-credentials flow), these with a refresh token, or an access token.
    """

    base_url: str = LOGIN_URL
    """Where tokens are issued: your My Domain (`https://acme.my.salesforce.com`). With `access_token`, the instance."""
    client_id: str | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    access_token: SecretStr | None = None
    api_version: str = "v66.0"
    lag_minutes: int = Field(default=10, ge=0)
    """How far before the last change seen to read again: a long transaction shows its records late, with old times."""
    page_size: int = Field(default=2000, ge=200, le=2000)
    """Records a page; Salesforce may give fewer."""
    custom_fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Object → API names of custom fields to read besides, such as `{Opportunity = ["Health__c"]}`."""
    currency_code: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    """The currency of an org that has only one: Salesforce does not tell it."""
    account_segment_field: str = "Segment__c"
    account_region_field: str = "Region__c"
    account_acquisition_channel_field: str = "Acquisition_Channel__c"
    lead_landing_page_field: str = "Landing_Page__c"
    lead_qualified_at_field: str = "Qualified_At__c"
    opportunity_partner_field: str = "Partner_Key__c"
    opportunity_loss_reason_field: str = "Loss_Reason__c"
    product_revenue_type_field: str = "Revenue_Type__c"
    """`recurring`, `one_off`, `services` or `usage`; anything else counts as `one_off`."""

    @field_validator("api_version")
    @classmethod
    def _known_version(cls, value: str) -> str:
        number = value.removeprefix("v").removesuffix(".0")
        if not number.isdigit() or not OLDEST_VERSION <= int(number) <= NEWEST_VERSION:
            raise ValueError(f"a version from v{OLDEST_VERSION}.0 to v{NEWEST_VERSION}.0 is needed")
        return f"v{number}.0"

    @field_validator("custom_fields", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: fields.split(",") if isinstance(fields, str) else fields for name, fields in value.items()}

    @field_validator("custom_fields")
    @classmethod
    def _names(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for fields in value.values():
            for field in fields:
                if not field.strip().replace("_", "").isalnum() or not field.isascii():
                    raise ValueError("fields are named by their API names, such as Health__c")
        return {name: tuple(dict.fromkeys(field.strip() for field in fields)) for name, fields in value.items()}

    @model_validator(mode="after")
    def _way_in(self) -> Settings:
        if not self.access_token and not (self.client_id and self.client_secret):
            raise ValueError("give client_id and client_secret (with refresh_token for that flow), or access_token")
        if self.access_token and self.base_url.rstrip("/") == LOGIN_URL:
            raise ValueError("an access_token needs base_url, the address of its instance")
        return self

    @property
    def lag(self) -> timedelta:
        return timedelta(minutes=self.lag_minutes)
