"""Reading one object type: everything at first, then what changed; what was archived, restored or merged away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import pyarrow as pa

from ingestion.source import Page, StreamContext
from ingestion.sources.hubspot.api import HubSpotApi, Record, chunks
from ingestion.sources.hubspot.settings import Settings
from ingestion.sources.hubspot.tables import CrmObject
from ingestion.tables import RawTable

WORKING_PAGE = 1000
"""Records completed and passed on together; HubSpot reads the associations of at most 1,000 at once."""


def object_pages(api: HubSpotApi, settings: Settings, crm_object: CrmObject, context: StreamContext) -> Iterator[Page]:
    """Every living record on the first run, the changed ones later; and each record newly archived or merged away.

    The recycle bin keeps 90 days, cannot be asked by date and is read whole; `archived` in the state remembers which
    versions were in it, so that each passes once, and a record that has left it is looked up: restored, or purged.
    """
    reader = _Reader(api, crm_object)
    since = context.since(settings.lag)
    in_bin_before: dict[str, str] = context.state.get("archived", {})
    in_bin: dict[str, str] = {}
    context.vendor_total = api.count_objects(crm_object.object_type)

    for page in _regrouped(api.list_objects(crm_object.object_type, crm_object.properties, archived=True)):
        versions = {record["id"]: f"{record.get('archivedAt')} {record.get('updatedAt')}" for record in page}
        fresh = [record for record in page if in_bin_before.get(record["id"]) != versions[record["id"]]]
        in_bin |= versions
        yield from as_deleted(crm_object.table, reader.complete(fresh, archived=True), context.started_at)

    if since is None:
        living = api.list_objects(crm_object.object_type, crm_object.properties, False, crm_object.history)
    else:
        living = api.changed_objects(crm_object.object_type, crm_object.cursor, since, reader.searched_properties)
    left_bin = [record_id for record_id in in_bin_before if record_id not in in_bin]
    restored = api.read_objects(crm_object.object_type, left_bin, crm_object.properties, crm_object.history)
    for page in _regrouped(chain(living, restored)):
        records = reader.complete([record for record in page if record["id"] not in in_bin])
        if records:
            yield records

    yield from as_deleted(crm_object.table, reader.merged_away(), context.started_at)
    if reader.newest:
        # A record that changes while we read may already have been passed; it carries a time after our start.
        context.advance(min(reader.newest, context.started_at))
    context.state["archived"] = in_bin


class _Reader:
    """Completes records with history and associations, and notes merges and the newest change on the way."""

    def __init__(self, api: HubSpotApi, crm_object: CrmObject) -> None:
        self._api = api
        self._object = crm_object
        self._survivors: dict[str, Record] = {}
        self.newest: datetime | None = None
        self.searched_properties = (crm_object.cursor,) if crm_object.history else crm_object.properties
        """What to ask a search for: next to nothing where its records are read again, as it gives no history."""

    def complete(self, records: list[Record], archived: bool = False) -> list[Record]:
        """`records` with history and associations, each once. Those that vanished since then are left out."""
        records = list({record["id"]: record for record in records}.values())
        if self._object.history:
            wanted = {record["id"] for record in records if "propertiesWithHistory" not in record}
            records = [record for record in records if record["id"] not in wanted]
            pages = self._api.read_objects(
                self._object.object_type,
                sorted(wanted),
                self._object.properties,
                self._object.history,
                archived,
            )
            records += [record for record in chain.from_iterable(pages) if record["id"] in wanted]
        ids = [record["id"] for record in records]
        for to_type in self._object.associations if ids else ():
            found = self._api.associations(self._object.object_type, to_type, ids)
            for record in records:
                associated = sorted(found.get(record["id"], []), key=lambda one: int(one["toObjectId"]))
                if not isinstance(record.get("associations"), dict):
                    record["associations"] = {}
                record["associations"][to_type] = associated
        for record in records:
            self._note(record, archived)
        return records

    def merged_away(self) -> list[Record]:
        """A record in place of each one that was merged into another: HubSpot answers for it with the survivor."""
        return [
            {
                "id": lost_id,
                "archived": True,
                "mergedInto": survivor["id"],
                "updatedAt": survivor.get("updatedAt"),
            }
            for lost_id, survivor in sorted(self._survivors.items())
        ]

    def _note(self, record: Record, archived: bool) -> None:
        properties = record.get("properties") or {}
        changed_at = _moment(properties.get(self._object.cursor))
        if changed_at and not archived and (self.newest is None or changed_at > self.newest):
            self.newest = changed_at
        if not self._object.can_merge:
            return
        for lost_id in str(properties.get("hs_merged_object_ids") or "").split(";"):
            lost_id = lost_id.strip()
            if not lost_id or lost_id == record["id"]:
                continue
            other = self._survivors.get(lost_id)
            if other is None or str(record.get("updatedAt")) > str(other.get("updatedAt")):
                self._survivors[lost_id] = record


def as_deleted(table: RawTable, records: list[Record], started_at: datetime) -> Iterator[Page]:
    """`records` as rows marked deleted; those that do not fit the table pass on as they are, to be quarantined."""
    batch, rejected = table.batch(records, started_at)
    if batch.num_rows:
        marks = pa.array([True] * batch.num_rows, pa.bool_())
        yield batch.set_column(batch.schema.get_field_index("_is_deleted"), "_is_deleted", marks)
    if rejected:
        yield [json.loads(item.record) for item in rejected]


def _regrouped(pages: Iterable[list[Record]]) -> Iterator[list[Record]]:
    return chunks(chain.from_iterable(pages), WORKING_PAGE)


def _moment(value: Any) -> datetime | None:
    """A property's time as naive UTC; None where it is no time (the record itself is then quarantined)."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
