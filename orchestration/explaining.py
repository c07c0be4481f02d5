"""From a published number back to the records it came from, by what the catalogue says of its metric."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orchestration.errors import RevOpsError
from orchestration.publish.metric_values import expression

if TYPE_CHECKING:
    import duckdb

TOTAL = "total"
COLUMNS_OF = {"campaign": "campaign_id", "owner": "owner_id", "team": "team_name"}
"""Columns of a dimension that are called otherwise."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Number:
    """One published value of a metric: its catalogue entry, its row of metric_values, and the part it is of."""

    rule: Record
    value: Record

    @property
    def dimension(self) -> str:
        return str(self.value["dimension"])

    @property
    def dimension_value(self) -> str:
        return str(self.value["dimension_value"])


def find_rule(connection: duckdb.DuckDBPyConnection, metric: str) -> Record:
    """The catalogue's entry of `metric`; RevOpsError with the nearest name otherwise."""
    catalogue = {row["metric_name"]: row for row in records(connection.sql("from metrics.metric_catalogue"))}
    if metric not in catalogue:
        near = difflib.get_close_matches(metric, list(catalogue), n=1)
        raise RevOpsError(
            f"there is no metric called `{metric}`",
            f"Did you mean `{near[0]}`?" if near else "List them with `revops explain`.",
        )
    return catalogue[metric]


def find_number(
    connection: duckdb.DuckDBPyConnection, rule: Record, period: str | None, dimension: str, dimension_value: str
) -> Number | None:
    """The metric's value for `period`, or the last complete one, of one part or the whole; None where there is none.

    Raises RevOpsError where the metric is not split by `dimension`, naming what it is split by.
    """
    name = rule["metric_name"]
    splits = [
        row[0]
        for row in connection.execute(
            "select distinct dimension from metrics.metric_values where metric_name = ? order by 1", [name]
        ).fetchall()
    ]
    if splits and dimension not in splits:
        others = ", ".join(split for split in splits if split != TOTAL)
        raise RevOpsError(
            f"{name} is not split by `{dimension}`" if dimension != TOTAL else f"{name} has no total",
            f"Ask for --dimension NAME=VALUE with one of: {others}." if others else "Ask without --dimension.",
        )
    when = "period_date = cast(? as date)" if period else "is_complete"
    found = connection.sql(
        f"from metrics.metric_values where metric_name = ? and dimension = ? and dimension_value = ? and {when} "
        "order by period_date desc limit 1",
        params=[name, dimension, dimension_value, *([period] if period else [])],
    )
    rows = records(found)
    return Number(rule, rows[0]) if rows else None


def filled_formula(connection: duckdb.DuckDBPyConnection, number: Number) -> list[str]:
    """The formula with the values of this number in it: the parts added up, then the quotient."""
    rule, value = number.rule, number.value
    source = _metric_rows(connection, number)
    lines = []
    for part in ("numerator", "denominator"):
        if rule[part]:
            shown = _with_values(source, str(rule[part]))
            total = f" = {_told(value[part])}" if shown != _told(value[part]) else ""
            lines.append(f"{part}: {rule[part]} = {shown}{total}")
    if rule["numerator"] and rule["denominator"]:
        quotient = f"{_told(value['numerator'])} ÷ {_told(value['denominator'])}"
        is_plain = _is_quotient(value)
        lines.append(f"{quotient} = {_told(value['value'])}" if is_plain else f"{quotient} → {_told(value['value'])}")
    return lines


def rows_behind(connection: duckdb.DuckDBPyConnection, number: Number) -> tuple[duckdb.DuckDBPyRelation, bool]:
    """The rows a number is made of, and whether they could be narrowed to its part."""
    relation = connection.sql(f"from {number.rule['rows_table']}").filter(
        rows_condition(number.rule, number.value["period_date"])
    )
    if number.dimension == TOTAL:
        return relation, True
    narrowing = _narrowing(connection, relation.columns, number)
    return (relation.filter(narrowing), True) if narrowing else (relation, False)


def rows_condition(rule: Record, period: object) -> str:
    """SQL for the rows of `rows_table` that a period's value is made of, with the policies then in force."""
    condition = str(rule["rows_filter"] or "true").replace("{period}", f"date '{period}'")
    for name, setting in policies(rule).items():
        condition = condition.replace(f"{{{name}}}", setting)
    return condition


def policies(rule: Record) -> dict[str, str]:
    """The settings in force when the metric's numbers were made."""
    return dict(item.split("=", 1) for item in str(rule["policies"]).split("; ") if "=" in item)


