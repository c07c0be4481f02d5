"""`revops explain` shows a number, its rule and the rows it comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

Revops = Callable[..., tuple[int, str, str]]


def test_without_a_metric_it_lists_them_all(revops: Revops, published: Path) -> None:
    code, printed, _ = revops("explain")
    assert code == 0
    assert "sales" in printed and "revenue analyst" in printed


def test_the_last_complete_period_and_its_rows(revops: Revops, published: Path) -> None:
    code, printed, _ = revops("explain", "sales")
    assert code == 0
    assert "25.25" in printed and "2026-02-01" in printed
    assert "Σ amount of orders" in printed and "reporting_currency=USD" in printed
    assert "2 rows of marts.fct_sales" in printed
    assert "o2" in printed and "o3" in printed and "o1" not in printed


def test_another_period_and_fewer_rows(revops: Revops, published: Path) -> None:
    code, printed, _ = revops("explain", "sales", "--period", "2026-03-01")
    assert code == 0
    assert "1.00" in printed and "o4" in printed
    _, printed, _ = revops("explain", "sales", "--rows", "1")
    assert ("o2" in printed) != ("o3" in printed)


def test_trust_and_the_records_behind_the_rows(revops: Revops, published: Path) -> None:
    _, printed, _ = revops("explain", "sales")
    assert "0.875" in printed and "least_amount=1" in printed
    assert "77o2" in printed and "shop_eu" in printed and "77o1" not in printed


def test_a_ratio_is_filled_in(revops: Revops, published: Path) -> None:
    """Both channels of February: 25.25 of 2 orders; the minus sign of the catalogue is typographic."""
    code, printed, _ = revops("explain", "order_value", "--period", "2026-02-01")
    assert code == 0
    assert "numerator: sales = 25.25" in printed and "denominator: orders − 0 = 2 − 0 = 2" in printed
    assert "25.25 ÷ 2 = 12.625" in printed


def test_a_part_of_a_number_and_its_own_rows(revops: Revops, published: Path) -> None:
    code, printed, _ = revops("explain", "order_value", "--period", "2026-02-01", "--dimension", "channel=shop")
    assert code == 0
    assert "5 ÷ 1 = 5" in printed and "channel shop" in printed
    assert "1 rows of marts.fct_sales" in printed and "o3" in printed and "o2" not in printed


@pytest.mark.parametrize(
    ("arguments", "problem", "remedy"),
    [
        (("salse",), "there is no metric called `salse`", "Did you mean `sales`?"),
        (("qqq",), "there is no metric called `qqq`", "revops explain"),
        (("sales", "--period", "1999-01-01"), "no value for 1999-01-01", "--period"),
        (("order_value", "--dimension", "team=Europe"), "is not split by `team`", "one of: channel"),
        (("sales", "--dimension", "channel=shop"), "is not split by `channel`", "without --dimension"),
        (
            ("order_value", "--dimension", "channel=none"),
            "no value for any complete period of channel=none",
            "--dimension",
        ),
        (("sales", "--period", "February"), "`February` is not a day", "2026-10-01"),
    ],
)
def test_mistakes_are_named(
    revops: Revops, published: Path, arguments: tuple[str, ...], problem: str, remedy: str
) -> None:
    code, _, error = revops("explain", *arguments)
    assert code == 1
    assert problem in error and remedy in error


def test_an_empty_metric_says_what_is_missing(revops: Revops, published: Path) -> None:
    with duckdb.connect(str(published)) as connection:
        connection.execute("update metrics.metric_values set value = null")
        connection.execute(
            "insert into metrics.metric_availability values ('sales', 'orders', false, 'no rows arrived'),"
            " ('sales', 'customers', true, null)"
        )
    code, _, error = revops("explain", "sales")
    assert code == 1
    assert "sales is empty: no rows arrived" in error and "docs/files.md" in error
