"""A Dataverse environment in miniature, which answers as Microsoft's documentation says and fails as told.

It takes the awkward side where the documentation is silent: a delta link counts from the moment the last page is
answered, so that what changes while the first pages are read is not in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from tests.ingestion.sources.service import Asked, serving

Record = dict[str, Any]
Answer = tuple[int, dict[str, str], Any]

CREDENTIALS = {"tenant_id": "contoso", "client_id": "reader", "client_secret": "s3cret-of-the-reader"}
BEGINNING = datetime(2026, 1, 1, 9, tzinfo=UTC)
_CONDITION = re.compile(r"(\w+) (ge|gt|eq) ('[^']*'|\S+)")


def guid(kind: str, number: int) -> str:
    """A readable id: the same kind and number give the same one."""
    return f"{sum(kind.encode()) % 0xFFFF:08x}-0000-4000-8000-{number:012d}"


@dataclass
class Dataverse:
    """Tables by entity set, each record by its id, and the log that change tracking reads."""

    tables: dict[str, dict[str, Record]] = field(default_factory=dict)
    page_cap: int = 5000
    untracked: set[str] = field(default_factory=set)
    refuses_untracked: bool = False
    """Whether change tracking of an untracked table is refused, rather than left out of the answer."""
    lacking: set[tuple[str, str]] = field(default_factory=set)
    """(entity set, column) pairs that this environment does not have."""
    oldest_version: int = 0
    """Delta links from before it have expired."""
    repeats_rows: bool = False
    """Each page but the first begins with the last record of the page before."""
    interject: Callable[[str, int], Answer | None] = lambda path, number: None
    """May answer in place of the environment, given the path with query and the number of the request."""
    requests: list[str] = field(default_factory=list)
    url: str = ""
    _log: list[tuple[str, str, bool]] = field(default_factory=list)

    def put(self, entity_set: str, key: str, record: Record, minutes: int | None = None) -> None:
        """Create or change a record, `minutes` after the beginning (default: with the clock, a minute a change)."""
        self._log.append((entity_set, record[key], False))
        moment = BEGINNING + timedelta(minutes=len(self._log) if minutes is None else minutes)
        table = self.tables.setdefault(entity_set, {})
        born = table.get(record[key], {}).get("createdon", f"{moment:%Y-%m-%dT%H:%M:%SZ}")
        stamps = {"createdon": born, "modifiedon": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "versionnumber": len(self._log)}
        table[record[key]] = {**stamps, **record, "versionnumber": len(self._log)}

    def delete(self, entity_set: str, record_id: str) -> None:
        self._log.append((entity_set, record_id, True))
        del self.tables[entity_set][record_id]

    @contextmanager
    def running(self) -> Iterator[Dataverse]:
        """Answer on a free port until the end of the block."""
        with serving(self._answer) as self.url:
            yield self

    def _answer(self, asked: Asked) -> Answer:
        if asked.path.endswith("/oauth2/v2.0/token"):
            if (
                asked.form["client_secret"] != CREDENTIALS["client_secret"]
                or asked.form["scope"] != f"{self.url}/.default"
            ):
                return (
                    401,
                    {},
                    {"error": "invalid_client", "error_description": f"AADSTS7000215 {asked.form['client_id']}"},
                )
            return 200, {}, {"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque"}
        if asked.headers.get("authorization") != "Bearer opaque":
            return 401, {}, ""
        path = unquote(f"{asked.path}?{asked.raw_query}")
        self.requests.append(path)
        return self.interject(path, len(self.requests) - 1) or self._read(asked)

    def _read(self, asked: Asked) -> Answer:
        prefer, query = asked.headers.get("prefer", ""), asked.query
        entity_set = asked.path.rpartition("/")[2]
        if entity_set == "WhoAmI":
            return 200, {}, {"OrganizationId": guid("organization", 1), "UserId": guid("systemuser", 1)}
        if entity_set not in self.tables:
            return 404, {}, _error("0x80060888", f"Resource not found for the segment '{entity_set}'.")
        columns = query.get("$select", "").split(",")
        for column in columns:
            if (entity_set, column) in self.lacking:
                message = f"Could not find a property named '{column}' on type 'Microsoft.Dynamics.CRM.{entity_set}'."
                return 400, {}, _error("0x0", message)
        is_tracked = "odata.track-changes" in prefer and entity_set not in self.untracked
        if self.refuses_untracked and "odata.track-changes" in prefer and not is_tracked:
            return 400, {}, _error("0x80072491", f"Change tracking is not enabled for entity {entity_set}.")
        if is_tracked and ("$filter" in query or "$orderby" in query):
            return (
                400,
                {},
                _error("0x0", 'The "$filter" query parameter isn\'t supported when Change Tracking is enabled'),
            )
        since = query.get("$deltatoken")
        if since and int(since) < self.oldest_version:
            message = "Version stamp associated with the client has expired. Please perform a full sync."
            return 400, {}, _error("0x80044352", message)
        found = self._changed(entity_set, int(since)) if since else self._selected(entity_set, query)
        size = int((re.search(r"maxpagesize=(\d+)", prefer) or [0, self.page_cap])[1])
        after = query.get("$skiptoken", "")
        rest = [(place, record) for place, record in found if place > after]
        page, is_last = rest[: min(size, self.page_cap)], len(rest) <= min(size, self.page_cap)
        rows = [self._shown(entity_set, record, columns, prefer) for _, record in page]
        if self.repeats_rows and after:
            before = [record for place, record in found if place <= after][-1:]
            rows = [*(self._shown(entity_set, record, columns, prefer) for record in before), *rows]
        answer: Record = {"@odata.context": f"{self.url}/api/data/v9.2/$metadata#{entity_set}", "value": rows}
        kept = "".join(f"&{name}={quote(value)}" for name, value in query.items() if name != "$skiptoken")[1:]
        if not is_last:
            answer["@odata.nextLink"] = f"{self.url}{asked.path}?{kept}&$skiptoken={quote(page[-1][0])}"
        elif is_tracked or since:
            select = quote(query.get("$select", ""))
            answer["@odata.deltaLink"] = f"{self.url}{asked.path}?$select={select}&$deltatoken={len(self._log)}"
        return 200, {"Preference-Applied": "odata.track-changes"} if is_tracked else {}, answer

    def _selected(self, entity_set: str, query: dict[str, str]) -> list[tuple[str, Record]]:
        """(place in the order, record), by the condition and order asked for, else by id."""
        records = self.tables[entity_set].items()
        condition = query.get("$filter", "")
        ordered = [
            (f"{record.get(query.get('$orderby', ''), '')} {record_id}", record)
            for record_id, record in records
            if all(
                any(_holds(record, part) for part in group.strip("()").split(" or "))
                for group in condition.split(" and ")
            )
        ]
        return sorted(ordered, key=lambda pair: pair[0])

    def _changed(self, entity_set: str, since: int) -> list[tuple[str, Record]]:
        """New and changed records in the order of their last change, then deletions."""
        last = {record_id: number for number, (name, record_id, _) in enumerate(self._log) if name == entity_set}
        fresh = sorted((number, record_id) for record_id, number in last.items() if number >= since)
        table = self.tables[entity_set]
        changed = [(f"0{number:09d}", table[record_id]) for number, record_id in fresh if record_id in table]
        context = f"{self.url}/api/data/v9.2/$metadata#{entity_set}/$deletedEntity"
        gone = [(n, record_id) for n, record_id in fresh if record_id not in table]
        return changed + [
            (f"1{number:09d}", {"@odata.context": context, "id": record_id, "reason": "deleted"})
            for number, record_id in gone
        ]

    def _shown(self, entity_set: str, record: Record, columns: list[str], prefer: str) -> Record:
        if "reason" in record and "id" in record:
            return record
        annotated = "include-annotations" in prefer
        shown: Record = {"@odata.etag": f'W/"{record.get("versionnumber")}"'}
        for column in columns:
            shown[column] = record.get(column)
            shown |= {name: v for name, v in record.items() if annotated and name.startswith(f"{column}@")}
        return shown


def _holds(record: Record, condition: str) -> bool:
    if not condition:
        return True
    found = _CONDITION.fullmatch(condition.strip())
    assert found, condition
    column, operator, value = found.groups()
    held = record.get(column)
    if operator == "eq":
        return bool(held == value.strip("'"))
    return held is not None and (held >= value if operator == "ge" else held > value)


def _error(code: str, message: str) -> Record:
    return {"error": {"code": code, "message": message}}
