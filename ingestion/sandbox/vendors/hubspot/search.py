"""HubSpot's search: filter groups, one sort, offset pagination that ends at ten thousand results."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from ingestion.sandbox.vendors.hubspot.errors import HubSpotError
from ingestion.sandbox.vendors.hubspot.portal import Collection
from ingestion.sandbox.vendors.hubspot.records import CrmObject

PAGE_MAX = 200
RESULT_CEILING = 10_000
GROUPS_MAX, FILTERS_MAX = 5, 6

Comparable = tuple[int, Decimal | str]
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z?)?")


def search(
    collection: Collection, body: dict[str, Any], page_cap: int | None
) -> tuple[int, list[CrmObject], int | None]:
    """(how many records match, this page, the offset of the next page or None). Archived records never match."""
    limit = body.get("limit", 10)
    if not isinstance(limit, int) or not 1 <= limit <= PAGE_MAX:
        raise HubSpotError(400, f"limit must be between 1 and {PAGE_MAX}")
    limit = min(limit, page_cap or limit)
    after = _offset(body.get("after"))
    if after >= RESULT_CEILING:
        raise HubSpotError(400, f"a search cannot be paged beyond {RESULT_CEILING} results")
    groups = [_group(collection, group) for group in body.get("filterGroups") or []]
    if len(groups) > GROUPS_MAX:
        raise HubSpotError(400, f"a search takes at most {GROUPS_MAX} filterGroups")
    text = str(body.get("query") or "").lower()
    found = [
        item
        for item in collection.objects
        if item.is_listed
        and (not groups or any(all(test(item) for test in group) for group in groups))
        and (not text or any(text in (values[-1][1] or "").lower() for values in item.history.values()))
    ]
    # Records come in order of id, which also decides between equal sort values; those without a value come last.
    if sorts := body.get("sorts"):
        name, is_descending = _sort(collection, sorts)
        valued = [(value, item) for item in found if (value := _comparable(item.value(name))) is not None]
        valued.sort(key=lambda pair: pair[0], reverse=is_descending)
        found = [item for _, item in valued] + [item for item in found if item.value(name) is None]
    page = found[after : min(after + limit, RESULT_CEILING)]
    following = after + len(page)
    return len(found), page, following if following < len(found) else None


def _offset(after: Any) -> int:
    if after in (None, ""):
        return 0
    if not str(after).isdigit():
        raise HubSpotError(400, "after must be the cursor of a previous page")
    return int(after)


def _sort(collection: Collection, sorts: list[Any]) -> tuple[str, bool]:
    if len(sorts) > 1:
        raise HubSpotError(400, "a search takes at most one sort")
    sort = sorts[0]
    if isinstance(sort, str):
        # A name alone is the short spelling, with a minus for descending.
        sort = {"propertyName": sort.lstrip("-"), "direction": "DESCENDING" if sort[:1] == "-" else "ASCENDING"}
    name, direction = sort.get("propertyName"), sort.get("direction", "ASCENDING")
    if name not in collection.properties or direction not in ("ASCENDING", "DESCENDING"):
        raise HubSpotError(400, f"cannot sort by {name} {direction}")
    return name, direction == "DESCENDING"


def _group(collection: Collection, group: dict[str, Any]) -> list[Callable[[CrmObject], bool]]:
    filters = group.get("filters") or []
    if len(filters) > FILTERS_MAX:
        raise HubSpotError(400, f"a filterGroup takes at most {FILTERS_MAX} filters")
    return [_filter(collection, item) for item in filters]


def _filter(collection: Collection, given: dict[str, Any]) -> Callable[[CrmObject], bool]:
    name, operator = given.get("propertyName"), given.get("operator")
    if name not in collection.properties:
        raise HubSpotError(400, f"there is no property named {name}")
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return lambda item: (item.value(name) is not None) == (operator == "HAS_PROPERTY")
    if operator in ("IN", "NOT_IN"):
        values = given.get("values")
        if not isinstance(values, list):
            raise HubSpotError(400, f"operator {operator} needs values")
        wanted = {_comparable(str(value).lower()) for value in values}
        return lambda item: (_lowered(item, name) in wanted) == (operator == "IN")
    low = _comparable(_required(given, "value"))
    if operator in ("EQ", "NEQ"):
        equal = _comparable(str(given["value"]).lower())
        return lambda item: (_lowered(item, name) == equal) == (operator == "EQ")
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        token = re.compile(re.escape(str(given["value"]).lower()).replace(r"\*", r"\S*"))
        return lambda item: bool(token.search((item.value(name) or "").lower())) == (operator == "CONTAINS_TOKEN")
    high = _comparable(_required(given, "highValue")) if operator == "BETWEEN" else None
    tests: dict[str, Callable[[Any], bool]] = {
        "LT": lambda value: value < low,
        "LTE": lambda value: value <= low,
        "GT": lambda value: value > low,
        "GTE": lambda value: value >= low,
        "BETWEEN": lambda value: low <= value <= high,
    }
    if operator not in tests:
        raise HubSpotError(400, f"there is no operator {operator}")
    test = tests[operator]

    def compare(item: CrmObject) -> bool:
        value = _comparable(item.value(name))
        return value is not None and test(value)

    return compare


def _required(given: dict[str, Any], name: str) -> Any:
    if given.get(name) is None:
        raise HubSpotError(400, f"operator {given.get('operator')} needs {name}")
    return given[name]


def _lowered(item: CrmObject, name: str) -> Comparable | None:
    value = item.value(name)
    return None if value is None else _comparable(value.lower())


@lru_cache(maxsize=100_000)
def _comparable(value: Any) -> Comparable | None:
    """Numbers by value, times as epoch milliseconds whether written so or in ISO 8601, the rest as text."""
    if value is None:
        return None
    text = str(value)
    if _ISO.fullmatch(text.upper()):
        moment = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (0, Decimal(round(moment.timestamp() * 1000)))
    try:
        return (0, Decimal(text))
    except InvalidOperation:
        return (1, text)
