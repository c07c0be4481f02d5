"""One Dataverse environment: its rows by table, and what a query of them finds, page by page."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any
from urllib.parse import quote

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.vendors.dynamics.errors import ODataError, no_property
from ingestion.sandbox.vendors.dynamics.filters import parse_filter, parse_order
from ingestion.sandbox.vendors.dynamics.rows import rows_of
from ingestion.sandbox.vendors.dynamics.tables import BY_LOGICAL, LABELS, LOOKUP_TABLE, TABLES, Column, Table
from ingestion.sandbox.vendors.dynamics.unit import Row, Unit

PAGE_MAX = 5000
COUNT_MAX = 5000
"""Beyond this many, `$count` says this many."""
DELETIONS_KEPT = timedelta(days=7)
"""A delta link older than this has expired: deletions since then are no longer known."""
EXPIRED = "0x80044352"
QUERY_OPTIONS = {"$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken", "$deltatoken", "$skip"}
EXPANSIONS: dict[tuple[str, str], tuple[str, str, str]] = {
    **{
        (entity_set, f"{logical}_activity_parties"): ("activityparties", "_activityid_value", "activityid")
        for entity_set, logical in (
            ("phonecalls", "phonecall"),
            ("emails", "email"),
            ("appointments", "appointment"),
            ("tasks", "task"),
            ("activitypointers", "activitypointer"),
        )
    },
    ("opportunities", "product_opportunities"): ("opportunityproducts", "_opportunityid_value", "opportunityid"),
}
"""(entity set, collection-valued navigation property) → the set it leads to, the column there, the column here."""

_PREFERENCE = re.compile(r'([\w.-]+)(?:=("[^"]*"|[^,;]*))?')
"""One preference; a quoted value may be a list of its own."""


@dataclass(frozen=True)
class Preferences:
    """What the `Prefer` header asks for."""

    page_size: int = PAGE_MAX
    annotations: tuple[str, ...] = ()
    """Names, and beginnings of names that end in a star."""
    tracks_changes: bool = False

    @classmethod
    def read(cls, header: str) -> Preferences:
        size, annotations, tracks = PAGE_MAX, tuple[str, ...](), False
        for name, value in _PREFERENCE.findall(header):
            if name == "odata.maxpagesize" and value.isdigit():
                size = min(int(value), PAGE_MAX) or PAGE_MAX
            elif name == "odata.include-annotations":
                annotations = tuple(part.strip() for part in value.strip('"').split(","))
            elif name in ("odata.track-changes", "track-changes"):
                tracks = True
        return cls(size, annotations, tracks)

    def includes(self, annotation: str) -> bool:
        return any(
            annotation.startswith(wanted[:-1]) if wanted.endswith("*") else annotation == wanted
            for wanted in self.annotations
        )


class Environment:
    """Rows are made when a table is first asked for."""

    def __init__(self, facts: Facts, page_cap: int | None) -> None:
        self._facts = facts
        self._page_cap = page_cap
        self._unit = Unit(facts)
        self._made: dict[str, list[Row]] = {}

    def rows(self, table: Table) -> list[Row]:
        """Every row there is or was, in the order of ids."""
        if table.entity_set not in self._made:
            self._made[table.entity_set] = rows_of(self._unit, table)
        return self._made[table.entity_set]

    def living(self, table: Table) -> list[Row]:
        return [row for row in self.rows(table) if row.deleted_at is None or row.deleted_at > self._facts.as_of]

    def query(self, table: Table, options: Mapping[str, str], prefer: Preferences, base: str) -> dict[str, Any]:
        """The body of an answer; `base` is the address of the Web API. Raises `ODataError`."""
        self._refuse(table, options, prefer)
        selected = self.selected(table, options)
        token = options.get("$deltatoken")
        if token is not None:
            return self._delta(table, options, prefer, base, selected, _instant(token))
        found = self._found(table, options)
        if prefer.tracks_changes:
            found = [row for row in found if row.created_at <= self._facts.as_of]
        body: dict[str, Any] = {"@odata.context": f"{base}/$metadata#{table.entity_set}{_projection(options)}"}
        if options.get("$count") == "true":
            body["@odata.count"] = min(len(found), COUNT_MAX)
        page, following = self._page(found, options, prefer)
        body["value"] = [self.render(table, row, prefer, selected, options.get("$expand")) for row in page]
        self._link(body, table, options, prefer, base, following)
        return body

    def render(
        self, table: Table, row: Row, prefer: Preferences, selected: list[str] | None, expand: str | None = None
    ) -> dict[str, Any]:
        """One record with the columns asked for, its id, and the annotations asked for."""
        keys = list(table.keys) if selected is None else list(dict.fromkeys([*selected, table.id]))
        body: dict[str, Any] = {"@odata.etag": f'W/"{int(row.modified_at.timestamp())}"'}
        for key in keys:
            value, column = row.values[key], table.keys[key]
            if value is not None:
                body |= self._annotated(key, value, column, prefer)
            body[key] = value
        for name in filter(None, (expand or "").split(",")):
            body[name.partition("(")[0]] = self._expanded(table, row, name.partition("(")[0], prefer)
        return body

    def _expanded(self, table: Table, row: Row, name: str, prefer: Preferences) -> list[dict[str, Any]]:
        if (table.entity_set, name) not in EXPANSIONS:
            raise no_property(name, table.logical)
        entity_set, there, here = EXPANSIONS[table.entity_set, name]
        other = TABLES[entity_set]
        matching = self._index(entity_set, there).get(row.values[here], [])
        return [self.render(other, found, prefer, None) for found in matching]

    def _index(self, entity_set: str, column: str) -> dict[Any, list[Row]]:
        if (entity_set, column) not in self._indexes:
            index: dict[Any, list[Row]] = {}
            for row in self.living(TABLES[entity_set]):
                index.setdefault(row.values[column], []).append(row)
            self._indexes[entity_set, column] = index
        return self._indexes[entity_set, column]

    @cached_property
    def _indexes(self) -> dict[tuple[str, str], dict[Any, list[Row]]]:
        return {}

    def _annotated(self, key: str, value: Any, column: Column, prefer: Preferences) -> dict[str, Any]:
        notes: dict[str, Any] = {}
        is_lookup = key != column.name
        target = self._target(column, value) if is_lookup else None
        if is_lookup and prefer.includes(LOOKUP_TABLE) and target:
            notes[f"{key}@{LOOKUP_TABLE}"] = target[0]
        if prefer.includes(LABELS):
            if is_lookup:
                label = target[1] if target else None
            elif column.options:
                label = dict(column.options).get(value)
            elif column.kind == "Boolean":
                label = "Yes" if value else "No"
            elif column.kind in ("Money", "Decimal"):
                label = f"{value:,.2f}"
            else:
                label = None
            if label is not None:
                notes[f"{key}@{LABELS}"] = label
        return notes

    def _target(self, column: Column, record_id: str) -> tuple[str, str | None] | None:
        """The table a lookup leads to and what its record is called; None where nothing is there any more."""
        return next(
            (
                self._names[logical, record_id]
                for logical in self._tables_of(column)
                if (logical, record_id) in self._names
            ),
            None,
        )

    def _tables_of(self, column: Column) -> tuple[str, ...]:
        activities = ("phonecall", "email", "appointment", "task")
        return activities if column.targets == ("activitypointer",) else column.targets

    @cached_property
    def _names(self) -> dict[tuple[str, str], tuple[str, str | None]]:
        return {
            (logical, row.id): (logical, row.values.get(table.name) if table.name else None)
            for logical, table in BY_LOGICAL.items()
            if logical not in ("audit", "stringmap", "activityparty", "activitypointer")
            for row in self.living(table)
        }

    def _refuse(self, table: Table, options: Mapping[str, str], prefer: Preferences) -> None:
        if "$skip" in options:
            raise ODataError(400, "Skip Clause is not supported in CRM", "0x80060888")
        for name in options:
            if name.startswith("$") and name not in QUERY_OPTIONS:
                raise ODataError(400, f"The query parameter '{name}' is not supported.")
        if prefer.tracks_changes and "$deltatoken" not in options:
            if not table.tracks_changes:
                raise ODataError(400, f"Change tracking is not enabled for entity {table.logical}.", "0x80072491")
            if used := {"$filter", "$orderby", "$expand", "$top"} & set(options):
                raise ODataError(400, f"The query parameters {sorted(used)} are not supported with change tracking.")

    def selected(self, table: Table, options: Mapping[str, str]) -> list[str] | None:
        """The columns that `$select` names; None for all of them. Raises `ODataError`."""
        if "$select" not in options:
            return None
        names = [name.strip() for name in options["$select"].split(",") if name.strip()]
        by_name = {column.name: column.key for column in table.columns}
        for name in names:
            self._check(table)(by_name.get(name, name))
        return [by_name.get(name, name) for name in names]

    def _check(self, table: Table) -> Callable[[str], None]:
        def check(name: str) -> None:
            if name not in table.keys:
                raise no_property(name, table.logical)

        return check

    def _found(self, table: Table, options: Mapping[str, str]) -> list[Row]:
        found = self.living(table)
        if "$filter" in options:
            condition = parse_filter(options["$filter"], self._check(table))
            found = [row for row in found if condition(row.values)]
        order = parse_order(options["$orderby"], self._check(table)) if options.get("$orderby") else []
        for name, is_descending in reversed(order):
            found.sort(key=partial(_rank, name), reverse=is_descending)
        if "$top" in options:
            found = found[: int(options["$top"])]
        return found

    def _page(self, found: list[Row], options: Mapping[str, str], prefer: Preferences) -> tuple[list[Row], str | None]:
        """The rows of one page, and the id of its last row where more follow."""
        size = min(prefer.page_size, self._page_cap or PAGE_MAX)
        after = read_cookie(options["$skiptoken"])["last"] if "$skiptoken" in options else None
        start = 0 if after is None else next((at for at, row in enumerate(found, 1) if row.id == after), None)
        if start is None:
            raise ODataError(400, "The paging cookie does not match the query.", "0x80041129")
        page = found[start : start + size]
        return page, page[-1].id if start + size < len(found) else None

    def _link(
        self,
        body: dict[str, Any],
        table: Table,
        options: Mapping[str, str],
        prefer: Preferences,
        base: str,
        following: str | None,
        since: str | None = None,
    ) -> None:
        kept = {name: value for name, value in options.items() if name not in ("$skiptoken", "$deltatoken")}
        address = f"{base}/{table.entity_set}?"
        if following is not None:
            tracked = {"tracks": prefer.tracks_changes or since is not None}
            more = {"$deltatoken": since} if since is not None else {}
            link = {**kept, **more, "$skiptoken": _encoded({"last": following, **tracked})}
            body["@odata.nextLink"] = address + _query(link)
        elif prefer.tracks_changes or since is not None:
            body["@odata.deltaLink"] = address + _query({**kept, "$deltatoken": _token(self._facts.as_of)})

    def _delta(
        self,
        table: Table,
        options: Mapping[str, str],
        prefer: Preferences,
        base: str,
        selected: list[str] | None,
        since: datetime,
    ) -> dict[str, Any]:
        """What was made, changed or deleted after `since`; the deleted as an id and a reason."""
        if since < self._facts.as_of - DELETIONS_KEPT:
            message = "Version stamp associated with the client has expired. Please perform a full sync."
            raise ODataError(400, message, EXPIRED)
        changed = []
        for row in self.rows(table):
            gone = row.deleted_at is not None and row.deleted_at <= self._facts.as_of
            if (gone and row.deleted_at > since) or (not gone and row.modified_at > since):  # type: ignore[operator]
                changed.append(row)
        page, following = self._page(changed, options, prefer)
        value = []
        for row in page:
            if row.deleted_at is not None and row.deleted_at <= self._facts.as_of:
                context = f"{base}/$metadata#{table.entity_set}/$deletedEntity"
                value.append({"@odata.context": context, "id": row.id, "reason": "deleted"})
            else:
                value.append(self.render(table, row, prefer, selected))
        body = {"@odata.context": f"{base}/$metadata#{table.entity_set}{_projection(options)}/$delta", "value": value}
        self._link(body, table, options, prefer, base, following, options["$deltatoken"])
        return body


def _rank(name: str, row: Row) -> tuple[bool, Any]:
    """Where a row stands by one column: NULL first, as in SQL Server."""
    value = row.values[name]
    return (True, value.lower() if isinstance(value, str) else value) if value is not None else (False, None)


def _projection(options: Mapping[str, str]) -> str:
    return f"({options['$select']})" if options.get("$select") else ""


def _query(options: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='(),')}" for name, value in options.items())


def _token(moment: datetime) -> str:
    """A version number and the time it stands for, as Dataverse writes it."""
    return f"{int(moment.timestamp())}!{moment:%m/%d/%Y %H:%M:%S}"


def _instant(token: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(token.partition("!")[0]), UTC)
    except (ValueError, OverflowError):
        raise ODataError(400, "The delta token is not valid.", EXPIRED) from None


def _encoded(cookie: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(cookie).encode()).decode()


def read_cookie(token: str) -> dict[str, Any]:
    """Where a `$skiptoken` goes on. Raises `ODataError`."""
    try:
        cookie = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, binascii.Error):
        cookie = None
    if not isinstance(cookie, dict) or "last" not in cookie:
        raise ODataError(400, "Malformed XML in the Paging Cookie", "0x80041129")
    return cookie
