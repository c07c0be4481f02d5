"""Pagination that dlt does not offer."""

from __future__ import annotations

from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingestion.errors import BrokenPagination


class ReceivedOffsetPaginator(BasePaginator):
    """Offset and limit as query parameters; the offset moves by the rows received that the page before had not.

    A row that opens a page again after it ended the one before tells that the list moved; going on one row earlier
    reads a row twice rather than skipping one.

    The end is an empty page or, where the body tells how many there are (`total_field`), that many rows. A server that
    gives fewer rows than asked for (a lower maximum than documented) therefore loses nothing, where adding the limit
    would skip the difference. A body without its `total_field` raises `BrokenPagination`.
    """

    def __init__(self, offset_param: str, limit_param: str, limit: int, total_field: str | None = None) -> None:
        super().__init__()
        self._total_field = total_field
        self._offset_param = offset_param
        self._limit_param = limit_param
        self._limit = limit
        self._offset = 0
        self._page: list[Any] = []

    @property
    def offset(self) -> int:
        """How many rows of the list were received, repeats across pages not counted."""
        return self._offset

    def init_request(self, request: Request) -> None:
        self._offset = 0
        self._page = []
        self._has_next_page = True
        self.update_request(request)

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        fresh = [row for row in data or [] if row not in self._page]
        self._page = list(data or [])
        self._offset += len(fresh)
        self._has_next_page = bool(fresh)
        if self._total_field:
            total = response.json().get(self._total_field)
            if not isinstance(total, int):
                raise BrokenPagination(
                    f"an answer has no number at `{self._total_field}`",
                    "Check the source's api_version: the vendor may have changed the shape of its answer.",
                )
            self._has_next_page = bool(fresh) and self._offset < total

    def update_request(self, request: Request) -> None:
        request.params = {
            **(request.params or {}),
            self._offset_param: self._offset,
            self._limit_param: self._limit,
        }
