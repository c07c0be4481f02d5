"""What YAML declares of metrics and records, collected from the project's graph, which dbt's unit tests do not know."""

from __future__ import annotations

import re

import yaml

from expectations.suites.marts import contributions
from tests.dbt.conftest import PROJECT
from tests.dbt.test_policies import metrics
from tests.dbt.warehouse import Start


def test_the_catalogue_has_every_metric_with_its_policies_and_their_values(company: Start) -> None:
    with company() as warehouse:
        warehouse.build("metric_catalogue")
        found = warehouse.connection.execute(
            "select metric_name, table_name, policies from metrics.metric_catalogue order by 1"
        ).fetchall()
    assert [(name, table) for name, table, _ in found] == sorted(
        (metric["name"], f"metrics.{model}") for model, metric in metrics()
    )
    policies = {name: dict(pair.split("=", 1) for pair in text.split("; ") if pair) for name, _, text in found}
    assert {name: list(recorded) for name, recorded in policies.items()} == {
        metric["name"]: ["time_zone", *metric["policies"]] for _, metric in metrics()
    }
    assert policies["won_amount"] == {"time_zone": "UTC", "reporting_currency": "USD"}
    assert policies["net_new_mrr"]["mrr_reactivation_window_days"] == "90"


def test_a_need_that_alternatives_meet_has_a_row_for_each(company: Start) -> None:
    with company() as warehouse:
        warehouse.build("metric_needs")
        found = warehouse.connection.execute(
            "select need, input_name from metrics.metric_needs where metric_name = 'committed_coverage' order by all"
        ).fetchall()
    assert found == [
        ("plans or quotas", "plans"),
        ("plans or quotas", "quotas"),
        ("subscription_item_terms", "subscription_item_terms"),
    ]


def test_records_that_count_as_never_made_are_left_out(company: Start) -> None:
    """Deleted and voided ones are gone, one merged into another stays, and so does what nothing is known of."""
    told = {"source": "acme", "source_instance": "acme", "updated_at": "2024-01-01 10:00:00"}
    with company() as warehouse:
        for number, is_deleted, merged_into in [
            ("1", False, None),
            ("2", True, None),
            ("3", True, "1"),
            ("4", None, None),
        ]:
            deal = {"opportunity_id": number, "is_deleted": is_deleted, "merged_into_opportunity_id": merged_into}
            warehouse.insert("canonical.opportunities", [{**told, "source_record_id": number, **deal}])
        for number, status in [("5", "paid"), ("6", "void"), ("7", None)]:
            bill = {"invoice_id": number, "status": status}
            warehouse.insert("canonical.invoices", [{**told, "source_record_id": number, **bill}])
        refund = {"refund_id": "5", "source_record_id": "re_5", "source": "acme", "source_instance": "acme"}
        warehouse.insert("canonical.refunds", [refund])
        warehouse.build("dim_source_records")
        found = warehouse.connection.execute(
            "select record_type, key_column, record_id, source_record_id, is_merged, updated_at is not null"
            " from marts.dim_source_records order by all"
        ).fetchall()
    assert found == [
        ("invoices", "invoice_id", "5", "5", False, True),
        ("invoices", "invoice_id", "7", "7", False, True),
        ("opportunities", "opportunity_id", "1", "1", False, True),
        ("opportunities", "opportunity_id", "3", "3", True, True),
        ("opportunities", "opportunity_id", "4", "4", False, True),
        ("refunds", "refund_id", "5", "re_5", False, False),
    ]


def test_every_metric_with_contributions_is_added_up() -> None:
    """In the suite, against the very column that its metric publishes."""
    model = (PROJECT / "models" / "marts" / "core" / "fct_metric_contributions.sql").read_text()
    kept = set(re.findall(r"(?:^contributions as \(|union all)\s+select\s+'(\w+)'", model, re.MULTILINE))
    assert set(contributions.METRICS) == kept
    for name, (table, column) in contributions.METRICS.items():
        (declared,) = yaml.safe_load((PROJECT / "models" / "metrics" / f"{table}.yml").read_text())["models"]
        columns = {metric["name"]: metric["column"] for metric in declared["config"]["meta"]["metrics"]}
        assert columns[name] == column
