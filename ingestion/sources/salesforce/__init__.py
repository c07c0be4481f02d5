"""Salesforce: accounts, contacts, leads, opportunities with their history, campaigns, activities, forecasts, quotas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from pydantic import SecretStr

from ingestion.source import CustomFields, Page, Stream, StreamContext
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


def check(settings: Settings) -> str:
    """Describe every object; say which org answers and what it lacks. Raises `IngestionError`."""
    api = SalesforceApi(settings)
    reader = Reader(settings, api)
    absent, unknown = [], []
    for sobject in sobjects(settings):
        if reader.readable(sobject) is None:
            absent.append(sobject.name)
        unknown += [f"{sobject.name}.{field}" for field in reader.missing_custom_fields(sobject)]
    names = [str(record.get("Name")) for page in api.records("Organization", ["Id", "Name"], []) for record in page]
    remarks = [f"Salesforce org {', '.join(names) or 'without a name'}, API {settings.api_version}"]
    remarks += [f"not there, so not read: {', '.join(absent)}"] if absent else []
    remarks += [f"custom_fields it does not have: {', '.join(unknown)}"] if unknown else []
    return "; ".join(remarks)
