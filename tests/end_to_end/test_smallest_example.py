"""The smallest files of each family of metrics give the numbers one can work out by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.loader import SourceLoad, declare
from ingestion.registry import REGISTRY
from orchestration.modeling import build
from orchestration.settings import PROJECT, load_settings

Query = Callable[[str], list[tuple[Any, ...]]]
MODELS = (
    "arr_monthly",
    "revenue_monthly",
    "pipeline_waterfall",
    "win_rate_monthly",
    "attribution_monthly",
    "cac_monthly",
)


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> Query:
    home = tmp_path_factory.mktemp("smallest")
    database = home / "warehouse.duckdb"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REVOPS_HOME", str(home))
        config = load_settings(PROJECT / "examples" / "smallest" / "revops.toml")
        declare(database, {name: spec.connector.tables(None) for name, spec in REGISTRY.items() if name != "files"})
        chosen = config.instance("smallest")
        load = SourceLoad(chosen.spec, chosen.connect(), database, Path(home / "dlt"))
        load.extract()
        report = load.store()
        assert report.quarantined == 0
        nodes = build(config, database, select=" ".join(f"+{name}" for name in MODELS))
    assert [node.name for node in nodes if not node.is_ok] == []

    def run(sql: str) -> list[tuple[Any, ...]]:
        # dbt keeps the database open for writing in this process, which rules out a read-only connection.
        with duckdb.connect(str(database)) as connection:
            return connection.execute(sql).fetchall()

    return run


def of_2025(query: Query, table: str, column: str) -> list[Decimal | None]:
    """The twelve months of 2025, in order."""
    rows = query(f"select {column} from metrics.{table} where year(month_date) = 2025 order by month_date")
    return [value for (value,) in rows]


def test_recurring_revenue_follows_who_came_and_went(query: Query) -> None:
    assert of_2025(query, "arr_monthly", "mrr") == [150, 230, 270, 270, 270, 220, 220, 260, 220, 220, 260, 260]
    assert of_2025(query, "arr_monthly", "churn_mrr") == [0, 0, 0, 0, 0, 50, 0, 0, 40, 0, 0, 0]
    assert of_2025(query, "arr_monthly", "expansion_mrr")[7] == 40
    assert of_2025(query, "arr_monthly", "reactivation_mrr")[10] == 40


def test_an_order_log_is_revenue(query: Query) -> None:
    assert of_2025(query, "revenue_monthly", "revenue") == [
        Decimal(amount)
        for amount in "75.5 129.9 0 32 41 45 70 120 30 25 60 30".split()  # noqa: SIM905
    ]


def test_a_list_of_deals_without_stages_is_a_pipeline(query: Query) -> None:
    closing = of_2025(query, "pipeline_waterfall", "closing")
    assert closing == [2000, 1400, 1500, 1500, 900, 900, 0, 400, 1900, 1500, 2200, 1000]
    won = query(
        "select month(month_date), won_count, closed_count from metrics.win_rate_monthly where closed_count > 0"
    )
    assert sorted(won) == [(2, 1, 1), (3, 0, 1), (5, 1, 1), (7, 1, 1), (10, 0, 1), (12, 1, 1)]


def test_a_visitor_s_sign_up_is_credited_to_the_visits_before(query: Query) -> None:
    credits = query(
        "select dimension_value, credited_conversions from metrics.attribution_monthly where month_date = '2025-01-01' "
        "and conversion_type = 'goal_reached' and attribution_model = 'linear' and dimension_value <> 'unknown'"
    )
    assert dict(credits) == {"total": 1, "paid_search": Decimal("0.5"), "email": Decimal("0.5")}


def test_what_a_new_customer_cost(query: Query) -> None:
    """January: 300 + 120 + 60 for Alder and Birch. February: 420 + 75 for Cedar."""
    assert of_2025(query, "cac_monthly", "fully_loaded_cac")[:2] == [240, 495]
