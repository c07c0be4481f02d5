"""Schema `publications`: every number as it was reported at the time, and why it is another one now.

Each publication adds what changed since the one before. A value is kept with the publications it was valid in, so all
values ever published are one query away, and changes by cause are kept publication by publication: between any two
publications they add up, so that any two can be bridged.

Only periods that were complete when first published are restated; what changes in a running period is progress.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.serving import describe, escaped

SCHEMA = "publications"
_KEY = "metric_name, period_date, dimension, dimension_value"
_RECORD = "metric_name, period_date, record_type, record_id, currency_code"

TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "publications": (
        "One row for each publication of this warehouse.",
        {
            "publication_id": ("bigint", "1, 2, 3 …"),
            "published_at": ("timestamp", "When its refresh began (UTC)"),
            "as_of": ("timestamp", "The last instant its numbers speak of (UTC)"),
            "settings": ("json", "Company and policy settings in force"),
        },
    ),
    "metric_values": (
        "Every value ever published, with the publications in which it stood. Those of publication p are the rows "
        "where p >= first_publication_id and p <= coalesce(last_publication_id, p).",
        {
            "metric_name": ("varchar", "Joins metrics.metric_catalogue"),
            "period_date": ("date", "First day of the period"),
            "dimension": ("varchar", "What the value is split by; `total` for the whole company"),
            "dimension_value": ("varchar", "Which part of it"),
            "value": ("decimal(28, 6)", "The number as reported"),
            "numerator": ("decimal(28, 6)", "A ratio's numerator"),
            "denominator": ("decimal(28, 6)", "A ratio's denominator"),
            "is_complete": ("boolean", "False while the period was running"),
            "policies": ("varchar", "The settings it depended on and their values"),
            "first_publication_id": ("bigint", "First publication that said so"),
            "last_publication_id": ("bigint", "Last one; NULL while it still stands"),
        },
    ),
    "metric_restatements": (
        "Why a number of a publication differs from the publication before, in money by cause. Amounts of several "
        "publications add up, so any two can be compared.",
        {
            "publication_id": ("bigint", "The publication that changed it"),
            "metric_name": ("varchar", "Joins metrics.metric_catalogue"),
            "period_date": ("date", "First day of the period restated"),
            "cause": (
                "varchar",
                "period_in_progress, late_arrival, correction, deletion, merge, fx or policy_change",
            ),
            "amount": ("decimal(18, 2)", "What it added or took away, in reporting currency"),
            "record_count": ("bigint", "Records it is about"),
        },
    ),
}
SCHEMAS = (SCHEMA, "history")
"""What publishing keeps from publication to publication; `history` is for the next comparison only."""
CARRIED = (*SCHEMAS, "ledger")
"""All that a warehouse keeps that reading everything anew could not tell: `ledger` holds who was given which id."""

MULTIPLES = {"arr": ("mrr", 12)}
"""Metrics that are a multiple of another one, and so are its restatements."""


def record_publication(
    connection: duckdb.DuckDBPyConnection, published_at: datetime, as_of: datetime, settings: Mapping[str, Any]
) -> int:
    """Add the numbers now in `metrics.metric_values` to the history; returns the new publication's number."""
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    for table, (comment, columns) in TABLES.items():
        spelt = ", ".join(f"{name} {type_}" for name, (type_, _) in columns.items())
        connection.execute(f"create table if not exists {SCHEMA}.{table} ({spelt})")
        describe(connection, f"{SCHEMA}.{table}", comment, {name: text for name, (_, text) in columns.items()})
    (previous,) = connection.execute("select max(publication_id) from publications.publications").fetchone() or (None,)
    number = (previous or 0) + 1
    if previous:
        connection.execute(_RESTATE, {"number": number, "previous": previous})
    connection.execute(
        "insert into publications.publications values (?, ?, ?, ?)",
        [number, published_at, as_of, json.dumps(settings, default=str, sort_keys=True)],
    )
    connection.execute(_CLOSE, {"previous": previous})
    connection.execute(_OPEN, {"number": number})
    connection.execute("create or replace table history.contributions as from marts.fct_metric_contributions")
    return number


def carry_over(warehouse: Path, into: Path) -> None:
    """Copy the history in `warehouse` to the new, empty database `into`: reading everything anew must not lose it."""
    with duckdb.connect(str(into)) as connection:
        connection.execute(f"attach '{escaped(str(warehouse))}' as before (read_only)")
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'before'"
        ).fetchall():
            if schema in CARRIED:
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(f"create table {schema}.{table} as from before.{schema}.{table}")
        connection.execute("detach before")


def write_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Give readers of this database `publications.as_reported(p)`, `bridge(p, q)` and `ratio_bridge(p, q)`."""
    connection.execute(_AS_REPORTED)
    connection.execute(_BRIDGE)
    connection.execute(_RATIO_BRIDGE)


_NOW = """
    select v.metric_name, v.period_date, v.dimension, v.dimension_value, v.value, v.numerator, v.denominator,
        v.is_complete, c.policies
    from metrics.metric_values as v
    inner join metrics.metric_catalogue as c using (metric_name)
