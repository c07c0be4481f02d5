"""Names and texts as SQL, quoted."""

from __future__ import annotations

from collections.abc import Iterable


def name(identifier: str) -> str:
    """`identifier` as a quoted SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """`value` as a SQL string."""
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """`values` as a bracketed SQL list, for `in`."""
    return "(" + ", ".join(text(value) for value in values) + ")"
