"""What all tests share: no telemetry, no settings leaking in from the developer's shell, real data where it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.offline import keep_quiet

for name in [name for name in os.environ if name.startswith("REVOPS_") and name != "REVOPS_REAL_DATA"]:
    del os.environ[name]
keep_quiet()


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """Take back what a command run in this process left in the environment, such as REVOPS_SETTINGS."""
    before = {name: value for name, value in os.environ.items() if name.startswith("REVOPS_")}
    yield
    for name in [name for name in os.environ if name.startswith("REVOPS_")]:
        del os.environ[name]
    os.environ.update(before)


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


GROUPS = {
    "tests/end_to_end/test_refresh.py": "published",
    "tests/end_to_end/test_truth.py": "published",
    "tests/end_to_end/test_stages.py": "published",
    "tests/end_to_end/test_timeline.py": "published",
    "tests/end_to_end/test_stitching.py": "published",
    "tests/end_to_end/test_journeys.py": "published",
    "tests/end_to_end/test_funnel.py": "published",
    "tests/end_to_end/test_identity.py": "published",
    "tests/end_to_end/test_truth_of_money.py": "published",
    "tests/end_to_end/test_truth_of_growth.py": "published",
    "tests/end_to_end/test_truth_of_marketing.py": "published",
    "tests/end_to_end/test_truth_of_published_rules.py": "published",
    "tests/end_to_end/test_truth_of_selling.py": "published",
    "tests/end_to_end/test_semantics.py": "published",
    "tests/end_to_end/test_handoffs.py": "published",
    "tests/end_to_end/test_partners.py": "published",
    "tests/end_to_end/test_customer_360.py": "published",
    "tests/end_to_end/test_owners.py": "published",
    "tests/end_to_end/test_dagster.py": "published",
    "tests/end_to_end/test_bad_input.py": "exports",
    "tests/end_to_end/test_gate.py": "exports",
    "tests/end_to_end/test_forget.py": "exports",
    "tests/end_to_end/test_overruled.py": "exports",
}
"""Files that share one expensive published warehouse, and so one worker."""


def group_of(file: str) -> str:
    """What is kept on one worker: a file, or all the files that share one expensive fixture."""
    if file.endswith("_models.py"):
        return "models"
    return GROUPS.get(file, "dbt" if file.startswith("tests/dbt/") else file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep the tests of a file, or of a group of files, on one worker; pytest 9 ignores `--dist loadgroup`."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid.split("::", 1)[0])

    return ByFile(config, log)
