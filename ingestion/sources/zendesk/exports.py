"""Zendesk's two incremental exports: by cursor, and by time. Both end on `end_of_stream`, never on a short page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination
from ingestion.source import Page, StreamContext
from ingestion.sources.zendesk.settings import Settings

_EPOCH = datetime(1970, 1, 1)
NOT_YET_EXPORTED = timedelta(seconds=60)
"""The exports leave out the last minute, and refuse a start inside it."""


class ExportPaginator(BasePaginator):
    """Follows `after_cursor` or `end_time` until `end_of_stream`. `position` is where the next run goes on."""

    def __init__(self, setting: str, by: Literal["cursor", "time"], position: str | int | None = None) -> None:
        super().__init__()
        self._setting = setting
        self._parameter, self._field = ("cursor", "after_cursor") if by == "cursor" else ("start_time", "end_time")
        self.position = position

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        body = response.json()
        position, is_end = body.get(self._field), body.get("end_of_stream")
        if not isinstance(is_end, bool) or (not is_end and position is None):
            raise BrokenPagination(
                f"{self._setting}: an incremental export says neither that it ends nor where it goes on",
                f"Check sources.{self._setting}.api_version: the vendor may have changed the shape of its answer.",
            )
        self.position = self.position if position is None else position
        self._has_next_page = not is_end

    def update_request(self, request: Request) -> None:
        params = {name: value for name, value in (request.params or {}).items() if name not in ("start_time", "cursor")}
        request.params = {**params, self._parameter: self.position}


def by_cursor(settings: Settings, client: ApiClient, context: StreamContext, name: str) -> Iterator[Page]:
    """Everything of `name` (tickets, users) changed since the cursor that the last run ended with."""
    cursor = context.state.get("cursor")
    paginator = ExportPaginator(settings.name, "cursor", cursor)
    params: dict[str, Any] = {"per_page": settings.page_size}
    params |= {"cursor": cursor} if cursor else {"start_time": settings.first_second}
    yield from client.pages(
        f"/api/{settings.api_version}/incremental/{name}/cursor.json", name, paginator, params=params
    )
    context.state["cursor"] = paginator.position


def by_time(
    settings: Settings, client: ApiClient, context: StreamContext, name: str, include: str | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Events of `name` since shortly before the end of the last run's export; repeats are the merge's business."""
    reached = context.state.get("end_time")
    start = settings.first_second if reached is None else max(0, int(reached) - settings.lag_minutes * 60)
    if start > (context.started_at - NOT_YET_EXPORTED - _EPOCH).total_seconds():
        return
    paginator = ExportPaginator(settings.name, "time", start)
    params: dict[str, Any] = {"start_time": start, "per_page": settings.page_size}
    if include:
        params["include"] = include
    yield from client.pages(f"/api/{settings.api_version}/incremental/{name}.json", name, paginator, params=params)
    context.state["end_time"] = max(int(paginator.position or 0), int(reached or 0))
