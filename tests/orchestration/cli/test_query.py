"""`revops query` reads what was published, in three formats, and changes nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

Revops = Callable[..., tuple[int, str, str]]
MONTHLY = "select month_date, sales from metrics.sales_monthly order by 1"


def test_a_table_for_people(revops: Revops, published: Path) -> None:
    code, printed, _ = revops("query", MONTHLY)
    assert code == 0
    assert "month_date" in printed and "2026-02-01" in printed and "25.25" in printed


def test_csv_and_json_for_programs_keep_money_exact(revops: Revops, published: Path) -> None:
    code, printed, _ = revops("query", MONTHLY, "--format", "csv")
    assert (code, list(csv.reader(io.StringIO(printed)))) == (
        0,
        [["month_date", "sales"], ["2026-01-01", "10.50"], ["2026-02-01", "25.25"], ["2026-03-01", "1.00"]],
    )
    code, printed, _ = revops("query", MONTHLY, "--format", "json")
    assert code == 0
    assert json.loads(printed)[1] == {"month_date": "2026-02-01", "sales": "25.25"}


@pytest.mark.parametrize("style", ["table", "csv", "json"])
def test_no_rows_are_an_answer(revops: Revops, published: Path, style: str) -> None:
    code, printed, _ = revops("query", "select order_id from marts.fct_sales where amount > 99", "--format", style)
    assert code == 0
    assert "o1" not in printed


@pytest.mark.parametrize(
    "sql",
    [
        "create table marts.mine as select 1",
        "delete from marts.fct_sales",
        "drop table marts.fct_sales",
        "update marts.fct_sales set amount = 0",
    ],
)
def test_writing_is_refused(revops: Revops, published: Path, sql: str) -> None:
    before = published.read_bytes()
    code, _, error = revops("query", sql)
    assert code == 1
    assert "✗ " in error and "read-only" in error
    assert published.read_bytes() == before


def test_wrong_sql_is_said_to_be_wrong(revops: Revops, published: Path) -> None:
    code, printed, error = revops("query", "select * from marts.fct_sale")
    assert (code, printed) == (1, "")
    assert "fct_sale does not exist" in error and "show all tables" in error


def test_before_the_first_refresh_it_says_so(revops: Revops) -> None:
    code, _, error = revops("query", "select 1")
    assert code == 1
    assert "nothing has been published" in error and "revops refresh" in error
