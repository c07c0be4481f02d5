"""Intercom's two ways of paging: a cursor (`starting_after`) in query or body, and plain page numbers."""

from __future__ import annotations

from typing import Any, Literal

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingestion.errors import BrokenPagination


class CursorPaginator(BasePaginator):
    """Sends back `pages.next.starting_after`. An answer without `pages`, or with a `next` that says nothing, raises."""

    def __init__(self, setting: str, where: Literal["query", "body"], page_size: int) -> None:
        super().__init__()
        self._setting = setting
        self._where = where
        self._page_size = page_size
        self._cursor: str | None = None

    def init_request(self, request: Request) -> None:
        self.update_request(request)

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        pages = response.json().get("pages")
        following = pages.get("next") if isinstance(pages, dict) else None
        self._cursor = following.get("starting_after") if isinstance(following, dict) else None
        if not isinstance(pages, dict) or (following and not self._cursor):
            raise unpaged(self._setting, "pages.next.starting_after")
        self._has_next_page = self._cursor is not None

    def update_request(self, request: Request) -> None:
        page = {"per_page": self._page_size, **({"starting_after": self._cursor} if self._cursor else {})}
        if self._where == "body":
            request.json = {**(request.json or {}), "pagination": page}
        else:
            request.params = {**(request.params or {}), **page}


class NumberPaginator(BasePaginator):
    """Asks for page 1 up to `pages.total_pages`."""

    def __init__(self, setting: str, page_size: int) -> None:
        super().__init__()
        self._setting = setting
        self._page_size = page_size
        self._page = 1

    def init_request(self, request: Request) -> None:
        self.update_request(request)

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        pages = response.json().get("pages")
        total = pages.get("total_pages") if isinstance(pages, dict) else None
        if not isinstance(total, int):
            raise unpaged(self._setting, "pages.total_pages")
        self._has_next_page = self._page < total
        self._page += 1

    def update_request(self, request: Request) -> None:
        request.params = {**(request.params or {}), "page": self._page, "per_page": self._page_size}


def unpaged(setting: str, what: str) -> BrokenPagination:
    """An answer that does not say where it goes on."""
    return BrokenPagination(
        f"{setting}: an answer has nothing usable at `{what}`",
        f"Check sources.{setting}.api_version: the vendor may have changed the shape of its answer.",
    )
