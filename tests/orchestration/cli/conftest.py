"""The command line called in this process, on a small published database made by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.cli import main
from orchestration.publish.metric_values import write_metric_values

Revops = Callable[..., tuple[int, str, str]]


@pytest.fixture
def revops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Call `revops` with arguments; the answer is (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVOPS_HOME", str(tmp_path / "warehouse"))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["revops", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A serving database with one metric of three months, the last of them running."""
    folder = tmp_path / "warehouse" / "serving"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "revops.duckdb")) as connection:
        connection.execute(
            """
            create schema marts; create schema metrics;
            create table marts.fct_sales as
                select * from (values ('o1', date '2026-01-01', 10.50::decimal(18, 2), 'web'),
                    ('o2', date '2026-02-01', 20.25, 'web'), ('o3', date '2026-02-01', 5.00, 'shop'),
                    ('o4', date '2026-03-01', 1.00, 'shop')
                ) as t(order_id, month_date, amount, channel);
            create table metrics.sales_monthly as
                select month_date, sum(amount) as sales, month_date < date '2026-03-01' as is_complete
                from marts.fct_sales group by 1;
            create table metrics.share_monthly as
                select month_date, channel, 'total' as dimension, 'total' as dimension_value, sum(amount) as sales,
                    count(*) as orders, true as is_complete
                from marts.fct_sales group by 1, 2;
            create table marts.dim_source_records as
                select 'orders' as record_type, 'order_id' as key_column, order_id as record_id, 'shopify' as source,
                    'shop_eu' as source_instance, '77' || order_id as source_record_id,
                    null::timestamp as updated_at from marts.fct_sales;
            create table metrics.metric_catalogue as select
                'sales' as metric_name, 'Sales' as title, 'metrics.sales_monthly' as table_name, 'sales' as column_name,
                'month_date' as period_column, 'Σ amount of orders' as formula, '' as numerator, '' as denominator,
                'money' as unit, 'month' as grain, 'revenue analyst' as owner_role, 'lagging' as indicator,
                'marts.fct_sales' as rows_table, 'month_date = {period}' as rows_filter,
                'reporting_currency=USD; least_amount=1' as policies, 'month' as period_grain, '' as value_filter,
                '' as dimensions, true as has_total, '' as by_dimension_table, 'sum' as over_time;
            insert into metrics.metric_catalogue by name select 'order_value' as metric_name, 'Order value' as title,
                'metrics.share_monthly' as table_name, 'sales' as column_name, 'month_date' as period_column,
                'sales ÷ orders' as formula, 'sales' as numerator, 'orders − 0' as denominator, 'ratio' as unit,
                'month × channel' as grain, 'revenue analyst' as owner_role, 'lagging' as indicator,
                'marts.fct_sales' as rows_table, 'month_date = {period} and amount >= {least_amount}' as rows_filter,
                'least_amount=1' as policies, 'month' as period_grain, '' as value_filter, 'channel' as dimensions,
                true as has_total, '' as by_dimension_table, 'ratio' as over_time;
            create table marts.dim_months (
                month_date date, fiscal_year bigint, fiscal_quarter bigint, is_complete boolean
            );
            create table metrics.metric_availability (metric_name varchar, need varchar, is_met boolean, reason varchar)
            """
        )
        write_metric_values(connection, {"metrics.sales_monthly": 0.875})
    return folder / "revops.duckdb"
