"""Small lists that are read whole each time: owners, pipelines, the account itself."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.source import Page, StreamContext
from ingestion.sources.hubspot.api import HubSpotApi
from ingestion.tables import Column, RawTable

OWNERS = RawTable(
    "owners",
    "Users who can own records, those who left included.",
    (
        Column("id", "text", "Owner id: what hubspot_owner_id holds"),
        Column("email", "text", "E-mail address"),
        Column("first_name", "text", "First name", path="firstName"),
        Column("last_name", "text", "Last name", path="lastName"),
        Column("user_id", "text", "User id", path="userId"),
        Column("teams", "json", "Teams now: [{id, name, primary}]"),
        Column("archived", "bool", "Left"),
        Column("created_at", "timestamp", "When the owner was created", path="createdAt"),
        Column(
            "updated_at",
            "timestamp",
            "When the owner was last changed",
            path="updatedAt",
        ),
    ),
    key=("id",),
)
PIPELINES = RawTable(
    "deal_pipelines",
    "Deal pipelines with their stages as configured now.",
    (
        Column("id", "text", "Pipeline id"),
        Column("label", "text", "Name"),
        Column("display_order", "bigint", "Position among pipelines", path="displayOrder"),
        Column(
            "stages",
            "json",
            "Stages: [{id, label, displayOrder, metadata: {isClosed, probability}}]",
        ),
        Column("archived", "bool", "No longer in use"),
    ),
    key=("id",),
    write="replace",
)
ACCOUNT = RawTable(
    "account",
    "One row: the HubSpot account itself.",
    (
        Column("portal_id", "text", "Account id", path="portalId", required=True),
        Column(
            "company_currency",
            "text",
            "Currency of records that name none",
            path="companyCurrency",
        ),
        Column("time_zone", "text", "Time zone of the account", path="timeZone"),
    ),
    key=("portal_id",),
    write="replace",
)


def owner_pages(api: HubSpotApi, context: StreamContext) -> Iterator[Page]:
    """Owners who left first, so that one who returns meanwhile is read as present."""
    yield from api.owners(archived=True)
    yield from api.owners(archived=False)


def pipeline_pages(api: HubSpotApi, context: StreamContext) -> Iterator[Page]:
    """Every deal pipeline with its stages."""
    yield from api.deal_pipelines()


def account_pages(api: HubSpotApi, context: StreamContext) -> Iterator[Page]:
    """One record: the account, for its currency."""
    yield [api.account()]
