"""Relay connections: sorting by key and id, opaque cursors that survive changes, and what `first` and `last` allow."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

Record = dict[str, Any]
Resolver = Callable[..., Record]

LARGEST_PAGE = 250
_SORTED_BY = {
    "CREATED_AT": "_created",
    "PROCESSED_AT": "_created",
    "PUBLISHED_AT": "_created",
    "UPDATED_AT": "_updated",
    "TOTAL_PRICE": "_total",
    "TITLE": "title",
    "SKU": "sku",
    "POSITION": "position",
}
"""Sort key → where a record keeps its value; every other key sorts by id."""


class Connect:
    """Makes resolvers of connections. `page_cap` lowers the largest page that is given, whatever is asked for."""

    def __init__(self, page_cap: int | None) -> None:
        self._page_cap = page_cap

    def __call__(self, records: Sequence[Record], default_key: str = "ID") -> Resolver:
        """A resolver that gives pages of `records`; everything at once inside a bulk operation."""

        def resolve(info: GraphQLResolveInfo, **arguments: Any) -> Record:
            return self.page(records, info, default_key, arguments)

        return resolve

    def page(
        self, records: Sequence[Record], info: GraphQLResolveInfo, default_key: str, arguments: dict[str, Any]
    ) -> Record:
        """One page of `records` as `arguments` ask for it. Raises `GraphQLError` as Shopify words it."""
        key = arguments.get("sortKey") or default_key
        reverse = bool(arguments.get("reverse"))
        ordered = sorted(records, key=lambda record: _position(record, key), reverse=reverse)
        if info.context.get("is_bulk"):
            return self._answer(ordered, key, has_next=False, has_previous=False)
        first, last = arguments.get("first"), arguments.get("last")
        if (first is None) == (last is None):
            raise GraphQLError(f"you must provide one of first or last for {info.field_name}")
        size = int(first if first is not None else last or 0)
        if size < 0 or size > LARGEST_PAGE:
            raise GraphQLError(f"{size} is not between 0 and {LARGEST_PAGE}: the limit of {info.field_name}")
        size = min(size, self._page_cap or size)
        begin = _cursor(arguments.get("after"), key)
        end = _cursor(arguments.get("before"), key)
        rest = [
            record
            for record in ordered
            if (begin is None or _is_beyond(_position(record, key), begin, reverse))
            and (end is None or _is_beyond(end, _position(record, key), reverse))
        ]
        page = rest[:size] if first is not None else rest[max(0, len(rest) - size) :]
        has_more = len(rest) > len(page)
        return self._answer(
            page,
            key,
            has_next=has_more if first is not None else end is not None,
            has_previous=has_more if first is None else begin is not None,
        )

    def _answer(self, page: Sequence[Record], key: str, has_next: bool, has_previous: bool) -> Record:
        edges = [{"node": record, "cursor": _encode(_position(record, key))} for record in page]
        return {
            "edges": edges,
            "nodes": list(page),
            "pageInfo": {
                "hasNextPage": has_next,
                "hasPreviousPage": has_previous,
                "startCursor": edges[0]["cursor"] if edges else None,
                "endCursor": edges[-1]["cursor"] if edges else None,
            },
        }


def _position(record: Record, key: str) -> tuple[Any, int]:
    value = record.get(_SORTED_BY.get(key, "_number"))
    if isinstance(value, datetime):
        value = int(value.timestamp())
    return value, record["_number"]


def _is_beyond(position: tuple[Any, int], of: tuple[Any, int], reverse: bool) -> bool:
    return position < of if reverse else position > of


def _encode(position: tuple[Any, int]) -> str:
    content = json.dumps({"last_id": position[1], "last_value": position[0]}, separators=(",", ":"))
    return base64.b64encode(content.encode()).decode()


def _cursor(text: str | None, key: str) -> tuple[Any, int] | None:
    """Where a cursor points. One of another sort order is invalid, though it can be read."""
    if text is None:
        return None
    try:
        content = json.loads(base64.b64decode(text, validate=True))
        position = content["last_value"], content["last_id"]
        if isinstance(position[0], str) != (key in ("TITLE", "SKU")):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise GraphQLError("Invalid cursor for current pagination sort.") from None
    return position
