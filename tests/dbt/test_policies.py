"""A number is recorded with every policy that shaped it, so that a change of one is told as such, and with no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from orchestration.policy_settings import PolicySettings
from tests.dbt.conftest import PROJECT

MODELS = {path.stem: path for layer in ("*.sql", "*.py") for path in (PROJECT / "models").rglob(layer)}
MACROS = {
    name: body
    for path in (PROJECT / "macros").rglob("*.sql")
    for name, body in re.findall(r"{%-? macro (\w+)\(.*?-?%}(.*?){%-? endmacro", path.read_text(), re.DOTALL)
}
POLICIES = {*PolicySettings.model_fields, "handoff_agreed_minutes", "lead_routing"}
CALENDAR = {"fiscal_calendar", "fiscal_year_start_month", "fiscal_week_start"}
NAMES_AND_TIMES = ("dim_", "bridge_", "fct_touchpoints", "fct_partner_", "session_people")
"""Tables that say who and when, not how much: policies of identity, journey, partners and calendar end there."""
MARKS = {
    "pipeline_ageing_days",
    "pipeline_qualified_from_stages",
    "pipeline_stale_after_days",
    "handoff_lost_after_days",
}
"""Policies that put a mark on rows and change nothing in them; a metric that goes by the mark names them itself."""

MRR = {name for name in PolicySettings.model_fields if name.startswith("mrr_")}
MOVEMENTS = {"mrr_reactivation", "mrr_reactivation_window_days", "mrr_new_and_churn_in_month"}
CREDIT = {name for name in PolicySettings.model_fields if name.startswith("attribution_")} | {"return_model"}
TOUCHES = {"attribution_touches", "attribution_session_timeout_minutes"}
BASELINE = {"forecast_naive"}
TRAILING = {"friction_baseline_months"}
REFUNDS = {"revenue_refunds"}
NEIGHBOURS = {
    "arr": MOVEMENTS,
    "mrr": MOVEMENTS,
    "average_revenue_per_account": MOVEMENTS,
    "customer_acquisition_cost": MRR | REFUNDS,
    "paid_customer_acquisition_cost": MRR | REFUNDS,
    "expansion_cost": MRR | REFUNDS,
    "cac_payback_months": REFUNDS,
    "clv_to_cac": REFUNDS,
    "handoff_breach_rate": {"lead_routing"},
    "cost_per_lead": CREDIT - TOUCHES | {"return_conversion"},
    "cost_per_marketing_qualified_lead": CREDIT - TOUCHES | {"return_conversion"},
    "cost_per_sales_qualified_lead": CREDIT - TOUCHES | {"return_conversion"},
    "cost_per_opportunity": {"return_conversion"},
    "cost_per_customer": {"return_conversion"},
    "misrouted_lead_rate": {"handoff_agreed_minutes"},
    "handoff_count": {"handoff_agreed_minutes", "lead_routing"},
    "forecast_accuracy": BASELINE,
    "forecast_bias": BASELINE,
    "journey_entered_count": MOVEMENTS | TRAILING,
    "journey_conversion_rate": MOVEMENTS | TRAILING,
    "journey_drop_off_rate": MOVEMENTS | TRAILING,
    "journey_average_days": MOVEMENTS | TRAILING,
    "journey_drop_off_amount": MOVEMENTS | TRAILING,
    "people_journey_entered_count": MOVEMENTS | TRAILING,
    "people_journey_conversion_rate": MOVEMENTS | TRAILING,
    "people_journey_drop_off_rate": MOVEMENTS | TRAILING,
    "recurring_revenue_share": MRR | BASELINE | {"forecast_lead_days", "predictability_weights"},
    "revenue_variation": MRR | BASELINE | {"forecast_lead_days", "predictability_weights"},
    "committed_coverage": REFUNDS | BASELINE | {"forecast_lead_days", "predictability_weights"},
    "forecasts_within_five_percent": MRR | REFUNDS | BASELINE | {"predictability_weights"},
    "forecasts_within_ten_percent": MRR | REFUNDS | BASELINE | {"predictability_weights"},
    "forecast_revision_volatility": MRR | REFUNDS | BASELINE | {"predictability_weights"},
    "predictability_index": BASELINE,
}
"""Policies that shape other columns of the metric's table and leave its own as it is.

