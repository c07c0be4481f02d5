"""Stripe's HTTP API: lists, single objects, and the nested lists that arrive cut short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination
from ingestion.sources.stripe.settings import Settings

Record = dict[str, Any]


class StartingAfter(BasePaginator):
    """Stripe's pagination: `has_more`, and the last row's id as `starting_after` of the next page."""

    def __init__(self, setting: str) -> None:
        super().__init__()
        self._setting = setting
        self._last_id: str | None = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        has_more = response.json().get("has_more")
        if not isinstance(has_more, bool) or (has_more and not data):
            raise BrokenPagination(
                f"{self._setting}: a list says has_more = {has_more!r} with {len(data or [])} rows",
                f"Check sources.{self._setting}.api_version: the vendor may have changed the shape of its answer.",
            )
        self._has_next_page = has_more
        self._last_id = data[-1]["id"] if data else None

    def update_request(self, request: Request) -> None:
        if self._has_next_page:
            request.params["starting_after"] = self._last_id


class StripeApi:
    """Reads objects of one account. Every list is read to its end; every error is an `IngestionError`."""

    def __init__(self, settings: Settings, max_attempts: int = 8) -> None:
        headers = {"Stripe-Version": settings.api_version}
        if settings.account:
            headers["Stripe-Account"] = settings.account
        self._setting = settings.name
        self._page_size = settings.page_size
        self._client = ApiClient(
            settings.name,
            settings.base_url,
            auth=BearerTokenAuth(token=settings.api_key.get_secret_value()),
            headers=headers,
            error_in_body=_error_in_body,
            max_attempts=max_attempts,
        )

    def get(self, path: str, expand: tuple[str, ...] = ()) -> Record:
        """One object."""
        found: Record = self._client.get(path, {"expand[]": list(expand)} if expand else None)
        return found

    def pages(
        self, path: str, filters: Mapping[str, str | int] | None = None, expand: tuple[str, ...] = ()
    ) -> Iterator[list[Record]]:
        """The pages of a list, newest first. `filters` are query parameters; `expand` names fields of a row."""
        params: dict[str, Any] = {"limit": self._page_size, **(filters or {})}
        if expand:
            params["expand[]"] = [f"data.{field}" for field in expand]
        yield from self._client.pages(path, "data", StartingAfter(self._setting), params=params)

    def newest(self, path: str) -> Record | None:
        """The newest row of a list, None when it is empty."""
        rows: list[Record] = self._client.get(path, {"limit": 1})["data"]
        return rows[0] if rows else None

    def complete(self, record: Record, field: str, path: str, expand: tuple[str, ...] = (), **filters: str) -> None:
        """Replace `record[field]`, a list object cut short by Stripe, by the whole list."""
        nested = record.get(field)
        if not isinstance(nested, dict) or not nested.get("has_more"):
            return
        # Keyed by id: a page may begin with the row that ended the one before.
        rows = list({row["id"]: row for page in self.pages(path, filters, expand) for row in page}.values())
        record[field] = {**nested, "data": rows, "has_more": False}


def _error_in_body(body: Any) -> str | None:
    if not isinstance(body, dict) or not isinstance(error := body.get("error"), dict):
        return None
    return str(error.get("message") or error.get("code") or error.get("type") or "no explanation")[:200]
