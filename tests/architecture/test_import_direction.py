"""Rule 1 of the house: orchestration imports ingestion and expectations; those import neither it nor each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "ingestion": {"orchestration", "expectations", "dagster", "dagster_dbt", "great_expectations", "dbt"},
    "expectations": {"orchestration", "ingestion", "dagster", "dagster_dbt", "dlt", "dbt"},
    "prediction": {"orchestration", "ingestion", "expectations", "dagster", "dagster_dbt", "dlt", "duckdb", "dbt"},
    "identity": {"orchestration", "ingestion", "expectations", "dagster", "dagster_dbt", "dlt", "dbt"},
}
ENVIRONMENT_READERS = {
    "orchestration/settings.py": "the settings themselves",
    "orchestration/offline.py": "switches telemetry off for tools that read the environment",
    "orchestration/modeling.py": "hands dbt its database and switches",
    "orchestration/job.py": "tells Dagster where the warehouse is",
    "orchestration/cli/refresh.py": "hands --settings on to Dagster",
    "orchestration/cli/dev.py": "hands the settings on to Dagster's processes",
    "orchestration/cli/dbt.py": "switches telemetry off",
    "expectations/context.py": "switches telemetry off",
}


def imported(source: str) -> set[str]:
    """Top-level names of all modules that `source` imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_no_arrow_points_up(package: str) -> None:
    offenders = {
        str(path.relative_to(ROOT)): sorted(found)
        for path in (ROOT / package).rglob("*.py")
        if (found := imported(path.read_text()) & FORBIDDEN[package])
    }
    assert offenders == {}


def test_only_orchestration_imports_dagster() -> None:
    packages = [path for path in ROOT.glob("*/__init__.py") if path.parent.name != "orchestration"]
    assert packages
    for package in packages:
        for path in package.parent.rglob("*.py"):
            assert "dagster" not in imported(path.read_text()), path


def test_only_named_modules_touch_the_environment() -> None:
    for package in ("ingestion", "expectations", "orchestration"):
        for path in (ROOT / package).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if "sandbox" in name:
                continue
            text = path.read_text()
            if "os.environ" in text or "os.getenv" in text:
                assert name in ENVIRONMENT_READERS, f"{name} reads the environment; settings belong in settings.py"


def test_the_check_sees_an_import_inside_a_function() -> None:
    assert imported("def f():\n    from orchestration.settings import x\n    import dagster as dg") == {
        "orchestration",
        "dagster",
    }
