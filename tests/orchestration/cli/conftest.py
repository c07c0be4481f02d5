"""The command line called in this process, on a small published database made by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.cli import main

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
                select * from (values ('o1', date '2026-01-01', 10.50::decimal(18, 2)),
                    ('o2', date '2026-02-01', 20.25), ('o3', date '2026-02-01', 5.00), ('o4', date '2026-03-01', 1.00)
                ) as t(order_id, month_date, amount);
            create table metrics.sales_monthly as
                select month_date, sum(amount) as sales, month_date < date '2026-03-01' as is_complete
                from marts.fct_sales group by 1;
            create table metrics.metric_catalogue as select
                'sales' as metric_name, 'Sales' as title, 'metrics.sales_monthly' as table_name, 'sales' as column_name,
                'month_date' as period_column, 'Σ amount of orders' as formula, '' as numerator, '' as denominator,
                'money' as unit, 'month' as grain, 'revenue analyst' as owner_role, 'lagging' as indicator,
                'marts.fct_sales' as rows_table, 'month_date = {period}' as rows_filter,
                'reporting_currency=USD' as policies;
            create table metrics.metric_availability (metric_name varchar, need varchar, is_met boolean, reason varchar)
            """
        )
    return folder / "revops.duckdb"
