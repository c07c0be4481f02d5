"""Every source the warehouse can read. Adding one touches this file and no other existing file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, Protocol, cast

from ingestion.source import Finding, SourceSettings, Stream
from ingestion.tables import RawTable

Domain = Literal["crm", "orders", "marketing", "web", "partners", "communications", "any"]


class Connector(Protocol):
    """What a package `ingestion.sources.<name>` offers at its top level."""

    Settings: type[SourceSettings]

    def tables(self, settings: SourceSettings | None) -> tuple[RawTable, ...]:
        """The raw tables; with None, those of an instance with default settings (used to declare them empty)."""

    def streams(self, settings: SourceSettings) -> Iterable[Stream]:
        """One stream for each table, in the order to read them. Does no I/O until a stream's pages are read.

        A `replace` table without a stream is emptied: nothing is configured to fill it any more.
        """

    def check(self, settings: SourceSettings) -> str | Sequence[Finding]:
        """Make a few cheap authenticated calls; say in a few words what answered, and what may not be read.

        Raises `IngestionError` where nothing can be read at all.
        """


@dataclass(frozen=True)
class SourceSpec:
    """One line of the registry. `provides` are the canonical tables that its models `map_<name>__<table>` fill."""

    name: str
    title: str
    domain: Domain
    provides: tuple[str, ...]
    cadence: Literal["hourly", "daily"] = "daily"

    @property
    def connector(self) -> Connector:
        """The connector's package, imported on first use."""
        return cast(Connector, import_module(f"ingestion.sources.{self.name}"))


REGISTRY: dict[str, SourceSpec] = {
    spec.name: spec
    for spec in (
        SourceSpec(
            "hubspot",
            "HubSpot",
            "crm",
            (
                "accounts",
                "contacts",
                "owners",
                "teams",
                "opportunities",
                "opportunity_contacts",
                "opportunity_changes",
                "owner_changes",
                "pipeline_stages",
                "activities",
            ),
        ),
        SourceSpec(
            "salesforce",
            "Salesforce",
            "crm",
            (
                "accounts",
                "contacts",
                "leads",
                "owners",
                "teams",
                "opportunities",
                "opportunity_contacts",
                "opportunity_line_items",
                "opportunity_changes",
                "owner_changes",
                "pipeline_stages",
                "activities",
                "campaigns",
                "campaign_members",
                "products",
                "exchange_rates",
                "forecast_submissions",
                "quotas",
            ),
        ),
        SourceSpec(
            "dynamics",
            "Microsoft Dynamics 365",
            "crm",
            (
                "accounts",
                "contacts",
                "leads",
                "owners",
                "teams",
                "opportunities",
                "opportunity_contacts",
                "opportunity_changes",
                "owner_changes",
                "opportunity_line_items",
                "pipeline_stages",
                "products",
                "activities",
                "quotas",
            ),
        ),
        SourceSpec(
            "stripe",
            "Stripe",
            "orders",
            (
                "customers",
                "products",
                "subscriptions",
                "subscription_item_terms",
                "invoices",
                "invoice_lines",
                "payments",
                "refunds",
                "credit_notes",
            ),
        ),
        SourceSpec(
            "postgres_orders",
            "Order database (PostgreSQL)",
            "orders",
            ("customers", "products", "orders", "order_lines", "refunds", "exchange_rates"),
        ),
        SourceSpec(
            "shopify",
            "Shopify",
            "orders",
            ("customers", "products", "orders", "order_lines", "payments", "refunds"),
        ),
        SourceSpec("google_ads", "Google Ads", "marketing", ("campaigns", "marketing_spend")),
        SourceSpec("linkedin_ads", "LinkedIn Ads", "marketing", ("campaigns", "marketing_spend")),
        SourceSpec("mailchimp", "Mailchimp", "marketing", ("campaigns", "audience_members", "email_events")),
        SourceSpec("matomo", "Matomo", "web", ("sessions", "page_views", "conversions")),
        SourceSpec("ga4", "Google Analytics 4 export", "web", ("sessions", "page_views", "conversions")),
        SourceSpec("partnerstack", "PartnerStack", "partners", ("partners", "referrals", "commissions")),
        SourceSpec(
            "zendesk",
            "Zendesk",
            "communications",
            ("conversations", "messages", "conversation_events", "satisfaction_ratings"),
        ),
        SourceSpec(
            "intercom",
            "Intercom",
            "communications",
            ("conversations", "messages", "conversation_events", "satisfaction_ratings"),
        ),
        SourceSpec("files", "Files (CSV, Parquet, JSON Lines)", "any", ()),
    )
}


def filled_by(table: str) -> tuple[str, ...]:
    """The connectors that fill a canonical table; files can fill any."""
    return (*(spec.name for spec in REGISTRY.values() if table in spec.provides), "files")
