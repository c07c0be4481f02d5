"""What all tests share: no telemetry, no settings leaking in from the developer's shell, real data where it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration.offline import keep_quiet

for name in [name for name in os.environ if name.startswith("REVOPS_") and name != "REVOPS_REAL_DATA"]:
    del os.environ[name]
keep_quiet()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of third-party exports, or a skip that says how to give it."""
    given = os.environ.get("REVOPS_REAL_DATA")
    if not given:
        pytest.skip("REVOPS_REAL_DATA is not set: it names the folder with maven_crm/ and olist_funnel/")
    folder = Path(given)
    if not (folder / "maven_crm").is_dir():
        pytest.fail(f"REVOPS_REAL_DATA is {folder}, which has no maven_crm/")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file on one worker, for its fixtures' sake, unless they name a group of their own."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
