"""A reader of SOQL: text → query. What a query means for records is the org's business.

Understood: fields and fields of one parent (`Owner.Name`), `count()` and `count(Field)`; `where` with `and`, `or`,
`not`, parentheses, the comparisons = != < <= > >= like, `in` and `not in`; `order by` several fields, each ascending or
descending with nulls first or last; `limit`, `offset`. Keywords and names take any case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ingestion.sandbox.vendors.salesforce.errors import malformed

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:\\.|[^'\\])*')
      | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
      | (?P<date>\d{4}-\d\d-\d\d(?![\dT]))
      | (?P<number>[+-]?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)
      | (?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ENDS = {"from", "where", "order", "limit", "offset", "and", "or", "in", "not", "like", "asc", "desc", "nulls"}


@dataclass(frozen=True)
class Literal:
    """A value as written: `kind` is text, number, datetime, date, bool or null."""

    kind: str
    value: Any


@dataclass(frozen=True)
class Comparison:
    field: str
    operator: str
    """=, !=, <, <=, >, >=, like, in, not in."""
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class Combination:
    """`and` or `or` of all parts; `not` of the only one."""

    operator: str
    parts: tuple[Condition, ...]


Condition = Comparison | Combination


@dataclass(frozen=True)
class Order:
    field: str
    is_descending: bool = False
    has_nulls_first: bool = True


@dataclass(frozen=True)
class Query:
    fields: tuple[str, ...]
    sobject: str
    condition: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    is_count: bool = False
    """`count()`: only how many there are."""
    counted: str | None = None
    """`count(Field)`: one row with the number of those that have it."""


def parse(text: str) -> Query:
    """Raises `SalesforceError` MALFORMED_QUERY where the text is none."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position, text = 0, text.strip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if not found or not found.lastgroup:
                raise malformed(f"unexpected token: '{text[position:].split()[0]}'")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()
        self._at = 0

    def query(self) -> Query:
        self._expect("select")
        fields, is_count, counted = self._selection()
        self._expect("from")
        sobject = self._name()
        if self._peek() == "name" and self._word() not in _ENDS:
            raise malformed(f"unexpected token: '{self._tokens[self._at][1]}'")
        condition = self._alternatives() if self._take("where") else None
        order = self._orders() if self._take("order") else ()
        limit = self._whole() if self._take("limit") else None
        offset = self._whole() if self._take("offset") else 0
        if self._at < len(self._tokens):
            raise malformed(f"unexpected token: '{self._tokens[self._at][1]}'")
        return Query(fields, sobject, condition, order, limit, offset, is_count, counted)

    def _selection(self) -> tuple[tuple[str, ...], bool, str | None]:
        fields: list[str] = []
        while True:
            name = self._name()
            if name.lower() == "count" and self._take("("):
                counted = None if self._take(")") else self._name()
                if counted:
                    self._expect(")")
                return (), counted is None, counted
            fields.append(name)
            if not self._take(","):
                return tuple(fields), False, None

    def _alternatives(self) -> Condition:
        """One level of `and` or `or`; SOQL wants parentheses around a mixture."""
        parts, operator = [self._condition()], None
        while self._word() in ("and", "or") and self._peek() == "name":
            if operator not in (None, self._word()):
                raise malformed(f"unexpected token: '{self._word()}'")
            operator = self._word()
            self._at += 1
            parts.append(self._condition())
        return Combination(operator, tuple(parts)) if operator else parts[0]

    def _condition(self) -> Condition:
        if self._take("("):
            inner = self._alternatives()
            self._expect(")")
            return inner
        if self._take("not"):
            return Combination("not", (self._condition(),))
        field, operator = self._name(), self._operator()
        if operator in ("in", "not in"):
            self._expect("(")
            values = [self._literal()]
            while self._take(","):
                values.append(self._literal())
            self._expect(")")
            return Comparison(field, operator, tuple(values))
        return Comparison(field, operator, (self._literal(),))

    def _operator(self) -> str:
        kind, text = self._next()
        word = text.lower()
        if kind == "sign" and word in ("=", "!=", "<>", "<", "<=", ">", ">="):
            return "!=" if word == "<>" else word
        if kind == "name" and word in ("like", "in"):
            return word
        if kind == "name" and word == "not" and self._take("in"):
            return "not in"
        raise malformed(f"unexpected token: '{text}'")

    def _literal(self) -> Literal:
        kind, text = self._next()
        match kind:
            case "text":
                return Literal("text", re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1]))
            case "number":
                return Literal("number", float(text))
            case "datetime":
                return Literal("datetime", datetime.fromisoformat(text))
            case "date":
                return Literal("date", date.fromisoformat(text))
        if text.lower() in ("true", "false"):
            return Literal("bool", text.lower() == "true")
        if text.lower() == "null":
            return Literal("null", None)
        raise malformed(f"unexpected token: '{text}'")

    def _orders(self) -> tuple[Order, ...]:
        self._expect("by")
        found = []
        while True:
            field = self._name()
            is_descending = self._take("desc")
            if not is_descending:
                self._take("asc")
            has_nulls_first = True
            if self._take("nulls"):
                has_nulls_first = self._take("first")
                if not has_nulls_first:
                    self._expect("last")
            found.append(Order(field, is_descending, has_nulls_first))
            if not self._take(","):
                return tuple(found)

    def _whole(self) -> int:
        kind, text = self._next()
        if kind != "number" or not text.isdigit():
            raise malformed(f"unexpected token: '{text}'")
        return int(text)

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name" or text.lower() in _ENDS:
            raise malformed(f"unexpected token: '{text}'")
        return text

    def _peek(self) -> str | None:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else None

    def _word(self) -> str:
        return self._tokens[self._at][1].lower() if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise malformed("unexpected token: '<EOF>'")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        if self._word() != word or self._peek() == "text":
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            found = self._tokens[self._at][1] if self._at < len(self._tokens) else "<EOF>"
            raise malformed(f"unexpected token: '{found}'")
