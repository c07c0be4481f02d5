"""Shopify's Admin GraphQL API: how it answers, throttles and pages. Every method raises `IngestionError`s only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dlt.sources.helpers.rest_client.auth import APIKeyAuth

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, RateLimited, VendorError
from ingestion.sources.shopify.queries import PAGE_INFO, SCOPES, SHOP, Nested, Resource
from ingestion.sources.shopify.settings import Settings

Record = dict[str, Any]

ATTEMPTS = 12
LONGEST_WAIT_SECONDS = 60.0
_TRANSIENT = {"THROTTLED", "INTERNAL_SERVER_ERROR", "TIMEOUT"}


class TooCostly(VendorError):
    """The query asks for more than a single one may: ask for less at a time."""


class ShopifyApi:
    """One shop. `sleep` waits for that many seconds."""

    def __init__(self, settings: Settings, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        self._path = f"/admin/api/{settings.api_version}/graphql.json"
        auth = APIKeyAuth("X-Shopify-Access-Token", settings.access_token.get_secret_value(), "header")
        self._client = ApiClient(settings.name, settings.base_url, auth)
        self._sizes: dict[str, tuple[int, int]] = {}

    def query(self, document: str, variables: Record | None = None) -> Record:
        """The `data` of one query. Waits while throttled; any other error, even beside data, is raised."""
        for attempt in range(ATTEMPTS):
            body = self._client.post(self._path, {"query": document, "variables": variables or {}})
            errors = body.get("errors") if isinstance(body, dict) else None
            if errors and not self._is_transient(errors):
                raise self._refused(errors)
            if not errors:
                data = body.get("data") if isinstance(body, dict) else None
                if not isinstance(data, dict):
                    raise self.broken("an answer has no `data`")
                return data
            self._sleep(_pause((body.get("extensions") or {}).get("cost") or {}, attempt))
        raise RateLimited(
            f"{self._settings.name}: still throttled after {ATTEMPTS} attempts", "Run again later, or less often."
        )

    def shop(self) -> Record:
        """The shop's name, currency and time zone."""
        return self._object(self.query(SHOP), "shop")

    def scopes(self) -> set[str]:
        """What the token may do."""
        granted = self._object(self.query(SCOPES), "currentAppInstallation").get("accessScopes")
        if not isinstance(granted, list) or not all(isinstance(scope.get("handle"), str) for scope in granted):
            raise self.broken("the app installation does not say its `accessScopes`")
        return {scope["handle"] for scope in granted}

    def count(self, resource: Resource, search: str) -> int | None:
        """How many records of the list match, None where Shopify only estimates."""
        document = f"query ($search: String) {{ {resource.count}(query: $search, limit: null) {{ count precision }} }}"
        counted = self._object(self.query(document, {"search": search}), resource.count)
        if not isinstance(counted.get("count"), int):
            raise self.broken(f"`{resource.count}` has no number")
        return counted["count"] if counted.get("precision") == "EXACT" else None

    def pages(self, resource: Resource, search: str = "", sort_key: str = "UPDATED_AT") -> Iterator[list[Record]]:
        """The list page by page, in the order of `sort_key`; lists inside its records are completed."""
        after: str | None = None
        seen: set[str] = set()
        while True:
            data = self._sized(resource, search, sort_key, after)
            records, after = self._page(data, resource.field, seen)
            if nested := resource.nested:
                for record in records:
                    record[nested.field] = self.complete(resource.type, record, nested)
            yield records
            if after is None:
                return

    def ids(self, resource: Resource) -> Iterator[list[Record]]:
        """The ids of a list, 250 at a time, in their own order."""
        plain = Resource(resource.field, resource.type, "id")
        self._sizes.setdefault(f"{plain.field}{plain.selection}", (min(250, self._settings.page_size * 5), 1))
        return self.pages(plain, sort_key="ID")

    def complete(self, type_: str, record: Record, nested: Nested) -> list[Record]:
        """Every record of a list inside `record`, of which it holds the first page."""
        seen: set[str] = set()
        found, after = self._page(record, nested.field, seen)
        document = (
            f"query ($id: ID!, $after: String, $nested: Int!) {{ node(id: $id) {{ ... on {type_} {{ "
            f"{nested.field}(first: $nested, after: $after) {{ nodes {{ {nested.selection} }} {PAGE_INFO} }} }} }} }}"
        )
        size = self._settings.nested_page_size
        while after is not None:
            try:
                node = self.query(document, {"id": record["id"], "after": after, "nested": size}).get("node")
            except TooCostly:
                _, size = self._smaller(1, size)
                continue
            if node is None:  # deleted since: the ids that still exist will tell
                return found
            more, after = self._page(node, nested.field, seen)
            found += more
        return found

    def nodes(self, type_: str, selection: str, ids: Sequence[str]) -> Iterator[list[Record]]:
        """The records with these ids; those no longer there are left out."""
        document = f"query ($ids: [ID!]!, $nested: Int!) {{ nodes(ids: $ids) {{ ... on {type_} {{ {selection} }} }} }}"
        size, nested = self._sizes.get(type_, (self._settings.page_size, self._settings.nested_page_size))
        position = 0
        while position < len(ids):
            try:
                data = self.query(document, {"ids": ids[position : position + size], "nested": nested})
            except TooCostly:
                size, nested = self._smaller(size, nested)
                self._sizes[type_] = size, nested
                continue
            if not isinstance(data.get("nodes"), list):
                raise self.broken("an answer has no list at `nodes`")
            yield [node for node in data["nodes"] if node]
            position += size

    def broken(self, what: str) -> BrokenPagination:
        """The error that an answer is not what the API promises."""
        return BrokenPagination(
            f"{self._settings.name}: {what}",
            f"Check sources.{self._settings.name}.api_version: the vendor may have changed the shape of its answer.",
        )

    def _sized(self, resource: Resource, search: str, sort_key: str, after: str | None) -> Record:
        """One page, of as many records as may be asked for at once."""
        declared = ", $nested: Int!" if resource.nested else ""
        document = (
            f"query ($first: Int!, $after: String, $search: String{declared}) {{ {resource.field}(first: $first, "
            f"after: $after, query: $search, sortKey: {sort_key}) {{ nodes {{ {resource.paged} }} {PAGE_INFO} }} }}"
        )
        key = f"{resource.field}{resource.selection}"
        while True:
            first, nested = self._sizes.get(key, (self._settings.page_size, self._settings.nested_page_size))
            variables: Record = {"first": first, "after": after, "search": search or None}
            if resource.nested:
                variables["nested"] = nested
            try:
                return self.query(document, variables)
            except TooCostly:
                self._sizes[key] = self._smaller(first, nested)

    def _smaller(self, size: int, nested: int) -> tuple[int, int]:
        """The next smaller page; re-raises what made it necessary when there is none."""
        if size == nested == 1:
            raise
        return (size // 2, nested) if size > 1 else (1, nested // 2)

    def _page(self, parent: Record, field: str, seen: set[str]) -> tuple[list[Record], str | None]:
        """The records of a page, and the cursor to go on from where there is more."""
        connection = parent.get(field)
        records = connection.get("nodes") if isinstance(connection, dict) else None
        if not isinstance(connection, dict) or not isinstance(records, list):
            raise self.broken(f"an answer has no list at `{field}.nodes`")
        info = connection.get("pageInfo")
        if not isinstance(info, dict) or not isinstance(info.get("hasNextPage"), bool):
            raise self.broken(f"`{field}` does not say whether there is a next page")
        if not info["hasNextPage"]:
            return records, None
        cursor = info.get("endCursor")
        if not isinstance(cursor, str) or cursor in seen:
            raise self.broken(f"`{field}` promises more, but its cursor does not move")
        seen.add(cursor)
        return records, cursor

    def _object(self, data: Record, field: str) -> Record:
        found = data.get(field)
        if not isinstance(found, dict):
            raise self.broken(f"an answer has no `{field}`")
        return found

    def _is_transient(self, errors: Any) -> bool:
        return isinstance(errors, list) and all(_code(error) in _TRANSIENT for error in errors)

    def _refused(self, errors: Any) -> VendorError | CredentialsRejected:
        first = errors[0] if isinstance(errors, list) else errors
        message = str(first.get("message") if isinstance(first, dict) else first)[:200]
        name = self._settings.name
        if _code(first) == "ACCESS_DENIED":
            return CredentialsRejected(
                f"{name}: Shopify denies access: {message}",
                f"Grant the app of sources.{name} the scopes in its README, protected customer data included.",
            )
        kind = TooCostly if _code(first) == "MAX_COST_EXCEEDED" else VendorError
        return kind(
            f"{name}: the vendor answered HTTP 200 with an error: {message}",
            f"Check sources.{name}.api_version, and page_size where the query is too costly.",
        )


def _code(error: Any) -> str | None:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    return extensions.get("code") if isinstance(extensions, dict) else None


def _pause(cost: Record, attempt: int) -> float:
    """Seconds until the bucket holds what the query costs; where Shopify does not say, doubling from half a second."""
    status = cost.get("throttleStatus") or {}
    try:
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        wait = missing / float(status["restoreRate"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        wait = 0.5 * 2.0**attempt
    return min(max(wait, 0.1), LONGEST_WAIT_SECONDS)
