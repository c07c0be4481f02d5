"""Intercom's searches and lists: filters joined by AND and OR, pages by a cursor that holds a place in the order."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from typing import Any

from ingestion.sandbox.vendors.intercom.common import Item, Refusal

MOST_A_PAGE = 150
MOST_FILTERS = 15
DAY_SECONDS = 86_400


def matching(records: list[Item], query: Any, by_day: bool) -> list[Item]:
    """The records that a search's `query` lets through. `by_day` compares times by whole days, as older versions do."""
    if not isinstance(query, dict):
        raise Refusal(400, "parameter_not_found", "No query specified")
    test = _filter(query, by_day, depth=0)
    return [record for record in records if test(record)]


def _filter(query: Item, by_day: bool, depth: int) -> Callable[[Item], bool]:
    operator, value = query.get("operator"), query.get("value")
    if operator in ("AND", "OR"):
        if not isinstance(value, list) or len(value) > MOST_FILTERS or depth > 1:
            raise Refusal(400, "parameter_invalid", "A query has at most 15 filters in at most two levels")
        tests = [_filter(inner, by_day, depth + 1) for inner in value]
        return lambda record: (all if operator == "AND" else any)(test(record) for test in tests)
    field = query.get("field")
    if not isinstance(field, str) or operator not in _OPERATORS:
        raise Refusal(400, "parameter_invalid", f"{operator} is not a valid operator for {field}")
    compare = _OPERATORS[operator]
    days = by_day and field.endswith("_at")

    def test(record: Item) -> bool:
        held = _field(record, field)
        wanted = value
        if days:
            held, wanted = _day(held), _day(wanted)
        return compare(held, wanted)

    return test


def _field(record: Item, path: str) -> Any:
    held: Any = record
    for step in path.split("."):
        held = held.get(step) if isinstance(held, dict) else None
    return held


def _day(value: Any) -> Any:
    return int(value) // DAY_SECONDS if isinstance(value, int | str) and str(value).isdigit() else value


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _same(held: Any, wanted: Any) -> bool:
    return str(held).lower() == str(wanted).lower() if held is not None and wanted is not None else held is wanted


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": _same,
    "!=": lambda held, wanted: not _same(held, wanted),
    "IN": lambda held, wanted: any(_same(held, one) for one in wanted),
    "NIN": lambda held, wanted: not any(_same(held, one) for one in wanted),
    # The reference says "greater (or equal)". Here it is strictly greater, which loses more for a careless reader.
    ">": lambda held, wanted: _number(held) > _number(wanted),
    "<": lambda held, wanted: _number(held) < _number(wanted),
    "~": lambda held, wanted: str(wanted).lower() in str(held or "").lower(),
    "!~": lambda held, wanted: str(wanted).lower() not in str(held or "").lower(),
    "^": lambda held, wanted: str(held or "").lower().startswith(str(wanted).lower()),
    "$": lambda held, wanted: str(held or "").lower().endswith(str(wanted).lower()),
}


def cursor_page(
    kind: str,
    name: str,
    records: list[Item],
    per_page: Any,
    starting_after: str | None,
    page_cap: int | None,
    default: int,
    sort: Any = None,
) -> Item:
    """One page of `records`, sorted; the cursor is the place of its last record, so what moves is met again."""
    size = _size(per_page, default, page_cap)
    sort = sort if isinstance(sort, dict) else {}
    field = str(sort.get("field") or "updated_at")
    is_descending = sort.get("order", "descending") in ("descending", "desc")

    def place(record: Item) -> list[Any]:
        value = _number(_field(record, field))
        return [-value if is_descending else value, str(record["id"])]

    ordered = sorted(records, key=place)
    page = 1
    if starting_after:
        after, page = _decode(starting_after)
        ordered = [record for record in ordered if place(record) > after]
    shown = ordered[:size]
    pages: Item = {"type": "pages", "page": page, "per_page": size, "total_pages": math.ceil(len(records) / size)}
    if len(ordered) > size:
        pages["next"] = {"page": page + 1, "starting_after": _encode(place(shown[-1]), page + 1)}
    return {"type": kind, name: shown, "total_count": len(records), "pages": pages}


def numbered_page(
    kind: str, name: str, records: list[Item], page: Any, per_page: Any, page_cap: int | None, largest: int, path: str
) -> Item:
    """One page by its number, with the address of the next."""
    size = _size(per_page, 20, page_cap, largest)
    number = _integer(page or 1, "page")
    total = math.ceil(len(records) / size)
    following = f"{path}?per_page={size}&page={number + 1}" if number < total else None
    return {
        "type": kind,
        name: records[(number - 1) * size : number * size],
        "total_count": len(records),
        "pages": {"type": "pages", "page": number, "per_page": size, "total_pages": total, "next": following},
    }


def _size(given: Any, default: int, page_cap: int | None, largest: int = MOST_A_PAGE) -> int:
    size = _integer(given or default, "per_page")
    if size > largest:
        raise Refusal(400, "parameter_invalid", "Per Page is too big")
    return min(size, page_cap or size)


def _integer(given: Any, name: str) -> int:
    if not str(given).isdigit() or int(given) < 1:
        raise Refusal(400, "parameter_invalid", f"{name} must be a positive number")
    return int(given)


def _encode(place: list[Any], page: int) -> str:
    return base64.b64encode(json.dumps([*place, page]).encode()).decode()


def _decode(cursor: str) -> tuple[list[Any], int]:
    try:
        *place, page = json.loads(base64.b64decode(cursor, validate=True))
        return place, int(page)
    except (ValueError, TypeError):
        raise Refusal(400, "parameter_invalid", "The starting_after cursor is invalid") from None
