"""The asset graph as Dagster sees it, and the runs that the command line records in its instance.

After a wanted change of the graph: `UPDATE_SNAPSHOTS=1 pytest tests/end_to_end/test_dagster.py`, and read the diff.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from expectations.suites import mart_suites, raw_suites
from orchestration import modeling
from orchestration.definitions import definitions
from orchestration.defs import models as model_definitions
from orchestration.defs.automation import JOB
from orchestration.defs.names import SERVING, raw_key
from orchestration.settings import PROJECT, Configuration, load_settings
from tests.end_to_end.conftest import QUIRKS_OF_A_SMALL_COMPANY, Company

SNAPSHOT = PROJECT / "tests" / "orchestration" / "snapshots" / "assets.json"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configuration]:
    """The checkout's own settings: every source on."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REVOPS_HOME", str(tmp_path_factory.mktemp("graph")))
        yield load_settings(PROJECT / "revops.toml")


@pytest.fixture(scope="module")
def manifest(config: Configuration) -> Any:
    return modeling.parse(config, config.home / "warehouse.duckdb")


@pytest.fixture(scope="module")
def defs(config: Configuration, manifest: Any) -> dg.Definitions:
    loaded = definitions(config, manifest)
    dg.Definitions.validate_loadable(loaded)
    return loaded


@pytest.fixture(scope="module")
def specs(defs: dg.Definitions) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in defs.resolve_all_asset_specs()}


@pytest.fixture(scope="module")
def checks(defs: dg.Definitions) -> dict[tuple[dg.AssetKey, str], dg.AssetCheckSpec]:
    found = [spec for assets in defs.resolve_asset_graph().assets_defs for spec in assets.check_specs]
    return {(spec.asset_key, spec.name): spec for spec in found}


def test_every_asset_says_what_it_is_and_whose(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        assert spec.group_name and spec.group_name != "default", key
        assert spec.owners and all(owner.startswith("team:") for owner in spec.owners), key
        assert spec.kinds, key
        assert spec.description, key


def test_every_raw_table_is_an_asset(config: Configuration, specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    for item in config.enabled:
        for table in item.spec.connector.tables(None):
            spec = specs[raw_key(item.name, table.name)]
            assert (spec.group_name, spec.tags["source"]) == (item.spec.domain, item.name)


def test_every_model_is_an_asset_and_every_data_test_a_check(
    manifest: Any, specs: dict[dg.AssetKey, dg.AssetSpec], checks: dict[tuple[dg.AssetKey, str], dg.AssetCheckSpec]
) -> None:
    written = manifest.writable_manifest().to_dict(omit_none=False)
    models = [node for node in written["nodes"].values() if node["resource_type"] == "model"]
    assert len(models) > 100
    for node in models:
        assert dg.AssetKey([node["schema"], node["name"]]) in specs
    names = {name for _, name in checks}
    assert [node["name"] for node in model_definitions.tests_of(written).values() if node["name"] not in names] == []


def test_every_expectation_is_a_check_that_describes_itself(
    config: Configuration, checks: dict[tuple[dg.AssetKey, str], dg.AssetCheckSpec]
) -> None:
    suites = {**raw_suites({item.name: item.spec.name for item in config.enabled}), **mart_suites()}
    wanted = [(dg.AssetKey(table.split(".")), item) for table, items in suites.items() for item in items]
    assert len(wanted) > 200
    for key, expectation in wanted:
        described = [spec for (asset, _), spec in checks.items() if asset == key and spec.description]
        assert expectation.description in {spec.description for spec in described}, (key, expectation.description)


def test_the_graph_runs_from_vendors_to_the_published_database(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    upstream = graph.get(SERVING).parent_keys
    assert upstream == {key for key in graph.get_all_asset_keys() if key != SERVING}
    contacts = graph.get(dg.AssetKey(["staging", "stg_hubspot__contacts"])).parent_keys
    assert dg.AssetKey(["raw_hubspot", "contacts"]) in contacts


def test_one_job_holds_everything_and_runs_each_day(defs: dg.Definitions) -> None:
    job = defs.resolve_job_def(JOB)
    assert set(job.asset_layer.executable_asset_keys) == set(defs.resolve_asset_graph().executable_asset_keys)
    [schedule] = defs.schedules or []
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.job_name, schedule.cron_schedule, schedule.execution_timezone) == (JOB, "0 5 * * *", "UTC")


def test_the_graph_is_the_one_that_was_reviewed(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    """Key → deps, group and owners of every asset; the published database depends on all and so lists none."""
    found = {
        key.to_user_string(): {
            "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps) if key != SERVING else ["*"],
            "group": spec.group_name,
            "owners": list(spec.owners),
        }
        for key, spec in sorted(specs.items())
    }
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
        SNAPSHOT.write_text(json.dumps(found, indent=1) + "\n")
    reviewed = json.loads(SNAPSHOT.read_text())
    assert sorted(found) == sorted(reviewed)
    assert {key: item for key, item in found.items() if item != reviewed[key]} == {}


def test_dagster_itself_accepts_the_code_location(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [Path(sys.executable).with_name("dagster"), "definitions", "validate", "-m", "orchestration.definitions"],
        cwd=PROJECT,
        env={**os.environ, "REVOPS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    assert "Validation successful" in outcome.stdout + outcome.stderr


def test_the_instance_lives_in_the_warehouse_home(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVOPS_HOME", str(company.home.path))
    with dg.DagsterInstance.from_config(str(PROJECT)) as instance:
        assert Path(instance.root_directory) == company.home.path
        assert not instance.telemetry_enabled
        assert (company.home.path / "history" / "runs.db").is_file()
        assert instance.run_retries_enabled and instance.run_monitoring_enabled


def test_runs_of_the_command_line_are_in_the_instance(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVOPS_HOME", str(company.home.path))
    with dg.DagsterInstance.from_config(str(PROJECT)) as instance:
        first = instance.get_runs()[-1]
        assert (first.job_name, first.status) == (JOB, dg.DagsterRunStatus.SUCCESS)
        events = [entry.dagster_event for entry in instance.all_logs(first.run_id) if entry.dagster_event]
        made = {event.asset_key for event in events if event.is_step_materialization}
        assert {SERVING, dg.AssetKey(["raw_stripe", "invoices"]), dg.AssetKey(["metrics", "arr_monthly"])} <= made
        [version] = [
            event.step_materialization_data.materialization.metadata["version"].value
            for event in events
            if event.is_step_materialization and event.asset_key == SERVING
        ]
        assert version == company.published.database.parent.name
        kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
        evaluated = [event.event_specific_data for event in events if event.event_type == kind]
        assert len(evaluated) > 300
        broken = {".".join(item.asset_key.path) for item in evaluated if not item.passed}
        assert broken <= QUIRKS_OF_A_SMALL_COMPANY
        assert all(item.passed or item.severity == dg.AssetCheckSeverity.WARN for item in evaluated)
