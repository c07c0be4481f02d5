"""Rule 2 of the house: a source's name finds its package, models, suite and tests."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingestion.registry import REGISTRY
from orchestration.settings import PROJECT

CANONICAL = PROJECT / "dbt_project" / "models" / "intermediate"
VENDORS = sorted(name for name in REGISTRY if name != "files")


@pytest.mark.parametrize("name", VENDORS)
def test_everything_of_a_source_is_found_by_its_name(name: str) -> None:
    for place in (
        PROJECT / "ingestion" / "sources" / name / "__init__.py",
        PROJECT / "ingestion" / "sources" / name / "settings.py",
        PROJECT / "ingestion" / "sources" / name / "README.md",
        PROJECT / "dbt_project" / "models" / "staging" / name / f"_{name}__sources.yml",
        PROJECT / "expectations" / "suites" / "raw" / f"{name}.py",
        PROJECT / "tests" / "ingestion" / "sources" / f"test_{name}.py",
    ):
        assert place.is_file(), place


@pytest.mark.parametrize("name", VENDORS)
def test_registry_and_maps_agree(name: str) -> None:
    folder = PROJECT / "dbt_project" / "models" / "staging" / name
    maps = {path.stem.removeprefix(f"map_{name}__") for path in folder.glob(f"map_{name}__*.sql")}
    assert maps == set(REGISTRY[name].provides)


@pytest.mark.parametrize("name", VENDORS)
def test_declared_raw_tables_are_dbt_sources(name: str) -> None:
    described = yaml.safe_load(
        (PROJECT / "dbt_project" / "models" / "staging" / name / f"_{name}__sources.yml").read_text()
    )
    tables = {table["name"] for source in described["sources"] for table in source["tables"]}
    assert tables == {table.name for table in REGISTRY[name].connector.tables(None)}


def test_what_a_source_provides_is_a_canonical_table() -> None:
    """One whose `meta` has a domain: by that, files and documentation know it too."""
    described = [yaml.safe_load(path.read_text())["models"][0] for path in CANONICAL.glob("*/*.yml")]
    canonical = {model["name"] for model in described if "domain" in model.get("config", {}).get("meta", {})}
    for spec in REGISTRY.values():
        assert set(spec.provides) <= canonical, spec.name


def test_no_file_names_this_machine_or_a_registry() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted.org", "registry.npmjs" + ".org", "deb.debian" + ".org"]
    places = ["/" + "work/", "/" + "root/"]
    suffixes = {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".lock", ".cfg", ".sh", ""}
    skipped = {".git", ".venv", "warehouse", "target", "logs", "__pycache__"}
    skipped |= {".mypy_cache", ".ruff_cache", ".hypothesis"}
    for path in PROJECT.rglob("*"):
        if path.is_file() and path.suffix in suffixes and not skipped & set(Path(path).relative_to(PROJECT).parts):
            text = path.read_text("utf-8", errors="ignore")
            for word in (*hosts, *places):
                assert word not in text, f"{path.relative_to(PROJECT)} names {word}"