A level of MRR has no movements. Who becomes a customer is decided by the first bill, not by MRR or a refund. Leads are
counted, not credited. A baseline is what numbers are compared with, in columns of its own. A customer expands whatever
counts as new or as back.
"""


def metrics() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every metric as its YAML declares it, with its model."""
    for path in sorted((PROJECT / "models" / "metrics").glob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            for metric in model.get("config", {}).get("meta", {}).get("metrics", []):
                yield model["name"], metric


METRICS = [pytest.param(model, metric, id=metric["name"]) for model, metric in metrics()]


def settings_in(text: str, known: frozenset[str] = frozenset()) -> set[str]:
    """Settings that a template reads, itself or through macros; each MRR policy where their names are put together."""
    found = set(re.findall(r"""\bvar\(\s*['"](\w+)['"]""", text))
    if "mrr_" in found:
        found |= {f"mrr_{name}" for name in re.findall(r"'(\w+)'", MACROS["mrr_policies"])}
    for name in set(re.findall(r"\b(\w+)\(", text)) & MACROS.keys() - known:
        found |= settings_in(MACROS[name], known | {name})
    return found


@cache
def settings_behind(model: str, beyond: tuple[str, ...] = ()) -> frozenset[str]:
    """Settings that shape a table: its own and its parents', but those of parents that begin with one of `beyond`."""
    path = MODELS[model]
    found = settings_in(path.read_text())
    if path.suffix == ".py":  # takes its settings through its YAML
        found |= settings_in(path.with_suffix(".yml").read_text() if path.with_suffix(".yml").exists() else "")
    for parent in re.findall(r"""ref\(['"](\w+)['"]\)""", path.read_text()):
        if parent in MODELS and not parent.startswith(beyond or ("\0",)):
            found |= settings_behind(parent, beyond)
    return frozenset(found)


def tables_of(model: str, metric: dict[str, Any]) -> set[str]:
    """Where the metric's value, its parts and the rows behind it are."""
    return {model, metric["rows"].partition(".")[2], metric.get("by_dimension", model)}


@pytest.mark.parametrize(("model", "metric"), METRICS)
def test_policies_behind_a_number_are_recorded_with_it(model: str, metric: dict[str, Any]) -> None:
    tables = tables_of(model, metric) - {metric.get("by_dimension")}
    behind = set().union(*(settings_behind(table, NAMES_AND_TIMES) for table in tables)) & POLICIES
    assert behind - MARKS - set(metric["policies"]) == NEIGHBOURS.get(metric["name"], set())


@pytest.mark.parametrize(("model", "metric"), METRICS)
def test_a_number_is_recorded_with_nothing_that_does_not_shape_it(model: str, metric: dict[str, Any]) -> None:
    behind = set().union(*(settings_behind(table) for table in tables_of(model, metric)))
    assert set(metric["policies"]) - behind == set()
    assert "as_of" not in metric["policies"], "the moment is no policy: every publication has its own"


@pytest.mark.parametrize(("model", "metric"), METRICS)
def test_facts_of_the_company_are_recorded_with_what_they_shape(model: str, metric: dict[str, Any]) -> None:
    """Its currency with money, its calendar with fiscal periods, its margin with whatever the model takes it for."""
    named = set(metric["policies"])
    assert metric["unit"] not in ("money", "money per day") or "reporting_currency" in named
    assert not metric["grain"].startswith("fiscal") or named >= CALENDAR
    assert "margin" not in metric["formula"] or named >= {"gross_margin", "gross_margin_by_family"}


def test_policies_are_found_through_macros_parents_and_python() -> None:
    behind = settings_behind("fct_mrr_movements", NAMES_AND_TIMES)
    assert {"mrr_trials", "mrr_past_due_days", "mrr_exchange_rate", "mrr_reactivation_window_days"} <= behind
    assert "revenue_refunds" not in behind
    assert "clv_horizon_days" in settings_behind("clv_predicted", NAMES_AND_TIMES)
