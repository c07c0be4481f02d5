"""What a Dynamics 365 connection needs to know."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlparse

from pydantic import Field, SecretStr

from ingestion.source import SourceSettings

LOGIN_URL = "https://login.microsoftonline.com"


class Settings(SourceSettings):
    """An application registered in Microsoft Entra ID, the environment it reads, and which columns mean what."""

    tenant_id: str
    """Directory (tenant) id of the application."""
    client_id: str
    client_secret: SecretStr
    base_url: str
    """The environment, such as `https://contoso.crm.dynamics.com`."""
    api_version: str = Field(default="v9.2", pattern=r"^v\d+\.\d+$")
    token_url: str | None = None
    """Where tokens are issued; by default Microsoft's public cloud for an environment there, else under base_url."""
    page_size: int = Field(default=5000, ge=1, le=5000)
    lag_minutes: int = Field(default=10, ge=0)
    """How far before the newest change seen to read again, where a table has no change tracking."""
    read_audits: bool = True
    """Whether field history is read from the audit log, which takes a privilege of its own."""
    read_activity_parties: bool = True
    """Whether to read who took part in activities: the largest table where e-mails go to many."""
    process_flows: tuple[str, ...] = ("opportunitysalesprocesses",)
    """Entity sets of the business process flows that deals run through."""
    account_segment_field: str = "new_segment"
    account_region_field: str = "new_region"
    """Where it is empty, the name of the account's territory is used."""
    account_acquisition_channel_field: str = "new_acquisitionchannel"
    """Where it is empty, the channel of the lead that the account came from."""
    lead_channel_field: str = "new_channel"
    """Where it is empty, the lead source."""
    lead_qualified_field: str = "new_qualifiedon"
    """A time; where it is empty, the lead was qualified when it was converted."""
    opportunity_type_field: str = "new_opportunitytype"
    """Its text or label tells new business, expansion and renewal apart."""
    opportunity_partner_field: str = "new_partnerkey"
    opportunity_loss_reason_field: str = "new_lossreason"
    """Where it is empty, the status reason."""
    product_family_field: str = "new_family"
    """Where it is empty, the product family it belongs to."""
    product_revenue_type_field: str = "new_revenuetype"
    """Its text or label is `recurring`, `one_off`, `services` or `usage`."""
    custom_fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """More columns to read, by raw table: `{opportunities = ["new_region"]}`; they are kept in `_record`."""

    def reads(self, entity_set: str) -> bool:
        """Whether a table is wanted."""
        return {"audits": self.read_audits, "activityparties": self.read_activity_parties}.get(entity_set, True)

    @property
    def lag(self) -> timedelta:
        return timedelta(minutes=self.lag_minutes)

    @property
    def effective_token_url(self) -> str:
        """Where to ask for a token."""
        if self.token_url:
            return self.token_url
        host = urlparse(self.base_url).hostname or ""
        login = LOGIN_URL if host.endswith(".dynamics.com") else self.base_url.rstrip("/")
        return f"{login}/{self.tenant_id}/oauth2/v2.0/token"
