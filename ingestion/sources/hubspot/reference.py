"""Small lists that are read whole each time: owners, pipelines, the account itself."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.source import Page, StreamContext
from ingestion.sources.hubspot.api import HubSpotApi


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
