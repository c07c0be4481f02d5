"""Whatever a model decides, a unit test of dbt shows: rows in, rows out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
MODELS = PROJECT / "dbt_project" / "models"
LAYERS = ("intermediate", "marts", "metrics")
PYTHON = "a Python model, which dbt cannot unit-test; the functions that it calls are tested in "
GRAPH = "made from the project's graph, which dbt's unit tests do not know; see "
JOIN = "two tables side by side; both decide, this does not"
NOT_UNIT_TESTED = {
    "account_assignments": PYTHON + "tests/identity",
    "person_assignments": PYTHON + "tests/identity",
    "name_scores": PYTHON + "tests/identity",
    "fct_purchase_predictions": PYTHON + "tests/prediction",
    "solved_business_days": PYTHON + "tests/dbt/test_business_days.py",
    "solved_removal_effects": PYTHON + "tests/attribution",
    "dim_source_records": GRAPH + "tests/dbt/test_catalogue.py",
    "metric_catalogue": GRAPH + "tests/dbt/test_catalogue.py",
    "metric_needs": GRAPH + "tests/dbt/test_catalogue.py",
    "bridge_account_records": JOIN,
    "bridge_identity_records": JOIN,
    "identity_moment": "one instant",
    "identity_overrides": "the rows of a setting; tests/end_to_end/test_overruled.py",
}


def decides(path: Path) -> bool:
    """Whether a model is more than the union of what sources map to a table of the contract."""
    return "{{ canonical(" not in path.read_text()


def unit_tests(folder: Path) -> list[dict[str, Any]]:
    """Every unit test that the YAML under `folder` declares."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        test
        for path in folder.rglob("*.yml")
        for test in (yaml.load(path.read_text(), loader) or {}).get("unit_tests", ())
    ]


def untested(folder: Path) -> set[str]:
    """Models under `folder` that decide something and have no unit test."""
    tested = {test["model"] for test in unit_tests(folder)}
    models = [path for layer in LAYERS for kind in ("*.sql", "*.py") for path in (folder / layer).rglob(kind)]
    return {path.stem for path in models if decides(path)} - tested


def test_every_model_that_decides_something_has_a_unit_test() -> None:
    assert untested(MODELS) == set(NOT_UNIT_TESTED)


def test_a_model_without_one_is_found(tmp_path: Path) -> None:
    for name, code in [("a", "select 1"), ("b", "select 2"), ("c", "{{ canonical('c') }}")]:
        (tmp_path / "marts" / f"{name}.sql").parent.mkdir(exist_ok=True)
        (tmp_path / "marts" / f"{name}.sql").write_text(code)
    (tmp_path / "marts" / "a.yml").write_text("unit_tests: [{name: a_is_one, model: a}]")
    assert untested(tmp_path) == {"b"}


def test_worked_examples_in_the_documentation_are_unit_tests() -> None:
    named = {
        name
        for page in (PROJECT / "docs").rglob("*.md")
        for name in re.findall(r"unit\s+test\s+`(\w+)`", page.read_text("utf-8"))
    }
    assert len(named) > 20
    assert named - {test["name"] for test in unit_tests(MODELS)} == set()
