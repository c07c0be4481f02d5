"""Microsoft Dynamics 365 Sales: Dataverse tables by change tracking; history of deals and owners from the audit log."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import cast

from pydantic import SecretStr

from ingestion.errors import CredentialsRejected, VendorError
from ingestion.source import CustomFields, Finding, Page, SourceSettings, Stream, StreamContext
from ingestion.sources.dynamics.api import DataverseApi
from ingestion.sources.dynamics.auditing import audited
from ingestion.sources.dynamics.entity import Entity
from ingestion.sources.dynamics.reading import TableReader
from ingestion.sources.dynamics.settings import Settings
from ingestion.sources.dynamics.tables import AUDITS, entities
from ingestion.tables import RawTable

__all__ = ["CUSTOM_FIELDS", "Settings", "check", "streams", "tables"]

CUSTOM_FIELDS = {
    "accounts": CustomFields("accounts", "accounts", "accountid"),
    "contacts": CustomFields("contacts", "contacts", "contactid"),
    "leads": CustomFields("leads", "leads", "leadid"),
    "opportunities": CustomFields("opportunities", "opportunities", "opportunityid"),
}
"""Canonical table → where its custom fields are."""


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The raw tables; settings decide only which columns some of them read from."""
    own = cast(Settings | None, settings)
    own = own or Settings(name="dynamics", tenant_id="", client_id="", client_secret=SecretStr(""), base_url="")
    return tuple({entity.table.name: entity.table for entity in (*entities(own), AUDITS)}.values())


def streams(settings: SourceSettings) -> Iterable[Stream]:
    """One stream for each table. Deals are read once for two of them, processes from as many places as are named."""
    own = cast(Settings, settings)
    api = DataverseApi(own)
    found = [entity for entity in (*entities(own), AUDITS) if own.reads(entity.entity_set)]
    uses = Counter(entity.entity_set for entity in found)
    readers: dict[str, TableReader] = {}
    for entity in found:
        is_shared, of_log = uses[entity.entity_set] > 1, audited(own) if entity == AUDITS else ()
        readers.setdefault(entity.entity_set, TableReader(api, own, entity, is_shared, of_log))
    for table in tables(own):
        sources = [readers[entity.entity_set] for entity in found if entity.table.name == table.name]
        pages = partial(_pages, sources)
        if len(sources) == 1 and table.key == (sources[0].key,):
            yield Stream(table, pages, sources[0].living_keys, sources[0].deleted_keys)
        else:
            yield Stream(table, pages)


def check(settings: SourceSettings) -> list[Finding]:
    """Ask who we are, and for one record of each table that the settings want. Raises `IngestionError`."""
    own = cast(Settings, settings)
    api = DataverseApi(own)
    organisation = api.who_am_i()["OrganizationId"]
    findings = [Finding(True, f"Dataverse organisation {organisation}")]
    for entity in {entity.entity_set: entity for entity in (*entities(own), AUDITS)}.values():
        if own.reads(entity.entity_set):
            findings += _reach(own, api, entity)
    return findings


def _reach(settings: Settings, api: DataverseApi, entity: Entity) -> list[Finding]:
    """What keeps a table from being read; Dataverse names the privilege that its user lacks."""
    try:
        TableReader(api, settings, entity).peek()
    except CredentialsRejected as error:
        privilege = re.search(r"\bprv\w+", str(error.answer))
        lacking = f": its user lacks {privilege[0]}" if privilege else ""
        advice = f"Give the application user of sources.{settings.name} {privilege[0]}." if privilege else error.remedy
        return [Finding(False, f"may not read {entity.entity_set}{lacking}", advice)]
    except VendorError as error:
        if not (entity.is_optional and error.status == 404):
            return [Finding(False, str(error), error.remedy)]
    return []


def _pages(readers: list[TableReader], context: StreamContext) -> Iterator[Page]:
    for reader in readers:
        yield from reader.pages(context)
