"""Writes dbt_project/semantics/semantic_models.yml from the metrics that models declare: `make docs`.

A metric is defined once, under `config.meta.metrics` of its model; this makes MetricFlow's semantic model of it: what
can be added up is a measure, a ratio is a ratio of two measures, a balance counts at the end of its window.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from orchestration.publish.metric_values import expression
from orchestration.settings import PROJECT

TARGET = PROJECT / "dbt_project" / "semantics" / "semantic_models.yml"
HEADER = "# Generated from the metrics that models declare by `make docs`; a test keeps it true.\n"
MODELS = PROJECT / "dbt_project" / "models"
WINDOWS = {
    ("last", "value"): "max",
    ("last", "numerator"): "max",
    ("last", "denominator"): "max",
    ("opening", "denominator"): "min",
}
"""Which month of a longer window counts, by `over_time` and part; else all of them do."""


def declared() -> list[dict[str, Any]]:
    """The models that declare metrics, in alphabetical order, as their YAML describes them."""
    models = [
        model for path in MODELS.rglob("*.yml") for model in yaml.safe_load(path.read_text("utf-8")).get("models", [])
    ]
    return sorted((model for model in models if metrics_of(model)), key=lambda model: str(model["name"]))


def metrics_of(model: dict[str, Any]) -> list[dict[str, Any]]:
    """What a model declares under `config.meta.metrics`."""
    found: list[dict[str, Any]] = model.get("config", {}).get("meta", {}).get("metrics", [])
    return found


def render() -> str:
    """The semantic models and metrics as YAML."""
    models = declared()
    content = {
        "semantic_models": [_semantic_model(model) for model in models],
        "metrics": [entry for model in models for metric in metrics_of(model) for entry in _metrics(model, metric)],
    }
    return HEADER + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def is_split(metric: dict[str, Any]) -> bool:
    """Whether the table has a row for each value of many dimensions beside the total."""
    return metric.get("dimensions") == ["dimension"]


def _semantic_model(model: dict[str, Any]) -> dict[str, Any]:
    metrics = metrics_of(model)
    period = metrics[0]["period_column"]
    columns = {column["name"] for column in model["columns"]}
    names = {name for metric in metrics for name in metric.get("dimensions", [])} | ({"is_complete"} & columns)
    names |= {"dimension_value"} if "dimension" in names else set()
    grain = "month" if period == "month_date" else "day"
    return {
        "name": model["name"],
        "description": model["description"],
        "model": f"ref('{model['name']}')",
        "primary_entity": f"{model['name']}_row",
        "defaults": {"agg_time_dimension": period},
        "dimensions": [
            {"name": period, "type": "time", "type_params": {"time_granularity": grain}},
            *({"name": name, "type": "categorical"} for name in sorted(names)),
        ],
        "measures": [measure for metric in metrics for measure in _measures(metric)],
    }


def _parts(metric: dict[str, Any]) -> dict[str, str]:
    """The measures of a metric: its value, or numerator and denominator where it has them."""
    if metric["numerator"] and metric["denominator"]:
        return {part: expression(metric[part]) for part in ("numerator", "denominator")}
    return {"value": expression(metric["column"])}


def _conditions(metric: dict[str, Any]) -> dict[str, str]:
    """Suffixes of a metric's name and the rows each is made of."""
    own = metric.get("filter", "")
    if not is_split(metric):
        return {"": own}
    return {
        suffix: " and ".join(filter(None, (own, rows)))
        for suffix, rows in (("", "dimension = 'total'"), ("_by_dimension", "dimension <> 'total'"))
    }


def _measures(metric: dict[str, Any]) -> list[dict[str, Any]]:
    is_sum = metric["unit"] in ("money", "count") or bool(metric["numerator"] and metric["denominator"])
    measures = []
    for suffix, rows in _conditions(metric).items():
        for part, sql in _parts(metric).items():
            measure: dict[str, Any] = {
                "name": f"{metric['name']}{suffix}_{part}",
                "agg": "sum" if is_sum else "average",
                "expr": f"case when {rows} then {sql} end" if rows else sql,
            }
            window = WINDOWS.get((str(metric.get("over_time")), part))
            if window:
                measure["non_additive_dimension"] = {"name": metric["period_column"], "window_choice": window}
            measures.append(measure)
    return measures


def _metrics(model: dict[str, Any], metric: dict[str, Any]) -> list[dict[str, Any]]:
    entries = []
    for suffix in _conditions(metric):
        name = f"{metric['name']}{suffix}"
        entry: dict[str, Any] = {
            "name": name,
            "label": metric["title"] + (" by dimension: group by it" if suffix else ""),
            "description": f"{metric['formula']} (metrics.{model['name']}.{metric['column']})",
        }
        parts = list(_parts(metric))
        if parts == ["value"]:
            entries.append({**entry, "type": "simple", "type_params": {"measure": f"{name}_value"}})
            continue
        for part in parts:
            label = f"{entry['label']}: {part}"
            simple = {"name": f"{name}_{part}", "label": label, "description": metric[part], "type": "simple"}
            entries.append({**simple, "type_params": {"measure": f"{name}_{part}"}})
        sides = {part: f"{name}_{part}" for part in parts}
        entries.append({**entry, "type": "ratio", "type_params": sides})
    return entries


def write(target: Path = TARGET) -> None:
    """Write the file."""
    target.parent.mkdir(exist_ok=True)
    target.write_text(render(), "utf-8")


if __name__ == "__main__":
    write()
