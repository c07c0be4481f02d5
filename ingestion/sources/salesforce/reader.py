"""Reading one object: what the org has of it, what changed, how many there are, and which ids still live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ingestion.errors import CredentialsRejected, VendorError
from ingestion.source import Page, StreamContext
from ingestion.sources.salesforce.api import ABSENT, Record, SalesforceApi
from ingestion.sources.salesforce.settings import Settings
from ingestion.sources.salesforce.sobject import MAY_LACK, SObject


class Reader:
    """The streams of one org share what was learnt of its objects."""

    def __init__(self, settings: Settings, api: SalesforceApi) -> None:
        self._settings = settings
        self._api = api
        self._fields: dict[str, dict[str, str] | None] = {}
        self._refusals: dict[str, str] = {}

    def pages(self, sobject: SObject, context: StreamContext) -> Iterator[Page]:
        """Every record on the first run, and of an object without a cursor; later what changed, deletions included."""
        fields = self.readable(sobject)
        if fields is None:
            return
        conditions = list(sobject.conditions)
        since = context.since(self._settings.lag)
        if sobject.cursor and since:
            conditions.append(f"{sobject.cursor} >= {since:%Y-%m-%dT%H:%M:%SZ}")
        try:
            before = self._living(sobject)
            newest: datetime | None = None
            for page in self._api.records(sobject.name, fields, conditions):
                moments = (_moment(record.get(sobject.cursor)) for record in page if sobject.cursor)
                newest = max(filter(None, (newest, *moments)), default=None)
                yield self._completed(sobject, page)
        except VendorError as error:
            if not (sobject.is_optional and error.code in ABSENT):
                raise
            # Described but not to be queried: so are forecasts for a user who may not see them.
            self._refusals[sobject.name] = f"Salesforce refuses the query ({error.code})"
            return
        # A record that changes while we read may already have been passed; it carries a time after our start.
        context.advance(min(newest, context.started_at) if newest else None)
        if sobject.living is not None and before == self._living(sobject):
            context.vendor_total = before

    def living_keys(self, sobject: SObject) -> Iterator[pa.Table]:
        """The ids of all living records: for those purged from the recycle bin between two runs."""
        for page in self._api.records(sobject.name, ["Id"], [*sobject.conditions, *(sobject.living or ())]):
            yield pa.table({"id": pa.array([record["Id"] for record in page], pa.string())})

    def readable(self, sobject: SObject) -> list[str] | None:
        """The fields to ask for; None where the object is not there. Raises where the org must have it."""
        described = self._described(sobject)
        if described is None:
            if sobject.is_optional:
                return None
            raise CredentialsRejected(
                f"{self._settings.name}: {sobject.name} does not exist for this user",
                f"Give the integration user of sources.{self._settings.name} read access to {sobject.name}.",
            )
        wanted = dict.fromkeys((*sobject.fields, *sobject.custom_fields))
        fields = [name for name in wanted if name in described]
        if missing := {"Id", *([sobject.cursor] if sobject.cursor else [])} - set(fields):
            if sobject.is_optional:
                self._refusals[sobject.name] = f"it has no {', '.join(sorted(missing))}"
                return None
            raise VendorError(
                f"{self._settings.name}: {sobject.name} has no {', '.join(sorted(missing))}",
                f"Check sources.{self._settings.name}.api_version.",
            )
        return fields

    def report(self, sobjects: Sequence[SObject]) -> Iterator[Page]:
        """One record for each object: whether it was read, why not, and what it lacks."""
        yield [self._remarks(sobject) for sobject in sobjects]

    def missing_custom_fields(self, sobject: SObject) -> list[str]:
        """Fields that `custom_fields` names and the user cannot read."""
        described = self._described(sobject) or {}
        return [name for name in self._settings.custom_fields.get(sobject.name, ()) if name not in described]

    def _remarks(self, sobject: SObject) -> Record:
        described = self._described(sobject)
        reason = "the object does not exist for this user" if described is None else self._refusals.get(sobject.name)
        lacking = set() if described is None else set(sobject.fields) - set(described) - MAY_LACK
        return {
            "name": sobject.name,
            "isRead": reason is None,
            "reason": reason,
            "missingFields": sorted(lacking),
            "missingCustomFields": self.missing_custom_fields(sobject),
        }

    def _described(self, sobject: SObject) -> dict[str, str] | None:
        if sobject.name not in self._fields:
            self._fields[sobject.name] = self._api.fields(sobject.name)
        return self._fields[sobject.name]

    def _living(self, sobject: SObject) -> int | None:
        if sobject.living is None:
            return None
        return self._api.count(sobject.name, [*sobject.conditions, *sobject.living])

    def _completed(self, sobject: SObject, page: list[Record]) -> list[Record]:
        if sobject.name == "Organization":
            return [{**record, "configuredCurrency": self._settings.currency_code} for record in page]
        return page


def _moment(value: Any) -> datetime | None:
    """A time as naive UTC; None where it is no time (the record itself is then quarantined)."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
