"""`metrics.metric_values_quarterly`: what the monthly numbers of `metrics.metric_values` come to in fiscal quarters."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from orchestration.publish.serving import describe

TABLE = "metrics.metric_values_quarterly"
COMMENT = (
    "Monthly numbers by fiscal quarter, of three calendar months: flows added up, balances at its end, ratios made "
    "anew from their parts. What months do not make quarters of, such as retention and growth, is left out."
)
OWN = {
    "period_date": "First day of the quarter",
    "fiscal_year": "Named after the calendar year it ends in",
    "fiscal_quarter": "1 to 4",
}
SQL = f"""
create or replace table {TABLE} as
with months as (
    select
        fiscal_year,
        fiscal_quarter,
        month_date,
        min(month_date) over quarter as period_date,
        max(month_date) over quarter as last_month_date,
        bool_and(is_complete) over quarter and count(*) over quarter = 3 as is_complete
    from marts.dim_months
    window quarter as (partition by fiscal_year, fiscal_quarter)
),
parts as (
    select
        v.metric_name,
        months.period_date,
        months.fiscal_year,
        months.fiscal_quarter,
        v.dimension,
        v.dimension_value,
        v.unit,
        months.is_complete,
        c.over_time,
        min(v.trust_score) as trust_score,
        case when c.over_time = 'sum' and count(*) = count(v.value) then sum(v.value)
            when c.over_time = 'last' then max(v.value) filter (where v.period_date = months.last_month_date)
        end as value,
        case when count(*) = count(v.numerator) then sum(v.numerator) end as numerator,
        case when c.over_time = 'opening' then max(v.denominator) filter (where v.period_date = months.period_date)
            when count(*) = count(v.denominator) then sum(v.denominator)
        end as denominator
    from metrics.metric_values as v
    inner join metrics.metric_catalogue as c on v.metric_name = c.metric_name
    inner join months on v.period_date = months.month_date
    where v.period_grain = 'month' and c.over_time <> 'none'
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
)
select
    metric_name, period_date, fiscal_year, fiscal_quarter, dimension, dimension_value,
    cast(
        case when over_time in ('ratio', 'opening') then numerator / nullif(denominator, 0) else value end
        as decimal(28, 6)
    ) as value,
    cast(numerator as decimal(28, 6)) as numerator,
    cast(denominator as decimal(28, 6)) as denominator,
    unit, is_complete, trust_score
from parts
order by all
"""


def write_quarters(connection: duckdb.DuckDBPyConnection, comments: Mapping[str, str]) -> None:
    """Replace the table by what `metrics.metric_values` holds now; `comments` of that table's columns hold here too.

    How months make a quarter is each metric's `over_time` in the catalogue.
    """
    connection.execute(SQL)
    describe(
        connection, TABLE, COMMENT, {**{name: text for name, text in comments.items() if name != "period_grain"}, **OWN}
    )
