"""Every object that is read, and the table that tells what the org has of each."""

from __future__ import annotations

from ingestion.sources.salesforce.settings import Settings
from ingestion.sources.salesforce.sobject import SObject
from ingestion.sources.salesforce.tables_buyers import buyers
from ingestion.sources.salesforce.tables_deals import deals, work
from ingestion.sources.salesforce.tables_forecasts import forecasts
from ingestion.sources.salesforce.tables_reference import reference
from ingestion.tables import Column, RawTable

OBJECTS = RawTable(
    "objects",
    "What this run found of each object: whether it was read, why not, and which fields are missing.",
    (
        Column("name", "text", "Object"),
        Column("is_read", "bool", "Read on this run", path="isRead"),
        Column("reason", "text", "Why it was not read"),
        Column("missing_fields", "json", "Declared fields that the user cannot read", path="missingFields"),
        Column("missing_custom_fields", "json", "The same of `custom_fields`", path="missingCustomFields"),
    ),
    key=("name",),
    write="replace",
)


def sobjects(settings: Settings) -> tuple[SObject, ...]:
    """Every object read, those referred to before those that refer to them."""
    return (*reference(settings), *buyers(settings), *deals(settings), *work(settings), *forecasts())
