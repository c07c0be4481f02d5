"""HubSpot CRM: companies, contacts, deals with their field history, engagements, owners and pipelines."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from pydantic import SecretStr

from ingestion.source import CustomFields, Stream
from ingestion.sources.hubspot.api import HubSpotApi
from ingestion.sources.hubspot.objects import object_pages
from ingestion.sources.hubspot.reference import ACCOUNT, OWNERS, PIPELINES, account_pages, owner_pages, pipeline_pages
from ingestion.sources.hubspot.settings import Settings
from ingestion.sources.hubspot.tables import crm_objects
from ingestion.tables import RawTable

__all__ = ["CUSTOM_FIELDS", "Settings", "check", "streams", "tables"]

CUSTOM_FIELDS = {
    "accounts": CustomFields("companies", "companies", "id", "properties"),
    "contacts": CustomFields("contacts", "contacts", "id", "properties"),
    "opportunities": CustomFields("deals", "deals", "id", "properties"),
}
"""Canonical table → where its custom fields are."""


def tables(settings: Settings | None) -> tuple[RawTable, ...]:
    """The raw tables; the custom properties named in `settings` decide only where three columns read from."""
    objects = crm_objects(settings or Settings(name="hubspot", access_token=SecretStr("")))
    return (*(crm_object.table for crm_object in objects), OWNERS, PIPELINES, ACCOUNT)


def streams(settings: Settings) -> Iterable[Stream]:
    """One stream for each table. Nothing is requested before a stream's pages are read."""
    api = HubSpotApi(settings)
    for crm_object in crm_objects(settings):
        yield Stream(crm_object.table, partial(object_pages, api, settings, crm_object))
    yield Stream(OWNERS, partial(owner_pages, api))
    yield Stream(PIPELINES, partial(pipeline_pages, api))
    yield Stream(ACCOUNT, partial(account_pages, api))


def check(settings: Settings) -> str:
    """Ask HubSpot which account the token belongs to. Raises `IngestionError`."""
    account = HubSpotApi(settings).account()
    return f"HubSpot account {account.get('portalId')}, company currency {account.get('companyCurrency')}"
