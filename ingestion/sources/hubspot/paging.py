"""Paging a CRM search past its ceiling of 10,000 results."""

from __future__ import annotations

from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingestion.errors import BrokenPagination


class KeySetPaginator(BasePaginator):
    """Asks for each page by `hs_object_id` greater than the last one seen, in the order of ids, never by an offset.

    Ids are unique, so any number of objects changed in the same millisecond page alike, and no page lies beyond the
    10,000 results that HubSpot refuses to pass. `total` counts what the filter still matches: it, not the length of
    the page, says whether there is more. Raises `BrokenPagination` when the answer is out of order or does not advance.
    """

    def __init__(self, setting: str, filters: list[dict[str, Any]]) -> None:
        super().__init__()
        self._setting = setting
        self._filters = filters
        self._last_id = 0

    def init_request(self, request: Request) -> None:
        self.update_request(request)

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        body = response.json()
        total = body.get("total")
        ids = [int(record["id"]) for record in data or []]
        fresh = [object_id for object_id in ids if object_id > self._last_id]
        if not isinstance(total, int):
            raise self._broken("does not say its `total`")
        if fresh != sorted(fresh):
            raise self._broken("is not in the order of `hs_object_id`")
        if total and not fresh:
            raise self._broken("does not move on")
        self._has_next_page = total > len(set(fresh))
        self._last_id = max(fresh, default=self._last_id)

    def update_request(self, request: Request) -> None:
        beyond = {
            "propertyName": "hs_object_id",
            "operator": "GT",
            "value": str(self._last_id),
        }
        request.json = {
            **(request.json or {}),
            "filterGroups": [{"filters": [*self._filters, beyond]}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        }

    def _broken(self, what: str) -> BrokenPagination:
        return BrokenPagination(
            f"{self._setting}: the answer to a search {what}",
            "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
        )
