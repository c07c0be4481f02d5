"""Recurring revenue as others would count it, against the simulated company's own contracts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth import published_rules
from tests.end_to_end.conftest import Company
from tests.end_to_end.test_truth import agree, shown


@pytest.mark.parametrize("rules", [published_rules.stripe, published_rules.chartmogul, published_rules.profitwell])
def test_mrr_of_every_month_under_the_rules_of_others(
    known: Company, rules: Callable[[Facts], dict[date, Decimal]]
) -> None:
    agree(
        known.published.query(
            f"select month_date, mrr from metrics.mrr_policy_comparison where rule_set = '{rules.__name__}'"
        ),
        rules(shown(known.facts)).items(),
    )


def test_each_of_them_differs_from_ours(known: Company) -> None:
    """Or the test above would say little."""
    differing = known.published.query(
        "select rule_set from metrics.mrr_policy_comparison where mrr <> our_mrr group by 1 order by 1"
    )
    assert differing == [("chartmogul",), ("profitwell",), ("stripe",)]
