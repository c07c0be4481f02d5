"""Shopify's search syntax: `field:value` with comparators, AND, OR, NOT, brackets and quotes.

A field that a list does not know is ignored, and the answer says so in `extensions.search`: a query with a misspelt
filter returns everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]
Test = Callable[[Record], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<bracket>[()])|(?P<word>(?:AND|OR|NOT)\b(?!:))|(?P<minus>-)?(?:(?P<field>[A-Za-z_]+):)?"""
    r"""(?P<sign>>=|<=|>|<)?(?P<value>"[^"]*"|'[^']*'|[^\s()]+))"""
)
_DATES = {"created_at": "_created", "updated_at": "_updated", "processed_at": "_created"}


class Query:
    """A parsed search. `matches` tells whether a record is found; `unknown` are the fields that were ignored."""

    def __init__(self, text: str | None, fields: frozenset[str]) -> None:
        self._fields = fields
        self.unknown: list[str] = []
        self._tokens = [match.groupdict() for match in _TOKEN.finditer(text or "") if match.group().strip()]
        self._position = 0
        self.matches: Test = self._any() if self._tokens else lambda record: True

    def _peek(self) -> dict[str, str | None] | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _any(self) -> Test:
        tests = [self._all()]
        while (token := self._peek()) and token["word"] == "OR":
            self._position += 1
            tests.append(self._all())
        return lambda record: any(test(record) for test in tests)

    def _all(self) -> Test:
        tests = []
        while (token := self._peek()) and token["word"] != "OR" and token["bracket"] != ")":
            if token["word"] == "AND":
                self._position += 1
                continue
            tests.append(self._one())
        return lambda record: all(test(record) for test in tests)

    def _one(self) -> Test:
        token = self._tokens[self._position]
        self._position += 1
        if token["word"] == "NOT":
            negated = self._one()
            return lambda record: not negated(record)
        if token["bracket"] == "(":
            inner = self._any()
            self._position += 1  # the closing bracket
            return inner
        test = self._term(token["field"], token["sign"] or "=", (token["value"] or "").strip("\"'"))
        if token["minus"]:
            return lambda record: not test(record)
        return test

    def _term(self, field: str | None, sign: str, value: str) -> Test:
        if field is None:
            return lambda record: value.lower() in str(record.get("name") or record.get("title") or "").lower()
        if field not in self._fields:
            self.unknown.append(field)
            return lambda record: True
        if field in _DATES:
            moment = _moment(value)
            if moment is None:
                self.unknown.append(field)
                return lambda record: True
            return lambda record: _compare(_second(record[_DATES[field]]), sign, moment)
        if field in ("id", "customer_id", "product_id"):
            number = int(value.rsplit("/", 1)[-1]) if value.rsplit("/", 1)[-1].isdigit() else -1
            holder = {"customer_id": "customer", "product_id": "product"}.get(field)
            return lambda record: _compare((record[holder] if holder else record)["_number"], sign, number)
        if field == "tag":
            return lambda record: value.lower() in record.get("_tags", [])
        if field == "email":
            return lambda record: record["_email"] == value.lower()
        if field == "test":
            return lambda record: str(record["test"]).lower() == value.lower()
        if field == "status":
            return _status(value.lower())
        name = {
            "financial_status": "displayFinancialStatus",
            "fulfillment_status": "displayFulfillmentStatus",
            "product_type": "productType",
        }.get(field, field)
        return lambda record: str(record.get(name)).lower() == value.lower()


def _status(value: str) -> Test:
    """An order's; of products the field is their own."""

    def matches(record: Record) -> bool:
        if record["__typename"] != "Order":
            return str(record["status"]).lower() == value
        is_cancelled = record["cancelledAt"] is not None
        return {
            "any": True,
            "open": not record["closed"],
            "closed": record["closed"] and not is_cancelled,
            "cancelled": is_cancelled,
        }.get(value, False)

    return matches


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _compare(left: Any, sign: str, right: Any) -> bool:
    return bool(
        {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right, "=": left == right}[sign]
    )
