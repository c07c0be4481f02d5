"""The shape most rules take: a query for the rows that break them."""

from __future__ import annotations

from typing import Literal

import great_expectations.expectations as gxe

Severity = Literal["critical", "warning"]
"""Critical blocks the publication, a warning is shown."""


UNRATED = " (without one, amounts and totals in it stay empty)"
"""What follows where a currency has no exchange rate."""


def known_sum(column: str) -> str:
    """SQL for the sum of `column`, NULL where a part of it is unknown, as the models add up."""
    return f"case when count(*) = count({column}) then sum({column}) end"


def differ(left_key: str, left: str, right_key: str, right: str) -> str:
    """SQL condition after a full join: two values are not the same. No row counts as 0, unknown equals unknown."""
    return (
        f"case when {left_key} is null then 0 else {left} end"
        f" is distinct from case when {right_key} is null then 0 else {right} end"
    )


def never(description: str, where: str, columns: str, severity: Severity = "critical") -> gxe.UnexpectedRowsExpectation:
    """An expectation that no row satisfies `where`; the failing rows are shown by `columns`."""
    return no_rows(description, f"select {columns} from batch where {where}", severity)


def no_rows(description: str, query: str, severity: Severity = "critical") -> gxe.UnexpectedRowsExpectation:
    """An expectation that `query` finds nothing; the query reads the table under check as `batch`.

    Select identifying columns: up to five failing rows are shown to whoever ran the refresh.
    """
    escaped = query.replace("{", "{{").replace("}", "}}")
    start = f"with batch as (select * from {{batch}}){',' if query.startswith('with ') else ''} "
    return gxe.UnexpectedRowsExpectation(
        description=description,
        unexpected_rows_query=start + escaped.removeprefix("with "),
        severity=severity,
    )