def source_records(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Where the records that `rows` name came from: connector, instance, the vendor's own id.

    Systems number each kind of record on its own, so a `customer_id` names a customer only. A column that is the key of
    no table, such as `record_id`, may name any.
    """
    ids = [name for name in rows.columns if name.endswith("_id")] or ["null"]
    named = " union ".join(
        f"select '{name}' as key_column, cast({name} as varchar) as record_id from shown" for name in ids
    )
    return rows.query(
        "shown",
        f"with named as ({named}), keys as (select distinct key_column from marts.dim_source_records) "
        "select distinct record_type, record_id, source, source_instance, source_record_id, updated_at "
        "from marts.dim_source_records as records inner join named using (record_id) "
        "where named.key_column = records.key_column or named.key_column not in (from keys) order by all",
    )


def records(relation: duckdb.DuckDBPyRelation) -> list[Record]:
    """Rows as dictionaries."""
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _metric_rows(connection: duckdb.DuckDBPyConnection, number: Number) -> duckdb.DuckDBPyRelation:
    """The rows of the metric's own table that the value was read off."""
    rule, value = number.rule, number.value
    conditions = [f"{rule['period_column']} = date '{value['period_date']}'"]
    table = rule["table_name"]
    if rule["value_filter"]:
        conditions.append(f"({rule['value_filter']})")
    if number.dimension != TOTAL and rule["by_dimension_table"]:
        table = rule["by_dimension_table"]
    columns = connection.sql(f"from {table} limit 0").columns
    if number.dimension in columns:
        conditions.append(f"cast({number.dimension} as varchar) = {_literal(number.dimension_value)}")
    elif "dimension_value" in columns:
        conditions.append(f"dimension = {_literal(number.dimension)}")
        conditions.append(f"dimension_value = {_literal(number.dimension_value)}")
    return connection.sql(f"from {table}").filter(" and ".join(conditions))


def _with_values(source: duckdb.DuckDBPyRelation, text: str) -> str:
    """`text` with the sum of each column in its place."""
    names = [name for name in dict.fromkeys(re.findall(r"[a-z_]+", expression(text))) if name in source.columns]
    if not names:
        return text
    sums = source.aggregate(", ".join(f'sum("{name}")' for name in names)).fetchone() or ()
    values = dict(zip(names, sums))
    return re.sub(r"[a-z_]+", lambda found: _told(values[found[0]]) if found[0] in values else found[0], text)


def _narrowing(connection: duckdb.DuckDBPyConnection, columns: list[str], number: Number) -> str | None:
    """The condition that keeps the rows of the number's part, or None where the rows do not tell."""
    dimension, value = number.dimension, _literal(number.dimension_value)
    own = COLUMNS_OF.get(dimension, dimension)
    if own in columns:
        # What several parts share is recorded under none of them.
        parts = f"{value}, 'unknown'" if "cac_shared_cost" in policies(number.rule) else value
        return f"coalesce(cast({own} as varchar), 'unknown') in ({parts})"
    if "opportunity_id" in columns and _divides(connection, "bridge_opportunity_dimensions", dimension):
        of_deals = (
            "select opportunity_id from marts.bridge_opportunity_dimensions "
            f"where dimension = {_literal(dimension)} and dimension_value = {value}"
        )
        return f"opportunity_id in ({of_deals})"
    if "customer_id" in columns and _divides(connection, "bridge_customer_dimensions", dimension):
        # Whom nobody lists is `unknown`, like those of whom nothing is known.
        listed = (
            "select customer_id from marts.bridge_customer_dimensions "
            f"where dimension = {_literal(dimension)} and dimension_value"
        )
        if number.dimension_value == "unknown":
            return f"customer_id is null or customer_id not in ({listed} <> 'unknown')"
        return f"customer_id in ({listed} = {value})"
    return None


def _divides(connection: duckdb.DuckDBPyConnection, bridge: str, dimension: str) -> bool:
    """Whether `bridge` gives what it is of a value of `dimension`."""
    if not _has(connection, bridge, "dimension"):
        return False
    found = connection.execute(f"select 1 from marts.{bridge} where dimension = ? limit 1", [dimension])
    return found.fetchone() is not None


def _has(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    found = connection.execute(
        "select 1 from duckdb_columns() where schema_name = 'marts' and table_name = ? and column_name = ?",
        [table, column],
    )
    return found.fetchone() is not None


def _is_quotient(value: Record) -> bool:
    numerator, denominator, quotient = (value[key] for key in ("numerator", "denominator", "value"))
    if quotient is None or numerator is None or not denominator:
        return False
    return bool(abs(Decimal(numerator) / Decimal(denominator) - Decimal(quotient)) < Decimal("0.000002"))


def _told(value: object) -> str:
    """A number for people: digits grouped, no zeros at the end of a fraction."""
    if not isinstance(value, int | float | Decimal):
        return "unknown" if value is None else str(value)
    text = f"{value:,f}" if isinstance(value, Decimal | float) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
