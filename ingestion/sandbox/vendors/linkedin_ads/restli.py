"""Rest.li 2.0's notation in a query: `(start:(year:2024,month:1,day:1))`, `List(a,b)`, leaves percent-encoded.

Brackets, commas and colons are structure only where they are not encoded, so a URN in a list must be.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

Value = Any
"""A text, a list of values, or a record of values by name."""


class Malformed(ValueError):
    """Not in the notation."""


def parameters(query: str) -> dict[str, str]:
    """The query's parameters by name, their values as they came, still encoded."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return {unquote(name): value for name, _, value in pairs}


def parse(text: str) -> Value:
    """The value written in `text`. Raises `Malformed`."""
    value, rest = _value(text)
    if rest:
        raise Malformed(text)
    return value


def _value(text: str) -> tuple[Value, str]:
    if text.startswith("List("):
        return _list(text[5:])
    if text.startswith("("):
        return _record(text[1:])
    end = next((at for at, letter in enumerate(text) if letter in ",()"), len(text))
    leaf = text[:end]
    if ":" in leaf:
        raise Malformed(leaf)
    return unquote(leaf), text[end:]


def _list(text: str) -> tuple[list[Value], str]:
    values: list[Value] = []
    while not text.startswith(")"):
        value, text = _value(text)
        values.append(value)
        if text.startswith(","):
            text = text[1:]
        elif not text.startswith(")"):
            raise Malformed(text)
    return values, text[1:]


def _record(text: str) -> tuple[dict[str, Value], str]:
    record: dict[str, Value] = {}
    while not text.startswith(")"):
        name, colon, text = text.partition(":")
        if not colon or not name:
            raise Malformed(name)
        record[unquote(name)], text = _value(text)
        if text.startswith(","):
            text = text[1:]
        elif not text.startswith(")"):
            raise Malformed(text)
    return record, text[1:]
