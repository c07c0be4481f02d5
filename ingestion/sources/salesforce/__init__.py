"""Salesforce: accounts, contacts, leads, opportunities with their history, campaigns, activities, forecasts, quotas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from pydantic import SecretStr

from ingestion.errors import CredentialsRejected
from ingestion.source import CustomFields, Finding, Page, Stream, StreamContext
from ingestion.sources.salesforce.api import SalesforceApi
from ingestion.sources.salesforce.reader import Reader
from ingestion.sources.salesforce.settings import Settings
from ingestion.sources.salesforce.tables import OBJECTS, sobjects
from ingestion.tables import RawTable

__all__ = ["CUSTOM_FIELDS", "Settings", "check", "streams", "tables"]

CUSTOM_FIELDS = {
    "accounts": CustomFields("Account", "accounts", "id"),
    "contacts": CustomFields("Contact", "contacts", "id"),
    "leads": CustomFields("Lead", "leads", "id"),
    "opportunities": CustomFields("Opportunity", "opportunities", "id"),
}
"""Canonical table → where its custom fields are."""


def tables(settings: Settings | None) -> tuple[RawTable, ...]:
    """The raw tables; custom fields named in `settings` decide only where some columns read from."""
    given = settings or Settings(name="salesforce", client_id="none", client_secret=SecretStr("none"))
    return (*(sobject.table for sobject in sobjects(given)), OBJECTS)


def streams(settings: Settings) -> Iterable[Stream]:
    """One stream for each table. Nothing is requested before a stream's pages are read.

    The last one tells what the others found, so they are to be read in this order.
    """
    reader = Reader(settings, SalesforceApi(settings))
    objects = sobjects(settings)
    for sobject in objects:
        living = partial(reader.living_keys, sobject) if sobject.living is not None else None
        yield Stream(sobject.table, partial(reader.pages, sobject), living, keys_on_mismatch_only=True)

    def found(context: StreamContext) -> Iterator[Page]:
        return reader.report(objects)

    yield Stream(OBJECTS, found)


def check(settings: Settings) -> list[Finding]:
    """Describe every object; say which org answers and what the user may not see of it. Raises `IngestionError`."""
    api = SalesforceApi(settings)
    reader = Reader(settings, api)
    user = f"the integration user of sources.{settings.name}"
    names = [str(record.get("Name")) for page in api.records("Organization", ["Id", "Name"], []) for record in page]
    findings = [Finding(True, f"Salesforce org {', '.join(names) or 'without a name'}, API {settings.api_version}")]
    absent = []
    for sobject in sobjects(settings):
        try:
            if reader.readable(sobject) is None:
                absent.append(sobject.name)
        except CredentialsRejected as error:
            findings.append(Finding(False, str(error), error.remedy))
    if absent:
        advice = f"If the org has them, give {user} read access."
        findings.append(Finding(True, f"not there, so not read: {', '.join(absent)}", advice))
    for told in (record for page in reader.report(sobjects(settings)) for record in page):
        if told["isRead"] and told["missingFields"]:
            advice = f"If the org has them, let {user} see them (field-level security)."
            findings.append(Finding(True, f"{told['name']} is read without {', '.join(told['missingFields'])}", advice))
        if unknown := told["missingCustomFields"]:
            text = "custom_fields it does not have: " + ", ".join(f"{told['name']}.{field}" for field in unknown)
            advice = f"Let {user} see them, or take them out of sources.{settings.name}.custom_fields."
            findings.append(Finding(False, text, advice))
    return findings
