"""dbt's unit tests, all of them, on empty tables: a refresh leaves them out because it does not change the logic.

Building every model empty at the same time proves that any subset of sources, none included, compiles and runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration import modeling
from orchestration.refresh import Refresh
from orchestration.settings import load_settings

ALL_SOURCES = """
[sandbox]
enabled = true
[sources.hubspot]
[sources.salesforce]
base_url = "http://127.0.0.1:9"
client_id = "app"
client_secret = "none"
[sources.stripe]
[sources.postgres_orders]
[sources.google_ads]
[sources.mailchimp]
[sources.matomo]
[sources.partnerstack]
[sources.zendesk]
[sources.linkedin_ads]
base_url = "http://localhost"
access_token = "t"
[sources.intercom]
base_url = "http://localhost"
access_token = "t"
[sources.shopify]
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """dbt's results by kind of node."""
    from dbt.cli.main import dbtRunner

    folder: Path = tmp_path_factory.mktemp("dbt")
    (folder / "revops.toml").write_text(ALL_SOURCES)
    patch = pytest.MonkeyPatch()
    patch.setenv("REVOPS_HOME", str(folder / "home"))
    config = load_settings(folder / "revops.toml")
    with Refresh(config) as refresh:
        manifest = modeling.parse(config, refresh.candidate.warehouse)
        arguments = ["--quiet", "build", *modeling.dbt_arguments(config), "--empty", "--exclude-resource-type", "test"]
        results = dbtRunner(manifest=manifest).invoke(arguments).result.results
    patch.undo()
    kinds: dict[str, list[Any]] = {}
    for item in results:
        kinds.setdefault(item.node.resource_type.value, []).append(item)
    return kinds


def test_every_unit_test_passes(outcome: dict[str, list[Any]]) -> None:
    failed = {item.node.name: item.message for item in outcome["unit_test"] if item.status.value != "pass"}
    assert failed == {}
    assert len(outcome["unit_test"]) >= 40


def test_every_model_builds_on_nothing(outcome: dict[str, list[Any]]) -> None:
    failed = {item.node.name: item.message for item in outcome["model"] if item.status.value != "success"}
    assert failed == {}
