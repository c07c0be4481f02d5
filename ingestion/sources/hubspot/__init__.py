"""HubSpot CRM: companies, contacts, deals with their field history, engagements, owners and pipelines."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from pydantic import SecretStr

from ingestion.reach import Reading, refusals
from ingestion.source import CustomFields, Finding, Stream
from ingestion.sources.hubspot.api import HubSpotApi
from ingestion.sources.hubspot.objects import object_pages
from ingestion.sources.hubspot.reference import ACCOUNT, OWNERS, PIPELINES, account_pages, owner_pages, pipeline_pages
from ingestion.sources.hubspot.settings import Settings
from ingestion.sources.hubspot.tables import crm_objects
from ingestion.tables import RawTable

__all__ = ["CUSTOM_FIELDS", "Settings", "check", "streams", "tables"]

ENGAGEMENT_SCOPE = "crm.objects.contacts.read"
SCOPES = {
    "companies": "crm.objects.companies.read",
    "contacts": "crm.objects.contacts.read",
    "deals": "crm.objects.deals.read",
    "emails": "sales-email-read",
}
"""Object type → the scope that lets a token read it; engagements other than e-mails go with contacts."""
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


def check(settings: Settings) -> list[Finding]:
    """Ask HubSpot which account the token belongs to, and for one record of each list. Raises `IngestionError`."""
    api = HubSpotApi(settings)
    account = api.account()
    lists = [
        *(
            Reading(name, SCOPES.get(name, ENGAGEMENT_SCOPE), partial(api.peek, "objects", name))
            for name in (crm_object.object_type for crm_object in crm_objects(settings))
        ),
        Reading("owners", "crm.objects.owners.read", partial(api.peek, "owners")),
        Reading("deal pipelines", SCOPES["deals"], partial(api.peek, "pipelines", "deals")),
    ]
    answered = f"HubSpot account {account.get('portalId')}, company currency {account.get('companyCurrency')}"
    return [Finding(True, answered), *refusals(settings.name, lists, _scopes_named)]


def _scopes_named(answer: Any) -> list[str]:
    """The scopes of which HubSpot says that one is required."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    contexts = (error.get("context") or {} for error in errors or [] if isinstance(error, dict))
    return [scope for context in contexts for scope in context.get("requiredGranularScopes") or []]