"""
_CLOSE = f"""
update publications.metric_values as old set last_publication_id = $previous
where old.last_publication_id is null and not exists (
    select 1 from ({_NOW}) as new
    where new.metric_name = old.metric_name and new.period_date = old.period_date
        and new.dimension = old.dimension and new.dimension_value = old.dimension_value
        and new.value is not distinct from old.value and new.numerator is not distinct from old.numerator
        and new.denominator is not distinct from old.denominator
        and new.is_complete is not distinct from old.is_complete and new.policies = old.policies
)
"""
_OPEN = f"""
insert into publications.metric_values
select new.*, $number, null
from ({_NOW}) as new
anti join (from publications.metric_values where last_publication_id is null) as old using ({_KEY})
"""
_RESTATE = f"""
insert into publications.metric_restatements
with before as (
    select *, true as is_there from history.contributions
),
now as (
    select *, true as is_there from marts.fct_metric_contributions
),
reported as (
    select metric_name, period_date, policies
    from publications.metric_values
    where last_publication_id is null and dimension = 'total' and is_complete
),
compared as (
    select
        {_RECORD},
        before.is_there is not null as was_there,
        now.is_there is not null as is_there,
        coalesce(before.amount_reporting, 0) as amount_before,
        coalesce(now.amount_reporting, 0) as amount_now,
        coalesce(now.amount_reporting, 0) - coalesce(before.amount_reporting, 0) as difference,
        case when now.reporting_rate is distinct from before.reporting_rate and now.is_there and before.is_there
            then coalesce(cast(round(before.amount * now.reporting_rate, 2) as decimal(18, 2)), 0)
                - coalesce(before.amount_reporting, 0)
            else 0 end as rate_effect
    from before full join now using ({_RECORD})
    where before.amount_reporting is distinct from now.amount_reporting
),
judged as (
    select
        compared.*,
        case
            when reported.metric_name is null then 'period_in_progress'
            when not is_there and records.is_merged then 'merge'
            when not is_there and records.record_id is null then 'deletion'
            when reported.policies <> catalogue.policies
                and not coalesce(records.updated_at > published.as_of, false) then 'policy_change'
            when not was_there then 'late_arrival'
            else 'correction'
        end as cause
    from compared
    inner join metrics.metric_catalogue as catalogue using (metric_name)
    left join reported using (metric_name, period_date)
    left join marts.dim_source_records as records using (record_type, record_id)
    inner join publications.publications as published on published.publication_id = $previous
),
split as (
    select metric_name, period_date, record_type, record_id, cause, difference - rate_effect as amount
    from judged where cause = 'correction'
    union all
    select metric_name, period_date, record_type, record_id, 'fx', rate_effect from judged where cause = 'correction'
    union all
    select metric_name, period_date, record_type, record_id, cause, difference from judged where cause <> 'correction'
),
multiplied as (
    select * from split
    {
    "".join(
        f"union all select '{name}', period_date, record_type, record_id, cause, amount * {factor} "
        f"from split where metric_name = '{of}'"
        for name, (of, factor) in MULTIPLES.items()
    )
}
)
select $number, metric_name, period_date, cause, sum(amount), count(distinct record_type || record_id)
from multiplied where amount <> 0
group by metric_name, period_date, cause
order by metric_name, period_date, cause
"""
_AS_REPORTED = """
create or replace macro publications.as_reported(publication) as table
select * exclude (first_publication_id, last_publication_id)
from publications.metric_values
where publication between first_publication_id and coalesce(last_publication_id, publication)
"""
_BRIDGE = """
create or replace macro publications.bridge(earlier, later) as table
select metric_name, period_date, cause, sum(amount) as amount, sum(record_count) as record_count
from publications.metric_restatements
where publication_id > earlier and publication_id <= later
group by all
order by all
"""
_RATIO_BRIDGE = """
create or replace macro publications.ratio_bridge(earlier, later) as table
with compared as (
    select
        metric_name, period_date, dimension, dimension_value, a.value as value_then, b.value as value_now,
        a.numerator as numerator_then, b.numerator as numerator_now,
        a.denominator as denominator_then, b.denominator as denominator_now,
        case
            when abs(a.value - round(a.numerator / nullif(a.denominator, 0), 6)) < 0.000002
                and abs(b.value - round(b.numerator / nullif(b.denominator, 0), 6)) < 0.000002
                then cast(round(b.numerator / a.denominator, 6) as decimal(28, 6))
        end as value_between
    from publications.as_reported(earlier) as a
    inner join publications.as_reported(later) as b using (metric_name, period_date, dimension, dimension_value)
    where a.value is distinct from b.value and (a.denominator is not null or b.denominator is not null)
)
select
    * exclude (value_between), value_between - value_then as numerator_effect,
    value_now - value_between as denominator_effect
from compared
order by metric_name, period_date, dimension, dimension_value
"""
