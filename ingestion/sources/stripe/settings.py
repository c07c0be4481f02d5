"""Settings of one Stripe account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, SecretStr

from ingestion.source import SourceSettings

MetadataKey = str | Annotated[tuple[str, ...], Field(min_length=1)]


class Settings(SourceSettings):
    """`[sources.stripe]`: where the account answers, with which key, and how its metadata is to be understood."""

    base_url: str = "https://api.stripe.com"
    api_key: SecretStr
    """A secret or (better) restricted key with read access; see the README for the permissions."""
    api_version: str = "2026-10-28"
    """Sent as `Stripe-Version` with every request, whatever the account's own default is."""
    account: str | None = None
    """A connected account (`acct_…`) to read on whose behalf; the key's own account when left out."""
    page_size: int = Field(default=100, ge=1, le=100)
    lag_minutes: int = Field(default=60, ge=0)
    """How far before the newest event of the last run this run reads again: Stripe may list events out of order."""
    start_date: datetime | None = None
    """Invoices, payments, credit notes and refunds created earlier are left at Stripe. MRR then begins here too."""
    account_metadata_key: MetadataKey = ("hubspot_company_id", "salesforce_account_id", "dynamics_account_id")
    """Metadata key of a customer under which somebody typed the CRM company's id, or several: the first found counts"""
    opportunity_metadata_key: MetadataKey = (
        "hubspot_deal_id",
        "salesforce_opportunity_id",
        "dynamics_opportunity_id",
    )
    """Metadata key of a subscription under which somebody typed the CRM deal's id; likewise."""
    order_metadata_key: str = "order_id"
    """Metadata key of an invoice under which the order system's id is kept, for bills of orders."""
    family_metadata_key: str = "family"
    """Metadata key of a product that names its product line."""
    service_families: tuple[str, ...] = ("services",)
    """Product lines whose revenue counts as services, compared without regard to case."""
    service_names: tuple[str, ...] = ()
    """Product names whose revenue counts as services, compared without regard to case."""

    @property
    def start_epoch(self) -> int | None:
        """`start_date` in epoch seconds, its zone taken as UTC when it has none."""
        if self.start_date is None:
            return None
        moment = self.start_date if self.start_date.tzinfo else self.start_date.replace(tzinfo=UTC)
        return int(moment.timestamp())
