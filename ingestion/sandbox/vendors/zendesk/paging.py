"""Zendesk's four ways of paging: incremental by cursor, incremental by time, cursor lists and numbered pages."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left, bisect_right
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from ingestion.sandbox.vendors.zendesk.common import Export, Item

MAX_EXPORT = 1000
MAX_LIST = 100
EXCLUDED_SECONDS = 60
"""What changed in the last minute is not exported yet."""


class Refusal(Exception):
    """A request to answer with an error body."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description


def by_cursor(name: str, exports: list[Export], request: Request, now: int, page_cap: int | None) -> Item:
    """One page of an incremental cursor export, from `start_time` or from `cursor`.

    A page that continues repeats the last record of the one before it: duplicates at boundaries are documented, and a
    client has to drop them.
    """
    size = min(_number(request, "per_page", MAX_EXPORT), MAX_EXPORT, page_cap or MAX_EXPORT)
    end = bisect_right(exports, now - EXCLUDED_SECONDS, key=lambda export: export.changed)
    cursor = request.query_params.get("cursor")
    if cursor:
        changed, id_ = _decode(cursor)
        start = bisect_left(exports, (changed, id_), key=lambda export: (export.changed, export.id))
        repeats = start < end and (exports[start].changed, exports[start].id) == (changed, id_)
        # A page of one must still move on, so it holds the repeated record and one more.
        size = max(size, 2) if repeats else size
    else:
        start = bisect_left(exports, _start_time(request, now), key=lambda export: export.changed)
    shown = exports[start : min(end, start + size)]
    after = _encode(shown[-1].changed, shown[-1].id) if shown else cursor
    return {
        name: [export.body for export in shown],
        "after_cursor": after,
        "after_url": _url(request, {"cursor": after}) if after else None,
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": start + size >= end,
    }


def by_time(name: str, exports: list[Export], request: Request, now: int, page_cap: int | None) -> Item:
    """One page of an incremental time-based export: records from `start_time` on, with `end_time` to go on from.

    `end_time` is the second of the last record and the next page starts with it again, so a second is never split; a
    page that would hold nothing newer than its own start goes on into the next second.
    """
    size = min(_number(request, "per_page", MAX_EXPORT), MAX_EXPORT, page_cap or MAX_EXPORT)
    first = _start_time(request, now)
    start = bisect_left(exports, first, key=lambda export: export.changed)
    end = bisect_right(exports, now - EXCLUDED_SECONDS, key=lambda export: export.changed)
    stop = min(end, start + size)
    for _ in range(2):
        if start < stop:
            stop = min(end, bisect_right(exports, exports[stop - 1].changed, key=lambda export: export.changed))
        if stop in (start, end) or exports[stop - 1].changed > first:
            break
        stop += 1
    shown = exports[start:stop]
    end_time = shown[-1].changed if shown else None
    return {
        name: [export.body for export in shown],
        "count": len(shown),
        "end_time": end_time,
        "next_page": _url(request, {"start_time": end_time}) if end_time is not None else None,
        "end_of_stream": stop >= end,
    }


def listing(name: str, rows: list[Item], request: Request, page_cap: int | None) -> Item:
    """One page of an ordinary list: by cursor when `page[size]` or `page[after]` is given, else by page number."""
    params = request.query_params
    maximum = min(MAX_LIST, page_cap or MAX_LIST)
    if "page[size]" in params or "page[after]" in params:
        size = min(_number(request, "page[size]", MAX_LIST), maximum)
        start = _decode(params["page[after]"])[0] if params.get("page[after]") else 0
        has_more = start + size < len(rows)
        after = _encode(start + size, 0) if has_more else None
        following = {"page[size]": size, "page[after]": after}
        return {
            name: rows[start : start + size],
            "meta": {"has_more": has_more, "after_cursor": after, "before_cursor": None},
            "links": {"next": _url(request, following) if has_more else None, "prev": None},
        }
    size, page = min(_number(request, "per_page", MAX_LIST), maximum), _number(request, "page", 1)
    start = (page - 1) * size
    has_more = start + size < len(rows)
    return {
        name: rows[start : start + size],
        "count": len(rows),
        "next_page": _url(request, {"page": page + 1, "per_page": size}) if has_more else None,
        "previous_page": _url(request, {"page": page - 1, "per_page": size}) if page > 1 else None,
    }


def _start_time(request: Request, now: int) -> int:
    text = request.query_params.get("start_time")
    if text is None or not text.isdecimal():
        raise Refusal(400, "InvalidValue", "start_time is required and must be a Unix epoch time in seconds")
    if int(text) > now - EXCLUDED_SECONDS:
        raise Refusal(422, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds")
    return int(text)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise Refusal(400, "InvalidValue", f"{name} must be a positive integer")
    return int(text)


def _encode(first: int, second: int) -> str:
    return base64.urlsafe_b64encode(f"{first}||{second}".encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[int, int]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        first, second = text.split("||")
        return int(first), int(second)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise Refusal(400, "InvalidPaginationParameter", "The cursor parameter is invalid") from None


def _url(request: Request, changed: dict[str, Any]) -> str:
    """This request's URL with `changed` parameters; a cursor takes the place of a start time."""
    params = {name: value for name, value in request.query_params.items() if name != "start_time"}
    return str(request.url.replace(query=urlencode({**params, **changed})))
