"""The subset of the Google Ads Query Language that the sandbox understands.

`SELECT fields FROM resource [WHERE condition AND …] [ORDER BY field [ASC|DESC], …] [LIMIT n] [PARAMETERS …]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

RESOURCE_FIELDS: dict[str, dict[str, str]] = {
    "customer": {
        "customer.resource_name": "text",
        "customer.id": "int64",
        "customer.descriptive_name": "text",
        "customer.currency_code": "text",
        "customer.time_zone": "text",
    },
    "campaign": {
        "campaign.resource_name": "text",
        "campaign.id": "int64",
        "campaign.name": "text",
        "campaign.status": "enum",
        "campaign.advertising_channel_type": "enum",
        "campaign.start_date": "date",
        "campaign.end_date": "date",
        "campaign.start_date_time": "text",
        "campaign.end_date_time": "text",
        "campaign.final_url_suffix": "text",
        "campaign.tracking_url_template": "text",
    },
    "ad_group": {
        "ad_group.resource_name": "text",
        "ad_group.id": "int64",
        "ad_group.name": "text",
        "ad_group.status": "enum",
        "ad_group.type": "enum",
    },
}
SHARED_FIELDS = {
    "segments.date": "date",
    "metrics.cost_micros": "int64",
    "metrics.impressions": "int64",
    "metrics.clicks": "int64",
    "metrics.conversions": "double",
    "metrics.conversions_value": "double",
    "metrics.ctr": "double",
    "metrics.average_cpc": "double",
}
DATES_BEFORE_V23 = ("campaign.start_date", "campaign.end_date")
DATE_TIMES_SINCE_V23 = ("campaign.start_date_time", "campaign.end_date_time")
ATTRIBUTED = {
    "customer": ("customer",),
    "campaign": ("campaign", "customer"),
    "ad_group": ("ad_group", "campaign", "customer"),
}
"""For each resource in FROM, the resources whose fields it may select."""

_CLAUSES = re.compile(
    r"^\s*SELECT\s+(?P<select>.+?)\s+FROM\s+(?P<resource>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>.+?))?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?"
    r"(?:\s+PARAMETERS\s+.+)?\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"^(?P<field>[\w.]+)\s*(?P<operator>>=|<=|!=|=|<|>|\bBETWEEN\b|\bNOT\s+IN\b|\bIN\b|\bDURING\b)\s*(?P<operand>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_AND = re.compile(r"\s+AND\s+", re.IGNORECASE)
_BETWEEN_AND = re.compile(r"(\bBETWEEN\s+(?:'[^']*'|\"[^\"]*\"|\S+))\s+AND\s+", re.IGNORECASE)


class QueryError(ValueError):
    """A query the API refuses. `code` is a value of the vendor's QueryError enumeration."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Condition:
    """`field operator values`; operators are `=`, `!=`, `<`, `<=`, `>`, `>=`, `IN`, `NOT IN`."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A parsed query. Its fields are known, its order names selected fields only."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...]
    order: tuple[tuple[str, bool], ...]
    """(field, is descending)."""
    limit: int | None

    @property
    def is_by_day(self) -> bool:
        return "segments.date" in self.fields

    @property
    def has_metrics(self) -> bool:
        return any(field.startswith("metrics.") for field in self.fields)


def field_type(field: str, resource: str) -> str:
    """The type of `field`: `int64`, `double`, `text`, `enum` or `date`. Raises `QueryError` where it is not allowed."""
    if field in SHARED_FIELDS:
        return SHARED_FIELDS[field]
    for owner, fields in RESOURCE_FIELDS.items():
        if field in fields:
            if owner in ATTRIBUTED[resource]:
                return fields[field]
            raise QueryError(
                "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE",
                f"Cannot select fields from the following resources: '{owner.upper()}', since the resource is "
                f"incompatible with the resource in FROM clause.",
            )
    raise QueryError("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{field}'.")


def parse(text: str, today: date, version: int) -> Query:
    """The query in `text` for that API version; `DURING` is counted back from `today`. Raises `QueryError`."""
    clauses = _CLAUSES.match(text)
    if not clauses:
        raise QueryError("UNEXPECTED_INPUT", "Error in query: unexpected input, or a clause is missing.")
    resource = clauses["resource"].lower()
    if resource not in RESOURCE_FIELDS:
        raise QueryError("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"'{resource}' is not a valid resource name.")
    fields = tuple(dict.fromkeys(name.strip() for name in clauses["select"].split(",")))
    conditions = _conditions(clauses["where"] or "", today)
    order = tuple(_ordering(part) for part in (clauses["order"] or "").split(",") if part.strip())
    for name in (*fields, *(condition.field for condition in conditions)):
        field_type(name, resource)
        if name in (DATES_BEFORE_V23 if version >= 23 else DATE_TIMES_SINCE_V23):
            raise QueryError("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{name}'.")
    for name, _ in order:
        if name not in fields:
            raise QueryError(
                "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
                f"The following field must be present in SELECT clause: '{name}'.",
            )
    query = Query(fields, resource, conditions, order, int(clauses["limit"]) if clauses["limit"] else None)
    if query.is_by_day and not _is_finite(conditions):
        raise QueryError(
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "A core date segment in SELECT needs a finite date range of core date segments in WHERE.",
        )
    return query


def _conditions(text: str, today: date) -> tuple[Condition, ...]:
    parsed: list[Condition] = []
    for part in _AND.split(_BETWEEN_AND.sub("\\1 \x00 ", text)) if text.strip() else []:
        match = _CONDITION.match(part.strip())
        if not match:
            raise QueryError("UNEXPECTED_INPUT", f"Error in WHERE clause: unexpected input '{part.strip()}'.")
        field, operand = match["field"], match["operand"].strip()
        operator = re.sub(r"\s+", " ", match["operator"].upper())
        match operator:
            case "BETWEEN":
                bounds = operand.split("\x00")
                if len(bounds) != 2:
                    raise QueryError("UNEXPECTED_INPUT", "Error in WHERE clause: BETWEEN needs two values.")
                low, high = (_literal(field, bound) for bound in bounds)
                parsed += [Condition(field, ">=", (low,)), Condition(field, "<=", (high,))]
            case "DURING":
                first, last = _during(operand, today)
                parsed += [Condition(field, ">=", (first,)), Condition(field, "<=", (last,))]
            case "IN" | "NOT IN":
                values = operand.strip("()[] ").split(",")
                parsed.append(Condition(field, operator, tuple(_literal(field, value) for value in values)))
            case _:
                parsed.append(Condition(field, operator, (_literal(field, operand),)))
    return tuple(parsed)


def _literal(field: str, text: str) -> str:
    text = text.strip()
    value = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
    if field == "segments.date":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise QueryError("BAD_VALUE", f"The value '{value}' is not a date of the form YYYY-MM-DD.") from None
    return value


def _during(word: str, today: date) -> tuple[str, str]:
    yesterday = today - timedelta(days=1)
    ranges = {
        "TODAY": (today, today),
        "YESTERDAY": (yesterday, yesterday),
        "LAST_7_DAYS": (today - timedelta(days=7), yesterday),
        "LAST_14_DAYS": (today - timedelta(days=14), yesterday),
        "LAST_30_DAYS": (today - timedelta(days=30), yesterday),
        "THIS_MONTH": (today.replace(day=1), today),
    }
    if word.upper() not in ranges:
        raise QueryError("INVALID_VALUE_WITH_DURING_OPERATOR", f"The value '{word}' cannot be used with DURING.")
    first, last = ranges[word.upper()]
    return first.isoformat(), last.isoformat()


def _ordering(text: str) -> tuple[str, bool]:
    words = text.split()
    if len(words) > 2 or (len(words) == 2 and words[1].upper() not in ("ASC", "DESC")):
        raise QueryError("UNEXPECTED_INPUT", f"Error in ORDER BY clause: unexpected input '{text.strip()}'.")
    return words[0], len(words) == 2 and words[1].upper() == "DESC"


def _is_finite(conditions: tuple[Condition, ...]) -> bool:
    operators = {condition.operator for condition in conditions if condition.field == "segments.date"}
    return bool(operators & {"=", "IN"}) or bool(operators & {">", ">="} and operators & {"<", "<="})
