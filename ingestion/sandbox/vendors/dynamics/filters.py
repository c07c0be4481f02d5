"""`$filter` and `$orderby` of OData as far as Dataverse knows them.

Comparison (`eq ne gt ge lt le`), `and or not`, parentheses, `contains startswith endswith`, and the function
`Microsoft.Dynamics.CRM.In`. NULL behaves as in SQL: only `eq null` and `ne null` say anything about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ingestion.sandbox.vendors.dynamics.errors import ODataError

Values = Mapping[str, Any]
Condition = Callable[[Values], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<mark>[(),=\[\]]))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: bool(left > right),
    "ge": lambda left, right: bool(left >= right),
    "lt": lambda left, right: bool(left < right),
    "le": lambda left, right: bool(left <= right),
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}
_IN = "Microsoft.Dynamics.CRM.In"


def parse_filter(text: str, check: Callable[[str], None]) -> Condition:
    """What a `$filter` demands; `check` is called with every property named. Raises `ODataError`."""
    return _Parser(text, check).whole()


def parse_order(text: str, check: Callable[[str], None]) -> list[tuple[str, bool]]:
    """(property, is descending) in order of importance. Raises `ODataError`."""
    found = []
    for part in text.split(","):
        name, _, direction = part.strip().partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise ODataError(400, f"Syntax error at position {len(name)} in '{part.strip()}'.")
        check(name)
        found.append((name, direction.strip() == "desc"))
    return found


class _Parser:
    """Recursive descent: or → and → not → comparison, function or parenthesis."""

    def __init__(self, text: str, check: Callable[[str], None]) -> None:
        self._text, self._check = text, check
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if not match or match.lastgroup is None:
                raise ODataError(400, f"Syntax error at position {at} in '{text}'.")
            self._tokens.append((match.lastgroup, match.group(match.lastgroup)))
            at = match.end()
        self._at = 0

    def whole(self) -> Condition:
        condition = self._either()
        if self._at != len(self._tokens):
            raise self._wrong()
        return condition

    def _either(self) -> Condition:
        left = self._both()
        while self._taken("or"):
            left = _or(left, self._both())
        return left

    def _both(self) -> Condition:
        left = self._single()
        while self._taken("and"):
            left = _and(left, self._single())
        return left

    def _single(self) -> Condition:
        if self._taken("not"):
            inner = self._single()
            return lambda values: not inner(values)
        if self._taken("("):
            inner = self._either()
            self._expect(")")
            return inner
        kind, name = self._next()
        if name in _TEXT:
            return self._text_function(_TEXT[name])
        if name == _IN:
            return self._in()
        if kind != "name":
            raise self._wrong()
        self._check(name)
        operator = self._next()[1]
        if operator not in _COMPARISONS:
            raise self._wrong()
        return _compared(name, operator, self._literal())

    def _text_function(self, holds: Callable[[str, str], bool]) -> Condition:
        self._expect("(")
        name = self._next()[1]
        self._check(name)
        self._expect(",")
        part = str(self._literal()).lower()
        self._expect(")")
        return lambda values: values.get(name) is not None and holds(str(values[name]).lower(), part)

    def _in(self) -> Condition:
        self._expect("(")
        self._expect("PropertyName")
        self._expect("=")
        name = str(self._literal())
        self._check(name)
        for word in (",", "PropertyValues", "=", "["):
            self._expect(word)
        wanted = {str(self._literal()).lower()}
        while self._taken(","):
            wanted.add(str(self._literal()).lower())
        self._expect("]")
        self._expect(")")
        return lambda values: values.get(name) is not None and str(values[name]).lower() in wanted

    def _literal(self) -> Any:
        kind, text = self._next()
        match kind:
            case "string":
                return text[1:-1].replace("''", "'")
            case "number":
                return float(text)
            case "guid":
                return text.lower()
            case "time":
                return text
            case "name" if text in ("true", "false", "null"):
                return {"true": True, "false": False, "null": None}[text]
        raise self._wrong()

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise self._wrong()
        self._at += 1
        return self._tokens[self._at - 1]

    def _taken(self, word: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at][1] == word:
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._taken(word):
            raise self._wrong()

    def _wrong(self) -> ODataError:
        return ODataError(400, f"Syntax error in the filter '{self._text}'.")


def _and(left: Condition, right: Condition) -> Condition:
    return lambda values: left(values) and right(values)


def _or(left: Condition, right: Condition) -> Condition:
    return lambda values: left(values) or right(values)


def _compared(name: str, operator: str, wanted: Any) -> Condition:
    holds = _COMPARISONS[operator]

    def condition(values: Values) -> bool:
        value = values.get(name)
        if wanted is None or value is None:
            return operator in ("eq", "ne") and wanted is None and holds(value, None)
        if isinstance(wanted, float):
            return holds(float(value), wanted)
        if isinstance(value, str) and isinstance(wanted, str):
            # Texts compare without regard to case. Times are written alike, so that text order is time order.
            return holds(value.lower(), _like(value, wanted).lower())
        return holds(value, wanted)

    return condition


def _like(value: str, wanted: str) -> str:
    """A day beside a time means its first instant; fractions of a second are not kept."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+Z", value) and re.match(r"\d{4}-\d\d-\d\d", wanted):
        return re.sub(r"\.\d+", "", wanted).replace("+00:00", "Z") if "T" in wanted else f"{wanted}T00:00:00Z"
    return wanted
