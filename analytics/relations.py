"""How a dbt Python model reads what it refers to, on any engine, without rows passing through Python objects."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def as_arrow(relation: Any) -> pa.Table:
    """The table behind `dbt.ref(…)`: a DuckDB relation or a Spark data frame."""
    if hasattr(relation, "to_arrow_table"):
        return relation.to_arrow_table()
    return relation.toArrow()
