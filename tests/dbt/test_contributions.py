"""Which records numbers are made of, and that what each adds is checked for every metric it is kept for.

dbt's unit tests do not know the project's graph, which `dim_source_records` reads the contract from.
"""

from __future__ import annotations

import re

import yaml

from expectations.suites.marts import contributions
from tests.dbt.conftest import PROJECT
from tests.dbt.warehouse import Start

CHANGED = "2024-01-01 10:00:00"


def test_records_that_count_as_never_made_are_left_out(company: Start) -> None:
    """Deleted and voided ones are gone, one merged into another stays, and so does what nothing is known of."""
    told = {"source": "acme", "source_instance": "acme", "updated_at": CHANGED}
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
