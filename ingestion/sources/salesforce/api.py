"""Salesforce's REST API as this connector needs it: describe, and SOQL whose every promised record arrives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

import requests
from dlt.sources.helpers.rest_client.paginators import BasePaginator

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, VendorError
from ingestion.sources.salesforce.auth import Session
from ingestion.sources.salesforce.settings import Settings

Record = dict[str, Any]

MOST_QUERY_BYTES = 14_000
"""URI and headers together may have 16,384 bytes; this leaves room for address, token and other headers."""
ABSENT = ("NOT_FOUND", "INVALID_TYPE")
"""How Salesforce says that an object does not exist in this org, or not for this user."""
EXPIRED = ("INVALID_QUERY_LOCATOR", "QUERY_LOCATOR_EXPIRED")


class SalesforceApi:
    """One org. Every method raises `IngestionError`s only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session = Session(settings)

    @cached_property
    def _client(self) -> ApiClient:
        settings = self._settings
        return ApiClient(
            settings.name,
            f"{self._session.instance_url}/services/data/{settings.api_version}",
            auth=self._session,
            headers={"Sforce-Query-Options": f"batchSize={settings.page_size}"},
            error_in_body=_error_in_body,
            throttled=_is_over_limit,
        )

    def fields(self, sobject: str) -> dict[str, str] | None:
        """Field → type as this user may read them; None where the object does not exist for this user."""
        try:
            body = self._client.get(f"sobjects/{sobject}/describe")
        except VendorError as error:
            if error.code in ABSENT:
                return None
            raise
        fields = body.get("fields") if isinstance(body, dict) else None
        if not isinstance(fields, list):
            raise self._broken(f"the description of {sobject} has no list `fields`")
        return {str(field["name"]): str(field.get("type")) for field in fields}

    def count(self, sobject: str, conditions: Sequence[str]) -> int:
        """How many records meet `conditions`, those in the recycle bin and archived activities included."""
        body = self._client.get("queryAll", {"q": soql(sobject, ["COUNT()"], conditions)})
        return self._total(body, sobject)

    def records(self, sobject: str, fields: Sequence[str], conditions: Sequence[str]) -> Iterator[list[Record]]:
        """Records in the order of their ids, each once, deleted, merged-away and archived ones included, page by page.

        An expired query locator begins again after the last id received, which no change of a record can move. Fewer
        distinct records than `totalSize` promised raise `BrokenPagination`.
        """
        last_id: str | None = None
        while True:
            begun_after = last_id
            beyond = [f"Id > '{last_id}'"] if last_id else []
            statement = soql(sobject, fields, [*conditions, *beyond]) + " ORDER BY Id"
            self._check_length(sobject, statement)
            promised: list[int] = []
            received: set[str] = set()
            pages = self._client.pages(
                "queryAll",
                "records",
                _LocatorPaginator(self._settings.name),
                params={"q": statement},
                on_page=lambda body, promised=promised: promised.append(self._total(body, sobject)),  # type: ignore[misc]
            )
            try:
                for page in pages:
                    fresh = [record for record in page if record.get("Id") not in received]
                    received.update(str(record.get("Id")) for record in page)
                    yield fresh
                    last_id = str(page[-1].get("Id")) if page else last_id
            except VendorError as error:
                if error.code not in EXPIRED or last_id == begun_after:
                    raise
                continue
            if len(received) < promised[0]:
                raise self._broken(f"{sobject}: {promised[0]} records were promised and {len(received)} came")
            return

    def _total(self, body: Any, sobject: str) -> int:
        total = body.get("totalSize") if isinstance(body, dict) else None
        if not isinstance(total, int):
            raise self._broken(f"the query of {sobject} does not say its `totalSize`")
        return total

    def _check_length(self, sobject: str, statement: str) -> None:
        if (length := len(quote(statement))) > MOST_QUERY_BYTES:
            raise VendorError(
                f"{self._settings.name}: the query of {sobject} has {length} bytes, more than Salesforce accepts",
                f"Name fewer fields in sources.{self._settings.name}.custom_fields.",
            )

    def _broken(self, what: str) -> BrokenPagination:
        return BrokenPagination(
            f"{self._settings.name}: {what}",
            "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
        )


def soql(sobject: str, fields: Sequence[str], conditions: Sequence[str]) -> str:
    """One SELECT; every condition must hold."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {','.join(fields)} FROM {sobject}{where}"


class _LocatorPaginator(BasePaginator):
    """Follows `nextRecordsUrl` by its locator until the answer says `done`.

    The address names `query` even where `queryAll` was asked; the locator serves both, so the path stays as it began.
    """

    def __init__(self, setting: str) -> None:
        super().__init__()
        self._setting = setting
        self._locator = ""

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        body = response.json()
        self._has_next_page = body.get("done") is False
        self._locator = str(body.get("nextRecordsUrl") or "").rstrip("/").rsplit("/", 1)[-1]
        if not isinstance(body.get("done"), bool) or (self._has_next_page and not self._locator):
            raise BrokenPagination(
                f"{self._setting}: an answer says neither that it is `done` nor where it goes on",
                "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
            )

    def update_request(self, request: requests.Request) -> None:
        if self._has_next_page:
            request.url = f"{request.url.split('queryAll')[0]}queryAll/{quote(self._locator)}"
            request.params = {}


def _is_over_limit(response: requests.Response) -> bool:
    """A used-up allowance of requests is HTTP 403 with a code of its own."""
    return response.status_code == 403 and "REQUEST_LIMIT_EXCEEDED" in response.text


def _error_in_body(body: Any) -> str | None:
    """Errors are lists of `{errorCode, message}`; answers never are lists."""
    first = body[0] if isinstance(body, list) and body else body
    if isinstance(first, dict) and "errorCode" in first:
        return f"{first['errorCode']}: {first.get('message', 'no explanation')}"[:200]
    return None
