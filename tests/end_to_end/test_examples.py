"""The two example companies, from real exports to canonical records, reproduce totals that others published.

Both are loaded into one warehouse, as two instances of the file source. The expected numbers come from the data's
own documentation and from counting the files by other means, never from this warehouse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.loader import SourceLoad
from ingestion.source import SourceReport
from orchestration.modeling import build
from orchestration.settings import PROJECT, load_settings

FILLED = ("accounts", "leads", "opportunities", "opportunity_changes", "owners", "pipeline_stages", "products", "teams")
Query = Callable[[str], list[tuple[Any, ...]]]


class Examples:
    """The loaded and built warehouse, and what each load reported."""

    def __init__(self, real_data: Path, home: Path, environment: pytest.MonkeyPatch) -> None:
        self.database = home / "warehouse.duckdb"
        self.reports: dict[str, SourceReport] = {}
        environment.setenv("REVOPS_HOME", str(home))
        configs = []
        for folder, instance in (("maven_crm", "maven"), ("olist_funnel", "olist")):
            variable = f"REVOPS_SOURCES__{instance.upper()}__PATH"
            environment.setenv(variable, str(real_data.resolve() / folder))
            config = load_settings(PROJECT / "examples" / folder / "revops.toml")
            environment.delenv(variable)
            chosen = config.instance(instance)
            load = SourceLoad(chosen.spec, chosen.connect(), self.database, home / "dlt")
            load.extract()
            self.reports[instance] = load.store()
            configs.append(config)
        both = replace(configs[0], instances=tuple(item for config in configs for item in config.instances))
        self.nodes = build(both, self.database, select=" ".join(FILLED))


@pytest.fixture(scope="module")
def examples(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Examples:
    with pytest.MonkeyPatch.context() as environment:
        return Examples(real_data, tmp_path_factory.mktemp("examples"), environment)


@pytest.fixture(scope="module")
def query(examples: Examples) -> Query:
    def run(sql: str) -> list[tuple[Any, ...]]:
        # dbt keeps the database open for writing in this process, which rules out a read-only connection.
        with duckdb.connect(str(examples.database)) as connection:
            return connection.execute(sql).fetchall()

    return run


def test_nothing_is_quarantined_and_the_contract_holds(examples: Examples) -> None:
    assert {name: report.quarantined for name, report in examples.reports.items()} == {"maven": 0, "olist": 0}
    built = {node.name for node in examples.nodes if node.resource_type == "model"}
    assert built == set(FILLED)
    assert [node.name for node in examples.nodes if not node.is_ok] == []


def test_maven_counts_by_stage(query: Query) -> None:
    stages = query(
        "select stage_code, count(*) from canonical.opportunities where source_instance = 'maven' group by 1"
    )
    assert dict(stages) == {"Won": 4238, "Lost": 2473, "Engaging": 1589, "Prospecting": 500}
    assert query(
        "select count(*), count(*) filter (where is_won), count(*) filter (where is_closed and not is_won), "
        "count(*) filter (where account_id is null), count(*) filter (where created_at is null) "
        "from canonical.opportunities where source_instance = 'maven'"
    ) == [(8800, 4238, 2473, 1425, 500)]


def test_maven_revenue_win_rate_and_cycle(query: Query) -> None:
    [(revenue, mean, rate, cycle, median)] = query(
        """
        select sum(amount) filter (where is_won), round(avg(amount) filter (where is_won)),
            round(100.0 * count(*) filter (where is_won) / count(*) filter (where is_closed), 2),
            round(avg(date_diff('day', created_at, closed_at)) filter (where is_won), 1),
            median(date_diff('day', created_at, closed_at)) filter (where is_won)
        from canonical.opportunities where source_instance = 'maven'
        """
    )
    assert (revenue, mean, rate, cycle, median) == (Decimal(10_005_534), 2361, 63.15, 51.8, 57)


def test_maven_revenue_by_region_and_product_loses_no_deal(query: Query) -> None:
    regions = query(
        """
        select teams.region, sum(opportunities.amount)
        from canonical.opportunities
        inner join canonical.owners using (owner_id)
        inner join canonical.teams using (team_id)
        where opportunities.is_won and opportunities.source_instance = 'maven'
        group by 1
        """
    )
    assert dict(regions) == {"West": 3_568_647, "Central": 3_346_293, "East": 3_090_594}
    products = query(
        """
        select products.name, count(*), sum(count(*)) over ()
        from canonical.opportunities inner join canonical.products using (product_id)
        where opportunities.source_instance = 'maven'
        group by 1
        """
    )
    assert len(products) == 7 and ("GTX Pro", 1480, 8800) in products


def test_maven_accounts_stages_and_history(query: Query) -> None:
    assert query(
        "select count(*), count(distinct country_code), bool_and(length(country_code) = 2), "
        "max(annual_revenue) filter (where name = 'Acme Corporation'), count(*) filter (where industry = 'technolgy') "
        "from canonical.accounts where source_instance = 'maven'"
    ) == [(85, 15, True, Decimal("1100040000"), 0)]
    assert (
        query(
            "select count(*) from canonical.accounts child inner join canonical.accounts parent "
            "on child.parent_account_id = parent.account_id"
        )
        == query("select count(*) from canonical.accounts where parent_account_id is not null")
        != [(0,)]
    )
    assert query(
        "select stage_code, is_closed, is_won from canonical.pipeline_stages where source_instance = 'maven' "
        "order by stage_order"
    ) == [("Prospecting", False, False), ("Engaging", False, False), ("Won", True, True), ("Lost", True, False)]
    assert query(
        "select new_value, count(*) from canonical.opportunity_changes where source_instance = 'maven' "
        "group by 1 order by 1"
    ) == [("Engaging", 1589 + 4238 + 2473), ("Lost", 2473), ("Won", 4238)]


def test_olist_conversion_by_channel(query: Query) -> None:
    channels = query(
        """
        select leads.channel, count(*), count(opportunities.opportunity_id)
        from canonical.leads
        left join canonical.opportunities on opportunities.opportunity_id = leads.lead_id and opportunities.is_won
        where leads.source_instance = 'olist'
        group by 1
        """
    )
    found = {channel: (leads, won) for channel, leads, won in channels}
    assert sum(leads for leads, _ in found.values()) == 8000 and sum(won for _, won in found.values()) == 842
    assert found[None][0] == 60
    assert (found["paid search"], found["social"], found["email"]) == ((1586, 195), (1350, 75), (493, 15))


def test_olist_deals_and_sellers(query: Query) -> None:
    assert query(
        "select count(*), count(accounts.account_id) from canonical.opportunities "
        "left join canonical.accounts using (account_id) where opportunities.source_instance = 'olist'"
    ) == [(842, 380)]
    assert query(
        "select count(*), count(distinct region), any_value(country_code) from canonical.accounts "
        "where source_instance = 'olist'"
    ) == [(3095, 23, "BR")]
    assert query(
        "select count(*) from canonical.opportunities inner join canonical.owners using (owner_id) "
        "where opportunities.source_instance = 'olist'"
    ) == [(842,)]


@pytest.mark.parametrize(
    ("table", "key"),
    [("accounts", "account_id"), ("opportunities", "opportunity_id"), ("pipeline_stages", "pipeline_stage_id")],
)
def test_keys_carry_their_instance(query: Query, table: str, key: str) -> None:
    assert query(f"select distinct source, split_part({key}, ':', 1) = source_instance from canonical.{table}") == [
        ("files", True)
    ]
